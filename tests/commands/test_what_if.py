"""Another law tried on a small book worked out by hand: what is lost, reduced, raised and gained, and nothing written.

Multiples of the primary limit (D-1): today the complement is at most half of it, and parity allows all of it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.audit.leases import LeaseLost, take_lease
from capweb.kernel.errors import FieldErrors
from eligibility.domain import draft_law
from policies import tasks
from policies.commands import compare_laws, judging
from policies.commands.accept_offers import accept_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_file
from policies.commands.what_if import NothingToTry, RunClosed, Wish, ask_what_if, cancel_what_if, work_at
from policies.models import BuyerRating, Offer, SubmissionRow
from policies.queries import what_if_runs
from policies.queries.what_if_runs import RunUnknown
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
LATER = date(2020, 6, 17)
PARITY = "complement/domestic/parity_multiple"
PROBABILITY = "substitution/domestic/default_probability_maximum"


class Book:
    """Four complements and substitutions in force, by a letter each."""

    def __init__(self, actor, guarantees, buyers):
        self.actor = actor
        self.guarantees = guarantees
        self.buyers = buyers

    def ask(self, *, on=OPENING_DAY, **wish):
        return ask_what_if(self.actor, Wish(**wish), on=on)

    def tried(self, *, on=OPENING_DAY, block_rows=2, **wish):
        """A run that was asked for and worked at in blocks of two, and its changed lines by letter."""
        public_id = self.ask(on=on, **wish)
        work_at(self.actor, public_id, holder="test", block_rows=block_rows)
        return self.run(public_id), self.lines(public_id)

    def run(self, public_id):
        with acting(self.actor):
            return what_if_runs.detail(self.actor, public_id)

    def lines(self, public_id):
        letters = {guarantee: letter for letter, guarantee in self.guarantees.items()}
        with acting(self.actor):
            return {letters[line.guarantee]: line for line in what_if_runs.lines(self.actor, public_id)}


@pytest.fixture
def book(committed, cast):
    """a: reduced from 400,000 to 150,000, 75,000 granted. b: from 6,000 to 3,000, 1,500 granted. c: 20,000 of 25,000
    granted, 5,000 granted as needed. d: refused, 300,000 asked for, the 100,000 of its category granted: what its own
    term has in force is not counted against it."""
    open_books(cast)
    actor = cast.actor(role="senior_underwriter")
    make.enter_illustrative_tariffs(actor)
    who = make.client(actor)
    notices = {
        "a": ({"decision": "reduction", "before": "400000", "amount": "150000"}, "400000"),
        "b": ({"decision": "reduction", "before": "6000", "amount": "3000"}, "6000"),
        "c": ({"decision": "partial_grant", "before": "0", "amount": "20000"}, "25000"),
        "d": ({}, "300000"),
    }
    rows, buyers = [], {}
    for letter, (notice, total) in notices.items():
        buyers[letter] = make.buyer(actor)
        make.notice(actor, who, buyers[letter], effective_on=OPENING_DAY, **notice)
        rows.append(make.row_for(who, buyers[letter], total=total, reference=letter))
    receipt = submit_file(actor, make.csv_of(rows), file_name="x.csv", media_type="text/csv", on=OPENING_DAY)
    assert decide_submission(actor, receipt.public_id, on=OPENING_DAY, holder="test")
    with acting(actor):
        offers = dict(Offer.objects.values_list("limit_request__client_reference", "public_id"))
    answers = accept_offers(actor, [offers[letter] for letter in notices], on=OPENING_DAY, at=NOON)
    amounts = {"a": "75000.00", "b": "1500.00", "c": "5000.00", "d": "100000.00"}
    with acting(actor):
        granted = dict(Offer.objects.values_list("limit_request__client_reference", "amount"))
        assert SubmissionRow.objects.count() == 4
    assert {letter: str(amount) for letter, amount in granted.items()} == amounts
    return Book(actor, {letter: one.guarantee for letter, one in zip(notices, answers, strict=True)}, buyers)


def parity(multiple):
    return draft_law.text_of_leaf(PARITY).replace('"1.00"', f'"{multiple}"')


def state_of_the_books():
    """A digest of every row but those of what-if runs, of leases and of the trail."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
            "AND tablename !~ '^(policies_whatif|audit_lease|audit_trail|django_session)' ORDER BY 1"
        )
        digests = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) FROM {table} r")
            digests[table] = cursor.fetchone()[0]
    return digests


