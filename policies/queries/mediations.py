"""Mediations for people and programs, those that are overdue first; and which requests the mediator may examine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from capweb.accounts.actor import Actor
from policies.models import LimitRequest, MediationDossier, RequestStatus
from policies.queries import scope
from policies.queries.pages import Page, bounds, newest_after
from policies.queries.request_page import Step, history_of


class MediationUnknown(LookupError):
    """There is no such dossier, or this actor may not see it."""


@dataclass(frozen=True, slots=True)
class MediationRow:
    """One dossier. `days_left` counts to the last day in time: below zero it is overdue; None once it is answered."""

    public_id: str
    status: str
    request: str
    policyholder: str
    policy_number: str
    buyer: str
    reference: str
    reason: str
    referred_on: date
    due_on: date
    days_left: int | None
    opened_by: str
    opened_on: date
    answer: str
    answered_on: date | None
    answered_by: str
    judged_status: str

    @property
    def is_overdue(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def was_late(self) -> bool:
        """Answered after its last day."""
        return self.answered_on is not None and self.answered_on > self.due_on


@dataclass(frozen=True, slots=True)
class MediationPage:
    """`history` is oldest first."""

    row: MediationRow
    history: list[Step]


@dataclass(frozen=True, slots=True)
class ToMediate:
    """A request as far as the mediator is concerned."""

    id: int
    status: str
    may_be_mediated: bool
    is_before_the_mediator: bool


def requests_to_mediate(actor: Actor, requests: Sequence[str], *, on: date) -> dict[str, ToMediate]:
    """The requests that this actor may see, by public id: refused, or granted in part (D-45: no need is no refusal).

    One query; inside acting(actor).
    """
    open_one = MediationDossier.objects.filter(limit_request=OuterRef("pk"), status="opened")
    rows = (
        LimitRequest.objects.filter(scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id)
        .filter(public_id__in=list(requests))
        .annotate(outcome=F("decision__outcome"), is_open=Exists(open_one))
    )
    return {
        row.public_id: ToMediate(
            id=row.pk,
            status=row.status,
            may_be_mediated=row.status == RequestStatus.REFUSED
            or (row.outcome == "grant_reduced" and row.status not in ("cancelled", "failed", "referred")),
            is_before_the_mediator=row.is_open,
        )
        for row in rows
    }


def asked_anew(actor: Actor, requests: Sequence[int], *, under_way: Sequence[str]) -> bool:
    """Whether another request for the buyer of one of these is under way, or a guarantee runs. Inside acting(actor)."""
    same = LimitRequest.objects.filter(
        insurer_id=actor.insurer_id, policy=OuterRef("policy"), buyer=OuterRef("buyer")
    ).exclude(pk=OuterRef("pk"))
    standing = same.filter(Q(status__in=under_way) | Q(guarantees__terms__status="running"))
    return LimitRequest.objects.filter(Exists(standing), pk__in=list(requests)).exists()


def listed(actor: Actor, *, on: date, status: str = "", page: int = 1, size: int = 50) -> Page[MediationRow]:
    """One page: open ones first, the one that is due first on top, then the others from the latest on."""
    rows = _visible(actor, on)
    if status:
        rows = rows.filter(status=status)
    total = rows.count()
    number, pages, first = bounds(total=total, number=page, size=size)
    ordered = rows.annotate(is_open=Q(status="opened")).order_by("-is_open", "due_on", "-pk")
    return Page([_row(one, on) for one in ordered[first : first + size]], number, pages, total)


def counts_by_status(actor: Actor, *, on: date) -> dict[str, int]:
    """How many stand in each status. Inside acting(actor)."""
    found = _visible(actor, on).order_by().values_list("status").annotate(Count("pk"))
    return {str(status): count for status, count in found}


def overdue(actor: Actor, *, on: date) -> int:
    """How many wait beyond their last day. Inside acting(actor)."""
    return _visible(actor, on).filter(status="opened", due_on__lt=on).count()


def after(actor: Actor, *, on: date, cursor: str = "", status: str = "", limit: int = 100) -> list[MediationRow]:
    """At most `limit`, newest first, older than the cursor's. Raises CursorUnknown. Inside acting(actor)."""
    rows = _visible(actor, on).filter(**({"status": status} if status else {}))
    return [_row(one, on) for one in newest_after(rows, cursor)[:limit]]


def of_request(actor: Actor, request: str, *, on: date) -> list[MediationRow]:
    """Those of one request, newest first. Inside acting(actor)."""
    return [_row(one, on) for one in _visible(actor, on).filter(limit_request__public_id=request).order_by("-pk")]


def detail(actor: Actor, public_id: str, *, on: date) -> MediationPage:
    """One dossier. Raises MediationUnknown. Inside acting(actor)."""
    found = _visible(actor, on).filter(public_id=public_id).first()
    if found is None:
        raise MediationUnknown(public_id)
    return MediationPage(_row(found, on), history_of(actor, [public_id]))


def _visible(actor: Actor, on: date) -> QuerySet[MediationDossier]:
    joined = MediationDossier.objects.select_related("limit_request__policy__policyholder", "limit_request__buyer")
    return joined.filter(scope.of_policies(actor, on=on, through="limit_request__policy"), insurer_id=actor.insurer_id)


def _row(one: MediationDossier, on: date) -> MediationRow:
    request = one.limit_request
    return MediationRow(
        public_id=one.public_id,
        status=one.status,
        request=request.public_id,
        policyholder=request.policy.policyholder.name,
        policy_number=request.policy.number,
        buyer=request.buyer.name,
        reference=one.reference,
        reason=one.reason,
        referred_on=one.referred_on,
        due_on=one.due_on,
        days_left=(one.due_on - on).days if one.status == "opened" else None,
        opened_by=one.opened_by,
        opened_on=one.booked_on,
        answer=one.answer,
        answered_on=one.answered_on,
        answered_by=one.answered_by,
        judged_status=one.judged_status,
    )
