"""One transaction a chunk; when a chunk meets an unexpected error it is halved until the guilty row stands alone.

Anticipated trouble (a lost lease, a database that went away) is not the rows' fault and is raised as it is. Each half
is a transaction of its own ending with SET CONSTRAINTS ALL IMMEDIATE, because deferred keys fail only at commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol, TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connections

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.leases import LeaseLost

log = structlog.get_logger(__name__)

CHUNK_ROWS: Final = 2_000

Item = TypeVar("Item")


class OfTerm(Protocol):
    """A row about one term."""

    @property
    def term_id(self) -> int: ...


Row = TypeVar("Row", bound=OfTerm)
Done = TypeVar("Done")
# Told inside the transaction of each chunk what the chunk did, by name: what is kept of it stands or falls with it.
Kept = Callable[[Mapping[str, int]], None]

_NO_FAULT_OF_THE_ITEMS: Final = (LeaseLost, OperationalError, InterfaceError)


def kept_by_nobody(_counts: Mapping[str, int]) -> None:
    """For callers that need no record of each chunk."""


def in_chunks(items: Sequence[Item], *, size: int = CHUNK_ROWS) -> Iterator[Sequence[Item]]:
    """The items in slices of at most `size`, in order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def through_terms(
    actor: Actor, read: Callable[[int], Sequence[Row]], work: Callable[[Sequence[Row]], Done]
) -> list[Done]:
    """Read the terms after an id and do `work` on them, each chunk in one transaction of the actor, until none is left.

    What `work` gave back for each chunk that was committed, in order. An error ends the walk; earlier chunks stay.
    """
    done: list[Done] = []
    after_id = 0
    while True:
        with acting(actor):
            rows = read(after_id)
            if not rows:
                return done
            after_id = rows[-1].term_id
            chunk = work(rows)
        done.append(chunk)


def work_through(
    actor: Actor,
    items: Sequence[Item],
    *,
    work: Callable[[Sequence[Item]], None],
    give_up: Callable[[Item, Exception], None],
) -> None:
    """Do `work` on all items in one transaction of the actor; halve on an unexpected error.

    `give_up` is called in a transaction of its own for each item that fails alone, twice. LeaseLost and a lost database
    are raised: the whole is repeated later.
    """
    try:
        _in_one_transaction(actor, items, work)
    except _NO_FAULT_OF_THE_ITEMS:
        raise
    except Exception as error:
        if len(items) == 1:
            _once_more(actor, items[0], work=work, give_up=give_up)
            return
        log.warning("a chunk failed and is halved", rows=len(items), error=repr(error))
        middle = len(items) // 2
        for half in (items[:middle], items[middle:]):
            work_through(actor, half, work=work, give_up=give_up)


def _once_more(
    actor: Actor, item: Item, *, work: Callable[[Sequence[Item]], None], give_up: Callable[[Item, Exception], None]
) -> None:
    """What stood in the way of a lone item may have been written by somebody else a moment ago: now it can be seen."""
    try:
        _in_one_transaction(actor, [item], work)
    except _NO_FAULT_OF_THE_ITEMS:
        raise
    except Exception as error:
        log.exception("one item of a batch failed alone", item=str(item)[:200])
        with acting(actor):
            give_up(item, error)


def _in_one_transaction(actor: Actor, items: Sequence[Item], work: Callable[[Sequence[Item]], None]) -> None:
    with acting(actor):
        work(items)
        with connections["default"].cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
