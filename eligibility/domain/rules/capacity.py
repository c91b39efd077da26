"""Is there an authorised ceiling, and how much of it is free for the ceded part of this guarantee?

Loi n° 2020-289, article 7; code des assurances, L.432-2; D-4, D-18, D-21, D-22, D-23.
"""

from __future__ import annotations

from typing import Final

from eligibility.domain import reduction
from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import Reference
from eligibility.domain.rule import (
    CAP_OF_2008,
    CAP_PLUS_OF_2009,
    DOMESTIC,
    END_OF_DOMESTIC_LAW,
    EVERY_PRODUCT,
    EXPORT,
    Finding,
    does_not_apply,
    lacks,
    limits,
    passes,
    rule,
)
from eligibility.domain.rules import predecessors

LAW: Final = Reference(
    "Loi n° 2020-289, article 7 : montant maximal de la garantie",
    "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000041746298/",
)
CODE: Final = Reference(
    "Code des assurances, article L.432-2, 1°, e)",
    "https://www.bpifrance.fr/catalogue-offres/internationalisation/dispositif-de-reassurance-ct-cap-francexport",
)
CEILING_SENTENCES: Final = {
    "pass": ("The State's ceiling is {ceiling:euro}.", "Le plafond de l'État est de {ceiling:euro}."),
}


@rule(
    "ENVELOPE-01",
    title=("A domestic ceiling is authorised", "Un plafond domestique est autorisé"),
    reference=LAW,
    products=DOMESTIC,
    end_day=END_OF_DOMESTIC_LAW,
    question="domestic_envelope",
    of_law=True,
    sentences=CEILING_SENTENCES,
)
def a_domestic_ceiling_is_authorised(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    return passes(ceiling=law.amounts["envelopes/domestic/ceiling"])


# 20 Md€ by the amending finance law of 4 February 2009, for complements; the fund of CAP+ had a ceiling of its own.
@rule(
    "ENVELOPE-01",
    title=("A ceiling of CAP is authorised", "Un plafond du CAP est autorisé"),
    reference=predecessors.SHEET,
    products=frozenset({"cap"}),
    first_day=CAP_OF_2008[0],
    end_day=CAP_OF_2008[1],
    of_law=True,
    sentences=CEILING_SENTENCES,
)
def a_ceiling_of_complements_is_authorised(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    return passes(ceiling=law.amounts["envelopes/domestic/ceiling"])


@rule(
    "ENVELOPE-03",
    title=("The fund's ceiling is authorised", "Le plafond du fonds est autorisé"),
    reference=predecessors.DECREE_2009,
    products=frozenset({"cap_plus"}),
    first_day=CAP_PLUS_OF_2009[0],
    end_day=CAP_PLUS_OF_2009[1],
    of_law=True,
    sentences=CEILING_SENTENCES,
)
def the_ceiling_of_the_fund_is_authorised(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    return passes(ceiling=law.amounts["envelopes/domestic/substitution_ceiling"])


# The authority's figure after 2022 was not found: referred until an administrator enters it. D-4.
@rule(
    "ENVELOPE-02",
    title=("An export ceiling is authorised", "Un plafond export est autorisé"),
    reference=CODE,
    products=EXPORT,
    question="export_envelope",
    before=predecessors.EXPORT,
    of_law=True,
    sentences=CEILING_SENTENCES,
)
def an_export_ceiling_is_authorised(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    return passes(ceiling=law.amounts["envelopes/export/ceiling"])


# What counts is the ceded part of the guarantee's limit, rounded half up to the cent; it must fit in the free room.
@rule(
    "CAPACITY-01",
    title=("The free room under the ceilings", "Le disponible sous les plafonds"),
    reference=LAW,
    products=EVERY_PRODUCT,
    sets="capacity",
    question="envelope_basis",
    before=predecessors.EVERY_SCHEME,
    sentences={
        "cap": (
            "{free:euro} are free for the ceded part: at most {maximum:euro}.",
            "Il reste {free:euro} pour la part cédée : au plus {maximum:euro}.",
        ),
        # The fact is capped at what is asked for, so that no insurer reads the others' draws from it: no figure here.
        "pass": (
            "The ceded part finds room under the ceiling.",
            "La part cédée trouve place sous le plafond.",
        ),
        "not_applicable": ("The ceilings leave enough room.", "Les plafonds laissent un disponible suffisant."),
    },
)
def the_ceded_part_fits_in_the_free_room(facts: Facts, law: LawInForce) -> Finding:
    free = facts.capacity.free
    kind = "complement" if facts.asks_for_complement else "substitution"
    counted = law.amounts.get(f"{kind}/{facts.market}/ceded_ratio")
    if free is None or counted is None:
        return does_not_apply()
    if law.choices["envelopes/counted_amount"] == "insured_part":
        if facts.policy.insured_ratio is None:
            return lacks("policy.insured_ratio")
        counted *= min(facts.policy.insured_ratio, law.amounts[f"{kind}/{facts.market}/insured_ratio_maximum"])
        if not counted:
            return does_not_apply()
    maximum = reduction.largest_within(free, counted_ratio=counted)
    return limits(maximum, free=free, counted_ratio=counted, maximum=maximum)
