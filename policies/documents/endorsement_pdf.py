"""How does an endorsement look on paper? Its HTML and its PDF, each a function of the frozen snapshot alone.

The same snapshot gives the same bytes on the same installation: identifier, dates and attachment come from it, fonts
are shipped, nothing is fetched. The snapshot's disclosed copy is attached as `avenant.json` (PDF/A-3), so the file can
prove what it says (see `verification`). Importing this module costs about a second: import it where PDFs are made.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from policies.documents.archival import VARIANT, ArchivedAndAccessible
from policies.documents.endorsement_page import endorsement_page
from policies.documents.shipped_files import ShippedFiles
from policies.domain.endorsement import EndorsementSnapshot, digest, disclosed, to_json

ATTACHMENT: Final = "avenant.json"

# Pango's font map is not made for two threads at once; a worker process renders one document at a time anyway.
_one_at_a_time = Lock()


def endorsement_html(snapshot: EndorsementSnapshot) -> str:
    """The document as HTML, in French whatever the reader's language; names are escaped.

    Raises wording.WordingNotFound if the snapshot's edition of the clauses is not shipped.
    """
    return render_to_string("documents/endorsement.html", {"page": endorsement_page(snapshot)})


def endorsement_pdf(snapshot: EndorsementSnapshot) -> bytes:
    """The document as a tagged PDF (PDF/A-3a and PDF/UA-1) with the snapshot's disclosed copy attached.

    Raises wording.WordingNotFound if the snapshot's edition of the clauses is not shipped.
    """
    source = HTML(string=endorsement_html(snapshot), url_fetcher=ShippedFiles(), base_url="shipped:")
    with _one_at_a_time:
        style, fonts = _style()
        document = source.render(font_config=fonts, stylesheets=[style], pdf_variant=VARIANT)
        document.metadata = ArchivedAndAccessible(**vars(document.metadata))
        content: bytes = document.write_pdf(
            pdf_variant=VARIANT,
            pdf_identifier=digest(snapshot)[:32].encode(),
            attachments=[_attachment(snapshot)],
        )
    return content


def _attachment(snapshot: EndorsementSnapshot) -> Attachment:
    return Attachment(
        string=to_json(disclosed(snapshot)).decode(),
        name=ATTACHMENT,
        description="Données de l’avenant",
        created=snapshot.issued_at,
        modified=snapshot.issued_at,
        relationship="Source",
    )


@cache
def _style() -> tuple[CSS, FontConfiguration]:
    # Read once in a process: unpacking the fonts and parsing the sheet takes longer than a page.
    fonts = FontConfiguration()
    path = Path(settings.BASE_DIR) / "templates" / "documents" / "endorsement.css"
    text = path.read_text(encoding="utf-8")
    return CSS(string=text, url_fetcher=ShippedFiles(), font_config=fonts, base_url="shipped:"), fonts
