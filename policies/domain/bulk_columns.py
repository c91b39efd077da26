"""Which field of a request does a column name mean? English names as in the API, and the French ones of brokers' files.

Accents, capitals and punctuation do not count. What no name means is reported and left aside, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from policies.domain.row_messages import UnreadableFile, quotable

FIELDS: Final = (
    "reference",
    "policy_number",
    "buyer_country",
    "buyer_identifier_type",
    "buyer_identifier",
    "requested_total",
    "payment_days",
    "french_share",
    "currency",
    "construction_subcontract",
    "notified_on",
)
MANDATORY: Final = ("policy_number", "buyer_identifier", "requested_total")
LARGEST_COLUMNS: Final = 100

# The first French name is the one that is shown and written; the others are what broker's files have been seen to say.
FRENCH: Final = {
    "reference": ("référence", "réf", "référence client", "votre référence"),
    "policy_number": ("police", "numéro de police", "n° de police", "n° police", "no police", "police n°"),
    "buyer_country": ("pays", "pays acheteur", "pays de l'acheteur", "code pays"),
    "buyer_identifier_type": ("type d'identifiant", "type identifiant"),
    "buyer_identifier": ("siren", "identifiant acheteur", "identifiant de l'acheteur", "siren acheteur", "n° siren"),
    "requested_total": ("montant demandé", "montant total demandé", "encours demandé"),
    "payment_days": ("délai de paiement", "délai de paiement (jours)", "délai de paiement en jours"),
    "french_share": ("part française",),
    "currency": ("devise", "monnaie"),
    "construction_subcontract": ("sous-traitance construction", "sous-traitance de construction"),
    "notified_on": ("date de notification", "notifié le"),
}
_SEPARATORS: Final = re.compile(r"[^a-z0-9]+")


def plain_name(name: str) -> str:
    """A column name without accents, capitals and punctuation.

    >>> plain_name("  Délai de paiement (jours) ")
    'delai de paiement jours'
    """
    letters = unicodedata.normalize("NFKD", name).casefold()
    return _SEPARATORS.sub(" ", "".join(c for c in letters if not unicodedata.combining(c))).strip()


_BY_NAME: Final = {
    plain_name(name): field for field in FIELDS for name in (field, field.replace("_", " "), *FRENCH[field])
}


def fields_of(header: Sequence[str]) -> list[str | None]:
    """For each column the field that it means, or None."""
    return [_BY_NAME.get(plain_name(name)) for name in header]


def columns_of(header: Sequence[str], *, file: str) -> tuple[list[str | None], list[str]]:
    """The field of each column, and the names of the columns that mean none.

    Raises UnreadableFile when a mandatory column is missing, two columns mean the same, or there are too many.
    """
    if len(header) > LARGEST_COLUMNS:
        raise UnreadableFile("too_many_columns", file=file, columns=len(header), largest=LARGEST_COLUMNS)
    fields = fields_of(header)
    missing = [_shown(field) for field in MANDATORY if field not in fields]
    if missing:
        raise UnreadableFile(
            "missing_columns",
            file=file,
            missing=", ".join(missing),
            found=", ".join(quotable(name) for name in header[:20] if name.strip()) or "-",
            accepted=", ".join(_shown(field) for field in FIELDS),
        )
    for field in FIELDS:
        twice = [quotable(name) for name, meant in zip(header, fields, strict=True) if meant == field]
        if len(twice) > 1:
            raise UnreadableFile("repeated_columns", file=file, columns=", ".join(twice))
    ignored = [quotable(name.strip()) for name, meant in zip(header, fields, strict=True) if not meant and name.strip()]
    return fields, ignored


def _shown(field: str) -> str:
    return f"{field} ({FRENCH[field][0]})"
