"""The stream of events on real connections: who commits late is not skipped, positions have no gap and never change."""

from __future__ import annotations

import threading
from contextlib import closing

import psycopg
import pytest
from django.db import IntegrityError, connections

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.queries import memberships
from capweb.audit import events
from capweb.audit.models import EventPosition, PublishedEvent, TrailEntry
from capweb.audit.outbox import wake_after_commit
from capweb.audit.trail import Change, record_changes
from tests.cast import OPENING_DAY, Cast
from tests.threads import at_once, no_error_in


def record(actor: Actor, *subjects: str, action: str = "request.offered") -> None:
    record_changes(
        [Change(action, subject) for subject in subjects],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=OPENING_DAY,
    )


def publisher(cast: Cast, insurer: str = "euler-hermes") -> Actor:
    return memberships.system_actor(cast.organisations[insurer], name="publisher")


def stream(actor: Actor) -> list[tuple[int, str]]:
    with acting(actor):
        return [(row.position, row.subject) for row in events.events_after(actor.insurer_id, 0, limit=10_000)]


class Writer:
    """A client with a connection and a transaction of its own, which it holds open until told."""

    def __init__(self, actor: Actor) -> None:
        settings = connections["default"].settings_dict
        self.connection = psycopg.connect(
            dbname=settings["NAME"],
            user=settings["USER"],
            password=settings["PASSWORD"] or None,
            host=settings["HOST"] or None,
            port=settings["PORT"] or None,
        )
        self.connection.execute("SELECT set_config('capweb.insurer', %s, true)", [str(actor.insurer_id)])
        self.insurer_id = actor.insurer_id

    def writes(self, subject: str) -> None:
        self.connection.execute(
            "INSERT INTO audit_trailentry (insurer_id, booked_on, actor, actor_role, action, subject) "
            "VALUES (%s, %s, 'x', 'underwriter', 'request.offered', %s)",
            [self.insurer_id, OPENING_DAY, subject],
        )

    def close(self) -> None:
        self.connection.close()


def test_who_wrote_first_and_commits_last_is_not_skipped(committed, cast):
    actor = publisher(cast)
    with closing(Writer(actor)) as slow, closing(Writer(actor)) as quick:
        slow.writes("wrote first")
        quick.writes("wrote second")
        quick.connection.commit()
        assert publish_events(actor) == 1
        assert stream(actor) == [(1, "wrote second")]
        # Others come and go meanwhile: the search must not move past the one that is still open.
        with acting(actor):
            record(actor, "wrote third")
        assert publish_events(actor) == 1
        slow.connection.commit()
    assert publish_events(actor) == 1
    assert stream(actor) == [(1, "wrote second"), (2, "wrote third"), (3, "wrote first")]
    assert publish_events(actor) == 0


def test_what_is_rolled_back_takes_no_position(committed, cast):
    actor = publisher(cast)
    with closing(Writer(actor)) as broken:
        broken.writes("never was")
        with acting(actor):
            record(actor, "one")
        publish_events(actor)
        broken.connection.rollback()
    with acting(actor):
        record(actor, "two")
    publish_events(actor)
    assert stream(actor) == [(1, "one"), (2, "two")]


def test_each_insurer_has_a_sequence_of_its_own(committed, cast):
    ours, theirs = publisher(cast), publisher(cast, "coface")
    for actor, subject in ((ours, "ours"), (theirs, "theirs")):
        with acting(actor):
            record(actor, subject)
        publish_events(actor)
    assert (stream(ours), stream(theirs)) == ([(1, "ours")], [(1, "theirs")])


def test_only_what_is_registered_is_published(committed, cast):
    actor = publisher(cast)
    with acting(actor):
        record(actor, "ces_1", action="cession.made")
        record(actor, "gar_1", action="guarantee.lapsed")
    publish_events(actor)
    assert stream(actor) == [(1, "gar_1")]


