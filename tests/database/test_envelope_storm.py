"""Sixteen clients fight for the last million of an envelope, with real connections and commits: never a cent over."""

import random
import threading
from collections import Counter
from decimal import Decimal

import pytest
from django.db import IntegrityError, connections

from capweb.accounts.acting import acting, acting_as_platform
from reinsurance.commands.book_entries import book_entries
from reinsurance.commands.cede import cede
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.hold_capacity import hold_capacity, void_holds
from reinsurance.commands.refusals import CeilingReached
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.domain.capacity import allocate
from reinsurance.domain.cession import Ending
from reinsurance.domain.transfer import NewEntry, NewTransfer
from reinsurance.queries.envelopes import envelopes
from reinsurance.queries.free_room import free_room, locked_rooms
from reinsurance.queries.treaty_book import treaty_book
from reinsurance.queries.verification import verify_ledger
from tests.books import hold, open_books, order, set_ceilings, term
from tests.cast import INSURERS, OPENING_DAY

CLIENTS = 16
LAST_MILLION = Decimal("1000000.00")


@pytest.fixture
def books(committed, cast):
    open_books(cast)
    set_ceilings(cast, {"domestic": LAST_MILLION})
    return cast


def _fight(client_does):
    """Run the same thing in sixteen threads, each with connections of its own, all starting at once."""
    gate = threading.Barrier(CLIENTS)
    outcomes: list[Counter] = [Counter() for _ in range(CLIENTS)]
    broken: list[BaseException] = []

    def run(number):
        try:
            gate.wait()
            client_does(number, outcomes[number])
        except BaseException as error:
            broken.append(error)
        finally:
            for connection in connections.all():
                connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    assert not any(thread.is_alive() for thread in threads)
    assert not broken, broken
    return sum(outcomes, Counter())


def _room(cast):
    with acting_as_platform():
        return free_room(cast.operator, {"domestic"})["domestic"].room


def _assert_books_agree(cast):
    found = verify_ledger()
    assert found.agrees, found
    with acting_as_platform():
        row = next(row for row in envelopes(cast.operator, on=OPENING_DAY) if row.market == "domestic")
    assert row.own_engaged + row.room == row.limit


def test_sixteen_clients_share_the_last_million_to_the_cent(books):
    def client(number, outcomes):
        actor = books.actor(INSURERS[number % len(INSURERS)])
        for turn in range(8):
            try:
                with acting(actor):
                    # 10,000 euro ceded each: 128 ask, 100 fit exactly.
                    cede(actor, [order(f"{number}-{turn}", amount="10000.00", kind="complement")], on=OPENING_DAY)
                outcomes["ceded"] += 1
            except CeilingReached:
                outcomes["refused"] += 1

    assert _fight(client) == Counter(ceded=100, refused=28)
    assert _room(books) == 0
    _assert_books_agree(books)


def test_allocating_under_the_lock_gives_out_everything_and_is_never_refused(books):
    def client(number, outcomes):
        actor = books.actor(INSURERS[number % len(INSURERS)])
        for turn in range(3):
            with acting(actor):
                room = locked_rooms(actor, {"domestic", "export"}).of(None, "domestic")
                asked = [Decimal("13000.00"), Decimal("9000.01")]
                given = [part.given for part in allocate(room.room, asked)]
                orders = [
                    order(f"{number}-{turn}-{n}", amount=str(amount), kind="complement")
                    for n, amount in enumerate(given)
                    if amount
                ]
                cede(actor, orders, on=OPENING_DAY)
                outcomes["given"] += int(sum(given) * 100)

    # 48 chunks ask for 1,056,000.48: all of the million goes, in cents.
    assert _fight(client) == Counter(given=100_000_000)
    assert _room(books) == 0
    _assert_books_agree(books)


def test_a_mixed_storm_ends_without_deadlock_and_with_books_that_agree(books):
    """Holds, voids, cessions, renewals, endings and releases in both markets, in every client's own order."""

    def client(number, outcomes):
        actor = books.actor(INSURERS[number % len(INSURERS)])
        chance = random.Random(number)
        live: list[int] = []
        for turn in range(6):
            key = f"{number}-{turn}"
            market = chance.choice(["domestic", "export"])
            kind = chance.choice(["complement", "substitution"])
            try:
                with acting(actor):
                    hold_capacity(actor, [hold(key, market=market, kind=kind, increment="40000.00")], on=OPENING_DAY)
                with acting(actor):
                    if chance.random() < 0.3:
                        void_holds(actor, [key], on=OPENING_DAY)
                    else:
                        asked = order(key, market=market, kind=kind, amount="40000.00", hold_source_key=key)
                        live.append(cede(actor, [asked], on=OPENING_DAY)[0].cession_id)
                if live and chance.random() < 0.5:
                    _end(actor, live.pop())
                if chance.random() < 0.3:
                    with acting_as_platform():
                        release_run_off(books.operator, on=term(1).first)
                outcomes["done"] += 1
            except CeilingReached:
                outcomes["refused"] += 1

    outcomes = _fight(client)
    assert outcomes["done"] + outcomes["refused"] == CLIENTS * 6
    assert _room(books) >= 0
    _assert_books_agree(books)


def _end(actor, cession_id):
    ending = Ending(cession_id=cession_id, effective_on=term(1).first, run_off_until=term(1).first)
    with acting(actor):
        end_cessions(actor, [ending], on=term(1).first)


def test_the_same_order_from_sixteen_clients_is_one_cession(books):
    def client(number, outcomes):
        actor = books.actor("coface")
        with acting(actor):
            (receipt,) = cede(actor, [order("the same", amount="10000.00")], on=OPENING_DAY)
        outcomes["repeated" if receipt.is_repeat else "made"] += 1

    assert _fight(client) == Counter(made=1, repeated=15)
    assert _room(books) == LAST_MILLION - Decimal("9500.00")


def test_the_trigger_alone_holds_when_nobody_asks_for_room_first(books):
    """Entries written without a lock or a look at the room, as careless bulk code would."""

    def client(number, outcomes):
        actor = books.actor(INSURERS[number % len(INSURERS)])
        for turn in range(8):
            try:
                with acting(actor):
                    book_entries(actor, [_careless_draw(actor, f"{number}-{turn}")], on=OPENING_DAY)
                outcomes["drawn"] += 1
            except IntegrityError as error:
                outcomes[error.__cause__.diag.constraint_name] += 1

    assert _fight(client) == Counter(drawn=100, account_not_overdrawn=28)
    assert _room(books) == 0


def test_careful_and_careless_clients_lock_in_one_order(books):
    """Commands lock before they read, raw entries leave it to the trigger; nobody waits in a circle."""

    def client(number, outcomes):
        actor = books.actor("coface")
        for turn in range(8):
            key = f"{number}-{turn}"
            try:
                with acting(actor):
                    if number % 2:
                        book_entries(actor, [_careless_draw(actor, key)], on=OPENING_DAY)
                    else:
                        cede(actor, [order(key, amount="10000.00", kind="complement")], on=OPENING_DAY)
                outcomes["drawn"] += 1
            except (CeilingReached, IntegrityError):
                outcomes["refused"] += 1

    assert _fight(client) == Counter(drawn=100, refused=28)
    assert _room(books) == 0


def _careless_draw(actor, key):
    book = treaty_book(actor)
    live = book.account(book.ids({"domestic"})[0], "live")
    transfer = NewTransfer(book.envelopes["domestic"], live, "ceded", Decimal("10000.00"))
    return NewEntry("cession", key, actor.insurer_id, (transfer,))
