"""Decisions on limits as people follow them (D-29): notices that run, cuts that wait for a second person, letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from policies.domain.letters import LetterSnapshot, read
from policies.models import Letter, Message, ShortNotice
from policies.queries import scope
from policies.queries.pages import Page, bounds, newest_after
from policies.queries.request_page import Step, history_of


class LetterUnknown(DomainError):
    """There is no such letter, or this actor may not see it."""

    code = "letter_unknown"
    status = 404


class ShortNoticeNotSeen(LookupError):
    """There is no such case here."""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One decision that was told. `days_left` to its effect, zero or less when it counts."""

    public_id: str
    number: str
    kind: str
    decision: str
    policyholder: str
    policy_number: str
    buyer: str
    buyer_identifier: str
    amount_before: Decimal
    amount: Decimal
    notified_on: date
    effective_on: date
    days_left: int
    exceptional_case: str
    top_up_product: str
    top_up_amount: Decimal | None
    top_up_premium: Decimal | None
    is_buyer_told: bool

    @property
    def is_running(self) -> bool:
        return self.days_left > 0


@dataclass(frozen=True, slots=True)
class ShortNoticeRow:
    """One cut that is to count before its notice has run, and what became of it."""

    public_id: str
    status: str
    exceptional_case: str
    reason: str
    decision: str
    policyholder: str
    policy_number: str
    buyer: str
    buyer_identifier: str
    amount_before: Decimal
    amount: Decimal
    notified_on: date
    effective_on: date
    full_notice_on: date
    source_reference: str
    asked_by: str
    asked_on: date
    decided_by: str
    decided_on: date | None
    answer: str
    letter: str


@dataclass(frozen=True, slots=True)
class ShortNoticePage:
    """A case with its history; `is_own`: the reader asked for it."""

    row: ShortNoticeRow
    history: list[Step]
    is_own: bool


def notices(
    actor: Actor, *, on: date, is_running: bool | None = None, page: int = 1, size: int = 50
) -> Page[NoticeRow]:
    """One page of decisions told, newest first; running, past, or both. Three queries; inside acting(actor)."""
    rows = _letters(actor, on, is_running)
    total = rows.count()
    number, pages, first = bounds(total=total, number=page, size=size)
    found = list(rows.order_by("-pk")[first : first + size])
    return Page(_rows(actor, found, on), number, pages, total)


def notices_after(
    actor: Actor, *, on: date, cursor: str, is_running: bool | None = None, limit: int
) -> list[NoticeRow]:
    """For the API: newest first after a cursor. Raises CursorUnknown."""
    return _rows(actor, list(newest_after(_letters(actor, on, is_running), cursor)[:limit]), on)


def counts(actor: Actor, *, on: date) -> tuple[int, int]:
    """How many notices run, and how many there are in all. One query; inside acting(actor)."""
    found = _letters(actor, on, None).aggregate(
        running=Count("pk", filter=Q(buyer_limit__effective_on__gt=on)), total=Count("pk")
    )
    return found["running"], found["total"]


def letter(actor: Actor, number: str, *, on: date) -> LetterSnapshot:
    """The frozen letter of this number. Raises LetterUnknown. One query; inside acting(actor)."""
    rows = Letter.objects.filter(scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id)
    found = rows.filter(number=number).values_list("snapshot", flat=True).first()
    if found is None:
        raise LetterUnknown(f"There is no letter {number} that you may read.", number=number)
    return read(found)


@dataclass(frozen=True, slots=True)
class PairNamed:
    """A policy and a buyer by what people call them."""

    policy_number: str
    buyer_country: str
    buyer_identifier: str


def pair_of_letter(actor: Actor, number: str, *, on: date) -> PairNamed:
    """Which policy and buyer a letter is about. Raises LetterUnknown. One query; inside acting(actor)."""
    said = letter(actor, number, on=on)
    return PairNamed(said.policy_number, said.buyer.country, said.buyer.identifier)


def short_notices(actor: Actor, *, status: str = "", page: int = 1, size: int = 50) -> Page[ShortNoticeRow]:
    """One page of cuts at short notice, those that wait first. Two queries; inside acting(actor)."""
    rows = _cases(actor)
    rows = rows.filter(status=status) if status else rows
    total = rows.count()
    number, pages, first = bounds(total=total, number=page, size=size)
    return Page([_case(row) for row in rows.order_by("status", "-pk")[first : first + size]], number, pages, total)


