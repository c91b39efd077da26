"""acting(actor): the only door to an insurer's rows.

It opens the transaction, tells PostgreSQL which insurer acts (a setting local to that transaction, so that a pooled
connection can never carry it over), and clears it on exit. Outside of it, row security shows no tenant row at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connections, transaction

from capweb.accounts.actor import Actor

_inside: ContextVar[Actor | None] = ContextVar("acting", default=None)


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """One transaction for one insurer. Inside another acting() of the same insurer it is a savepoint of that one.

    Raises RuntimeError when it would switch the insurer inside an open transaction.
    """
    outer = _inside.get()
    if outer is not None and outer.insurer_id != actor.insurer_id:
        raise RuntimeError(f"already acting for insurer {outer.insurer_id}; one transaction, one insurer")
    # The setting ends with the transaction; it is cleared where somebody else's transaction goes on after this block.
    goes_on = outer is None and connections["default"].in_atomic_block
    token = _inside.set(actor)
    try:
        with transaction.atomic():
            _tell(str(actor.insurer_id))
            yield actor
            if goes_on:
                _tell("")
    finally:
        _inside.reset(token)


@contextmanager
def acting_as_platform() -> Iterator[str]:
    """One transaction as the platform role, which sees every insurer; yields the alias to use ("platform")."""
    with transaction.atomic(using="platform"):
        yield "platform"


def must_be_acting(actor: Actor) -> None:
    """For a command that another command calls: raises RuntimeError unless acting(actor) is open."""
    inside = _inside.get()
    if inside is None or inside.insurer_id != actor.insurer_id:
        raise RuntimeError("this command runs inside acting(actor)")


def _tell(insurer: str) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT set_config('capweb.insurer', %s, true)", [insurer])
