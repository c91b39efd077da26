"""What stands where on an endorsement: the snapshot turned into French labels and values, ready for the template.

Every mention of the snapshot has its line here, except the treaty shares, which the policyholder does not read. Text
from outside passes through `french.shown`; the template escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from capweb.paper import french
from capweb.paper.french import day, money, percent, shown
from policies.documents import wording
from policies.domain.endorsement import EndorsementSnapshot, digest
from policies.domain.endorsement_parts import Acceptance, Company, Premium, RecordedException

TITLES: Final = {
    "policy": "Police : conditions particulières".replace(" :", f"{french.NO_BREAK}:"),
    "grant": "Avenant d’octroi de garantie",
    "renewal": "Avenant de renouvellement",
    "increase": "Avenant d’augmentation",
    "reduction": "Avenant de réduction",
    "primary_reduced": "Avenant de réduction (garantie primaire réduite)",
    "primary_ended": "Avenant de fin de garantie (garantie primaire éteinte)",
    "insolvency": "Avenant de fin de garantie (insolvabilité de l’acheteur)",
    "overdue": "Avenant de fin de garantie (retard de paiement de l’acheteur)",
    "law_change": "Avenant de mise en conformité avec les textes",
    "identity_change": "Avenant de changement d’identité de l’acheteur",
    "one_buyer": "Avenant de réduction (acheteurs réunis)",
    "withdrawal": "Avenant de résiliation par l’assuré",
    "end": "Avenant de fin de garantie",
    "correction": "Avenant rectificatif",
}
KINDS: Final = {
    "cap": "Garantie complémentaire, marché domestique",
    "cap_plus": "Garantie de substitution, marché domestique",
    "cap_francexport": "Garantie complémentaire, exportation",
    "cap_francexport_plus": "Garantie de substitution, exportation",
}
TRIGGERS: Final = {
    "reduction": "Réduction de la garantie primaire",
    "partial_grant": "Accord partiel sur la garantie demandée",
    "refusal": "Refus de garantie primaire",
    "cessation": "Cessation de la garantie primaire",
}
BINDINGS: Final = {
    "need": "le besoin exprimé",
    "primary_multiple": "la part de la garantie primaire admise par le dispositif",
    "parity": "la parité avec la garantie primaire",
    "category_maximum": "le plafond de la catégorie de risque",
    "capacity": "la capacité restante du dispositif",
    "exception": "le montant de la dérogation accordée",
}
PREMIUM_PERIODS: Final = {"quarter": "par trimestre", "year": "par an", "term": "pour la période de garantie"}
EXCEPTIONS: Final = {
    "large_policyholder": "Décision ministérielle",
    "above_parity": "Accord du ministre",
}
GROUNDS: Final = {"large_policyholder": "assuré de grande taille", "above_parity": "montant supérieur à la parité"}
MANNERS: Final = {
    "online": "Acceptation en ligne",
    "api": "Acceptation par échange de données",
    "standing": "Acceptation permanente",
    "paper": "Acceptation sur papier",
}
TAX_UNSET: Final = "Taxes en sus, selon la législation en vigueur"
ILLUSTRATIVE: Final = "taux illustratif"
ILLUSTRATIVE_NOTE: Final = french.typeset(
    "Taux illustratif : il ne provient d'aucun tarif publié du dispositif et ne peut servir qu'à la démonstration."
)


@dataclass(frozen=True, slots=True)
class Row:
    """A label and its value; `mark` is a visible badge beside the value, `note` a remark under it."""

    label: str
    value: str
    mark: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """A party as an addressee block."""

    role: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the template prints, in order; nothing else reaches it."""

    title: str
    product: str
    kind: str
    number: str
    version: str
    issued_on: str
    issued_at_iso: str
    policy: str
    insurer: str
    parties: tuple[Party, ...]
    figures: tuple[Row, ...]
    illustrative_note: str
    bands: tuple[tuple[Group, ...], ...]
    reasons: tuple[tuple[str, str, str], ...]
    clauses: tuple[wording.Clause, ...]
    acceptance: tuple[Row, ...]
    acceptance_note: str
    signature: tuple[Row, ...]
    digest: str
    digest_short: str
    digest_groups: tuple[str, ...]


