"""What an accountant reads in French on bordereaux and statements: columns, kinds, days, amounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

BORDEREAU: Final[Mapping[str, str]] = {
    "risk": "Bordereau de risques",
    "premium": "Bordereau de primes",
    "claims": "Bordereau de sinistres",
    "recoveries": "Bordereau de récupérations",
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


def day(given: date | str) -> str:
    """15/06/2020."""
    return (date.fromisoformat(given) if isinstance(given, str) else given).strftime("%d/%m/%Y")


def last_day(end: date | str) -> str:
    """The last day of what ends, excluded, on `end`."""
    found = date.fromisoformat(end) if isinstance(end, str) else end
    return day(found - timedelta(days=1))


def euro(amount: Decimal | str) -> str:
    """-1 234 567,89 €, with no-break spaces."""
    return f"{Decimal(amount):,.2f} €".replace(",", "\u202f").replace(".", ",").replace(" €", "\u00a0€")


def percent(ratio: Decimal | str) -> str:
    """95 %, 0,875 %."""
    text = f"{Decimal(ratio) * 100:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",") + "\u00a0%"
