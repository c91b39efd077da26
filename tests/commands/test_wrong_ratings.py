"""A rating proves wrong after the grant: the policyholder keeps what it was promised, the State carries less (D-39)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from capweb.accounts.acting import acting, acting_as_platform
from policies.commands.accept_offers import accept_offers
from policies.commands.reconcile_cessions import reconcile_cessions
from policies.commands.renew_guarantees import lapse_terms
from policies.commands.review_buyers import Reviewed, review_buyers
from policies.models import Endorsement, GuaranteeTerm, Reduction
from policies.queries import accumulations
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


def settled(actor, claim):
    from policies.commands.settle_claims import Settlement, settle_claims

    accountant = make.person(actor, "reinsurance_accountant")
    with acting(accountant):
        return settle_claims(accountant, [Settlement(claim=claim, paid_on=claims.PAID)], on=claims.PAID)[0]


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


def test_a_term_is_never_corrected_upwards(world):
    guarantee, _whom = granted(world, total="100000")
    term = term_of(world, guarantee)
    with pytest.raises(IntegrityError, match="guarantee_term_corrected_downwards"), acting(world):
        GuaranteeTerm.objects.filter(pk=term.pk).update(right_amount=term.granted_amount)
