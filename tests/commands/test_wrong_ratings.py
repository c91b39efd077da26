"""A rating proves wrong after the grant: the policyholder keeps what it was promised, the State carries less (D-39)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from capweb.accounts.acting import acting, acting_as_platform
from capweb.audit.models import TrailEntry
from eligibility.queries import law_book
from policies.commands.accept_offers import accept_offers
from policies.commands.open_night import open_night
from policies.commands.reconcile_cessions import reconcile_cessions
from policies.commands.record_recoveries import GivenRecovery, record_recoveries
from policies.commands.renew_guarantees import lapse_terms
from policies.commands.replace_terms import ReplacedEnd
from policies.commands.review_buyers import Reviewed, review_buyers
from policies.commands.settle_claims import Settlement, settle_claims
from policies.models import Endorsement, GuaranteeTerm, Reduction
from policies.queries import accumulations
from policies.queries.claims import detail
from policies.queries.replaced_terms import ReplacedTerm
from policies.queries.wrong_ratings import wrongly_rated
from reinsurance.models import Transfer
from reinsurance.queries.verification import verify_ledger
from tests import claims
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY
from tests.closing import SPRING, close, files_of
from tests.commands.test_changes_of_cover import LATER, NOON, balance, changed, granted, term_of

KNOWN = date(2020, 6, 29)
NIGHT = KNOWN + timedelta(days=1)
BEFORE = OPENING_DAY - timedelta(days=5)


@pytest.fixture
def world(committed, cast):
    open_books(cast)
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return actor


def proved_wrong(actor, whom, **right):
    """The right rating of a day before the grant, entered two weeks after it; and the night that follows."""
    make.rated(actor, whom, on=BEFORE, booked_on=KNOWN, **right)
    return review_buyers(actor, on=NIGHT, at=NOON)


def books_agree(cast, *, on=NIGHT):
    found = verify_ledger()
    assert found.agrees, [check for check in found.checks if check.differences]
    with acting_as_platform():
        cover = next(one for one in reconcile_cessions(cast.operator, on=on) if one.name.startswith("guarantees"))
    assert not cover.differences


def test_the_cession_falls_to_what_the_right_rating_allowed_from_the_first_day(world, cast):
    guarantee, whom = granted(world, total="200000")
    assert proved_wrong(world, whom, grade="7") == Reviewed(corrected=1)
    term = term_of(world, guarantee)
    assert (term.status, term.amount, term.right_amount) == ("running", Decimal("200000.00"), Decimal("100000.00"))
    assert (balance(world, "live"), balance(world, "run_off")) == (Decimal("95000.00"), Decimal(0))
    with acting(world):
        assert Transfer.objects.get(code="reversed").amount == Decimal("95000.00")
        # Half of 1,750.00 was taken for cover that the State does not carry; 95 % of it was ceded.
        assert Transfer.objects.get(code="premium_credited").amount == Decimal("831.25")
    books_agree(cast)


def test_what_is_engaged_on_the_buyer_counts_as_ceded_what_was_corrected(world):
    _guarantee, whom = granted(world, total="200000")
    proved_wrong(world, whom, grade="7")
    with acting(world):
        (row,) = accumulations.accumulations(world, on=NIGHT, by="buyer", text=whom.identifier).rows
    assert (row.top_up, row.ceded) == (Decimal("200000.00"), Decimal("95000.00"))


def test_decision_endorsement_and_amount_stand_towards_the_policyholder(world):
    guarantee, whom = granted(world, total="200000")
    proved_wrong(world, whom, grade="7")
    with acting(world):
        (endorsement,) = Endorsement.objects.filter(term__guarantee__public_id=guarantee)
        assert (endorsement.cause, endorsement.snapshot["amounts"]["granted"]) == ("grant", "200000.00")
        assert not Reduction.objects.exists()


def test_the_next_night_and_a_second_run_find_nothing_to_do(world):
    _guarantee, whom = granted(world, total="200000")
    assert proved_wrong(world, whom, grade="7").corrected == 1
    assert review_buyers(world, on=NIGHT, at=NOON) == Reviewed()
    assert review_buyers(world, on=NIGHT + timedelta(days=1), at=NOON) == Reviewed()


def test_a_better_rating_and_one_of_later_days_correct_nothing(world):
    _first, better = granted(world, total="100000", grade="7")
    make.rated(world, better, on=BEFORE, booked_on=KNOWN, grade="6")
    _second, later = granted(world, total="200000")
    make.rated(world, later, on=OPENING_DAY + timedelta(days=1), booked_on=KNOWN, grade="7")
    assert review_buyers(world, on=NIGHT, at=NOON) == Reviewed(announced=1)
    assert balance(world, "live") == Decimal("285000.00")


def test_what_nothing_allowed_is_all_the_insurers(world, cast):
    guarantee, whom = granted(world, total="200000")
    assert proved_wrong(world, whom, grade="9") == Reviewed(corrected=1)
    assert (term_of(world, guarantee).right_amount, balance(world, "live")) == (Decimal(0), Decimal(0))
    assert balance(world, "ceded_premium") == Decimal(0)
    books_agree(cast)
    end = term_of(world, guarantee).cover_end
    lapse_terms(world, on=end)
    assert term_of(world, guarantee).status == "lapsed"
    books_agree(cast, on=end)


def test_a_replacement_takes_over_what_the_corrected_cession_carries(world, cast):
    guarantee, whom = granted(world, total="200000")
    proved_wrong(world, whom, grade="7")
    accept_offers(world, [changed(world, guarantee, "80000").offer], on=LATER, at=NOON)
    assert (balance(world, "live"), balance(world, "run_off")) == (Decimal("76000.00"), Decimal("19000.00"))
    with acting(world):
        # 62 of 92 days of 1,750.00 come back to the policyholder, and from the State those of the half it kept.
        assert sorted(Transfer.objects.filter(code="premium_credited").values_list("amount", flat=True)) == [
            Decimal("560.20"),
            Decimal("831.25"),
        ]
    books_agree(cast, on=LATER)


def test_a_loss_is_ceded_up_to_the_right_amount(world):
    cover = claims.covered(world, total="100000")
    make.rated(world, cover.whom, on=BEFORE, booked_on=KNOWN, grade="7", probability="0.07")
    assert review_buyers(world, on=NIGHT, at=NOON).corrected == 1
    receipt = claims.declared(world, cover, claims.invoice("90000.00"))
    claims.lost(world, receipt.claim)
    paid = settled(world, receipt.claim)
    assert (paid.paid, paid.ceded) == (Decimal("72000.00"), Decimal("0.00"))


LOST, PAID = date(2020, 6, 22), date(2020, 6, 24)


def lost_early(actor, guarantee, whom, amount="180000.00"):
    """A claim on a guarantee, its loss fixed before the rating proves wrong; 80 % of it are owed."""
    cover = claims.Covered(None, whom, guarantee)
    day = OPENING_DAY + timedelta(days=1)
    overdue = claims.invoice(amount, delivered_on=day, invoiced_on=day, due_on=day + timedelta(days=3))
    claim = claims.declared(actor, cover, overdue, on=LOST).claim
    claims.lost(actor, claim, on=LOST)
    return claim


def shown(actor, claim, *, on=NIGHT):
    with acting(actor):
        return detail(actor, claim, on=on)


def came_back(actor, reference, claim, amount, *, on):
    given = GivenRecovery(source_reference=reference, claim=claim, received_on=on, amount=Decimal(amount))
    with acting(actor):
        return record_recoveries(actor, [given], on=on)[0]


def test_a_claim_paid_before_the_rating_proved_wrong_falls_anew(world, cast):
    guarantee, whom = granted(world, total="200000")
    claim = lost_early(world, guarantee, whom)
    accountant = cast.actor(role="reinsurance_accountant")
    assert settled(world, claim, on=PAID).ceded == Decimal("136800.00")
    came_back(accountant, "first", claim, "18000.00", on=PAID)
    before = shown(accountant, claim)
    assert (before.payments[0].ceded, before.recoveries[0].ceded) == (Decimal("136800.00"), Decimal("13680.00"))
    assert proved_wrong(world, whom, grade="7") == Reviewed(corrected=1)
    told = shown(accountant, claim)
    # 100,000 of 144,000 are the State's to 95 %, and so are 10,000 of the 14,400 that came back on it.
    assert (told.payments[0].ceded, told.recoveries[0].ceded) == (Decimal("95000.00"), Decimal("9500.00"))
    assert told.recoveries[0].kept == Decimal("4900.00")
    assert (told.indemnified.reinsurer, told.indemnified.kept) == (Decimal("95000.00"), Decimal("49000.00"))
    assert (told.now.reinsurer, told.now.kept) == (Decimal("85500.00"), Decimal("44100.00"))
    assert (told.now.policyholder, told.now.whole) == (before.now.policyholder, before.now.whole)
    with acting(world):
        (trail,) = TrailEntry.objects.filter(action="claim.ceded_anew")
    assert (trail.subject, trail.was["ceded"], trail.became["ceded"]) == (claim, "136800.00", "95000.00")
    # The rest comes back: to the State no more than it bears.
    last = came_back(accountant, "last", claim, "162000.00", on=NIGHT)
    assert (last.ceded, last.kept) == (Decimal("85500.00"), Decimal("44100.00"))
    assert shown(accountant, claim).now.reinsurer == Decimal(0)
    books_agree(cast)


def test_the_last_of_it_comes_back_also_where_the_cents_fall_otherwise_than_before(world, cast):
    guarantee, whom = granted(world, total="200000")
    claim = lost_early(world, guarantee, whom, amount="125000.90")
    accountant = cast.actor(role="reinsurance_accountant")
    assert settled(world, claim, on=PAID).paid == Decimal("100000.72")
    # 94,999.91 of 95,000.68 went back to the State; then 100,000.00 and 95,000.00 are right, and 94,999.22 of it came.
    assert came_back(accountant, "first", claim, "124999.88", on=PAID).ceded == Decimal("94999.91")
    proved_wrong(world, whom, grade="7")
    assert came_back(accountant, "last", claim, "1.02", on=NIGHT).ceded == Decimal("0.78")
    assert shown(accountant, claim).now.reinsurer == Decimal(0)
    books_agree(cast)


def test_the_bordereau_of_claims_takes_back_what_was_ceded_and_tells_what_is(world, cast):
    guarantee, whom = granted(world, total="200000")
    claim = lost_early(world, guarantee, whom)
    settled(world, claim, on=PAID)
    proved_wrong(world, whom, grade="7")
    accountant = cast.actor(role="reinsurance_accountant")
    lines = json.loads(files_of(accountant, close(accountant, SPRING)["claims"].public_id)["json"])["lines"]
    paid = [line for line in lines if line["kind"] != "reserve"]
    assert [(line["kind"], line["ceded_indemnity_change"]) for line in paid] == [
        ("indemnity", "136800.00"),
        ("indemnity_reversed", "-136800.00"),
        ("indemnity", "95000.00"),
    ]
    assert paid[1]["corrects"] == f"{SPRING.first}/{paid[0]['number']}"
    books_agree(cast)


def test_what_is_owed_and_not_paid_is_reserved_and_shown_at_the_right_amount(world, cast):
    guarantee, whom = granted(world, total="200000")
    claim = lost_early(world, guarantee, whom)
    accountant = cast.actor(role="reinsurance_accountant")
    assert shown(accountant, claim).outstanding == Decimal("136800.00")
    proved_wrong(world, whom, grade="7")
    told = shown(accountant, claim)
    assert (told.outstanding, told.indemnified.reinsurer) == (Decimal("95000.00"), Decimal("95000.00"))
    assert settled(world, claim, on=NIGHT).ceded == Decimal("95000.00")
    books_agree(cast)


def settled(actor, claim, *, on=claims.PAID):
    accountant = make.person(actor, "reinsurance_accountant")
    with acting(accountant):
        return settle_claims(accountant, [Settlement(claim=claim, paid_on=on)], on=on)[0]


def test_the_bordereau_tells_the_difference_beside_the_line_it_corrects(world, cast):
    _guarantee, whom = granted(world, total="200000")
    proved_wrong(world, whom, grade="7")
    accountant = cast.actor(role="reinsurance_accountant")
    closed = close(accountant, SPRING)
    lines = json.loads(files_of(accountant, closed["risk"].public_id)["json"])["lines"]
    assert [(line["kind"], line["live_change"]) for line in lines] == [
        ("ceded", "190000.00"),
        ("corrected", "-95000.00"),
    ]
    assert lines[1]["corrects"] == f"{SPRING.first}/{lines[0]['number']}"


def credited(actor):
    """What of premiums was credited to the insurers' debit, the share of the treaty alone, in order of booking."""
    with acting(actor):
        return list(Transfer.objects.filter(code="premium_credited").order_by("pk").values_list("amount", flat=True))


