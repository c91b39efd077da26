"""A wave of ratings: a sector or a list of buyers rated down, previewed, confirmed by another, then announced."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting
from capweb.accounts.models import Organisation
from capweb.kernel.errors import FieldErrors
from policies.commands.accept_offers import accept_offers
from policies.commands.rate_down_sector import (
    WaveWish,
    confirm_wave,
    preview_of,
    preview_wave,
    propose_wave,
    take_back_wave,
)
from policies.commands.record_buyer_activities import ActivityNotice, record_buyer_activities
from policies.commands.review_buyers import review_buyers
from policies.commands.two_people import ConfirmedByAnother
from policies.domain.moves import IllegalMove
from policies.models import BuyerRating, RatingWave, Reduction
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.handed_in import asked

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
LATER = date(2020, 7, 1)


@pytest.fixture(scope="module")
def cast(committed_once):
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    open_books(cast)
    return cast


@pytest.fixture
def underwriter(cast):
    return make.person(cast.actor(), "underwriter")


@pytest.fixture
def senior(cast):
    return make.person(cast.actor(), "senior_underwriter")


def running(actor, *, grade="6", total="150000", code=""):
    """A substitution that runs on a buyer of a grade and an activity."""
    who, whom = make.client(actor), make.buyer(actor, grade=grade)
    make.notice(actor, who, whom)
    row = asked(actor, make.row_for(who, whom, total=total))
    (answer,) = accept_offers(actor, [row.offer], on=OPENING_DAY, at=NOON)
    if code:
        told = ActivityNotice(f"activity {whom.id}", whom.country, whom.identifier, code, OPENING_DAY)
        assert record_buyer_activities(actor, [told], on=OPENING_DAY) == 1
        assert record_buyer_activities(actor, [told], on=OPENING_DAY) == 0
    return answer.guarantee, whom


def grade_of(actor, whom):
    with acting(actor):
        return BuyerRating.objects.filter(buyer_id=whom.id).latest("id").grade


def previewed(actor, wish, on=LATER):
    with acting(actor):
        return preview_wave(actor, wish, on=on)


def test_a_sector_is_previewed_confirmed_by_another_and_its_cuts_announced(underwriter, senior):
    cut, first = running(underwriter, code="49.41A")
    small, second = running(underwriter, total="60000", code="49.41B")
    other, third = running(underwriter, code="56.10A")
    seen = previewed(underwriter, WaveWish(sector="49.4", to_grade="7"))
    assert {one.id for one in seen.taken} == {first.id, second.id}
    effects = {one.row.guarantee_public_id: one for one in seen.effects}
    assert (effects[cut].effect, effects[cut].maximum, effects[cut].cut_amount) == (
        "cut",
        Decimal("100000.00"),
        Decimal("50000.00"),
    )
    assert (effects[cut].effective_on, effects[cut].freed) == (date(2020, 7, 31), Decimal("47500.00"))
    assert effects[small].effect == "unchanged"
    wave = propose_wave(underwriter, WaveWish(sector="49.4", to_grade="7"), reason="transport routier", on=LATER)
    assert grade_of(underwriter, first) == "6"
    assert confirm_wave(senior, wave, on=LATER) == 2
    assert [grade_of(underwriter, whom) for whom in (first, second, third)] == ["7", "7", "6"]
    review_buyers(underwriter, on=LATER, at=NOON)
    with acting(underwriter):
        announced = Reduction.objects.filter(term__guarantee__public_id__in=[cut, small, other])
        (told,) = announced.values_list("term__guarantee__public_id", "maximum", "effective_on")
    assert told == (cut, Decimal("100000.00"), date(2020, 7, 31))
    with pytest.raises(IllegalMove):
        confirm_wave(senior, wave, on=LATER)


def test_buyers_are_named_one_by_one_and_those_already_lower_are_left(underwriter):
    _, good = running(underwriter)
    low = make.buyer(underwriter, grade="8")
    wish = WaveWish(to_grade="7", buyers=(("FR", good.identifier), ("FR", low.identifier), ("FR", "404404404")))
    seen = previewed(underwriter, wish)
    assert ([one.id for one in seen.taken], [one.id for one in seen.left]) == ([good.id], [low.id])
    assert seen.unknown == ["404404404"]


def test_out_of_the_window_a_running_term_is_kept(underwriter):
    guarantee, whom = running(underwriter)
    seen = previewed(underwriter, WaveWish(to_grade="9", buyers=(("FR", whom.identifier),)))
    assert [(one.row.guarantee_public_id, one.effect) for one in seen.effects] == [(guarantee, "kept")]
    assert (seen.cut_amount, seen.freed) == (Decimal(0), Decimal(0))


def test_whoever_was_rated_lower_since_is_left_when_the_wave_is_confirmed(underwriter, senior):
    (_, first), (_, second) = running(underwriter), running(underwriter)
    keys = tuple(("FR", whom.identifier) for whom in (first, second))
    wave = propose_wave(underwriter, WaveWish(to_grade="7", buyers=keys), reason="essai", on=LATER)
    make.rated(underwriter, first, on=LATER, grade="9")
    with acting(senior):
        assert [one.id for one in preview_of(senior, wave, on=LATER).left] == [first.id]
    assert confirm_wave(senior, wave, on=LATER) == 1
    assert [grade_of(underwriter, whom) for whom in (first, second)] == ["9", "7"]


def test_a_wave_is_confirmed_by_another_person_and_the_database_holds_it(senior, underwriter):
    _, whom = running(underwriter)
    wish = WaveWish(to_grade="7", buyers=(("FR", whom.identifier),))
    wave = propose_wave(senior, wish, reason="essai", on=LATER)
    with pytest.raises(ConfirmedByAnother):
        confirm_wave(senior, wave, on=LATER)
    with acting(senior):
        row = RatingWave.objects.filter(public_id=wave)
        for changed, constraint in [
            (
                {"status": "confirmed", "answered_by": senior.name, "answered_on": LATER},
                "rating_wave_by_four_eyes",
            ),
            ({"to_grade": "9"}, "rating_wave_stands"),
        ]:
            with pytest.raises(IntegrityError) as caught, transaction.atomic():
                row.update(**changed)
            assert caught.value.__cause__.diag.constraint_name == constraint
    take_back_wave(senior, wave, on=LATER)
    assert grade_of(underwriter, whom) == "6"


def test_a_wave_that_says_too_little_is_refused_at_the_field(underwriter):
    low = make.buyer(underwriter, grade="9")
    for wish, reason, fields in [
        (WaveWish(to_grade="Z", sector="49"), "essai", {"to_grade"}),
        (WaveWish(to_grade="7", buyers=(("FR", low.identifier),)), " ", {"file", "reason"}),
        (WaveWish(to_grade="7", sector="01"), "essai", {"sector"}),
    ]:
        with pytest.raises(FieldErrors) as caught:
            propose_wave(underwriter, wish, reason=reason, on=LATER)
        assert {one.field for one in caught.value.errors} == fields
    with pytest.raises(FieldErrors):
        record_buyer_activities(
            underwriter, [ActivityNotice("x", "FR", low.identifier, "4941", OPENING_DAY)], on=OPENING_DAY
        )


def test_a_preview_costs_a_fixed_number_of_queries(underwriter):
    known = [running(underwriter)[1] for _ in range(3)]

    def cost(buyers):
        wish = WaveWish(to_grade="7", buyers=tuple(("FR", whom.identifier) for whom in buyers))
        with CaptureQueriesContext(connections["default"]) as seen:
            previewed(underwriter, wish)
        return len(seen)

    cost(known)
    assert cost(known[:1]) == cost(known)
