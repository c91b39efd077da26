"""The dossier by which an authority lifts a limit, and the files that prove it (E20, E21; D-1, D-10).

A large exporter: insurer, Bpifrance, ministry. Above parity: CCR's director general proposes, the minister agrees
(décret 2020-397, article 3). What was decided never changes; it may only end earlier.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow, amount_field, not_negative, one_of
from policies.models.limit_request import LimitRequest
from policies.models.parties import Buyer, Policyholder


class ExceptionKind(models.TextChoices):
    LARGE_POLICYHOLDER = "large_policyholder", "large exporter"
    ABOVE_PARITY = "above_parity", "above parity"


class ExceptionStatus(models.TextChoices):
    OPENED = "opened", "opened"
    WITH_REINSURER = "with_reinsurer", "with the reinsurer"
    WITH_MINISTER = "with_minister", "with the minister"
    FAVOURABLE = "favourable", "favourable"
    UNFAVOURABLE = "unfavourable", "unfavourable"
    EXPIRED = "expired", "expired"
    WITHDRAWN = "withdrawn", "withdrawn"


UNDER_WAY = [ExceptionStatus.OPENED, ExceptionStatus.WITH_REINSURER, ExceptionStatus.WITH_MINISTER]
GRANTED = [ExceptionStatus.FAVOURABLE, ExceptionStatus.EXPIRED]
DECIDED = [*GRANTED, ExceptionStatus.UNFAVOURABLE]


class ExceptionDossier(TenantRow):
    """One exception asked for out of one request. `buyer` None: for every buyer of the policyholder.

    `granted_on` and `end_day` (half-open) say when the decision is in force, `amount` what may be granted under it in
    all, None without a limit. `decided_on` is the business day on which the decision was entered.
    """

    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=ExceptionKind)
    status = models.CharField(max_length=16, choices=ExceptionStatus, default=ExceptionStatus.OPENED)
    limit_request = TenantForeignKey(LimitRequest, related_name="exceptions")
    policyholder = TenantForeignKey(Policyholder, related_name="exceptions", db_index=False)
    buyer = TenantForeignKey(Buyer, null=True, related_name="exceptions")
    asked_amount = amount_field(null=True)
    reason = models.TextField()
    opened_by = models.CharField(max_length=200)
    opened_by_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    amount = amount_field(null=True)
    reference = models.CharField(max_length=100, blank=True)
    granted_on = models.DateField(null=True)
    end_day = models.DateField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_by_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(null=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("exception_status_known", "status", ExceptionStatus),
            one_of("exception_kind_known", "kind", ExceptionKind),
            not_negative("exception_amounts_not_negative", "asked_amount", "amount"),
            models.UniqueConstraint(
                fields=["insurer", "policyholder", "kind", "buyer"],
                condition=Q(status__in=UNDER_WAY),
                nulls_distinct=False,
                name="exception_one_under_way",
            ),
            models.CheckConstraint(
                condition=~Q(kind="above_parity") | Q(buyer__isnull=False), name="exception_above_parity_of_one_buyer"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=DECIDED) | ~Q(reference="") & ~Q(decided_by="") & Q(decided_on__isnull=False),
                name="exception_decision_has_its_letter",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=GRANTED)
                | Q(granted_on__isnull=False) & (~Q(kind="above_parity") | Q(amount__gt=0)),
                name="exception_granted_from_a_day",
            ),
            models.CheckConstraint(
                condition=Q(end_day__isnull=True) | Q(end_day__gte=F("granted_on")), name="exception_days_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("opened_by"))
                & (
                    Q(decided_by_user__isnull=True)
                    | Q(opened_by_user__isnull=True)
                    | ~Q(decided_by_user=F("opened_by_user"))
                ),
                name="exception_by_four_eyes",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["insurer", "policyholder"],
                name="exception_of_policyholder",
                condition=Q(granted_on__isnull=False),
            ),
            models.Index(fields=["insurer", "end_day"], name="exception_to_expire", condition=Q(status="favourable")),
        ]

    def __str__(self) -> str:
        return self.public_id


class EvidenceFile(TenantRow):
    """A file of a dossier, in storage by its SHA-256. Append-only: evidence is added, never changed or taken away."""

    dossier = TenantForeignKey(ExceptionDossier, related_name="evidence")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    byte_count = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=200)
    added_by = models.CharField(max_length=200)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "dossier", "digest"], name="evidence_once"),
            models.CheckConstraint(condition=Q(byte_count__gt=0), name="evidence_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name
