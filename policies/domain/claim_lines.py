"""What of an invoice is lost, in euro and before tax, and which cover bears it?

D-31: the day of delivery decides which term covers; what was invoiced after cover had ended counts only within the
policy's invoicing delay. D-46: the loss is taken before tax. D-44: a foreign invoice counts at the rate of its day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from capweb.kernel.money import EURO, ZERO, to_cent_half_up

LossOrder = Literal["primary_first", "pro_rata"]
LapseCover = Literal["delivered_before_end", "delivered_and_invoiced_before_end"]
# Why a line has no cover; "" where it has.
Outside = Literal[
    "",
    "before_first_day",
    "after_end",
    "no_cover",
    "invoiced_too_late",
    "invoicing_delay_unset",
    "payment_days_too_long",
    "declared_late",
]
# The bank of issue publishes no rate on some days; at Christmas and Easter five in a row have none. The last one
# before stands, and one that is older than a week is no rate of the day.
RATE_STANDS_FOR: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many units of a currency one euro was worth on a day, as its source tells."""

    day: date
    units_per_euro: Decimal


def rate_on(rates: Sequence[Rate], day: date) -> Rate | None:
    """The rate of a day: the latest published on it or in the week before; None where there is none.

    >>> rate_on([Rate(date(2020, 7, 3), Decimal("1.1224"))], date(2020, 7, 5)).units_per_euro
    Decimal('1.1224')
    """
    usable = [rate for rate in rates if timedelta(0) <= day - rate.day <= RATE_STANDS_FOR]
    return max(usable, key=lambda rate: rate.day, default=None)


def in_euro(amount: Decimal, currency: str, rate: Rate | None) -> Decimal | None:
    """An amount in euro, half up to the cent; None where its currency has no rate.

    >>> in_euro(Decimal("11224.00"), "USD", Rate(date(2020, 7, 3), Decimal("1.1224")))
    Decimal('10000.00')
    """
    if currency == EURO:
        return amount
    return None if rate is None else to_cent_half_up(amount / rate.units_per_euro)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """An unpaid invoice in its own currency; `paid` is what the buyer has paid on it, tax included."""

    number: str
    delivered_on: date
    invoiced_on: date
    due_on: date
    amount: Decimal
    vat: Decimal = ZERO
    currency: str = EURO
    paid: Decimal = ZERO

    def __post_init__(self) -> None:
        if self.amount <= 0 or self.vat < 0 or not 0 <= self.paid <= self.amount + self.vat:
            raise ValueError(f"invoice {self.number}: an amount above nothing, tax and payments within it")
        if not self.delivered_on <= self.due_on or not self.invoiced_on <= self.due_on:
            raise ValueError(f"invoice {self.number}: it falls due after delivery and invoice")

    @property
    def unpaid_before_tax(self) -> Decimal:
        """What is unpaid, before tax: a payment settles price and tax in their proportion.

        >>> day = date(2020, 7, 1)
        >>> line = InvoiceLine(number="F1", delivered_on=day, invoiced_on=day, due_on=day, amount=Decimal("100.00"),
        ...                    vat=Decimal("20.00"), paid=Decimal("60.00"))
        >>> line.unpaid_before_tax
        Decimal('50.00')
        """
        whole = self.amount + self.vat
        return to_cent_half_up(self.amount * (whole - self.paid) / whole)


@dataclass(frozen=True, slots=True)
class PrimaryStep:
    """The insurer's own limit from a day on, until the next step."""

    from_day: date
    limit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """One term of a guarantee, as a loss meets it: half-open days, its limit, shares, the treaty's order of loss.

    `cuts` are the days from which the limit was lower (D-27). `year_key` names the policy year whose disbursement limit
    holds for it (D-17), "" where none does.
    """

    term_id: int
    first: date
    end: date
    limit: Decimal
    insured_ratio: Decimal
    ceded_ratio: Decimal
    loss_order: LossOrder = "primary_first"
    cuts: tuple[tuple[date, Decimal], ...] = ()
    year_key: str = ""

    def as_of(self, day: date) -> TopUp:
        """The same with the limit of a day."""
        lower = [limit for cut_on, limit in self.cuts if cut_on <= day]
        return replace(self, limit=min(lower)) if lower else self


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRules:
    """What the policy says on a day of delivery; a delay that it does not tell is None, never guessed (D-35)."""

    insured_ratio: Decimal
    longest_payment_days: int
    invoicing_delay_days: int | None
    lapse_cover: LapseCover = "delivered_before_end"


@dataclass(frozen=True, slots=True)
class Attachment:
    """The cover of one line: the primary limit and the top-up of its day of delivery, and why there is none."""

    primary_limit: Decimal
    top_up: TopUp | None
    outside: Outside = ""


def attached(
    line: InvoiceLine, *, top_ups: Sequence[TopUp], primary: Sequence[PrimaryStep], rules: PolicyRules
) -> Attachment:
    """Which cover the line falls under, by its day of delivery (D-31). Top-ups of one policy and buyer never overlap.

    A line before the first day of a top-up is never under it; where the primary covers it, it is the primary's alone.
    """
    steps = [step for step in primary if step.from_day <= line.delivered_on]
    limit = max(steps, key=lambda step: step.from_day).limit if steps else ZERO
    if (line.due_on - line.invoiced_on).days > rules.longest_payment_days:
        return Attachment(ZERO, None, "payment_days_too_long")
    top_up = next((one for one in top_ups if one.first <= line.delivered_on < one.end), None)
    if top_up is None:
        return Attachment(limit, None, "" if limit else _why_none(line, top_ups))
    late = _invoiced_late(line, end=_end_of_run(top_up, top_ups), rules=rules)
    if late:
        return Attachment(limit, None, "" if limit else late)
    return Attachment(limit, top_up.as_of(line.delivered_on))


def _why_none(line: InvoiceLine, top_ups: Sequence[TopUp]) -> Outside:
    if not top_ups:
        return "no_cover"
    return "before_first_day" if line.delivered_on < min(one.first for one in top_ups) else "after_end"


def _end_of_run(top_up: TopUp, top_ups: Sequence[TopUp]) -> date:
    """Where cover ended: a term that another follows without a gap has not lapsed."""
    follower: Mapping[date, date] = {one.first: one.end for one in top_ups}
    end = top_up.end
    while end in follower:
        end = follower[end]
    return end


def _invoiced_late(line: InvoiceLine, *, end: date, rules: PolicyRules) -> Outside:
    if line.invoiced_on < end:
        return ""
    if rules.lapse_cover == "delivered_and_invoiced_before_end":
        return "invoiced_too_late"
    if rules.invoicing_delay_days is None:
        return "invoicing_delay_unset"
    within = line.invoiced_on <= line.delivered_on + timedelta(days=rules.invoicing_delay_days)
    return "" if within else "invoiced_too_late"
