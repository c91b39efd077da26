"""Write entries with their transfers, set by set: the database's trigger keeps totals and ceilings (ADR 0004)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor, PlatformActor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change, record_changes
from reinsurance.domain.transfer import NewEntry
from reinsurance.queries.books import writing_alias_of

_ENTRY_COLUMNS = ("id", "insurer_id", "kind", "source_key", "booked_on", "cession_id")
_TRANSFER_COLUMNS = (
    "insurer_id",
    "entry_id",
    "debit_account_id",
    "debit_class",
    "credit_account_id",
    "credit_class",
    "code",
    "state",
    "amount",
    "pending_id",
)


def book_entries(actor: Actor | PlatformActor, entries: Sequence[NewEntry], *, on: date) -> None:
    """Book the entries in the order given, each a walk of its envelope in that order. Inside the caller's transaction.

    Raises IntegrityError naming the constraint when the books refuse: `account_not_overdrawn` above all.
    """
    if not entries:
        return
    alias = writing_alias_of(actor)
    ids = draw_ids("reinsurance_journalentry", len(entries), using=alias)
    copy_rows(
        "reinsurance_journalentry",
        _ENTRY_COLUMNS,
        ((n, e.insurer_id, e.kind, e.source_key, on, e.cession_id) for n, e in zip(ids, entries, strict=True)),
        using=alias,
    )
    transfers = [
        (
            entry.insurer_id,
            entry_id,
            transfer.debit.id,
            transfer.debit.account_class,
            transfer.credit.id,
            transfer.credit.account_class,
            transfer.code,
            transfer.state,
            transfer.amount,
            transfer.pending_id,
        )
        for entry_id, entry in zip(ids, entries, strict=True)
        for transfer in entry.transfers
    ]
    if transfers:
        copy_rows("reinsurance_transfer", _TRANSFER_COLUMNS, transfers, using=alias)


def leave_trail(actor: Actor | PlatformActor, changes: Sequence[Change], *, on: date) -> None:
    """Record what a command changed, under the actor's name, in the command's transaction."""
    record_changes(
        changes,
        insurer_id=None if isinstance(actor, PlatformActor) else actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
        using=writing_alias_of(actor),
    )
