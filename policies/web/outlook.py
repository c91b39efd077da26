"""What is to come for the envelopes: when they would be used up at the present pace, and what downgrades would do.

The page stands here because requests under way and the judgement of guarantees are not known to the books.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor, PlatformActor
from capweb.http.permissions import ActorView
from capweb.kernel.errors import DomainError, FieldErrors
from eligibility.queries.law_book import current_law_book
from policies.commands.downgrade_wave import Wave, downgrade_wave, grades_of
from policies.queries.outlook import Outlook, outlook
from policies.web.shell import told

WINDOWS: Final = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a downgrade wave, as it stands in the address."""

    market: str
    begin: str
    end: str


class EnvelopeOutlook(ActorView, View):
    """The forecast of each envelope for whoever sees it, and a downgrade wave for an insurer's people."""

    right = "envelopes.read"
    for_platform = True

    @cached_property
    def on(self) -> date:
        return clock.business_day()

    def get(self, request: HttpRequest) -> HttpResponse:
        window = _window(request.GET.get("days", ""))
        wave: dict[str, object] = {}
        with nullcontext() if isinstance(self.actor, PlatformActor) else acting(self.actor):
            found: list[Outlook] = outlook(self.actor, window_days=window, on=self.on)
            if isinstance(self.actor, Actor) and self.actor.may("what_if.run"):
                wave = self._wave(request, self.actor)
        shown: dict[str, object] = {
            "rows": found,
            "window": window,
            "windows": WINDOWS,
            "since": self.on - timedelta(days=window),
            "is_platform": isinstance(self.actor, PlatformActor),
            **wave,
        }
        return render(request, "policies/outlook.html", shown, status=422 if shown.get("wave_error") else 200)

    def _wave(self, request: HttpRequest, actor: Actor) -> dict[str, object]:
        market = request.GET.get("market", "domestic")
        asked = Asked(
            market if market in ("domestic", "export") else "domestic",
            request.GET.get("begin", ""),
            request.GET.get("end", ""),
        )
        wave: Wave | None = None
        error = ""
        grades = grades_of(current_law_book(actor).on(self.on), actor, asked.market)
        if asked.begin and asked.end:
            try:
                wave = downgrade_wave(actor, market=asked.market, begin=asked.begin, end=asked.end, on=self.on)
            except FieldErrors as wrong:
                error = " ".join(one.message for one in wrong.errors)
            except DomainError as refused:
                error = told(refused)
        options = [(name, _grade_words(name, own)) for name, own in grades.items()]
        return {"may_wave": True, "asked": asked, "grades": options, "wave": wave, "wave_error": error}


def _grade_words(name: str, grades: tuple[str, ...]) -> str:
    if name.startswith("category:"):
        facts = {"category": name.removeprefix("category:"), "grades": ", ".join(grades)}
        return _("category %(category)s (grades %(grades)s)") % facts
    return _("grade %(grade)s") % {"grade": name}


def _window(text: str) -> int:
    return int(text) if text in map(str, WINDOWS) else WINDOWS[1]
