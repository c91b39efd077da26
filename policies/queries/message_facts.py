"""What messages say: the facts of a batch of events and of renewal notices, in a fixed number of queries.

An event tells what happened; amounts and days are read from the rows that it happened to. An event about something that
is not there, or that nobody outside has to act on, gives no message.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Exists, OuterRef

from capweb.accounts.actor import Actor
from capweb.audit.events import EventRow
from policies.domain.messages import RENEWAL_NOTICE, TEMPLATE_BY_EVENT, Draft, MessageFacts
from policies.models import (
    Claim,
    Endorsement,
    ExceptionDossier,
    Guarantee,
    GuaranteeTerm,
    LimitRequest,
    MediationDossier,
    Message,
    Notice,
    Offer,
    RenewalOutcome,
    RenewalRequest,
)

# A notice that nobody wrote about in this time is history: its term has ended.
NOTICES_BACK_DAYS: Final = 40
NEARLY_USED: Final = "disbursement_year.nearly_used"
_PARTIES: Final = ("policy__policyholder", "buyer")


@dataclass(slots=True)
class _Found:
    """The rows that a batch of events is about, by public id; terms and endorsements by guarantee, oldest first."""

    offers: dict[str, Any] = field(default_factory=dict)
    requests: dict[str, Any] = field(default_factory=dict)
    guarantees: dict[str, Any] = field(default_factory=dict)
    terms: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    endorsements: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    dossiers: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    # Terms whose renewal was asked for and not granted: that was told, and their end is not told again.
    not_renewed: set[int] = field(default_factory=set)


def drafts_of_events(actor: Actor, events: Sequence[EventRow]) -> list[Draft]:
    """The messages that these events ask for, in their order. At most nine queries; inside acting(actor)."""
    told = [event for event in events if event.type in TEMPLATE_BY_EVENT]
    found = _rows_of(actor, told)
    return [draft for event in told if (draft := _draft(event, found)) is not None]


def drafts_of_notices(actor: Actor, *, on: date, limit: int) -> list[Draft]:
    """Notices that a term is ending, noted in the last weeks and not written about. One query; inside acting(actor)."""
    rows = (
        Notice.objects.filter(insurer_id=actor.insurer_id, sent_on__gt=on - timedelta(days=NOTICES_BACK_DAYS))
        .filter(~Exists(Message.objects.filter(insurer_id=actor.insurer_id, notice=OuterRef("pk"))))
        .annotate(asked=Exists(RenewalRequest.objects.filter(term=OuterRef("term"))))
        .select_related("term__guarantee", *(f"term__{path}" for path in _PARTIES))
        .order_by("sent_on", "pk")[:limit]
    )
    return [_notice_draft(row) for row in rows]


def _rows_of(actor: Actor, events: Sequence[EventRow]) -> _Found:
    found = _Found()
    offers = {str((event.became or {}).get("offer", "")) for event in events} | {event.subject for event in events}
    guarantees = {str((event.became or {}).get("guarantee", "")) for event in events}
    guarantees |= {event.subject for event in events}
    ours = {"insurer_id": actor.insurer_id}
    if offers := {one for one in offers if one.startswith("off_")}:
        rows = Offer.objects.filter(**ours, public_id__in=offers)
        paths = (f"limit_request__{path}" for path in _PARTIES)
        found.offers = {row.public_id: row for row in rows.select_related(*paths)}
    if requests := {event.subject for event in events if event.subject.startswith("req_")}:
        wanted = LimitRequest.objects.filter(**ours, public_id__in=requests).select_related(*_PARTIES)
        found.requests = {row.public_id: row for row in wanted}
    if guarantees := {one for one in guarantees if one.startswith("gar_")}:
        held = Guarantee.objects.filter(**ours, public_id__in=guarantees).select_related(*_PARTIES)
        found.guarantees = {row.public_id: row for row in held}
        ids = [row.pk for row in found.guarantees.values()]
        for term in (
            GuaranteeTerm.objects.filter(**ours, guarantee_id__in=ids).select_related("buyer").order_by("sequence")
        ):
            found.terms[term.guarantee_id].append(term)
        for one in (
            Endorsement.objects.filter(**ours, term__guarantee_id__in=ids)
            .defer("snapshot")
            .select_related("term")
            .order_by("pk")
        ):
            found.endorsements[one.term.guarantee_id].append(one)
    _add_dossiers(found, events, ours)
    _add_claims(found, events, ours)
    if any(event.type == "guarantee.lapsed" for event in events):
        refused = RenewalRequest.objects.filter(
            **ours, term__in=[term.pk for terms in found.terms.values() for term in terms]
        ).filter(outcome__in=[RenewalOutcome.REFUSED, RenewalOutcome.REFERRED])
        found.not_renewed = set(refused.values_list("term_id", flat=True))
    return found


def _add_dossiers(found: _Found, events: Sequence[EventRow], ours: dict[str, int]) -> None:
    """Exceptions and mediations, each about a request."""
    paths = [f"limit_request__{path}" for path in _PARTIES]
    for model, begins in ((ExceptionDossier, "exception."), (MediationDossier, "mediation.")):
        wanted = {event.subject for event in events if event.type.startswith(begins)}
        if wanted:
            rows = model.objects.filter(**ours, public_id__in=wanted).select_related(*paths)
            found.dossiers |= {row.public_id: row for row in rows}


def _add_claims(found: _Found, events: Sequence[EventRow], ours: dict[str, int]) -> None:
    wanted = {event.subject for event in events if event.type.startswith("claim.")}
    wanted |= {str((event.became or {}).get("claim", "")) for event in events if event.type == NEARLY_USED}
    if wanted:
        rows = Claim.objects.filter(**ours, public_id__in=wanted).select_related(*_PARTIES)
        found.claims = {row.public_id: row for row in rows}


def _draft(event: EventRow, found: _Found) -> Draft | None:
    became, thing = event.became or {}, event.type.partition(".")[0]
    if event.type == "offer.accepted":
        return _of_guarantee(event, found.guarantees.get(str(became.get("guarantee"))), found)
    if thing == "offer" or event.type == "request.offered":
        return _of_offer(event, found.offers.get(str(became.get("offer", event.subject))))
    if thing in ("guarantee", "renewal", "reduction"):
        return _of_guarantee(event, found.guarantees.get(event.subject), found)
    if thing in ("exception", "mediation"):
        return _of_dossier(event, found.dossiers.get(event.subject))
    if thing in ("claim", "disbursement_year"):
        return _of_claim(event, found.claims.get(str(became.get("claim", event.subject))))
    return _of_request(event, found.requests.get(event.subject))


def _of_offer(event: EventRow, offer: Any | None) -> Draft | None:
    if offer is None:
        return None
    request = offer.limit_request
    return Draft(
        source_key=_source(event),
        template=TEMPLATE_BY_EVENT[event.type],
        policy_id=request.policy_id,
        limit_request_id=request.pk,
        offer_id=offer.pk,
        # The request's decision of today: the one that withdrew the offer, where it was withdrawn.
        decision_id=request.decision_id,
        facts=_facts(
            request,
            event.booked_on,
            product=offer.product,
            reference=request.client_reference,
            requested_total=request.requested_total,
            amount=offer.amount,
            insured_ratio=offer.insured_ratio,
            premium=offer.premium,
            is_premium_illustrative=offer.is_premium_illustrative,
            open_until=offer.open_until,
            term_first=offer.term_first,
            term_end=offer.term_end,
        ),
    )


def _of_request(event: EventRow, request: Any | None) -> Draft | None:
    if request is None:
        return None
    if event.type == "request.referred":
        # Entries from before the addressee was told in the trail: as the request stands.
        referred_to = (event.became or {}).get("referred_to", request.referred_to)
        if referred_to != "requester":
            return None
    return Draft(
        source_key=_source(event),
        template=TEMPLATE_BY_EVENT[event.type],
        policy_id=request.policy_id,
        limit_request_id=request.pk,
        decision_id=request.decision_id,
        facts=_facts(
            request,
            event.booked_on,
            product="",
            reference=request.client_reference,
            requested_total=request.requested_total,
        ),
    )


def _of_guarantee(event: EventRow, guarantee: Any | None, found: _Found) -> Draft | None:
    if guarantee is None or not found.terms[guarantee.pk]:
        return None
    term = _term(event, found.terms[guarantee.pk])
    if event.type == "guarantee.lapsed" and term.pk in found.not_renewed:
        return None
    endorsement = _endorsement(event, found.endorsements[guarantee.pk])
    became, was = event.became or {}, event.was or {}
    return Draft(
        source_key=_source(event),
        template=TEMPLATE_BY_EVENT[event.type],
        policy_id=guarantee.policy_id,
        guarantee_id=guarantee.pk,
        endorsement_id=None if endorsement is None else endorsement.pk,
        facts=_facts(
            guarantee,
            event.booked_on,
            on_buyer=term.buyer,
            product=guarantee.product,
            amount=next(
                (value for name in ("amount", "maximum") if (value := _amount(became, name)) is not None), term.amount
            ),
            amount_before=Decimal(str(was["amount"])) if "amount" in was else None,
            insured_ratio=term.insured_ratio,
            premium=term.premium,
            is_premium_illustrative=term.is_premium_illustrative,
            term_first=term.cover_first,
            term_end=term.cover_end,
            endorsement="" if endorsement is None else endorsement.number,
            cause=str(became.get("cause", "")),
            effective_on=_day(became, "effective_on"),
            former_buyer=str(was.get("name", "")),
            former_identifier=str(was.get("buyer", "")).partition(" ")[2],
            announcement=str(became.get("reference", "")),
        ),
    )


def _of_dossier(event: EventRow, dossier: Any | None) -> Draft | None:
    """An exception or a mediation: what was asked for, how it was decided or answered."""
    if dossier is None:
        return None
    request, is_exception = dossier.limit_request, event.type.startswith("exception.")
    more: dict[str, Any] = {"status": event.type.partition(".")[2]}
    if is_exception:
        more |= {"cause": dossier.kind, "amount": dossier.amount or dossier.asked_amount, "term_end": dossier.end_day}
        more |= {"term_first": dossier.granted_on}
    else:
        more |= {"answer": dossier.answer, "cause": dossier.judged_status}
    return Draft(
        source_key=_source(event),
        template=TEMPLATE_BY_EVENT[event.type],
        policy_id=request.policy_id,
        limit_request_id=request.pk,
        facts=_facts(
            request,
            event.booked_on,
            product="",
            reference=request.client_reference,
            requested_total=request.requested_total,
            **more,
        ),
    )


def _of_claim(event: EventRow, claim: Any | None) -> Draft | None:
    """A claim declared, its loss fixed, paid, or money come back; the limit of the year that it brings near."""
    if claim is None:
        return None
    became = event.became or {}
    return Draft(
        source_key=_source(event),
        template=TEMPLATE_BY_EVENT[event.type],
        policy_id=claim.policy_id,
        claim_id=claim.pk,
        facts=_facts(
            claim,
            event.booked_on,
            product="",
            claim=claim.public_id,
            cause=str(became.get("cause", "")),
            invoices=became.get("invoices"),
            loss=_amount(became, "loss"),
            amount=_amount(became, "due"),
            paid=_amount(became, "paid") or _amount(became, "policyholder") or _amount(became, "disbursed"),
            held_back=_amount(became, "held_back") or None,
            recovered=_amount(became, "net"),
            limit_amount=_amount(became, "limit"),
            term_end=_day(became, "end_day"),
        ),
    )


def _amount(told: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(str(told[name])) if told.get(name) is not None else None


def _day(told: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(str(told[name])) if told.get(name) else None


def _term(event: EventRow, terms: Sequence[Any]) -> Any:
    """The term that an event of a guarantee tells of: the one that lapsed, the one that began that day, the latest."""
    if event.type == "guarantee.lapsed":
        chosen = [term for term in terms if term.status == "lapsed" and term.cover_end <= event.booked_on]
    elif event.type in ("guarantee.renewed", "offer.accepted"):
        chosen = [term for term in terms if term.booked_on == event.booked_on]
    else:
        chosen = [term for term in terms if term.cover_first <= event.booked_on]
    return (chosen or list(terms))[-1]


def _endorsement(event: EventRow, endorsements: Sequence[Any]) -> Any | None:
    """The document that the act issued: named by the event, or of that day and of such a cause. A lapse has none."""
    if event.type == "guarantee.lapsed":
        return None
    named = (event.became or {}).get("endorsement")
    if named:
        return next((one for one in endorsements if one.number == named), None)
    if event.type.startswith(("renewal.", "reduction.")):
        return None
    causes = {"guarantee.renewed": {"renewal"}}.get(event.type)
    issued = [
        one
        for one in endorsements
        if one.issued_on == event.booked_on
        and (one.cause in causes if causes else one.cause not in ("grant", "renewal"))
    ]
    return issued[-1] if issued else None


def _notice_draft(row: Any) -> Draft:
    term = row.term
    return Draft(
        source_key=f"notice:{row.pk}",
        template=RENEWAL_NOTICE,
        policy_id=term.policy_id,
        guarantee_id=term.guarantee_id,
        notice_id=row.pk,
        facts=_facts(
            term,
            row.sent_on,
            product=term.guarantee.product,
            amount=term.amount,
            insured_ratio=term.insured_ratio,
            term_first=term.cover_first,
            term_end=term.cover_end,
            days_before=row.days_before,
            renewal_asked=row.asked,
        ),
    )


def _facts(row: Any, on: date, *, on_buyer: Any = None, **more: Any) -> MessageFacts:
    """`on_buyer`: the buyer of today, where that of the row was absorbed or has another number since."""
    buyer = on_buyer or row.buyer
    return MessageFacts(
        policyholder=row.policy.policyholder.name,
        policy_number=row.policy.number,
        buyer=buyer.name,
        buyer_identifier=buyer.identifier,
        on=on,
        **more,
    )


def _source(event: EventRow) -> str:
    return f"event:{event.position}"
