"""Which running terms have been told already that their buyer was rated out of the window (E13)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from capweb.accounts.actor import Actor
from capweb.audit.models import TrailEntry

RATED_OUT: Final = "guarantee.rated_out"


def told_of(actor: Actor, guarantees: Collection[str]) -> set[tuple[str, int]]:
    """Guarantees by public id with the number of the term that was told. One query; inside acting(actor)."""
    rows = TrailEntry.objects.filter(insurer_id=actor.insurer_id, subject__in=list(guarantees), action=RATED_OUT)
    return {(subject, int((became or {}).get("term", 0))) for subject, became in rows.values_list("subject", "became")}
