"""The portfolio every seed begins with, in a database that is made anew from a copy for each of them.

Two insurers, each with a client of a broker and one without, buyers at home and abroad, a treaty with a part of the
envelope that is soon used up. The copy gives every seed the same numbers of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connections

from bench.floor import copy_database
from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.models import Organisation
from capweb.accounts.queries import memberships
from eligibility.queries.law_book import current_law_book
from policies.models import PolicyTerms
from reinsurance.commands.allot_capacity import Allotment, allot_capacity
from reinsurance.models import Treaty
from tests import factories as make
from tests import template_database
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast

HOUSES = ("euler-hermes", "coface")
BEST_GRADES = {"euler-hermes": "6", "coface": "5"}
BUYERS = 5
PART = Decimal("260000.00")


@dataclass(frozen=True, slots=True)
class House:
    """One insurer: who acts for it, its clients and the buyers that they deliver to."""

    code: str
    insurer_id: int
    underwriter: Actor
    senior: Actor
    accountant: Actor
    broker: Actor
    system: Actor
    clients: tuple[make.Client, ...]
    buyers: tuple[make.Known, ...]


@dataclass
class World:
    """What seeds play with, and the database that they begin from."""

    houses: tuple[House, ...]
    cast: Cast
    base: str = ""
    names: dict[str, str] = field(default_factory=dict)


@contextmanager
def prepared() -> Iterator[World]:
    """The portfolio written into the database in use, which is left with it, and a copy that seeds begin from."""
    world = _written()
    # What is remembered between seeds is known to the first of them too, which takes the same steps then.
    for house in world.houses:
        with acting(house.underwriter):
            current_law_book(house.underwriter)
    installed = template_database.current()
    world.base = copy_database(f"{installed}_base")
    try:
        yield world
    finally:
        template_database.turn_to(dict.fromkeys(template_database.ALIASES, installed))
        template_database.drop(f"{installed}_seed")
        template_database.drop(world.base)


def begin_again(world: World) -> None:
    """The portfolio as it was, in a database of its own."""
    name = f"{world.base.removesuffix('_base')}_seed"
    for connection in connections.all():
        connection.close()
    template_database.replace(name, template=world.base)
    template_database.turn_to(dict.fromkeys(template_database.ALIASES, name))


def _written() -> World:
    with connections["owner"].cursor() as cursor:
        # Nights cost as much for insurers that do nothing.
        others = "(SELECT id FROM accounts_organisation WHERE kind = 'insurer' AND code <> ALL (%s))"
        cursor.execute(f"DELETE FROM accounts_membership WHERE insurer_id IN {others}", [list(HOUSES)])
        cursor.execute(f"DELETE FROM accounts_organisation WHERE id IN {others}", [list(HOUSES)])
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    begin_sandbox(OPENING_DAY)
    open_books(cast, insurers=HOUSES, commission=Decimal("0.05"))
    with acting_as_platform() as alias:
        treaty = Treaty.objects.using(alias).get(
            insurer__code=HOUSES[0], kind="substitution", market="domestic", ended_on=None
        )
        part = Allotment(treaty_id=treaty.public_id, amount=PART, reference="Lettre de la CCR")
        allot_capacity(cast.operator, [part], on=OPENING_DAY)
    return World(tuple(_house(cast, code) for code in HOUSES), cast)


def _house(cast: Cast, code: str) -> House:
    actor = cast.actor(code)
    make.enter_illustrative_tariffs(actor)
    broker = cast.broker(code)
    clients = (make.client(actor, broker_id=broker.organisation_id), make.client(actor))
    accountant = cast.actor(code, role="reinsurance_accountant")
    with acting(actor):
        for who in clients:
            PolicyTerms.objects.create(
                insurer_id=actor.insurer_id,
                policy_id=who.policy_id,
                insured_ratio="0.90",
                invoicing_delay_days=30,
                waiting_period_days=30,
                longest_payment_days=20,
                declaration_delay_days=20,
                effective_on=date(2019, 6, 1),
                booked_on=date(2019, 6, 1),
                source_reference=f"run-off of 40 days {who.policy_number}",
            )
    abroad = make.buyer(actor, country="IT")
    # Half of them at home in the best category, from which a rating that proves wrong takes a part (D-39).
    at_home = (make.buyer(actor, grade=BEST_GRADES[code] if place % 2 else None) for place in range(BUYERS - 1))
    buyers = (*at_home, abroad)
    house = memberships.system_actor(cast.organisations[code], name="worker")
    return House(
        code, actor.insurer_id, actor, cast.actor(code, role="senior_underwriter"), accountant, broker, house,
        clients, buyers,
    )  # fmt: skip
