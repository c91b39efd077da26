"""The law as plain text, for a terminal, a mail or a print: chapter by chapter, every value with its proof.

Lines are wrapped; what is not set and what can be read otherwise is said where it stands.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from capweb.http import wording, writing
from eligibility.domain import tables
from eligibility.domain.parameters import Block, Parameter, Reference
from eligibility.domain.rule import Rule
from eligibility.domain.tables import CountryRow, GridRow, TariffRow
from eligibility.queries import law_words, reading_words
from eligibility.queries.law_compared import CHANGED, ENDED, NEW, GradePair, LawCompared, Pair
from eligibility.queries.law_on import LawOnDay, LeafOnDay

STEP: Final = "    "
MARKS: Final = {NEW: "+", ENDED: "-", CHANGED: "~", "same": " "}
STATUSES: Final = ("domestic", "overseas", "referred", "closed", "open")


def of(found: LawOnDay, width: int) -> str:
    """The law of a day, `width` columns wide."""
    page = _Page(width)
    page.heading(_("Law in force on %(day)s") % {"day": writing.day(found.day)}, "=")
    page.text(_("Fingerprint of this law:") + f" {found.fingerprint}")
    unset = [law_words.title(leaf) for leaf in found.leaves if leaf.block.state == "unset"]
    if unset:
        page.heading(_("Not set on this day"), "-")
        for title in unset:
            page.item(title)
    if not found.sections:
        page.text(_("No law of the scheme is recorded for this day."))
    for section in found.sections:
        page.heading(" · ".join(law_words.folder(section.folders)), "-")
        for leaf in section.leaves:
            _leaf(page, leaf)
    _rules(page, found.rules)
    _grids(page, found)
    _countries(page, found.countries)
    _zones(page, found)
    _tariffs(page, found.tariffs)
    return page.done()


def of_two(found: LawCompared, width: int) -> str:
    """What differs between two days; `+` new, `-` ended, `~` changed."""
    page = _Page(width)
    days = {"first": writing.day(found.first), "second": writing.day(found.second)}
    page.heading(_("Law on %(first)s and on %(second)s") % days, "=")
    if found.is_same:
        page.text(_("The law of these two days is the same."))
    for folders, pairs in groupby(found.leaves, key=lambda one: one.folders):
        page.heading(" · ".join(law_words.folder(folders)), "-")
        for leaf in pairs:
            _pair(page, law_words.title(leaf.parameter), leaf.blocks, functools.partial(_said, leaf.parameter))
    _part(page, _("Rules"), [(one.code, one.rules, _rule_said) for one in found.rules])
    _part(page, _("Rating grids"), [(name, pair, _grade_said) for name, pair in _grades(found.grades)])
    _part(page, _("Countries"), [(law_words.country(one.country), one.rows, _status_said) for one in found.countries])
    _part(page, _("Tariff zones"), [(law_words.country(one.country), one.zones, str) for one in found.zones])
    _part(page, _("Tariffs"), [(_tariff_name(one.rows), one.rows, _tariff_said) for one in found.tariffs])
    return page.done()


class _Page:
    """Lines of text of one width."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[str] = []

    def heading(self, text: str, underline: str) -> None:
        if self.lines:
            self.lines.append("")
        self.lines += [*textwrap.wrap(text, self.width), underline * min(len(text), self.width)]

    def text(self, text: str, *, depth: int = 0, first: str = "") -> None:
        """A paragraph; `first` stands before it and is not repeated on the lines below."""
        indent = STEP * depth
        self.lines += textwrap.wrap(
            text,
            self.width,
            initial_indent=indent + first,
            subsequent_indent=indent + " " * len(first),
            break_long_words=False,
            break_on_hyphens=False,
        )

    def item(self, text: str, *, depth: int = 0) -> None:
        self.text(text, depth=depth, first="- ")

    def done(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)


