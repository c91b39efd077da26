"""A wave of limits (D-29): a sector cut at once, previewed, confirmed by another, each policyholder told."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, ProgrammingError, connections, transaction
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.accounts.models import Organisation
from capweb.audit.models import TrailEntry
from capweb.kernel.errors import FieldErrors
from policies.commands.accept_offers import accept_offers
from policies.commands.cut_limits_by_sector import (
    LimitWaveWish,
    confirm_limit_wave,
    preview_limit_wave,
    preview_of_limits,
    propose_limit_wave,
    take_back_limit_wave,
)
from policies.commands.follow_primary import follow_primary
from policies.commands.record_buyer_activities import ActivityNotice, record_buyer_activities
from policies.commands.subscribe_buyers import Subscription, subscribe_buyers
from policies.commands.two_people import ConfirmedByAnother
from policies.domain.moves import IllegalMove
from policies.models import BuyerLimit, GuaranteeTerm, LimitWave, LimitWaveLine, ShortNotice
from policies.queries import limit_waves
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.handed_in import asked

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
IN_TIME = OPENING_DAY + timedelta(days=30)
_divisions = itertools.count(10)


@pytest.fixture(scope="module")
def cast(committed_once):
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    open_books(cast)
    make.enter_illustrative_tariffs(cast.actor())
    return cast


@pytest.fixture
def elise(cast):
    return make.person(cast.actor(), "underwriter")


@pytest.fixture
def serge(elise):
    return make.person(elise, "senior_underwriter")


@pytest.fixture
def sector():
    """A division of the NAF of which no other test has a buyer."""
    return str(next(_divisions))


@pytest.fixture
def broker(cast):
    return cast.organisations["courtage-du-port"].pk


def limited(actor, sector, *, amount="200000", broker_id=None):
    """A client with a limit in the books on a buyer of a sector."""
    who, whom = make.client(actor, broker_id=broker_id), make.buyer(actor)
    make.notice(actor, who, whom, decision="grant", amount=amount, notified_on=date(2020, 1, 6))
    told = ActivityNotice(f"activity {whom.id}", whom.country, whom.identifier, f"{sector}.41A", OPENING_DAY)
    record_buyer_activities(actor, [told], on=OPENING_DAY)
    return who, whom


def previewed(actor, wish, on=OPENING_DAY):
    with acting(actor):
        return preview_limit_wave(actor, wish, on=on)


def confirmed(elise, serge, wish, on=OPENING_DAY):
    wave = propose_limit_wave(elise, wish, reason="transport routier en crise", on=on)
    return wave, confirm_limit_wave(serge, wave, on=on)


def newest(actor, who, whom):
    with acting(actor):
        return BuyerLimit.objects.filter(policy_id=who.policy_id, buyer_id=whom.id).latest("id")


def test_a_sector_is_ended_with_its_notice_and_each_policyholder_is_told_with_the_top_up(elise, serge, broker, sector):
    who, whom = limited(elise, sector, broker_id=broker)
    _, elsewhere = limited(elise, "99")
    address = Subscription(
        source_reference="A", buyer_country="FR", buyer_identifier=whom.identifier,
        address="compta@acheteur.example", effective_on=OPENING_DAY,
    )  # fmt: skip
    subscribe_buyers(elise, [address], on=OPENING_DAY)
    seen = previewed(elise, LimitWaveWish(measure="end", sector=f"{sector}.4"))
    (cut,) = seen.cuts
    assert (cut.limit.buyer_id, cut.taken, seen.effective_on) == (whom.id, Decimal(200_000), IN_TIME)
    assert (cut.top_up.product, cut.top_up.amount, cut.top_up.premium) == (
        "cap_plus",
        Decimal("100000.00"),
        Decimal("875.00"),
    )
    wave = propose_limit_wave(
        elise, LimitWaveWish(measure="end", sector=f"{sector}.4"), reason="secteur", on=OPENING_DAY
    )
    assert newest(elise, who, whom).decision == "grant"
    assert confirm_limit_wave(serge, wave, on=OPENING_DAY) == 1
    limit = newest(elise, who, whom)
    assert (limit.decision, limit.notified_on, limit.effective_on) == ("cessation", OPENING_DAY, IN_TIME)
    with acting(elise):
        (proof,) = limit_waves.proof(elise, wave)
        assert TrailEntry.objects.get(action="limit_wave.confirmed", subject=wave).became["changed"] == 1
        assert not BuyerLimit.objects.filter(buyer_id=elsewhere.id, decision="cessation").exists()
    assert (proof.outcome, proof.days, proof.is_buyer_told) == ("told", 30, True)
    assert proof.letter.startswith("EULER-HERMES-L-2020-")
    assert len(proof.digest) == 64
    assert proof.message.startswith("msg_")
    assert proof.mails
    assert proof.sent_at is None
    with pytest.raises(IllegalMove):
        confirm_limit_wave(serge, wave, on=OPENING_DAY)


def test_a_share_is_taken_of_each_limit_and_the_complements_on_them_follow_down(elise, serge):
    who, whom = make.client(elise), make.buyer(elise)
    make.notice(elise, who, whom, decision="reduction", amount="100000", before="300000")
    row = asked(elise, make.row_for(who, whom, total="150000"))
    (answer,) = accept_offers(elise, [row.offer], on=OPENING_DAY, at=NOON)
    named = (("FR", whom.identifier),)
    wish = LimitWaveWish(measure="share", share=Decimal("0.40"), buyers=named)
    (cut,) = previewed(elise, wish).cuts
    assert (cut.limit.amount, cut.amount) == (Decimal(100_000), Decimal("60000.00"))
    (follower,) = cut.followers
    assert (follower.guarantee, follower.amount_before, follower.amount) == (
        answer.guarantee,
        Decimal("50000.00"),
        Decimal("30000.00"),
    )
    confirmed(elise, serge, wish)
    follow_primary(elise, on=IN_TIME, at=NOON)
    with acting(elise):
        term = GuaranteeTerm.objects.get(guarantee__public_id=answer.guarantee)
    assert term.amount == follower.amount


def test_limits_are_cut_to_an_amount_and_those_below_are_left(elise, serge, sector):
    (who, high), (_, low) = limited(elise, sector), limited(elise, sector, amount="40000")
    wish = LimitWaveWish(measure="to_amount", to_amount=Decimal(50_000), sector=sector)
    seen = previewed(elise, wish)
    assert [one.limit.buyer_id for one in seen.cuts] == [high.id]
    assert [one.buyer_id for one in seen.left] == [low.id]
    confirmed(elise, serge, wish)
    assert newest(elise, who, high).amount == Decimal("50000.00")


def test_what_fell_as_low_since_is_left_and_the_proof_says_so(elise, serge, sector):
    (who, whom), (other, second) = limited(elise, sector), limited(elise, sector)
    wish = LimitWaveWish(measure="to_amount", to_amount=Decimal(50_000), sector=sector)
    wave = propose_limit_wave(elise, wish, reason="essai", on=OPENING_DAY)
    make.notice(elise, who, whom, decision="reduction", amount="30000", before="200000")
    with acting(serge):
        seen = preview_of_limits(serge, wave, on=OPENING_DAY)
    assert ([one.limit.buyer_id for one in seen.cuts], [one.buyer_id for one in seen.left]) == ([second.id], [whom.id])
    assert confirm_limit_wave(serge, wave, on=OPENING_DAY) == 1
    with acting(serge):
        told = {one.policy_number: one.outcome for one in limit_waves.proof(serge, wave)}
    assert told == {who.policy_number: "left", other.policy_number: "told"}


def test_a_wave_confirmed_later_gives_its_whole_notice_from_then(elise, serge, sector):
    who, whom = limited(elise, sector)
    wave = propose_limit_wave(elise, LimitWaveWish(measure="end", sector=sector), reason="essai", on=OPENING_DAY)
    later = OPENING_DAY + timedelta(days=5)
    confirm_limit_wave(serge, wave, on=later)
    assert newest(elise, who, whom).effective_on == later + timedelta(days=30)


def test_not_before_a_day_that_is_asked_for(elise, sector):
    limited(elise, sector)
    far = OPENING_DAY + timedelta(days=60)
    assert previewed(elise, LimitWaveWish(measure="end", sector=sector, not_before=far)).effective_on == far
    assert previewed(elise, LimitWaveWish(measure="end", sector=sector, not_before=OPENING_DAY)).effective_on == IN_TIME


def test_an_exceptional_case_counts_at_once_and_whoever_confirms_the_wave_is_its_second_pair_of_eyes(
    elise, serge, sector
):
    who, whom = limited(elise, sector)
    wish = LimitWaveWish(measure="end", buyers=(("FR", whom.identifier),), exceptional_case="overdue")
    wave, done = confirmed(elise, serge, wish)
    assert (done, newest(elise, who, whom).effective_on) == (1, OPENING_DAY)
    with acting(serge):
        case = ShortNotice.objects.get(buyer_id=whom.id)
        (proof,) = limit_waves.proof(serge, wave)
    assert (case.status, case.asked_by, case.decided_by) == ("confirmed", elise.name, serge.name)
    assert (proof.exceptional_case, proof.days) == ("overdue", 0)


def test_a_wave_is_confirmed_by_another_person_and_the_database_holds_it(elise, serge, sector):
    who, whom = limited(elise, sector)
    wave = propose_limit_wave(serge, LimitWaveWish(measure="end", sector=sector), reason="essai", on=OPENING_DAY)
    with pytest.raises(ConfirmedByAnother):
        confirm_limit_wave(serge, wave, on=OPENING_DAY)
    with pytest.raises(NotAllowed):
        confirm_limit_wave(elise, wave, on=OPENING_DAY)
    with acting(serge):
        rows, lines = LimitWave.objects.filter(public_id=wave), LimitWaveLine.objects.filter(wave__public_id=wave)
        answered = {"status": "confirmed", "answered_by": serge.name, "answered_on": OPENING_DAY}
        for changed, constraint in [
            (answered, "limit_wave_by_four_eyes"),
            ({"measure": "share", "share": "0.5"}, "limit_wave_stands"),
        ]:
            with pytest.raises(IntegrityError) as caught, transaction.atomic():
                rows.update(**changed)
            assert caught.value.__cause__.diag.constraint_name == constraint
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            lines.update(amount="1.00")
    take_back_limit_wave(serge, wave, on=OPENING_DAY)
    assert newest(elise, who, whom).decision == "grant"


def test_a_wave_that_says_too_little_is_refused_at_the_field(elise, sector):
    for wish, reason, fields in [
        (LimitWaveWish(measure="share", sector=sector), "essai", {"share"}),
        (LimitWaveWish(measure="to_amount", to_amount=Decimal(0), sector=sector), "essai", {"to_amount"}),
        (LimitWaveWish(measure="halve", sector=sector, exceptional_case="doubt"), "x", {"measure", "exceptional_case"}),
        (LimitWaveWish(measure="end", sector="01"), " ", {"sector", "reason"}),
    ]:
        with pytest.raises(FieldErrors) as caught:
            propose_limit_wave(elise, wish, reason=reason, on=OPENING_DAY)
        assert {one.field for one in caught.value.errors} == fields


def test_preview_confirmation_and_proof_cost_a_fixed_number_of_queries(elise, serge):
    def cost(act):
        with CaptureQueriesContext(connections["default"]) as seen:
            answer = act()
        return len(seen), answer

    def spent(code, count):
        for _ in range(count):
            limited(elise, code)
        wish = LimitWaveWish(measure="end", sector=code)
        seen, _ = cost(lambda: previewed(elise, wish))
        wave = propose_limit_wave(elise, wish, reason="essai", on=OPENING_DAY)
        done, changed = cost(lambda: confirm_limit_wave(serge, wave, on=OPENING_DAY))
        with acting(serge):
            proved, rows = cost(lambda: limit_waves.proof(serge, wave))
        assert (changed, len(rows)) == (count, count)
        return seen, done, proved

    spent("90", 1)
    assert spent("91", 1) == spent("92", 3)
