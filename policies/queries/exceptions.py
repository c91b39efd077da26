"""Exceptions for people and programs: the list, and one dossier with its files and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet

from capweb.accounts.actor import Actor
from policies.models import EvidenceFile, ExceptionDossier
from policies.models.exception import GRANTED, UNDER_WAY
from policies.queries.exceptions_in_force import used_amounts
from policies.queries.pages import Page, bounds, newest_after
from policies.queries.request_page import Step, history_of


class ExceptionUnknown(LookupError):
    """There is no such dossier, or it is another insurer's."""


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """One dossier. `buyer` empty: every buyer of the policyholder. `used` is None before a favourable decision."""

    public_id: str
    kind: str
    status: str
    request: str
    policyholder: str
    policy_number: str
    buyer: str
    asked_amount: Decimal | None
    amount: Decimal | None
    used: Decimal | None
    reference: str
    granted_on: date | None
    end_day: date | None
    reason: str
    opened_by: str
    opened_on: date
    decided_by: str
    decided_on: date | None

    @property
    def left(self) -> Decimal | None:
        """What may still be granted under it; None without a limit."""
        return None if self.amount is None or self.used is None else max(self.amount - self.used, Decimal(0))


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A file of a dossier."""

    name: str
    media_type: str
    digest: str
    byte_count: int
    storage_key: str
    added_by: str
    added_on: date


@dataclass(frozen=True, slots=True)
class ExceptionPage:
    """`is_own`: this person opened it, so that another one enters the decision. `history` is oldest first."""

    row: ExceptionRow
    files: list[EvidenceRow]
    history: list[Step]
    is_own: bool

    @property
    def is_under_way(self) -> bool:
        return self.row.status in UNDER_WAY


def listed(actor: Actor, *, status: str = "", page: int = 1, size: int = 50) -> Page[ExceptionRow]:
    """One page, newest first. Three queries; inside acting(actor)."""
    rows = _all(actor)
    if status:
        rows = rows.filter(status=status)
    total = rows.count()
    number, pages, first = bounds(total=total, number=page, size=size)
    return Page(_rows(actor, list(rows.order_by("-pk")[first : first + size])), number, pages, total)


def counts_by_status(actor: Actor) -> dict[str, int]:
    """How many dossiers stand in each status. Inside acting(actor)."""
    return {str(one): count for one, count in _all(actor).order_by().values_list("status").annotate(Count("pk"))}


def after(actor: Actor, *, cursor: str = "", status: str = "", limit: int = 100) -> list[ExceptionRow]:
    """At most `limit` dossiers, newest first, older than the cursor's. Raises CursorUnknown. Inside acting(actor)."""
    rows = _all(actor).filter(**({"status": status} if status else {}))
    return _rows(actor, list(newest_after(rows, cursor)[:limit]))


def of_request(actor: Actor, request: str) -> list[ExceptionRow]:
    """The dossiers that were opened out of a request, newest first. Inside acting(actor)."""
    return _rows(actor, list(_all(actor).filter(limit_request__public_id=request).order_by("-pk")))


def detail(actor: Actor, public_id: str) -> ExceptionPage:
    """One dossier. Raises ExceptionUnknown. Inside acting(actor)."""
    found = _all(actor).filter(public_id=public_id).first()
    if found is None:
        raise ExceptionUnknown(public_id)
    files = [
        EvidenceRow(one.name, one.media_type, one.digest, one.byte_count, one.storage_key, one.added_by, one.booked_on)
        for one in EvidenceFile.objects.filter(dossier=found).order_by("pk")
    ]
    is_own = found.opened_by == actor.name or (actor.user_id is not None and found.opened_by_user_id == actor.user_id)
    (row,) = _rows(actor, [found])
    return ExceptionPage(row, files, history_of(actor, [public_id]), is_own)


def _all(actor: Actor) -> QuerySet[ExceptionDossier]:
    joined = ExceptionDossier.objects.select_related("limit_request__policy", "policyholder", "buyer")
    return joined.filter(insurer_id=actor.insurer_id)


def _rows(actor: Actor, found: Sequence[ExceptionDossier]) -> list[ExceptionRow]:
    used = used_amounts(actor, [one.pk for one in found if one.status in GRANTED])
    return [
        ExceptionRow(
            public_id=one.public_id,
            kind=one.kind,
            status=one.status,
            request=one.limit_request.public_id,
            policyholder=one.policyholder.name,
            policy_number=one.limit_request.policy.number,
            buyer="" if one.buyer is None else one.buyer.name,
            asked_amount=one.asked_amount,
            amount=one.amount,
            used=used.get(one.pk),
            reference=one.reference,
            granted_on=one.granted_on,
            end_day=one.end_day,
            reason=one.reason,
            opened_by=one.opened_by,
            opened_on=one.booked_on,
            decided_by=one.decided_by,
            decided_on=one.decided_on,
        )
        for one in found
    ]
