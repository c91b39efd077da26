"""Dated rows that insurers and authorities supply: scales, grids, countries, zones, tariffs, readings, legal values.

A row without an insurer is shared (shipped with its source); a row with one is that insurer's own and came in by an
approved settlement. Rows are never changed: a correction is a later row, which wins.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from eligibility.domain.parameters import CONFIDENCES
from eligibility.domain.tables import AUTHORITIES, COUNTRY_STATUSES, MARKETS, PRODUCTS
from eligibility.models.four_eyes import Settlement


class DatedRow(models.Model):
    """In force on [first_day, end_day), with its source, who entered it and by which settlement.

    `place` is the row's place in the proposal that was approved.
    """

    settlement = TenantForeignKey(Settlement, null=True, related_name="+", db_index=False)
    place = models.PositiveSmallIntegerField(null=True)
    insurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    first_day = models.DateField()
    end_day = models.DateField(null=True)
    reference_text = models.CharField(max_length=400)
    reference_url = models.CharField(max_length=400)
    published = models.DateField(null=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    entered_by = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end_day__isnull=True) | Q(end_day__gt=F("first_day")), name="%(class)s_has_days"
            ),
            models.CheckConstraint(
                condition=~Q(reference_text="") & Q(reference_url__startswith="https://"), name="%(class)s_has_a_source"
            ),
        ]


class GradeScaleRow(DatedRow):
    """The grades of one insurer, best first."""

    insurer_code = models.SlugField(max_length=60)
    grades = models.CharField(max_length=400)

    class Meta(DatedRow.Meta):
        constraints: ClassVar = [*DatedRow.Meta.constraints]

    def __str__(self) -> str:
        return f"{self.insurer_code} {self.grades}"


class RatingGridRow(DatedRow):
    """Grades of one insurer on one market mapped to a category of the scheme."""

    insurer_code = models.SlugField(max_length=60)
    market = models.CharField(max_length=8)
    grades = models.CharField(max_length=400)
    category = models.PositiveSmallIntegerField()
    maximum = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="EUR")
    referred_to = models.CharField(max_length=13, blank=True)
    question = models.CharField(max_length=60, blank=True)
    reading = models.CharField(max_length=60, blank=True)

    class Meta(DatedRow.Meta):
        constraints: ClassVar = [
            *DatedRow.Meta.constraints,
            models.CheckConstraint(condition=Q(market__in=sorted(MARKETS)), name="ratinggridrow_market_known"),
            models.CheckConstraint(
                condition=Q(market="domestic", category__in=(1, 2)) | Q(market="export", category__in=(1, 2, 3)),
                name="ratinggridrow_category_known",
            ),
            models.CheckConstraint(condition=Q(maximum__isnull=True) | Q(maximum__gt=0), name="ratinggridrow_maximum"),
            models.CheckConstraint(condition=Q(currency="EUR"), name="ratinggridrow_in_euro"),
            models.CheckConstraint(
                condition=Q(referred_to__in=["", *sorted(AUTHORITIES)]), name="ratinggridrow_referred_to_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.insurer_code} {self.market} {self.grades}: {self.category}"


class CountryStatusRow(DatedRow):
    """Whether a country is open to the scheme."""

    country = models.CharField(max_length=2)
    status = models.CharField(max_length=8)
    referred_to = models.CharField(max_length=13, blank=True)
    is_assumed = models.BooleanField(default=False)

    class Meta(DatedRow.Meta):
        constraints: ClassVar = [
            *DatedRow.Meta.constraints,
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="countrystatusrow_iso_code"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(COUNTRY_STATUSES)), name="countrystatusrow_status_known"
            ),
            models.CheckConstraint(
                condition=Q(referred_to__in=["", *sorted(AUTHORITIES)]), name="countrystatusrow_referred_to_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}: {self.status}"


class CountryZoneRow(DatedRow):
    """The tariff zone of a country."""

    country = models.CharField(max_length=2)
    zone = models.PositiveSmallIntegerField()

    class Meta(DatedRow.Meta):
        constraints: ClassVar = [
            *DatedRow.Meta.constraints,
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="countryzonerow_iso_code"),
            models.CheckConstraint(condition=Q(zone__gte=1, zone__lte=4), name="countryzonerow_zone_of_four"),
        ]

    def __str__(self) -> str:
        return f"{self.country}: zone {self.zone}"


class TariffRow(DatedRow):
    """A quarterly rate; an empty column means any. `is_illustrative`: no source gives it, and it is shown as such."""

    product = models.CharField(max_length=20)
    quarterly_rate = models.DecimalField(max_digits=9, decimal_places=8)
    category = models.PositiveSmallIntegerField(null=True)
    zone = models.PositiveSmallIntegerField(null=True)
    longest_payment_days = models.PositiveSmallIntegerField(null=True)
    is_illustrative = models.BooleanField(default=False)

    class Meta(DatedRow.Meta):
        constraints: ClassVar = [
            *DatedRow.Meta.constraints,
            models.CheckConstraint(condition=Q(product__in=sorted(PRODUCTS)), name="tariffrow_product_known"),
            models.CheckConstraint(
                condition=Q(quarterly_rate__gte=0, quarterly_rate__lte=1), name="tariffrow_rate_within_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.quarterly_rate}"


class OwnRow(DatedRow):
    """A row that only an insurer can have: there is no shared one."""

    insurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    settlement = TenantForeignKey(Settlement, related_name="+", db_index=False)
    place = models.PositiveSmallIntegerField()

    class Meta(DatedRow.Meta):
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end_day__isnull=True) | Q(end_day__gt=F("first_day")), name="%(class)s_has_days"
            ),
        ]


class ReadingRow(OwnRow):
    """The reading of a doubtful text that the insurer goes by from a day on; `default` is the register's own."""

    question = models.CharField(max_length=60)
    reading = models.CharField(max_length=60)
    reason = models.TextField()

    class Meta(OwnRow.Meta):
        constraints: ClassVar = [
            *OwnRow.Meta.constraints,
            # A letter of the reinsurer has a reference and no address.
            models.CheckConstraint(condition=~Q(reference_text=""), name="%(class)s_has_evidence"),
            models.CheckConstraint(
                condition=~Q(question="") & ~Q(reading="") & ~Q(reason=""), name="%(class)s_says_what_and_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.reading}"


class ValueRow(OwnRow):
    """A legal value on days on which the shipped law is unset or silent; `unset` takes it back."""

    path = models.CharField(max_length=200)
    value = models.CharField(max_length=200)
    confidence = models.CharField(max_length=20)

    class Meta(OwnRow.Meta):
        constraints: ClassVar = [
            *OwnRow.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(reference_text="") & Q(reference_url__startswith="https://"), name="%(class)s_has_a_source"
            ),
            models.CheckConstraint(condition=~Q(path="") & ~Q(value=""), name="%(class)s_says_what"),
            models.CheckConstraint(condition=Q(confidence__in=sorted(CONFIDENCES)), name="%(class)s_confidence_known"),
        ]

    def __str__(self) -> str:
        return f"{self.path}: {self.value}"
