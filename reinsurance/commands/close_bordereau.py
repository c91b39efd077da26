"""Close a period: four bordereaux and the technical account of each treaty, frozen with the digest of their content.

The journal is sealed first. What is closed is a function of the ledger up to that journal number, the treaty's terms as
they stood and the layout version; `verify_bordereaux` computes it again. A treaty is one transaction, so a close that
fails leaves whole treaties behind and may be asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connections
from django.db.models import Max

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor, PlatformActor
from capweb.audit.trail import Change
from capweb.kernel.identifiers import public_id_from
from capweb.kernel.periods import Term
from reinsurance.commands import closable, gather_lines
from reinsurance.commands.advise_losses import advise_losses
from reinsurance.commands.book_entries import leave_trail
from reinsurance.commands.close_technical_account import close_technical_accounts
from reinsurance.commands.seal_journal import seal_journal
from reinsurance.commands.write_bordereau import compose, insert_lines
from reinsurance.domain.bordereau_layout import LAYOUT_VERSION
from reinsurance.domain.bordereau_line import KINDS, BordereauKind
from reinsurance.models import Bordereau
from reinsurance.models.seal import SealedEntry
from reinsurance.queries.books import INSURER
from reinsurance.queries.treaties import treaty_named
from reinsurance.queries.treaty_head import treaty_head

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class ClosedBordereau:
    """A closed bordereau; `is_repeat` when it stood already. `sums` are as written, by treaty year and in all."""

    public_id: str
    treaty: str
    kind: BordereauKind
    period: Term
    journal_number: int
    line_count: int
    sums: dict[str, Any]
    sha256: str
    is_repeat: bool


def close_bordereaux(
    actor: Actor, treaties: Sequence[str], *, period: Term, on: date, progress: Progress | None = None
) -> list[ClosedBordereau]:
    """Four bordereaux for each treaty (public ids), in the order given; `progress` is told lines as they are written.

    A period that is closed already answers with what stands. Opens its own transactions: not inside acting().

    Raises NotAllowed; TreatyUnknown; PeriodNotEnded, PeriodOverlaps, PeriodLeavesGap, PeriodNotReported when the period
    cannot be closed for a treaty; LinesDisagree when lines and transfers come to different sums.
    """
    actor.must_be_allowed("bordereaux.write")
    closable.must_have_ended(period, on=on)
    with acting_as_platform():
        seal_journal(PlatformActor(name=actor.name, role="operator", user_id=actor.user_id), on=on)
    with acting(actor):
        last = SealedEntry.objects.filter(insurer_id=actor.insurer_id).aggregate(last=Max("position"))["last"]
    closed: list[ClosedBordereau] = []
    for public_id in treaties:
        with acting(actor):
            closed += _close(actor, public_id, period, number=last or 0, on=on, progress=progress or _unheard)
    return closed


def _unheard(_lines: int) -> None:
    """Nobody listens."""


def _close(
    actor: Actor, public_id: str, period: Term, *, number: int, on: date, progress: Progress
) -> list[ClosedBordereau]:
    treaty = treaty_named(actor, public_id)
    with connections[INSURER].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('bordereaux of ' || %s, 0))", [public_id])
    standing = closable.standing(treaty, period)
    if standing:
        return [_receipt(row, public_id, is_repeat=True) for row in standing]
    after = closable.must_follow(treaty, period, on=on)
    # A close of somebody else may have sealed further meanwhile.
    span = closable.Span(treaty=treaty, period=period, after=after, number=max(number, after), on=on)
    ledger = gather_lines.moved(INSURER, span.facts)
    rows = [_one(kind, span, ledger, progress=progress) for kind in KINDS]
    accounts = close_technical_accounts(span, ledger, rows)
    changes = [_told(row) for row in rows] + [
        Change("technical_account.closed", one.public_id, became={"balance": str(one.balance)}) for one in accounts
    ]
    leave_trail(actor, changes, on=on)
    advise_losses(actor, [public_id], on=on)
    return [_receipt(row, public_id, is_repeat=False) for row in rows]


def _one(kind: BordereauKind, span: closable.Span, ledger: gather_lines.Moved, *, progress: Progress) -> Bordereau:
    gather_lines.gather(INSURER, kind, span.facts, is_to_be_stored=True)
    head = bordereau_head(span, kind)
    written = compose(INSURER, kind, head, span.facts, ledger, progress=progress)
    row = Bordereau.objects.create(
        insurer_id=span.treaty.insurer_id,
        public_id=public_id_from(
            "bdx", span.treaty.public_id, kind, span.period.first, span.period.end, LAYOUT_VERSION, on=span.on
        ),
        treaty=span.treaty,
        kind=kind,
        period_first=span.period.first,
        period_end=span.period.end,
        after_journal_number=span.after,
        journal_number=span.number,
        layout_version=LAYOUT_VERSION,
        facts=written.head,
        line_count=written.sums["all"]["lines"],
        totals=written.sums,
        content_sha256=written.sha256,
        booked_on=span.on,
    )
    insert_lines(INSURER, insurer_id=row.insurer_id, bordereau_id=row.pk)
    return row


def bordereau_head(span: closable.Span, kind: BordereauKind) -> dict[str, Any]:
    """What stands above the lines: which treaty, between whom, on which terms, which days and entries are told."""
    return {
        "layout": LAYOUT_VERSION,
        "kind": kind,
        "period": {"first": span.period.first.isoformat(), "end": span.period.end.isoformat()},
        "journal": {"after": span.after, "number": span.number},
        "closed_on": span.on.isoformat(),
        "currency": "EUR",
        "treaty": treaty_head(INSURER, span.treaty, before=span.period.end, known_on=span.on),
    }


def _receipt(row: Bordereau, treaty: str, *, is_repeat: bool) -> ClosedBordereau:
    kind: Any = row.kind
    return ClosedBordereau(
        public_id=row.public_id,
        treaty=treaty,
        kind=kind,
        period=Term(row.period_first, row.period_end),
        journal_number=row.journal_number,
        line_count=row.line_count,
        sums=row.totals,
        sha256=row.content_sha256,
        is_repeat=is_repeat,
    )


def _told(row: Bordereau) -> Change:
    became: dict[str, object] = {
        "kind": row.kind,
        "period": f"{row.period_first}..{row.period_end}",
        "lines": row.line_count,
        "sha256": row.content_sha256,
    }
    return Change("bordereau.closed", row.public_id, became=became)