def test_parity_at_a_quarter_reduces_and_loses_exactly_what_the_sum_says(book):
    run, lines = book.tried(draft=parity("0.25"))
    assert run.status == "done"
    # a: a quarter of 150,000 is 37,500. b: a quarter of 3,000 is 750, below the smallest grant of 1,000.
    # c: a quarter of 20,000 is the 5,000 that are needed. d is no complement.
    assert {letter: line.change for letter, line in lines.items()} == {"a": "reduced", "b": "lost"}
    assert (lines["a"].before.amount, lines["a"].after.amount) == (Decimal("75000.00"), Decimal("37500.00"))
    assert (lines["b"].before.amount, lines["b"].after.amount) == (Decimal("1500.00"), Decimal("0.00"))
    assert [one.code for one in lines["a"].because] == ["COMP-02"]
    whole = run.report.whole
    assert {kind: whole.count(kind) for kind in whole.kinds} == {"reduced": 1, "lost": 1, "same_granted": 2}
    # A complement is ceded whole, a substitution for 95 %: 75,000 + 1,500 + 5,000 + 95,000 before.
    assert whole.whole.ceded_before == Decimal("176500.00")
    assert whole.whole.ceded_after == Decimal("137500.00")
    assert whole.whole.premium_after < whole.whole.premium_before


def test_parity_halved_changes_nothing_where_half_of_the_primary_bound_already(book):
    run, lines = book.tried(draft=parity("0.50"))
    assert lines == {}
    assert run.report.whole.count("same_granted") == 4


def test_reading_parity_alone_raises_what_half_of_the_primary_held_down(book):
    run, lines = book.tried(readings={"complement_multiple": "parity"})
    # a: 150,000 by parity, 250,000 needed. b: 3,000 by parity, 3,000 needed.
    assert {letter: (line.change, str(line.after.amount)) for letter, line in lines.items()} == {
        "a": ("raised", "150000.00"),
        "b": ("raised", "3000.00"),
    }
    assert [one.code for one in lines["a"].because] == ["COMP-01"]
    assert run.report.whole.whole.ceded_after - run.report.whole.whole.ceded_before == Decimal("76500.00")


def test_a_renewal_that_todays_law_refuses_is_gained_by_a_wider_window(book):
    with acting(book.actor):
        BuyerRating.objects.create(
            insurer_id=book.actor.insurer_id,
            buyer_id=book.buyers["d"].id,
            grade=make.GOOD_GRADES["euler-hermes"],
            default_probability="0.07",
            effective_on=LATER,
            booked_on=LATER,
            source_reference="worse",
        )
    draft = draft_law.text_of_leaf(PROBABILITY).replace('"0.06"', '"0.08"')
    run, lines = book.tried(draft=draft, on=LATER)
    assert {letter: line.change for letter, line in lines.items()} == {"d": "gained"}
    assert [(one.code, one.before, one.after) for one in lines["d"].because] == [("SUB-02", "fail", "pass")]
    assert run.report.whole.kinds["gained"].ceded_after == Decimal("95000.00")


def test_a_draft_and_a_reading_are_tried_together(book):
    _, lines = book.tried(draft=parity("0.75"), readings={"complement_multiple": "parity"})
    # Parity of three quarters: 112,500 and 2,250.
    assert {letter: str(line.after.amount) for letter, line in lines.items()} == {"a": "112500.00", "b": "2250.00"}


def test_nothing_in_the_books_changes(book):
    before = state_of_the_books()
    book.tried(draft=parity("0.25"))
    assert state_of_the_books() == before


def test_groups_of_every_dimension_add_up_to_the_whole(book):
    run, _ = book.tried(draft=parity("0.25"))
    for dimension in ("insurer", "product", "zone", "country", "category", "grade"):
        groups = run.report.by(dimension)
        assert sum(group.whole.count for group in groups) == 4
        assert sum(group.whole.ceded_after for group in groups) == Decimal("137500.00")
    assert [group.key for group in run.report.by("insurer")] == ["euler-hermes"]
    assert {group.key for group in run.report.by("product")} == {"cap", "cap_plus"}


