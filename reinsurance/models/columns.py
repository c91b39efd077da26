"""Columns that several tables of the books have alike: amounts in euro, shares of one, the insurer."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.db.models import Q


class InsurersRow(models.Model):
    """A row of exactly one insurer, behind row security."""

    insurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


def euro_field(**more: object) -> models.DecimalField:  # type: ignore[type-arg]
    """An amount in euro, numeric(18,2)."""
    return models.DecimalField(max_digits=18, decimal_places=2, **more)  # type: ignore[arg-type]


def share_field(**more: object) -> models.DecimalField:  # type: ignore[type-arg]
    """A share of one, numeric(9,8)."""
    return models.DecimalField(max_digits=9, decimal_places=8, **more)  # type: ignore[arg-type]


def one_of(name: str, field: str, values: Sequence[str]) -> models.CheckConstraint:
    """A kind or status has one of the listed values."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": sorted(values)}), name=name)
