"""Alerts about ceilings: which share of an envelope or of a treaty's allotment is used up, or that it is frozen.

Append-only, numbered without gap. A threshold is raised once, and again only after a row has said that use fell below
it. The amounts are for the platform alone: an insurer may read that a threshold was reached, not by whom.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from reinsurance.domain.chart import MARKETS
from reinsurance.models.columns import euro_field, one_of, share_field
from reinsurance.models.treaty import Treaty

ALERT_SUBJECTS = ("threshold", "frozen")


class CeilingAlert(models.Model):
    """A threshold reached (`is_raised`) or left again. Without insurer and treaty: the market's shared envelope."""

    insurer = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    treaty = TenantForeignKey(Treaty, null=True, related_name="+", db_index=False)
    market = models.CharField(max_length=8)
    position = models.BigIntegerField(unique=True)
    subject = models.CharField(max_length=9)
    share = share_field(null=True)
    # Counts the rows of one threshold: odd ones raise it, even ones say that it was left.
    crossing = models.IntegerField()
    is_raised = models.BooleanField()
    limit_amount = euro_field()
    room_amount = euro_field()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "treaty", "market", "subject", "share", "crossing"],
                name="alert_once_for_each_crossing",
                nulls_distinct=False,
            ),
            one_of("alert_market_known", "market", MARKETS),
            one_of("alert_subject_known", "subject", ALERT_SUBJECTS),
            models.CheckConstraint(
                condition=Q(subject="threshold", share__isnull=False) | Q(subject="frozen", share__isnull=True),
                name="alert_threshold_has_a_share",
            ),
            models.CheckConstraint(
                condition=Q(insurer__isnull=True, treaty__isnull=True) | Q(insurer__isnull=False, treaty__isnull=False),
                name="alert_of_envelope_or_treaty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.market} {self.subject}"


class AlertMail(models.Model):
    """That an alert goes to a person: written and committed before the mail is handed over, so none goes twice."""

    alert = models.ForeignKey(CeilingAlert, on_delete=models.PROTECT, related_name="mails", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    address = models.EmailField()
    recorded_at = models.DateTimeField(db_default=Now())
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alert", "user"], name="alert_mail_once_for_each_person"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} → {self.address}"
