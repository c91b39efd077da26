"""Messages for people: the inbox of a broker or policyholder, the insurer's log, one message with its mails.

The insurer's people see all messages of their house. A policyholder sees those about its own policies, a broker those
that were addressed to it, as long as its mandate lasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from policies.models import Message, MessageDelivery
from policies.queries import scope
from policies.queries.pages import Page, bounds


class MessageUnknown(DomainError):
    """There is no such message, or this actor may not see it."""

    code = "message_unknown"
    status = 404


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message in a list. `mail` is `sent`, `queued`, `failed` (an address lacks it) or `none` (no mail at all).

    `recipient` is empty where nobody signs in here, and the buyer's name on what was written to the buyer. `is_mine`:
    addressed to the reader's own organisation.
    """

    public_id: str
    template: str
    subject: str
    booked_on: date
    recipient: str
    is_read: bool
    is_mine: bool
    policyholder: str
    policy_number: str
    mail: str


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One mail to one address; `next_try_at` None on a failed one says that it was given up."""

    address: str
    status: str
    round: int
    attempts: int
    asked_by: str
    queued_at: datetime
    sent_at: datetime | None
    next_try_at: datetime | None
    failure: str


@dataclass(frozen=True, slots=True)
class MessageDetail:
    """One message with what it is about (public ids, empty where it is about no such thing) and its mails."""

    line: MessageLine
    body: str
    language: str
    read_at: datetime | None
    read_by: str
    request: str
    offer: str
    guarantee: str
    endorsement: str
    letter: str
    claim: str
    deliveries: list[DeliveryLine]


def inbox(
    actor: Actor, *, on: date, only: str = "", text: str = "", page: int = 1, size: int = 50
) -> Page[MessageLine]:
    """One page of messages: the reader's own unread ones first, then the newest. Two queries; inside acting(actor).

    `only`: `unread`, `failed` (a mail was not delivered), `post` (nobody signs in there), or all.
    """
    rows = _marked(_visible(actor, on))
    if only == "unread":
        rows = rows.filter(read_at__isnull=True)
    elif only == "failed":
        rows = rows.filter(lacks=True)
    elif only == "post":
        rows = rows.filter(recipient__isnull=True, to_buyer__isnull=True)
    if text:
        rows = rows.filter(
            Q(policy__policyholder__name__istartswith=text) | Q(policy__number__startswith=text) | Q(public_id=text)
        )
    total = rows.count()
    number, pages, first = bounds(total=total, number=page, size=size)
    # Read or not is what counts, not when.
    rows = rows.annotate(is_new=Case(When(read_at__isnull=True, then=1), default=0))
    order = ["-pk"] if actor.is_insurer else ["-is_new", "-pk"]
    found = rows.select_related("recipient", "to_buyer", "policy__policyholder").order_by(*order)[first : first + size]
    return Page([_line(row, actor) for row in found], number, pages, total)


def unread(actor: Actor, *, on: date) -> int:
    """How many messages to the actor's own organisation nobody there has read. One query; inside acting(actor)."""
    return _visible(actor, on).filter(recipient_id=actor.organisation_id, read_at__isnull=True).count()


def undelivered(actor: Actor, *, on: date) -> int:
    """How many messages lack a mail to an address. One query; inside acting(actor)."""
    return _marked(_visible(actor, on)).filter(lacks=True).count()


def about(actor: Actor, *, on: date, request: str = "", guarantee: str = "", limit: int = 50) -> list[MessageLine]:
    """The latest messages about a request or a guarantee (public id), newest first. One query; inside acting(actor)."""
    rows = _marked(_visible(actor, on))
    rows = rows.filter(guarantee__public_id=guarantee) if guarantee else rows.filter(limit_request__public_id=request)
    return [
        _line(row, actor)
        for row in rows.select_related("recipient", "to_buyer", "policy__policyholder").order_by("-pk")[:limit]
    ]


def detail(actor: Actor, public_id: str, *, on: date) -> MessageDetail:
    """One message. Raises MessageUnknown. Two queries; inside acting(actor)."""
    row = (
        _marked(_visible(actor, on))
        .filter(public_id=public_id)
        .select_related(
            "recipient",
            "to_buyer",
            "policy__policyholder",
            "limit_request",
            "offer",
            "guarantee",
            "endorsement",
            "letter",
            "claim",
        )
        .first()
    )
    if row is None:
        raise _unknown(public_id)
    return MessageDetail(
        line=_line(row, actor),
        body=row.body,
        language=row.language,
        read_at=row.read_at,
        read_by=row.read_by,
        request=row.limit_request.public_id if row.limit_request else "",
        offer=row.offer.public_id if row.offer else "",
        guarantee=row.guarantee.public_id if row.guarantee else "",
        endorsement=row.endorsement.number if row.endorsement else "",
        letter=row.letter.number if row.letter else "",
        claim=row.claim.public_id if row.claim else "",
        deliveries=[
            DeliveryLine(
                one.address,
                one.status,
                one.round,
                one.attempts,
                one.asked_by,
                one.queued_at,
                one.sent_at,
                one.next_try_at,
                one.failure,
            )
            for one in row.deliveries.order_by("-round", "address")
        ],
    )


def locked(actor: Actor, public_id: str, *, on: date) -> Message:
    """The row of one message for a command, locked. Raises MessageUnknown."""
    row = _visible(actor, on).select_for_update(of=("self",)).filter(public_id=public_id).first()
    if row is None:
        raise _unknown(public_id)
    return row


def _unknown(public_id: str) -> MessageUnknown:
    return MessageUnknown(f"There is no message {public_id} that you may read.", message_id=public_id)


def _visible(actor: Actor, on: date) -> QuerySet[Message]:
    rows = Message.objects.filter(scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id)
    if actor.organisation_kind == "broker":
        return rows.filter(recipient_id=actor.organisation_id)
    # What was written to the buyer is the insurer's and the buyer's alone.
    return rows if actor.is_insurer else rows.filter(to_buyer__isnull=True)


def _marked(rows: QuerySet[Message]) -> QuerySet[Any]:
    mails = MessageDelivery.objects.filter(message=OuterRef("pk"))
    arrived = MessageDelivery.objects.filter(message=OuterRef("message"), address=OuterRef("address"), status="sent")
    return rows.annotate(
        lacks=Exists(mails.filter(~Exists(arrived), status="failed")),
        waits=Exists(mails.filter(status__in=("queued", "sending"))),
        went=Exists(mails.filter(status="sent")),
    )


def _line(row: Any, actor: Actor) -> MessageLine:
    mail = "failed" if row.lacks else "queued" if row.waits else "sent" if row.went else "none"
    return MessageLine(
        public_id=row.public_id,
        template=row.template,
        subject=row.subject,
        booked_on=row.booked_on,
        recipient=row.to_buyer.name if row.to_buyer else row.recipient.name if row.recipient else "",
        is_read=row.read_at is not None,
        is_mine=row.recipient_id == actor.organisation_id,
        policyholder=row.policy.policyholder.name,
        policy_number=row.policy.number,
        mail=mail,
    )
