"""Handing messages over to the mail server: claimed in one transaction, sent outside of any, told in another.

A mail that was claimed and never told of (the worker was killed in between) is taken up again after a while, under the
same Message-ID, by which mail systems know a second copy. A refused one is tried again with growing waits, and then
given up until a person sends the message again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import formataddr
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections
from django.urls import reverse

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.outbox import wake_after_commit
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError
from policies.commands.write_messages import SEND_TASK
from policies.domain.messages import minutes_to_next_try
from policies.models import DeliveryStatus, Message, MessageDelivery
from policies.queries import addressees, portal_addresses
from policies.queries import messages as message_rows

log = structlog.get_logger(__name__)
BATCH_MAILS: Final = 100
# Whoever was sending and has not been heard of for so long is thought dead.
SILENT_MINUTES: Final = 15

_CLAIM: Final = """
WITH due AS (
    SELECT id FROM policies_messagedelivery
    WHERE insurer_id = %(insurer)s AND status <> 'sent' AND next_try_at <= %(at)s
    ORDER BY next_try_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE policies_messagedelivery delivery
SET status = 'sending', attempts = attempts + 1, next_try_at = %(silent_until)s, failure = ''
FROM due, policies_message message, accounts_organisation house
WHERE delivery.id = due.id AND message.id = delivery.message_id AND house.id = delivery.insurer_id
RETURNING delivery.id, delivery.address, delivery.round, delivery.attempts, message.public_id, message.subject,
          message.body, house.name, message.to_buyer_id IS NOT NULL
"""


class NobodyToWriteTo(DomainError):
    """The message has no recipient who signs in here and has an address; it has to go by post."""

    code = "nobody_to_write_to"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the mails of one run."""

    sent: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _Mail:
    delivery_id: int
    address: str
    round: int
    attempts: int
    message: str
    subject: str
    body: str
    insurer: str
    is_to_buyer: bool


def send_mails(actor: Actor, *, at: datetime, is_sandbox: bool, limit: int = BATCH_MAILS) -> Sent:
    """Send what is due of one insurer: how many went, how many did not. Opens its transactions, none while it sends.

    In a sandbox the mails are written as files into the data folder, whatever mail server is configured. `at` is this
    moment. Raises NotAllowed.
    """
    actor.must_be_allowed("messages.write")
    total = Sent()
    while True:
        with acting(actor):
            mails = _claimed(actor, at=at, limit=limit)
        if not mails:
            return total
        failures = _handed_over(mails, _connection(is_sandbox=is_sandbox))
        with acting(actor):
            _told(mails, failures, at=at)
        total = Sent(total.sent + len(mails) - len(failures), total.failed + len(failures))


def send_again(actor: Actor, message: str, *, on: date) -> int:
    """Queue the mails of a message anew to the recipient's people of today; how many. Told in the trail.

    Raises NotAllowed, MessageUnknown, NobodyToWriteTo.
    """
    actor.must_be_allowed("messages.send")
    with acting(actor):
        row = message_rows.locked(actor, message, on=on)
        addresses = _addresses(actor, row, on=on)
        if not addresses:
            raise NobodyToWriteTo(
                f"Nobody at the recipient of {message} has an address here: send the letter by post.",
                message_id=message,
            )
        last = row.deliveries.order_by("-round").values_list("round", flat=True).first() or 0
        # What still waits of earlier rounds would be a second copy.
        row.deliveries.exclude(status=DeliveryStatus.SENT).update(next_try_at=None)
        MessageDelivery.objects.bulk_create(
            MessageDelivery(
                insurer_id=actor.insurer_id, message=row, address=address, round=last + 1, asked_by=actor.name
            )
            for address in addresses
        )
        record_changes(
            [Change("message.sent_again", row.public_id, became={"addresses": len(addresses)})],
            insurer_id=actor.insurer_id,
            actor=actor.name,
            actor_role=actor.role,
            booked_on=on,
        )
        wake_after_commit(SEND_TASK, insurer=actor.insurer_id)
    return len(addresses)


def _addresses(actor: Actor, row: Message, *, on: date) -> Sequence[str]:
    """Where the recipient is written to today: its people, or the address at which the buyer asked to be told."""
    if row.to_buyer_id:
        return [one.address for one in portal_addresses.of_buyers(actor, [row.to_buyer_id], on=on).values()]
    if not row.recipient_id:
        return ()
    return addressees.people_of(actor, [row.recipient_id])[row.recipient_id].addresses


def _claimed(actor: Actor, *, at: datetime, limit: int) -> list[_Mail]:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "insurer": actor.insurer_id,
                "at": at,
                "limit": limit,
                "silent_until": at + timedelta(minutes=SILENT_MINUTES),
            },
        )
        return [_Mail(*row) for row in cursor.fetchall()]


def _handed_over(mails: Sequence[_Mail], connection: BaseEmailBackend) -> dict[int, str]:
    """Send each over one connection; why not, for those that could not be."""
    failures: dict[int, str] = {}
    for mail in mails:
        try:
            _mail(mail, connection).send()
        # Whatever one address or one server does must not keep the others' mails from going.
        except Exception as error:
            failures[mail.delivery_id] = f"{type(error).__name__}: {error}"[:500]
            log.warning("mail not delivered", message=mail.message, attempts=mail.attempts, error=str(error))
    return failures


def _mail(mail: _Mail, connection: BaseEmailBackend) -> EmailMessage:
    where = settings.PUBLIC_ADDRESS
    # A buyer does not sign in here.
    opens = where and not mail.is_to_buyer
    link = where.rstrip("/") + reverse("policies:message", args=[mail.message]) if opens else ""
    sender = settings.DEFAULT_FROM_EMAIL
    domain = sender.rpartition("@")[2].strip(">") or "localhost"
    return EmailMessage(
        mail.subject,
        mail.body + (f"\n{link}\n" if link else ""),
        from_email=sender if "<" in sender else formataddr((mail.insurer, sender)),
        to=[mail.address],
        headers={"Message-ID": f"<{mail.message}.{mail.delivery_id}@{domain}>"},
        connection=connection,
    )


def _told(mails: Sequence[_Mail], failures: dict[int, str], *, at: datetime) -> None:
    done = [mail.delivery_id for mail in mails if mail.delivery_id not in failures]
    MessageDelivery.objects.filter(pk__in=done).update(status=DeliveryStatus.SENT, sent_at=at, next_try_at=None)
    rows = []
    for mail in mails:
        if mail.delivery_id in failures:
            minutes = minutes_to_next_try(mail.attempts)
            next_try_at = None if minutes is None else at + timedelta(minutes=minutes)
            rows.append(
                MessageDelivery(
                    pk=mail.delivery_id,
                    status=DeliveryStatus.FAILED,
                    failure=failures[mail.delivery_id],
                    next_try_at=next_try_at,
                )
            )
    MessageDelivery.objects.bulk_update(rows, ["status", "failure", "next_try_at"])


def _connection(*, is_sandbox: bool) -> BaseEmailBackend:
    if is_sandbox:
        folder = str(settings.MAIL_FOLDER)
        return get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=folder)
    return get_connection()
