"""Compute every closed bordereau again from the ledger and hold it against what was frozen: digest, lines and files.

Nothing is written: lines are gathered into a temporary table and let go. What has been booked since changes nothing,
because a bordereau ends at its journal number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.kernel.periods import Term
from reinsurance.commands import gather_lines
from reinsurance.commands.closable import Span
from reinsurance.commands.close_technical_account import account_digest
from reinsurance.commands.write_bordereau import compose
from reinsurance.domain.bordereau_layout import ContentDigest, Written, row_of
from reinsurance.domain.bordereau_line import BordereauKind, BordereauLine
from reinsurance.domain.technical_account import account_document
from reinsurance.models import Bordereau, TechnicalAccount
from reinsurance.queries import bordereau_rows
from reinsurance.queries.books import INSURER
from reinsurance.queries.technical_flows import flows_between
from reinsurance.queries.treaty_head import treaty_head


@dataclass(frozen=True, slots=True)
class VerifiedAccount:
    """A technical account, and whether its bordereaux still come to the figures that were stated."""

    public_id: str
    span: str
    period: Term
    differences: tuple[str, ...]


Reader = Callable[[Written, str, Iterator[list[BordereauLine]]], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """A closed bordereau, and what differs when it is computed again (nothing, when it is right)."""

    public_id: str
    kind: BordereauKind
    period: Term
    line_count: int
    differences: tuple[str, ...]


def verify_bordereaux(
    actor: Actor, *, public_id: str | None = None, progress: Callable[[int], None] | None = None
) -> Iterator[Verified]:
    """Every closed bordereau of the actor's insurer (or one), oldest first, each in a transaction of its own."""
    actor.must_be_allowed("bordereaux.read")
    with acting(actor):
        rows = Bordereau.objects.filter(insurer_id=actor.insurer_id).order_by("id")
        ids = list((rows if public_id is None else rows.filter(public_id=public_id)).values_list("pk", flat=True))
    for row_id in ids:
        with acting(actor):
            found = _verified(actor, row_id)
        if progress is not None:
            progress(found.line_count)
        yield found


def verify_accounts(actor: Actor) -> list[VerifiedAccount]:
    """Every technical account of the actor's insurer, stated again from the bordereaux that it sums."""
    actor.must_be_allowed("bordereaux.read")
    with acting(actor):
        rows = TechnicalAccount.objects.filter(insurer_id=actor.insurer_id).order_by("id")
        return [_verified_account(row) for row in rows]


def _verified_account(row: TechnicalAccount) -> VerifiedAccount:
    facts = {"insurer": row.insurer_id, "treaty": row.treaty_id, "layout": row.layout_version}
    years = flows_between(INSURER, facts, first=row.period_first, end=row.period_end)
    stated = row.figures
    again = account_document(
        stated["head"],
        years,
        opening=Decimal(stated["current_account"]["opening"]),
        settled=Decimal(stated["current_account"]["settled"]),
        based_on=stated["based_on"],
    )
    found = {name: account_digest(one) for name, one in (("its bordereaux", again), ("the figures kept", stated))}
    differences = tuple(
        f"{name} give {digest}, stated was {row.content_sha256}"
        for name, digest in found.items()
        if digest != row.content_sha256
    )
    return VerifiedAccount(row.public_id, row.span, Term(row.period_first, row.period_end), differences)


def recompute(actor: Actor, public_id: str, read: Reader) -> None:
    """Compute one again from the ledger and hand its parts to `read`, which writes a file as of a closed one."""
    with acting(actor), transaction.atomic():
        row = Bordereau.objects.select_related("treaty").get(insurer_id=actor.insurer_id, public_id=public_id)
        written, span = _again(row)
        read(written, row.public_id, bordereau_rows.gathered(INSURER, span.facts))


def _verified(actor: Actor, row_id: int) -> Verified:
    row = Bordereau.objects.select_related("treaty__insurer", "treaty__reinsurer").get(
        insurer_id=actor.insurer_id, pk=row_id
    )
    kind: Any = row.kind
    differences = []
    try:
        written, span = _again(row)
    except gather_lines.LinesDisagree as error:
        differences.append(error.message)
    else:
        if written.sha256 != row.content_sha256:
            differences.append(f"the ledger gives {written.sha256}, closed was {row.content_sha256}")
        differences += _terms_gone(row, span)
    if (stored := _stored_digest(row)) != row.content_sha256:
        differences.append(f"the lines kept give {stored}, closed was {row.content_sha256}")
    return Verified(row.public_id, kind, Term(row.period_first, row.period_end), row.line_count, tuple(differences))


def _again(row: Bordereau) -> tuple[Written, Span]:
    span = Span(
        treaty=row.treaty,
        period=Term(row.period_first, row.period_end),
        after=row.after_journal_number,
        number=row.journal_number,
        on=row.booked_on,
    )
    kind: Any = row.kind
    gather_lines.gather(INSURER, kind, span.facts, is_to_be_stored=False)
    written = compose(
        INSURER, kind, row.facts, span.facts, gather_lines.moved(INSURER, span.facts), progress=lambda _lines: None
    )
    return written, span


def _terms_gone(row: Bordereau, span: Span) -> list[str]:
    """Terms are only ever added: each that was printed must still stand."""
    now = treaty_head(INSURER, row.treaty, before=span.period.end, known_on=span.on)["terms"]
    return [
        f"the terms of {terms['first_day']} are no longer what was printed"
        for terms in row.facts["treaty"]["terms"]
        if terms not in now
    ]


def _stored_digest(row: Bordereau) -> str:
    kind: Any = row.kind
    digest = ContentDigest(kind, row.facts)
    after = 0
    while piece := bordereau_rows.closed(INSURER, insurer_id=row.insurer_id, bordereau_id=row.pk, after=after):
        digest.take(row_of(kind, line) for line in piece)
        after = piece[-1].number
    return digest.ended(row.totals)
