"""The register of readings: each question that the texts leave open, its answers, and which counts here since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from eligibility.queries import contract_rows, reading_words
from eligibility.queries.contract_rows import ContractRow
from eligibility.web.shell import LawView


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """One way to read the text. `name` is what a choice of it is called."""

    name: str
    label: str
    why: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """One question; `chosen` is the insurer's own choice that counts on the day, if there is one."""

    name: str
    register: str
    title: str
    answers: list[AnswerShown]
    chosen: ContractRow | None
    later: list[tuple[ContractRow, str]]


class Readings(LawView):
    """Every question with its answers on a day."""

    def get(self, request: HttpRequest) -> HttpResponse:
        day = self.day(request)
        rows: list[ContractRow] = []
        if isinstance(self.actor, Actor) and self.actor.may("contracts.read"):
            with acting(self.actor):
                rows = contract_rows.rows_of(self.actor, "reading")
        chosen = self.book.on(day).readings
        questions = [self._question(name, chosen.get(name), rows, day) for name in self.book.readings]
        shown = {
            "day": day,
            "questions": sorted(questions, key=lambda one: (_number(one.register), one.title)),
            "may_propose": isinstance(self.actor, Actor) and self.actor.may("contracts.propose"),
        }
        return render(request, "eligibility/readings.html", shown)

    def _question(self, name: str, chosen: str | None, rows: list[ContractRow], day: date) -> QuestionShown:
        whys = {
            rival.name: rival.why
            for parameter in self.book.parameters.values()
            if parameter.question == name
            for rival in parameter.readings
        }
        answers = [
            AnswerShown(
                reading or "default",
                reading_words.label(name, reading),
                reading_words.why(name, reading, otherwise=whys.get(reading or "", "")),
                reading == chosen,
            )
            for reading in (None, *self.book.readings[name])
        ]
        own = [one for one in rows if one.row.question == name]
        counts = [one for one in own if one.row.first_day <= day and (one.row.end_day is None or day < one.row.end_day)]
        later = [(one, _label(one)) for one in own if one.row.first_day > day]
        return QuestionShown(
            name,
            reading_words.register(name),
            reading_words.question(name),
            answers,
            counts[-1] if counts else None,
            later,
        )


def _label(one: ContractRow) -> str:
    return reading_words.label(one.row.question, None if one.row.reading == "default" else one.row.reading)


def _number(register: str) -> int:
    digits = "".join(sign for sign in register if sign.isdecimal())
    return int(digits) if digits else 1_000
