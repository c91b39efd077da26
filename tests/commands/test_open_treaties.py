"""Treaties: one at a time for an insurer, kind and market, between an insurer and a reinsurer, opened once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import NotAllowed, PlatformActor
from reinsurance.commands.authorise_capacity import bring_envelopes_to_law
from reinsurance.commands.cede import cede
from reinsurance.commands.open_treaties import open_treaties
from reinsurance.commands.refusals import OrganisationUnfit, TreatyOverlaps
from reinsurance.models import Treaty, TreatyTerms
from reinsurance.queries.treaties import treaties
from tests.books import open_books, openings, order, set_ceilings
from tests.cast import OPENING_DAY

pytestmark = pytest.mark.usefixtures("committed")
LATER = date(2021, 4, 15)


def _open(cast, *given):
    with acting_as_platform():
        return open_treaties(cast.operator, given, on=OPENING_DAY)


@pytest.fixture
def opening(committed):
    return openings(insurers=("coface",))[0]


def test_opening_twice_opens_once(cast, opening):
    first, second = _open(cast, opening, opening)
    assert first == second == _open(cast, opening)[0]
    with acting_as_platform() as using:
        assert Treaty.objects.using(using).count() == 1


@pytest.mark.parametrize("ended_on", [None, date(2021, 4, 16)])
def test_two_treaties_never_cover_the_same_day(cast, opening, ended_on):
    _open(cast, replace(opening, end_day=ended_on))
    with pytest.raises(TreatyOverlaps):
        _open(cast, replace(opening, first_day=LATER))


def test_the_database_refuses_overlapping_treaties_too(cast, opening):
    _open(cast, opening)
    with acting_as_platform() as using:
        row = Treaty.objects.using(using).get()
    row.pk, row.public_id, row.opened_on = None, "trt_other", LATER
    with pytest.raises(IntegrityError, match="treaty_one_at_a_time"):
        row.save(using="platform", force_insert=True)


def test_a_treaty_follows_another_without_gap_and_keeps_its_own_accounts(cast, opening):
    set_ceilings(cast, {"domestic": Decimal("1000000.00")})
    old, new = _open(cast, replace(opening, end_day=LATER), replace(opening, first_day=LATER))
    coface = cast.actor("coface")
    with acting(coface):
        (receipt,) = cede(coface, [order("a", kind="complement")], on=OPENING_DAY)
        rows = {row.public_id: row for row in treaties(coface, on=LATER)}
    assert receipt.treaty_public_id == old
    assert (rows[old].is_open, rows[old].live) == (False, Decimal("100000.00"))
    assert (rows[new].is_open, rows[new].live) == (True, 0)


def test_later_terms_do_not_rewrite_earlier_ones(cast, opening):
    set_ceilings(cast, {"domestic": Decimal("1000000.00")})
    _open(cast, replace(opening, ceding_commission=Decimal("0.10")))
    coface = cast.actor("coface")
    with acting_as_platform() as using:
        row = Treaty.objects.using(using).get()
        TreatyTerms.objects.using(using).create(
            insurer_id=coface.insurer_id,
            treaty=row,
            first_day=LATER,
            ceded_ratio=Decimal("0.90"),
            ceding_commission=Decimal(0),
            booked_on=OPENING_DAY,
        )
    with acting(coface):
        (receipt,) = cede(coface, [order("a", kind="complement")], on=LATER)
    assert receipt.shares.ceded_ratio == 1
    assert receipt.shares.commission == Decimal("87.50")


@pytest.mark.parametrize("changed", [{"reinsurer_code": "coface"}, {"insurer_code": "ccr"}, {"insurer_code": "nobody"}])
def test_a_treaty_is_between_an_insurer_and_a_reinsurer(cast, opening, changed):
    with pytest.raises(OrganisationUnfit):
        _open(cast, replace(opening, **changed))


def test_a_reinsurer_opens_no_treaty_by_itself(cast, opening):
    ccr = PlatformActor(name="ccr", role="reinsurer", organisation_id=cast.organisations["ccr"].pk)
    with acting_as_platform(), pytest.raises(NotAllowed):
        open_treaties(ccr, [opening], on=OPENING_DAY)


def test_a_reinsurer_does_not_move_the_envelopes(cast):
    open_books(cast)
    ccr = PlatformActor(name="ccr", role="reinsurer", organisation_id=cast.organisations["ccr"].pk)
    with acting_as_platform(), pytest.raises(NotAllowed):
        bring_envelopes_to_law(ccr, {"domestic": Decimal(1)}, on=OPENING_DAY)
