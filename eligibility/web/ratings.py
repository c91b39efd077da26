"""Grades side by side: the category of a grade, and the grades of other insurers in the same category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from capweb.http import wording
from eligibility.domain.law import LawInForce
from eligibility.domain.tables import MARKETS
from eligibility.queries import law_words, rating_translator
from eligibility.queries.law_words import Said
from eligibility.queries.rating_translator import Category, GradeFound, Maximum, SameCategory
from eligibility.web.shell import LawView

LONGEST_GRADE: Final = 20


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """What a grid says about the grade, in one sentence."""

    market: str
    state: str
    sentence: str
    category: int | None
    maximum: Said | None


@dataclass(frozen=True, slots=True)
class InsurerShown:
    """One insurer's grades in a category; `notes` say what the grid leaves open."""

    code: str
    name: str
    scale: str
    grades: str
    notes: list[str]
    is_asked: bool


@dataclass(frozen=True, slots=True)
class CategoryShown:
    market: str
    number: int
    maximum: Said
    insurers: list[InsurerShown]


class Ratings(LawView):
    """Asks for an insurer and a grade, or for a category; refuses to guess."""

    def get(self, request: HttpRequest) -> HttpResponse:
        day = self.day(request)
        law = self.book.on(day)
        insurers = rating_translator.insurers(law)
        insurer = request.GET.get("insurer", "")
        grade = request.GET.get("grade", "").strip()[:LONGEST_GRADE]
        market, number = _category_asked(request)
        answers: list[AnswerShown] = []
        categories: list[CategoryShown] = []
        if insurer in insurers and grade:
            found = rating_translator.grade_of(law, insurer, grade)
            answers = [_answer(one, insurer, insurers[insurer]) for one in found]
            wanted = [(one.market, one.category) for one in found if one.category is not None]
            categories = [_category(law, at, of, asked=insurer) for at, of in wanted]
        elif number is not None:
            categories = [_category(law, at, number, asked="") for at in MARKETS if market in ("", at)]
        else:
            categories = [
                _category(law, at, of, asked="") for at in MARKETS for of in rating_translator.categories(law, at)
            ]
        shown: dict[str, Any] = {
            "day": day,
            "insurers": [(code, law_words.insurer(code), _scale(scale)) for code, scale in insurers.items()],
            "insurer": insurer if insurer in insurers else "",
            "grade": grade,
            "market": market,
            "category": number,
            "options": [(at, of) for at in MARKETS for of in rating_translator.categories(law, at)],
            "answers": answers,
            "categories": categories,
        }
        return render(request, "eligibility/ratings.html", shown)


def _category_asked(request: HttpRequest) -> tuple[str, int | None]:
    """Market and number of `category=domestic-1`; nothing for whatever is none."""
    market, _dash, number = request.GET.get("category", "").partition("-")
    if market in MARKETS and number.isdecimal() and len(number) == 1:
        return market, int(number)
    return "", None


def _answer(found: GradeFound, insurer: str, scale: tuple[str, ...]) -> AnswerShown:
    maximum = _maximum(found.maximum) if found.maximum is not None else None
    return AnswerShown(found.market, found.state, _sentence(found, insurer, scale), found.category, maximum)


def _sentence(found: GradeFound, insurer: str, scale: tuple[str, ...]) -> str:
    name = law_words.insurer(insurer)
    if found.state == rating_translator.NOT_A_GRADE:
        return _("This is no grade of %(insurer)s: %(scale)s.") % {"insurer": name, "scale": _scale(scale)}
    if found.state == rating_translator.NO_GRID:
        return _("%(insurer)s has no grid on this market on that day.") % {"insurer": name}
    if found.state == rating_translator.OUTSIDE:
        return _("Outside the grid: no source puts this grade in a category, so none is given here.")
    told = _("Category %(n)s.") % {"n": found.category}
    if found.state == rating_translator.CASE_BY_CASE:
        whom = str(wording.of("referral", found.referred_to).label)
        told += " " + _("Case by case: the grid leaves the answer to a person (%(whom)s).") % {"whom": whom}
    return told


def _category(law: LawInForce, market: str, number: int, *, asked: str) -> CategoryShown:
    found: Category = rating_translator.category(law, market, number)
    return CategoryShown(
        market=market,
        number=number,
        maximum=_maximum(found.maximum),
        insurers=[_insurer(one, is_asked=one.insurer == asked) for one in found.insurers],
    )


def _insurer(found: SameCategory, *, is_asked: bool) -> InsurerShown:
    notes = []
    for grade, maximum in found.case_by_case:
        most = law_words.amount(maximum).text if maximum is not None else ""
        notes.append(
            _("grade %(grade)s case by case, at most %(amount)s") % {"grade": grade, "amount": most}
            if most
            else _("grade %(grade)s case by case") % {"grade": grade}
        )
    if found.has_no_bound:
        notes.append(
            _(
                "no bound on the side of the best grades is given by any source: the window of default probability "
                "decides too"
            )
        )
    if not found.has_grid:
        notes.append(_("no grid on this market on that day"))
    elif not found.grades and not found.case_by_case:
        notes.append(_("no grade of this insurer is in this category"))
    return InsurerShown(
        code=found.insurer,
        name=law_words.insurer(found.insurer),
        scale=_scale(found.scale),
        grades=law_words.grades(found.grades, found.scale or found.grades),
        notes=notes,
        is_asked=is_asked,
    )


def _scale(scale: tuple[str, ...]) -> str:
    if not scale:
        return _("scale not recorded")
    return _("scale from %(best)s (best) to %(worst)s") % {"best": scale[0], "worst": scale[-1]}


def _maximum(found: Maximum) -> Said:
    if found.state == "set" and found.amount is not None:
        return law_words.amount(found.amount)
    return Said(_("not set") if found.state == "unset" else _("nothing is granted on that day"))
