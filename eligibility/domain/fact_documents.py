"""Reads Facts from a document that a person or a client wrote (interfaces.md section 2), naming every bad field.

Amounts are text or whole numbers, ratios are text, days are days or ISO text; floats and unknown keys are refused. A
key that is left out or null is a missing fact, which is no mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from capweb.kernel.errors import FieldError, FieldErrors
from capweb.kernel.money import CENT, LARGEST_AMOUNT
from eligibility.domain import fact_parts as known
from eligibility.domain.fact_parts import Facts

ASIDE: Final = frozenset({"expect", "name"})
AMOUNT: Final = re.compile(r"-?[0-9]{1,24}(\.[0-9]+)?\Z")
RATIO: Final = re.compile(r"[01](\.[0-9]{1,8})?\Z")
COUNTRY: Final = re.compile(r"[A-Z]{2}\Z")
CURRENCY: Final = re.compile(r"[A-Z]{3}\Z")
SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2100, 1, 1)
LARGEST_COUNT: Final = 100_000_000
LONGEST_TEXT: Final = 200
MOST_RELEASES: Final = 1_000

Reader = Callable[[object], Any]


class NotAccepted(ValueError):
    """Why one value cannot be taken."""


def from_document(document: Mapping[str, object]) -> Facts:
    """Facts from a plain mapping. `expect` and `name` are left aside.

    Raises FieldErrors naming every field that cannot be taken: wrong kind, unknown key, dates out of order, or a
    combination of trigger and primary guarantee that no product has.
    """
    if not isinstance(document, Mapping):
        raise FieldErrors([FieldError("document", "a case is a mapping of facts", code="kind")])
    reading = _Reading([])
    facts = reading.facts({key: value for key, value in document.items() if key not in ASIDE})
    if facts is None or reading.errors:
        raise FieldErrors(reading.errors)
    check_combination(facts)
    return facts


def check_combination(facts: Facts) -> None:
    """A complement adds to a primary above zero, a substitution stands in for a primary of zero (D-7).

    Raises FieldErrors for any other combination, and for a notice that is later than the day of the grant.
    """
    errors = []
    amount, kind = facts.primary.amount, facts.trigger.kind
    if kind in known.COMPLEMENT_TRIGGERS and amount is not None and amount <= 0:
        told = (
            f"after a {kind} a primary guarantee above zero is left; where none is left, it is a refusal or cessation"
        )
        errors.append(FieldError("primary.amount", told, code="combination"))
    if kind in known.SUBSTITUTION_TRIGGERS and amount is not None and amount != 0:
        told = (
            f"after a {kind} no primary guarantee is left; where one is left, the trigger is reduction or partial_grant"
        )
        errors.append(FieldError("primary.amount", told, code="combination"))
    if facts.trigger.notified_on is not None and facts.trigger.notified_on > facts.day:
        told = f"notified on {facts.trigger.notified_on}, after the day of the grant {facts.day}"
        errors.append(FieldError("trigger.notified_on", told, code="dates_out_of_order"))
    if facts.buyer.assessed_on is not None and facts.buyer.assessed_on > facts.day:
        told = f"assessed on {facts.buyer.assessed_on}, after the day of the grant {facts.day}"
        errors.append(FieldError("buyer.assessed_on", told, code="dates_out_of_order"))
    if facts.buyer.created_on is not None and facts.buyer.created_on > facts.day:
        told = f"created on {facts.buyer.created_on}, after the day of the grant {facts.day}"
        errors.append(FieldError("buyer.created_on", told, code="dates_out_of_order"))
    if errors:
        raise FieldErrors(errors)


def _text(value: object) -> str:
    if isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_TEXT and "\x00" not in value:
        return value.strip()
    raise NotAccepted(f"text of at most {LONGEST_TEXT} characters is expected, not {value!r}")


def _matching(pattern: re.Pattern[str], what: str) -> Reader:
    def read(value: object) -> str:
        if isinstance(value, str) and pattern.match(value):
            return value
        raise NotAccepted(f"{what} is expected, not {value!r}")

    return read


def _one_of(*accepted: str) -> Reader:
    def read(value: object) -> str:
        if isinstance(value, str) and value in accepted:
            return value
        raise NotAccepted(f"one of {', '.join(accepted)} is expected, not {value!r}")

    return read


def _grade(value: object) -> str:
    """A grade may be written 7 or "7": it is a word of the insurer's scale, not a quantity."""
    return _text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise NotAccepted(f"true or false is expected, not {value!r}")


