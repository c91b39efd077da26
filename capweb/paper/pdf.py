"""How does a page become a PDF that is kept for decades? Tagged PDF/A-3a and PDF/UA-1, with its data attached.

The same page and data give the same bytes on the same installation: identifier and dates come from the caller, fonts
are shipped, nothing is fetched. Importing this module costs about a second: import it where PDFs are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock

from django.conf import settings
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from capweb.paper.archival import VARIANT, ArchivedAndAccessible
from capweb.paper.shipped_files import ShippedFiles

# Pango's font map is not made for two threads at once; a worker process renders one document at a time anyway.
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Attached:
    """The data that a document states, as a file inside it, with the instant at which they were frozen."""

    name: str
    text: str
    description: str
    at: datetime


def archival_pdf(html: str, *, sheets: tuple[str, ...], identifier: str, attached: Attached) -> bytes:
    """The page as PDF. `sheets` are style sheets of templates/documents; `identifier` is hexadecimal, a digest."""
    source = HTML(string=html, url_fetcher=ShippedFiles(), base_url="shipped:")
    attachment = Attachment(
        string=attached.text,
        name=attached.name,
        description=attached.description,
        created=attached.at,
        modified=attached.at,
        relationship="Source",
    )
    with _one_at_a_time:
        styles, fonts = _styles(sheets)
        document = source.render(font_config=fonts, stylesheets=list(styles), pdf_variant=VARIANT)
        document.metadata = ArchivedAndAccessible(**vars(document.metadata))
        content: bytes = document.write_pdf(
            pdf_variant=VARIANT, pdf_identifier=identifier[:32].encode(), attachments=[attachment]
        )
    return content


@cache
def _styles(sheets: tuple[str, ...]) -> tuple[tuple[CSS, ...], FontConfiguration]:
    # Read once in a process: unpacking the fonts and parsing the sheets takes longer than a page.
    fonts = FontConfiguration()
    folder = Path(settings.BASE_DIR) / "templates" / "documents"
    texts = [(folder / name).read_text(encoding="utf-8") for name in sheets]
    made = (CSS(string=one, url_fetcher=ShippedFiles(), font_config=fonts, base_url="shipped:") for one in texts)
    return tuple(made), fonts
