"""One rule's verdict on one request, what it rests on, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from capweb.kernel.money import CENT
from eligibility.domain.parameters import Reference, Value
from eligibility.domain.rule import Rule


class Reason(msgspec.Struct, frozen=True):
    """One rule's verdict on this request. `reading` names the rival reading it was judged under, if any."""

    rule: Rule
    verdict: str
    used: dict[str, object]
    limit: Decimal | None
    referred_to: str | None
    reading: str | None

    @property
    def code(self) -> str:
        return self.rule.code


class Rest(msgspec.Struct, frozen=True):
    """One value of law or one row of a table that was read, with its own proof.

    `path` is the leaf's, or the table's and the row's (`contracts/tables/country_status#MA`); `value` is None where the
    law is unset; `confidence` is None for a row, which carries no such mark.
    """

    path: str
    value: Value | None
    since: date
    reference: Reference
    confidence: str | None

    def document(self) -> dict[str, Any]:
        """As interfaces show it."""
        return {
            "path": self.path,
            "value": "unset" if self.value is None else shown(self.value),
            "since": self.since.isoformat(),
            "confidence": self.confidence,
            "reference": {"text": self.reference.text, "url": self.reference.url},
        }


class Trace(msgspec.Struct, frozen=True):
    """All that a decision rests on: by the code of the rule that read it, and for the figures beside the rules."""

    by_rule: dict[str, tuple[Rest, ...]]
    figures: tuple[Rest, ...]


def shown_number(value: Decimal) -> str:
    """At least two decimals, no further trailing zeros.

    >>> shown_number(Decimal("0.00875000")), shown_number(Decimal("1")), shown_number(Decimal("100000.00"))
    ('0.00875', '1.00', '100000.00')
    """
    shortest = value.normalize()
    exponent = shortest.as_tuple().exponent
    return format(shortest if isinstance(exponent, int) and exponent < -2 else shortest.quantize(CENT), "f")


def shown(value: object) -> Any:
    """A plain JSON value of a number or day used by a rule."""
    if isinstance(value, Decimal):
        return shown_number(value)
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return str(value)


def shown_used(used: Iterable[tuple[str, object]]) -> dict[str, Any]:
    return {name: shown(value) for name, value in used}
