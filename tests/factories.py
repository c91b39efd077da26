"""Rows for tests, made as the application role of one insurer: `portfolio(actor)` gives a small world to ask from.

Every maker returns plain numbers and ids; what is not said defaults to the worked checks of the sources (a buyer of
grade 7 with a default probability of 4 %).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.commands.enter_people import NewMembership, enter_memberships
from capweb.accounts.queries import memberships
from capweb.kernel.identifiers import new_public_id, siren_from_serial
from eligibility.commands.propose_changes import ProposedChange, propose_changes
from eligibility.commands.settle_proposals import approve_proposals
from eligibility.domain.tables import PRODUCTS
from policies.domain.bulk_rows import RequestRow
from policies.models import (
    Buyer,
    BuyerFigures,
    BuyerLimit,
    BuyerRating,
    Mandate,
    Policy,
    Policyholder,
    PolicyholderFigures,
    PolicyTerms,
)

_serials = itertools.count(30_000_000)
LONG_AGO = date(2019, 1, 1)
GOOD_GRADES = {"euler-hermes": "7", "coface": "4", "axa-assurcredit": "4", "groupama": "3", "atradius": "60"}


def person(actor: Actor, role: str) -> Actor:
    """Somebody of the actor's insurer with that role, entered if there is nobody yet."""
    for one in memberships.people_of(actor.insurer_id):
        if one.role == role:
            return one
    email = f"{role}.{next(_serials)}@{actor.insurer_code}.example"
    house = actor.insurer_code
    # By the same connection, so that it goes with the test's transaction.
    enter_memberships([NewMembership(email, role.title(), house, role, house)], password=None, using="default")
    return person(actor, role)


def enter_contract_rows(
    actor: Actor, kind: str, *rows: Mapping[str, object], booked_on: date = date(2020, 4, 15), reason: str = "essai"
) -> str:
    """Rows of a contractual table, proposed by the administrator and approved by a senior underwriter."""
    administrator, senior = person(actor, "administrator"), person(actor, "senior_underwriter")
    with acting(administrator):
        ids = propose_changes(administrator, [ProposedChange(kind, rows)], reason=reason, booked_on=booked_on)
    with acting(senior):
        approve_proposals(senior, ids, booked_on=booked_on)
    return ids[0]


def enter_illustrative_tariffs(actor: Actor) -> None:
    """A rate for every product that no source gives, marked illustrative."""
    rows = [
        {
            "product": product,
            "quarterly_rate": "0.0050",
            "first_day": date(2020, 4, 15),
            "reference_text": "Taux illustratif, pour les essais",
            "reference_url": "https://example.org/tarif",
            "is_illustrative": True,
        }
        for product in PRODUCTS
        if product != "cap_plus"
    ]
    enter_contract_rows(actor, "tariff", *rows)


@dataclass(frozen=True)
class Client:
    """A policyholder with its policy."""

    policyholder_id: int
    policy_id: int
    policy_number: str


def client(
    actor: Actor,
    *,
    broker_id: int | None = None,
    turnover: str | None = "120000000",
    form: str = "endorsement",
    organisation_id: int | None = None,
) -> Client:
    """A policyholder in being, its policy with terms, and a mandate for a broker if one is given."""
    serial = next(_serials)
    with acting(actor):
        holder = Policyholder.objects.create(
            insurer_id=actor.insurer_id,
            public_id=new_public_id("pol"),
            name=f"Fournisseur {serial}",
            country="FR",
            identifier_type="siren",
            identifier=siren_from_serial(serial),
            street="12 quai des Chartrons",
            postal_code="33000",
            town="Bordeaux",
            organisation_id=organisation_id,
        )
        PolicyholderFigures.objects.create(
            insurer_id=actor.insurer_id,
            policyholder=holder,
            turnover=turnover,
            effective_on=LONG_AGO,
            booked_on=LONG_AGO,
            source_reference=f"figures {serial}",
        )
        policy = Policy.objects.create(
            insurer_id=actor.insurer_id,
            public_id=new_public_id("con"),
            number=f"P{serial}",
            policyholder=holder,
            form=form,
            first_day=LONG_AGO,
        )
        PolicyTerms.objects.create(
            insurer_id=actor.insurer_id,
            policy=policy,
            insured_ratio="0.90",
            invoicing_delay_days=30,
            waiting_period_days=150,
            effective_on=LONG_AGO,
            booked_on=LONG_AGO,
            source_reference=f"terms {serial}",
        )
        if broker_id is not None:
            Mandate.objects.create(
                insurer_id=actor.insurer_id, broker_id=broker_id, policyholder=holder, first_day=LONG_AGO
            )
    return Client(holder.pk, policy.pk, policy.number)


