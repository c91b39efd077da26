"""The proof that each policyholder of a wave was told, as a table for a file: one line a limit (D-29)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from policies.domain.notice_proof import Proof


def proof_csv(rows: Sequence[Proof], *, separator: str) -> bytes:
    """UTF-8 with its mark, so that spreadsheets open accents; days and instants as ISO writes them, Paris time."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(_heads())
    writer.writerows([[_cell(value) for value in _values(row)] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _heads() -> list[str]:
    return [
        _("Policyholder"),
        _("Policy"),
        _("Buyer"),
        _("Country"),
        _("Number of the buyer"),
        _("Outcome"),
        _("Decision"),
        _("Limit before"),
        _("Limit from then on"),
        _("Notified on"),
        _("Takes effect on"),
        _("Days of notice"),
        _("Exceptional case"),
        _("Letter"),
        _("SHA-256 of the letter"),
        _("Message"),
        _("Recipient"),
        _("Mail addresses"),
        _("Sent at"),
        _("First read at"),
        _("Read by"),
        _("Buyer told"),
    ]


def _values(row: Proof) -> list[object]:
    return [
        row.holder,
        row.policy_number,
        row.buyer,
        row.country,
        row.identifier,
        row.outcome,
        row.decision,
        row.amount_before,
        row.amount,
        row.notified_on,
        row.effective_on,
        row.days,
        row.exceptional_case,
        row.letter,
        row.digest,
        row.message,
        row.recipient or (_("by post") if row.message else ""),
        " ".join(one.address for one in row.mails),
        row.sent_at,
        row.read_at,
        row.read_by,
        _("yes") if row.is_buyer_told else "",
    ]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    cell = str(value)
    # What a person typed may not become a formula in somebody else's spreadsheet.
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
