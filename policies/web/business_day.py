"""The business day: where the books stand, how far the night is for each insurer and step, and what nights have done.

In a sandbox the day is moved by hand: the nights in between are asked for, and workers open them one after another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from capweb import clock
from capweb.http import wording
from capweb.http.permissions import ActorView
from capweb.kernel.periods import add_months
from policies.commands.open_night import ask_for_nights
from policies.domain.night import COUNTED
from policies.queries import nights
from policies.queries.nights import FinishedNight, InsurerState, NightState
from policies.web.forms import DayForm

# So many nights of a large portfolio are hours of work; who wants more asks again.
MOST_DAYS: Final = 100
LATEST: Final = 14


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing that a night did, in words, and how often."""

    label: object
    count: int


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step with its state (`waiting`, `running`, `done`) and what it counted, where it counted anything."""

    label: object
    state: str
    settled: int
    expected: int | None
    counts: list[Counted]


@dataclass(frozen=True, slots=True)
class PartShown:
    insurer: InsurerState
    state: str
    steps: list[StepShown]


@dataclass(frozen=True, slots=True)
class NightShown:
    night: NightState
    parts: list[PartShown]
    closing: list[StepShown]


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A finished night with what it did in words."""

    night: FinishedNight
    counts: list[Counted]


class BusinessDay(ActorView, View):
    """Where the books stand, the night under way, the latest nights, and in a sandbox the way forward."""

    right = "business_day.write"
    for_platform = True
    for_insurers = False

    def get(self, request: HttpRequest) -> HttpResponse:
        if "part" in request.GET:
            return self._part(request)
        today = clock.business_day()
        return self._page(request, DayForm(after=today, initial={"to": add_months(today, 1)}))

    def post(self, request: HttpRequest) -> HttpResponse:
        now = clock.installation()
        if not now.is_sandbox:
            raise PermissionDenied
        form = DayForm(request.POST, after=now.business_day)
        step = request.POST.get("step")
        if step == "day":
            last = now.business_day + timedelta(days=1)
        elif step == "month":
            last = add_months(now.business_day, 1)
        elif form.is_valid():
            last = form.cleaned_data["to"]
        else:
            return self._page(request, form, status=422)
        days = (last - now.business_day).days
        if days > MOST_DAYS:
            form.add_error("to", _("At most %(days)s days at once.") % {"days": MOST_DAYS})
            return self._page(request, form, status=422)
        ask_for_nights(now.business_day + timedelta(days=1), last)
        said = ngettext(
            "One night was asked for; it runs now.", "%(days)s nights were asked for; they run one after another.", days
        )
        messages.success(request, said % {"days": days})
        return redirect("policies:business_day")

    def _page(self, request: HttpRequest, form: DayForm, *, status: int = 200) -> HttpResponse:
        latest = [ReportShown(night, _counted(night.counts)) for night in nights.finished(limit=LATEST)]
        shown = {"form": form, "under_way": _under_way(), "latest": latest}
        return render(request, "policies/business_day.html", shown, status=status)

    def _part(self, request: HttpRequest) -> HttpResponse:
        """The night under way alone; the whole page anew once none is."""
        under_way = _under_way()
        if under_way is None:
            answer = HttpResponse()
            answer["HX-Refresh"] = "true"
            return answer
        return render(request, "policies/night_progress.html", {"under_way": under_way})


def _under_way() -> NightShown | None:
    day = nights.next_open()
    night = None if day is None else nights.state(day)
    if night is None:
        return None
    is_closing = all(insurer.is_done for insurer in night.insurers)
    first_open = next((step for step, is_done in night.closing if not is_done), None)
    return NightShown(
        night,
        [_part_shown(insurer) for insurer in night.insurers],
        [
            StepShown(
                wording.of("night_step", step).label,
                "done" if is_done else "running" if is_closing and step == first_open else "waiting",
                0,
                None,
                [],
            )
            for step, is_done in night.closing
        ],
    )


def _part_shown(insurer: InsurerState) -> PartShown:
    steps = [
        StepShown(
            wording.of("night_step", step.step).label,
            "done" if step.finished_at else "running" if step.begun_at else "waiting",
            step.settled,
            step.expected,
            _counted(step.counts),
        )
        for step in insurer.steps
    ]
    state = "done" if insurer.is_done else "running" if insurer.is_at_work else "waiting"
    return PartShown(insurer, state, steps)


def _counted(counts: dict[str, int]) -> list[Counted]:
    names = [name for names in COUNTED.values() for name in names]
    return [Counted(wording.of("night_count", name).label, counts[name]) for name in names if counts.get(name)]
