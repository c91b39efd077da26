"""A house that lives through the days of the scheme, and what its acts leave: ledger, documents, events, messages."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.commands.enter_people import move_business_day
from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.queries import memberships
from policies.commands.open_night import open_night
from policies.commands.write_messages import write_messages
from policies.models import Endorsement, Message
from reinsurance.models import JournalEntry, Transfer
from tests import factories as make
from tests.worlds import World

_references = itertools.count(1)


@dataclass(frozen=True)
class Left:
    """Everything that one guarantee, its request and its offer have left so far, each in the order in which it came."""

    ledger: list[str]
    documents: list[str]
    events: list[str]
    messages: list[str]


@dataclass(frozen=True)
class Granted:
    """A running top-up with what it came from."""

    who: make.Client
    whom: make.Known
    request: str
    offer: str
    guarantee: str


@dataclass(frozen=True)
class Quarter:
    """A world whose days go on. Everything is done by API, by page or by the night."""

    world: World

    @property
    def today(self) -> date:
        return clock.business_day()

    def pair(self, *, grade: str | None = None) -> tuple[make.Client, make.Known]:
        """A policyholder under a broker's mandate, and a buyer."""
        broker = self.world.cast.organisations["courtage-du-port"].pk
        return make.client(self.world.actor, broker_id=broker), make.buyer(self.world.actor, grade=grade)

    def limit(self, pair: tuple[make.Client, make.Known], decision: str, **more: Any) -> dict[str, Any]:
        """The insurer's decision on its own limit arrives; what the answer tells of top-ups. In effect today, notified
        in good time."""
        who, whom = pair
        row = {
            "source_reference": f"decision {next(_references)}",
            "policy_number": who.policy_number,
            "buyer_identifier": whom.identifier,
            "decision": decision,
            "notified_on": (self.today - timedelta(days=31)).isoformat(),
            "effective_on": self.today.isoformat(),
            "amount_before": "0",
            "amount": "0",
            **more,
        }
        return dict(done(self.world.elise.post("/buyer-limits/bulk", [row])))

    def rated(self, whom: make.Known, **more: Any) -> None:
        """A new rating of the buyer arrives, true from today."""
        row = {
            "source_reference": f"rating {next(_references)}",
            "buyer_identifier": whom.identifier,
            "effective_on": self.today.isoformat(),
            "grade": "7",
            "default_probability": "0.04",
            **more,
        }
        done(self.world.elise.post("/buyer-ratings/bulk", [row]))

    def asked(self, pair: tuple[make.Client, make.Known], total: str, **more: object) -> dict[str, Any]:
        """A request by API, with its decision and the offer, if there is one."""
        who, whom = pair
        return dict(
            done(
                self.world.elise.post("/limit-requests", self.world.body(who, whom, requested_total=total, **more)), 201
            )
        )

    def granted(self, pair: tuple[make.Client, make.Known], total: str) -> Granted:
        """Asked for and accepted."""
        return self.accepted(pair, self.asked(pair, total))

    def accepted(self, pair: tuple[make.Client, make.Known], asked: dict[str, Any]) -> Granted:
        """The offer of a request accepted."""
        assert asked["offer"] is not None, asked["decision"]
        accepted = done(self.world.elise.post(f"/offers/{asked['offer']['id']}/accept"))
        return Granted(*pair, asked["id"], asked["offer"]["id"], accepted["guarantee"])

    def refused_and_granted(self, total: str = "100000", *, grade: str | None = None) -> Granted:
        """A substitution on a buyer of which the limit was refused today."""
        pair = self.pair(grade=grade)
        self.limit(pair, "refusal", requested_amount=total)
        return self.granted(pair, total)

    def terms(self, guarantee: str) -> list[dict[str, Any]]:
        return list(done(self.world.elise.get(f"/guarantees/{guarantee}"))["terms"])

    def night(self, day: date) -> None:
        """The night that opens a day; it must agree with itself."""
        report = open_night(day, at=datetime.combine(day, time(2), tzinfo=ZoneInfo("Europe/Paris")))
        assert not report.ledger_differences, report.ledger_differences
        assert self.today == day

    def becomes(self, day: date) -> None:
        """Days pass without anything that a night would have to do."""
        move_business_day(day)

    def left(self, one: Granted, *, guarantee: str | None = None) -> Left:
        """What stands now of a top-up, or of the guarantee that replaced it."""
        name = guarantee or one.guarantee
        write_messages(self._published(), on=self.today)
        with acting(self.world.actor):
            ledger = JournalEntry.objects.filter(cession__guarantee_id=name).order_by("pk")
            documents = Endorsement.objects.filter(term__guarantee__public_id=name).order_by("pk")
            about = Q(guarantee__public_id=name)
            if guarantee is None:
                about |= Q(limit_request__public_id=one.request)
            messages = Message.objects.filter(about, claim=None).order_by("pk")
            return Left(
                ledger=list(ledger.values_list("kind", flat=True)),
                documents=list(documents.values_list("cause", flat=True)),
                events=self._events({name} if guarantee else {name, one.request, one.offer}),
                messages=list(messages.values_list("template", flat=True)),
            )

    def moved(self, one: Granted, code: str) -> list[str]:
        """The amounts that the ledger moved under a code for a top-up."""
        with acting(self.world.actor):
            rows = Transfer.objects.filter(entry__cession__guarantee_id=one.guarantee, code=code).order_by("pk")
            return [str(amount) for amount in rows.values_list("amount", flat=True)]

    def events_of(self, subject: str) -> list[str]:
        """The events of a dossier."""
        self._published()
        return self._events({subject})

    def messages_of(self, claim: str) -> list[str]:
        """What was written about a claim."""
        write_messages(self._published(), on=self.today)
        with acting(self.world.actor):
            told = Message.objects.filter(claim__public_id=claim).order_by("pk")
            return list(told.values_list("template", flat=True))

    def _published(self) -> Actor:
        worker = memberships.system_actor(self.world.cast.organisations["euler-hermes"], name="worker")
        publish_events(worker)
        return worker

    def _events(self, subjects: set[str]) -> list[str]:
        found, after = [], 0
        while True:
            page = done(self.world.elise.get(f"/events?after={after}&limit=500"))
            found += [one["type"] for one in page["results"] if one["subject"] in subjects]
            after = page["after"]
            if not page["has_more"]:
                return found


def done(answer: Any, status: int = 200) -> Any:
    """What the API answered, which must be of this status."""
    assert answer.status_code == status, answer.content
    return answer.json()
