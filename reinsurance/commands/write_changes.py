"""Write what became of cessions: one dated, append-only row for each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows
from capweb.audit.trail import Change
from reinsurance.commands.premium_transfers import Credit
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.cession_states import CessionState

_COLUMNS = (
    "insurer_id",
    "cession_id",
    "position",
    "kind",
    "live_amount",
    "live_ceded_amount",
    "run_off_amount",
    "run_off_until",
    "premium_credited",
    "ceded_premium_credited",
    "commission_returned",
    "effective_on",
    "booked_on",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """A change to be written, beside the state that it changes."""

    state: CessionState
    kind: str
    live_amount: Decimal
    live_ceded_amount: Decimal
    run_off_amount: Decimal
    run_off_until: date | None
    credit: Credit
    effective_on: date

    def told(self) -> Change:
        """The change as the trail tells it."""
        return Change(
            f"cession.{self.kind}",
            self.state.public_id,
            was={"live_ceded": str(self.state.live_ceded_amount)},
            became={
                "live_ceded": str(self.live_ceded_amount),
                "run_off": str(self.run_off_amount),
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
            change.run_off_until if change.run_off_amount else None,
            change.credit.premium,
            change.credit.ceded_premium,
            change.credit.commission,
            change.effective_on,
            on,
        )
        for change in changes
    )
    copy_rows("reinsurance_cessionchange", _COLUMNS, rows, using=writing_alias_of(actor))