def _leaf(page: _Page, leaf: LeafOnDay) -> None:
    value = _whole(law_words.value(leaf.block, leaf.unit))
    page.text(_("%(title)s: %(value)s") % {"title": law_words.title(leaf), "value": value})
    confidence = wording.of("confidence", leaf.block.confidence).label
    days = law_words.in_force(leaf.block.first_day, leaf.block.end_day)
    checked = _("checked on %(day)s") % {"day": writing.day(leaf.verified)}
    page.text(f"{days} · {confidence} · {checked}", depth=1)
    _proof(page, leaf.block.reference)
    if leaf.question is None or not leaf.readings:
        return
    page.text(f"{reading_words.register(leaf.question)} {reading_words.question(leaf.question)}".strip(), depth=1)
    if leaf.readings_agree:
        page.text(_("On this day every reading gives the same value."), depth=2)
        return
    for reading in leaf.readings:
        name = reading_words.label(leaf.question, reading.name)
        said = law_words.value(reading.block, leaf.unit).text
        told = name if leaf.unit == "choice" or reading.block is None else f"{name} ({said})"
        why = reading_words.why(leaf.question, reading.name, otherwise=reading.why)
        mark = "[x] " if reading.is_chosen else "[ ] "
        page.text(f"{told}. {why}", depth=2, first=mark)


def _proof(page: _Page, reference: Reference) -> None:
    page.text(f"{reference.text}, {law_words.published(reference.published)}", depth=1)
    page.text(reference.url, depth=1)


def _whole(said: law_words.Said) -> str:
    return f"{said.text} ({said.full})" if said.full else said.text


def _rules(page: _Page, found: Iterable[Rule]) -> None:
    page.heading(_("Rules in force"), "-")
    count = 0
    for count, rule in enumerate(found, 1):  # noqa: B007  the number of rules is told below
        page.text(f"{rule.code}  {_rule_title(rule)}")
        page.text(f"{_products(rule.products)} · {law_words.in_force(rule.first_day, rule.end_day)}", depth=1)
        page.text(rule.reference.text, depth=1)
    if not count:
        page.text(_("No rule is in force on this day: no product is on sale."))


def _rule_title(rule: Rule) -> str:
    return rule.title.in_language("fr" if writing.is_french() else "en")


def _products(codes: Iterable[str]) -> str:
    wanted = set(codes)
    known = [code for code in tables.PRODUCTS if code in wanted]
    return ", ".join(str(wording.of("product", code).label) for code in (*known, *sorted(wanted - set(known))))


def _grids(page: _Page, found: LawOnDay) -> None:
    page.heading(_("Rating grids"), "-")
    scales = {row.insurer: tables.grades_of(row.grades) for row in found.scales}
    rows = sorted(found.grids, key=lambda row: (row.insurer, row.market, row.category, row.question is not None))
    if not rows:
        page.text(_("No grid is recorded for this day."))
    for insurer, own in groupby(rows, key=lambda row: row.insurer):
        scale = scales.get(insurer, ())
        told = _("scale from %(best)s (best) to %(worst)s") % {"best": scale[0], "worst": scale[-1]} if scale else ""
        page.text(f"{law_words.insurer(insurer)} · {told}" if told else law_words.insurer(insurer))
        for row in own:
            page.item(_grid_line(row, found, scale), depth=1)


def _grid_line(row: GridRow, found: LawOnDay, scale: tuple[str, ...]) -> str:
    grades = law_words.grades(tables.grades_of(row.grades), scale) or row.grades
    told = _("%(market)s: grades %(grades)s, %(answer)s") % {
        "market": wording.of("market", row.market).label,
        "grades": grades,
        "answer": _grade_said(row),
    }
    if row.question is None:
        return told
    reading = reading_words.label(row.question, row.reading)
    rival = _("rival reading: %(reading)s") % {"reading": reading}
    is_chosen = found.readings.get(row.question) == row.reading
    return f"{told} [{'x' if is_chosen else ' '}] {rival}"


def _countries(page: _Page, found: Iterable[CountryRow]) -> None:
    page.heading(_("Countries"), "-")
    rows = sorted(found, key=lambda row: (STATUSES.index(row.status), row.assumed))
    for (status, assumed), group in groupby(rows, key=lambda row: (row.status, row.assumed)):
        names = sorted(law_words.country(row.country) for row in group)
        label = str(wording.of("country_status", status).label)
        head = _("%(status)s (assumed)") % {"status": label} if assumed else label
        number = ngettext("%(n)s country", "%(n)s countries", len(names)) % {"n": len(names)}
        page.text(f"{head}, {number}: {', '.join(names)}")
    page.text(_("A country that stands nowhere here is referred."))