def _day(value: object) -> date:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise NotAccepted(f"a day of the calendar (YYYY-MM-DD) is expected, not {value!r}") from None
    if isinstance(value, date) and FIRST_DAY <= value < LAST_DAY:
        return value
    raise NotAccepted(f"a day from {FIRST_DAY} to before {LAST_DAY} is expected, not {value!r}")


def _signed_amount(value: object) -> Decimal:
    if isinstance(value, float):
        raise NotAccepted(f'an amount is never a float: write "{value}" in quotes')
    if isinstance(value, bool) or not isinstance(value, int | str) or not AMOUNT.match(str(value)):
        raise NotAccepted(f"an amount in euro, as text or a whole number, is expected, not {value!r}")
    exact = Decimal(str(value))
    if abs(exact) > LARGEST_AMOUNT:
        raise NotAccepted(f"{value} is larger than any amount the books can hold")
    amount = exact.quantize(CENT)
    if amount != exact:
        raise NotAccepted(f"{value} is finer than a cent")
    return amount


def _amount(value: object) -> Decimal:
    amount = _signed_amount(value)
    if amount < 0:
        raise NotAccepted(f"an amount is not negative, as {value} is")
    return abs(amount)


def _ratio(value: object) -> Decimal:
    if isinstance(value, str) and RATIO.match(value) and (ratio := Decimal(value)) <= 1:
        return ratio
    raise NotAccepted(f'a ratio from 0 to 1 in quotes, such as "0.90", is expected, not {value!r}')


def _ratio_above_zero(value: object) -> Decimal:
    ratio = _ratio(value)
    if not ratio:
        raise NotAccepted("an insured ratio of zero insures nothing")
    return ratio


