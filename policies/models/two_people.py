"""What one person proposes and another confirms (four eyes): the columns and rules that all such rows share.

A row that is so proposed changes nothing until it is confirmed. Who confirms or turns down is neither the same account
nor of the same name as who proposed; who proposed may take back. Commands answer through policies.commands.two_people.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from policies.models.dated import TenantRow, one_of


class ProposalStatus(models.TextChoices):
    PROPOSED = "proposed", "proposed"
    CONFIRMED = "confirmed", "confirmed"
    TURNED_DOWN = "turned_down", "turned down"
    TAKEN_BACK = "taken_back", "taken back"


STANDING: Final = [ProposalStatus.PROPOSED, ProposalStatus.CONFIRMED]
BY_ANOTHER: Final = [ProposalStatus.CONFIRMED, ProposalStatus.TURNED_DOWN]


class ProposedRow(TenantRow):
    """Who proposed what, and who answered. A subclass has `by_two_people(...)` among its constraints."""

    public_id = models.CharField(max_length=40, unique=True)
    status = models.CharField(max_length=12, choices=ProposalStatus, default=ProposalStatus.PROPOSED)
    proposed_by = models.CharField(max_length=200)
    proposed_by_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    proposed_on = models.DateField()
    answered_by = models.CharField(max_length=200, blank=True)
    answered_by_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


def by_two_people(thing: str) -> tuple[models.CheckConstraint, ...]:
    """A known status; answered by somebody on a day not before; confirmed or turned down by another person.

    Named `<thing>_status_known`, `<thing>_answered_by_somebody`, `<thing>_by_four_eyes`.
    """
    return (
        one_of(f"{thing}_status_known", "status", ProposalStatus),
        models.CheckConstraint(
            condition=Q(status="proposed", answered_by="", answered_on__isnull=True)
            | ~Q(status="proposed") & ~Q(answered_by="") & Q(answered_on__gte=F("proposed_on")),
            name=f"{thing}_answered_by_somebody",
        ),
        models.CheckConstraint(
            condition=~Q(status__in=BY_ANOTHER)
            | ~Q(answered_by=F("proposed_by"))
            & (
                Q(answered_by_user__isnull=True)
                | Q(proposed_by_user__isnull=True)
                | ~Q(answered_by_user=F("proposed_by_user"))
            ),
            name=f"{thing}_by_four_eyes",
        ),
    )
