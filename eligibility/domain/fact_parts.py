"""What is known about one request, frozen: the input of judging, and nothing that the law says.

Amounts are Decimal in euro, ratios Decimal in 0..1. A fact that is not known is None; judging never guesses it.
`eligibility.domain.fact_documents` reads Facts from a document that a person or a client wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

MARKETS: Final = ("domestic", "export")
COMPLEMENT_TRIGGERS: Final = ("reduction", "partial_grant")
SUBSTITUTION_TRIGGERS: Final = ("refusal", "cessation")
TRIGGERS: Final = COMPLEMENT_TRIGGERS + SUBSTITUTION_TRIGGERS
LIMIT_SETTERS: Final = ("insurer", "policyholder")
EXCEPTION_KINDS: Final = ("large_policyholder", "above_parity")

NOTHING: Final = Decimal("0.00")


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Base of all parts of Facts: frozen, compared by value, quick to build and to write."""


class Trigger(Fact, frozen=True, kw_only=True):
    """Why a top-up is asked for: what the insurer notified about its own limit. `effective_on` None: the day."""

    kind: str
    notified_on: date | None = None
    effective_on: date | None = None


class Policyholder(Fact, frozen=True, kw_only=True):
    """The supplier who is insured; `factor` is true for a factoring company."""

    country: str | None = None
    turnover: Decimal | None = None
    factor: bool | None = None


class Policy(Fact, frozen=True, kw_only=True):
    """The policy: insured ratio, who sets the buyer limits, indemnities of the policy year, its currency."""

    insured_ratio: Decimal | None = None
    limits_set_by: str | None = None
    disbursed_this_year: Decimal | None = None
    currency: str | None = None


class Buyer(Fact, frozen=True, kw_only=True):
    """The company that owes, as assessed on the day of the grant; `assessed_on`: when the insurer last assessed it."""

    country: str | None = None
    created_on: date | None = None
    turnover: Decimal | None = None
    balance_sheet: Decimal | None = None
    headcount: int | None = None
    grade: str | None = None
    default_probability: Decimal | None = None
    assessed_on: date | None = None
    insolvent: bool | None = None
    construction_subcontract: bool | None = None


class Primary(Fact, frozen=True, kw_only=True):
    """The insurer's own limit before the notice, and the position from the effective day of the notice (D-38)."""

    amount_before: Decimal | None = None
    amount: Decimal | None = None


class Sale(Fact, frozen=True, kw_only=True):
    """An export sale: payment term in days, French share, currency of the invoice."""

    payment_days: int | None = None
    french_share: Decimal | None = None
    currency: str | None = None


class OthersInForce(Fact, frozen=True, kw_only=True):
    """Live substitution and holds on this buyer here, and cover declared with other insurers (D-40, D-45).

    `same_policy`: top-ups of either kind that run beside under the same policy, since two buyers have become one.
    """

    same_policyholder: Decimal = NOTHING
    other_policyholders: Decimal = NOTHING
    other_insurers: Decimal = NOTHING
    same_policy: Decimal = NOTHING


class Capacity(Fact, frozen=True, kw_only=True):
    """Free room under the ceilings for the ceded part, seen under the lock. None: not binding.

    `frees` says what comes back later, as (day, amount) in the order of days: run-off that will have passed.
    """

    free: Decimal | None = None
    frees: tuple[tuple[date, Decimal], ...] = ()


class RecordedException(Fact, frozen=True, kw_only=True):
    """A decision of an authority that lifts a limit: kind, days, highest amount, reference of the letter, its evidence.

    In force on [granted_on, end_day); an open end is None. `evidence` names the document kept as its proof.
    """

    kind: str
    granted_on: date
    amount: Decimal | None = None
    reference: str = ""
    end_day: date | None = None
    evidence: str = ""

    def in_force_on(self, day: date) -> bool:
        return self.granted_on <= day and (self.end_day is None or day < self.end_day)


class Facts(Fact, frozen=True, kw_only=True):
    """All facts of one request on the day of the grant."""

    day: date
    insurer: str
    market: str
    trigger: Trigger
    policyholder: Policyholder = Policyholder()
    policy: Policy = Policy()
    buyer: Buyer = Buyer()
    primary: Primary = Primary()
    requested_total: Decimal | None = None
    sale: Sale = Sale()
    others_in_force: OthersInForce = OthersInForce()
    capacity: Capacity = Capacity()
    exceptions: tuple[RecordedException, ...] = ()
    readings: dict[str, str] = {}

    @property
    def asks_for_complement(self) -> bool:
        return self.trigger.kind in COMPLEMENT_TRIGGERS

    @property
    def first_day(self) -> date:
        """The first day of the term: the day of the grant, or when the primary changes, never earlier (D-37, D-38)."""
        effective_on = self.trigger.effective_on
        return self.day if effective_on is None or effective_on <= self.day else effective_on


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Facts)


def to_json(facts: Facts) -> bytes:
    """The stored form. `from_json` gives equal facts back."""
    return _encoder.encode(facts)


def from_json(text: bytes) -> Facts:
    """Facts from their stored form. Raises msgspec.ValidationError for anything else."""
    return _decoder.decode(text)


def with_free_capacity(facts: Facts, free: Decimal | None) -> Facts:
    """The same facts with another free room; None makes capacity not binding."""
    return msgspec.structs.replace(facts, capacity=Capacity(free=free, frees=facts.capacity.frees))


def with_exceptions_drawn(facts: Facts, drawn: Mapping[str, Decimal]) -> Facts:
    """The same facts after more was drawn on exceptions, by their evidence; one that is used up is left out."""
    left = []
    for one in facts.exceptions:
        if one.amount is None or one.evidence not in drawn:
            left.append(one)
        elif one.amount > drawn[one.evidence]:
            left.append(msgspec.structs.replace(one, amount=one.amount - drawn[one.evidence]))
    return msgspec.structs.replace(facts, exceptions=tuple(left))
