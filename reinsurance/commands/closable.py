"""Whether a period may be closed for a treaty: it has ended, it is the treaty's own span, it follows the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _

from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from capweb.kernel.periods import Term
from reinsurance.domain.bordereau_layout import LAYOUT_VERSION
from reinsurance.domain.closing import next_period, period_name
from reinsurance.models import Bordereau, Cession, Treaty, TreatyTerms
from reinsurance.queries.books import INSURER
from reinsurance.queries.treaties import visible_treaties


class PeriodNotEnded(DomainError):
    """The period's last day has not passed: entries may still be booked in it."""

    code = "period_not_ended"
    status = 422


class PeriodOverlaps(DomainError):
    """Some days of the period are in a bordereau that is closed."""

    code = "period_overlaps"


class PeriodLeavesGap(DomainError):
    """Days before the period would be in no bordereau."""

    code = "period_leaves_gap"


class PeriodNotReported(DomainError):
    """The treaty reports by another span."""

    code = "period_not_reported"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A treaty's period to be told: entries after one journal number up to another, closed on a day."""

    treaty: Treaty
    period: Term
    after: int
    number: int
    on: date

    @property
    def facts(self) -> dict[str, Any]:
        """The parameters of the queries of queries/bordereau_sources.py."""
        return {
            "insurer": self.treaty.insurer_id,
            "treaty": self.treaty.pk,
            "first": self.period.first,
            "end": self.period.end,
            "after": self.after,
            "number": self.number,
            "layout": LAYOUT_VERSION,
        }


def must_have_ended(period: Term, *, on: date) -> None:
    """Raises PeriodNotEnded."""
    if on < period.end:
        raise PeriodNotEnded(
            _("%(period)s has not ended: the books are on %(day)s; close it from %(end)s on.")
            % {"period": period_name(period), "day": on.isoformat(), "end": period.end.isoformat()},
            period=period_name(period),
            on=on,
        )


def standing(treaty: Treaty, period: Term) -> list[Bordereau]:
    """The bordereaux of exactly this period, if it is closed."""
    rows = Bordereau.objects.using(INSURER).filter(
        insurer_id=treaty.insurer_id,
        treaty=treaty,
        layout_version=LAYOUT_VERSION,
        period_first=period.first,
        period_end=period.end,
    )
    return list(rows.order_by("id"))


def due_period(treaty: Treaty) -> Term:
    """The period that is to be closed next, whether it has ended or not."""
    last = _last(treaty)
    return next_period(
        first_needed=_first_needed(treaty),
        last_end=None if last is None else last.period_end,
        months=_months(treaty, None if last is None else last.period_end),
    )


@dataclass(frozen=True, slots=True)
class Due:
    """A treaty and the period that is to be closed next for it; `has_ended` tells whether it may be."""

    treaty: str
    period: Term
    has_ended: bool


def due_periods(actor: Actor, *, on: date) -> list[Due]:
    """What is to be closed next for each treaty of the actor's insurer. Inside acting(actor)."""
    found = []
    for treaty in visible_treaties(actor):
        period = due_period(treaty)
        found.append(Due(treaty.public_id, period, period.end <= on))
    return found


def must_follow(treaty: Treaty, period: Term, *, on: date) -> int:
    """The journal number after which the period tells entries. Raises PeriodOverlaps, PeriodLeavesGap,
    PeriodNotReported, PeriodNotEnded.
    """
    must_have_ended(period, on=on)
    last = _last(treaty)
    due = due_period(treaty)
    names = {"period": period_name(period), "due": period_name(due), "treaty": treaty.public_id}
    if last is not None and period.first < last.period_end:
        raise PeriodOverlaps(
            _("Days of %(period)s are in a closed bordereau of the treaty %(treaty)s; close %(due)s next.") % names,
            **names,
        )
    if period.first > due.first:
        raise PeriodLeavesGap(
            _("%(period)s would leave days of the treaty %(treaty)s in no bordereau; close %(due)s first.") % names,
            **names,
        )
    if period != due:
        raise PeriodNotReported(
            _("The treaty %(treaty)s reports otherwise than by %(period)s; close %(due)s.") % names, **names
        )
    return 0 if last is None else last.journal_number


def _last(treaty: Treaty) -> Bordereau | None:
    rows = Bordereau.objects.using(INSURER).filter(
        insurer_id=treaty.insurer_id, treaty=treaty, layout_version=LAYOUT_VERSION
    )
    return rows.order_by("-period_end").first()


def _first_needed(treaty: Treaty) -> date:
    """The treaty's first day, or the day on which the first cession under it was booked, if that was earlier."""
    cessions = Cession.objects.using(INSURER).filter(insurer_id=treaty.insurer_id, treaty=treaty)
    booked = cessions.aggregate(first=Min("booked_on"))["first"]
    return min(treaty.opened_on, booked or treaty.opened_on)


def _months(treaty: Treaty, day: date | None) -> int:
    """By how many months the treaty reports, on its terms in force on the first day of the period."""
    terms = TreatyTerms.objects.using(INSURER).filter(insurer_id=treaty.insurer_id, treaty=treaty)
    in_force = terms.filter(first_day__lte=day or treaty.opened_on).order_by("-first_day").first()
    return 3 if in_force is None else in_force.reporting_months
