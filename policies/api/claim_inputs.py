"""What the API takes of claims: an overdue with its invoices, each act on one. Amounts are text or integers."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec

from capweb.kernel.errors import FieldError, FieldErrors
from policies.api import inputs
from policies.api.inputs import Country, Identifier, Reference, must_be_amount, must_print
from policies.commands.declare_overdues import GivenInvoice, OverdueDeclaration
from policies.commands.fix_losses import LossFixing
from policies.commands.name_beneficiaries import Delegation
from policies.commands.pursue_claims import BuyerPayment, ClaimEnding, CollectionAct, Extension
from policies.commands.record_exchange_rates import GivenRate
from policies.commands.record_recoveries import GivenRecovery
from policies.commands.settle_claims import Settlement

MOST_INVOICES: Final = 2_000
_INVOICE: Final = re.compile(r"invoices\[(?P<place>[0-9]+)\]\.?(?P<field>[a-z_]*)")
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class _Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str):
                must_print(value)
            elif isinstance(value, Decimal) and name != "units_per_euro":
                must_be_amount(value)


class GivenOverdueInvoice(_Given, frozen=True, kw_only=True):
    """An unpaid invoice; `amount` is before tax, `paid` with tax, all in `currency`."""

    number: Number
    delivered_on: date
    invoiced_on: date
    due_on: date
    amount: Decimal
    vat: Decimal = Decimal("0.00")
    currency: Currency = "EUR"
    paid: Decimal = Decimal("0.00")
    paid_on: date | None = None

    def invoice(self) -> GivenInvoice:
        return GivenInvoice(**msgspec.structs.asdict(self))


class GivenOverdue(_Given, frozen=True, kw_only=True):
    """The overdue of one buyer, named by any of its guarantees."""

    source_reference: Reference
    guarantee: Identifier
    invoices: Annotated[list[GivenOverdueInvoice], msgspec.Meta(min_length=1, max_length=MOST_INVOICES)]
    cause: Literal["", "insolvency", "protracted_default", "political_event"] = ""
    caused_on: date | None = None

    def declaration(self) -> OverdueDeclaration:
        return OverdueDeclaration(
            source_reference=self.source_reference,
            guarantee=self.guarantee,
            invoices=tuple(one.invoice() for one in self.invoices),
            cause=self.cause,
            caused_on=self.caused_on,
        )


class GivenExtension(_Given, frozen=True, kw_only=True):
    """A later due day that was agreed for an invoice."""

    source_reference: Reference
    invoice: Number
    due_on: date
    agreed_on: date
    reason: Reason

    def act(self, claim: str) -> Extension:
        return Extension(claim=claim, **msgspec.structs.asdict(self))


class GivenPayment(_Given, frozen=True, kw_only=True):
    """What the buyer paid on an invoice before the loss was fixed, tax included, in its currency."""

    source_reference: Reference
    invoice: Number
    received_on: date
    amount: Decimal

    def act(self, claim: str) -> BuyerPayment:
        return BuyerPayment(claim=claim, **msgspec.structs.asdict(self))


class GivenStep(_Given, frozen=True, kw_only=True):
    """A step of collection and its costs in euro."""

    source_reference: Reference
    kind: Literal["amicable", "judicial"]
    done_on: date
    description: Reason
    costs: Decimal = Decimal("0.00")

    def act(self, claim: str) -> CollectionAct:
        return CollectionAct(claim=claim, **msgspec.structs.asdict(self))


class GivenLoss(_Given, frozen=True, kw_only=True):
    """Why the loss is constituted; `late_lines` and its reason where invoices were declared too late."""

    cause: Literal["insolvency", "protracted_default", "political_event"]
    caused_on: date | None = None
    late_lines: Literal["", "excused", "left_out"] = ""
    late_reason: Annotated[str, msgspec.Meta(max_length=300)] = ""

    def act(self, claim: str) -> LossFixing:
        return LossFixing(claim=claim, **msgspec.structs.asdict(self))


class GivenSettlement(_Given, frozen=True, kw_only=True):
    """The day of the payment."""

    paid_on: date

    def act(self, claim: str) -> Settlement:
        return Settlement(claim=claim, paid_on=self.paid_on)


class GivenRecoveryOfClaim(_Given, frozen=True, kw_only=True):
    """What came back and what it cost to get, in one currency."""

    source_reference: Reference
    received_on: date
    amount: Decimal
    costs: Decimal = Decimal("0.00")
    currency: Currency = "EUR"

    def act(self, claim: str) -> GivenRecovery:
        return GivenRecovery(claim=claim, **msgspec.structs.asdict(self))


class GivenEnding(_Given, frozen=True, kw_only=True):
    """`close` where nothing more is expected, `withdraw` where the buyer paid or it was a mistake; and why."""

    act_: Literal["close", "withdraw"] = msgspec.field(name="act")
    reason: Reason

    def act(self, claim: str) -> ClaimEnding:
        return ClaimEnding(claim=claim, act=self.act_, reason=self.reason)


class GivenExchangeRate(_Given, frozen=True, kw_only=True):
    """Units of a currency for one euro on a day, as its source published them."""

    currency: Currency
    day: date
    units_per_euro: Decimal
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

    def __post_init__(self) -> None:
        super().__post_init__()
        units = self.units_per_euro
        if not (units.is_finite() and 0 < units < 10**8 and units == round(units, 6)):
            raise ValueError(f"units_per_euro: {units} is no rate above nothing with at most six decimals")

    def rate(self) -> GivenRate:
        return GivenRate(**msgspec.structs.asdict(self))


class GivenBeneficiary(_Given, frozen=True, kw_only=True):
    """A delegation of indemnities to a bank or factor, for one buyer or all of them; half-open days."""

    source_reference: Reference
    policy_number: Identifier
    kind: Literal["bank", "factor"]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    first_day: date
    end_day: date | None = None
    account: Annotated[str, msgspec.Meta(max_length=34)] = ""
    buyer_country: Country = "FR"
    buyer_identifier: Annotated[str, msgspec.Meta(max_length=40)] = ""

    def delegation(self) -> Delegation:
        return Delegation(**msgspec.structs.asdict(self))


Kind = TypeVar("Kind", bound=_Given)


def one_of(given: object, kind: type[Kind]) -> Kind:
    """The body as what it is meant to be. Raises FieldErrors naming the field."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise FieldErrors([_told(str(error))]) from error


def _told(message: str) -> FieldError:
    """The field; of an invoice, with its place from 1: `… - at `$.invoices[2].amount`` is the third one's."""
    what, _at, place = message.partition(" - at `$.")
    inside = _INVOICE.match(place)
    if inside is None:
        return inputs.told(message)
    deeper = f" - at `$.{inside['field']}`" if inside["field"] else ""
    found = inputs.told(what + deeper)
    field = "invoices" if found.field == "row" else f"invoices.{found.field}"
    return FieldError(field, found.message, code=found.code, line=int(inside["place"]) + 1)


def overdue_schema() -> dict[str, Any]:
    """The JSON schema of an overdue; its invoices written out."""
    schema = inputs.schema_of(GivenOverdue)
    schema["properties"]["invoices"] = inputs.array_of(GivenOverdueInvoice, largest=MOST_INVOICES)
    return schema
