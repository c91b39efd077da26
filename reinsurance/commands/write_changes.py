"""Write what became of cessions: one dated, append-only row for each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connections

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows
from capweb.audit.trail import Change
from capweb.kernel.money import ZERO
from reinsurance.commands.premium_transfers import Credit
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.cession_states import CessionState, RunOffLot

_COLUMNS = (
    "insurer_id",
    "cession_id",
    "position",
    "kind",
    "live_amount",
    "live_ceded_amount",
    "run_off_amount",
    "run_off_until",
    "right_amount",
    "premium_credited",
    "ceded_premium_credited",
    "commission_returned",
    "effective_on",
    "booked_on",
)

_TAKE_BACK = """
    INSERT INTO reinsurance_runoffrelease (insurer_id, change_id, is_declared_nil, booked_on, correction_id)
    SELECT x.insurer_id, back.lot, false, %(on)s, x.id
    FROM unnest(%(lots)s::bigint[], %(cessions)s::bigint[], %(positions)s::smallint[]) AS back (lot, cession, position)
    JOIN reinsurance_cessionchange x ON x.insurer_id = %(insurer)s AND x.cession_id = back.cession
         AND x.position = back.position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """A change to be written, beside the state that it changes.

    `run_off_until` is told of a replacement also where nothing runs off: what was taken over is engaged until then. A
    correction tells the `right_amount`, and which lots of run-off it takes back (D-39).
    """

    state: CessionState
    kind: str
    live_amount: Decimal
    live_ceded_amount: Decimal
    run_off_amount: Decimal
    run_off_until: date | None
    credit: Credit
    effective_on: date
    right_amount: Decimal | None = None
    taken_back: tuple[RunOffLot, ...] = ()

    @property
    def run_off_change(self) -> Decimal:
        """What it puts into run-off, less what it takes back from there."""
        return self.run_off_amount - sum((lot.amount for lot in self.taken_back), ZERO)

    def told(self) -> Change:
        """The change as the trail tells it."""
        return Change(
            f"cession.{self.kind}",
            self.state.public_id,
            was={"live_ceded": str(self.state.live_ceded_amount)},
            became={
                "live_ceded": str(self.live_ceded_amount),
                "run_off": str(self.run_off_change),
                "effective_on": self.effective_on.isoformat(),
            },
        )


def write_changes(actor: Actor, changes: Sequence[NewChange], *, on: date) -> None:
    """Append the changes, each after the last of its cession."""
    if not changes:
        return
    rows = (
        (
            actor.insurer_id,
            change.state.id,
            change.state.position + 1,
            change.kind,
            change.live_amount,
            change.live_ceded_amount,
            change.run_off_amount,
            change.run_off_until,
            change.right_amount,
            change.credit.premium,
            change.credit.ceded_premium,
            change.credit.commission,
            change.effective_on,
            on,
        )
        for change in changes
    )
    alias = writing_alias_of(actor)
    copy_rows("reinsurance_cessionchange", _COLUMNS, rows, using=alias)
    back = [(lot.change_id, change) for change in changes for lot in change.taken_back]
    if back:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                _TAKE_BACK,
                {
                    "insurer": actor.insurer_id,
                    "on": on,
                    "lots": [lot for lot, _ in back],
                    "cessions": [change.state.id for _, change in back],
                    "positions": [change.state.position + 1 for _, change in back],
                },
            )