def found_wrong(actor, whom, *, known, **right):
    """The right rating of a day before the grant, entered on a later day; and the night that follows."""
    make.rated(actor, whom, on=BEFORE, booked_on=known, **right)
    night = known + timedelta(days=1)
    return night, review_buyers(actor, on=night, at=NOON)


def test_a_term_that_has_lapsed_is_corrected_in_what_runs_off(world, cast):
    guarantee, whom = granted(world, total="200000")
    end = term_of(world, guarantee).cover_end
    lapse_terms(world, on=end)
    night, done = found_wrong(world, whom, known=end + timedelta(days=20), grade="7")
    assert done == Reviewed(corrected=1)
    term = term_of(world, guarantee)
    assert (term.status, term.amount, term.right_amount) == ("lapsed", Decimal("200000.00"), Decimal("100000.00"))
    assert (balance(world, "live"), balance(world, "run_off")) == (Decimal(0), Decimal("95000.00"))
    assert credited(world) == [Decimal("831.25")]
    books_agree(cast, on=night)
    assert review_buyers(world, on=night, at=NOON) == Reviewed()


def cut_to_half(actor):
    """A term of 200,000 whose buyer is rated down a fortnight after the grant, and the day of the cut to 100,000."""
    guarantee, whom = granted(actor, total="200000")
    make.rated(actor, whom, on=KNOWN, grade="7")
    assert review_buyers(actor, on=NIGHT, at=NOON) == Reviewed(announced=1)
    with acting(actor):
        day = Reduction.objects.get().effective_on
    assert review_buyers(actor, on=day, at=NOON) == Reviewed(cut=1)
    assert (balance(actor, "live"), balance(actor, "run_off")) == (Decimal("95000.00"), Decimal("95000.00"))
    return guarantee, whom, day