def endorsement_page(snapshot: EndorsementSnapshot) -> Page:
    """The page of the snapshot; raises wording.WordingNotFound if its edition of the clauses is not shipped."""
    fingerprint = digest(snapshot)
    premium = snapshot.premium
    return Page(
        title=TITLES["policy" if wording.opens_a_policy(snapshot) else snapshot.cause],
        product=wording.PRODUCT_NAMES[snapshot.product],
        kind=KINDS[snapshot.product],
        number=shown(snapshot.number),
        version=str(snapshot.version),
        issued_on=day(snapshot.issued_on),
        issued_at_iso=f"{snapshot.issued_at:%Y-%m-%dT%H:%M:%SZ}",
        policy=shown(snapshot.policy_number),
        insurer=shown(snapshot.insurer.name),
        parties=_parties(snapshot),
        figures=_figures(snapshot),
        illustrative_note=ILLUSTRATIVE_NOTE if premium is not None and premium.is_illustrative else "",
        bands=_side_by_side([group for group in _groups(snapshot) if group.rows]),
        reasons=tuple((_prose(one.sentence), _prose(one.article), _address(one.url)) for one in snapshot.reasons),
        clauses=wording.clauses(snapshot),
        acceptance=_acceptance(snapshot.acceptance),
        acceptance_note=_acceptance_note(snapshot.acceptance),
        signature=_signature(snapshot),
        digest=fingerprint,
        digest_short=f"{fingerprint[:8]}…{fingerprint[-8:]}",
        digest_groups=tuple(fingerprint[start : start + 8] for start in range(0, 64, 8)),
    )


def _prose(sentence: str) -> str:
    return french.typeset(shown(sentence))


def _address(url: str) -> str:
    """Only an https address becomes a link; anything else stays text."""
    return url if url.startswith("https://") else ""


def _side_by_side(groups: list[Group]) -> tuple[tuple[Group, ...], ...]:
    return tuple(tuple(groups[start : start + 2]) for start in range(0, len(groups), 2))


def _parties(snapshot: EndorsementSnapshot) -> tuple[Party, ...]:
    broker = snapshot.broker
    broker_lines = []
    if broker is not None and broker.siren:
        broker_lines.append(f"SIREN {french.siren(broker.siren)}")
    if broker is not None and broker.orias:
        broker_lines.append(f"ORIAS {shown(broker.orias)}")
    return (
        _company("L’assureur", snapshot.insurer),
        _company("L’assuré", snapshot.policyholder),
        Party("Le courtier", shown(broker.name) if broker else "Sans courtier", tuple(broker_lines)),
    )


def _company(role: str, company: Company) -> Party:
    address = company.address
    town = f"{shown(address.postal_code)} {shown(address.town)}"
    abroad = () if address.country == "FR" else (french.country(address.country),)
    lines = (*(shown(line) for line in address.lines), town, *abroad, f"SIREN {french.siren(company.siren)}")
    return Party(role, shown(company.name), lines)


def _figures(snapshot: EndorsementSnapshot) -> tuple[Row, ...]:
    premium = snapshot.premium
    first, end = snapshot.term.first, snapshot.term.cover_end or snapshot.term.end
    price = money(premium.amount) if premium is not None else "Aucune"
    return (
        Row("Montant garanti", money(snapshot.amounts.granted, currency=snapshot.amounts.currency)),
        Row("Période de garantie", french.period(first, end) if first < end else "Garantie close"),
        Row("Quotité garantie", percent(snapshot.cover.insured_ratio), note=_basis(snapshot)),
        Row("Prime", price, mark=_mark(premium), note="hors taxes" if premium is not None else ""),
    )


def _basis(snapshot: EndorsementSnapshot) -> str:
    return "de la perte hors taxes" if snapshot.cover.before_tax else "de la perte toutes taxes comprises"


def _mark(premium: Premium | None) -> str:
    return ILLUSTRATIVE if premium is not None and premium.is_illustrative else ""


