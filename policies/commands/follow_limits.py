"""The insurer's own decisions follow a buyer that was absorbed or has another number (ADR 0018).

On the buyer that remains they are told anew from the day of the change, added up where there are two; on the other one
they end. A correction tells again, from its own day, what had stood on each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import draw_ids
from capweb.kernel.money import ZERO
from policies.domain.one_buyer import Position, Together, from_day, standing_on
from policies.models import BuyerLimit, IdentityChange, LimitDecision
from policies.queries import identity_changes


@dataclass(slots=True)
class FollowedLimits:
    """The decisions written by some changes: by change, and by the decision that one of them tells anew."""

    written: list[tuple[int, BuyerLimit]] = field(default_factory=list)
    anew: dict[int, BuyerLimit] = field(default_factory=dict)

    def latest(self, policy: int, buyer: int, *, on: date) -> BuyerLimit | None:
        """Of what was written for a policy and buyer, what stands on a day."""
        found = [
            row
            for _, row in self.written
            if (row.policy_id, row.buyer_id) == (policy, buyer) and row.effective_on <= on
        ]
        return max(found, key=lambda row: row.effective_on, default=None)

    def of_change(self, change: int) -> list[BuyerLimit]:
        return [row for pk, row in self.written if pk == change]


def follow_limits(actor: Actor, rows: Sequence[IdentityChange], *, on: date) -> FollowedLimits:
    """Tell the decisions anew; what was written. Two queries and one insert; inside acting(actor)."""
    must_be_acting(actor)
    buyers = {buyer for row in rows for buyer in (row.old_buyer_id, row.new_buyer_id) if buyer is not None}
    known = identity_changes.positions(actor, buyers, on=on)
    limits = FollowedLimits()
    for row in rows:
        assert row.new_buyer_id is not None
        for policy in sorted({policy for policy, buyer in known if buyer == row.old_buyer_id}):
            old = known[policy, row.old_buyer_id]
            new = known.get((policy, row.new_buyer_id), [])
            steps = _led_back(row, old, new) if row.corrects_id is not None else _led_on(row, old, new)
            for buyer, step in steps:
                limit = _limit(actor, row, policy, buyer, step, on=on)
                limits.written.append((row.pk, limit))
                if buyer == row.new_buyer_id:
                    limits.anew |= dict.fromkeys(step.rows, limit)
    made = [limit for _, limit in limits.written]
    for limit, pk in zip(made, draw_ids("policies_buyerlimit", len(made)) if made else [], strict=True):
        limit.pk = pk
    BuyerLimit.objects.bulk_create(made)
    return limits


_Told = Sequence[tuple[Position, str]]


def _led_on(row: IdentityChange, old: _Told, new: _Told) -> Iterator[tuple[int, Together]]:
    """What stood on both stands on the new buyer from the day of the change; on the old one nothing does."""
    was, is_there = [one for one, _ in old], [one for one, _ in new]
    for step in from_day(row.effective_on, was, is_there):
        yield row.new_buyer_id or 0, step
    for step in from_day(row.effective_on, was):
        if step.amount:
            yield row.old_buyer_id, _nothing(step)


def _led_back(row: IdentityChange, taken: _Told, own: _Told) -> Iterator[tuple[int, Together]]:
    """After a correction: on the old buyer what stood there by itself; on the other one what it had before, unless the
    insurer has decided since.
    """
    assert row.corrects is not None
    mark = f"{row.corrects.public_id}/"
    by_itself = [one for one, source in own if not source.startswith(mark)]
    for step in from_day(row.effective_on, by_itself):
        yield row.new_buyer_id or 0, step
    if not any(source.startswith(mark) for _, source in taken):
        return
    latest = max(taken, key=lambda told: (told[0].effective_on, told[0].id))
    if not latest[1].startswith(mark):
        return
    before = [one for one, source in taken if not source.startswith(mark)]
    days = {row.effective_on, *(one.effective_on for one, _ in taken if one.effective_on > row.effective_on)}
    for day in sorted(days):
        if standing_on(before, day) is not None:
            yield row.old_buyer_id, from_day(day, before)[0]
        else:
            put = from_day(day, [one for one, _ in taken])[0]
            if put.amount:
                yield row.old_buyer_id, _nothing(put)


def _nothing(step: Together) -> Together:
    """The end of what stood on a buyer that is not followed by itself any more: it opens no top-up, for nobody asks."""
    return Together(
        rows=step.rows,
        decision=LimitDecision.CESSATION,
        requested_amount=step.requested_amount,
        amount_before=step.amount,
        amount=ZERO,
        notified_on=step.notified_on,
        effective_on=step.effective_on,
    )


def _limit(actor: Actor, row: IdentityChange, policy: int, buyer: int, step: Together, *, on: date) -> BuyerLimit:
    return BuyerLimit(
        insurer_id=actor.insurer_id,
        policy_id=policy,
        buyer_id=buyer,
        decision=step.decision,
        requested_amount=step.requested_amount,
        amount_before=step.amount_before,
        amount=step.amount,
        notified_on=step.notified_on,
        effective_on=step.effective_on,
        booked_on=on,
        source_reference=f"{row.public_id}/{policy}/{buyer}/{step.effective_on:%Y%m%d}",
    )
