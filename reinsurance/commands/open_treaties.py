"""Open treaties with their first terms; each gets an account set of its own from the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.domain.treaty import TreatyOpening


def open_treaties(actor: Actor | PlatformActor, openings: Sequence[TreatyOpening], *, on: date) -> list[str]:
    """The public ids, in the order given. A treaty that stands already (same insurer, kind, market, first day) is not
    opened twice. An actor opens its own insurer's; the platform any. Runs inside acting(actor) or acting_as_platform().
    """
    raise NotImplementedError
