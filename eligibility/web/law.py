"""The law on DATE, two dates side by side, the history of one value."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from eligibility.queries import law_compared, law_on, law_words, reading_words
from eligibility.web import compared_shown, law_shown
from eligibility.web.law_shown import ReadingShown
from eligibility.web.shell import LawView


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The days of change around a day."""

    before: date | None
    after: date | None


class Law(LawView):
    """Everything that is law on a day."""

    def get(self, request: HttpRequest) -> HttpResponse:
        day = self.day(request)
        found = law_on.law_on(self.book, day)
        days = law_on.days_of_change(self.book)
        shown = {
            "day": day,
            "today": self.today,
            "neighbours": neighbours(days, day),
            "days": days,
            "fingerprint": found.fingerprint,
            "chapters": law_shown.chapters(found),
            "rules": [law_shown.rule(one) for one in found.rules],
            "grids": law_shown.grids(found),
            "countries": law_shown.countries(found.countries),
            "zones": [(law_words.country(row.country), row.zone) for row in found.zones],
            "tariffs": [law_shown.tariff(row) for row in found.tariffs],
            "unset": [law_shown.leaf(one) for one in found.leaves if one.block.state == "unset"],
        }
        return render(request, "eligibility/law.html", shown)


class LawHistory(LawView):
    """One value through time, each block with its proof, and what rival readings say."""

    def get(self, request: HttpRequest) -> HttpResponse:
        path = request.GET.get("of", "")
        found = law_on.history_of(self.book, path)
        if found is None:
            raise Http404
        day = self.day(request)
        in_force = self.book.on(day).blocks.get(path)
        shown = {
            "day": day,
            "title": law_words.title(found),
            "path": path,
            "anchor": law_shown.anchor(path),
            "above": law_words.folder(path.split("/")[:-1]),
            "verified": found.verified,
            "steps": [compared_shown.step(block, found.unit, is_now=block == in_force) for block in found.history],
            "question": reading_words.question(found.question) if found.question else "",
            "register": reading_words.register(found.question or ""),
            "standard": _standard(found.question) if found.readings else None,
            "rivals": [
                (
                    reading_words.label(found.question or "", rival.name),
                    reading_words.why(found.question or "", rival.name, otherwise=rival.why),
                    [compared_shown.step(block, found.unit, is_now=block == in_force) for block in rival.history],
                )
                for rival in found.readings
            ],
        }
        return render(request, "eligibility/law_history.html", shown)


class LawCompared(LawView):
    """What differs between two days; with `all`, everything."""

    def get(self, request: HttpRequest) -> HttpResponse:
        days = law_on.days_of_change(self.book)
        second = self.day(request, "to")
        last_change = neighbours(days, second + timedelta(days=1)).before or second
        first = self.day(request, "from", default=last_change - timedelta(days=1))
        everything = request.GET.get("all") == "1"
        found = law_compared.law_compared(self.book, first, second, everything=everything)
        shown = {
            "first": first,
            "second": second,
            "everything": everything,
            "days": [(day, day - timedelta(days=1)) for day in reversed(days)],
            "same_law": found.fingerprints[0] == found.fingerprints[1],
            **compared_shown.of(found),
        }
        return render(request, "eligibility/law_compare.html", shown)


def neighbours(days: tuple[date, ...], day: date) -> Neighbours:
    """The last change before a day, the next one after it."""
    place = bisect_left(days, day)
    after = bisect_right(days, day)
    return Neighbours(days[place - 1] if place else None, days[after] if after < len(days) else None)


def _standard(question: str | None) -> ReadingShown:
    name = question or ""
    return ReadingShown(
        reading_words.label(name, None), reading_words.why(name, None), law_words.Said(""), is_chosen=True
    )
