"""Euler Hermes with open books on the opening day, and Élise, its underwriter, who calls the API."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from capweb.accounts.actor import Actor
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.models import Organisation
from tests import callers
from tests import factories as make
from tests.books import open_books
from tests.callers import Caller
from tests.cast import OPENING_DAY, Cast

ELISE = "elise@euler-hermes.example"


@dataclass
class World:
    """Euler Hermes with open treaties and tariffs on the opening day; Élise, its underwriter, calls."""

    cast: Cast
    actor: Actor
    elise: Caller

    def pair(self, *, broker: str | None = None, **notice: Any) -> tuple[make.Client, make.Known]:
        """A policyholder and a buyer on which a limit was refused (or as `notice` says)."""
        broker_id = self.cast.organisations[broker].pk if broker else None
        who, whom = make.client(self.actor, broker_id=broker_id), make.buyer(self.actor)
        make.notice(self.actor, who, whom, **notice)
        return who, whom

    def body(self, who: make.Client, whom: make.Known, **more: object) -> dict[str, object]:
        """A request as a client of the API writes it."""
        return {
            "policy_number": who.policy_number,
            "buyer_country": whom.country,
            "buyer_identifier": whom.identifier,
            "requested_total": "50000.00",
            **more,
        }

    def asked(self, *, broker: str | None = None, **more: object) -> dict[str, Any]:
        """A request that was answered with an offer."""
        answer = self.elise.post("/limit-requests", self.body(*self.pair(broker=broker), **more))
        assert answer.status_code == 201, answer.content
        return dict(answer.json())

    def granted(self, *, broker: str | None = None) -> dict[str, Any]:
        """The answer to an accepted offer."""
        offer = self.asked(broker=broker)["offer"]["id"]
        answer = self.elise.post(f"/offers/{offer}/accept")
        assert answer.status_code == 200, answer.content
        return dict(answer.json())


def open_world() -> World:
    """Ask for `committed` or `committed_once` beside it."""
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    begin_sandbox(OPENING_DAY)
    open_books(cast, domestic=Decimal("10000000000.00"))
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return World(cast, actor, callers.person(ELISE))
