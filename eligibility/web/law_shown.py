"""The law of a day as its page shows it: chapters, values in words with their proof, grids, countries, tariffs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _

from capweb.http import wording, writing
from eligibility.domain import tables
from eligibility.domain.parameters import Block, Reference
from eligibility.domain.rule import Rule
from eligibility.domain.tables import CountryRow, GridRow, TariffRow
from eligibility.queries import law_words, reading_words
from eligibility.queries.law_on import LawOnDay, LeafOnDay, ReadingOnDay
from eligibility.queries.law_words import Said


@dataclass(frozen=True, slots=True)
class ReadingShown:
    """One way to read a text, and what it gives that day."""

    label: str
    why: str
    value: Said
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class LeafShown:
    """One value of the law with its proof."""

    anchor: str
    path: str
    title: str
    value: Said
    is_unset: bool
    in_force: str
    block: Block
    published: str
    verified: date
    register: str
    question: str
    readings: list[ReadingShown]
    readings_agree: bool


@dataclass(frozen=True, slots=True)
class ChapterShown:
    """One folder of the law; `name` is its own heading, `above` the chapters around it."""

    anchor: str
    name: str
    above: list[str]
    leaves: list[LeafShown]


@dataclass(frozen=True, slots=True)
class RuleShown:
    anchor: str
    code: str
    title: str
    products: list[str]
    in_force: str
    reference: Reference


@dataclass(frozen=True, slots=True)
class GridLine:
    """Some grades of one insurer on one market; `reading` names the rival reading under which alone the line holds."""

    market: str
    grades: str
    category: int
    maximum: Said | None
    referred_to: str
    reading: str
    is_chosen: bool
    in_force: str


@dataclass(frozen=True, slots=True)
class GridShown:
    """The grid of one insurer, with the direction of its scale."""

    insurer: str
    best: str
    worst: str
    lines: list[GridLine]
    references: list[Reference]


@dataclass(frozen=True, slots=True)
class CountriesShown:
    """The countries of one status from one text; `assumed` marks what no source states."""

    status: str
    referred_to: str
    assumed: bool
    in_force: str
    names: list[str]
    reference: Reference


@dataclass(frozen=True, slots=True)
class TariffShown:
    product: str
    rate: str
    insurer: str
    category: str
    zone: str
    payment_term: str
    in_force: str
    illustrative: bool
    reference: Reference


def chapters(found: LawOnDay) -> list[ChapterShown]:
    return [
        ChapterShown(
            anchor=".".join(section.folders),
            name=law_words.chapter(section.folders[-1]),
            above=law_words.folder(section.folders[:-1]),
            leaves=[leaf(one) for one in section.leaves],
        )
        for section in found.sections
    ]


def leaf(found: LeafOnDay) -> LeafShown:
    """One value in words."""
    block = found.block
    return LeafShown(
        anchor=anchor(found.path),
        path=found.path,
        title=law_words.title(found),
        value=law_words.value(block, found.unit),
        is_unset=block.state == "unset",
        in_force=law_words.in_force(block.first_day, block.end_day),
        block=block,
        published=law_words.published(block.reference.published),
        verified=found.verified,
        register=reading_words.register(found.question or ""),
        question=reading_words.question(found.question) if found.question else "",
        readings=[_reading(found, one) for one in found.readings],
        readings_agree=found.readings_agree,
    )


def anchor(path: str) -> str:
    """Where a leaf stands on the page: its path with points."""
    return path.replace("/", ".")


def rule(found: Rule) -> RuleShown:
    return RuleShown(
        anchor=found.code,
        code=found.code,
        title=found.title.in_language("fr" if writing.is_french() else "en"),
        products=products(found.products),
        in_force=law_words.in_force(found.first_day, found.end_day),
        reference=found.reference,
    )


def products(codes: Iterable[str]) -> list[str]:
    """Names of products in their usual order."""
    wanted = set(codes)
    known = [code for code in tables.PRODUCTS if code in wanted]
    return [str(wording.of("product", code).label) for code in (*known, *sorted(wanted - set(known)))]


def grids(found: LawOnDay) -> list[GridShown]:
    """The grids by insurer, with what a rival reading would put in their place."""
    scales = {row.insurer: tables.grades_of(row.grades) for row in found.scales}
    shown = []
    for insurer, rows in groupby(sorted(found.grids, key=lambda row: row.insurer), key=lambda row: row.insurer):
        lines = sorted(rows, key=lambda row: (row.market, row.category, row.question is not None))
        scale = scales.get(insurer, ())
        shown.append(
            GridShown(
                insurer=law_words.insurer(insurer),
                best=scale[0] if scale else "",
                worst=scale[-1] if scale else "",
                lines=[_grid_line(row, found, scale) for row in lines],
                references=list(dict.fromkeys(row.reference for row in lines)),
            )
        )
    return shown


def countries(rows: Iterable[CountryRow]) -> list[CountriesShown]:
    """Countries gathered by status and text, the unusual ones first."""
    order = ("domestic", "overseas", "referred", "closed", "open")

    def key(row: CountryRow) -> tuple[int, str, bool, date, str]:
        return (order.index(row.status), row.referred_to or "", row.assumed, row.first_day, row.reference.text)

    shown = []
    for _key, group in groupby(sorted(rows, key=key), key=key):
        members = list(group)
        first = members[0]
        shown.append(
            CountriesShown(
                status=first.status,
                referred_to=first.referred_to or "",
                assumed=first.assumed,
                in_force=law_words.in_force(first.first_day, first.end_day),
                names=sorted((law_words.country(row.country) for row in members), key=_unaccented),
                reference=first.reference,
            )
        )
    return shown


def tariff(row: TariffRow) -> TariffShown:
    return TariffShown(
        product=str(wording.of("product", row.product).label),
        rate=writing.percent(row.quarterly_rate),
        insurer=law_words.insurer(row.insurer),
        category=str(row.category) if row.category is not None else _("all"),
        zone=str(row.zone) if row.zone is not None else _("all"),
        payment_term=_("to %(n)s days") % {"n": row.longest_payment_days} if row.longest_payment_days else _("any"),
        in_force=law_words.in_force(row.first_day, row.end_day),
        illustrative=row.illustrative,
        reference=row.reference,
    )


def _reading(found: LeafOnDay, one: ReadingOnDay) -> ReadingShown:
    question = found.question or ""
    # A choice is a whole sentence, and so is the name of its reading: one of them is enough.
    value = Said("") if found.unit == "choice" else law_words.value(one.block, found.unit)
    return ReadingShown(
        label=reading_words.label(question, one.name),
        why=reading_words.why(question, one.name, otherwise=one.why),
        value=value,
        is_chosen=one.is_chosen,
    )


def _grid_line(row: GridRow, found: LawOnDay, scale: tuple[str, ...]) -> GridLine:
    is_rival = row.question is not None
    return GridLine(
        market=row.market,
        grades=law_words.grades(tables.grades_of(row.grades), scale) or row.grades,
        category=row.category,
        maximum=law_words.amount(row.maximum) if row.maximum is not None else None,
        referred_to=row.referred_to or "",
        reading=reading_words.label(row.question or "", row.reading) if is_rival else "",
        is_chosen=not is_rival or found.readings.get(row.question or "") == row.reading,
        in_force=law_words.in_force(row.first_day, row.end_day),
    )


def _unaccented(name: str) -> str:
    return name.translate(
        str.maketrans("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜàâäçéèêëîïôöùûüÅåÅ", "AAACEEEEIIOOUUUaaaceeeeiioouuuAaA")
    ).casefold()
