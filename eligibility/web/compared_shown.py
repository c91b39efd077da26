"""Two days of law side by side, and the steps of one value's history, in the words that their pages show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from capweb.http import wording, writing
from eligibility.domain.parameters import Block, Reference
from eligibility.domain.rule import Rule
from eligibility.domain.tables import CountryRow, GridRow, TariffRow
from eligibility.queries import law_words, reading_words
from eligibility.queries.law_compared import CHANGED, GradePair, LawCompared, LeafPair, Pair
from eligibility.queries.law_words import Said
from eligibility.web import law_shown


@dataclass(frozen=True, slots=True)
class StepShown:
    """One block of a history."""

    value: Said
    is_unset: bool
    has_ended: bool
    in_force: str
    is_now: bool
    block: Block
    published: str


@dataclass(frozen=True, slots=True)
class SideShown:
    """One side of a comparison: what is said, since when, by which text. Empty where nothing is law."""

    text: str = ""
    full: str = ""
    under: str = ""
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class LineShown:
    """One thing on both days."""

    name: str
    under: str
    change: str
    before: SideShown
    after: SideShown
    path: str = ""


@dataclass(frozen=True, slots=True)
class GroupShown:
    """The lines of one chapter."""

    name: str
    lines: list[LineShown]


def step(block: Block, unit: str, *, is_now: bool) -> StepShown:
    """One block of a history in words."""
    return StepShown(
        value=law_words.value(block, unit),
        is_unset=block.state == "unset",
        has_ended=block.state == "none",
        in_force=law_words.in_force(block.first_day, block.end_day),
        is_now=is_now,
        block=block,
        published=law_words.published(block.reference.published),
    )


def of(found: LawCompared) -> dict[str, Any]:
    """The parts of the page by name."""
    return {
        "groups": _leaves(found),
        "rules": [
            _line(one.code, one.rules, _rule_side, under=_products(one.rules.after or one.rules.before))
            for one in found.rules
        ],
        "grids": _grades(found.grades),
        "countries": [_line(law_words.country(one.country), one.rows, _country_side) for one in found.countries],
        "zones": [
            _line(law_words.country(one.country), one.zones, lambda zone: SideShown(str(zone))) for one in found.zones
        ],
        "tariffs": [
            _line(str(wording.of("product", one.key[0]).label), one.rows, _tariff_side, under=_tariff_key(one.key))
            for one in found.tariffs
        ],
        "readings": [
            LineShown(
                name=reading_words.question(one.question),
                under=reading_words.register(one.question),
                change=CHANGED if one.before != one.after else "same",
                before=SideShown(reading_words.label(one.question, one.before)),
                after=SideShown(reading_words.label(one.question, one.after)),
            )
            for one in found.readings
        ],
    }


def _leaves(found: LawCompared) -> list[GroupShown]:
    return [
        GroupShown(" · ".join(law_words.folder(folders)), [_leaf(one) for one in pairs])
        for folders, pairs in groupby(found.leaves, key=lambda one: one.folders)
    ]


def _leaf(one: LeafPair) -> LineShown:
    parameter = one.parameter

    def side(block: Block) -> SideShown:
        said = law_words.value(block, parameter.unit)
        return SideShown(said.text, said.full, law_words.in_force(block.first_day, block.end_day), block.reference)

    return _line(law_words.title(parameter), one.blocks, side, path=parameter.path)


def _grades(pairs: tuple[GradePair, ...]) -> list[LineShown]:
    """Neighbouring grades with the same change are one line."""

    def alike(one: GradePair) -> tuple[Any, ...]:
        rows = one.rows
        return (one.insurer, one.market, rows.change, rows.before and _grade_key(rows.before), _after_key(rows))

    lines = []
    for _key, group in groupby(pairs, key=alike):
        members = list(group)
        first = members[0]
        grades = law_words.grades([one.grade for one in members], [one.grade for one in members])
        name = _("%(insurer)s, grades %(grades)s") % {"insurer": law_words.insurer(first.insurer), "grades": grades}
        lines.append(_line(name, first.rows, _grade_side, under=str(wording.of("market", first.market).label)))
    return lines


def _grade_key(row: GridRow) -> tuple[Any, ...]:
    return (row.category, row.maximum, row.referred_to)


def _after_key(rows: Pair[GridRow]) -> tuple[Any, ...] | None:
    return _grade_key(rows.after) if rows.after is not None else None


def _line(
    name: str, pair: Pair[Any], side: Callable[[Any], SideShown], *, under: str = "", path: str = ""
) -> LineShown:
    return LineShown(
        name=name,
        under=under,
        change=pair.change,
        before=side(pair.before) if pair.before is not None else SideShown(),
        after=side(pair.after) if pair.after is not None else SideShown(),
        path=path,
    )


def _rule_side(rule: Rule) -> SideShown:
    title = rule.title.in_language("fr" if writing.is_french() else "en")
    return SideShown(title, "", law_words.in_force(rule.first_day, rule.end_day), rule.reference)


def _products(rule: Rule | None) -> str:
    return ", ".join(law_shown.products(rule.products)) if rule is not None else ""


def _grade_side(row: GridRow) -> SideShown:
    parts = [_("category %(n)s") % {"n": row.category}]
    if row.maximum is not None:
        parts.append(_("at most %(amount)s") % {"amount": law_words.amount(row.maximum).text})
    if row.referred_to:
        parts.append(_("case by case"))
    return SideShown(", ".join(parts), "", law_words.in_force(row.first_day, row.end_day), row.reference)


def _country_side(row: CountryRow) -> SideShown:
    status = str(wording.of("country_status", row.status).label)
    text = _("%(status)s (assumed)") % {"status": status} if row.assumed else status
    return SideShown(text, "", law_words.in_force(row.first_day, row.end_day), row.reference)


def _tariff_side(row: TariffRow) -> SideShown:
    rate = writing.percent(row.quarterly_rate)
    text = _("%(rate)s a quarter (illustrative)") if row.illustrative else _("%(rate)s a quarter")
    return SideShown(text % {"rate": rate}, "", law_words.in_force(row.first_day, row.end_day), row.reference)


def _tariff_key(key: tuple[str, str | None, int | None, int | None, int | None]) -> str:
    _product, insurer, category, zone, days = key
    parts = [law_words.insurer(insurer)]
    if category is not None:
        parts.append(_("category %(n)s") % {"n": category})
    if zone is not None:
        parts.append(_("zone %(n)s") % {"n": zone})
    if days is not None:
        parts.append(_("to %(n)s days") % {"n": days})
    return ", ".join(parts)