def short_notices_after(actor: Actor, *, cursor: str, status: str = "", limit: int) -> list[ShortNoticeRow]:
    """For the API: newest first after a cursor. Raises CursorUnknown."""
    rows = _cases(actor)
    return [_case(row) for row in newest_after(rows.filter(status=status) if status else rows, cursor)[:limit]]


def waiting_count(actor: Actor) -> int:
    """How many cases wait for a second person. One query; inside acting(actor)."""
    return _cases(actor).filter(status="asked").count()


def short_notice(actor: Actor, public_id: str) -> ShortNoticePage:
    """One case. Raises ShortNoticeNotSeen. Two queries; inside acting(actor)."""
    row = _cases(actor).filter(public_id=public_id).first()
    if row is None:
        raise ShortNoticeNotSeen(public_id)
    is_own = row.asked_by == actor.name or (actor.user_id is not None and row.asked_by_user_id == actor.user_id)
    return ShortNoticePage(_case(row), history_of(actor, [public_id]), is_own)


def _letters(actor: Actor, on: date, is_running: bool | None) -> QuerySet[Letter]:
    rows = Letter.objects.filter(
        scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id, kind="primary_notice"
    ).select_related("buyer_limit")
    if is_running is None:
        return rows
    return (
        rows.filter(buyer_limit__effective_on__gt=on) if is_running else rows.filter(buyer_limit__effective_on__lte=on)
    )


def _rows(actor: Actor, found: list[Letter], on: date) -> list[NoticeRow]:
    told = set(
        Message.objects.filter(
            insurer_id=actor.insurer_id, buyer_limit__in=[row.buyer_limit_id for row in found], to_buyer__isnull=False
        ).values_list("buyer_limit_id", flat=True)
    )
    return [_notice(row, read(row.snapshot), on, is_buyer_told=row.buyer_limit_id in told) for row in found]


def _notice(row: Letter, said: LetterSnapshot, on: date, *, is_buyer_told: bool) -> NoticeRow:
    return NoticeRow(
        public_id=row.public_id,
        number=row.number,
        kind=row.kind,
        decision=said.decision,
        policyholder=said.policyholder.name,
        policy_number=said.policy_number,
        buyer=said.buyer.name,
        buyer_identifier=said.buyer.identifier,
        amount_before=said.amount_before,
        amount=said.amount,
        notified_on=said.notified_on,
        effective_on=said.effective_on,
        days_left=(said.effective_on - on).days,
        exceptional_case=said.exceptional_case,
        top_up_product=said.top_up.product if said.top_up else "",
        top_up_amount=said.top_up.amount if said.top_up else None,
        top_up_premium=said.top_up.premium if said.top_up else None,
        is_buyer_told=is_buyer_told,
    )


def _cases(actor: Actor) -> QuerySet[ShortNotice]:
    return (
        ShortNotice.objects.filter(insurer_id=actor.insurer_id)
        .select_related("policy__policyholder", "buyer", "buyer_limit")
        .prefetch_related("buyer_limit__letters")
    )


def _case(row: Any) -> ShortNoticeRow:
    letters = [one.number for one in row.buyer_limit.letters.all()] if row.buyer_limit else []
    return ShortNoticeRow(
        public_id=row.public_id,
        status=row.status,
        exceptional_case=row.exceptional_case,
        reason=row.reason,
        decision=row.decision,
        policyholder=row.policy.policyholder.name,
        policy_number=row.policy.number,
        buyer=row.buyer.name,
        buyer_identifier=row.buyer.identifier,
        amount_before=row.amount_before,
        amount=row.amount,
        notified_on=row.notified_on,
        effective_on=row.effective_on,
        full_notice_on=row.full_notice_on,
        source_reference=row.source_reference,
        asked_by=row.asked_by,
        asked_on=row.booked_on,
        decided_by=row.decided_by,
        decided_on=row.decided_on,
        answer=row.answer,
        letter=letters[0] if letters else "",
    )
