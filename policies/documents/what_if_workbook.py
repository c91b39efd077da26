"""A what-if report as an underwriting manager opens it: summary, one sheet a dimension, the rules, every changed line.

Amounts are numbers with formats, so that they can be added up and sorted; heads stay in view, and pages print in
landscape with their heads repeated. Written in constant memory: a hundred thousand lines are no large file's matter.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any, Final

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from capweb.http import wording, writing
from policies.documents import what_if_table
from policies.domain import what_if
from policies.domain.what_if import Figures, Group, Line, Tally
from policies.domain.what_if_run import RunDetail
from policies.domain.what_if_words import Teller

EURO: Final = '#,##0.00\\ "€";[Red]-#,##0.00\\ "€"'
WHOLE: Final = "#,##0;[Red]-#,##0"
SHARE: Final = "0.0%;[Red]-0.0%"
LARGEST_NAME: Final = 31


def write_workbook(run: RunDetail, pieces: Iterable[Sequence[Line]], teller: Teller) -> IO[bytes]:
    """The workbook of a finished run in an open temporary file, at its beginning."""
    assert run.report is not None
    file = tempfile.TemporaryFile(prefix="what-if-", suffix=".xlsx")  # noqa: SIM115  the caller sends and closes it
    with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False}) as book:
        writer = _Writer(book, run, teller)
        writer.summary(run.report)
        for dimension in what_if.DIMENSIONS:
            writer.groups(str(wording.of("what_if_dimension", dimension).label), run.report.by(dimension))
        writer.groups(_("Rules"), sorted(run.report.rules, key=lambda group: -group.whole.count), is_rules=True)
        writer.lines(pieces)
    file.seek(0)
    return file


def key_shown(group: Group, teller: Teller | None = None) -> str:
    """What the key of a group is called: a product, a zone, a country, a rule."""
    key = group.key
    if group.dimension == "rule":
        return f"{key} {teller.title(key)}" if teller is not None else key
    if group.dimension == "insurer":
        return str(wording.of("insurer", key).label)
    if group.dimension == "product":
        return str(wording.of("product", key).label)
    if group.dimension == "zone":
        return zone_shown(key)
    if group.dimension == "category":
        return _("complements: no category") if key == what_if.NO_CATEGORY else _("category %(key)s") % {"key": key}
    return key or _("not known")


def zone_shown(zone: str) -> str:
    """A tariff zone in words; the domestic market is none."""
    if zone == what_if.DOMESTIC_ZONE:
        return _("France (domestic market)")
    if zone == what_if.NO_ZONE:
        return _("export, no zone set")
    return _("export, zone %(zone)s") % {"zone": zone}


class _Writer:
    """The sheets of one workbook, with its formats."""

    def __init__(self, book: Any, run: RunDetail, teller: Teller) -> None:
        self.book = book
        self.run = run
        self.teller = teller
        font = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
        head = {"bold": True, "bg_color": "#1D4F91", "font_color": "#FFFFFF", "text_wrap": True, "border": 1}
        last = {"bold": True, "top": 1, "bg_color": "#F0F3F7"}
        self.title = book.add_format({**font, "bold": True, "font_size": 14})
        self.text = book.add_format(font)
        self.note = book.add_format({**font, "font_color": "#5B6676", "text_wrap": True, "valign": "top"})
        self.head = book.add_format({**font, **head})
        self.euro = book.add_format({**font, "num_format": EURO})
        self.whole = book.add_format({**font, "num_format": WHOLE})
        self.share = book.add_format({**font, "num_format": SHARE})
        self.last = book.add_format({**font, **last})
        self.last_euro = book.add_format({**font, **last, "num_format": EURO})
        self.last_whole = book.add_format({**font, **last, "num_format": WHOLE})
        self.last_share = book.add_format({**font, **last, "num_format": SHARE})

    def summary(self, report: Tally) -> None:
        run, whole = self.run, report.whole
        sheet = self._sheet(_("Summary"), [26, 12, *[17] * 10], landscape_head=7)
        sheet.write_string(0, 0, run.title or _("What if on %(day)s") % {"day": writing.day(run.day)}, self.title)
        said = [
            (_("Insurer"), key_shown(whole)),
            (_("Day of the law"), writing.day(run.day)),
            (_("Tried"), tried_in_words(run)),
            (_("Asked by"), f"{run.asked_by}, {writing.day(run.booked_on)}"),
            (_("Law before"), run.law_before),
            (_("Law after"), run.law_after),
        ]
        for place, (label, value) in enumerate(said, 1):
            sheet.write_string(place, 0, label, self.note)
            sheet.write_string(place, 1, value, self.text)
        row = self._figures_head(sheet, 8, pgettext("figure", "Change"))
        for kind in what_if.KINDS:
            if kind in whole.kinds:
                row = self._figures(sheet, row, str(wording.of("what_if_change", kind).label), whole.kinds[kind])
        row = self._figures(sheet, row, _("In all"), whole.whole, is_last=True)
        notes = notes_of(report)
        for note in notes:
            row += 1
            sheet.write_string(row, 0, note, self.text)

    def groups(self, name: str, groups: Sequence[Group], *, is_rules: bool = False) -> None:
        kinds = [kind for kind in what_if.CHANGES if any(group.count(kind) for group in groups)]
        sheet = self._sheet(name, [52 if is_rules else 30, 12, *[11] * len(kinds), *[17] * 7], landscape_head=0)
        heads = [name, _("Guarantees"), *(str(wording.of("what_if_change", kind).label) for kind in kinds)]
        heads += [
            _("Exposure ceded before"),
            _("Exposure ceded after"),
            pgettext("figure", "Change"),
            pgettext("figure", "Change in %"),
        ]
        heads += [_("Premium before"), _("Premium after"), pgettext("figure", "Change")]
        sheet.write_row(0, 0, heads, self.head)
        for row, group in enumerate(groups, 1):
            self._group(sheet, row, group, kinds, total=False)
        # A change counts at each of its rules: their sum would be no number of guarantees.
        if groups and not is_rules:
            whole = Group("", "", {})
            for group in groups:
                for kind, figures in group.kinds.items():
                    whole.kinds.setdefault(kind, Figures()).take(figures)
            self._group(sheet, len(groups) + 1, whole, kinds, total=True)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(groups), 1), len(heads) - 1)

    def lines(self, pieces: Iterable[Sequence[Line]]) -> None:
        widths = [8, 16, 32, 12, 20, 10, 30, 16, 30, 9, 18, 8, 10, 10, *[15] * 10, 14, 60, 50]
        sheet = self._sheet(_("Guarantees"), widths, landscape_head=0)
        sheet.write_row(
            0, 0, [str(wording.of("what_if_column", name).label) for name in what_if_table.COLUMNS], self.head
        )
        sheet.freeze_panes(1, 3)
        row = 0
        for piece in pieces:
            for line in piece:
                row += 1
                self._cells(sheet, row, line)
        sheet.autofilter(0, 0, max(row, 1), len(what_if_table.COLUMNS) - 1)

    def _sheet(self, name: str, widths: Sequence[int], *, landscape_head: int) -> Any:
        sheet = self.book.add_worksheet(name[:LARGEST_NAME].replace("/", "-"))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(landscape_head)
        sheet.set_footer("&L&8capweb · " + self.run.public_id.replace("&", "") + "&R&8&P / &N")
        sheet.hide_gridlines(2)
        return sheet

    def _figures_head(self, sheet: Any, row: int, label: str) -> int:
        heads = [label, _("Guarantees"), _("Amounts in force")]
        for what in (_("Amount"), _("Exposure ceded"), _("Premium of a term")):
            heads += [
                f"{what}, {pgettext('figure', 'before')}",
                f"{what}, {pgettext('figure', 'after')}",
                f"{what}, {pgettext('figure', 'change')}",
            ]
        sheet.write_row(row, 0, heads, self.head)
        return row + 1

    def _figures(self, sheet: Any, row: int, label: str, figures: Figures, *, is_last: bool = False) -> int:
        euro = self.last_euro if is_last else self.euro
        sheet.write_string(row, 0, label, self.last if is_last else self.text)
        sheet.write_number(row, 1, figures.count, self.last_whole if is_last else self.whole)
        values = [figures.in_force, *_pair(figures.amount_before, figures.amount_after)]
        values += _pair(figures.ceded_before, figures.ceded_after)
        values += _pair(figures.premium_before, figures.premium_after)
        for place, value in enumerate(values, 2):
            sheet.write_number(row, place, value, euro)
        return row + 1

    def _group(self, sheet: Any, row: int, group: Group, kinds: Sequence[str], *, total: bool) -> None:
        figures = group.whole
        text, whole = (self.last, self.last_whole) if total else (self.text, self.whole)
        euro, share = (self.last_euro, self.last_share) if total else (self.euro, self.share)
        sheet.write_string(row, 0, _("In all") if total else key_shown(group, self.teller), text)
        for place, count in enumerate((figures.count, *(group.count(kind) for kind in kinds)), 1):
            sheet.write_number(row, place, count, whole)
        place = 2 + len(kinds)
        for offset, value in enumerate(_pair(figures.ceded_before, figures.ceded_after)):
            sheet.write_number(row, place + offset, value, euro)
        if figures.ceded_before:
            sheet.write_number(row, place + 3, figures.ceded_after / figures.ceded_before - 1, share)
        else:
            sheet.write_blank(row, place + 3, None, share)
        for offset, value in enumerate(_pair(figures.premium_before, figures.premium_after)):
            sheet.write_number(row, place + 4 + offset, value, euro)

    def _cells(self, sheet: Any, row: int, line: Line) -> None:
        words = {
            "change": ("what_if_change", line.change), "product": ("product", line.product),
            "market": ("market", line.market), "insurer": ("insurer", line.insurer),
            "outcome_before": ("outcome", line.before.outcome), "outcome_after": ("outcome", line.after.outcome),
        }  # fmt: skip
        for place, (name, value) in enumerate(
            zip(what_if_table.COLUMNS, what_if_table.cells(line, self.teller), strict=True)
        ):
            if isinstance(value, Decimal):
                sheet.write_number(row, place, value, self.euro)
            elif isinstance(value, int):
                sheet.write_number(row, place, value, self.whole)
            elif name in words:
                sheet.write_string(row, place, str(wording.of(*words[name]).label), self.text)
            elif value:
                sheet.write_string(row, place, value, self.text)


def tried_in_words(run: RunDetail) -> str:
    """The readings and leaves that are tried, in one line."""
    parts = [f"{question}: {name}" for question, name in sorted(run.readings.items())]
    parts += [*run.replaced, *run.added]
    if run.draft_rows:
        parts.append(_("%(count)s rows of contractual tables") % {"count": run.draft_rows})
    return " · ".join(parts)


def notes_of(report: Tally) -> list[str]:
    """What the figures leave out, in sentences."""
    notes = [
        f"{wording.of('what_if_unjudged', reason).label} {count}" for reason, count in sorted(report.unjudged.items())
    ]
    if report.unpriced_before or report.unpriced_after:
        notes.append(
            _("Grants without a tariff count no premium: %(before)s before, %(after)s after.")
            % {"before": report.unpriced_before, "after": report.unpriced_after}
        )
    notes.append(_("Room under the envelopes is left out on both sides: law is compared, whatever may still be drawn."))
    return notes


def _pair(before: Decimal, after: Decimal) -> list[Decimal]:
    return [before, after, after - before]
