"""What the insurer wrote to a policyholder or its broker, what of it went by mail, how far the writing has come.

A message is written once for what happened (`source_key`), and its text never changes. Each mail is a row of its own;
sending again adds a row.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.buyer_limit import BuyerLimit
from policies.models.claim import Claim
from policies.models.dated import TenantRow, one_of
from policies.models.endorsement import Endorsement
from policies.models.guarantee import Guarantee, Notice
from policies.models.letter import Letter
from policies.models.limit_request import LimitRequest, Offer
from policies.models.parties import Buyer
from policies.models.policy import Policy


class MessageLanguage(models.TextChoices):
    FRENCH = "fr", "French"
    ENGLISH = "en", "English"


class Message(TenantRow):
    """One message to one organisation, about a request, a guarantee, a limit or a claim under one policy.

    `recipient` is the broker under mandate on `booked_on`, else the policyholder's own organisation; null where neither
    signs in here, so that the letter has to go by post. `to_buyer`: written to that buyer and to nobody else, by mail.
    """

    public_id = models.CharField(max_length=40, unique=True)
    source_key = models.CharField(max_length=80)
    recipient = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    policy = TenantForeignKey(Policy, related_name="messages")
    limit_request = TenantForeignKey(LimitRequest, null=True, related_name="messages")
    offer = TenantForeignKey(Offer, null=True, related_name="messages", db_index=False)
    guarantee = TenantForeignKey(Guarantee, null=True, related_name="messages")
    endorsement = TenantForeignKey(Endorsement, null=True, related_name="messages", db_index=False)
    notice = TenantForeignKey(Notice, null=True, related_name="messages")
    buyer_limit = TenantForeignKey(BuyerLimit, null=True, related_name="messages", db_index=False)
    letter = TenantForeignKey(Letter, null=True, related_name="messages", db_index=False)
    claim = TenantForeignKey(Claim, null=True, related_name="messages", db_index=False)
    to_buyer = TenantForeignKey(Buyer, null=True, related_name="messages", db_index=False)
    template = models.CharField(max_length=30)
    language = models.CharField(max_length=2, choices=MessageLanguage)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    read_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "source_key"], name="message_written_once"),
            one_of("message_language_known", "language", MessageLanguage),
            models.CheckConstraint(
                condition=Q(limit_request__isnull=False)
                | Q(guarantee__isnull=False)
                | Q(buyer_limit__isnull=False)
                | Q(claim__isnull=False),
                name="message_about_something",
            ),
            models.CheckConstraint(
                condition=Q(to_buyer__isnull=True) | Q(recipient__isnull=True), name="message_to_a_buyer_or_to_a_client"
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, read_by="") | Q(read_at__isnull=False) & ~Q(read_by=""),
                name="message_read_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "recipient", "-id"], name="message_inbox"),
            models.Index(fields=["insurer", "recipient"], name="message_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.template}: {self.subject}"


class DeliveryStatus(models.TextChoices):
    QUEUED = "queued", "to be sent"
    SENDING = "sending", "being handed over"
    SENT = "sent", "sent"
    FAILED = "failed", "not delivered"


class MessageDelivery(TenantRow):
    """One mail of a message to one address. `round` counts the sendings of the message: 1 by itself, then by hand.

    A failed one is tried again at `next_try_at`; without that it has been given up until somebody sends it again.
    """

    message = TenantForeignKey(Message, related_name="deliveries", db_index=False)
    address = models.EmailField()
    round = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=7, choices=DeliveryStatus, default=DeliveryStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_by = models.CharField(max_length=200, blank=True)
    queued_at = models.DateTimeField(db_default=Now())
    next_try_at = models.DateTimeField(null=True, db_default=Now())
    sent_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "message", "address", "round"], name="delivery_once_a_round"),
            one_of("delivery_status_known", "status", DeliveryStatus),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | ~Q(status="sent") & Q(sent_at__isnull=True),
                name="delivery_sent_has_its_time",
            ),
            models.CheckConstraint(condition=~Q(status="failed") | ~Q(failure=""), name="delivery_failure_says_why"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "next_try_at"], name="delivery_due", condition=~Q(status="sent")),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.status}"


class MessageProgress(TenantRow):
    """Up to which event messages have been written; its row is the lock of whoever writes them."""

    after_position = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer"], name="message_progress_one_per_insurer"),
            models.CheckConstraint(condition=Q(after_position__gte=0), name="message_progress_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.after_position}"
