"""A running top-up changes: asked for (E11, E12), forced by a new rating (D-24, D-25), and counted in the ledger."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting
from capweb.audit.models import TrailEntry
from policies.commands.accept_offers import accept_offers
from policies.commands.cancel_requests import cancel_requests
from policies.commands.open_night import open_night
from policies.commands.pursue_claims import Extension, extend_due_days
from policies.commands.request_changes import ChangeWish, request_changes
from policies.commands.review_buyers import Reviewed, review_buyers
from policies.commands.withdraw_guarantees import Withdrawal, withdraw_guarantees
from policies.models import Endorsement, Guarantee, GuaranteeTerm, LimitRequest, Offer, PolicyTerms, Reduction
from reinsurance.models import LedgerAccount, Transfer
from reinsurance.queries.verification import verify_ledger
from tests import claims
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY
from tests.commands.test_request_to_ledger import hand_in, offers_of

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
LATER = date(2020, 7, 15)


@pytest.fixture
def world(committed, cast):
    open_books(cast)
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return actor


def granted(actor, *, total, grade="6"):
    """A running substitution on a new buyer; its guarantee and the buyer."""
    who, whom = make.client(actor), make.buyer(actor, grade=grade)
    make.notice(actor, who, whom)
    hand_in(actor, [make.row_for(who, whom, total=total)], name=f"{whom.identifier}.csv")
    (answer,) = accept_offers(actor, [offers_of(actor)[-1]], on=OPENING_DAY, at=NOON)
    assert answer.outcome == "accepted"
    return answer.guarantee, whom


def term_of(actor, guarantee):
    with acting(actor):
        return GuaranteeTerm.objects.select_related("guarantee", "cession").get(guarantee__public_id=guarantee)


def balance(actor, account_class):
    """Credits less debits of the treaty accounts of a class, or the reverse where that is what they hold."""
    with acting(actor):
        rows = LedgerAccount.objects.filter(account_class=account_class)
        return sum((abs(row.debits_posted - row.credits_posted) for row in rows), Decimal(0))


def ledger_agrees():
    found = verify_ledger()
    assert found.agrees, [check for check in found.checks if check.differences]


def changed(actor, guarantee, total, *, on=LATER):
    (asked,) = request_changes(actor, [ChangeWish(guarantee, Decimal(total))], on=on)
    return asked


def test_an_increase_ends_the_old_term_the_moment_the_new_one_begins(world):
    guarantee, _whom = granted(world, total="100000")
    asked = changed(world, guarantee, "180000")
    assert asked.outcome == "offered"
    with acting(world):
        assert Offer.objects.get(public_id=asked.offer).held_amount == Decimal("76000.00")
    (answer,) = accept_offers(world, [asked.offer], on=LATER, at=NOON)
    old, new = term_of(world, guarantee), term_of(world, answer.guarantee)
    assert (old.status, old.cover_end) == ("replaced", LATER)
    assert (new.status, new.granted_first, new.granted_end) == ("running", LATER, date(2020, 10, 15))
    assert (new.amount, new.premium) == (Decimal("180000.00"), Decimal("1575.00"))
    assert new.guarantee.replaces_id == old.guarantee_id
    assert (new.cession.replaces_id, balance(world, "live"), balance(world, "run_off")) == (
        old.cession_id,
        Decimal("171000.00"),
        Decimal(0),
    )
    ledger_agrees()


def test_the_unearned_days_of_the_old_premium_are_credited_and_ceded_likewise(world):
    guarantee, _whom = granted(world, total="100000")
    (answer,) = accept_offers(world, [changed(world, guarantee, "180000").offer], on=LATER, at=NOON)
    with acting(world):
        (credited,) = Transfer.objects.filter(code="premium_credited")
        # 875.00 for 92 days, 62 of them left: 589.67; 95 % of it ceded.
        assert credited.amount == Decimal("560.19")
        snapshot = Endorsement.objects.get(term__guarantee__public_id=answer.guarantee).snapshot
    assert (snapshot["premium"]["credit"], snapshot["premium"]["base"]) == ("589.67", "180000.00")


def test_both_endorsements_name_each_other(world):
    guarantee, _whom = granted(world, total="100000")
    (answer,) = accept_offers(world, [changed(world, guarantee, "180000").offer], on=LATER, at=NOON)
    with acting(world):
        first, end = Endorsement.objects.filter(term__guarantee__public_id=guarantee).order_by("pk")
        increase = Endorsement.objects.get(number=answer.endorsement)
    assert [one.cause for one in (first, end, increase)] == ["grant", "end", "increase"]
    assert (end.snapshot["replaces"], increase.snapshot["replaces"]) == (first.number, end.number)
    assert (end.snapshot["term"]["cover_end"], increase.snapshot["amounts"]["previous"]) == (
        LATER.isoformat(),
        "100000.00",
    )


def test_a_new_rating_is_reviewed_by_the_next_night_however_late_that_is(world):
    _guarantee, whom = granted(world, total="200000")
    entered = OPENING_DAY + timedelta(days=9)
    open_night(entered, at=NOON)
    make.rated(world, whom, on=entered, grade="7")
    report = open_night(entered + timedelta(days=4), at=NOON)
    assert report.insurers["euler-hermes"]["reviewed_announced"] == 1


def test_a_lower_amount_leaves_the_difference_in_run_off(world):
    guarantee, _whom = granted(world, total="200000")
    accept_offers(world, [changed(world, guarantee, "120000").offer], on=LATER, at=NOON)
    assert (balance(world, "live"), balance(world, "run_off")) == (Decimal("114000.00"), Decimal("76000.00"))
    ledger_agrees()


def test_a_change_on_the_first_day_replaces_at_once(world):
    guarantee, _whom = granted(world, total="100000")
    asked = changed(world, guarantee, "180000", on=OPENING_DAY)
    (answer,) = accept_offers(world, [asked.offer], on=OPENING_DAY, at=NOON)
    old, new = term_of(world, guarantee), term_of(world, answer.guarantee)
    assert (old.status, new.status, new.granted_first) == ("replaced_at_once", "running", OPENING_DAY)
    ledger_agrees()


def test_more_than_the_cap_allows_gains_nothing_and_leaves_the_term_alone(world):
    guarantee, _whom = granted(world, total="200000")
    asked = changed(world, guarantee, "300000")
    assert (asked.outcome, asked.code, asked.offer) == ("refused", "nothing_gained", None)
    assert term_of(world, guarantee).status == "running"
    with acting(world):
        assert LimitRequest.objects.get(public_id=asked.request).settlement_reason == "nothing_gained"
    assert changed(world, guarantee, "150000").outcome == "offered"


@pytest.mark.parametrize(("total", "code"), [("100000", "same_amount"), ("180000", "under_way")])
def test_what_cannot_be_asked_is_named(world, total, code):
    guarantee, _whom = granted(world, total="100000")
    if code == "under_way":
        changed(world, guarantee, "150000")
    assert changed(world, guarantee, total).code == code
    assert changed(world, "gar_unknown", "1").code == "nothing_running"


def test_an_acceptance_after_the_old_term_has_ended_is_a_grant_of_its_own(world):
    guarantee, _whom = granted(world, total="100000")
    asked = changed(world, guarantee, "180000", on=date(2020, 9, 10))
    from policies.commands.renew_guarantees import lapse_terms

    lapse_terms(world, on=date(2020, 9, 15))
    (answer,) = accept_offers(world, [asked.offer], on=date(2020, 9, 15), at=NOON)
    assert answer.outcome == "accepted"
    with acting(world):
        assert Guarantee.objects.get(public_id=answer.guarantee).replaces_id is None
    assert term_of(world, guarantee).status == "lapsed"
    ledger_agrees()


def test_a_cancelled_change_gives_its_hold_back_and_keeps_what_runs(world):
    guarantee, _whom = granted(world, total="100000")
    asked = changed(world, guarantee, "180000")
    assert cancel_requests(world, [asked.request], on=LATER)[0].outcome == "cancelled"
    assert term_of(world, guarantee).status == "running"
    assert balance(world, "live") == Decimal("95000.00")
    ledger_agrees()


def test_a_worse_category_is_announced_and_cut_when_the_notice_ends(world):
    guarantee, whom = granted(world, total="200000")
    make.rated(world, whom, on=LATER, grade="7")
    assert review_buyers(world, on=LATER, at=NOON) == Reviewed(announced=1)
    assert review_buyers(world, on=LATER, at=NOON) == Reviewed()
    with acting(world):
        reduction = Reduction.objects.get()
    end = LATER + timedelta(days=30)
    assert (reduction.maximum, reduction.effective_on) == (Decimal("100000.00"), end)
    assert review_buyers(world, on=end - timedelta(days=1), at=NOON) == Reviewed()
    assert term_of(world, guarantee).amount == Decimal("200000.00")
    assert review_buyers(world, on=end, at=NOON) == Reviewed(cut=1)
    term = term_of(world, guarantee)
    assert (term.amount, term.status, term.granted_end) == (Decimal("100000.00"), "running", date(2020, 9, 15))
    assert (balance(world, "live"), balance(world, "run_off")) == (Decimal("95000.00"), Decimal("95000.00"))
    with acting(world):
        assert Endorsement.objects.order_by("pk").last().cause == "reduction"
    ledger_agrees()


def test_who_asks_for_the_lower_amount_in_time_has_three_new_months(world):
    guarantee, whom = granted(world, total="200000")
    make.rated(world, whom, on=LATER, grade="7")
    review_buyers(world, on=LATER, at=NOON)
    asked = changed(world, guarantee, "100000")
    (answer,) = accept_offers(world, [asked.offer], on=LATER, at=NOON)
    assert term_of(world, answer.guarantee).granted_end == date(2020, 10, 15)
    with acting(world):
        assert Reduction.objects.get().status == "overtaken"
    assert review_buyers(world, on=LATER + timedelta(days=30), at=NOON) == Reviewed()


def test_a_rating_that_recovers_before_the_notice_ends_cuts_nothing(world):
    guarantee, whom = granted(world, total="200000")
    make.rated(world, whom, on=LATER, grade="7")
    review_buyers(world, on=LATER, at=NOON)
    make.rated(world, whom, on=date(2020, 8, 1), grade="6")
    assert review_buyers(world, on=LATER + timedelta(days=30), at=NOON) == Reviewed(overtaken=1)
    assert term_of(world, guarantee).amount == Decimal("200000.00")


def test_a_buyer_rated_out_of_the_window_keeps_its_running_term(world):
    guarantee, whom = granted(world, total="200000")
    make.rated(world, whom, on=LATER, grade="6", probability="0.065")
    assert review_buyers(world, on=LATER, at=NOON) == Reviewed()
    assert term_of(world, guarantee).status == "running"
    # Another rating out of the window, another night: the term was told already.
    make.rated(world, whom, on=LATER, grade="6", probability="0.07")
    review_buyers(world, on=LATER, at=NOON)
    review_buyers(world, on=LATER + timedelta(days=1), at=NOON)
    with acting(world):
        told = TrailEntry.objects.get(action="guarantee.rated_out", subject=guarantee)
    assert told.became == {"term": 1, "amount": "200000.00", "end_day": "2020-09-15"}


def test_a_rating_inside_the_window_is_not_told_as_one_out_of_it(world):
    guarantee, whom = granted(world, total="200000")
    make.rated(world, whom, on=LATER, grade="6", probability="0.03")
    review_buyers(world, on=LATER, at=NOON)
    with acting(world):
        assert not TrailEntry.objects.filter(action="guarantee.rated_out", subject=guarantee).exists()


def test_an_insolvent_buyer_ends_cover_of_new_deliveries_at_once(world):
    guarantee, whom = granted(world, total="200000")
    make.rated(world, whom, on=LATER, grade="6", insolvent=True)
    assert review_buyers(world, on=LATER, at=NOON) == Reviewed(ended=1)
    term = term_of(world, guarantee)
    assert (term.status, term.cover_end) == ("ended", LATER)
    assert (balance(world, "live"), balance(world, "run_off")) == (Decimal(0), Decimal("190000.00"))
    assert review_buyers(world, on=LATER, at=NOON) == Reviewed()
    ledger_agrees()


def test_a_top_up_ended_at_its_policyholders_wish_keeps_the_quarters_premium(world):
    guarantee, _whom = granted(world, total="200000")
    wishes = [Withdrawal(guarantee, "lettre du 10 juillet"), Withdrawal("gar_x", "lettre"), Withdrawal(guarantee, " ")]
    answers = withdraw_guarantees(make.person(world, "senior_underwriter"), wishes, on=LATER, at=NOON)
    assert [(one.outcome, one.code) for one in answers] == [
        ("withdrawn", ""),
        ("failed", "nothing_running"),
        ("failed", "reason_missing"),
    ]
    assert (term_of(world, guarantee).status, balance(world, "run_off")) == ("ended", Decimal("190000.00"))
    with acting(world):
        assert not Transfer.objects.filter(code="premium_credited").exists()
    ledger_agrees()


def test_any_number_of_changes_takes_the_same_queries(world):
    queries_of_changes(world, count=1)
    assert queries_of_changes(world, count=1) == queries_of_changes(world, count=6)


def queries_of_changes(world, *, count):
    """How many queries it took to ask for so many changes at once, and to accept them."""
    pairs = [granted(world, total="100000")[0] for _ in range(count)]
    wishes = [ChangeWish(one, Decimal("180000")) for one in pairs]
    with CaptureQueriesContext(connections["default"]) as asked:
        offers = [one.offer for one in request_changes(world, wishes, on=LATER)]
    with CaptureQueriesContext(connections["default"]) as accepted:
        answers = accept_offers(world, offers, on=LATER, at=NOON)
    assert {one.outcome for one in answers} == {"accepted"}
    return len(asked), len(accepted)


def test_a_better_rating_changes_nothing_by_itself_and_lets_more_be_asked(world):
    guarantee, whom = granted(world, total="200000", grade="7")
    assert term_of(world, guarantee).amount == Decimal("100000.00")
    assert changed(world, guarantee, "200000").code == "nothing_gained"
    make.rated(world, whom, on=LATER, grade="6")
    assert review_buyers(world, on=LATER, at=NOON) == Reviewed()
    assert changed(world, guarantee, "200000").outcome == "offered"


OVERDUE_FROM = date(2020, 8, 31)


@pytest.fixture
def unpaid(world):
    """A top-up under a policy that allows 60 days of overdue, with an invoice due on 1 July that nobody pays."""
    cover = claims.covered(world, total="100000")
    tell_maximum_overdue(world, cover, days=60)
    receipt = claims.declared(
        world, cover, claims.invoice("30000.00", delivered_on=OPENING_DAY, due_on=date(2020, 7, 1)), on=LATER
    )
    return cover, receipt.claim


def tell_maximum_overdue(actor, cover, *, days):
    with acting(actor):
        terms = PolicyTerms.objects.get(policy_id=cover.who.policy_id)
        terms.pk, terms.maximum_overdue_days, terms.source_reference = None, days, f"{terms.source_reference} bis"
        terms.save()


def test_a_buyer_overdue_for_longer_than_the_policy_allows_ends_cover_of_new_deliveries(world, unpaid):
    cover, _claim = unpaid
    day = OVERDUE_FROM - timedelta(days=1)
    assert review_buyers(world, on=day, at=NOON) == Reviewed()
    assert review_buyers(world, on=OVERDUE_FROM, at=NOON) == Reviewed(ended=1)
    term = term_of(world, cover.guarantee)
    assert (term.status, term.cover_end) == ("ended", OVERDUE_FROM)
    with acting(world):
        assert Endorsement.objects.get(cause="overdue").snapshot["term"]["cover_end"] == OVERDUE_FROM.isoformat()
    assert (balance(world, "live"), balance(world, "run_off")) == (Decimal(0), Decimal("95000.00"))
    assert review_buyers(world, on=OVERDUE_FROM, at=NOON) == Reviewed()
    ledger_agrees()


def test_who_pays_or_was_given_time_keeps_its_cover(world, unpaid):
    cover, claim = unpaid
    late = {"claim": claim, "source_reference": "later", "invoice": "F1"}
    with acting(world):
        extend_due_days(
            world,
            [Extension(**late, due_on=date(2020, 7, 20), agreed_on=date(2020, 7, 10), reason="echeancier")],
            on=LATER,
        )
    assert review_buyers(world, on=OVERDUE_FROM, at=NOON) == Reviewed()
    assert review_buyers(world, on=date(2020, 9, 14), at=NOON) == Reviewed()
    assert term_of(world, cover.guarantee).status == "running"


def test_a_policy_that_tells_no_maximum_ends_nothing(world):
    cover = claims.covered(world, total="100000")
    claims.declared(
        world, cover, claims.invoice("30000.00", delivered_on=OPENING_DAY, due_on=date(2020, 7, 1)), on=LATER
    )
    assert review_buyers(world, on=date(2020, 9, 14), at=NOON) == Reviewed()
