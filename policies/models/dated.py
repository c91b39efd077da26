"""What every row of an insurer, and every fact that changes, has in common.

Three dates on a fact (house idea 7): `effective_on` true in the world, `booked_on` the business day on which we learned
it, `recorded_at` when the database wrote it.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class TenantRow(models.Model):
    """A row of exactly one insurer, behind row security."""

    insurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class DatedFact(TenantRow):
    """A fact that changes: never overwritten, a newer row stands beside the old one.

    `source_reference` names the act that told it, so that the same act sent twice is stored once.
    """

    effective_on = models.DateField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    source_reference = models.CharField(max_length=100)

    class Meta:
        abstract = True


def in_ratio_range(name: str, field: str) -> models.CheckConstraint:
    """A ratio between 0 and 1, both included."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__gte": 0, f"{field}__lte": 1}) | models.Q(**{f"{field}__isnull": True}),
        name=name,
    )


def not_negative(name: str, *fields: str) -> models.CheckConstraint:
    """Amounts that may be zero or unknown, never negative."""
    condition = models.Q()
    for field in fields:
        condition &= models.Q(**{f"{field}__gte": 0}) | models.Q(**{f"{field}__isnull": True})
    return models.CheckConstraint(condition=condition, name=name)


def one_of(name: str, field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """A status or kind has one of the listed values."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": choices.values}), name=name)


def source_once(name: str) -> models.UniqueConstraint:
    """The same act of the same insurer is stored once."""
    return models.UniqueConstraint(fields=["insurer", "source_reference"], name=name)


def amount_field(**more: object) -> models.DecimalField:  # type: ignore[type-arg]
    """An amount in euro, numeric(18,2)."""
    return models.DecimalField(max_digits=18, decimal_places=2, **more)  # type: ignore[arg-type]


def ratio_field(**more: object) -> models.DecimalField:  # type: ignore[type-arg]
    """A ratio in 0..1, numeric(9,8)."""
    return models.DecimalField(max_digits=9, decimal_places=8, **more)  # type: ignore[arg-type]


def newest_first(name: str, *owners: str) -> models.Index:
    """Finds the newest row of a history with one probe: whose it is, its effective day, then the order of entry."""
    return models.Index(fields=["insurer", *owners, "-effective_on", "-id"], name=name)