def test_what_a_term_carried_before_it_was_cut_is_corrected_as_well(world, cast):
    guarantee, whom, day = cut_to_half(world)
    night, done = found_wrong(world, whom, known=day, grade="7")
    assert done == Reviewed(corrected=1)
    term = term_of(world, guarantee)
    assert (term.status, term.amount, term.right_amount) == ("running", Decimal("100000.00"), Decimal("100000.00"))
    assert balance(world, "live") + balance(world, "run_off") == Decimal("95000.00")
    assert balance(world, "live") == Decimal("95000.00")
    assert credited(world) == [Decimal("831.25")]
    books_agree(cast, on=night)
    assert review_buyers(world, on=night, at=NOON) == Reviewed()


def test_a_term_cut_before_carries_nothing_where_nothing_was_allowed(world, cast):
    guarantee, whom, day = cut_to_half(world)
    night, done = found_wrong(world, whom, known=day, grade="9")
    assert done.corrected == 1
    assert term_of(world, guarantee).right_amount == Decimal(0)
    assert (balance(world, "live"), balance(world, "run_off")) == (Decimal(0), Decimal(0))
    assert balance(world, "ceded_premium") == Decimal(0)
    books_agree(cast, on=night)


def test_a_term_that_was_replaced_and_its_successor_are_judged_each_on_its_own(world, cast):
    guarantee, whom = granted(world, total="200000")
    asked = changed(world, guarantee, "80000")
    (answer,) = accept_offers(world, [asked.offer], on=LATER, at=NOON)
    assert balance(world, "run_off") == Decimal("114000.00")
    night, done = found_wrong(world, whom, known=LATER + timedelta(days=3), grade="7")
    assert done == Reviewed(corrected=1)
    old, new = term_of(world, guarantee), term_of(world, answer.guarantee)
    assert (old.status, old.right_amount) == ("replaced", Decimal("100000.00"))
    assert (new.status, new.right_amount) == ("running", None)
    # 80,000 of the right 100,000 went on in the successor.
    assert (balance(world, "live"), balance(world, "run_off")) == (Decimal("76000.00"), Decimal("19000.00"))
    # 1,179.35 of the old term's 1,750.00 came back as it ended; of the 570.65 that are left half goes back now.
    assert credited(world) == [Decimal("1120.38"), Decimal("271.06")]
    books_agree(cast, on=night)


