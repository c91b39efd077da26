"""What stands on a statement of account, in French: its parties, figures, tables and rules, from the account alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from capweb.kernel.periods import Term
from capweb.paper.french import day, money, percent, shown
from reinsurance.documents import bordereau_words as words
from reinsurance.domain.closing import period_name

LINES: Final[Mapping[str, str]] = {
    "premium_ceded": "Primes cédées émises",
    "premium_credited": "Primes restituées",
    "premium_written": "Primes émises nettes",
    "unearned_opening": "Provision pour primes non acquises (PPNA), ouverture",
    "unearned_closing": "PPNA, clôture",
    "premium_earned": "Primes acquises",
    "commission": "Commissions de réassurance",
    "claims_paid": "Sinistres payés",
    "outstanding_opening": "Provision pour sinistres à payer (PSAP), ouverture",
    "reserve_movement": "Variation de la PSAP",
    "outstanding_closing": "PSAP, clôture",
    "recoveries": "Récupérations encaissées",
    "claims_incurred": "Charge de sinistres",
    "result": "Résultat technique du réassureur",
    "balance": "Solde du compte",
}
_SUMS: Final = {"premium_written", "premium_earned", "outstanding_closing", "claims_incurred"}
_LAST: Final = {"result", "balance"}
RULES: Final = (
    "Montants cédés, en euros ; les primes sont prises à leur émission, hors taxes.",
    "Prime non acquise : prime cédée × jours restant à courir / jours de la période de garantie, au centime.",
    "Une restitution de prime est répartie sur les jours qu’elle rend.",
    "Commission prise avec la prime émise. Charge de sinistres : payés + variation de la PSAP − récupérations.",
    "Résultat : primes acquises − commissions − charge de sinistres.",
    "Solde : primes émises nettes − commissions − sinistres payés + récupérations ; positif, il est dû au réassureur.",
)


@dataclass(frozen=True, slots=True)
class Party:
    role: str
    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table; `weight` "sum" or "last" sets it off."""

    label: str
    cells: tuple[str, ...]
    weight: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    heading: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    is_digests: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A paper of the reinsurance desk as its template prints it."""

    title: str
    span: str
    days: str
    number: str
    dated: str
    at_iso: str
    insurer: str
    cover: str
    parties: tuple[Party, ...]
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    digest: str
    attachment: str
    journal: str = ""
    rules: tuple[str, ...] = ()

    @property
    def digest_groups(self) -> list[str]:
        return [self.digest[place : place + 8] for place in range(0, len(self.digest), 8)]


def statement_page(public_id: str, account: Mapping[str, Any], *, sha256: str) -> Page:
    """The page of a technical account as it was stated (domain.technical_account.account_document)."""
    head, treaty, whole = account["head"], account["head"]["treaty"], account["all"]
    period = Term(date.fromisoformat(head["period"]["first"]), date.fromisoformat(head["period"]["end"]))
    balance = Decimal(whole["balance"])
    is_year = head["span"] == "year"
    return Page(
        title="Compte technique de réassurance",
        span=f"Exercice {period.first.year}" if is_year else words.period(period_name(period)),
        days=f"du {day(period.first)} au {day(period.end - timedelta(days=1))}",
        number=public_id,
        dated=f"arrêté le {day(date.fromisoformat(head['closed_on']))}",
        journal=f"écritures scellées jusqu’au n° {head['journal']['number']}",
        at_iso=f"{head['closed_on']}T00:00:00+00:00",
        insurer=shown(treaty["insurer"]["name"]),
        cover=words.cover(treaty),
        parties=parties_of(treaty),
        figures=(
            Figure("Solde", money(abs(balance)), _side(balance)),
            Figure("Primes acquises", money(Decimal(whole["premium_earned"]))),
            Figure("Charge de sinistres", money(Decimal(whole["claims_incurred"]))),
            Figure("Résultat technique", money(Decimal(whole["result"])), "pour le réassureur"),
        ),
        tables=(_by_year(account), _current(account["current_account"]), _terms(treaty["terms"]), _sources(account)),
        rules=RULES,
        digest=sha256,
        attachment=ATTACHMENT,
    )


ATTACHMENT: Final = "compte.json"


def attached_text(account: Mapping[str, Any]) -> str:
    """The account as it is attached."""
    return json.dumps(account, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def parties_of(treaty: Mapping[str, Any]) -> tuple[Party, ...]:
    opened = f"ouvert le {day(date.fromisoformat(treaty['opened_on']))}"
    lines = tuple(line for line in (words.cover(treaty), shown(treaty["reference"]), opened, treaty["id"]) if line)
    return (
        Party("Cédante", shown(treaty["insurer"]["name"])),
        Party("Réassureur", shown(treaty["reinsurer"]["name"])),
        Party("Traité", lines[0], lines[1:]),
    )


def _side(balance: Decimal) -> str:
    if not balance:
        return "rien n’est dû"
    return "dû au réassureur" if balance > 0 else "dû à la cédante"


def _by_year(account: Mapping[str, Any]) -> Table:
    years = account["by_treaty_year"]
    columns: list[Mapping[str, str]] = [*years, account["all"]]
    return Table(
        heading="Compte par exercice de souscription",
        heads=("En euros", *(str(year["treaty_year"]) for year in years), "Total"),
        rows=tuple(
            Row(label, tuple(money(Decimal(one[name])) for one in columns), _weight(name))
            for name, label in LINES.items()
        ),
    )


def _weight(name: str) -> str:
    return "last" if name in _LAST else "sum" if name in _SUMS else ""


def _current(current: Mapping[str, str]) -> Table:
    labels = {
        "opening": "Solde à l’ouverture",
        "balance": "Solde de ce compte",
        "settled": "Réglé par relevés",
        "closing": "Solde à la clôture",
    }
    rows = tuple(
        Row(label, (money(Decimal(current[name])),), "last" if name == "closing" else "")
        for name, label in labels.items()
    )
    return Table("Compte courant avec le réassureur", ("Positif : dû au réassureur", "Montant"), rows)


def _terms(terms: Sequence[Mapping[str, Any]]) -> Table:
    rows = tuple(
        Row(
            f"à compter du {day(date.fromisoformat(one['first_day']))}",
            (percent(Decimal(one["ceded_ratio"])), percent(Decimal(one["ceding_commission"]))),
        )
        for one in terms
    )
    return Table("Conditions du traité", ("", "Taux de cession", "Commission"), rows)


def _sources(account: Mapping[str, Any]) -> Table:
    rows = tuple(
        Row(words.BORDEREAU.get(one["what"], "Compte technique"), (one["id"], one["sha256"]))
        for one in account["based_on"]
    )
    return Table("Établi sur", ("Document", "Référence", "Empreinte SHA-256"), rows, is_digests=True)
