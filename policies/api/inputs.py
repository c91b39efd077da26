"""What the API takes besides requests: rows of the insurer's own feeds, every bad row named by its place.

Amounts are text or whole numbers in euro, ratios text, days ISO. Whether policy and buyer are known is the command's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from inspect import cleandoc
from typing import Annotated, Any, Final, TypeVar

import msgspec
from django.utils.translation import gettext as _

from capweb.kernel.errors import FieldError, FieldErrors
from policies.commands.change_buyer_limits import LimitNotice, RatingNotice
from policies.commands.record_buyer_activities import ActivityNotice

LARGEST_AMOUNT: Final = Decimal("1E15")
Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
Grade = Annotated[str, msgspec.Meta(max_length=10)]


class GivenLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One decision of the insurer on its own limit."""

    source_reference: Reference
    policy_number: Identifier
    buyer_identifier: Identifier
    decision: str
    notified_on: date
    effective_on: date
    amount_before: Decimal
    amount: Decimal
    buyer_country: Country = "FR"
    requested_amount: Decimal | None = None
    exceptional_case: Annotated[str, msgspec.Meta(max_length=20)] = ""
    exceptional_reason: Annotated[str, msgspec.Meta(max_length=500)] = ""
    is_opening_state: bool = False

    def __post_init__(self) -> None:
        must_print(self.source_reference, self.policy_number, self.buyer_identifier)
        for amount in (self.amount_before, self.amount, self.requested_amount):
            if amount is not None:
                must_be_amount(amount)

    def notice(self) -> LimitNotice:
        return LimitNotice(**msgspec.structs.asdict(self))


class GivenRating(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One assessment of a buyer."""

    source_reference: Reference
    buyer_identifier: Identifier
    effective_on: date
    buyer_country: Country = "FR"
    grade: Grade = ""
    default_probability: Decimal | None = None
    is_insolvent: bool = False

    def __post_init__(self) -> None:
        must_print(self.source_reference, self.buyer_identifier, self.grade)
        ratio = self.default_probability
        if ratio is not None and not (ratio.is_finite() and 0 <= ratio <= 1 and _decimals(ratio) <= 8):
            raise ValueError(f"default_probability: {ratio} is no ratio of 0 to 1 with at most eight decimals")

    def notice(self) -> RatingNotice:
        return RatingNotice(**msgspec.structs.asdict(self))


class GivenActivity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a buyer does from a day on: a code of the NAF or the NACE, as 49.41A."""

    source_reference: Reference
    buyer_identifier: Identifier
    code: Annotated[str, msgspec.Meta(min_length=2, max_length=6)]
    effective_on: date
    buyer_country: Country = "FR"

    def __post_init__(self) -> None:
        must_print(self.source_reference, self.buyer_identifier, self.code)

    def notice(self) -> ActivityNotice:
        return ActivityNotice(**msgspec.structs.asdict(self))


Given = TypeVar("Given", bound=msgspec.Struct)


def rows_of(given: Sequence[object], kind: type[Given]) -> list[Given]:
    """The rows, all of them good. Raises FieldErrors with the place (from 1) of every row that cannot be taken."""
    rows: list[Given] = []
    errors: list[FieldError] = []
    for line, element in enumerate(given, 1):
        try:
            rows.append(msgspec.convert(element, kind))
        except msgspec.ValidationError as error:
            errors.append(told(str(error), line))
    if errors:
        raise FieldErrors(errors)
    return rows


def told_by(message: str) -> tuple[str, str]:
    """Field and reason of what the reader said: it names a place (`… - at `$.amount``) or, for a check of our own,
    begins with the field.
    """
    what, _at, place = message.partition(" - at `$")
    field = place.strip("`.").split("[")[0]
    if not field:
        name, colon, rest = what.partition(": ")
        if colon and name.isidentifier():
            field, what = name, rest
        elif " field `" in what:
            field = what.split("`")[1]
    return field or "row", what


def told(message: str, line: int | None = None) -> FieldError:
    """What the reader said, as the error of a field."""
    field, what = told_by(message)
    return FieldError(field, _("This cannot be taken: %(why)s.") % {"why": what}, line=line)


def must_be_amount(amount: Decimal, *, field: str = "amount") -> None:
    """Raises ValueError, with the field before it, for what is no amount to the cent, zero or more."""
    if not (amount.is_finite() and 0 <= amount < LARGEST_AMOUNT and _decimals(amount) <= 2):
        raise ValueError(f"{field}: {amount} is no amount in euro, zero or more, to the cent")


def must_print(*texts: str) -> None:
    """Raises ValueError for texts with characters that cannot be printed."""
    for text in texts:
        if not text.isprintable():
            raise ValueError("row: a text holds characters that cannot be printed")


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def schema_of(kind: type[Any], *, required: Sequence[str] | None = None) -> dict[str, Any]:
    """The JSON schema of one element, for the API's description."""
    _refs, components = msgspec.json.schema_components([kind])
    schema: dict[str, Any] = {"additionalProperties": False, **components[kind.__name__]}
    # The name and the layout of our own class say nothing to a client.
    schema.pop("title", None)
    schema["description"] = cleandoc(str(schema.get("description", "")))
    if required is not None:
        schema["required"] = list(required)
    return schema


def array_of(kind: type[Any], *, largest: int, required: Sequence[str] | None = None) -> dict[str, Any]:
    """The JSON schema of a list of them."""
    return {"type": "array", "minItems": 1, "maxItems": largest, "items": schema_of(kind, required=required)}


def ids_schema(name: str, *, largest: int) -> dict[str, Any]:
    """The JSON schema of an object with one list of public ids."""
    ids = {"type": "array", "minItems": 1, "maxItems": largest, "items": {"type": "string"}}
    return {"type": "object", "required": [name], "properties": {name: ids}, "additionalProperties": False}


NOTHING: Final = {"type": "object", "additionalProperties": False}
