"""Which connection an actor reads and writes the books by: its insurer's own, or the platform's."""

from __future__ import annotations

from typing import Final

from django.db import connections

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor, PlatformActor

PLATFORM: Final = "platform"
INSURER: Final = "default"


def alias_of(actor: Actor | PlatformActor) -> str:
    """The alias to read by. Raises RuntimeError for an insurer's actor outside acting(), where no row would be seen."""
    if isinstance(actor, PlatformActor):
        return PLATFORM
    must_be_acting(actor)
    return INSURER


def writing_alias_of(actor: Actor | PlatformActor) -> str:
    """The alias to write by. Raises RuntimeError outside acting(actor) or acting_as_platform()."""
    alias = alias_of(actor)
    if not connections[alias].in_atomic_block:
        raise RuntimeError("this command runs inside acting(actor) or acting_as_platform()")
    return alias
