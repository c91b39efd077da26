"""Publishing an insurer's events: batch by batch, each its own transaction, until nothing committed is left."""

from __future__ import annotations

from typing import Final

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.events import BATCH_ROWS, publish_batch, search_from_the_beginning

PUBLISH: Final = "events.publish"


def publish_events(actor: Actor, *, from_the_beginning: bool = False, batch_rows: int = BATCH_ROWS) -> int:
    """Give positions to every committed event of the actor's insurer that has none; how many. Opens its transactions.

    Run twice, the second run finds nothing. A run that was killed has lost at most the batch it was at, which the next
    run takes. `from_the_beginning` reads the whole trail once, as after a restore. Raises NotAllowed.
    """
    actor.must_be_allowed(PUBLISH)
    if from_the_beginning:
        with acting(actor):
            search_from_the_beginning(actor.insurer_id)
    total = 0
    while True:
        with acting(actor):
            made = publish_batch(actor.insurer_id, limit=batch_rows)
        total += made
        if made < batch_rows:
            return total