@dataclass(frozen=True)
class Known:
    """A buyer with its registry number."""

    id: int
    country: str
    identifier: str


def buyer(
    actor: Actor,
    *,
    country: str = "FR",
    grade: str | None = None,
    probability: str | None = "0.04",
    created_on: date | None = date(2014, 1, 1),
) -> Known:
    """A buyer with figures and a rating; `grade` None takes a covered one on the insurer's scale."""
    serial = next(_serials)
    is_french = country == "FR"
    with acting(actor):
        row = Buyer.objects.create(
            insurer_id=actor.insurer_id,
            public_id=new_public_id("buy"),
            name=f"Acheteur {serial}",
            country=country,
            identifier_type="siren" if is_french else "foreign",
            identifier=siren_from_serial(serial) if is_french else f"REG{serial}",
            created_on=created_on,
        )
        BuyerFigures.objects.create(
            insurer_id=actor.insurer_id,
            buyer=row,
            turnover="30000000",
            balance_sheet="18000000",
            headcount=120,
            effective_on=LONG_AGO,
            booked_on=LONG_AGO,
            source_reference=f"size {serial}",
        )
        BuyerRating.objects.create(
            insurer_id=actor.insurer_id,
            buyer=row,
            grade=GOOD_GRADES[actor.insurer_code] if grade is None else grade,
            default_probability=probability,
            effective_on=date(2020, 5, 1),
            booked_on=date(2020, 5, 1),
            source_reference=f"rating {serial}",
        )
    return Known(row.pk, row.country, row.identifier)


def rated(
    actor: Actor,
    whom: Known,
    *,
    on: date,
    grade: str | None = None,
    probability: str | None = "0.04",
    insolvent: bool = False,
    booked_on: date | None = None,
) -> None:
    """The buyer is rated anew from a day; `booked_on` is when the insurer learned it, by default that day."""
    with acting(actor):
        BuyerRating.objects.create(
            insurer_id=actor.insurer_id,
            buyer_id=whom.id,
            grade=GOOD_GRADES[actor.insurer_code] if grade is None else grade,
            default_probability=probability,
            is_insolvent=insolvent,
            effective_on=on,
            booked_on=booked_on or on,
            source_reference=f"rating {next(_serials)}",
        )


def notice(
    actor: Actor,
    who: Client,
    whom: Known,
    *,
    decision: str = "refusal",
    before: str = "0",
    amount: str = "0",
    notified_on: date = date(2020, 6, 10),
    effective_on: date | None = None,
    booked_on: date | None = None,
) -> int:
    """The insurer's decision on its own limit."""
    with acting(actor):
        row = BuyerLimit.objects.create(
            insurer_id=actor.insurer_id,
            policy_id=who.policy_id,
            buyer_id=whom.id,
            decision=decision,
            amount_before=before,
            amount=amount,
            notified_on=notified_on,
            effective_on=effective_on or notified_on,
            booked_on=booked_on or notified_on,
            source_reference=f"limit {next(_serials)}",
        )
    return row.pk


def row_for(who: Client, whom: Known, *, total: str = "50000", reference: str = "", **more: object) -> RequestRow:
    """A row of a file that asks for a buyer."""
    sale: dict[str, object] = {}
    if whom.country != "FR":
        sale = {"payment_days": 60, "french_share": Decimal("0.45")}
    return RequestRow(
        policy_number=who.policy_number,
        buyer_country=whom.country,
        buyer_identifier_type="siren" if whom.country == "FR" else "foreign",
        buyer_identifier=whom.identifier,
        requested_total=Decimal(total),
        reference=reference,
        **{**sale, **more},  # type: ignore[arg-type]
    )


def csv_of(rows: list[RequestRow]) -> bytes:
    """A bulk file of rows."""
    lines = ["reference,policy_number,buyer_country,buyer_identifier,requested_total,payment_days,french_share"]
    lines += [
        f"{r.reference},{r.policy_number},{r.buyer_country},{r.buyer_identifier},{r.requested_total},"
        f"{r.payment_days or ''},{r.french_share or ''}"
        for r in rows
    ]
    return ("\n".join(lines) + "\n").encode()