def _groups(snapshot: EndorsementSnapshot) -> tuple[Group, ...]:
    return (
        Group("Acheteur garanti", _buyer(snapshot)),
        Group("Fait générateur", _trigger(snapshot)),
        Group("Montants", _amounts(snapshot)),
        Group("Garantie", _cover(snapshot)),
        Group("Prime", _premium(snapshot.premium)),
        Group("Vente à l’exportation", _export(snapshot)),
        Group("Dispositif et réassurance publique", (*_scheme(snapshot), *_reinsurance(snapshot))),
    )


def _buyer(snapshot: EndorsementSnapshot) -> tuple[Row, ...]:
    buyer, rating, probability = snapshot.buyer, snapshot.rating, snapshot.default_probability
    is_siren = buyer.identifier_type.upper() == "SIREN" and len(buyer.identifier) == 9
    identifier = french.siren(buyer.identifier) if is_siren else shown(buyer.identifier)
    rows = [
        Row("Dénomination", shown(buyer.name)),
        Row(shown(buyer.identifier_type), identifier),
        Row("Pays", french.country(buyer.country)),
        Row("Notation", f"{shown(rating.grade)} ({shown(rating.scale)}), au {day(rating.rated_on)}"),
    ]
    if snapshot.category is not None:
        rows.append(Row("Catégorie de risque", str(snapshot.category)))
    if probability is not None:
        value = f"{percent(probability.value)}, évaluée le {day(probability.assessed_on)}"
        rows.append(Row("Probabilité de défaut (1 an)", value))
    return tuple(rows)


def _trigger(snapshot: EndorsementSnapshot) -> tuple[Row, ...]:
    trigger = snapshot.trigger
    return (
        Row("Nature", TRIGGERS[trigger.kind]),
        Row("Notifié le", day(trigger.notified_on)),
        Row("Effet le", day(trigger.effective_on)),
        Row("Primaire antérieure", money(trigger.primary_before)),
        Row("Primaire nouvelle", money(trigger.primary_after)),
    )


def _amounts(snapshot: EndorsementSnapshot) -> tuple[Row, ...]:
    amounts, previous = snapshot.amounts, snapshot.amounts.previous
    rows = [
        Row("Couverture demandée", money(amounts.requested_total)),
        Row("Besoin à couvrir", money(amounts.need)),
        Row("Montant accordé", money(amounts.granted)),
        Row("Limite retenue", BINDINGS[amounts.binding]),
        Row("Monnaie", "euro (EUR)"),
    ]
    if amounts.maximum is not None:
        rows.insert(2, Row("Maximum possible", money(amounts.maximum)))
    if previous is not None:
        rows.insert(0, Row("Montant antérieur", money(previous)))
    return (*rows, *(_exception(one) for one in snapshot.exceptions))


def _exception(one: RecordedException) -> Row:
    amount = f", {money(one.amount)}" if one.amount is not None else ""
    return Row(EXCEPTIONS[one.kind], f"{shown(one.reference)} du {day(one.granted_on)}{amount}", note=GROUNDS[one.kind])


def _cover(snapshot: EndorsementSnapshot) -> tuple[Row, ...]:
    cover, term = snapshot.cover, snapshot.term
    limit = cover.disbursement_limit
    rows = [
        Row("Quotité", f"{percent(cover.insured_ratio)} {_basis(snapshot)}"),
        Row("Limite de décaissement", f"{money(limit)} par année d’assurance" if limit is not None else "Sans objet"),
        Row("Période", french.period(term.first, term.end), note=f"période n°{french.NO_BREAK}{term.number}"),
        Row("Rétroactivité", "Aucune"),
        Row("Tacite reconduction", "Aucune"),
    ]
    if term.cover_end is not None and term.cover_end < term.end:
        closed = french.period(term.first, term.cover_end) if term.first < term.cover_end else "dès l’origine"
        rows.insert(3, Row("Garantie maintenue", closed))
    if snapshot.replaces is not None:
        rows.append(Row("Remplace l’avenant", shown(snapshot.replaces)))
    return tuple(rows)


