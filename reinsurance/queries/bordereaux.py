"""Closed bordereaux as screens and files have them: the list, one with its sums, its lines in pages and pieces.

An insurer sees its own, a reinsurer those of the treaties that it reinsures, of all insurers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.errors import DomainError
from capweb.kernel.periods import Term
from reinsurance.domain.bordereau_layout import Written
from reinsurance.domain.bordereau_line import BordereauKind, BordereauLine
from reinsurance.models import Bordereau, TechnicalAccount
from reinsurance.queries import bordereau_rows
from reinsurance.queries.books import INSURER, PLATFORM, alias_of
from reinsurance.queries.treaties import visible_treaties

LARGEST_PAGE: Final = 1_000


class BordereauUnknown(DomainError):
    """There is no such bordereau among those the actor may see."""

    code = "bordereau_unknown"
    status = 404


@dataclass(frozen=True, slots=True)
class BordereauRow:
    """A closed bordereau. `written` is what its files are made of; `treaty_kind` complement or substitution."""

    public_id: str
    kind: BordereauKind
    period: Term
    treaty: str
    treaty_kind: str
    market: str
    insurer_id: int
    insurer_code: str
    insurer_name: str
    reinsurer_name: str
    journal_number: int
    layout_version: int
    line_count: int
    closed_on: date
    written: Written
    row_id: int


@dataclass(frozen=True, slots=True)
class BordereauPage:
    """Bordereaux, newest first, and the position after which the next page begins; None on the last."""

    rows: tuple[BordereauRow, ...]
    next_after: int | None


def bordereaux(
    actor: Actor | PlatformActor,
    *,
    after: int | None = None,
    size: int = 50,
    treaty: str | None = None,
    kind: str | None = None,
    period: Term | None = None,
) -> BordereauPage:
    """A page of those that the actor may see; one query."""
    rows = _visible(actor)
    if treaty:
        rows = rows.filter(treaty__public_id=treaty)
    if kind:
        rows = rows.filter(kind=kind)
    if period is not None:
        rows = rows.filter(period_first__gte=period.first, period_end__lte=period.end)
    if after is not None:
        rows = rows.filter(id__lt=after)
    size = max(1, min(size, LARGEST_PAGE))
    found = list(rows.order_by("-id")[: size + 1])
    return BordereauPage(tuple(map(_row, found[:size])), found[size - 1].pk if len(found) > size else None)


def bordereau(actor: Actor | PlatformActor, public_id: str) -> BordereauRow:
    """One of them. Raises BordereauUnknown. One query."""
    row = _visible(actor).filter(public_id=public_id).first()
    if row is None:
        raise BordereauUnknown(_("There is no bordereau %(id)s.") % {"id": public_id}, bordereau=public_id)
    return _row(row)


def lines(
    actor: Actor | PlatformActor, found: BordereauRow, *, after: int = 0, limit: int = bordereau_rows.LINES_AT_ONCE
) -> list[BordereauLine]:
    """The lines after a number, in order; one query."""
    return bordereau_rows.closed(
        alias_of(actor), insurer_id=found.insurer_id, bordereau_id=found.row_id, after=after, limit=limit
    )


@dataclass(frozen=True, slots=True)
class LineSearch:
    """Lines of one event, of one treaty year, that name a text (policy, policyholder, buyer, guarantee, claim)."""

    kind: str = ""
    treaty_year: int | None = None
    text: str = ""


def searched_lines(
    actor: Actor | PlatformActor, found: BordereauRow, search: LineSearch, *, after: int = 0, limit: int = 100
) -> list[BordereauLine]:
    """The lines after a number that the search finds, in order; one query."""
    return bordereau_rows.searched(
        alias_of(actor),
        insurer_id=found.insurer_id,
        bordereau_id=found.row_id,
        kind=search.kind,
        treaty_year=search.treaty_year,
        text=search.text,
        after=after,
        limit=limit,
    )


def accounts_of(actor: Actor | PlatformActor, found: BordereauRow) -> list[tuple[str, str]]:
    """The technical accounts that sum a bordereau: public id and span; one query."""
    rows = TechnicalAccount.objects.using(alias_of(actor)).filter(
        insurer_id=found.insurer_id,
        treaty__public_id=found.treaty,
        period_first__lte=found.period.first,
        period_end__gte=found.period.end,
    )
    return list(rows.order_by("id").values_list("public_id", "span"))


def in_pieces(actor: Actor | PlatformActor, found: BordereauRow) -> Iterator[list[BordereauLine]]:
    """All lines for a file; each piece is read in a short transaction of its own, so call it outside acting()."""
    after = 0
    while True:
        if isinstance(actor, Actor):
            with acting(actor):
                piece = _piece(INSURER, found, after)
        else:
            piece = _piece(PLATFORM, found, after)
        if not piece:
            return
        yield piece
        after = piece[-1].number


def _piece(alias: str, found: BordereauRow, after: int) -> list[BordereauLine]:
    return bordereau_rows.closed(alias, insurer_id=found.insurer_id, bordereau_id=found.row_id, after=after)


def _visible(actor: Actor | PlatformActor) -> QuerySet[Bordereau]:
    rows = Bordereau.objects.using(alias_of(actor)).select_related("treaty__insurer", "treaty__reinsurer")
    return rows.filter(treaty__in=visible_treaties(actor).order_by().values("id"))


def _row(row: Bordereau) -> BordereauRow:
    treaty = row.treaty
    facts: dict[str, Any] = row.facts
    kind = cast("BordereauKind", row.kind)
    return BordereauRow(
        public_id=row.public_id,
        kind=kind,
        period=Term(row.period_first, row.period_end),
        treaty=treaty.public_id,
        treaty_kind=treaty.kind,
        market=treaty.market,
        insurer_id=row.insurer_id,
        insurer_code=treaty.insurer.code,
        insurer_name=treaty.insurer.name,
        reinsurer_name=treaty.reinsurer.name,
        journal_number=row.journal_number,
        layout_version=row.layout_version,
        line_count=row.line_count,
        closed_on=row.booked_on,
        written=Written(kind, facts, row.totals, row.content_sha256),
        row_id=row.pk,
    )
