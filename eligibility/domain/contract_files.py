"""Reads the shipped contractual tables: rating grids, country status and tariffs, as dated rows with their source.

A file says which `table` it holds; `reference` and `from` at its head serve every row that has none of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from capweb.kernel.errors import FieldError, FieldErrors
from eligibility.domain import marked_yaml, tables
from eligibility.domain.leaf_reader import LeafReader
from eligibility.domain.parameters import Reference
from eligibility.domain.tables import CountryRow, GridRow, ScaleRow, Tables, TariffRow, ZoneRow

HEAD_KEYS = {
    "title",
    "french",
    "table",
    "insurer",
    "scale",
    "from",
    "reference",
    "confidence",
    "rows",
    "verified",
    "note",
}
DAY_KEYS = {"from", "until", "reference"}


def read_folder(folder: Path, root: Path, *, errors: list[FieldError]) -> Tables:
    """All tables of a folder; mistakes are added to `errors` with file and line."""
    found = Tables()
    for file in sorted(folder.rglob("*.yaml")):
        name = file.relative_to(root).as_posix()
        found = found.with_more(read_table(file.read_text(encoding="utf-8"), name=name, errors=errors))
    return found


def read_table(text: str, *, name: str, errors: list[FieldError]) -> Tables:
    """The rows of one file."""
    try:
        documents = marked_yaml.read(text)
    except FieldErrors as broken:
        errors.extend(FieldError(f"{name}: {e.field}", e.message, code=e.code, line=e.line) for e in broken.errors)
        return Tables()
    if len(documents) != 1 or not isinstance(documents[0].data, dict):
        errors.append(FieldError(name, "a table file holds one table", code="table", line=1))
        return Tables()
    return _Table(LeafReader(name, documents[0], errors)).rows()


class _Table:
    """One file of rows of one kind."""

    def __init__(self, reader: LeafReader) -> None:
        self.read = reader
        self.head = reader.mapping(())
        self.verified = reader.day(self.head, "verified", at=())

    def rows(self) -> Tables:
        read = self.read
        read.only_keys(self.head, HEAD_KEYS, at=())
        for key in ("title", "french"):
            read.text(self.head, key, at=())
        read.confidence(self.head, at=())
        kinds: dict[str, Callable[[], Tables]] = {
            "rating_grid": self._grid,
            "country_status": self._countries,
            "country_zones": self._zones,
            "tariffs": self._tariffs,
        }
        kind = read.one_of(self.head, "table", tuple(kinds), at=())
        return kinds[kind]() if kind in kinds else Tables()

    def _each(self, known: set[str]) -> list[tuple[marked_yaml.Path, Mapping[str, object]]]:
        rows = self.head.get("rows")
        if rows == []:
            return []
        found = []
        for index in range(len(self.read.sequence(("rows",)))):
            at: marked_yaml.Path = ("rows", index)
            row = self.read.mapping(at)
            self.read.only_keys(row, known | DAY_KEYS, at=at)
            found.append((at, row))
        return found

    def _days(self, row: Mapping[str, object], at: marked_yaml.Path) -> tuple[date, date | None]:
        first = self.read.day(row if "from" in row else self.head, "from", at=at if "from" in row else ())
        end = self.read.optional_day(row, "until", at=at)
        if end is not None and end <= first:
            self.read.refuse((*at, "until"), f"the row ends on {end}, before it begins on {first}")
        return first, end

    def _proof(self, row: Mapping[str, object], at: marked_yaml.Path) -> Reference:
        own = "reference" in row
        return self.read.reference(row if own else self.head, verified=self.verified, at=at if own else ())

    def _grid(self) -> Tables:
        read = self.read
        insurer = read.text(self.head, "insurer", at=())
        first = read.day(self.head, "from", at=())
        scale = ScaleRow(
            insurer=insurer,
            grades=self._grades(self.head, "scale", ()),
            first_day=first,
            end_day=None,
            reference=self._proof({}, ()),
        )
        rows = []
        known = {"market", "grades", "category", "maximum", "referred_to", "question", "reading"}
        for at, row in self._each(known):
            first_day, end_day = self._days(row, at)
            rows.append(
                GridRow(
                    insurer=insurer,
                    market=read.one_of(row, "market", tables.MARKETS, at=at),
                    grades=self._grades(row, "grades", at),
                    category=read.whole(row, "category", at=at),
                    first_day=first_day,
                    end_day=end_day,
                    reference=self._proof(row, at),
                    maximum=self._decimal(row, "maximum", at) if "maximum" in row else None,
                    referred_to=read.optional_text(row, "referred_to", at=at),
                    question=read.optional_text(row, "question", at=at),
                    reading=read.optional_text(row, "reading", at=at),
                )
            )
        return Tables(scales=(scale,), grids=tuple(rows))

    def _countries(self) -> Tables:
        read = self.read
        rows = []
        for at, row in self._each({"countries", "status", "referred_to", "assumed"}):
            first_day, end_day = self._days(row, at)
            status = read.one_of(row, "status", tables.COUNTRY_STATUSES, at=at)
            proof = self._proof(row, at)
            for country in read.text(row, "countries", at=at).split():
                if len(country) != 2 or not country.isupper():
                    read.refuse((*at, "countries"), f"{country!r} is no ISO code of two capital letters")
                rows.append(
                    CountryRow(
                        country=country,
                        status=status,
                        first_day=first_day,
                        end_day=end_day,
                        reference=proof,
                        referred_to=read.optional_text(row, "referred_to", at=at),
                        assumed=row.get("assumed") is True,
                    )
                )
        return Tables(countries=tuple(rows))

    def _zones(self) -> Tables:
        rows: list[ZoneRow] = []
        for at, row in self._each({"countries", "zone"}):
            first_day, end_day = self._days(row, at)
            proof = self._proof(row, at)
            zone = self.read.whole(row, "zone", at=at)
            rows.extend(
                ZoneRow(country=country, zone=zone, first_day=first_day, end_day=end_day, reference=proof)
                for country in self.read.text(row, "countries", at=at).split()
            )
        return Tables(zones=tuple(rows))

    def _tariffs(self) -> Tables:
        read = self.read
        rows = []
        known = {"product", "insurer", "category", "zone", "longest_payment_days", "quarterly_rate", "illustrative"}
        for at, row in self._each(known):
            first_day, end_day = self._days(row, at)
            rows.append(
                TariffRow(
                    product=read.one_of(row, "product", tables.PRODUCTS, at=at),
                    quarterly_rate=self._decimal(row, "quarterly_rate", at),
                    first_day=first_day,
                    end_day=end_day,
                    reference=self._proof(row, at),
                    insurer=read.optional_text(row, "insurer", at=at),
                    category=read.optional_whole(row, "category", at=at),
                    zone=read.optional_whole(row, "zone", at=at),
                    longest_payment_days=read.optional_whole(row, "longest_payment_days", at=at),
                    illustrative=row.get("illustrative") is True,
                )
            )
        return Tables(tariffs=tuple(rows))

    def _grades(self, data: Mapping[str, object], key: str, at: marked_yaml.Path) -> str:
        text = self.read.text(data, key, at=at)
        try:
            tables.grades_of(text)
        except ValueError as wrong:
            self.read.refuse((*at, key), str(wrong))
            return "0"
        return text

    def _decimal(self, row: Mapping[str, object], key: str, at: marked_yaml.Path) -> Decimal:
        text = self.read.text(row, key, at=at)
        try:
            value = Decimal(text)
        except InvalidOperation:
            self.read.refuse((*at, key), f"{text!r} is no number")
            return Decimal(0)
        if not value.is_finite() or value < 0:
            self.read.refuse((*at, key), f"{text!r} is no amount or rate")
        return value