def _premium(premium: Premium | None) -> tuple[Row, ...]:
    if premium is None:
        return ()
    rate = f"{percent(premium.rate)} {PREMIUM_PERIODS[premium.period]}"
    rows = [
        Row("Taux", rate, mark=_mark(premium), note=shown(premium.tariff or "")),
        Row("Assiette", money(premium.base)),
        Row("Prime hors taxes", money(premium.amount)),
        Row("Taxes", _tax(premium)),
        Row("Exigible le", day(premium.due_on) if premium.due_on else "Selon l’échéancier de la police"),
    ]
    if premium.zone is not None:
        rows.insert(1, Row("Zone tarifaire", shown(premium.zone)))
    if premium.credit_period_days is not None:
        rows.insert(2, Row("Crédit maximal", f"{premium.credit_period_days}{french.NO_BREAK}jours"))
    if premium.credit:
        rows.insert(-1, Row("Crédit (jours non courus)", money(premium.credit)))
    return tuple(rows)


def _tax(premium: Premium) -> str:
    if premium.tax_rate is None or premium.tax_amount is None:
        return TAX_UNSET
    return f"{money(premium.tax_amount)} ({percent(premium.tax_rate)})"


def _export(snapshot: EndorsementSnapshot) -> tuple[Row, ...]:
    export = snapshot.export
    if export is None:
        return ()
    return (
        Row("Pays de destination", french.country(export.country)),
        Row("Zone", shown(export.zone or "Non définie")),
        Row("Part française déclarée", percent(export.french_share), note=shown(export.french_share_evidence)),
        Row("Délai de paiement", f"{export.payment_days}{french.NO_BREAK}jours"),
        Row("Monnaie de facturation", shown(export.currency)),
        Row("Défaillance du marché", shown(export.market_failure_ground)),
    )


def _reinsurance(snapshot: EndorsementSnapshot) -> tuple[Row, ...]:
    return (
        Row("Réassureur", wording.REINSURER_NAMES[snapshot.reinsurance.reinsurer]),
        Row("Catégorie de traité", _prose(snapshot.reinsurance.treaty_category)),
    )


def _scheme(snapshot: EndorsementSnapshot) -> tuple[Row, ...]:
    scheme = snapshot.scheme
    texts = tuple(
        Row("Texte appliqué", _prose(one.text), note=f"en vigueur depuis le {day(one.in_force_from)}")
        for one in scheme.texts
    )
    last = (Row("Dernier jour d’octroi", day(scheme.last_grant_day)),) if scheme.last_grant_day else ()
    return (*texts, *last, Row("Empreinte du droit", _fingerprint(scheme.law)))


def _fingerprint(law: str) -> str:
    algorithm, _, figures = shown(law).rpartition(":")
    return f"{algorithm.upper().replace('SHA', 'SHA-')} {figures[:16]}…" if algorithm else figures


def _acceptance(acceptance: Acceptance | None) -> tuple[Row, ...]:
    if acceptance is None:
        return ()
    who = shown(acceptance.accepted_by)
    rows = [
        Row("Mode", MANNERS[acceptance.manner]),
        Row("Accepté par", f"{who}, {shown(acceptance.role)}" if acceptance.role else who),
        Row("Horodatage", french.instant(acceptance.accepted_at)),
    ]
    if acceptance.standing_since is not None:
        rows.insert(1, Row("Donnée le", day(acceptance.standing_since)))
    if acceptance.offer is not None:
        rows.append(Row("Proposition", shown(acceptance.offer)))
    return tuple(rows)


def _acceptance_note(acceptance: Acceptance | None) -> str:
    if acceptance is None:
        return french.typeset(
            "Acte notifié par l'assureur en application de la police ; il ne requiert pas d'acceptation."
        )
    return ""


def _signature(snapshot: EndorsementSnapshot) -> tuple[Row, ...]:
    signatory = snapshot.signatory
    issued = Row("Émis le", french.instant(snapshot.issued_at))
    if signatory is None:
        return (issued,)
    return (Row("Signataire", f"{shown(signatory.name)}, {shown(signatory.title)}"), issued)