def _zones(page: _Page, found: LawOnDay) -> None:
    page.heading(_("Tariff zones"), "-")
    if not found.zones:
        page.text(_("not set"))
    for zone, group in groupby(sorted(found.zones, key=lambda row: row.zone), key=lambda row: row.zone):
        names = ", ".join(sorted(law_words.country(row.country) for row in group))
        page.text(_("zone %(n)s") % {"n": zone} + f": {names}")


def _tariffs(page: _Page, found: Iterable[TariffRow]) -> None:
    page.heading(_("Tariffs"), "-")
    rows = list(found)
    for row in rows:
        page.text(f"{_tariff_title(row)}: {_tariff_said(row)}")
        page.text(law_words.in_force(row.first_day, row.end_day), depth=1)
        _proof(page, row.reference)
    without = [code for code in tables.PRODUCTS if code not in {row.product for row in rows}]
    if without:
        page.text(f"{_products(without)}: {_('not set')}")


def _tariff_title(row: TariffRow) -> str:
    parts = [str(wording.of("product", row.product).label), law_words.insurer(row.insurer)]
    if row.category is not None:
        parts.append(_("category %(n)s") % {"n": row.category})
    if row.zone is not None:
        parts.append(_("zone %(n)s") % {"n": row.zone})
    if row.longest_payment_days is not None:
        parts.append(_("to %(n)s days") % {"n": row.longest_payment_days})
    return ", ".join(parts)


def _tariff_name(pair: Pair[TariffRow]) -> str:
    row = pair.after or pair.before
    return _tariff_title(row) if row is not None else ""


def _tariff_said(row: TariffRow) -> str:
    text = _("%(rate)s a quarter (illustrative)") if row.illustrative else _("%(rate)s a quarter")
    return text % {"rate": writing.percent(row.quarterly_rate)}


def _grade_said(row: GridRow) -> str:
    parts = [_("category %(n)s") % {"n": row.category}]
    if row.maximum is not None:
        parts.append(_("at most %(amount)s") % {"amount": law_words.amount(row.maximum).text})
    if row.referred_to:
        parts.append(_("case by case"))
    return ", ".join(parts)


def _status_said(row: CountryRow) -> str:
    status = str(wording.of("country_status", row.status).label)
    return _("%(status)s (assumed)") % {"status": status} if row.assumed else status


def _rule_said(rule: Rule) -> str:
    return f"{_rule_title(rule)} ({rule.reference.text})"


def _said(parameter: Parameter, block: Block) -> str:
    return f"{_whole(law_words.value(block, parameter.unit))} ({block.reference.text})"


def _grades(pairs: Iterable[GradePair]) -> Iterator[tuple[str, Pair[GridRow]]]:
    """Neighbouring grades with the same answer on both days are one line."""

    def alike(one: GradePair) -> tuple[object, ...]:
        before, after = one.rows.before, one.rows.after
        return (one.insurer, one.market, before and _grade_said(before), after and _grade_said(after))

    for _key, group in groupby(pairs, key=alike):
        members = list(group)
        grades = [one.grade for one in members]
        name = _("%(insurer)s, grades %(grades)s") % {
            "insurer": law_words.insurer(members[0].insurer),
            "grades": law_words.grades(grades, grades),
        }
        yield f"{name} · {wording.of('market', members[0].market).label}", members[0].rows


def _part(page: _Page, name: str, found: list[tuple[str, Pair[Any], Callable[[Any], str]]]) -> None:
    if found:
        page.heading(name, "-")
    for title, pair, said in found:
        _pair(page, title, pair, said)


def _pair(page: _Page, title: str, pair: Pair[Any], said: Callable[[Any], str]) -> None:
    page.text(title, first=f"{MARKS[pair.change]} ")
    if pair.before is not None and pair.before == pair.after:
        page.text(said(pair.after), depth=1)
        return
    page.text(said(pair.before) if pair.before is not None else _("nothing"), depth=1, first="- ")
    page.text(said(pair.after) if pair.after is not None else _("nothing"), depth=1, first="+ ")
