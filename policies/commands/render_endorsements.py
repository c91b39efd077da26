"""Render endorsements that have no PDF yet: one after another, each kept by its SHA-256 and never made again.

Rendering happens outside of any transaction; two workers that make the same document make the same bytes, and the
second finds it recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from policies.domain import endorsement as document
from policies.models import Endorsement, RenderedEndorsement


class EndorsementUnknown(DomainError):
    """The insurer has no endorsement of this number, or this actor may not see it."""

    code = "endorsement_unknown"
    status = 404


def render_endorsements(actor: Actor, *, go_on: Callable[[], bool] = lambda: True) -> int:
    """Make the PDFs that are missing, oldest first, while `go_on`, asked after each, says so; how many were made."""
    made = 0
    while True:
        with acting(actor):
            waiting = list(
                Endorsement.objects.filter(rendered__isnull=True).order_by("pk").values_list("pk", flat=True)[:50]
            )
        if not waiting:
            return made
        for endorsement_id in waiting:
            render_endorsement(actor, endorsement_id)
            made += 1
            if not go_on():
                return made


def render_endorsement(actor: Actor, endorsement_id: int) -> bytes:
    """The PDF of one endorsement, made and kept now if it was not before."""
    # WeasyPrint takes a second to load: only whoever renders pays for it.
    from policies.documents.endorsement_pdf import endorsement_pdf

    with acting(actor):
        row = Endorsement.objects.get(pk=endorsement_id)
        kept = RenderedEndorsement.objects.filter(endorsement_id=endorsement_id).first()
    if kept is not None:
        with default_storage.open(kept.storage_key, "rb") as file:
            return bytes(file.read())
    content = endorsement_pdf(document.from_json(msgspec.json.encode(row.snapshot)))
    digest = hashlib.sha256(content).hexdigest()
    key = f"endorsements/{actor.insurer_code}/{digest[:2]}/{digest}.pdf"
    if not default_storage.exists(key):
        key = default_storage.save(key, ContentFile(content))
    with acting(actor):
        RenderedEndorsement.objects.bulk_create(
            [
                RenderedEndorsement(
                    insurer_id=actor.insurer_id,
                    endorsement_id=endorsement_id,
                    storage_key=key,
                    pdf_digest=digest,
                    byte_count=len(content),
                )
            ],
            ignore_conflicts=True,
        )
    return content
