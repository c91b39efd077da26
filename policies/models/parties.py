"""Who is insured and on whom: policyholders, applicants, buyers, and their dated figures.

Rows of one insurer, unique by (insurer, country, identifier type, identifier): two insurers may know the same company
and share nothing.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import (
    DatedFact,
    TenantRow,
    amount_field,
    in_ratio_range,
    newest_first,
    not_negative,
    one_of,
    source_once,
)


class IdentifierType(models.TextChoices):
    SIREN = "siren", "SIREN"
    FOREIGN = "foreign", "foreign register"


class PolicyholderStatus(models.TextChoices):
    IN_BEING = "in_being", "policyholder"
    APPLICANT = "applicant", "applicant"


class Company(TenantRow):
    """What a policyholder and a buyer have in common as companies."""

    public_id = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    identifier_type = models.CharField(max_length=10, choices=IdentifierType)
    identifier = models.CharField(max_length=40)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} ({self.country} {self.identifier})"


class Policyholder(Company):
    """The supplier who is insured, or asks to be: an applicant may have a substitution (décret 2020-397, art. 4)."""

    status = models.CharField(max_length=10, choices=PolicyholderStatus, default=PolicyholderStatus.IN_BEING)
    is_factor = models.BooleanField(default=False)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    town = models.CharField(max_length=100, blank=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "country", "identifier_type", "identifier"], name="policyholder_known_once"
            ),
            one_of("policyholder_status_known", "status", PolicyholderStatus),
            one_of("policyholder_identifier_type_known", "identifier_type", IdentifierType),
        ]


class PolicyholderFigures(DatedFact):
    policyholder = TenantForeignKey(Policyholder, related_name="figures", db_index=False)
    turnover = amount_field(null=True)

    class Meta:
        indexes: ClassVar = [newest_first("policyholder_figures_newest", "policyholder")]
        constraints: ClassVar = [
            source_once("policyholder_figures_once"),
            not_negative("policyholder_figures_not_negative", "turnover"),
        ]


class Buyer(Company):
    """The company that owes. `created_on` is the day of its registration, unknown (null) is never guessed."""

    created_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "country", "identifier_type", "identifier"], name="buyer_known_once"
            ),
            one_of("buyer_identifier_type_known", "identifier_type", IdentifierType),
        ]


class BuyerFigures(DatedFact):
    buyer = TenantForeignKey(Buyer, related_name="figures", db_index=False)
    turnover = amount_field(null=True)
    balance_sheet = amount_field(null=True)
    headcount = models.PositiveIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [newest_first("buyer_figures_newest", "buyer")]
        constraints: ClassVar = [
            source_once("buyer_figures_once"),
            not_negative("buyer_figures_not_negative", "turnover", "balance_sheet"),
        ]


class BuyerRating(DatedFact):
    """The insurer's assessment of a buyer: its grade, its default probability in one year, whether it is insolvent."""

    buyer = TenantForeignKey(Buyer, related_name="ratings", db_index=False)
    grade = models.CharField(max_length=10, blank=True)
    default_probability = models.DecimalField(max_digits=9, decimal_places=8, null=True)
    is_insolvent = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            newest_first("buyer_rating_newest", "buyer"),
            # What was entered since the last night.
            models.Index(fields=["insurer", "booked_on"], name="buyer_rating_by_day"),
        ]
        constraints: ClassVar = [
            source_once("buyer_rating_once"),
            in_ratio_range("buyer_default_probability_in_range", "default_probability"),
        ]
