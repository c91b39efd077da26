"""Puts a decision into words: one plain sentence per reason, in French or English, with the numbers used and the text.

Stored compact reasons are turned back into full ones with the law of their day.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import msgspec

from eligibility.domain import fact_names, law_files, rules
from eligibility.domain.law import LawInForce
from eligibility.domain.reason import Reason, Trace, shown_used
from eligibility.domain.rule import NOT_APPLICABLE, Rule, Text

NARROW_SPACE: Final = "\u202f"
FIXED_SPACE: Final = "\u00a0"
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

LACKING: Final = Text("Missing: {missing}.", "Il manque : {missing}.")
UNSET: Final = Text(
    "“{unset}” is not set: no source gives it, an administrator must enter it with its reference.",
    "« {unset} » n'est pas renseigné : aucune source n'en donne la valeur, un administrateur doit la saisir avec sa "
    "référence.",
)
SILENT: Final = Text("Does not apply to this request.", "Sans objet pour cette demande.")


def reason_document(reason: Reason, language: str, trace: Trace | None = None) -> dict[str, Any]:
    """One reason with title, sentence and reference; with a trace, every value of law that it rests on."""
    found: dict[str, Any] = {
        "code": reason.code,
        "verdict": reason.verdict,
        "title": reason.rule.title.in_language(language),
        "sentence": sentence(reason, language),
        "used": shown_used(reason.used.items()),
        "reference": {"text": reason.rule.reference.text, "url": reason.rule.reference.url},
        "reading": reason.reading,
    }
    if reason.referred_to is not None:
        found["referred_to"] = reason.referred_to
    if trace is not None:
        found["rests_on"] = [rest.document() for rest in trace.by_rule.get(reason.code, ())]
    return found


def sentence(reason: Reason, language: str) -> str:
    """One plain sentence with the numbers used. Works on fresh reasons and on those read back from the store.

    Most reasons of a night are the same to the letter, so they are remembered.
    """
    rule = reason.rule
    key = (id(rule), reason.verdict, language, _encode(reason.used))
    found = _remembered.get(key)
    # The rule is remembered with its sentence, so that no other one can come to have its id.
    if found is None:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        found = _remembered[key] = (rule, _worded(reason, language))
    return found[1]


_MOST_REMEMBERED: Final = 8_192
_remembered: Final[dict[tuple[int, str, str, bytes], tuple[Rule, str]]] = {}
_encode: Final = msgspec.json.Encoder().encode


def _worded(reason: Reason, language: str) -> str:
    used = reason.used
    missing = used.get("missing")
    if isinstance(missing, list | tuple):
        text, used = LACKING, {"missing": [fact_names.in_words(path, language) for path in missing]}
    elif "unset" in used:
        text, used = UNSET, {"unset": _title(str(used["unset"]), language)}
    else:
        known = reason.rule.sentences
        because = used.get("because")
        found = known.get(f"{reason.verdict}.{because}") or known.get(reason.verdict)
        text = found or (SILENT if reason.verdict == NOT_APPLICABLE else reason.rule.title)
    return _Wording(language).filled(text.in_language(language), used)


def expand(
    compact_reasons: Iterable[Mapping[str, Any]], law: LawInForce, language: str, trace: Trace | None = None
) -> list[dict[str, Any]]:
    """Full reasons from stored ones: title, sentence, reference; rules that were left out do not apply.

    `law` is the law of the decision's day, `trace` what `trace.of` found for it. Raises KeyError for a code that was
    not law on that day.
    """
    by_code = {rule.code: rule for rule in rules.in_force_on(law.day)}
    said = [
        Reason(
            by_code[one["code"]], one["verdict"], dict(one["used"]), None, one.get("referred_to"), one.get("reading")
        )
        for one in compact_reasons
    ]
    codes = {reason.code for reason in said}
    silent = [Reason(rule, NOT_APPLICABLE, {}, None, None, None) for code, rule in by_code.items() if code not in codes]
    return [reason_document(reason, language, trace) for reason in (*said, *silent)]


def _title(path: str, language: str) -> str:
    """What a leaf of the law is called; its path where this release does not ship it."""
    leaf = law_files.shipped_law_book().parameters.get(path)
    if leaf is None:
        return path
    return leaf.french if language.startswith("fr") else leaf.title


@lru_cache(maxsize=1_024)
def _parts_of(text: str) -> tuple[tuple[str, str | None, str], ...]:
    """A text as literals and fields, read once: the same few hundred sentences are written for every case."""
    parts = string.Formatter().parse(text)
    return tuple((literal, name, spec or "") for literal, name, spec, _conversion in parts)


class _Wording:
    """Writes amounts, percentages and days as the language does; values may be Decimals or their stored text."""

    def __init__(self, language: str) -> None:
        self.french = language.startswith("fr")

    def filled(self, text: str, used: Mapping[str, Any]) -> str:
        """The text with its fields written; a field without a value is a question mark."""
        written = []
        for literal, name, spec in _parts_of(text):
            written.append(literal)
            if name is not None:
                written.append(self._field(used.get(name, "?"), spec))
        return "".join(written)

    def _field(self, value: Any, format_spec: str) -> str:
        if value == "?" or value is None:
            return "?"
        if format_spec == "day":
            return self._day(value if isinstance(value, date) else date.fromisoformat(str(value)))
        if format_spec in ("euro", "percent", "times"):
            written = {"euro": self._euro, "percent": self._percent, "times": self._times}[format_spec]
            return written(Decimal(str(value)))
        if isinstance(value, list | tuple):
            return ", ".join(str(item) for item in value)
        return str(value)

    def _grouped(self, value: Decimal) -> str:
        plain = f"{value:,.2f}" if value != value.to_integral_value() else f"{value:,.0f}"
        return plain.translate({ord(","): NARROW_SPACE, ord("."): ","}) if self.french else plain

    def _euro(self, value: Decimal) -> str:
        return f"{self._grouped(value)}{FIXED_SPACE}€" if self.french else f"€{self._grouped(value)}"

    def _percent(self, value: Decimal) -> str:
        shown = format((value * 100).normalize(), "f")
        return f"{shown.replace('.', ',')}{FIXED_SPACE}%" if self.french else f"{shown}%"

    def _times(self, value: Decimal) -> str:
        shown = format(value.normalize(), "f")
        return shown.replace(".", ",") if self.french else shown

    def _day(self, value: date) -> str:
        return f"{value:%d/%m/%Y}" if self.french else f"{value.day} {MONTHS[value.month - 1]} {value.year}"