def test_small_batches_give_the_same_positions_as_a_large_one(committed, cast):
    actor = publisher(cast)
    for chunk in range(3):
        with acting(actor):
            record(actor, *(f"{chunk} {place}" for place in range(7)))
    assert publish_events(actor, batch_rows=4) == 21
    assert stream(actor) == [(n + 1, f"{n // 7} {n % 7}") for n in range(21)]


def test_publishers_at_once_give_each_event_one_position(committed, cast):
    actor = publisher(cast)
    with acting(actor):
        record(actor, *(f"s{place}" for place in range(200)))
    made = no_error_in(at_once(4, lambda _: publish_events(actor, batch_rows=30)))
    assert sum(made) == 200
    assert [position for position, _ in stream(actor)] == list(range(1, 201))


def test_writers_and_publishers_at_once_leave_no_gap_and_skip_nobody(committed, cast):
    actor = publisher(cast)
    done = threading.Event()

    def works(number: int) -> None:
        if number < 3:
            for place in range(40):
                with acting(actor):
                    record(actor, f"{number}-{place}")
            if number == 0:
                done.set()
        else:
            while not done.is_set():
                publish_events(actor, batch_rows=7)

    no_error_in(at_once(5, works))
    publish_events(actor)
    told = stream(actor)
    assert [position for position, _ in told] == list(range(1, 121))
    assert {subject for _, subject in told} == {f"{n}-{p}" for n in range(3) for p in range(40)}
    # What one writer did one after another stands in that order.
    for number in range(3):
        assert [s for _, s in told if s.startswith(f"{number}-")] == [f"{number}-{p}" for p in range(40)]


def test_a_database_that_counts_its_transactions_anew_loses_no_event(committed, cast):
    actor = publisher(cast)
    with acting(actor):
        record(actor, "before")
    publish_events(actor)
    with acting(actor):
        EventPosition.objects.update(settled_below=2**62)
        record(actor, "after the restore")
    publish_events(actor)
    assert stream(actor) == [(1, "before"), (2, "after the restore")]


def test_searching_from_the_beginning_changes_no_position(committed, cast):
    actor = publisher(cast)
    with acting(actor):
        record(actor, "one", "two")
    publish_events(actor)
    before = stream(actor)
    assert publish_events(actor, from_the_beginning=True) == 0
    assert stream(actor) == before


def test_postgresql_refuses_a_gap_a_second_place_and_a_change(db, cast):
    actor = publisher(cast)
    with acting(actor):
        record(actor, "one", "two")
        ids = list(TrailEntry.objects.order_by("id").values_list("pk", flat=True))
        for position, entry, refusal in ((2, ids[0], "event_without_gap"), (0, ids[0], "event_position_from_one")):
            with pytest.raises(IntegrityError, match=refusal), acting(actor):
                PublishedEvent.objects.create(insurer_id=actor.insurer_id, position=position, trail_entry_id=entry)
        events.publish_batch(actor.insurer_id)
        with pytest.raises(IntegrityError, match="event_published_once"), acting(actor):
            PublishedEvent.objects.create(insurer_id=actor.insurer_id, position=3, trail_entry_id=ids[0])
        with pytest.raises(Exception, match="permission denied"), acting(actor):
            PublishedEvent.objects.update(position=9)


def given_up(actor: Actor) -> None:
    with acting(actor):
        wake_after_commit("only inside")
        raise RuntimeError


def test_a_task_asked_for_twice_in_a_transaction_is_sent_once(committed, cast, monkeypatch):
    sent: list[str] = []
    monkeypatch.setattr("capweb.audit.outbox.current_app.send_task", lambda task, **_: sent.append(task))
    actor = publisher(cast)
    with acting(actor):
        record(actor, "one")
        record(actor, "two")
        with pytest.raises(RuntimeError):
            given_up(actor)
        wake_after_commit("only inside")
    assert sent == ["capweb.publish_events", "only inside"]
