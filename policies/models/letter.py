"""Letters of the insurer, frozen as they were written, and where a buyer has asked to be told (D-29, E5, E19)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.buyer_limit import BuyerLimit
from policies.models.dated import DatedFact, TenantRow, newest_first, one_of, source_once
from policies.models.parties import Buyer
from policies.models.policy import Policy


class LetterKind(models.TextChoices):
    PRIMARY_NOTICE = "primary_notice", "notice of a decision on a limit"
    COVER_ELSEWHERE = "cover_elsewhere", "cover may be sought elsewhere"


class Letter(TenantRow):
    """One letter to one policyholder about one buyer; its paper is made from the snapshot whenever it is asked for."""

    public_id = models.CharField(max_length=40, unique=True)
    number = models.CharField(max_length=40)
    series = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=LetterKind)
    policy = TenantForeignKey(Policy, related_name="letters")
    buyer = TenantForeignKey(Buyer, related_name="letters", db_index=False)
    buyer_limit = TenantForeignKey(BuyerLimit, related_name="letters", db_index=False)
    snapshot = models.JSONField()
    digest = models.CharField(max_length=64)
    template_version = models.CharField(max_length=20)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("letter_kind_known", "kind", LetterKind),
            models.UniqueConstraint(fields=["insurer", "number"], name="letter_number_once"),
            models.UniqueConstraint(fields=["insurer", "series", "position"], name="letter_position_once"),
            models.UniqueConstraint(fields=["insurer", "buyer_limit", "kind"], name="letter_once_a_decision"),
        ]

    def __str__(self) -> str:
        return self.number


class BuyerPortalAddress(DatedFact):
    """From a day on the buyer is told of cuts of limits on it, at this address; empty: it no longer wants to be."""

    buyer = TenantForeignKey(Buyer, related_name="portal_addresses", db_index=False)
    address = models.EmailField(blank=True)
    language = models.CharField(max_length=2, choices=[("fr", "French"), ("en", "English")], default="fr")

    class Meta:
        indexes: ClassVar = [newest_first("portal_address_of_buyer", "buyer")]
        constraints: ClassVar = [
            source_once("portal_address_once"),
            models.CheckConstraint(condition=Q(language__in=["fr", "en"]), name="portal_address_language_known"),
        ]

    def __str__(self) -> str:
        return self.address or "–"