def test_a_broken_draft_names_line_and_field_and_starts_nothing(book):
    text = parity("0.25").replace("unit:", "unot:")
    with pytest.raises(FieldErrors) as caught:
        book.ask(draft=text)
    assert any(error.line is not None and "unot" in error.field for error in caught.value.errors)
    with acting(book.actor):
        assert what_if_runs.latest(book.actor) == []


def test_a_draft_by_which_nobody_can_judge_is_told_when_it_is_asked_for(book):
    text = parity("0.25").replace('value: "0.25"', "value: none")
    with pytest.raises(FieldErrors) as caught:
        book.ask(draft=text)
    assert [error.code for error in caught.value.errors] == ["law_missing"]


def test_the_law_as_it_is_is_nothing_to_try(book):
    with pytest.raises(NothingToTry):
        book.ask(draft=parity("1.00"))
    with pytest.raises(NothingToTry):
        book.ask()


def test_an_unknown_reading_and_a_day_gone_by_are_refused(book):
    with pytest.raises(FieldErrors, match="no reading"):
        book.ask(readings={"complement_multiple": "none"})
    with pytest.raises(FieldErrors, match="later one"):
        book.ask(draft=parity("0.25"), day=date(2020, 6, 14))


def test_a_killed_run_goes_on_where_it_stood_and_counts_nothing_twice(book):
    public_id = book.ask(draft=parity("0.25"))
    with pytest.raises(KeyboardInterrupt):
        work_at(book.actor, public_id, holder="first", block_rows=1, go_on=_killed)
    half = book.run(public_id)
    assert (half.status, half.settled, half.report) == ("running", 1, None)
    assert not work_at(book.actor, public_id, holder="second", block_rows=1)
    whole = book.run(public_id)
    assert (whole.status, whole.settled, whole.report.judged) == ("done", 4, 4)
    once = book.tried(draft=parity("0.25"))[0]
    assert whole.report.whole == once.report.whole
    assert [line.number for line in book.lines(public_id).values()] == [1, 2]


def _killed():
    raise KeyboardInterrupt


def test_a_run_is_worked_at_in_slices(book):
    public_id = book.ask(draft=parity("0.25"))
    slices = 0
    while work_at(book.actor, public_id, holder=f"slice {slices}", block_rows=1, go_on=lambda: False):
        slices += 1
    assert slices == 4
    assert book.run(public_id).status == "done"


def test_two_workers_are_never_at_one_run(book):
    public_id = book.ask(draft=parity("0.25"))
    assert take_lease(what_if_runs.lease_key(public_id), holder="somebody else")
    assert not work_at(book.actor, public_id, holder="late")
    assert book.run(public_id).settled == 0


def test_a_worker_that_lost_its_lease_writes_nothing(book):
    public_id = book.ask(draft=parity("0.25"))

    def overtaken():
        with connections["default"].cursor() as cursor:
            cursor.execute("UPDATE audit_lease SET holder = 'somebody else'")
        return True

    with pytest.raises(LeaseLost):
        work_at(book.actor, public_id, holder="slow", block_rows=1, go_on=overtaken)
    assert book.run(public_id).settled == 1


def test_a_cancelled_run_stops_and_has_no_report(book):
    public_id = book.ask(draft=parity("0.25"))
    work_at(book.actor, public_id, holder="x", block_rows=1, go_on=lambda: False)
    cancel_what_if(book.actor, public_id, on=OPENING_DAY)
    assert not work_at(book.actor, public_id, holder="y", block_rows=1)
    run = book.run(public_id)
    assert (run.status, run.settled, run.report) == ("cancelled", 1, None)
    assert book.lines(public_id) == {}
    with pytest.raises(RunClosed):
        cancel_what_if(book.actor, public_id, on=OPENING_DAY)


