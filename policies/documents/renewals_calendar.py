"""The last days of running terms as a calendar file (RFC 5545), with alarms on the days of the notices.

There is no tacit renewal: the day in the calendar is the last one on which a renewal may be asked for. An entry keeps
its identity from file to file, so a calendar that reads the file again changes what it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from capweb.http import wording, writing

ALARM_DAYS: Final = (30, 15, 5)
ALARM_HOUR: Final = 9


class RunningTerm(Protocol):
    """What the calendar tells of a term; `cover_end` is the first day no longer covered."""

    @property
    def guarantee(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def product(self) -> str: ...
    @property
    def buyer(self) -> str: ...
    @property
    def policyholder(self) -> str: ...
    @property
    def policy_number(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def cover_end(self) -> date: ...
    @property
    def renewal_asked(self) -> bool: ...


def of(terms: Sequence[RunningTerm], *, at: datetime, address: str = "") -> bytes:
    """The calendar of these terms; `at` is the moment of its making, `address` that of the pages (none: no links)."""
    calendar = Calendar()
    calendar.add("prodid", f"-//capweb//renewals//{(get_language() or 'fr')[:2].upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Renewals of public top-ups"))
    for term in terms:
        calendar.add_component(_last_day(term, at=at, address=address))
    return bytes(calendar.to_ical())


def _last_day(term: RunningTerm, *, at: datetime, address: str) -> Event:
    product = str(wording.of("product", term.product).label)
    event = Event()
    # The day before the half-open end; an all-day entry ends on the next day.
    event.add("uid", f"{term.guarantee}.{term.sequence}@capweb")
    event.add("dtstamp", at)
    event.add("dtstart", term.cover_end - timedelta(days=1))
    event.add("dtend", term.cover_end)
    event.add("transp", "TRANSPARENT")
    event.add("summary", _("Last day: %(product)s on %(buyer)s") % {"product": product, "buyer": term.buyer})
    event.add("description", _description(term))
    if address:
        event.add("url", address.rstrip("/") + reverse("policies:guarantee", args=[term.guarantee]))
    if not term.renewal_asked:
        for days in ALARM_DAYS:
            event.add_component(_alarm(days, str(event["summary"])))
    return event


def _description(term: RunningTerm) -> str:
    lines = [
        _("Policyholder: %(name)s, policy %(number)s") % {"name": term.policyholder, "number": term.policy_number},
        _("Amount: %(amount)s") % {"amount": writing.money(term.amount, whole=True)},
        _("Renewal asked for.")
        if term.renewal_asked
        else _("Nothing renews by itself: ask for the renewal by this day."),
    ]
    return "\n".join(lines)


def _alarm(days: int, told: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", told)
    # Days are counted to the half-open end, as in the notices; the entry stands on the day before.
    alarm.add("trigger", timedelta(days=1 - days, hours=ALARM_HOUR))
    return alarm
