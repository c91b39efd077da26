"""The parts of an endorsement's snapshot: who, on whom, why, how much, from when to when, at what price.

Plain frozen values, one per heading of the printed document. A part puts its amounts to the cent, its ratios to their
shortest form and its instants to UTC, so that two equal snapshots always have the same bytes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import force_setattr

from capweb.kernel.errors import DomainError
from capweb.kernel.identifiers import is_siren
from capweb.kernel.money import CENT

Form = Literal["endorsement", "cap_policy"]
Product = Literal["cap", "cap_plus", "cap_francexport", "cap_francexport_plus"]
TriggerKind = Literal["reduction", "partial_grant", "refusal", "cessation"]
Binding = Literal["need", "primary_multiple", "parity", "category_maximum", "capacity", "exception"]
PremiumPeriod = Literal["quarter", "year", "term"]
LossOrder = Literal["primary_first", "pro_rata"]
Manner = Literal["online", "api", "standing", "paper"]


class InconsistentEndorsement(DomainError):
    """A snapshot whose facts cannot stand on one document; the message names the fact."""

    code = "inconsistent_endorsement"
    status = 422


def insist(is_right: bool, message: str, **facts: object) -> None:
    """Raise InconsistentEndorsement with the message unless the condition holds."""
    if not is_right:
        raise InconsistentEndorsement(message, **facts)


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every part shares: frozen, and read back with no field too many."""


class MeasuredPart(Part, frozen=True):
    """A part with amounts, ratios or instants, and their one written form.

    Parts of words and days alone are no such part: nothing is called for each of a night's millions of them.
    """

    money_fields: ClassVar[tuple[str, ...]] = ()
    ratio_fields: ClassVar[tuple[str, ...]] = ()
    instant_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for name in self.money_fields:
            value = getattr(self, name)
            if value is not None:
                force_setattr(self, name, _amount(name, value))
        for name in self.ratio_fields:
            value = getattr(self, name)
            if value is not None:
                force_setattr(self, name, _ratio(name, value))
        for name in self.instant_fields:
            value = getattr(self, name)
            if value is not None:
                force_setattr(self, name, _instant(name, value))


# What is wrong is put into words only where something is: these run for each of a night's millions of amounts.
def _amount(name: str, value: Decimal) -> Decimal:
    if not value.is_finite() or value < 0:
        insist(False, f"{name} is not an amount: {value}", field=name)
    cents = value.quantize(CENT)
    if cents != value:
        insist(False, f"{name} is finer than a cent: {value}", field=name)
    return cents


