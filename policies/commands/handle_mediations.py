"""A refused or reduced request before the credit mediator: entered, answered, or taken back (E29, D-47).

The insurer answers that its decision is maintained or changed. Changed leads to a judgement anew under the law and the
facts of that day; what was granted meanwhile stays, and more is asked for by an increase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from eligibility.domain.law import LawInForce
from eligibility.queries.law_book import current_law_book
from policies.commands.accept_offers import end_offers
from policies.commands.settle_referred import RequestUnknown, judge_again
from policies.domain.mediation import due_on
from policies.domain.moves import LIMIT_REQUEST, MEDIATION
from policies.models import UNDER_WAY, LimitRequest, MediationDossier, Offer, OfferStatus, RequestStatus
from policies.queries import mediations, scope
from policies.queries import offers as offer_rows

# What may be judged anew; what was granted stays.
REOPENED = (RequestStatus.REFUSED, RequestStatus.OFFERED, RequestStatus.DECLINED, RequestStatus.EXPIRED)


class MediationUnknown(DomainError):
    """There is no such dossier, or it is not this actor's."""

    code = "mediation_unknown"
    status = 404


class MediationDoesNotFit(DomainError):
    """The mediator examines what was refused or granted in part; this request was neither."""

    code = "mediation_does_not_fit"
    status = 422


class MediationOpen(DomainError):
    """The request is before the mediator already."""

    code = "mediation_open"


class BuyerAskedForAnew(DomainError):
    """Another request on the same buyer is under way or was granted: the old one cannot be judged beside it."""

    code = "buyer_asked_for_anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """What the policyholder has put before the mediator; `referred_on` starts the clock."""

    request: str
    referred_on: date
    reason: str
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediationAnswer:
    """The insurer's answer: maintained, or changed (then the request is judged anew)."""

    dossier: str
    changed: bool
    answer: str


def open_mediations(actor: Actor, referrals: Sequence[Referral], *, on: date) -> list[str]:
    """Enter referrals; their public ids, in order.

    Raises NotAllowed, RequestUnknown, MediationDoesNotFit, MediationOpen, FieldErrors.
    """
    actor.must_be_allowed("mediations.write")
    with acting(actor):
        law = current_law_book(actor).on(on)
        found = mediations.requests_to_mediate(actor, [one.request for one in referrals], on=on)
        made = []
        for one in referrals:
            request = found.get(one.request)
            if request is None:
                raise RequestUnknown(f"There is no request {one.request} here.", request=one.request)
            if not request.may_be_mediated:
                raise MediationDoesNotFit(
                    f"The request {one.request} is {request.status}: neither refused nor granted in part.",
                    request=one.request,
                )
            if request.is_before_the_mediator:
                raise MediationOpen(f"The request {one.request} is before the mediator already.", request=one.request)
            made.append(_opened(actor, request.id, one, law=law, on=on))
        MediationDossier.objects.bulk_create(made)
        _record(actor, [_change("mediation.opened", row, one) for row, one in zip(made, referrals, strict=True)], on)
    return [row.public_id for row in made]


def answer_mediations(actor: Actor, answers: Sequence[MediationAnswer], *, on: date) -> list[str]:
    """Answer referrals; how each request stands afterwards, in order.

    Raises NotAllowed, MediationUnknown, IllegalMove, BuyerAskedForAnew.
    """
    actor.must_be_allowed("mediations.answer")
    with acting(actor):
        rows = _locked(actor, [one.dossier for one in answers], on=on)
        for row, one in zip(rows, answers, strict=True):
            row.status = MEDIATION.after(row.status, "change" if one.changed else "maintain", which=row.public_id)
            row.answer, row.answered_on, row.answered_by = one.answer.strip(), on, actor.name
        _reopen(actor, [row for row, one in zip(rows, answers, strict=True) if one.changed], on=on)
        standing = dict(
            LimitRequest.objects.filter(pk__in=[row.limit_request_id for row in rows]).values_list("pk", "status")
        )
        for row, one in zip(rows, answers, strict=True):
            row.judged_status = standing[row.limit_request_id] if one.changed else ""
        MediationDossier.objects.bulk_update(rows, ["status", "answer", "answered_on", "answered_by", "judged_status"])
        _record(actor, [Change(f"mediation.{row.status}", row.public_id) for row in rows], on)
    return [standing[row.limit_request_id] for row in rows]


