"""May this file be kept as evidence of a dossier? Its type is read from its first bytes, never from its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from capweb.kernel.errors import DomainError

LARGEST_BYTES: Final = 10 * 1024 * 1024
# First bytes → what it is, and the ending under which it is kept.
SIGNATURES: Final = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)


class EvidenceRefused(DomainError):
    """The file is empty, too large, or neither a PDF nor a PNG or JPEG picture; `reason` says which."""

    code = "evidence_refused"
    status = 422


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file as it was handed in: its name as given, its content."""

    name: str
    content: bytes

    @property
    def shown_name(self) -> str:
        """The last part of the name without signs that a header could trip over, 120 characters at most."""
        last = self.name.replace("\\", "/").rsplit("/", 1)[-1]
        kept = "".join(sign if sign.isprintable() and sign not in '"<>|' else "_" for sign in last).strip()
        return kept[-120:] or "document"


def kind_of_file(one: Evidence) -> tuple[str, str]:
    """Media type and ending of a file that may be kept. Raises EvidenceRefused.

    >>> kind_of_file(Evidence("lettre.pdf", b"%PDF-1.7 ..."))
    ('application/pdf', 'pdf')
    """
    if not one.content:
        raise EvidenceRefused(f"The file {one.shown_name} is empty.", reason="empty")
    if len(one.content) > LARGEST_BYTES:
        raise EvidenceRefused(
            f"The file {one.shown_name} has {len(one.content)} bytes; at most {LARGEST_BYTES} are kept.",
            reason="too_large",
        )
    for start, media_type, ending in SIGNATURES:
        if one.content.startswith(start):
            return media_type, ending
    raise EvidenceRefused(f"The file {one.shown_name} is neither PDF nor PNG nor JPEG.", reason="unknown_type")