def test_a_run_whose_law_book_changed_meanwhile_says_so(book):
    public_id = book.ask(draft=parity("0.25"))
    work_at(book.actor, public_id, holder="x", block_rows=1, go_on=lambda: False)
    with acting(book.actor):
        what_if_runs.WhatIfRun.objects.filter(public_id=public_id).update(law_before="sha256:another")
    assert not work_at(book.actor, public_id, holder="y", block_rows=1)
    run = book.run(public_id)
    assert run.status == "failed"
    assert "start it again" in run.failure


def test_open_runs_that_nobody_is_at_are_found_again(book):
    public_id = book.ask(draft=parity("0.25"))
    assert [one.public_id for one in what_if_runs.without_live_lease()] == [public_id]
    assert take_lease(what_if_runs.lease_key(public_id), holder="somebody")
    assert what_if_runs.without_live_lease() == []


def test_another_insurer_sees_no_run_and_tries_on_its_own_book_alone(book, cast):
    public_id = book.ask(draft=parity("0.25"))
    coface = cast.actor("coface", role="administrator")
    with acting(coface):
        assert what_if_runs.latest(coface) == []
        with pytest.raises(RunUnknown):
            what_if_runs.detail(coface, public_id)
        assert what_if_runs.lines(coface, public_id) == []
    with pytest.raises(RunUnknown):
        cancel_what_if(coface, public_id, on=OPENING_DAY)
    own = ask_what_if(coface, Wish(draft=parity("0.25")), on=OPENING_DAY)
    with acting(coface):
        assert what_if_runs.detail(coface, own).total == 0


def test_only_those_with_the_right_may_try(cast):
    with pytest.raises(NotAllowed):
        ask_what_if(cast.broker(), Wish(draft=parity("0.25")), on=OPENING_DAY)


def test_a_resumed_primary_is_left_out_and_said_so(book):
    with acting(book.actor):
        limit = connections["default"].cursor()
        limit.execute("SELECT policy_id FROM policies_policyterms LIMIT 1")
        policy_id = limit.fetchone()[0]
    who = make.Client(0, policy_id, "")
    make.notice(
        book.actor, who, book.buyers["d"], decision="grant", amount="60000", notified_on=LATER, effective_on=LATER
    )
    run, _ = book.tried(draft=parity("0.25"), on=LATER)
    assert run.report.unjudged == {"primary_resumed": 1}
    assert run.report.judged == 3


def test_a_guarantee_whose_notice_takes_effect_later_is_judged_on_that_notice(book):
    who, whom = make.client(book.actor), make.buyer(book.actor)
    make.notice(book.actor, who, whom, decision="grant", amount="80000", notified_on=date(2020, 1, 10))
    make.notice(book.actor, who, whom, decision="cessation", before="80000", effective_on=date(2020, 7, 10), amount="0")
    row = make.row_for(who, whom, total="60000", reference="later")
    receipt = submit_file(book.actor, make.csv_of([row]), file_name="y.csv", media_type="text/csv", on=OPENING_DAY)
    assert decide_submission(book.actor, receipt.public_id, on=OPENING_DAY, holder="test")
    with acting(book.actor):
        offer = Offer.objects.get(limit_request__client_reference="later").public_id
    accept_offers(book.actor, [offer], on=OPENING_DAY, at=NOON)
    run, _ = book.tried(draft=parity("0.25"))
    assert run.report.unjudged == {}
    assert run.report.whole.count("same_granted") == 3


def test_a_block_costs_a_fixed_number_of_queries(book):
    public_id = book.ask(draft=parity("0.25"))
    work_at(book.actor, public_id, holder="warm", block_rows=1, go_on=lambda: False)
    counts = []
    for rows in (1, 2):
        with CaptureQueriesContext(connections["default"]) as queries:
            work_at(book.actor, public_id, holder="x", block_rows=rows, go_on=lambda: False)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_engine_is_the_one_that_judges_renewals():
    assert compare_laws.engine is judging.engine


def test_the_task_ends_a_run_and_a_second_message_changes_nothing(book):
    public_id = book.ask(draft=parity("0.25"))
    for _ in range(2):
        tasks.run_what_if(run=public_id, insurer=book.actor.insurer_id, further="ignored")
    run = book.run(public_id)
    assert (run.status, run.report.judged, run.line_count) == ("done", 4, 2)