def _ratio(name: str, value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value <= 1:
        insist(False, f"{name} is not a ratio between 0 and 1: {value}", field=name)
    return _shortest(value)


@lru_cache(maxsize=1_024)
def _shortest(ratio: Decimal) -> Decimal:
    shortest = ratio.normalize()
    return shortest if shortest.as_tuple().exponent < -2 else ratio.quantize(CENT)  # type: ignore[operator]


def _instant(name: str, value: datetime) -> datetime:
    if value.tzinfo is None:
        insist(False, f"{name} has no time zone: {value}", field=name)
    return value.astimezone(UTC)


class Address(Part, frozen=True, kw_only=True):
    """Lines as on an envelope, then postal code, town and ISO country."""

    lines: tuple[str, ...]
    postal_code: str
    town: str
    country: str = "FR"


class Company(Part, frozen=True, kw_only=True):
    """A French company that is a party: its SIREN must be right."""

    name: str
    siren: str
    address: Address

    def __post_init__(self) -> None:
        insist(bool(self.name.strip()), "a party has a name")
        insist(is_siren(self.siren), f"{self.siren!r} is not a SIREN", field="siren")


class Broker(Part, frozen=True, kw_only=True):
    """The broker named on the document, with its number in the register of intermediaries where it is known."""

    name: str
    siren: str | None = None
    orias: str | None = None


class LegalText(Part, frozen=True, kw_only=True):
    """One text that the decision used, in the version in force from a day."""

    text: str
    in_force_from: date


class Scheme(Part, frozen=True, kw_only=True):
    """The rules as they stood: fingerprint of the law, the texts used, and the last day a grant may be given."""

    law: str
    texts: tuple[LegalText, ...]
    last_grant_day: date | None = None


class Buyer(Part, frozen=True, kw_only=True):
    """The company that owes; `identifier_type` says what the identifier is ("SIREN", "VAT", or a local register)."""

    name: str
    country: str
    identifier_type: str
    identifier: str


class Rating(Part, frozen=True, kw_only=True):
    """The insurer's grade of the buyer, on its own scale, on a day."""

    scale: str
    grade: str
    rated_on: date


class DefaultProbability(MeasuredPart, frozen=True, kw_only=True):
    """One-year default probability as the insurer assessed it on a day (decree 2020-397, article 4)."""

    ratio_fields = ("value",)
    value: Decimal
    assessed_on: date


class Trigger(MeasuredPart, frozen=True, kw_only=True):
    """What opened the scheme: the insurer's decision on the primary guarantee, notified on a day."""

    money_fields = ("primary_before", "primary_after")
    kind: TriggerKind
    notified_on: date
    effective_on: date
    primary_before: Decimal
    primary_after: Decimal


class Amounts(MeasuredPart, frozen=True, kw_only=True):
    """Asked, needed, highest possible and granted, in one currency; `binding` names what held the grant down."""

    money_fields = ("requested_total", "need", "maximum", "granted", "previous")
    currency: str = "EUR"
    requested_total: Decimal
    need: Decimal
    maximum: Decimal | None
    granted: Decimal
    binding: Binding
    previous: Decimal | None = None


class Cover(MeasuredPart, frozen=True, kw_only=True):
    """How much of a loss is paid: insured ratio on losses before tax, disbursement limit, order, notice."""

    money_fields = ("disbursement_limit",)
    ratio_fields = ("insured_ratio",)
    insured_ratio: Decimal
    before_tax: bool = True
    disbursement_limit: Decimal | None = None
    loss_order: LossOrder | None = None
    notice_days: int | None = None


class CoverTerm(Part, frozen=True, kw_only=True):
    """Half-open days [first, end); `cover_end` is earlier than `end` where cover was cut short."""

    first: date
    end: date
    number: int = 1
    cover_end: date | None = None

    def __post_init__(self) -> None:
        if not self.first < self.end:
            insist(False, f"a term has at least one day: [{self.first}, {self.end})")
        shortened = self.cover_end
        insist(shortened is None or self.first <= shortened <= self.end, f"cover ends inside its term, not {shortened}")


class Premium(MeasuredPart, frozen=True, kw_only=True):
    """Rate, base and amount before tax; tax unset prints as "in addition, as the law in force says"."""

    money_fields = ("base", "amount", "credit", "tax_amount")
    ratio_fields = ("rate", "tax_rate")
    rate: Decimal
    base: Decimal
    period: PremiumPeriod
    amount: Decimal
    due_on: date | None = None
    is_illustrative: bool = False
    tariff: str | None = None
    zone: str | None = None
    credit_period_days: int | None = None
    credit: Decimal | None = None
    tax_rate: Decimal | None = None
    tax_amount: Decimal | None = None


class Reinsurance(Part, frozen=True, kw_only=True):
    """What the policyholder may read: who reinsures, and under which category of treaty."""

    reinsurer: Literal["ccr", "bpifrance"]
    treaty_category: str


class TreatyShares(MeasuredPart, frozen=True, kw_only=True, tag_field="kind", tag="open"):
    """What stays inside the insurer: its treaty and shares. A random `salt` keeps their digest from being guessed."""

    money_fields = ("kept_amount", "ceded_amount")
    ratio_fields = ("kept_ratio", "ceded_ratio")
    treaty: str
    kept_ratio: Decimal
    ceded_ratio: Decimal
    kept_amount: Decimal
    ceded_amount: Decimal
    salt: str

    def __post_init__(self) -> None:
        super().__post_init__()
        insist(self.kept_ratio + self.ceded_ratio == 1, "kept and ceded ratios make the whole")
        insist(len(self.salt) >= 32, "the salt has at least 32 characters")


class SealedTreatyShares(Part, frozen=True, kw_only=True, tag_field="kind", tag="sealed"):
    """The digest of the treaty shares, in their place in the copy that leaves the insurer."""

    digest: str


class ExportSale(MeasuredPart, frozen=True, kw_only=True):
    """The sale abroad as declared, and the ground on which the market fails (code des assurances, R. 442-8-9)."""

    ratio_fields = ("french_share",)
    french_share: Decimal
    french_share_evidence: str
    payment_days: int
    country: str
    zone: str | None
    market_failure_ground: str
    currency: str = "EUR"


class Reason(Part, frozen=True, kw_only=True):
    """One reason of the decision: a sentence for the policyholder, the article it rests on and where that is read."""

    sentence: str
    article: str
    url: str = ""


class RecordedException(MeasuredPart, frozen=True, kw_only=True):
    """A written exception without which the grant would not stand (ministry, reinsurer)."""

    money_fields = ("amount",)
    kind: Literal["large_policyholder", "above_parity"]
    reference: str
    granted_on: date
    amount: Decimal | None = None


class Acceptance(MeasuredPart, frozen=True, kw_only=True):
    """Who accepted the offer, how and when."""

    instant_fields = ("accepted_at",)
    manner: Manner
    accepted_by: str
    role: str | None
    accepted_at: datetime
    offer: str | None = None
    standing_since: date | None = None


class Signatory(Part, frozen=True, kw_only=True):
    """The person who signs for the insurer."""

    name: str
    title: str
