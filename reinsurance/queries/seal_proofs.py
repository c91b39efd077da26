"""Proofs for an outsider: that an entry is under a signed root, and that a checkpoint somebody kept is the beginning of
what stands here now. Both in the form of RFC 6962, so that any of its verifiers takes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connections
from django.utils.translation import gettext as _

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.errors import DomainError
from reinsurance.domain import checkpoint as notes
from reinsurance.domain.sealing import consistency_proof, inclusion_proof, root_of
from reinsurance.models import SealedEntry, SealedRecord
from reinsurance.queries import seal_keys, sealed_rows
from reinsurance.queries.books import alias_of
from reinsurance.queries.entries import entry_known
from reinsurance.queries.seals import (
    CheckpointRow,
    CheckpointUnknown,
    checkpoint_named,
    latest_checkpoints,
    verifier_key,
    visible_checkpoints,
)


class EntryNotSealed(DomainError):
    """The actor sees no such entry, or it has not been sealed yet."""

    code = "entry_not_sealed"
    status = 404


class CheckpointUnreadable(DomainError):
    """What was given is not a checkpoint in the form of a signed note."""

    code = "checkpoint_unreadable"
    status = 422


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A row of a sealed event: the hash in the manifest, and the bytes that stand there now (None: the row is gone)."""

    name: str
    sha256: str
    content: str | None


@dataclass(frozen=True, slots=True)
class Inclusion:
    """All that an outsider needs to check that an entry is under a signed root.

    SHA-256 of each row's `content` is what `manifest` states; SHA-256 of 0x00 and the manifest is `leaf_hash`; `proof`
    leads from it to the root of `checkpoint` (RFC 6962, nearest neighbour first, hex). `position` counts from 1.
    """

    entry: str
    position: int
    manifest: str
    rows: tuple[SealedRow, ...]
    leaf_hash: str
    proof: tuple[str, ...]
    checkpoint: CheckpointRow
    verifier_key: str


@dataclass(frozen=True, slots=True)
class HeldAgainst:
    """A kept checkpoint beside what stands here now: `agrees` when it is signed and the sequence begins with it.

    `proof` shows it to an outsider (RFC 6962 consistency, hex) up to `latest`, the newest checkpoint of the sequence.
    """

    origin: str
    size: int
    day: date
    is_signed: bool
    is_beginning: bool
    proof: tuple[str, ...]
    latest: CheckpointRow

    @property
    def agrees(self) -> bool:
        return self.is_signed and self.is_beginning


def inclusion(actor: Actor | PlatformActor, source_key: str, *, insurer: str | None = None) -> Inclusion:
    """The proof that the entry of this source key is under the newest checkpoint. Reads all hashes of the sequence.

    The platform's actors name the insurer (its code) beside the key; None is the State's. Raises EntryNotSealed.
    """
    alias = alias_of(actor)
    entry_id = entry_known(actor, source_key, insurer=insurer)
    sealed = None if entry_id is None else SealedEntry.objects.using(alias).filter(entry_id=entry_id).first()
    if sealed is None:
        raise EntryNotSealed(
            _("The entry %(key)s is not sealed; what is booked is sealed in the following night.")
            % {"key": source_key},
            entry=source_key,
        )
    code = actor.insurer_code if isinstance(actor, Actor) else insurer
    newest = checkpoint_named(actor, insurer=code, sequence="journal")
    leaves = _leaves(alias, "journal", sealed.insurer_id, newest.size)
    return Inclusion(
        entry=source_key,
        position=sealed.position,
        manifest=sealed.manifest,
        rows=_rows(alias, sealed.manifest),
        leaf_hash=bytes(sealed.leaf_hash).hex(),
        proof=tuple(node.hex() for node in inclusion_proof(leaves, sealed.position - 1)),
        checkpoint=newest,
        verifier_key=verifier_key(newest.origin),
    )


def held_against(actor: Actor | PlatformActor, note: str) -> HeldAgainst:
    """A checkpoint that somebody kept, held against what stands here. Reads all hashes of the sequence.

    Raises CheckpointUnreadable, and CheckpointUnknown when it is of no sequence that the actor may see.
    """
    try:
        kept = notes.read(note)
    except ValueError as error:
        raise CheckpointUnreadable(
            _("This is not a checkpoint: six lines, an empty line and a signature are expected.")
        ) from error
    newest = next((row for row in latest_checkpoints(actor) if row.origin == kept.origin), None)
    if newest is None:
        raise CheckpointUnknown(
            _("The checkpoint is of %(origin)s, which is no sequence here.") % {"origin": kept.origin},
            origin=kept.origin,
        )
    same = visible_checkpoints(actor).filter(sequence=newest.sequence, insurer__code=newest.insurer)
    insurer_id = same.values_list("insurer_id", flat=True)[0]
    leaves = _leaves(alias_of(actor), newest.sequence, insurer_id, newest.size)
    is_there = 0 < kept.size <= len(leaves)
    return HeldAgainst(
        origin=kept.origin,
        size=kept.size,
        day=kept.day,
        is_signed=any(notes.is_signed_by(note, key) for key in seal_keys.public_keys()),
        is_beginning=is_there and root_of(leaves[: kept.size]) == kept.root,
        proof=tuple(node.hex() for node in consistency_proof(leaves, kept.size)) if is_there else (),
        latest=newest,
    )


def _leaves(alias: str, sequence: str, insurer_id: int | None, size: int) -> list[bytes]:
    model = SealedEntry if sequence == "journal" else SealedRecord
    rows = model.objects.using(alias).filter(insurer_id=insurer_id, position__lte=size).order_by("position")
    return [bytes(leaf) for leaf in rows.values_list("leaf_hash", flat=True).iterator(chunk_size=10_000)]


def _rows(alias: str, manifest: str) -> tuple[SealedRow, ...]:
    """The rows that a manifest names, with their bytes as they stand now."""
    found = []
    for line in manifest.splitlines():
        table, row, digest = line.split(" ")
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT {sealed_rows.row_bytes(table)} FROM {table} t WHERE t.id = %s", [int(row)])  # noqa: S608
            content = cursor.fetchone()
        found.append(SealedRow(f"{table} {row}", digest, None if content is None else content[0]))
    return tuple(found)
