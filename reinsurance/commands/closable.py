"""Whether a period may be closed for a treaty: it has ended, it is the treaty's own span, it follows the last one."""

from __future__ import annotations

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Due:
    """A treaty and the period that is to be closed next for it; `has_ended` tells whether it may be."""

    treaty: str
    period: Term
    has_ended: bool


def due_periods(actor: Actor, *, on: date) -> list[Due]:
    """What is to be closed next for each treaty of the actor's insurer; four queries. Inside acting(actor)."""
    treaties = list(visible_treaties(actor))
    book = _book(treaties)
    periods = [(treaty.public_id, book.due(treaty)) for treaty in treaties]
    return [Due(public_id, period, period.end <= on) for public_id, period in periods]


def must_follow(treaty: Treaty, period: Term, *, on: date) -> int:
    """The journal number after which the period tells entries. Raises PeriodOverlaps, PeriodLeavesGap,
    PeriodNotReported, PeriodNotEnded.
    """
    must_have_ended(period, on=on)
    book = _book([treaty])
    last, due = book.last.get(treaty.pk), book.due(treaty)
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


@dataclass(frozen=True, slots=True)
class _Book:
    """What decides the next period of some treaties: what is closed, what was booked first, by how many months."""

    last: dict[int, Bordereau]
    first_booked: dict[int, date]
    terms: dict[int, list[tuple[date, int]]]

    def due(self, treaty: Treaty) -> Term:
        """The first period holds the treaty's first day, or the day of the first cession if that was earlier."""
        last = self.last.get(treaty.pk)
        first = treaty.opened_on if last is None else last.period_end
        months = [months for day, months in self.terms.get(treaty.pk, []) if day <= first]
        return next_period(
            first_needed=min(treaty.opened_on, self.first_booked.get(treaty.pk, treaty.opened_on)),
            last_end=None if last is None else last.period_end,
            months=months[-1] if months else 3,
        )


def _book(treaties: Sequence[Treaty]) -> _Book:
    ids = [treaty.pk for treaty in treaties]
    closed = Bordereau.objects.using(INSURER).filter(treaty_id__in=ids, layout_version=LAYOUT_VERSION)
    cessions = Cession.objects.using(INSURER).filter(treaty_id__in=ids).values_list("treaty_id")
    terms: dict[int, list[tuple[date, int]]] = {}
    rows = TreatyTerms.objects.using(INSURER).filter(treaty_id__in=ids).order_by("first_day")
    for treaty_id, first_day, months in rows.values_list("treaty_id", "first_day", "reporting_months"):
        terms.setdefault(treaty_id, []).append((first_day, months))
    return _Book(
        last={row.treaty_id: row for row in closed.order_by("treaty_id", "-period_end").distinct("treaty_id")},
        first_booked=dict(cessions.annotate(first=Min("booked_on")).order_by()),
        terms=terms,
    )
