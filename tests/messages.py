"""A house in which messages arise: a broker's client, requests of every outcome, and the pumps that write and send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.queries import memberships
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_file
from policies.commands.write_messages import write_messages
from policies.models import Message
from policies.queries import submissions
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast

NOON = datetime(2020, 6, 15, 12, tzinfo=UTC)


@dataclass
class House:
    """Euler Hermes with open books; the broker Courtage du Port asks."""

    cast: Cast
    system: Actor
    underwriter: Actor
    broker: Actor

    def asked(self, *grades: str | None, probability: str | None = "0.04", total: str = "50000") -> list[Any]:
        """What became of a file of the broker's, one row for each grade (8 is referred, 9 refused, None offered)."""
        who = make.client(self.underwriter, broker_id=self.broker.organisation_id)
        buyers = [make.buyer(self.underwriter, grade=grade, probability=probability) for grade in grades]
        for whom in buyers:
            make.notice(self.underwriter, who, whom)
        rows = [make.row_for(who, whom, total=total, reference=f"r{whom.id}") for whom in buyers]
        receipt = submit_file(self.broker, make.csv_of(rows), file_name="x.csv", media_type="text/csv", on=OPENING_DAY)
        decide_submission(self.broker, receipt.public_id, on=OPENING_DAY, holder="test")
        with acting(self.broker):
            return submissions.rows_of(self.broker, receipt.public_id)

    def pumped(self, *, on: date = OPENING_DAY) -> int:
        """How many messages came of what has happened."""
        publish_events(self.system)
        return write_messages(self.system, on=on)

    def written(self) -> list[Message]:
        with acting(self.underwriter):
            return list(Message.objects.select_related("recipient", "endorsement").order_by("pk"))


def house(cast: Cast) -> House:
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    underwriter = cast.actor()
    make.enter_illustrative_tariffs(underwriter)
    system = memberships.system_actor(cast.organisations["euler-hermes"], name="worker")
    return House(cast, system, underwriter, cast.broker())
