"""A letter on paper, made from its frozen data whenever somebody who may read it asks for it."""

from __future__ import annotations

from datetime import date

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from policies.queries import primary_notices


def print_letter(actor: Actor, number: str, *, on: date) -> bytes:
    """The PDF of the letter. Raises NotAllowed, LetterUnknown. Nothing is made inside a transaction."""
    actor.must_be_allowed("documents.read")
    with acting(actor):
        snapshot = primary_notices.letter(actor, number, on=on)
    # Imported here: WeasyPrint takes a second to load.
    from policies.documents.letter_pdf import letter_pdf

    return letter_pdf(snapshot)
