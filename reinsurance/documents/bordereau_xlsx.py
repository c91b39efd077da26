"""A bordereau as an accountant opens it: what it is and its sums by treaty year on one sheet, every line on the next.

Sums are formulas with their values beside them, so that they show without being computed and follow a filter or a
correction. Always in French, like every paper of the scheme. The same bordereau gives the same bytes: the file carries
the day of the close as its date and no clock's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO, Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from capweb.paper.french import day
from reinsurance.documents import bordereau_words as words
from reinsurance.documents.bordereau_files import Pieces
from reinsurance.domain.bordereau_layout import CHANGES, RATIOS, Written, columns_of, plain
from reinsurance.domain.bordereau_line import BordereauLine

SUMMARY: Final = "Récapitulatif"
LINES: Final = "Lignes"
HEAD_ROW: Final = 3
EURO: Final = "#,##0.00;[Red]-#,##0.00"
PERCENT: Final = "0.00####%"
DAY: Final = "dd/mm/yyyy"
_WIDTHS: Final[Mapping[str, int]] = {
    "number": 8, "journal_number": 10, "entry": 34, "kind": 17, "corrects": 16, "booked_on": 13, "effective_on": 12,
    "treaty_year": 13, "cession": 26, "guarantee": 26, "product": 17, "policy_number": 20, "policyholder_id": 17,
    "policyholder": 34, "buyer_id": 17, "buyer": 34, "buyer_country": 7, "term_first": 12, "term_end": 12,
    "ceded_ratio": 11, "premium_rate": 12, "ceding_commission": 12, "is_illustrative": 11, "run_off_until": 13,
    "claim": 24,
}  # fmt: skip
_AMOUNT_WIDTH: Final = 18
_LIGHT: Final = "#F0F3F7"


def bordereau_xlsx(written: Written, public_id: str, pieces: Pieces) -> IO[bytes]:
    """The workbook in an open temporary file, at its beginning; the caller closes it."""
    file = tempfile.TemporaryFile(prefix="bordereau-", suffix=".xlsx")  # noqa: SIM115
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties(
            {
                "title": words.BORDEREAU[written.kind],
                "subject": public_id,
                "comments": f"SHA-256 {written.sha256}",
                "created": datetime.fromisoformat(written.head["closed_on"]),  # noqa: DTZ011, DTZ001, RUF100
            }
        )
        writer = _Writer(book, written, public_id)
        writer.summary()
        writer.lines(pieces)
    file.seek(0)
    return file


def _days(period: Mapping[str, str]) -> str:
    """du 01/04/2020 au 30/06/2020."""
    last = date.fromisoformat(period["end"]) - timedelta(days=1)
    return f"du {day(date.fromisoformat(period['first']))} au {day(last)}"


class _Writer:
    """The two sheets of one workbook, with its formats."""

    def __init__(self, book: Any, written: Written, public_id: str) -> None:
        self.book = book
        self.written = written
        self.public_id = public_id
        self.columns = columns_of(written.kind)
        self.count = int(written.sums["all"]["lines"])
        font = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
        last = {"bold": True, "top": 1, "bg_color": _LIGHT}
        head = {"bold": True, "bg_color": "#1D4F91", "font_color": "#FFFFFF", "text_wrap": True, "border": 1}
        add = book.add_format
        self.title = add({**font, "bold": True, "font_size": 14})
        self.text, self.label = add(font), add({**font, "font_color": "#5B6676"})
        self.centre = add({**font, "align": "center"})
        self.head = add({**font, **head, "valign": "top"})
        self.euro, self.percent = add({**font, "num_format": EURO}), add({**font, "num_format": PERCENT})
        self.day, self.whole = add({**font, "num_format": DAY, "align": "center"}), add({**font, "num_format": "#,##0"})
        self.year = add({**font, "num_format": "0", "align": "center"})
        self.last, self.last_euro = add({**font, **last}), add({**font, **last, "num_format": EURO})
        self.last_whole = add({**font, **last, "num_format": "#,##0"})

    def summary(self) -> None:
        """Who, what, which days and entries, which terms; then the sums by treaty year."""
        sheet = self._sheet(SUMMARY, [30, 14, *[22] * 5])
        sheet.write_string(0, 0, words.BORDEREAU[self.written.kind], self.title)
        row = 2
        for label, value in self._said():
            sheet.write_string(row, 0, label, self.label)
            sheet.write_string(row, 1, value, self.text)
            row += 1
        row = self._terms(sheet, row + 1)
        self._sums(sheet, row + 1)

    def _said(self) -> list[tuple[str, str]]:
        head = self.written.head
        treaty, period = head["treaty"], head["period"]
        return [
            ("Bordereau", self.public_id),
            ("Traité", f"{treaty['id']}{' · ' + treaty['reference'] if treaty['reference'] else ''}"),
            ("Objet", words.cover(treaty)),
            ("Cédante", treaty["insurer"]["name"]),
            ("Réassureur", treaty["reinsurer"]["name"]),
            ("Période", _days(period)),
            ("Arrêté le", day(date.fromisoformat(head["closed_on"]))),
            ("Journal", f"écritures scellées jusqu’au n° {head['journal']['number']}"),
            ("Monnaie", "euro"),
            ("Empreinte SHA-256", self.written.sha256),
        ]

    def _terms(self, sheet: Any, row: int) -> int:
        heads = ["Conditions du traité à compter du", "", "Taux de cession", "Commission de réassurance"]
        sheet.write_row(row, 0, heads, self.head)
        for terms in self.written.head["treaty"]["terms"]:
            row += 1
            sheet.write_datetime(row, 0, date.fromisoformat(terms["first_day"]), self.day)
            sheet.write_blank(row, 1, None, self.text)
            sheet.write_number(row, 2, Decimal(terms["ceded_ratio"]), self.percent)
            sheet.write_number(row, 3, Decimal(terms["ceding_commission"]), self.percent)
        return row + 1

    def _sums(self, sheet: Any, row: int) -> None:
        changes = CHANGES[self.written.kind]
        sheet.write_row(
            row, 0, ["Exercice de souscription", "Lignes", *(words.COLUMN[name] for name in changes)], self.head
        )
        first = row + 1
        for year in self.written.sums["by_treaty_year"]:
            row += 1
            sheet.write_number(row, 0, year["treaty_year"], self.year)
            where = f"{self._column('treaty_year')},{xl_rowcol_to_cell(row, 0)}"
            sheet.write_formula(row, 1, f"=COUNTIF({where})", self.whole, year["lines"])
            for place, name in enumerate(changes, 2):
                formula = f"=SUMIFS({self._column(name)},{where})"
                sheet.write_formula(row, place, formula, self.euro, Decimal(year[name]))
        whole = self.written.sums["all"]
        sheet.write_string(row + 1, 0, "Total", self.last)
        for place, name in enumerate(("lines", *changes), 1):
            column = xl_col_to_name(place)
            formula = f"=SUM({column}{first + 1}:{column}{row + 1})" if row >= first else "=0"
            sheet.write_formula(
                row + 1, place, formula, self.last_whole if place == 1 else self.last_euro, Decimal(whole[name])
            )

    def lines(self, pieces: Pieces) -> None:
        """Every line, with the sums of what filters leave below them."""
        sheet = self._sheet(LINES, [_WIDTHS.get(name, _AMOUNT_WIDTH) for name in self.columns])
        treaty, period = self.written.head["treaty"], self.written.head["period"]
        said = (
            f"{words.BORDEREAU[self.written.kind]} · {treaty['insurer']['name']} → {treaty['reinsurer']['name']} · "
            f"{words.cover(treaty)} · {_days(period)}"
        )
        sheet.write_string(0, 0, said, self.title)
        sheet.write_string(1, 0, f"{self.public_id} · SHA-256 {self.written.sha256}", self.label)
        sheet.set_row(HEAD_ROW, 32)
        sheet.write_row(HEAD_ROW, 0, [words.COLUMN[name] for name in self.columns], self.head)
        sheet.freeze_panes(HEAD_ROW + 1, 1)
        sheet.repeat_rows(HEAD_ROW)
        row = HEAD_ROW
        for piece in pieces:
            for line in piece:
                row += 1
                self._line(sheet, row, line)
        sheet.autofilter(HEAD_ROW, 0, max(row, HEAD_ROW + 1), len(self.columns) - 1)
        self._last(sheet, row + 1)

    def _line(self, sheet: Any, row: int, line: BordereauLine) -> None:
        for place, name in enumerate(self.columns):
            value = getattr(line, name)
            if isinstance(value, bool):
                sheet.write_string(row, place, "oui" if value else "non", self.centre)
            elif isinstance(value, Decimal):
                # By its text as everywhere, so that 0 and 0.00 are the same bytes.
                shown = plain(name, value)
                sheet.write_number(row, place, Decimal(str(shown)), self.percent if name in RATIOS else self.euro)
            elif isinstance(value, int):
                sheet.write_number(row, place, value, self.year if name == "treaty_year" else self.whole)
            elif isinstance(value, date):
                # People read the last day that is covered, programs the first that is not.
                shown_day = value - timedelta(days=1) if name == "term_end" else value
                sheet.write_datetime(row, place, shown_day, self.day)
            elif value:
                told = {"kind": words.EVENT, "product": words.PRODUCT}.get(name, {}).get(value, value)
                sheet.write_string(row, place, told, self.text)

    def _last(self, sheet: Any, row: int) -> None:
        changes = CHANGES[self.written.kind]
        for place, name in enumerate(self.columns):
            if name in changes:
                column = xl_col_to_name(place)
                formula = f"=SUBTOTAL(109,{column}{HEAD_ROW + 2}:{column}{row})" if self.count else "=0"
                sheet.write_formula(row, place, formula, self.last_euro, Decimal(self.written.sums["all"][name]))
            else:
                sheet.write_string(row, place, "Total" if place == 0 else "", self.last)

    def _column(self, name: str) -> str:
        """The cells of a column of lines, as a formula of the summary names them."""
        column = xl_col_to_name(self.columns.index(name))
        return f"{LINES}!${column}${HEAD_ROW + 2}:${column}${HEAD_ROW + 1 + max(self.count, 1)}"

    def _sheet(self, name: str, widths: list[int]) -> Any:
        sheet = self.book.add_worksheet(name)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1 if name == SUMMARY else 2, 0)
        sheet.hide_gridlines(2)
        sheet.set_footer(f"&L&8{self.public_id}&C&8{self.written.sha256[:16]}…&R&8&P / &N")
        return sheet
