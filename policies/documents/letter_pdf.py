"""How does a letter look on paper, and does a file still say what was written? A function of the frozen letter alone.

One tagged PDF in French with an English version behind it; the letter's data are attached as `lettre.json`. Importing
the PDF part costs about a second: it happens where a PDF is made.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from capweb.kernel.errors import DomainError
from policies.domain.letters import TEMPLATE_VERSION, LetterSnapshot, digest, from_json, to_json

ATTACHMENT: Final = "lettre.json"
LANGUAGES: Final = ("fr", "en")
_SHEETS: Final = ("endorsement.css", "letter.css")
_TITLES: Final = {
    "primary_notice": "Décision sur votre garantie",
    "cover_elsewhere": "Levée de la clause d’exclusivité",
}
_CUTS: Final = ("reduction", "cessation")


class NotALetter(DomainError):
    """The file cannot be read as a letter of this product."""

    code = "not_a_letter"
    status = 422


@dataclass(frozen=True, slots=True)
class LetterVerified:
    """What was found in a file. `is_same`: byte for byte what this installation makes of the attached data."""

    snapshot: LetterSnapshot
    is_printed: bool
    is_same: bool

    @property
    def is_intact(self) -> bool:
        """Whether the digest of the data is printed on the letter and the pages are those of the data."""
        return self.is_printed and self.is_same


def letter_html(snapshot: LetterSnapshot) -> str:
    """The letter as HTML: French, then English, whatever the reader's language."""
    fingerprint = digest(snapshot)
    at = _at(snapshot).isoformat()
    texts = [_text(snapshot, language, fingerprint) for language in LANGUAGES]
    page = {
        "letter": snapshot,
        "title": f"{_TITLES[snapshot.kind]} – n° {snapshot.number}",
        "digest": fingerprint,
        "digest_short": f"{fingerprint[:16]}…",
        "at_iso": at,
        "texts": texts,
    }
    return render_to_string("documents/letter.html", {"page": page})


def letter_pdf(snapshot: LetterSnapshot) -> bytes:
    """The letter as a tagged PDF (PDF/A-3a and PDF/UA-1) with its data attached. The same letter, the same bytes."""
    from capweb.paper.pdf import Attached, archival_pdf

    attached = Attached(
        name=ATTACHMENT, text=to_json(snapshot).decode(), description="Données de la lettre", at=_at(snapshot)
    )
    return archival_pdf(letter_html(snapshot), sheets=_SHEETS, identifier=digest(snapshot), attached=attached)


def verify_letter(content: bytes) -> LetterVerified:
    """Read a PDF and compare it with its attached data; nothing is taken from the database. Raises NotALetter."""
    try:
        reader = PdfReader(BytesIO(content))
        (attached,) = reader.attachments.get(ATTACHMENT, [])
        words = " ".join(page.extract_text() for page in reader.pages)
        snapshot = from_json(attached)
    except (PyPdfError, DomainError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise NotALetter(f"This file is no letter of this product: {error}.") from error
    printed = hashlib.sha256(attached).hexdigest() in re.sub(r"\s", "", words)
    is_same = snapshot.template_version == TEMPLATE_VERSION and letter_pdf(snapshot) == content
    return LetterVerified(snapshot, is_printed=printed, is_same=is_same)


def _text(snapshot: LetterSnapshot, language: str, fingerprint: str) -> str:
    with translation.override(language):
        context: dict[str, Any] = {
            "m": snapshot,
            "language": language,
            "is_cut": snapshot.decision in _CUTS or snapshot.amount < snapshot.amount_before,
            "digest_groups": [fingerprint[start : start + 8] for start in range(0, 64, 8)],
        }
        # Already escaped by its own template.
        return mark_safe(render_to_string(f"documents/letters/{snapshot.kind}_{language}.html", context))  # noqa: S308


def _at(snapshot: LetterSnapshot) -> datetime:
    return datetime.combine(snapshot.issued_on, time(), tzinfo=UTC)
