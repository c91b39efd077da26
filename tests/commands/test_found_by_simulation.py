"""What seeds of the simulation (tests/simulation) have found, each told as a test of its own."""

from __future__ import annotations

from datetime import date

import pytest

from capweb.accounts.acting import acting
from policies.commands.open_night import open_night
from policies.commands.withdraw_guarantees import Withdrawal, withdraw_guarantees
from policies.models import Endorsement, GuaranteeTerm
from reinsurance.models import CessionChange
from reinsurance.queries.verification import verify_ledger
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY
from tests.claims import NOON, covered


@pytest.fixture
def desk(committed, cast):
    open_books(cast)
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return actor


def begins_later(desk, begins):
    """A complement accepted on the opening day, during the notice of the reduction (D-38)."""
    return covered(
        desk, total="100000", decision="reduction", before="100000", amount="60000",
        notified_on=OPENING_DAY, effective_on=begins,
    )  # fmt: skip


def test_a_top_up_that_has_not_begun_can_be_ended_and_then_never_begins(desk, cast):
    """Accepted during the notice of a reduction, it starts when the primary falls (D-38); ended before, it broke."""
    begins = date(2020, 7, 15)
    cover = begins_later(desk, begins)
    with acting(desk):
        assert GuaranteeTerm.objects.get().cover_first == begins
    senior = cast.actor(role="senior_underwriter")
    given = Withdrawal(guarantee=cover.guarantee, reason="Lettre du client")
    (answer,) = withdraw_guarantees(senior, [given], on=OPENING_DAY, at=NOON)
    assert answer.outcome == "withdrawn"
    with acting(desk):
        term = GuaranteeTerm.objects.get()
        assert (term.status, term.cover_first, term.cover_end) == ("ended", begins, begins)
        assert CessionChange.objects.get().effective_on == begins
        assert Endorsement.objects.order_by("pk").last().snapshot["term"]["cover_end"] == str(begins)
    assert verify_ledger().agrees


def test_a_rating_between_acceptance_and_first_day_is_a_new_one_and_corrects_nothing(desk):
    """It was taken for one that had been wrong on the day of the grant, and the insurer's night did not end (D-39)."""
    cover = begins_later(desk, date(2020, 7, 15))
    make.rated(desk, cover.whom, on=date(2020, 7, 5), grade="9")
    report = open_night(date(2020, 7, 6), at=NOON)
    assert report.ledger_differences == []
    assert report.insurers["euler-hermes"]["reviewed_corrected"] == 0
    with acting(desk):
        term = GuaranteeTerm.objects.get()
        assert (term.status, term.right_amount) == ("running", None)
