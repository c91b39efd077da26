"""How a bordereau is written: which columns, in which order and form, and what its SHA-256 is taken over.

The digest is taken over plain text: the head as `path TAB value` lines, the columns' names, every line's values between
tabs, the sums as `path TAB value`; UTF-8, a line feed after each. The JSON and the CSV hold exactly these values, so
that either can be checked against it with a few lines of code. A change of any of this is another layout version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from reinsurance.domain.bordereau_line import BordereauKind, BordereauLine, Sums, YearSums, whole

LAYOUT_VERSION: Final = 1
SCHEMA: Final = "capweb-bordereau-1"

_EVENT: Final = (
    "number", "journal_number", "entry", "kind", "corrects", "booked_on", "effective_on", "treaty_year",
)  # fmt: skip
_CEDED: Final = (
    "cession", "guarantee", "product", "policy_number", "policyholder_id", "policyholder", "buyer_id", "buyer",
    "buyer_country", "term_first", "term_end", "amount", "ceded_ratio", "ceded_amount", "premium_rate", "premium",
    "ceded_premium", "ceding_commission", "commission", "is_illustrative",
)  # fmt: skip
CHANGES: Final[Mapping[BordereauKind, tuple[str, ...]]] = {
    "risk": ("live_change", "run_off_change"),
    "premium": ("gross_change", "ceded_premium_change", "commission_change", "owed_change"),
    "claims": ("gross_change", "ceded_indemnity_change", "reserve_change", "owed_change"),
    "recoveries": ("gross_change", "ceded_recovery_change", "owed_change"),
}
_BESIDE: Final[Mapping[BordereauKind, tuple[str, ...]]] = {
    "risk": ("amount_after", "ceded_before", "run_off_until"),
    "premium": (),
    "claims": ("claim", "amount_after"),
    "recoveries": ("claim",),
}
RATIOS: Final = frozenset({"ceded_ratio", "premium_rate", "ceding_commission"})
WHOLE_NUMBERS: Final = frozenset({"number", "journal_number", "treaty_year"})

Plain = str | int | bool | None


def columns_of(kind: BordereauKind) -> tuple[str, ...]:
    """The columns of a kind, in order."""
    return _EVENT + _CEDED + _BESIDE[kind] + CHANGES[kind]


def ratio_text(ratio: Decimal) -> str:
    """A ratio with at least two decimals and no further trailing zeros.

    >>> [ratio_text(Decimal(text)) for text in ("1", "0.95000000", "0.00875000")]
    ['1.00', '0.95', '0.00875']
    """
    text = f"{ratio:.8f}".rstrip("0")
    return text + "0" * max(0, 2 - len(text.partition(".")[2]))


def row_of(kind: BordereauKind, line: BordereauLine) -> dict[str, Plain]:
    """A line as it is written: whole numbers, true or false, null, and text for everything else."""
    return {name: plain(name, getattr(line, name)) for name in columns_of(kind)}


def plain(name: str, value: object) -> Plain:
    """One value: amounts with two decimals, ratios with at least two, days as YYYY-MM-DD, text without line breaks."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return ratio_text(value) if name in RATIOS else f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value).split())


def sums_of(kind: BordereauKind, years: Sequence[YearSums]) -> dict[str, Any]:
    """The sums as they are written, by treaty year and in all."""
    return {
        "by_treaty_year": [{"treaty_year": one.treaty_year, **_sums(kind, one.sums)} for one in years],
        "all": _sums(kind, whole(tuple(years))),
    }


def _sums(kind: BordereauKind, sums: Sums) -> dict[str, Plain]:
    return {"lines": sums.lines, **{name: plain(name, getattr(sums, name)) for name in CHANGES[kind]}}


@dataclass(frozen=True, slots=True)
class Written:
    """A bordereau as every file of it is made: the head, the lines as rows, the sums, the digest of all three."""

    kind: BordereauKind
    head: dict[str, Any]
    sums: dict[str, Any]
    sha256: str


class ContentDigest:
    """The SHA-256 of a bordereau, taken line by line."""

    def __init__(self, kind: BordereauKind, head: Mapping[str, Any]) -> None:
        self._digest = hashlib.sha256()
        for path, text in flat(head):
            self._digest.update(f"{path}\t{text}\n".encode())
        self._digest.update(("\t".join(columns_of(kind)) + "\n").encode())

    def take(self, rows: Iterable[Mapping[str, Plain]]) -> None:
        for row in rows:
            self._digest.update(("\t".join(text_of(value) for value in row.values()) + "\n").encode())

    def ended(self, sums: Mapping[str, Any]) -> str:
        """The digest in hexadecimal, after the sums."""
        for path, text in flat(sums):
            self._digest.update(f"{path}\t{text}\n".encode())
        return self._digest.hexdigest()


def flat(document: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The values of a nested document with their paths: keys in alphabetical order, lists in their own.

    >>> list(flat({"treaty": {"terms": [{"ceded_ratio": "0.95"}]}, "layout": 1}))
    [('layout', '1'), ('treaty.terms.0.ceded_ratio', '0.95')]
    """
    if isinstance(document, Mapping):
        inner: Iterable[tuple[Any, Any]] = sorted(document.items())
    elif isinstance(document, list):
        inner = enumerate(document)
    else:
        yield path, text_of(document)
        return
    for key, value in inner:
        yield from flat(value, f"{path}.{key}" if path else str(key))


def text_of(value: Plain) -> str:
    """A value as the digest and the CSV have it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