def withdraw_mediations(actor: Actor, dossiers: Sequence[str], *, on: date) -> None:
    """The policyholder no longer asks the mediator. Raises NotAllowed, MediationUnknown, IllegalMove."""
    actor.must_be_allowed("mediations.write")
    with acting(actor):
        rows = _locked(actor, dossiers, on=on)
        for row in rows:
            row.status = MEDIATION.after(row.status, "withdraw", which=row.public_id)
        MediationDossier.objects.bulk_update(rows, ["status"])
        _record(actor, [Change("mediation.withdrawn", row.public_id) for row in rows], on)


def _opened(actor: Actor, request_id: int, one: Referral, *, law: LawInForce, on: date) -> MediationDossier:
    if one.referred_on > on:
        raise FieldErrors([FieldError("referred_on", _("A referral of a later day is not known yet."), code="future")])
    return MediationDossier(
        insurer_id=actor.insurer_id,
        public_id=new_public_id("med"),
        limit_request_id=request_id,
        reference=one.reference,
        reason=one.reason,
        referred_on=one.referred_on,
        due_on=due_on(
            one.referred_on,
            days=law.counts["contracts/settings/mediation_days"],
            counted=law.choices["contracts/settings/mediation_days_counted"],
        ),
        opened_by=actor.name,
        booked_on=on,
    )


def _reopen(actor: Actor, rows: Sequence[MediationDossier], *, on: date) -> None:
    """Judge the requests anew; the offers that stand end, and what they held is given back."""
    requests = list(
        LimitRequest.objects.select_for_update()
        .filter(pk__in=[row.limit_request_id for row in rows], status__in=REOPENED)
        .order_by("pk")
    )
    if not requests:
        return
    if mediations.asked_anew(actor, [one.pk for one in requests], under_way=UNDER_WAY):
        raise BuyerAskedForAnew("Another request on this buyer is under way or was granted under this policy.")
    live = Offer.objects.filter(limit_request__in=requests, status=OfferStatus.LIVE)
    standing = offer_rows.locked(actor, list(live.values_list("public_id", flat=True)), on=on)
    for one in requests:
        event = "refer" if one.status == RequestStatus.OFFERED else "reopen"
        one.status = LIMIT_REQUEST.after(one.status, event, which=one.public_id)
        one.referred_to = "underwriter"
    LimitRequest.objects.bulk_update(requests, ["status", "referred_to"])
    end_offers(actor, list(standing.values()), offer=OfferStatus.WITHDRAWN, request=RequestStatus.REFERRED, on=on)
    judge_again(actor, [one.public_id for one in requests], on=on)


def _locked(actor: Actor, dossiers: Sequence[str], *, on: date) -> list[MediationDossier]:
    rows = (
        MediationDossier.objects.select_for_update(of=("self",))
        .filter(scope.of_policies(actor, on=on, through="limit_request__policy"))
        .filter(insurer_id=actor.insurer_id, public_id__in=list(dossiers))
    )
    found = {row.public_id: row for row in rows.order_by("pk")}
    missing = next((one for one in dossiers if one not in found), None)
    if missing is not None:
        raise MediationUnknown(f"There is no mediation {missing} here.", dossier=missing)
    return [found[one] for one in dossiers]


def _change(action: str, row: MediationDossier, one: Referral) -> Change:
    became = {"request": one.request, "referred_on": str(row.referred_on), "due_on": str(row.due_on)}
    return Change(action, row.public_id, became=became)


def _record(actor: Actor, changes: Sequence[Change], on: date) -> None:
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
