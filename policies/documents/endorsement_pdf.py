"""How does an endorsement look on paper? Its HTML and its PDF, each a function of the frozen snapshot alone.

The snapshot's disclosed copy is attached as `avenant.json` (PDF/A-3), so the file can prove what it says (see
`verification`). Importing this module costs about a second: import it where PDFs are made.
"""

from __future__ import annotations

from typing import Final

from django.template.loader import render_to_string

from capweb.paper.pdf import Attached, archival_pdf
from policies.documents.endorsement_page import endorsement_page
from policies.domain.endorsement import EndorsementSnapshot, digest, disclosed, to_json

ATTACHMENT: Final = "avenant.json"


def endorsement_html(snapshot: EndorsementSnapshot) -> str:
    """The document as HTML, in French whatever the reader's language; names are escaped.

    Raises wording.WordingNotFound if the snapshot's edition of the clauses is not shipped.
    """
    return render_to_string("documents/endorsement.html", {"page": endorsement_page(snapshot)})


def endorsement_pdf(snapshot: EndorsementSnapshot) -> bytes:
    """The document as a tagged PDF (PDF/A-3a and PDF/UA-1) with the snapshot's disclosed copy attached.

    Raises wording.WordingNotFound if the snapshot's edition of the clauses is not shipped.
    """
    attached = Attached(
        name=ATTACHMENT,
        text=to_json(disclosed(snapshot)).decode(),
        description="Données de l’avenant",
        at=snapshot.issued_at,
    )
    return archival_pdf(
        endorsement_html(snapshot), sheets=("endorsement.css",), identifier=digest(snapshot), attached=attached
    )