def _count(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_COUNT:
        return value
    raise NotAccepted(f"a whole number from 0 to {LARGEST_COUNT} is expected, not {value!r}")


def _frees(value: object) -> tuple[tuple[date, Decimal], ...]:
    """What the ceilings get back on later days: a list of {on: day, amount: amount}, read in the order of days."""
    wanted = {"on", "amount"}
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MOST_RELEASES:
        raise NotAccepted(f"a list of at most {MOST_RELEASES} releases {{on, amount}} is expected")
    if any(not isinstance(one, Mapping) or set(one) != wanted for one in value):
        raise NotAccepted("each release has exactly `on` (a day) and `amount`")
    return tuple(sorted((_day(one["on"]), _amount(one["amount"])) for one in value))


_country = _matching(COUNTRY, "an ISO 3166 code of two capital letters")
_currency = _matching(CURRENCY, "an ISO 4217 code of three capital letters")
_slug = _matching(SLUG, "the insurer's short name in small letters, such as euler-hermes,")

PARTS: Final[dict[str, tuple[type[known.Fact], dict[str, Reader]]]] = {
    "trigger": (
        known.Trigger,
        {"kind": _one_of(*known.TRIGGERS), "notified_on": _day, "effective_on": _day},
    ),
    "policyholder": (known.Policyholder, {"country": _country, "turnover": _amount, "factor": _flag}),
    "policy": (
        known.Policy,
        {
            "insured_ratio": _ratio_above_zero,
            "limits_set_by": _one_of(*known.LIMIT_SETTERS),
            "disbursed_this_year": _amount,
            "currency": _currency,
        },
    ),
    "buyer": (
        known.Buyer,
        {
            "country": _country,
            "created_on": _day,
            "turnover": _amount,
            "balance_sheet": _amount,
            "headcount": _count,
            "grade": _grade,
            "default_probability": _ratio,
            "assessed_on": _day,
            "insolvent": _flag,
            "construction_subcontract": _flag,
        },
    ),
    "primary": (known.Primary, {"amount_before": _amount, "amount": _amount}),
    "sale": (known.Sale, {"payment_days": _count, "french_share": _ratio, "currency": _currency}),
    "others_in_force": (
        known.OthersInForce,
        {
            "same_policyholder": _amount,
            "other_policyholders": _amount,
            "other_insurers": _amount,
            "same_policy": _amount,
        },
    ),
    "capacity": (known.Capacity, {"free": _signed_amount, "frees": _frees}),
}
EXCEPTION: Final[dict[str, Reader]] = {
    "kind": _one_of(*known.EXCEPTION_KINDS),
    "granted_on": _day,
    "end_day": _day,
    "amount": _amount,
    "reference": _text,
    "evidence": _text,
}
HEAD: Final[dict[str, Reader]] = {
    "day": _day,
    "insurer": _slug,
    "market": _one_of(*known.MARKETS),
    "requested_total": _amount,
}


class _Reading:
    """Reads one document; goes on after a mistake, so that one answer names them all."""

    def __init__(self, errors: list[FieldError]) -> None:
        self.errors = errors

    def facts(self, document: Mapping[str, object]) -> Facts | None:
        rest = {
            key: value for key, value in document.items() if key not in PARTS and key not in {"exceptions", "readings"}
        }
        found = self._fields(rest, HEAD, at="")
        for part, (kind, readers) in PARTS.items():
            value = document.get(part)
            if value is not None and (fields := self._mapping(value, part)) is not None:
                read = self._fields(fields, readers, at=f"{part}.")
                if part != "trigger" or "kind" in read:
                    found[part] = kind(**read)
                else:
                    self._refuse("trigger.kind", "the trigger has no kind", code="required")
        found["exceptions"] = self._exceptions(document.get("exceptions"))
        found["readings"] = self._readings(document.get("readings"))
        for key in ("day", "insurer", "market", "trigger"):
            if key not in found and not any(error.field.split(".")[0] == key for error in self.errors):
                self._refuse(key, f"without `{key}` a case cannot be judged", code="required")
        return Facts(**found) if not self.errors else None

    def _fields(self, values: Mapping[str, object], readers: Mapping[str, Reader], *, at: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in values.items():
            reader = readers.get(key)
            if reader is None:
                self._refuse(f"{at}{key}", f"unknown key; known here are {', '.join(readers)}", code="unknown_key")
            elif value is not None:
                try:
                    found[key] = reader(value)
                except NotAccepted as why:
                    self._refuse(f"{at}{key}", str(why), code="value")
        return found

    def _exceptions(self, value: object) -> tuple[known.RecordedException, ...]:
        if value is None:
            return ()
        if not isinstance(value, Sequence) or isinstance(value, str):
            self._refuse("exceptions", "a list of recorded exceptions is expected", code="kind")
            return ()
        found = []
        for index, item in enumerate(value):
            at = f"exceptions.{index}"
            fields = self._mapping(item, at)
            if fields is None:
                continue
            read = self._fields(fields, EXCEPTION, at=f"{at}.")
            if "kind" in read and "granted_on" in read:
                found.append(known.RecordedException(**read))
            else:
                self._refuse(at, "an exception has at least `kind` and `granted_on`", code="required")
            if read.get("end_day", LAST_DAY) <= read.get("granted_on", FIRST_DAY):
                self._refuse(f"{at}.end_day", "it ends before it begins", code="dates_out_of_order")
            if read.get("kind") == "above_parity" and "amount" not in read:
                self._refuse(f"{at}.amount", "an above-parity exception has an amount", code="required")
        return tuple(found)

    def _readings(self, value: object) -> dict[str, str]:
        if value is None:
            return {}
        fields = self._mapping(value, "readings") or {}
        return self._fields(fields, dict.fromkeys(fields, _text), at="readings.")

    def _mapping(self, value: object, at: str) -> Mapping[str, object] | None:
        if isinstance(value, Mapping):
            return value
        self._refuse(at, f"a mapping is expected, not {value!r}", code="kind")
        return None

    def _refuse(self, field: str, message: str, *, code: str) -> None:
        self.errors.append(FieldError(field, message, code=code))
