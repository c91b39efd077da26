"""A storm: people act, publishers and writers of messages work side by side and are cut off again and again.

Each is a client with connections of its own; whoever is cut off loses the transaction it was in, as when its process is
killed. In the end positions have no gap, and what happened has been written about exactly once.
"""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from django.db import Error, connections

from capweb.accounts.acting import acting
from capweb.accounts.commands.publish_events import publish_events
from capweb.audit.events import events_after
from capweb.audit.models import TrailEntry
from policies.commands.accept_offers import accept_offers
from policies.commands.write_messages import write_messages
from policies.domain.messages import TEMPLATE_BY_EVENT
from policies.models import Message
from tests.cast import OPENING_DAY
from tests.messages import NOON, House, house
from tests.threads import at_once, no_error_in

FILES = 4
CUTS = 12
_CUT_OFF = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'cut off' AND xact_start IS NOT NULL
"""


@pytest.mark.timeout(240)
def test_a_storm_leaves_no_gap_and_writes_about_everything_once(committed, cast):
    ours = house(cast)
    asking = threading.Event()
    working = threading.Event()
    cut = Counter()

    def person() -> None:
        for _ in range(FILES):
            rows = ours.asked(None, None, "9", None)
            accept_offers(ours.broker, [rows[0].offer, rows[3].offer], on=OPENING_DAY, at=NOON)
        asking.set()

    def until_done(work) -> None:
        while not working.is_set():
            try:
                with connections["default"].cursor() as cursor:
                    cursor.execute("SET application_name = 'cut off'")
                work()
            except Error:
                cut["lost"] += 1
                connections["default"].close()

    def cuts_off() -> None:
        while not asking.is_set() or cut["off"] < CUTS:
            with connections["default"].cursor() as cursor:
                cursor.execute(_CUT_OFF)
                cut["off"] += cursor.fetchone()[0]
            time.sleep(0.1)
        working.set()

    roles = [
        person,
        lambda: until_done(lambda: publish_events(ours.system, batch_rows=3)),
        lambda: until_done(lambda: publish_events(ours.system, batch_rows=2)),
        lambda: until_done(lambda: write_messages(ours.system, on=OPENING_DAY, batch_rows=2)),
        lambda: until_done(lambda: write_messages(ours.system, on=OPENING_DAY, batch_rows=2)),
        cuts_off,
    ]
    no_error_in(at_once(len(roles), lambda number: roles[number]()))
    assert cut["off"] >= CUTS
    assert cut["lost"] >= 1
    ours.pumped()
    everything_once(ours)


def everything_once(ours: House) -> None:
    with acting(ours.system):
        told = events_after(ours.system.insurer_id, 0, limit=10_000)
        recorded = TrailEntry.objects.filter(insurer_id=ours.system.insurer_id, action__in=TEMPLATE_BY_EVENT)
        happened = Counter(recorded.values_list("action", flat=True))
        written = Counter(Message.objects.values_list("template", flat=True))
        sources = list(Message.objects.values_list("source_key", flat=True))
    assert [event.position for event in told] == list(range(1, len(told) + 1))
    assert happened == {"request.offered": 3 * FILES, "request.refused": FILES, "offer.accepted": 2 * FILES}
    assert written == {TEMPLATE_BY_EVENT[action]: count for action, count in happened.items()}
    assert sorted(sources) == sorted(f"event:{event.position}" for event in told if event.type in TEMPLATE_BY_EVENT)
