"""The files that prove an exception: kept in storage by their SHA-256, so the same content is kept once.

Content goes to storage before the row that names it: a row always finds its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from policies.commands.handle_exceptions import ExceptionUnknown
from policies.domain.evidence import Evidence, kind_of_file
from policies.models import EvidenceFile, ExceptionDossier


def keep_evidence(actor: Actor, dossier: str, files: Sequence[Evidence], *, on: date) -> int:
    """Add files to a dossier; how many are new to it. The same file twice is one.

    Raises NotAllowed, ExceptionUnknown, EvidenceRefused (then none is kept).
    """
    actor.must_be_allowed("exceptions.write")
    kinds = [kind_of_file(one) for one in files]
    with acting(actor):
        row = ExceptionDossier.objects.filter(insurer_id=actor.insurer_id, public_id=dossier).first()
        if row is None:
            raise ExceptionUnknown(f"There is no exception {dossier} here.", dossier=dossier)
        kept = set(EvidenceFile.objects.filter(dossier=row).values_list("digest", flat=True))
    fresh: dict[str, EvidenceFile] = {}
    for one, (media_type, ending) in zip(files, kinds, strict=True):
        digest = hashlib.sha256(one.content).hexdigest()
        if digest in kept or digest in fresh:
            continue
        fresh[digest] = EvidenceFile(
            insurer_id=actor.insurer_id,
            dossier=row,
            name=one.shown_name,
            media_type=media_type,
            digest=digest,
            byte_count=len(one.content),
            storage_key=_stored(actor, one.content, digest=digest, ending=ending),
            added_by=actor.name,
            booked_on=on,
        )
    with acting(actor):
        EvidenceFile.objects.bulk_create(fresh.values(), ignore_conflicts=True)
        record_changes(
            [
                Change("exception.evidence_added", dossier, became={"name": one.name, "sha256": one.digest})
                for one in fresh.values()
            ],
            insurer_id=actor.insurer_id,
            actor=actor.name,
            actor_role=actor.role,
            booked_on=on,
        )
    return len(fresh)


def evidence_content(storage_key: str) -> bytes:
    """The content of a kept file."""
    with default_storage.open(storage_key, "rb") as file:
        return bytes(file.read())


def _stored(actor: Actor, content: bytes, *, digest: str, ending: str) -> str:
    key = f"evidence/{actor.insurer_code}/{digest[:2]}/{digest}.{ending}"
    return key if default_storage.exists(key) else default_storage.save(key, ContentFile(content))
