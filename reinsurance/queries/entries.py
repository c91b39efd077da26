"""The journal, page by page, newest first: each entry with its transfers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.models import JournalEntry, LedgerAccount, Transfer
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import treaty_named, visible_treaties

LARGEST_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One movement, in euro. `treaty` is the public id of the treaty whose accounts it touches, if any."""

    code: str
    state: str
    debit_class: str
    credit_class: str
    market: str
    treaty: str | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One event. `source_key` is its name outside; `insurer` None is the law's own."""

    kind: str
    source_key: str
    insurer: str | None
    booked_on: date
    recorded_at: datetime
    cession: str | None
    guarantee: str | None
    transfers: tuple[TransferRow, ...]

    @property
    def total(self) -> Decimal:
        """What the entry's transfers move together."""
        return sum((transfer.amount for transfer in self.transfers), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries, and the position after which the next page begins; None on the last."""

    rows: tuple[EntryRow, ...]
    next_after: int | None


def entries(
    actor: Actor | PlatformActor,
    *,
    after: int | None = None,
    size: int = 50,
    as_of: date | None = None,
    treaty: str | None = None,
) -> EntryPage:
    """A page of the entries that the actor may see, as the books stood at the end of `as_of`; three queries.

    `after` is the `next_after` of the page before. A reinsurer sees those that touch its treaties. Raises TreatyUnknown
    when `treaty` (a public id) is none that the actor sees.
    """
    if treaty is not None:
        treaty_named(actor, treaty)
    rows = _visible(actor, treaty)
    if as_of is not None:
        rows = rows.filter(booked_on__lte=as_of)
    if after is not None:
        rows = rows.filter(id__lt=after)
    size = max(1, min(size, LARGEST_PAGE))
    found = list(rows.select_related("insurer", "cession").order_by("-id")[: size + 1])
    shown = found[:size]
    transfers = _transfers(actor, shown)
    return EntryPage(
        rows=tuple(_row(entry, transfers.get(entry.pk, ())) for entry in shown),
        next_after=shown[-1].pk if len(found) > size else None,
    )


def entry_named(actor: Actor | PlatformActor, source_key: str, *, insurer: str | None = None) -> EntryRow | None:
    """The entry of that source key, as far as the actor may see it; None otherwise. Several queries.

    Each insurer has its own keys, so the platform's actors name the insurer (its code) beside the key.
    """
    rows = _visible(actor, None).filter(source_key=source_key)
    if isinstance(actor, PlatformActor):
        rows = rows.filter(insurer__code=insurer)
    entry = rows.select_related("insurer", "cession").first()
    return None if entry is None else _row(entry, _transfers(actor, [entry]).get(entry.pk, ()))


def entry_known(actor: Actor | PlatformActor, source_key: str, *, insurer: str | None = None) -> int | None:
    """The number of that entry, as `entry_named` finds it."""
    rows = _visible(actor, None).filter(source_key=source_key)
    if isinstance(actor, PlatformActor):
        rows = rows.filter(insurer__code=insurer)
    return rows.values_list("id", flat=True).first()


def _visible(actor: Actor | PlatformActor, treaty: str | None) -> QuerySet[JournalEntry]:
    alias = alias_of(actor)
    rows = JournalEntry.objects.using(alias)
    if isinstance(actor, Actor):
        rows = rows.filter(insurer_id=actor.insurer_id)
    seen = visible_treaties(actor)
    is_reinsurer = isinstance(actor, PlatformActor) and actor.role == "reinsurer"
    if treaty is None and not is_reinsurer:
        return rows
    seen = seen if treaty is None else seen.filter(public_id=treaty)
    accounts = LedgerAccount.objects.using(alias).filter(treaty__in=seen.order_by().values("id")).values("id")
    touching = Transfer.objects.using(alias).filter(
        Q(debit_account__in=accounts) | Q(credit_account__in=accounts), entry=OuterRef("pk")
    )
    return rows.filter(Exists(touching))


def _transfers(actor: Actor | PlatformActor, shown: Sequence[JournalEntry]) -> dict[int, tuple[TransferRow, ...]]:
    alias = alias_of(actor)
    accounts = {
        account_id: (market, public_id)
        for account_id, market, public_id in LedgerAccount.objects.using(alias).values_list(
            "id", "market", "treaty__public_id"
        )
    }
    by_entry: dict[int, list[TransferRow]] = {}
    for transfer in Transfer.objects.using(alias).filter(entry_id__in=[row.pk for row in shown]).order_by("id"):
        market, debit_treaty = accounts.get(transfer.debit_account_id, (None, None))
        credit_market, credit_treaty = accounts.get(transfer.credit_account_id, (None, None))
        by_entry.setdefault(transfer.entry_id, []).append(
            TransferRow(
                code=transfer.code,
                state=transfer.state,
                debit_class=transfer.debit_class,
                credit_class=transfer.credit_class,
                market=credit_market or market or "",
                treaty=credit_treaty or debit_treaty,
                amount=transfer.amount,
            )
        )
    return {entry_id: tuple(rows) for entry_id, rows in by_entry.items()}


def _row(entry: JournalEntry, transfers: tuple[TransferRow, ...]) -> EntryRow:
    return EntryRow(
        kind=entry.kind,
        source_key=entry.source_key,
        insurer=None if entry.insurer is None else entry.insurer.code,
        booked_on=entry.booked_on,
        recorded_at=entry.recorded_at,
        cession=None if entry.cession is None else entry.cession.public_id,
        guarantee=None if entry.cession is None else entry.cession.guarantee_id,
        transfers=transfers,
    )
