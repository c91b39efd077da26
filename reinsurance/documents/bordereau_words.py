"""What an accountant reads in French on bordereaux and statements: columns, kinds, periods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BORDEREAU: Final[Mapping[str, str]] = {
    "risk": "Bordereau des engagements",
    "premium": "Bordereau des primes",
    "claims": "Bordereau des sinistres",
    "recoveries": "Bordereau des récupérations",
}
COVER: Final[Mapping[str, str]] = {"complement": "Garantie complémentaire", "substitution": "Garantie de substitution"}
MARKET: Final[Mapping[str, str]] = {"domestic": "marché domestique", "export": "export"}
PRODUCT: Final[Mapping[str, str]] = {
    "cap": "CAP",
    "cap_plus": "CAP+",
    "cap_francexport": "Cap Francexport",
    "cap_francexport_plus": "Cap Francexport+",
}
EVENT: Final[Mapping[str, str]] = {
    "ceded": "cession",
    "amended": "réduction",
    "corrected": "rectification",
    "ended": "fin de garantie",
    "replaced": "remplacement",
    "released": "fin d’extinction",
    "indemnity": "indemnité",
    "indemnity_reversed": "indemnité annulée",
    "reserve": "provision",
    "recovery": "récupération",
    "recovery_reversed": "récupération annulée",
}
COLUMN: Final[Mapping[str, str]] = {
    "number": "N°",
    "journal_number": "N° d’écriture",
    "entry": "Écriture",
    "kind": "Mouvement",
    "corrects": "Rectifie la ligne",
    "booked_on": "Comptabilisé le",
    "effective_on": "Date d’effet",
    "treaty_year": "Exercice de souscription",
    "cession": "Cession",
    "guarantee": "Garantie",
    "product": "Produit",
    "policy_number": "Police",
    "policyholder_id": "N° de l’assuré",
    "policyholder": "Assuré",
    "buyer_id": "N° de l’acheteur",
    "buyer": "Acheteur",
    "buyer_country": "Pays",
    "term_first": "Du",
    "term_end": "Au",
    "amount": "Montant garanti",
    "ceded_ratio": "Taux de cession",
    "ceded_amount": "Montant cédé",
    "premium_rate": "Taux de prime trimestriel",
    "premium": "Prime",
    "ceded_premium": "Prime cédée",
    "ceding_commission": "Taux de commission",
    "commission": "Commission",
    "is_illustrative": "Tarif illustratif",
    "amount_after": "Montant après mouvement",
    "ceded_before": "Cédé avant mouvement",
    "run_off_until": "Extinction jusqu’au",
    "claim": "Sinistre",
    "gross_change": "Mouvement avant cession",
    "live_change": "Engagement en cours",
    "run_off_change": "Engagement en extinction",
    "ceded_premium_change": "Prime cédée (mouvement)",
    "commission_change": "Commission (mouvement)",
    "ceded_indemnity_change": "Indemnité cédée",
    "reserve_change": "Provision cédée",
    "ceded_recovery_change": "Récupération cédée",
    "owed_change": "Dû au réassureur",
}


def cover(treaty: Mapping[str, str]) -> str:
    """Garantie de substitution, marché domestique."""
    return f"{COVER[treaty['kind']]}, {MARKET[treaty['market']]}"


def period(name: str) -> str:
    """2e trimestre 2020, 1er semestre 2020, juin 2020, année 2020; two days as they are.

    >>> [period(name) for name in ("2020-Q2", "2020-S1", "2020-06", "2020")]
    ['2e trimestre 2020', '1er semestre 2020', 'juin 2020', 'année 2020']
    """
    year, _, part = name.partition("-")
    if not part:
        return f"année {year}"
    if part[0] in _SPAN:
        return f"{part[1]}{'er' if part[1] == '1' else 'e'} {_SPAN[part[0]]} {year}"
    return f"{_MONTH[int(part) - 1]} {year}" if part.isdigit() else name


_SPAN: Final = {"Q": "trimestre", "S": "semestre"}
_MONTH: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
