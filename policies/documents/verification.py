"""Does an endorsement's file say what was issued? Its attached snapshot, the digest printed on it and its pages agree.

Three questions, each with its own answer: is the digest of the attached snapshot the one printed; do the pages say what
the snapshot says (they are set again from it and compared word by word); is the file, byte for byte, the one that this
installation makes. A changed figure on a page is found even when attachment and digest were left alone.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from capweb.kernel.errors import DomainError
from policies.domain.endorsement import TEMPLATE_VERSION, EndorsementSnapshot, from_json

ATTACHMENT: Final = "avenant.json"
LARGEST_FILE_BYTES: Final = 20 * 1024 * 1024

_PRINTED: Final = re.compile(r"SHA-256 est : ((?:[0-9a-f]{8} ?){8})")


class NotAnEndorsement(DomainError):
    """The file cannot be read as an endorsement of this product: no PDF, no snapshot attached, or no digest printed."""

    code = "not_an_endorsement"
    status = 422


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found in the file.

    `snapshot` is None when altered data cannot even be read. `pages_agree` is None when the pages were not compared,
    because the data are altered or the pages were set by another version of the template.
    """

    snapshot: EndorsementSnapshot | None
    embedded_digest: str
    printed_digest: str
    pages_agree: bool | None
    same_bytes: bool

    @property
    def digests_agree(self) -> bool:
        return self.embedded_digest == self.printed_digest

    @property
    def is_intact(self) -> bool:
        """Whether nothing that could be checked differs."""
        return self.snapshot is not None and self.digests_agree and self.pages_agree is not False


def verify_endorsement(content: bytes) -> Verification:
    """Read a PDF and compare its attached snapshot with what is printed; nothing is taken from the database.

    Raises NotAnEndorsement for another file.
    """
    pages, attached = _read(content)
    printed = _printed_digest(pages)
    embedded = hashlib.sha256(attached).hexdigest()
    snapshot = _snapshot(attached)
    pages_agree, same_bytes = None, False
    if snapshot is not None and embedded == printed and snapshot.template_version == TEMPLATE_VERSION:
        pages_agree, same_bytes = _set_again(snapshot, pages=pages, content=content)
    return Verification(
        snapshot=snapshot,
        embedded_digest=embedded,
        printed_digest=printed,
        pages_agree=pages_agree,
        same_bytes=same_bytes,
    )


def _snapshot(attached: bytes) -> EndorsementSnapshot | None:
    try:
        return from_json(attached)
    except DomainError:
        return None


def _read(content: bytes) -> tuple[list[str], bytes]:
    if len(content) > LARGEST_FILE_BYTES or not content.startswith(b"%PDF-"):
        raise NotAnEndorsement("This file is not a PDF of an endorsement; choose the file that the insurer issued.")
    try:
        reader = PdfReader(BytesIO(content))
        attachments = reader.attachments.get(ATTACHMENT, [])
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise NotAnEndorsement(f"This PDF is damaged and cannot be read: {error}.") from error
    if len(attachments) != 1:
        raise NotAnEndorsement(f"This PDF carries no snapshot named {ATTACHMENT}; it was not issued by this product.")
    return pages, attachments[0]


def _printed_digest(pages: list[str]) -> str:
    found = _PRINTED.search(_words("\n".join(pages)))
    if found is None:
        raise NotAnEndorsement("No SHA-256 digest is printed on this PDF; it was not issued by this product.")
    return found.group(1).replace(" ", "")


def _set_again(snapshot: EndorsementSnapshot, *, pages: list[str], content: bytes) -> tuple[bool, bool]:
    # Imported here: WeasyPrint takes a second to load, and a file that is no endorsement never comes this far.
    from policies.documents.endorsement_pdf import endorsement_pdf

    expected = endorsement_pdf(snapshot)
    expected_pages = [page.extract_text() for page in PdfReader(BytesIO(expected)).pages]
    return [_words(page) for page in pages] == [_words(page) for page in expected_pages], content == expected


def _words(text: str) -> str:
    return " ".join(text.split())
