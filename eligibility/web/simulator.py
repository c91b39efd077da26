"""The simulator: anybody may ask what the scheme would grant; nothing is stored, nothing is anybody's.

A visitor is answered by the law and the tables that are shared, an insurer's people by their own book. The address of
an answer gives it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import pycountry
import yaml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from capweb import clock
from capweb.accounts.actor import Actor
from capweb.http import writing
from capweb.kernel.errors import DomainError
from capweb.kernel.periods import Term
from eligibility.domain import decision, engine, facts, law_files, trace
from eligibility.domain.decision import Decision
from eligibility.domain.law import LawBook
from eligibility.queries import law_words, reading_words, rest_words
from eligibility.web.shell import book_for
from eligibility.web.simulator_examples import EXAMPLES
from eligibility.web.simulator_form import LABELS, SimulatorForm

# What decided comes first in the why-list; the order of the law stands within.
WEIGHT: Final = {"fail": 0, "refer": 1, "cap": 2, "pass": 3}
AMOUNTS: Final = ("amount", "turnover", "free", "requested_total", "balance_sheet", "amount_before")

_illustrated: WeakKeyDictionary[LawBook, LawBook] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Answer:
    """A judged case as the page shows it."""

    judged: Decision
    reasons: list[Mapping[str, Any]]
    silent: list[Mapping[str, Any]]
    headroom: list[tuple[str, str]]
    term: Term | None
    readings: list[tuple[str, str]]


class Simulator(View):
    """One case; with nothing asked, the empty form and examples."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = request.actor or None  # type: ignore[attr-defined]
        book = book_for(actor)
        is_asked = bool(request.GET.keys() & {"market", "trigger.kind", "insurer", "day"})
        own = actor.insurer_code if isinstance(actor, Actor) else ""
        form = SimulatorForm(request.GET if is_asked else None, book=book, day=clock.business_day(), insurer=own)
        answer = _answer(form, book) if is_asked and form.is_valid() else None
        given = form.given if is_asked else []
        shown = {
            "form": form,
            "answer": answer,
            "is_own_book": isinstance(actor, Actor),
            "examples": EXAMPLES,
            "countries": _countries(),
            "address": request.build_absolute_uri(f"{request.path}?{urlencode(given)}"),
            "yaml": _yaml(form) if answer is not None else "",
            "day": form.cleaned_data.get("day") if is_asked and hasattr(form, "cleaned_data") else None,
        }
        status = 422 if is_asked and answer is None and not request.headers.get("HX-Request") else 200
        return render(request, "eligibility/simulator.html", shown, status=status)


def _answer(form: SimulatorForm, book: LawBook) -> Answer | None:
    """The judged case, or None with the form's errors filled in."""
    if form.cleaned_data["illustrative"]:
        book = _with_illustrative_rates(book)
    try:
        known = facts.from_document(form.document)
        law = book.on(known.day)
        judged = engine.decide(known, law, with_headroom=True)
    except DomainError as refused:
        form.refuse(refused)
        return None
    told = decision.to_document(judged, get_language() or "fr", trace=trace.of(judged, known, law))
    reasons = rest_words.in_words(told["reasons"])
    return Answer(
        judged=judged,
        reasons=sorted((one for one in reasons if one["verdict"] in WEIGHT), key=lambda one: WEIGHT[one["verdict"]]),
        silent=[one for one in reasons if one["verdict"] not in WEIGHT],
        headroom=[(_change(one.changed), law_words.amount(one.maximum).text) for one in judged.headroom],
        term=judged.term,
        readings=[
            (reading_words.question(question), reading_words.label(question, name))
            for question, name in sorted(judged.readings.items())
        ],
    )


def _with_illustrative_rates(book: LawBook) -> LawBook:
    """The same book with rates that no source gives, made once for each book."""
    found = _illustrated.get(book)
    if found is None:
        found = _illustrated[book] = book.with_tables(tariffs=law_files.illustrative_tables().tariffs)
    return found


def _change(changed: Mapping[str, object]) -> str:
    """A change of facts in words."""
    return ", ".join(_one_change(path, value) for path, value in changed.items())


def _one_change(path: str, value: object) -> str:
    head, _dot, tail = path.partition(".")
    if head == "readings":
        return f"{reading_words.question(tail)} {reading_words.label(tail, str(value))}"
    label = str(LABELS.get(path, _("Day of the judgement") if path == "day" else path))
    shown = writing.money(str(value), whole=True) if path.rpartition(".")[2] in AMOUNTS else str(value)
    if hasattr(value, "isoformat"):
        shown = writing.day(str(value))
    return f"{label}{writing.NO_BREAK if writing.is_french() else ''}: {shown}"


def _yaml(form: SimulatorForm) -> str:
    """The case as `manage.py simulate` takes it."""
    text: str = yaml.safe_dump(form.document, allow_unicode=True, sort_keys=False, default_flow_style=False)
    return text


def _countries() -> list[tuple[str, str]]:
    return [(country.alpha_2, law_words.country(country.alpha_2)) for country in pycountry.countries]
