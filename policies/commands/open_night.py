"""Open the night: everything that a new business day brings, in one order, once.

Envelopes brought to law → for each insurer: offers expire, renewals asked for are judged, the rest lapses, complements
follow their primary, notices go out → run-off that has passed, ceilings' alerts, the journal sealed, the ledger
verified and reconciled, the report. Insurers' parts run side by side on any number of workers, each by one of them;
who ends last closes. Nights that were missed are caught up in order, day by day. A second run changes nothing. A
mismatch is an alert, never a silent fix.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Min

from capweb.accounts.acting import acting_as_platform
from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.commands.enter_people import move_business_day
from capweb.accounts.models import Installation, Organisation
from capweb.accounts.queries import memberships
from capweb.audit.outbox import wake_after_commit
from capweb.kernel.errors import DomainError
from policies.commands.close_night import NightReport, close_night, stored_report
from policies.commands.insurers_night import Progress, run_insurers_night
from policies.commands.reconcile_cessions import ceilings_on
from policies.models import Night
from policies.queries import nights
from reinsurance.commands.authorise_capacity import bring_envelopes_to_law

TASK: Final = "policies.open_due_nights"
PAUSE_SECONDS: Final = 0.5
PLATFORM: Final = PlatformActor(name="night", role="operator")


class DayNotNext(DomainError):
    """Nights are opened one after another: each business day once, none before the last one."""

    code = "day_not_next"


@dataclass(frozen=True, slots=True)
class BegunNight:
    """A night that has begun; `moment` is the one that its documents tell."""

    day: date
    moment: datetime


def ask_for_nights(first: date, last: date) -> int:
    """Keep the wish that the nights of these days, both included, be opened, and wake a worker; how many were new."""
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    with acting_as_platform() as alias:
        known = set(Night.objects.using(alias).filter(day__in=days).values_list("day", flat=True))
        Night.objects.using(alias).bulk_create(
            [Night(day=day) for day in days if day not in known], ignore_conflicts=True
        )
        new = len(set(days) - known)
        if new:
            wake_after_commit(TASK, using=alias)
    return new


def begin_night(day: date, *, at: datetime) -> BegunNight:
    """Begin the night of a day, or take it up again; in a sandbox the business day becomes this day.

    `at` is the moment that its documents tell, unless it had begun before. Nothing changes where it was finished.
    Raises DayNotNext for another day before the last night, and while an earlier night is not finished.
    """
    with acting_as_platform() as alias:
        rows = Night.objects.using(alias)
        done = rows.filter(day=day, finished_at__isnull=False).first()
        if done is not None:
            return BegunNight(day, done.moment or at)
        last = rows.filter(finished_at__isnull=False).order_by("-day").values_list("day", flat=True).first()
        if last is not None and day < last:
            raise DayNotNext(f"The night of {last} has been opened; {day} lies before it.", day=day)
        earliest = rows.filter(finished_at__isnull=True, day__lt=day).aggregate(day=Min("day"))["day"]
        if earliest is not None:
            raise DayNotNext(f"The night of {earliest} is not finished: open it before that of {day}.", day=day)
        rows.get_or_create(day=day)
        night = rows.select_for_update().get(day=day)
        if night.moment is None:
            night.moment = at
            night.save(using=alias, update_fields=["moment"])
    if night.finished_at is None:
        if Installation.objects.using("platform").filter(is_sandbox=True, business_day__lt=day).exists():
            move_business_day(day)
        with acting_as_platform():
            bring_envelopes_to_law(PLATFORM, ceilings_on(day), on=day)
    return BegunNight(day, night.moment or at)


def open_night(
    day: date, *, at: datetime, progress: Progress | None = None, told: Callable[[str], None] | None = None
) -> NightReport:
    """Run the night that opens a business day, here and now; the report of the first run when it was already done.

    Parts at which a worker is already are left to it and waited for. `progress` is told after each chunk, `told` the
    name of each closing step. Raises what begin_night raises.
    """
    begun = begin_night(day, at=at)
    holder = uuid.uuid4().hex
    while (report := stored_report(day)) is None:
        missing = nights.missing(day)
        worked = [
            run_insurers_night(actor, day, at=begun.moment, holder=holder, progress=progress)
            for actor in map(actor_of, missing)
        ]
        report = close_night(PLATFORM, day, holder=holder, progress=told)
        if report is not None:
            return report
        if not any(worked):
            time.sleep(PAUSE_SECONDS)
    return report


def actor_of(insurer_id: int) -> Actor:
    """The night as an actor for one insurer."""
    return memberships.system_actor(Organisation.objects.using("platform").get(pk=insurer_id), name="night")
