"""Give run-off that has passed back to the envelope (D-36)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.domain.cession import ReleaseReceipt


def release_run_off(
    actor: Actor | PlatformActor, *, on: date, declared_nil: Collection[int] = ()
) -> list[ReleaseReceipt]:
    """One receipt per market: every lot whose `run_off_until` is on or before `on`, and all lots of the cessions whose
    outstanding is declared nil. An actor releases its insurer's, the platform everybody's. Twice changes nothing.
    """
    raise NotImplementedError