def test_a_successor_granted_on_the_same_wrong_rating_is_corrected_too(world, cast):
    guarantee, whom = granted(world, total="200000")
    (answer,) = accept_offers(world, [changed(world, guarantee, "80000").offer], on=LATER, at=NOON)
    night, done = found_wrong(world, whom, known=LATER + timedelta(days=3), grade="9")
    assert done == Reviewed(corrected=2)
    assert [term_of(world, one).right_amount for one in (guarantee, answer.guarantee)] == [Decimal(0), Decimal(0)]
    assert (balance(world, "live"), balance(world, "run_off")) == (Decimal(0), Decimal(0))
    assert balance(world, "ceded_premium") == Decimal(0)
    books_agree(cast, on=night)


def test_a_second_right_rating_takes_what_the_first_one_left(world, cast):
    guarantee, whom = granted(world, total="200000")
    proved_wrong(world, whom, grade="7")
    night, done = found_wrong(world, whom, known=NIGHT, grade="9")
    assert done == Reviewed(corrected=1)
    assert (term_of(world, guarantee).right_amount, balance(world, "live")) == (Decimal(0), Decimal(0))
    assert (balance(world, "ceded_premium"), credited(world)) == (Decimal(0), [Decimal("831.25"), Decimal("831.25")])
    books_agree(cast, on=night)


