"""The seals as screens and the API show them: checkpoints of each sequence, keys, and when all was last verified.

An insurer sees its own sequences; a reinsurer those of the insurers that cede to it, and the State's; the operator all.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.errors import DomainError
from reinsurance.domain import checkpoint as notes
from reinsurance.models import Checkpoint, LedgerVerification
from reinsurance.queries import seal_keys
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import visible_treaties

LARGEST_PAGE = 1_000


class CheckpointUnknown(DomainError):
    """There is no such checkpoint among those that the actor may see."""

    code = "checkpoint_unknown"
    status = 404


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """One signed statement. `insurer` None is the books without insurer; `origin` names the sequence in the note."""

    origin: str
    insurer: str | None
    sequence: str
    number: int
    size: int
    root: str
    sealed_on: date
    recorded_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class CheckpointPage:
    """Checkpoints, newest first, and where the next page begins; None on the last."""

    rows: tuple[CheckpointRow, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class VerificationRow:
    """When the whole ledger was last verified, and how many differences were found."""

    verified_on: date
    recorded_at: datetime
    compared: int
    difference_count: int


def visible_checkpoints(actor: Actor | PlatformActor) -> QuerySet[Checkpoint]:
    """An insurer's own; a reinsurer's cedants' and the State's; all for the operator."""
    rows = Checkpoint.objects.using(alias_of(actor)).select_related("insurer")
    if isinstance(actor, Actor):
        return rows.filter(insurer_id=actor.insurer_id)
    if actor.role == "reinsurer":
        cedants = visible_treaties(actor).order_by().values("insurer_id")
        return rows.filter(Q(insurer__isnull=True) | Q(insurer_id__in=cedants))
    return rows


def latest_checkpoints(actor: Actor | PlatformActor) -> list[CheckpointRow]:
    """The newest checkpoint of each sequence that the actor may see; one query."""
    rows = visible_checkpoints(actor).order_by("insurer_id", "sequence", "-number").distinct("insurer_id", "sequence")
    return sorted((_row(row) for row in rows), key=lambda row: (row.insurer is not None, row.origin))


def checkpoints(
    actor: Actor | PlatformActor, *, sequence: str | None = None, after: int | None = None, size: int = 100
) -> CheckpointPage:
    """A page of checkpoints, newest first; one query. `after` is the `next_after` of the page before."""
    rows = visible_checkpoints(actor)
    if sequence is not None:
        rows = rows.filter(sequence=sequence)
    if after is not None:
        rows = rows.filter(id__lt=after)
    size = max(1, min(size, LARGEST_PAGE))
    found = list(rows.order_by("-id")[: size + 1])
    return CheckpointPage(
        rows=tuple(_row(row) for row in found[:size]), next_after=found[size - 1].pk if len(found) > size else None
    )


def checkpoint_named(
    actor: Actor | PlatformActor, *, insurer: str | None, sequence: str, number: int | None = None
) -> CheckpointRow:
    """The checkpoint of that number, or the newest. An insurer's actor sees its own whatever `insurer` says.

    Raises CheckpointUnknown.
    """
    rows = visible_checkpoints(actor).filter(sequence=sequence)
    if isinstance(actor, PlatformActor):
        rows = rows.filter(insurer__isnull=True) if insurer is None else rows.filter(insurer__code=insurer)
    if number is not None:
        rows = rows.filter(number=number)
    found = rows.order_by("-number").first()
    if found is None:
        raise CheckpointUnknown(_("There is no such checkpoint."), sequence=sequence)
    return _row(found)


def last_verification(actor: Actor | PlatformActor) -> VerificationRow | None:
    """The last time that the whole ledger was verified; None if never."""
    found = (
        LedgerVerification.objects.using(alias_of(actor))
        .order_by("-verified_on", "-id")
        .values_list("verified_on", "recorded_at", "compared", "difference_count")
        .first()
    )
    return None if found is None else VerificationRow(*found)


def verifier_key(origin: str) -> str:
    """The public key that now signs the checkpoints of an origin, in the form that verifiers of notes take."""
    return notes.verifier_key(origin, seal_keys.public_keys()[0])


def public_key() -> str:
    """The public key that now signs, in base64; kept beside its successor when the private key is replaced."""
    return b64encode(seal_keys.public_keys()[0].public_bytes_raw()).decode()


def _row(row: Checkpoint) -> CheckpointRow:
    insurer = None if row.insurer is None else row.insurer.code
    return CheckpointRow(
        origin=seal_keys.origin(insurer, row.sequence),
        insurer=insurer,
        sequence=row.sequence,
        number=row.number,
        size=row.size,
        root=bytes(row.root).hex(),
        sealed_on=row.sealed_on,
        recorded_at=row.recorded_at,
        note=row.note,
    )
