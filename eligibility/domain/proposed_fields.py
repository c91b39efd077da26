"""Typed reading of one proposed row: text of a form or values of a file in, plain JSON columns and mistakes out.

A mistake has a code and what it tells, never a sentence: the sentence belongs to whoever speaks a language.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from eligibility.domain import tables

FINEST_RATE: Final = Decimal("0.00000001")
CENT: Final = Decimal("0.01")
HIGHEST_AMOUNT: Final = Decimal(10) ** 16
HIGHEST_WHOLE: Final = 32_767
LONGEST_TEXT: Final = 200
COUNTRY: Final = re.compile(r"[A-Z]{2}\Z")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One field that cannot be taken: its name, a stable code and the words that the code's sentence needs."""

    field: str
    code: str
    told: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(slots=True)
class ProposedFields:
    """Reads the fields of one row; after a mistake it answers something harmless and goes on."""

    given: Mapping[str, object]
    columns: dict[str, Any] = dataclasses.field(default_factory=dict)
    mistakes: list[Mistake] = dataclasses.field(default_factory=list)

    def refuse(self, name: str, code: str, **told: str) -> None:
        """Note a mistake, once for each field and code."""
        if not any(one.field == name and one.code == code for one in self.mistakes):
            self.mistakes.append(Mistake(name, code, told))

    def refused(self, name: str) -> bool:
        return any(one.field == name for one in self.mistakes)

    def no_others(self) -> None:
        """Refuse what the kind of row does not have."""
        for name in self.given:
            if name not in self.columns:
                self.refuse(str(name), "unknown_field")

    def same(self, name: str, value: str, *, code: str) -> None:
        """A column that can hold one value only; it may be left out, and may not say otherwise."""
        if self.given.get(name) not in (None, "", value):
            self.refuse(name, code, value=str(self.given[name]), known=value)
        self.columns[name] = value

    def text(self, name: str, *, optional: bool = False, longest: int = LONGEST_TEXT) -> str:
        value = self._given(name)
        text = "" if value is None else str(value)
        self.columns[name] = text
        if not text and not optional:
            self.refuse(name, "required")
        if len(text) > longest:
            self.refuse(name, "too_long", longest=str(longest))
        if "\0" in text:
            self.refuse(name, "not_text")
        return text

    def one_of(self, name: str, known: Sequence[str], *, optional: bool = False) -> str:
        text = self.text(name, optional=optional)
        if text and text not in known:
            self.refuse(name, "unknown_choice", value=text, known=", ".join(known))
        return text

    def country(self, name: str) -> None:
        text = self.text(name)
        if text and not COUNTRY.match(text):
            self.refuse(name, "not_a_country", value=text)

    def grades(self, name: str) -> tuple[str, ...]:
        text = self.text(name, longest=400)
        try:
            return tables.grades_of(text) if text else ()
        except ValueError:
            self.refuse(name, "not_grades", value=text)
            return ()

    def truth(self, name: str) -> None:
        value = self.given.get(name)
        self.columns[name] = value in (True, "true", "on", "1")

    def whole(self, name: str, *, among: Sequence[int] = (), optional: bool = False) -> None:
        text = str(self._given(name) if self._given(name) is not None else "")
        self.columns[name] = None
        if not text:
            if not optional:
                self.refuse(name, "required")
        elif not (text.isascii() and text.isdecimal()) or len(text) > 5 or int(text) > HIGHEST_WHOLE:
            self.refuse(name, "not_a_whole_number", value=text)
        elif among and int(text) not in among:
            self.refuse(name, "unknown_choice", value=text, known=", ".join(map(str, among)))
        else:
            self.columns[name] = int(text)

    def amount(self, name: str, *, optional: bool = False) -> None:
        """A positive amount in euro with at most two decimals."""
        value = self._decimal(name, optional=optional)
        if value is not None and not (0 < value < HIGHEST_AMOUNT and value == value.quantize(CENT)):
            self.refuse(name, "not_an_amount", value=str(value))

    def rate(self, name: str) -> None:
        """A rate from 0 to 1 with at most eight decimals."""
        value = self._decimal(name, optional=False)
        if value is not None and not (0 <= value <= 1 and value == value.quantize(FINEST_RATE)):
            self.refuse(name, "not_a_rate", value=str(value))

    def day(self, name: str, *, optional: bool = False) -> date | None:
        value = self._given(name)
        self.columns[name] = None
        if value is None:
            if not optional:
                self.refuse(name, "required")
            return None
        try:
            found = value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.refuse(name, "not_a_day", value=str(value))
            return None
        self.columns[name] = found.isoformat()
        return found

    def _decimal(self, name: str, *, optional: bool) -> Decimal | None:
        value = self._given(name)
        self.columns[name] = None
        if value is None:
            if not optional:
                self.refuse(name, "required")
            return None
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or abs(found.adjusted()) > 40:
            self.refuse(name, "not_a_number", value=str(value))
            return None
        self.columns[name] = format(found, "f")
        return found

    def _given(self, name: str) -> object:
        value = self.given.get(name)
        if isinstance(value, str):
            value = value.strip()
        return None if value == "" else value
