"""The business day: the one clock of the installation, read by shells and passed down.

Outside a sandbox it is today in Paris. In a sandbox it is a stored day that only moves forward (a trigger sees to it),
so that three months pass in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from capweb.accounts.models import Installation


@dataclass(frozen=True, slots=True)
class InstallationDay:
    is_sandbox: bool
    business_day: date


def installation(*, using: str = "default") -> InstallationDay:
    """Whether this is a sandbox, and the day on which the books are."""
    row = Installation.objects.using(using).first()
    if row is not None and row.is_sandbox and row.business_day is not None:
        return InstallationDay(is_sandbox=True, business_day=row.business_day)
    return InstallationDay(is_sandbox=False, business_day=timezone.localdate())


def business_day(*, using: str = "default") -> date:
    """The day on which the books are."""
    return installation(using=using).business_day


def instant(*, using: str = "default") -> datetime:
    """This moment for a document: the time of day in Paris, on the business day of a sandbox or on today."""
    now = timezone.localtime()
    return datetime.combine(business_day(using=using), now.time(), tzinfo=now.tzinfo)


def moment_on(day: date, *, using: str = "default") -> datetime:
    """The moment that documents of a night tell: now, and in a sandbox the time of day on the day that is opened."""
    now = timezone.localtime()
    return datetime.combine(day, now.time(), tzinfo=now.tzinfo) if installation(using=using).is_sandbox else now
