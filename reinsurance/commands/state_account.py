"""State the account of treaties: every acknowledged line that no statement settles yet, settled in one entry.

The amounts leave the current account for settlement, where payments meet them; each line is settled once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change
from capweb.kernel.identifiers import new_public_id
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.domain.settlement import StatedAmounts, due_day
from reinsurance.domain.transfer import NewEntry, NewTransfer
from reinsurance.models import Treaty
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.free_room import locked_rooms
from reinsurance.queries.settlements import SettleableLines, settleable_lines
from reinsurance.queries.treaties import treaty_named
from reinsurance.queries.treaty_book import TreatyBook, treaty_book


@dataclass(frozen=True, slots=True)
class StatementReceipt:
    """A statement: above zero its balance is owed to the reinsurer. `due_on` is None where the treaty sets no delay."""

    public_id: str
    treaty: str
    up_to: date
    line_count: int
    amounts: StatedAmounts
    due_on: date | None

    @property
    def balance(self) -> Decimal:
        return self.amounts.balance


def state_account(actor: Actor, treaty_ids: Sequence[str], *, up_to: date, on: date) -> list[StatementReceipt]:
    """A statement for each of these treaties (public ids) that has something to settle, in order: the acknowledged
    lines of bordereaux whose period ended on or before `up_to`. Runs inside acting(actor).

    Raises TreatyUnknown, NotAllowed without `settlement.write`, and IntegrityError `line_settled_when_acknowledged`
    when a line is disputed at this very moment: nothing is written then, and asking again leaves it out.
    """
    alias = writing_alias_of(actor)
    actor.must_be_allowed("settlement.write")
    treaties = {treaty.pk: treaty for treaty in (treaty_named(actor, one) for one in dict.fromkeys(treaty_ids))}
    if not treaties:
        return []
    locked_rooms(actor, (), treaties=treaties.keys())
    book = treaty_book(actor)
    found = settleable_lines(actor, treaties.keys(), up_to=up_to)
    lines = [found[treaty_id] for treaty_id in treaties if treaty_id in found]
    receipts = [_receipt(treaties[one.treaty_id], one, book, up_to=up_to, on=on) for one in lines]
    ids = draw_ids("reinsurance_accountstatement", len(lines), using=alias)
    rows = list(zip(ids, lines, receipts, strict=True))
    copy_rows(
        "reinsurance_accountstatement",
        _COLUMNS,
        (_row(actor, pk, one.treaty_id, receipt, on=on) for pk, one, receipt in rows),
        using=alias,
    )
    copy_rows(
        "reinsurance_settledline",
        ("insurer_id", "statement_id", "line_id"),
        ((actor.insurer_id, pk, line_id) for pk, one, _ in rows for line_id in one.line_ids),
        using=alias,
    )
    book_entries(actor, [_entry(actor, one, receipt, book) for _, one, receipt in rows], on=on)
    leave_trail(actor, [_told(receipt) for receipt in receipts], on=on)
    return receipts


_COLUMNS = (
    "id",
    "insurer_id",
    "public_id",
    "treaty_id",
    "up_to",
    "line_count",
    "premium_amount",
    "commission_amount",
    "indemnity_amount",
    "recovery_amount",
    "due_on",
    "booked_on",
)


def _receipt(treaty: Treaty, lines: SettleableLines, book: TreatyBook, *, up_to: date, on: date) -> StatementReceipt:
    in_force = book.on(treaty.pk, on)
    days = None if in_force is None else in_force.settlement_days
    return StatementReceipt(
        public_id=new_public_id("stm"),
        treaty=treaty.public_id,
        up_to=up_to,
        line_count=len(lines.line_ids),
        amounts=lines.amounts,
        due_on=due_day(on, settlement_days=days),
    )


def _row(actor: Actor, pk: int, treaty_id: int, receipt: StatementReceipt, *, on: date) -> tuple[object, ...]:
    amounts = receipt.amounts
    return (
        pk,
        actor.insurer_id,
        receipt.public_id,
        treaty_id,
        receipt.up_to,
        receipt.line_count,
        amounts.premium,
        amounts.commission,
        amounts.indemnity,
        amounts.recovery,
        receipt.due_on,
        on,
    )


def _entry(actor: Actor, lines: SettleableLines, receipt: StatementReceipt, book: TreatyBook) -> NewEntry:
    current = book.account(lines.treaty_id, "current_account")
    settlement = book.account(lines.treaty_id, "settlement")
    transfers = []
    if receipt.amounts.owed:
        transfers.append(NewTransfer(current, settlement, "stated_owed", receipt.amounts.owed))
    if receipt.amounts.due:
        transfers.append(NewTransfer(settlement, current, "stated_due", receipt.amounts.due))
    return NewEntry("statement", f"statement:{receipt.public_id}", actor.insurer_id, tuple(transfers))


def _told(receipt: StatementReceipt) -> Change:
    became: dict[str, object] = {
        "treaty": receipt.treaty,
        "lines": receipt.line_count,
        "balance": str(receipt.balance),
        "due_on": None if receipt.due_on is None else receipt.due_on.isoformat(),
    }
    return Change("account.stated", receipt.public_id, became=became)
