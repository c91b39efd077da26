"""A wave of limits: the insurer's own limits on a sector or a list of buyers cut at once, by two people (D-29).

The first person sees who loses what, from which day, what top-up would be possible in the same step and which running
complements would follow down (D-27); the second confirms. Only then each limit is decided and told, by the very command
that takes the insurer's feed: notice, letter and message are those of any decision, and they are the proof of notice.
Without its notice a wave counts in an exceptional case alone; who confirms it is the second pair of eyes that asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting, must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from capweb.kernel.money import ZERO
from eligibility.domain import engine, facts
from eligibility.domain.law import LawInForce
from eligibility.queries.law_book import current_law_book
from policies.commands.change_buyer_limits import Asker, LimitNotice, change_buyer_limits
from policies.commands.propose_top_ups import PlannedDecision, TopUpPossible, top_ups_planned
from policies.commands.rate_down_sector import WaveUnknown
from policies.commands.settle_short_notices import Verdict, settle_short_notices
from policies.commands.two_people import ANSWER_COLUMNS, answer_proposal, proposer
from policies.domain.letters import first_effective_day
from policies.domain.limit_cuts import amount_after, decision_for
from policies.domain.moves import LIMIT_WAVE
from policies.models import CutMeasure, ExceptionalCase, LimitWave, LimitWaveLine
from policies.queries import limit_waves, rating_waves, renewals_due, request_facts
from policies.queries.limit_waves import ProposedCut, StandingLimit
from policies.queries.renewals_due import DueTerm

MOST_LIMITS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitWaveWish:
    """Whose limits: of buyers whose activity begins with `sector`, or of those named by country and identifier.

    `share` is what is taken of each (a ratio), `to_amount` what is left at most, in euro. `not_before`: the first day
    on which they may count. `exceptional_case` asks that they count without their notice.
    """

    measure: str
    share: Decimal | None = None
    to_amount: Decimal | None = None
    sector: str = ""
    buyers: tuple[tuple[str, str], ...] = ()
    not_before: date | None = None
    exceptional_case: str = ""


@dataclass(frozen=True, slots=True)
class Follower:
    """A running complement that follows its primary down on that day: to `amount`, zero where it ends (D-27)."""

    guarantee: str
    amount_before: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LimitCut:
    """One limit of a wave: what it becomes, the top-up that would be possible, the complements that would follow."""

    limit: StandingLimit
    amount: Decimal
    top_up: TopUpPossible
    followers: tuple[Follower, ...]

    @property
    def taken(self) -> Decimal:
        return self.limit.amount - self.amount


@dataclass(frozen=True, slots=True)
class LimitWavePreview:
    """What a wave would do if it were confirmed today; amounts in euro. `left` are limits that stay as they are,
    `unknown` the identifiers that nobody knows, `notice_days` those of a cut that is no exceptional case.
    """

    notified_on: date
    effective_on: date
    cuts: list[LimitCut]
    left: list[StandingLimit]
    unknown: list[str]

    @property
    def cut_amount(self) -> Decimal:
        return sum((one.taken for one in self.cuts), ZERO)

    @property
    def holders(self) -> int:
        """How many policyholders lose something."""
        return len({one.limit.policy_id for one in self.cuts})

    @property
    def top_ups(self) -> list[TopUpPossible]:
        return [one.top_up for one in self.cuts if one.top_up.amount is not None]

    @property
    def top_up_amount(self) -> Decimal:
        return sum((one.amount for one in self.top_ups if one.amount is not None), ZERO)

    @property
    def followers(self) -> list[Follower]:
        return [follower for one in self.cuts for follower in one.followers]


def preview_limit_wave(actor: Actor, wish: LimitWaveWish, *, on: date) -> LimitWavePreview:
    """What a wave would do if it were confirmed today; nothing is written. A fixed number of queries; inside acting.

    Raises NotAllowed, FieldErrors for a measure without its figure or a wave of more than 5,000 limits.
    """
    must_be_acting(actor)
    actor.must_be_allowed("limit_waves.propose")
    _must_make_sense(wish)
    law = current_law_book(actor).on(on)
    effective_on = _effective_day(law, wish.exceptional_case, wish.not_before, on=on)
    if wish.sector:
        found = rating_waves.of_sector(actor, wish.sector, on=on, limit=MOST_LIMITS + 1)
    else:
        found = rating_waves.named(actor, wish.buyers[: MOST_LIMITS + 1], on=on)
    limits = limit_waves.standing(actor, [one.id for one in found], at=effective_on, on=on, limit=MOST_LIMITS + 1)
    if max(len(found), len(wish.buyers), len(limits)) > MOST_LIMITS:
        told = _("A wave takes at most %(most)s limits: choose a narrower sector.") % {"most": MOST_LIMITS}
        raise FieldErrors([FieldError("sector" if wish.sector else "file", told, code="too_many_limits")])
    planned = [
        (limit, amount_after(limit.amount, measure=wish.measure, share=wish.share, to_amount=wish.to_amount))
        for limit in limits
    ]
    known = {(one.country, one.identifier) for one in found}
    return LimitWavePreview(
        on,
        effective_on,
        _cuts(actor, [(limit, amount) for limit, amount in planned if amount is not None], law, effective_on),
        [limit for limit, amount in planned if amount is None],
        [identifier for country, identifier in wish.buyers if (country, identifier) not in known],
    )


def preview_of_limits(actor: Actor, wave: str, *, on: date) -> LimitWavePreview:
    """What a proposed wave would do if it were confirmed today. Inside acting(actor)."""
    must_be_acting(actor)
    line = limit_waves.detail(actor, wave)
    law = current_law_book(actor).on(on)
    effective_on = _effective_day(law, line.exceptional_case, line.not_before, on=on)
    taken, left = _still_to_cut(actor, limit_waves.proposed(actor, wave), at=effective_on, on=on)
    planned = [(limit, one.amount) for limit, one in taken]
    return LimitWavePreview(on, effective_on, _cuts(actor, planned, law, effective_on), left, [])


def propose_limit_wave(actor: Actor, wish: LimitWaveWish, *, reason: str, on: date) -> str:
    """Keep a wave with its preview for a second person; its public id. Raises as `preview_limit_wave`, and without a
    reason or without a limit that would fall.
    """
    actor.must_be_allowed("limit_waves.propose")
    with acting(actor):
        seen = preview_limit_wave(actor, wish, on=on)
        _must_be_worth_it(seen, reason, is_sector=bool(wish.sector))
        wave = LimitWave.objects.create(
            insurer_id=actor.insurer_id,
            public_id=new_public_id("lwa"),
            sector=wish.sector,
            measure=wish.measure,
            share=wish.share,
            to_amount=wish.to_amount,
            not_before=wish.not_before,
            exceptional_case=wish.exceptional_case,
            reason=reason.strip(),
            limits=len(seen.cuts),
            cut_amount=seen.cut_amount,
            top_ups=len(seen.top_ups),
            top_up_amount=seen.top_up_amount,
            **proposer(actor, on),
        )
        LimitWaveLine.objects.bulk_create(
            [
                LimitWaveLine(
                    insurer_id=actor.insurer_id,
                    wave=wave,
                    policy_id=one.limit.policy_id,
                    buyer_id=one.limit.buyer_id,
                    amount_before=one.limit.amount,
                    amount=one.amount,
                    source_reference=f"{wave.public_id}/{number}",
                )
                for number, one in enumerate(seen.cuts, 1)
            ]
        )
        _record(actor, "limit_wave.proposed", wave, on)
    return wave.public_id


def confirm_limit_wave(actor: Actor, wave: str, *, on: date) -> int:
    """Decide and tell the cuts of a wave, each of a limit that still stands above; how many. What has fallen as low
    since is left.

    Raises NotAllowed, WaveUnknown, IllegalMove, ConfirmedByAnother.
    """
    actor.must_be_allowed("limit_waves.confirm")
    with acting(actor):
        row = _locked(actor, wave)
        answer_proposal(actor, row, "confirm", machine=LIMIT_WAVE, on=on)
        law = current_law_book(actor).on(on)
        effective_on = _effective_day(law, row.exceptional_case, row.not_before, on=on)
        taken, _left = _still_to_cut(actor, limit_waves.proposed(actor, wave), at=effective_on, on=on)
        done = change_buyer_limits(
            actor,
            [_notice(row, limit, one, effective_on=effective_on, on=on) for limit, one in taken],
            on=on,
            asked_by=Asker(row.proposed_by, row.proposed_by_user_id),
        )
        if done.waiting:
            answer = _("Confirmed with the wave %(wave)s.") % {"wave": wave}
            verdicts = [Verdict(case=one.public_id, is_confirmed=True, answer=answer) for one in done.waiting]
            settle_short_notices(actor, verdicts, on=on)
        row.changed = done.new
        _save(actor, row, "limit_wave.confirmed", on)
    return done.new


def turn_down_limit_wave(actor: Actor, wave: str, *, on: date) -> None:
    """Turn down what another person proposed. Raises as `confirm_limit_wave`."""
    actor.must_be_allowed("limit_waves.confirm")
    with acting(actor):
        row = _locked(actor, wave)
        answer_proposal(actor, row, "turn_down", machine=LIMIT_WAVE, on=on)
        _save(actor, row, "limit_wave.turned_down", on)


def take_back_limit_wave(actor: Actor, wave: str, *, on: date) -> None:
    """Take a proposed wave back. Raises NotAllowed, WaveUnknown, IllegalMove."""
    actor.must_be_allowed("limit_waves.propose")
    with acting(actor):
        row = _locked(actor, wave)
        answer_proposal(actor, row, "take_back", machine=LIMIT_WAVE, on=on)
        _save(actor, row, "limit_wave.taken_back", on)


def _effective_day(law: LawInForce, exceptional_case: str, not_before: date | None, *, on: date) -> date:
    """The day of the notice counts in an exceptional case; else its days pass first (D-29)."""
    notice_days = law.counts["contracts/settings/notice_days"]
    earliest = on if exceptional_case else first_effective_day(on, notice_days=notice_days)
    return max(earliest, not_before or earliest)


def _still_to_cut(
    actor: Actor, lines: Sequence[ProposedCut], *, at: date, on: date
) -> tuple[list[tuple[StandingLimit, ProposedCut]], list[StandingLimit]]:
    """The limits of a wave that stand above what it leaves, each with its line; and those that have fallen as low."""
    wanted = {(one.policy_id, one.buyer_id): one for one in lines}
    buyers = sorted({one.buyer_id for one in lines})
    found = limit_waves.standing(actor, buyers, at=at, on=on, limit=MOST_LIMITS * 100)
    ours = [(limit, wanted[limit.policy_id, limit.buyer_id]) for limit in found
            if (limit.policy_id, limit.buyer_id) in wanted]  # fmt: skip
    taken = [(limit, one) for limit, one in ours if one.amount < limit.amount]
    return taken, [limit for limit, one in ours if one.amount >= limit.amount]


def _cuts(
    actor: Actor, planned: Sequence[tuple[StandingLimit, Decimal]], law: LawInForce, effective_on: date
) -> list[LimitCut]:
    plans = [
        PlannedDecision(
            source_reference=str(number),
            policy_id=limit.policy_id,
            buyer_id=limit.buyer_id,
            buyer_country=limit.country,
            buyer_limit_id=limit.buyer_limit_id,
            decision=decision_for(amount),
            amount_before=limit.amount,
            amount=amount,
            notified_on=law.day,
            effective_on=effective_on,
        )
        for number, (limit, amount) in enumerate(planned)
    ]
    followers = _followers(actor, planned, law)
    return [
        LimitCut(limit, amount, top_up, tuple(followers.get((limit.policy_id, limit.buyer_id), ())))
        for (limit, amount), top_up in zip(planned, top_ups_planned(actor, plans, on=law.day), strict=True)
    ]


def _followers(
    actor: Actor, planned: Sequence[tuple[StandingLimit, Decimal]], law: LawInForce
) -> dict[tuple[int, int], list[Follower]]:
    """The running complements on these limits that fall or end with them, by policy and buyer, as the night judges."""
    after = {(limit.policy_id, limit.buyer_id): amount for limit, amount in planned}
    rows = [
        row
        for row in renewals_due.of_buyers(actor, sorted({buyer for _, buyer in after}), on=law.day)
        if row.kind == "complement" and (row.policy_id, row.buyer_id) in after and row.buyer_limit_id is not None
    ]
    wishes = [row.asked(row.amount + after[row.policy_id, row.buyer_id]) for row in rows]
    found: dict[tuple[int, int], list[Follower]] = {}
    for row, case in zip(rows, request_facts.gather(actor, wishes, on=law.day), strict=True):
        left = _amount_beside(row, case, after[row.policy_id, row.buyer_id], law)
        if left < row.amount:
            follower = Follower(row.guarantee_public_id, row.amount, left)
            found.setdefault((row.policy_id, row.buyer_id), []).append(follower)
    return found


def _amount_beside(row: DueTerm, case: facts.Facts, primary: Decimal, law: LawInForce) -> Decimal:
    """What a complement may be beside the primary that is left of its limit."""
    if not primary:
        return ZERO
    before = row.primary_amount or primary
    case = msgspec.structs.replace(case, primary=facts.Primary(amount_before=max(before, primary), amount=primary))
    try:
        maximum = engine.decide(case, law).maximum
    except FieldErrors:
        return row.amount
    return row.amount if maximum is None else min(row.amount, maximum)


def _notice(row: LimitWave, limit: StandingLimit, one: ProposedCut, *, effective_on: date, on: date) -> LimitNotice:
    return LimitNotice(
        source_reference=one.source_reference,
        policy_number=limit.policy_number,
        buyer_country=limit.country,
        buyer_identifier=limit.identifier,
        decision=decision_for(one.amount),
        amount_before=limit.amount,
        amount=one.amount,
        notified_on=on,
        effective_on=effective_on,
        exceptional_case=row.exceptional_case,
        exceptional_reason=row.reason if row.exceptional_case else "",
    )


def _must_make_sense(wish: LimitWaveWish) -> None:
    errors = []
    if wish.measure not in CutMeasure.values:
        errors.append(FieldError("measure", _("By a share, to an amount, or ended."), code="unknown_measure"))
    if wish.measure == CutMeasure.SHARE and not (wish.share is not None and ZERO < wish.share < 1):
        errors.append(FieldError("share", _("A share lies above 0 and below 100 %."), code="no_share"))
    if wish.measure == CutMeasure.TO_AMOUNT and not (wish.to_amount is not None and wish.to_amount > ZERO):
        errors.append(FieldError("to_amount", _("Say which amount is left, above zero."), code="no_amount"))
    if wish.exceptional_case and wish.exceptional_case not in ExceptionalCase.values:
        errors.append(FieldError("exceptional_case", _("Insolvency, fraud or long overdue."), code="unknown_case"))
    if errors:
        raise FieldErrors(errors)


def _must_be_worth_it(seen: LimitWavePreview, reason: str, *, is_sector: bool) -> None:
    errors = []
    if not reason.strip():
        errors.append(FieldError("reason", _("Say why: the second person and the auditor read it."), code="required"))
    if not seen.cuts:
        told = _("No limit on these buyers would fall: nothing would change.")
        errors.append(FieldError("sector" if is_sector else "file", told, code="nothing_falls"))
    if errors:
        raise FieldErrors(errors)


def _locked(actor: Actor, wave: str) -> LimitWave:
    row = LimitWave.objects.select_for_update().filter(insurer_id=actor.insurer_id, public_id=wave).first()
    if row is None:
        raise WaveUnknown(f"There is no wave {wave} here.", wave=wave)
    return row


def _save(actor: Actor, row: LimitWave, action: str, on: date) -> None:
    row.save(update_fields=[*ANSWER_COLUMNS, "changed"])
    _record(actor, action, row, on)


def _record(actor: Actor, action: str, row: LimitWave, on: date) -> None:
    told = {
        "measure": str(row.measure),
        "share": None if row.share is None else str(row.share),
        "to_amount": None if row.to_amount is None else str(row.to_amount),
        "sector": row.sector,
        "case": row.exceptional_case,
        "reason": row.reason,
        "limits": row.limits,
        "changed": row.changed,
    }
    became = {name: value for name, value in told.items() if value not in (None, "")}
    record_changes(
        [Change(action, row.public_id, became=became)],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )
