"""What a fact is called, in both languages of the product, by its path: for sentences that say what is missing."""

from __future__ import annotations

from typing import Final

from eligibility.domain.rule import Text

FACT_NAMES: Final[dict[str, Text]] = {
    "requested_total": Text("the cover wanted in all", "le montant total souhaité"),
    "trigger.notified_on": Text("the day of the insurer's notice", "la date de la notification de l'assureur"),
    "policyholder.country": Text("the policyholder's country", "le pays de l'assuré"),
    "policyholder.turnover": Text("the policyholder's turnover", "le chiffre d'affaires de l'assuré"),
    "policyholder.factor": Text(
        "whether the policyholder is a factor", "la qualité ou non de société d'affacturage de l'assuré"
    ),
    "policy.insured_ratio": Text("the policy's insured percentage", "la quotité garantie de la police"),
    "policy.limits_set_by": Text("who sets the buyer limits", "l'auteur des agréments (assureur ou assuré)"),
    "policy.disbursed_this_year": Text(
        "the indemnities paid in the policy year", "les indemnités versées pendant l'exercice"
    ),
    "policy.currency": Text("the currency of the policy", "la devise de la police"),
    "buyer.country": Text("the buyer's country", "le pays de l'acheteur"),
    "buyer.created_on": Text("the day on which the buyer was created", "la date de création de l'acheteur"),
    "buyer.turnover": Text("the buyer's turnover", "le chiffre d'affaires de l'acheteur"),
    "buyer.balance_sheet": Text("the buyer's balance sheet total", "le total du bilan de l'acheteur"),
    "buyer.headcount": Text("the buyer's headcount", "l'effectif de l'acheteur"),
    "buyer.grade": Text("the buyer's grade", "la note de l'acheteur"),
    "buyer.default_probability": Text(
        "the buyer's default probability in one year", "la probabilité de défaut à un an de l'acheteur"
    ),
    "buyer.assessed_on": Text("the day on which the buyer was assessed", "la date d'évaluation de l'acheteur"),
    "buyer.insolvent": Text("whether the buyer is insolvent", "l'état d'insolvabilité ou non de l'acheteur"),
    "buyer.construction_subcontract": Text(
        "whether this is construction subcontracting", "le caractère ou non de sous-traitance de construction"
    ),
    "primary.amount": Text("the primary guarantee that is left", "la garantie primaire restante"),
    "primary.amount_before": Text("the primary guarantee before the notice", "la garantie primaire antérieure"),
    "sale.payment_days": Text("the payment term in days", "la durée de paiement en jours"),
    "sale.french_share": Text("the French share", "la part française"),
    "sale.currency": Text("the currency of the invoice", "la devise de facturation"),
}


def in_words(path: str, language: str) -> str:
    """The fact's name; the path itself for one that no rule asks for."""
    name = FACT_NAMES.get(path)
    return name.in_language(language) if name is not None else path
