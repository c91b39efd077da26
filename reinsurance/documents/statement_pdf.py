"""The statement of account on paper: a tagged PDF that carries the digest of what it states, and the account itself.

A function of the frozen account alone: the same account gives the same bytes. Importing this module costs a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.template.loader import render_to_string

from capweb.paper.pdf import Attached, archival_pdf
from reinsurance.documents.statement_page import ATTACHMENT, Page, attached_text, statement_page

_SHEETS: Final = ("endorsement.css", "statement.css")


def statement_html(public_id: str, account: Mapping[str, Any], *, sha256: str) -> str:
    """The statement as HTML, in French whatever the reader's language."""
    return render_to_string("documents/statement.html", {"page": statement_page(public_id, account, sha256=sha256)})


def statement_pdf(public_id: str, account: Mapping[str, Any], *, sha256: str) -> bytes:
    """The statement of a technical account (domain.technical_account.account_document) with its digest."""
    closed_on = date.fromisoformat(account["head"]["closed_on"])
    return paper(
        statement_page(public_id, account, sha256=sha256),
        Attached(
            name=ATTACHMENT,
            text=attached_text(account),
            description="Compte technique",
            at=datetime.combine(closed_on, time(), tzinfo=UTC),
        ),
    )


def paper(page: Page, attached: Attached) -> bytes:
    """A page of the reinsurance desk as PDF."""
    html = render_to_string("documents/statement.html", {"page": page})
    return archival_pdf(html, sheets=_SHEETS, identifier=page.digest, attached=attached)
