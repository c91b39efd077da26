"""Which limits a wave would cut, the waves that were proposed, and the proof that each policyholder was told (D-29).

The proof is read from what the ordinary path wrote: the decision, its frozen letter, the message and its mails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from policies.domain.notice_proof import Mail, Proof
from policies.models import BuyerLimit, Letter, LetterKind, LimitWave, LimitWaveLine, Message, ShortNotice


class WaveUnknown(LookupError):
    """The insurer has no such wave."""


@dataclass(frozen=True, slots=True)
class StandingLimit:
    """A limit that stands on a buyer under a policy, with the row that set it; amounts in euro."""

    policy_id: int
    policy_number: str
    holder: str
    buyer_id: int
    buyer: str
    country: str
    identifier: str
    buyer_limit_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class WaveLine:
    """One wave as the list and its page show it. `changed` is how many limits were cut, None until it is confirmed."""

    public_id: str
    status: str
    sector: str
    measure: str
    share: Decimal | None
    to_amount: Decimal | None
    not_before: date | None
    exceptional_case: str
    reason: str
    limits: int
    cut_amount: Decimal
    top_ups: int
    top_up_amount: Decimal
    changed: int | None
    proposed_by: str
    proposed_on: date
    answered_by: str
    answered_on: date | None


@dataclass(frozen=True, slots=True)
class ProposedCut:
    """One line of a wave as it was proposed, by its rows."""

    policy_id: int
    buyer_id: int
    source_reference: str
    amount: Decimal


# The newest limit in effect on the day, as known on the other; what is zero is no limit.
_STANDING: Final = """
SELECT policy.id, policy.number, holder.name, buyer.id, buyer.name, buyer.country, buyer.identifier, lim.id, lim.amount
FROM (SELECT DISTINCT ON (policy_id, buyer_id) id, policy_id, buyer_id, amount FROM policies_buyerlimit
      WHERE insurer_id = %(insurer)s AND buyer_id = ANY (%(buyers)s) AND effective_on <= %(at)s AND booked_on <= %(on)s
      ORDER BY policy_id, buyer_id, effective_on DESC, id DESC) lim
JOIN policies_policy policy ON policy.id = lim.policy_id
JOIN policies_policyholder holder ON holder.id = policy.policyholder_id
JOIN policies_buyer buyer ON buyer.id = lim.buyer_id
WHERE lim.amount > 0 AND (policy.end_day IS NULL OR policy.end_day > %(at)s)
ORDER BY holder.name, policy.number, buyer.name, buyer.id
LIMIT %(limit)s
"""


def standing(actor: Actor, buyers: Sequence[int], *, at: date, on: date, limit: int) -> list[StandingLimit]:
    """At most `limit` limits above zero on these buyers on the day `at`, as known on `on`, under policies that run.

    One query; inside acting(actor).
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(
            _STANDING, {"insurer": actor.insurer_id, "buyers": list(buyers), "at": at, "on": on, "limit": limit}
        )
        return [StandingLimit(*row) for row in cursor.fetchall()]


def listed(actor: Actor, *, limit: int = 100) -> list[WaveLine]:
    """The waves, newest first. One query; inside acting(actor)."""
    return [_line(row) for row in LimitWave.objects.filter(insurer_id=actor.insurer_id).order_by("-pk")[:limit]]


def detail(actor: Actor, public_id: str) -> WaveLine:
    """One wave. Raises WaveUnknown. One query; inside acting(actor)."""
    row = LimitWave.objects.filter(insurer_id=actor.insurer_id, public_id=public_id).first()
    if row is None:
        raise WaveUnknown(public_id)
    return _line(row)


def proposed(actor: Actor, public_id: str) -> list[ProposedCut]:
    """The lines of a wave as they were proposed, in their order. One query; inside acting(actor)."""
    rows = LimitWaveLine.objects.filter(insurer_id=actor.insurer_id, wave__public_id=public_id).order_by("pk")
    return [ProposedCut(row.policy_id, row.buyer_id, row.source_reference, row.amount) for row in rows]


def proof(actor: Actor, public_id: str) -> list[Proof]:
    """What was told of each line of a confirmed wave, in the lines' order. Six queries; inside acting(actor)."""
    ours = {"insurer_id": actor.insurer_id}
    lines = list(
        LimitWaveLine.objects.filter(**ours, wave__public_id=public_id, wave__status="confirmed")
        .select_related("policy__policyholder", "buyer")
        .order_by("pk")
    )
    limits = {
        row.source_reference: row
        for row in BuyerLimit.objects.filter(**ours, source_reference__in=[one.source_reference for one in lines])
    }
    ids = [row.pk for row in limits.values()]
    letters = {
        row.buyer_limit_id: row
        for row in Letter.objects.filter(**ours, buyer_limit__in=ids, kind=LetterKind.PRIMARY_NOTICE).defer("snapshot")
    }
    cases = dict(ShortNotice.objects.filter(**ours, buyer_limit__in=ids).values_list("buyer_limit", "exceptional_case"))
    messages: dict[int | None, Any] = {}
    told_buyers: set[int | None] = set()
    for row in (
        Message.objects.filter(**ours, buyer_limit__in=ids, template__in=("primary_notice", "buyer_notice"))
        .select_related("recipient")
        .prefetch_related("deliveries")
        .defer("body")
        .order_by("pk")
    ):
        if row.to_buyer_id is None:
            messages[row.buyer_limit_id] = row
        else:
            told_buyers.add(row.buyer_limit_id)
    found: dict[str, list[Any]] = defaultdict(list)
    for reference, limit in limits.items():
        found[reference] = [limit, letters.get(limit.pk), messages.get(limit.pk), limit.pk in told_buyers]
    return [_proof(one, *found.get(one.source_reference, [None, None, None, False]), cases=cases) for one in lines]


def _proof(line: Any, limit: Any, letter: Any, message: Any, is_buyer_told: bool, *, cases: dict[int, str]) -> Proof:
    mails = () if message is None else sorted(message.deliveries.all(), key=lambda one: (one.round, one.pk))
    return Proof(
        holder=line.policy.policyholder.name,
        policy_number=line.policy.number,
        buyer=line.buyer.name,
        country=line.buyer.country,
        identifier=line.buyer.identifier,
        outcome="left" if limit is None else "told",
        decision="" if limit is None else limit.decision,
        amount_before=line.amount_before if limit is None else limit.amount_before,
        amount=line.amount if limit is None else limit.amount,
        notified_on=None if limit is None else limit.notified_on,
        effective_on=None if limit is None else limit.effective_on,
        exceptional_case="" if limit is None else cases.get(limit.pk, ""),
        letter="" if letter is None else letter.number,
        digest="" if letter is None else letter.digest,
        message="" if message is None else message.public_id,
        recipient="" if message is None or message.recipient is None else message.recipient.name,
        written_at=None if message is None else message.recorded_at,
        read_at=None if message is None else message.read_at,
        read_by="" if message is None else message.read_by,
        mails=tuple(Mail(one.address, one.status, one.sent_at) for one in mails),
        is_buyer_told=is_buyer_told,
    )


def _line(row: LimitWave) -> WaveLine:
    return WaveLine(
        row.public_id,
        row.status,
        row.sector,
        row.measure,
        row.share,
        row.to_amount,
        row.not_before,
        row.exceptional_case,
        row.reason,
        row.limits,
        row.cut_amount,
        row.top_ups,
        row.top_up_amount,
        row.changed,
        row.proposed_by,
        row.proposed_on,
        row.answered_by,
        row.answered_on,
    )