@pytest.fixture
def cessions_stand(world):
    """Chosen from a day on; what one test has chosen is not remembered for another."""

    def chosen(first_day):
        law_book._books.clear()
        make.enter_contract_rows(
            world,
            "reading",
            {
                "question": "wrong_rating",
                "reading": "cession_stands",
                "reason": "the reinsurer follows",
                "first_day": first_day,
                "reference_text": "Letter of 2 June 2020",
            },
        )

    yield chosen
    law_book._books.clear()


def test_where_cessions_stand_nothing_is_corrected(world, cessions_stand, cast):
    cessions_stand(NIGHT)
    guarantee, whom = granted(world, total="200000")
    assert proved_wrong(world, whom, grade="7") == Reviewed()
    assert (term_of(world, guarantee).right_amount, balance(world, "live")) == (None, Decimal("190000.00"))
    books_agree(cast)


def test_what_becomes_of_a_cession_is_told_by_the_law_of_the_night(world, cessions_stand):
    cessions_stand(NIGHT + timedelta(days=1))
    _guarantee, whom = granted(world, total="200000")
    assert proved_wrong(world, whom, grade="7") == Reviewed(corrected=1)


def corrected(day):
    return open_night(day, at=NOON).insurers["euler-hermes"]["reviewed_corrected"]


def test_what_was_entered_since_the_last_night_is_found_however_long_that_was_and_once(world):
    guarantee, whom = granted(world, total="200000")
    assert corrected(KNOWN - timedelta(days=3)) == 0
    make.rated(world, whom, on=BEFORE, booked_on=KNOWN - timedelta(days=3), grade="7")
    night = KNOWN + timedelta(days=2)
    with acting(world):
        assert [row.guarantee_public_id for row in wrongly_rated(world, on=night, limit=9)] == [guarantee]
    assert corrected(night) == 1
    assert corrected(night + timedelta(days=1)) == 0
    with acting(world):
        assert wrongly_rated(world, on=night + timedelta(days=1), limit=9) == []


def test_a_term_is_never_corrected_upwards(world):
    guarantee, _whom = granted(world, total="100000")
    term = term_of(world, guarantee)
    with pytest.raises(IntegrityError, match="guarantee_term_corrected_downwards"), acting(world):
        GuaranteeTerm.objects.filter(pk=term.pk).update(right_amount=term.granted_amount)


def test_a_replacement_credits_no_more_than_the_correction_left():
    """Half of 175.01 is half up 87.51, and so is the other half, which came back before."""
    replaced = ReplacedTerm(
        request_id=1,
        term_id=1,
        guarantee_id=1,
        guarantee_public_id="gar_a",
        cession_id=1,
        amount=Decimal("20001.00"),
        ceded_ratio=Decimal("0.95"),
        premium=Decimal("175.01"),
        granted_first=OPENING_DAY,
        granted_end=LATER,
        cover_end=LATER,
        run_off_days=150,
        right_amount=Decimal("10000.50"),
        right_share=Decimal("0.5"),
        ceded_premium_left=Decimal("87.50"),
    )
    end = ReplacedEnd(
        replaced=replaced, on=OPENING_DAY, cause="reduction", premium_credited=Decimal("175.01"), run_off_until=LATER
    )
    assert end.ceded_base_credit == Decimal("87.50")
