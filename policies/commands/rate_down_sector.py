"""A wave of ratings: many buyers, of a sector or a file, rated down to one grade, by two people (E12, D-24).

The first person sees what it would cut, from when, and what exposure that would free; the second confirms. Only then
each buyer has a new rating, in force from that day; the night after it announces the cuts with the days of notice, and
the message that goes with each announcement is the proof of notice (D-29).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting, must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from capweb.kernel.money import ZERO, to_cent_half_up
from eligibility.domain import engine
from eligibility.domain.law import LawInForce
from eligibility.queries.law_book import current_law_book
from policies.commands.two_people import ANSWER_COLUMNS, answer_proposal, proposer
from policies.domain.moves import RATING_WAVE
from policies.models import BuyerRating, RatingWave, RatingWaveBuyer
from policies.queries import rating_waves, renewals_due, request_facts
from policies.queries.rating_waves import RatedBuyer
from policies.queries.renewals_due import DueTerm

MOST_BUYERS: Final = 5_000


class WaveUnknown(DomainError):
    """The insurer has no such wave."""

    code = "rating_wave_unknown"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveWish:
    """Which buyers: those whose activity begins with `sector`, or those named by country and identifier."""

    to_grade: str
    sector: str = ""
    buyers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WaveEffect:
    """One running top-up under the new grade: `cut` to its new maximum after the notice, `kept` to the end of its term
    without renewal (D-25), `unchanged`, or `unjudged` where the facts contradict each other or no notice stands.

    `freed` is what less is ceded once the cut is made; it stays engaged as run-off before it is room again (D-36).
    """

    row: DueTerm
    grade_before: str
    effect: str
    maximum: Decimal | None = None
    effective_on: date | None = None
    freed: Decimal = ZERO

    @property
    def cut_amount(self) -> Decimal:
        """By how much it falls, in euro."""
        return ZERO if self.maximum is None else self.row.amount - self.maximum


@dataclass(frozen=True, slots=True)
class WavePreview:
    """The buyers that would be rated, those left as they are (at that grade already or lower, or not on the scale), the
    identifiers that nobody knows, and what becomes of the running top-ups.
    """

    to_grade: str
    taken: list[RatedBuyer]
    left: list[RatedBuyer]
    unknown: list[str]
    effects: list[WaveEffect]

    @property
    def cuts(self) -> list[WaveEffect]:
        return [one for one in self.effects if one.effect == "cut"]

    @property
    def cut_amount(self) -> Decimal:
        return sum((one.cut_amount for one in self.cuts), ZERO)

    @property
    def freed(self) -> Decimal:
        return sum((one.freed for one in self.cuts), ZERO)


def preview_wave(actor: Actor, wish: WaveWish, *, on: date) -> WavePreview:
    """What a wave would do if it were confirmed today; nothing is written. A fixed number of queries; inside acting.

    Raises NotAllowed, FieldErrors for a grade off the scale or a wave without buyers, or of more than 5,000.
    """
    must_be_acting(actor)
    actor.must_be_allowed("rating_waves.propose")
    law = current_law_book(actor).on(on)
    scale = _scale(law, actor, wish.to_grade)
    if wish.sector:
        found = rating_waves.of_sector(actor, wish.sector, on=on, limit=MOST_BUYERS + 1)
    else:
        found = rating_waves.named(actor, wish.buyers[: MOST_BUYERS + 1], on=on)
    if len(found) > MOST_BUYERS or len(wish.buyers) > MOST_BUYERS:
        told = _("A wave takes at most %(most)s buyers: choose a narrower sector.") % {"most": MOST_BUYERS}
        raise FieldErrors([FieldError("sector" if wish.sector else "file", told, code="too_many_buyers")])
    taken = [one for one in found if _falls(one, wish.to_grade, scale)]
    known = {(one.country, one.identifier) for one in found}
    return WavePreview(
        wish.to_grade,
        taken,
        [one for one in found if not _falls(one, wish.to_grade, scale)],
        [identifier for country, identifier in wish.buyers if (country, identifier) not in known],
        _effects(actor, taken, wish.to_grade, law),
    )


def preview_of(actor: Actor, wave: str, *, on: date) -> WavePreview:
    """What a proposed wave would do if it were confirmed today. Inside acting(actor)."""
    must_be_acting(actor)
    line = rating_waves.detail(actor, wave)
    law = current_law_book(actor).on(on)
    scale = _scale(law, actor, line.to_grade)
    found = rating_waves.of_wave(actor, wave, on=on)
    taken = [one for one in found if _falls(one, line.to_grade, scale)]
    left = [one for one in found if not _falls(one, line.to_grade, scale)]
    return WavePreview(line.to_grade, taken, left, [], _effects(actor, taken, line.to_grade, law))


def propose_wave(actor: Actor, wish: WaveWish, *, reason: str, on: date) -> str:
    """Keep a wave with its preview for a second person; its public id. Raises as `preview_wave`, and without a reason
    or without a buyer whose grade would fall.
    """
    actor.must_be_allowed("rating_waves.propose")
    with acting(actor):
        seen = preview_wave(actor, wish, on=on)
        _must_be_worth_it(seen, reason, is_sector=bool(wish.sector))
        wave = RatingWave.objects.create(
            insurer_id=actor.insurer_id,
            public_id=new_public_id("wav"),
            sector=wish.sector,
            to_grade=wish.to_grade,
            reason=reason.strip(),
            buyers=len(seen.taken),
            cuts=len(seen.cuts),
            cut_amount=seen.cut_amount,
            freed_amount=seen.freed,
            **proposer(actor, on),
        )
        RatingWaveBuyer.objects.bulk_create(
            [
                RatingWaveBuyer(insurer_id=actor.insurer_id, wave=wave, buyer_id=one.id, grade_before=one.grade)
                for one in seen.taken
            ]
        )
        _record(actor, "rating_wave.proposed", wave, on)
    return wave.public_id


def confirm_wave(actor: Actor, wave: str, *, on: date) -> int:
    """Rate the buyers of a wave, each whose grade still lies above; how many. Whoever was rated lower since is left.

    Raises NotAllowed, WaveUnknown, IllegalMove, ConfirmedByAnother.
    """
    actor.must_be_allowed("rating_waves.confirm")
    with acting(actor):
        row = _locked(actor, wave)
        answer_proposal(actor, row, "confirm", machine=RATING_WAVE, on=on)
        scale = _scale(current_law_book(actor).on(on), actor, row.to_grade)
        taken = [one for one in rating_waves.of_wave(actor, wave, on=on) if _falls(one, row.to_grade, scale)]
        BuyerRating.objects.bulk_create(
            [
                BuyerRating(
                    insurer_id=actor.insurer_id,
                    buyer_id=one.id,
                    grade=row.to_grade,
                    default_probability=one.default_probability,
                    is_insolvent=one.is_insolvent,
                    effective_on=on,
                    booked_on=on,
                    source_reference=f"{wave}/{one.id}",
                )
                for one in taken
            ]
        )
        row.rated = len(taken)
        _save(actor, row, "rating_wave.confirmed", on)
    return len(taken)


def turn_down_wave(actor: Actor, wave: str, *, on: date) -> None:
    """Turn down what another person proposed. Raises as `confirm_wave`."""
    actor.must_be_allowed("rating_waves.confirm")
    with acting(actor):
        row = _locked(actor, wave)
        answer_proposal(actor, row, "turn_down", machine=RATING_WAVE, on=on)
        _save(actor, row, "rating_wave.turned_down", on)


def take_back_wave(actor: Actor, wave: str, *, on: date) -> None:
    """Take a proposed wave back. Raises NotAllowed, WaveUnknown, IllegalMove."""
    actor.must_be_allowed("rating_waves.propose")
    with acting(actor):
        row = _locked(actor, wave)
        answer_proposal(actor, row, "take_back", machine=RATING_WAVE, on=on)
        _save(actor, row, "rating_wave.taken_back", on)


def _scale(law: LawInForce, actor: Actor, to_grade: str) -> Sequence[str]:
    scale = law.scales.get(actor.insurer_code, ())
    if to_grade not in scale:
        told = _("This is no grade of the insurer's scale.")
        raise FieldErrors([FieldError("to_grade", told, code="unknown_grade")])
    return scale


def _falls(one: RatedBuyer, to_grade: str, scale: Sequence[str]) -> bool:
    """Whether the grade would fall: the scale runs from the best to the worst."""
    return one.grade in scale and scale.index(one.grade) < scale.index(to_grade)


def _must_be_worth_it(seen: WavePreview, reason: str, *, is_sector: bool) -> None:
    errors = []
    if not reason.strip():
        errors.append(FieldError("reason", _("Say why: the second person and the auditor read it."), code="required"))
    if not seen.taken:
        told = _("None of these buyers has a better grade: nothing would change.")
        errors.append(FieldError("sector" if is_sector else "file", told, code="nobody_falls"))
    if errors:
        raise FieldErrors(errors)


def _effects(actor: Actor, taken: Sequence[RatedBuyer], to_grade: str, law: LawInForce) -> list[WaveEffect]:
    """Each running amount judged as the night will (review_buyers), on today's facts with the new grade."""
    grades = {one.id: one.grade for one in taken}
    rows = renewals_due.of_buyers(actor, list(grades), on=law.day) if grades else []
    judgeable = [row for row in rows if row.buyer_limit_id is not None]
    wishes = [row.asked(row.amount + (row.primary_amount or ZERO)) for row in judgeable]
    cases = dict(zip([row.term_id for row in judgeable], request_facts.gather(actor, wishes, on=law.day), strict=True))
    cut_on = law.day + timedelta(days=law.counts["contracts/settings/notice_days"])
    found = []
    for row in rows:
        before = grades[row.buyer_id]
        case = cases.get(row.term_id)
        if case is None:
            found.append(WaveEffect(row, before, "unjudged"))
            continue
        case = msgspec.structs.replace(case, buyer=msgspec.structs.replace(case.buyer, grade=to_grade))
        try:
            decision = engine.decide(case, law)
        except FieldErrors:
            found.append(WaveEffect(row, before, "unjudged"))
            continue
        maximum = decision.maximum
        if decision.outcome == "refuse":
            found.append(WaveEffect(row, before, "kept"))
        elif maximum is not None and ZERO < maximum < row.amount:
            freed = row.ceded_amount - to_cent_half_up(maximum * row.ceded_ratio)
            found.append(WaveEffect(row, before, "cut", maximum, cut_on, freed))
        else:
            found.append(WaveEffect(row, before, "unchanged"))
    return found


def _locked(actor: Actor, wave: str) -> RatingWave:
    row = RatingWave.objects.select_for_update().filter(insurer_id=actor.insurer_id, public_id=wave).first()
    if row is None:
        raise WaveUnknown(f"There is no wave {wave} here.", wave=wave)
    return row


def _save(actor: Actor, row: RatingWave, action: str, on: date) -> None:
    row.save(update_fields=[*ANSWER_COLUMNS, "rated"])
    _record(actor, action, row, on)


def _record(actor: Actor, action: str, row: RatingWave, on: date) -> None:
    told = {"grade": row.to_grade, "sector": row.sector, "reason": row.reason, "buyers": row.buyers, "rated": row.rated}
    became = {name: value for name, value in told.items() if value not in (None, "")}
    record_changes(
        [Change(action, row.public_id, became=became)],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )
