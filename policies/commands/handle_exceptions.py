"""An exception from its opening to its end: sent to the reinsurer, passed on to the minister, decided, taken back.

A large exporter goes from the insurer through Bpifrance to the ministry (E20, D-10); a complement above parity is
proposed by CCR's director general and agreed to by the minister (E21; décret 2020-397, article 3; D-1). Four eyes: who
enters the authority's decision is not who opened the dossier. A decision counts from the next judgement on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from policies.commands.settle_referred import RequestUnknown, judge_again
from policies.domain.limit_request import kind_of
from policies.domain.moves import EXCEPTION
from policies.models import ExceptionDossier, ExceptionKind, ExceptionStatus, LimitRequest, RequestStatus
from policies.models.exception import UNDER_WAY


class ExceptionUnknown(DomainError):
    """The insurer has no such dossier."""

    code = "exception_unknown"
    status = 404


class ExceptionDoesNotFit(DomainError):
    """No authority lifts this limit for this request; the message says why."""

    code = "exception_does_not_fit"
    status = 422


class ExceptionUnderWay(DomainError):
    """The same exception has been asked for and is not decided yet."""

    code = "exception_under_way"


class NeedsTwoPeople(DomainError):
    """The authority's decision is entered by a person who did not open the dossier."""

    code = "needs_two_people"
    status = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionWish:
    """What is asked for out of one request; `every_buyer` only for a large exporter."""

    request: str
    kind: str
    reason: str
    asked_amount: Decimal | None = None
    every_buyer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityDecision:
    """What the authority wrote: its letter's reference, and when favourable from when, until when and for how much."""

    dossier: str
    favourable: bool
    reference: str
    granted_on: date | None = None
    end_day: date | None = None
    amount: Decimal | None = None


def open_exceptions(actor: Actor, wishes: Sequence[ExceptionWish], *, on: date) -> list[str]:
    """Open a dossier for each wish; their public ids, in order.

    Raises NotAllowed, RequestUnknown, ExceptionDoesNotFit, ExceptionUnderWay.
    """
    actor.must_be_allowed("exceptions.write")
    with acting(actor):
        known = {
            row.public_id: row
            for row in LimitRequest.objects.select_related("policy", "buyer_limit")
            .filter(insurer_id=actor.insurer_id, public_id__in=[wish.request for wish in wishes])
            .order_by("pk")
        }
        made = [_opened(actor, known.get(wish.request), wish, on=on) for wish in wishes]
        _none_under_way(actor, made)
        ExceptionDossier.objects.bulk_create(made)
        _record(actor, [Change("exception.opened", one.public_id, became=_told(one)) for one in made], on)
    return [one.public_id for one in made]


def send_exceptions(actor: Actor, dossiers: Sequence[str], *, on: date) -> None:
    """The insurer has put the cases before the reinsurer. Raises NotAllowed, ExceptionUnknown, IllegalMove."""
    _move(actor, dossiers, "send", "exception.sent", on=on)


def pass_on_exceptions(actor: Actor, dossiers: Sequence[str], *, on: date) -> None:
    """The reinsurer has put the cases before the minister. Raises NotAllowed, ExceptionUnknown, IllegalMove."""
    _move(actor, dossiers, "pass_on", "exception.passed_on", on=on)


def withdraw_exceptions(actor: Actor, dossiers: Sequence[str], *, on: date) -> None:
    """Take the cases back; a decision in force ends that day. Raises NotAllowed, ExceptionUnknown, IllegalMove."""
    _move(actor, dossiers, "withdraw", "exception.withdrawn", on=on)


def decide_exceptions(actor: Actor, decisions: Sequence[AuthorityDecision], *, on: date) -> list[str]:
    """Enter what the authorities decided, all or none; the requests that were judged again, where one waited.

    Raises NotAllowed, NeedsTwoPeople, ExceptionUnknown, IllegalMove, FieldErrors.
    """
    actor.must_be_allowed("exceptions.decide")
    with acting(actor):
        rows = _locked(actor, [one.dossier for one in decisions])
        for row, one in zip(rows, decisions, strict=True):
            _decide(actor, row, one, on=on)
        ExceptionDossier.objects.bulk_update(
            rows,
            ["status", "reference", "granted_on", "end_day", "amount", "decided_by", "decided_by_user", "decided_on"],
        )
        _record(actor, [Change(f"exception.{row.status}", row.public_id, became=_told(row)) for row in rows], on)
        waiting = LimitRequest.objects.filter(
            pk__in=[row.limit_request_id for row in rows if row.status == ExceptionStatus.FAVOURABLE],
            status=RequestStatus.REFERRED,
        )
        names = list(waiting.order_by("pk").values_list("public_id", flat=True))
        judge_again(actor, names, on=on)
    return names


def expire_exceptions(actor: Actor, *, on: date) -> int:
    """End the decisions whose last day has passed; how many. A second run finds nothing to do."""
    with acting(actor):
        due = list(
            ExceptionDossier.objects.select_for_update()
            .filter(insurer_id=actor.insurer_id, status=ExceptionStatus.FAVOURABLE, end_day__lte=on)
            .order_by("pk")
        )
        for row in due:
            row.status = EXCEPTION.after(row.status, "expire", which=row.public_id)
        ExceptionDossier.objects.bulk_update(due, ["status"])
        _record(actor, [Change("exception.expired", row.public_id) for row in due], on)
    return len(due)


def _opened(actor: Actor, request: LimitRequest | None, wish: ExceptionWish, *, on: date) -> ExceptionDossier:
    if request is None:
        raise RequestUnknown(f"There is no request {wish.request} here.", request=wish.request)
    _must_fit(request, wish)
    return ExceptionDossier(
        insurer_id=actor.insurer_id,
        public_id=new_public_id("exc"),
        kind=wish.kind,
        limit_request=request,
        policyholder_id=request.policy.policyholder_id,
        buyer_id=None if wish.every_buyer else request.buyer_id,
        asked_amount=wish.asked_amount,
        reason=wish.reason,
        opened_by=actor.name,
        opened_by_user_id=actor.user_id,
        booked_on=on,
    )


def _must_fit(request: LimitRequest, wish: ExceptionWish) -> None:
    """Above parity: a complement at home, never a construction subcontract. Large exporter: a request abroad."""
    if wish.kind == ExceptionKind.LARGE_POLICYHOLDER:
        if request.market != "export":
            raise ExceptionDoesNotFit("The ministry decides on large exporters only.", reason="not_export")
        return
    if request.market != "domestic" or kind_of(request.buyer_limit.decision) != "complement":
        raise ExceptionDoesNotFit("Only a domestic complement can be lifted above parity.", reason="not_a_complement")
    if request.is_construction_subcontract:
        raise ExceptionDoesNotFit(
            "A construction subcontract is never lifted above parity (décret 2020-397, article 3).",
            reason="construction",
        )
    if wish.every_buyer:
        raise ExceptionDoesNotFit("Parity is lifted for one risk, not for every buyer.", reason="every_buyer")


def _none_under_way(actor: Actor, made: Sequence[ExceptionDossier]) -> None:
    keys: list[tuple[int, str, int | None]] = [(one.policyholder_id, one.kind, one.buyer_id) for one in made]
    standing = ExceptionDossier.objects.filter(
        insurer_id=actor.insurer_id, status__in=UNDER_WAY, policyholder__in=[one.policyholder_id for one in made]
    )
    found: dict[tuple[int, str, int | None], str] = {
        (row.policyholder_id, row.kind, row.buyer_id): row.public_id for row in standing
    }
    for place, key in enumerate(keys):
        if key in found or key in keys[:place]:
            raise ExceptionUnderWay(
                f"The same exception has been asked for and is not decided yet: {found.get(key, 'in this batch')}.",
                dossier=found.get(key, ""),
            )


def _move(actor: Actor, dossiers: Sequence[str], event: str, action: str, *, on: date) -> None:
    actor.must_be_allowed("exceptions.write")
    with acting(actor):
        rows = _locked(actor, dossiers)
        was = [row.status for row in rows]
        for row in rows:
            row.status = EXCEPTION.after(row.status, event, which=row.public_id)
            if row.granted_on is not None and event == "withdraw":
                last = max(row.granted_on, on)
                row.end_day = last if row.end_day is None else min(row.end_day, last)
        ExceptionDossier.objects.bulk_update(rows, ["status", "end_day"])
        changes = [
            Change(action, row.public_id, was={"status": before}, became={"status": row.status})
            for row, before in zip(rows, was, strict=True)
        ]
        _record(actor, changes, on)


def _decide(actor: Actor, row: ExceptionDossier, one: AuthorityDecision, *, on: date) -> None:
    row.status = EXCEPTION.after(row.status, "agree" if one.favourable else "refuse", which=row.public_id)
    if actor.user_id is None or actor.user_id == row.opened_by_user_id or actor.name == row.opened_by:
        raise NeedsTwoPeople(
            f"{row.opened_by} opened this dossier: another person enters the authority's decision.",
            opened_by=row.opened_by,
        )
    _must_read_well(row, one, on=on)
    row.reference, row.decided_by, row.decided_on = one.reference.strip(), actor.name, on
    row.decided_by_user_id = actor.user_id
    if one.favourable:
        row.granted_on, row.end_day, row.amount = one.granted_on, one.end_day, one.amount


def _must_read_well(row: ExceptionDossier, one: AuthorityDecision, *, on: date) -> None:
    errors = []
    if not one.reference.strip():
        errors.append(FieldError("reference", _("The authority's letter has a reference."), code="required"))
    if one.favourable:
        if one.granted_on is None:
            errors.append(FieldError("granted_on", _("Say from which day the decision counts."), code="required"))
        elif one.granted_on > on:
            errors.append(FieldError("granted_on", _("A decision of a later day is not known yet."), code="future"))
        if one.end_day is not None and one.granted_on is not None and one.end_day <= one.granted_on:
            errors.append(FieldError("end_day", _("It ends after it begins."), code="order"))
        if one.amount is None and row.kind == ExceptionKind.ABOVE_PARITY:
            errors.append(FieldError("amount", _("An exception above parity has an amount."), code="required"))
        if one.amount is not None and one.amount <= 0:
            errors.append(FieldError("amount", _("An amount is above zero."), code="positive"))
    if errors:
        raise FieldErrors(errors)


def _locked(actor: Actor, dossiers: Sequence[str]) -> list[ExceptionDossier]:
    """The dossiers in the order asked for, locked in id order. Raises ExceptionUnknown."""
    rows = ExceptionDossier.objects.select_for_update().filter(
        insurer_id=actor.insurer_id, public_id__in=list(dossiers)
    )
    found = {row.public_id: row for row in rows.order_by("pk")}
    missing = next((one for one in dossiers if one not in found), None)
    if missing is not None:
        raise ExceptionUnknown(f"There is no exception {missing} here.", dossier=missing)
    return [found[one] for one in dossiers]


def _told(row: ExceptionDossier) -> dict[str, object]:
    told = {
        "status": row.status,
        "kind": row.kind,
        "amount": row.amount if row.amount is not None else row.asked_amount,
        "reference": row.reference,
        "granted_on": row.granted_on,
        "end_day": row.end_day,
    }
    return {name: str(value) for name, value in told.items() if value not in (None, "")}


def _record(actor: Actor, changes: Sequence[Change], on: date) -> None:
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
