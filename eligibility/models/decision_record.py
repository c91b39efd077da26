"""A decision as it was taken, with its facts and the fingerprint of its law: it can be replayed to the cent."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from eligibility.domain.decision import BINDING_ORDER, OUTCOMES
from eligibility.domain.tables import AUTHORITIES, PRODUCTS

ZERO_ON: Final = ("refuse", "no_need")
POSITIVE_ON: Final = ("grant", "grant_reduced")
RATIOS: Final = ("insured_ratio", "retention_ratio", "ceded_ratio", "premium_rate")


def _euro() -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=18, decimal_places=2, null=True)


def _ratio() -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=9, decimal_places=8, null=True)


def _share(name: str) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 1})


class DecisionRecord(models.Model):
    """One judgement. `day` decided the law; `effective_on` is the first day it would cover."""

    public_id = models.CharField(max_length=40)
    insurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    effective_on = models.DateField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=13)
    referred_to = models.CharField(max_length=13, blank=True)
    product = models.CharField(max_length=20)
    category = models.PositiveSmallIntegerField(null=True)
    currency = models.CharField(max_length=3, default="EUR")
    need = _euro()
    maximum = _euro()
    granted = _euro()
    binding = models.CharField(max_length=16, blank=True)
    insured_ratio = _ratio()
    retention_ratio = _ratio()
    ceded_ratio = _ratio()
    premium = _euro()
    premium_rate = _ratio()
    is_premium_illustrative = models.BooleanField(default=False)
    term_first = models.DateField(null=True)
    term_end = models.DateField(null=True)
    reinsurer = models.CharField(max_length=20, blank=True)
    facts = models.JSONField()
    reasons = models.JSONField()
    law = models.CharField(max_length=71)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["insurer", "day", "outcome"], name="decision_by_day")]
        constraints: ClassVar = [
            # Not unique=True on the field, which would add a second index for LIKE.
            models.UniqueConstraint(fields=["public_id"], name="decision_public_id_once"),
            models.CheckConstraint(condition=Q(outcome__in=sorted(OUTCOMES)), name="decision_outcome_known"),
            models.CheckConstraint(condition=Q(product__in=sorted(PRODUCTS)), name="decision_product_known"),
            models.CheckConstraint(
                condition=Q(binding__in=["", *sorted(BINDING_ORDER)]), name="decision_binding_known"
            ),
            models.CheckConstraint(
                condition=(Q(outcome="refer") & Q(referred_to__in=sorted(AUTHORITIES)))
                | (~Q(outcome="refer") & Q(referred_to="")),
                name="decision_referred_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=ZERO_ON, granted=0)
                | Q(outcome__in=POSITIVE_ON, granted__isnull=False, granted__gt=0)
                | Q(outcome="refer", granted__isnull=True),
                name="decision_granted_as_outcome_says",
            ),
            models.CheckConstraint(
                condition=(Q(granted__isnull=True) | Q(need__isnull=True) | Q(granted__lte=F("need")))
                & (Q(granted__isnull=True) | Q(maximum__isnull=True) | Q(granted__lte=F("maximum"))),
                name="decision_granted_within_need_and_maximum",
            ),
            models.CheckConstraint(
                condition=(Q(need__isnull=True) | Q(need__gte=0))
                & (Q(maximum__isnull=True) | Q(maximum__gte=0))
                & (Q(premium__isnull=True) | Q(premium__gte=0)),
                name="decision_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=_share("insured_ratio")
                & _share("retention_ratio")
                & _share("ceded_ratio")
                & _share("premium_rate"),
                name="decision_ratios_within_one",
            ),
            models.CheckConstraint(
                condition=Q(term_first__isnull=True, term_end__isnull=True) | Q(term_end__gt=F("term_first")),
                name="decision_term_has_days",
            ),
            models.CheckConstraint(condition=Q(currency="EUR"), name="decision_in_euro"),
            models.CheckConstraint(
                condition=Q(law__regex="^sha256:[0-9a-f]{64}$"), name="decision_law_is_a_fingerprint"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.outcome}"
