"""How large may a complement be (CAP, Cap Francexport), and what share of a loss is insured?

FAQ (half of the primary); décret n° 2020-397, article 3 (parity, exception); code des assurances, R.442-8-10 1°.
D-1, D-46.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from capweb.kernel.money import ZERO, to_cent_down
from eligibility.domain.fact_parts import Facts, RecordedException
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import Reference
from eligibility.domain.rule import (
    DECREE_IN_FORCE,
    END_OF_DOMESTIC_LAW,
    Finding,
    does_not_apply,
    lacks,
    limits,
    passes,
    rule,
)
from eligibility.domain.rules import predecessors
from eligibility.domain.rules.insured_ratio import RATIO_SENTENCES, held_ratio

FAQ: Final = Reference(
    "Foire aux questions des ministères : garanties complémentaires",
    "https://www.bpifrance.fr/Toutes-nos-solutions/Garanties-et-assurances/Assurance-credit-a-l-international/"
    "Dispositif-de-reassurance-CT-Cap-Francexport",
)
DECREE_3: Final = Reference(
    "Décret n° 2020-397, article 3", "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000041782333/"
)
R_442_8_10: Final = Reference(
    "Code des assurances, article R.442-8-10, 1°",
    "https://www.french-business-law.com/french-legislation-art/article-r442-8-10-of-the-french-insurance-code/",
)
CAP_AT_HOME: Final = frozenset({"cap"})
CAP_ABROAD: Final = frozenset({"cap_francexport"})
TWICE_THE_PRIMARY: Final = date(2020, 11, 27)
DECREE_OF_2015: Final = date(2015, 11, 12)

SHARE_SENTENCES: Final = {
    "cap": (
        "At most {maximum:euro}: {multiple:times} times the primary guarantee of {primary:euro}.",
        "Au plus {maximum:euro} : {multiple:times} fois la garantie primaire de {primary:euro}.",
    ),
    "pass": (
        "The need stays within {maximum:euro}, {multiple:times} times the primary guarantee of {primary:euro}.",
        "Le besoin tient dans {maximum:euro}, soit {multiple:times} fois la garantie primaire de {primary:euro}.",
    ),
    "cap.beside": (
        "At most {maximum:euro}: {multiple:times} × {primary:euro} of primary, less {in_force:euro} beside.",
        "Au plus {maximum:euro} : {multiple:times} × {primary:euro} de primaire, moins {in_force:euro} à côté.",
    ),
    "pass.beside": (
        "Within {maximum:euro}: {multiple:times} × {primary:euro} of primary, less {in_force:euro} beside.",
        "Dans {maximum:euro} : {multiple:times} × {primary:euro} de primaire, moins {in_force:euro} à côté.",
    ),
    "pass.exception": (
        "Lifted to {lifted_to:euro} by the exception of {granted_on:day} ({exception}).",
        "Porté à {lifted_to:euro} par la dérogation du {granted_on:day} ({exception}).",
    ),
}


# "… ne peuvent excéder 50 % de la garantie dite primaire." Question to the lawyer: the next sentence gives the State
# up to half of the risk, which is parity. D-1 takes the stricter sentence and keeps parity as a reading.
@rule(
    "COMP-01",
    title=(
        "A domestic complement is a share of the primary guarantee",
        "La garantie complémentaire est une part de la primaire",
    ),
    reference=FAQ,
    products=CAP_AT_HOME,
    end_day=END_OF_DOMESTIC_LAW,
    sets="primary_multiple",
    question="complement_multiple",
    before=predecessors.CAP,
    sentences=SHARE_SENTENCES,
)
def a_domestic_complement_is_a_share_of_the_primary(facts: Facts, law: LawInForce) -> Finding:
    return _share(facts, law.amounts["complement/domestic/primary_multiple"], lifted=_above_parity(facts))


# Article 3: "l'exposition de la CCR est au plus égale, pour chaque risque réassuré, à celle que l'assureur-crédit …
# conserve à sa charge sur ce même risque". Question to the lawyer: gross or net of private reinsurance?
@rule(
    "COMP-02",
    title=("Parity with what the insurer keeps", "Parité avec l'exposition conservée par l'assureur"),
    reference=DECREE_3,
    products=CAP_AT_HOME,
    first_day=DECREE_IN_FORCE,
    end_day=END_OF_DOMESTIC_LAW,
    sets="parity",
    sentences=SHARE_SENTENCES,
)
def a_domestic_complement_is_at_parity(facts: Facts, law: LawInForce) -> Finding:
    return _share(facts, law.amounts["complement/domestic/parity_multiple"], lifted=_above_parity(facts))


# Article 3: exceptionally more, on the proposal of CCR's director general and with the minister's agreement, "pour
# autant que l'assureur-crédit conserve une exposition", and not for construction subcontracting.
@rule(
    "COMP-03",
    title=("An exception above parity", "Dérogation au-delà de la parité"),
    reference=DECREE_3,
    products=CAP_AT_HOME,
    end_day=END_OF_DOMESTIC_LAW,
    sets="exception",
    sentences={
        "cap": (
            "The exception of {granted_on:day} ({exception}) allows at most {maximum:euro}.",
            "La dérogation du {granted_on:day} ({exception}) autorise au plus {maximum:euro}.",
        ),
        "pass": (
            "The need stays within the {maximum:euro} of the exception of {granted_on:day} ({exception}).",
            "Le besoin tient dans les {maximum:euro} de la dérogation du {granted_on:day} ({exception}).",
        ),
        "not_applicable": ("No exception lifts the limits.", "Aucune dérogation ne relève les limites."),
        "not_applicable.construction": (
            "The exception of {granted_on:day} does not apply to construction subcontracting.",
            "La dérogation du {granted_on:day} ne s'applique pas à la sous-traitance de construction.",
        ),
    },
)
def an_exception_lifts_the_limits(facts: Facts, law: LawInForce) -> Finding:
    recorded = _recorded(facts)
    if recorded is None or recorded.amount is None:
        return does_not_apply()
    if facts.buyer.construction_subcontract is None:
        return lacks("buyer.construction_subcontract")
    used = {"granted_on": recorded.granted_on, "exception": recorded.reference, "maximum": recorded.amount}
    if facts.buyer.construction_subcontract:
        return does_not_apply(because="construction", **used)
    if facts.primary.amount is None:
        return lacks("primary.amount")
    multiples = ("complement/domestic/primary_multiple", "complement/domestic/parity_multiple")
    without = facts.primary.amount * min(law.amounts[path] for path in multiples)
    return limits(recorded.amount, **used) if recorded.amount > without else does_not_apply(**used)


@rule(
    "COMP-04",
    title=("Insured percentage of a domestic complement", "Quotité de la garantie complémentaire domestique"),
    reference=FAQ,
    products=CAP_AT_HOME,
    end_day=END_OF_DOMESTIC_LAW,
    before=predecessors.CAP,
    sentences=RATIO_SENTENCES,
)
def the_insured_ratio_of_a_domestic_complement(facts: Facts, law: LawInForce) -> Finding:
    return held_ratio(facts, law.amounts["complement/domestic/insured_ratio_maximum"])


# The FAQ sets half of the primary for both markets, until the code allows twice the primary (27 November 2020). D-1.
@rule(
    "COMPX-01",
    title=(
        "An export complement is a share of the primary guarantee",
        "La garantie complémentaire export est une part de la primaire",
    ),
    reference=FAQ,
    products=CAP_ABROAD,
    end_day=TWICE_THE_PRIMARY,
    sets="primary_multiple",
    question="complement_multiple",
    before=predecessors.EXPORT[:1],
    sentences=SHARE_SENTENCES,
)
def an_export_complement_is_a_share_of_the_primary(facts: Facts, law: LawInForce) -> Finding:
    return _share(facts, law.amounts["complement/export/primary_multiple"])


# R.442-8-10 1° as amended by décret n° 2020-1440: at any time at most twice the primary, same insured and same buyer.
@rule(
    "COMPX-01",
    title=(
        "An export complement is at most twice the primary guarantee",
        "La garantie complémentaire export est au plus le double de la primaire",
    ),
    reference=R_442_8_10,
    products=CAP_ABROAD,
    first_day=TWICE_THE_PRIMARY,
    sets="primary_multiple",
    question="complement_multiple",
    sentences=SHARE_SENTENCES,
)
def an_export_complement_is_twice_the_primary(facts: Facts, law: LawInForce) -> Finding:
    return _share(facts, law.amounts["complement/export/primary_multiple"])


# R.442-8-10 1° in its wording of 2015: at most the primary guarantee.
@rule(
    "COMPX-02",
    title=("Parity with the primary guarantee, export", "Parité avec la garantie primaire, export"),
    reference=R_442_8_10,
    products=CAP_ABROAD,
    first_day=DECREE_OF_2015,
    end_day=TWICE_THE_PRIMARY,
    sets="parity",
    sentences=SHARE_SENTENCES,
)
def an_export_complement_is_at_parity(facts: Facts, law: LawInForce) -> Finding:
    return _share(facts, law.amounts["complement/export/parity_multiple"])


@rule(
    "COMPX-04",
    title=("Insured percentage of an export complement", "Quotité de la garantie complémentaire export"),
    reference=FAQ,
    products=CAP_ABROAD,
    before=predecessors.EXPORT,
    sentences=RATIO_SENTENCES,
)
def the_insured_ratio_of_an_export_complement(facts: Facts, law: LawInForce) -> Finding:
    return held_ratio(facts, law.amounts["complement/export/insured_ratio_maximum"])


def _share(facts: Facts, multiple: Decimal, *, lifted: RecordedException | None = None) -> Finding:
    primary = facts.primary.amount
    if primary is None:
        return lacks("primary.amount")
    maximum = to_cent_down(primary * multiple)
    if lifted is not None and lifted.amount is not None and lifted.amount > maximum:
        return passes(
            primary=primary,
            multiple=multiple,
            maximum=maximum,
            because="exception",
            lifted_to=lifted.amount,
            granted_on=lifted.granted_on,
            exception=lifted.reference,
        )
    beside = facts.others_in_force.same_policy
    if beside:
        # Since two buyers became one, what runs beside rests on the same primary: the share holds for both together.
        maximum = max(maximum - beside, ZERO)
        return limits(maximum, primary=primary, multiple=multiple, maximum=maximum, in_force=beside, because="beside")
    return limits(maximum, primary=primary, multiple=multiple, maximum=maximum)


def _recorded(facts: Facts) -> RecordedException | None:
    """The largest recorded exception in force on the day."""
    found = [
        one for one in facts.exceptions if one.kind == "above_parity" and one.in_force_on(facts.day) and one.amount
    ]
    return max(found, key=lambda one: one.amount or 0) if found else None


def _above_parity(facts: Facts) -> RecordedException | None:
    if not facts.exceptions or facts.buyer.construction_subcontract is not False:
        return None
    return _recorded(facts)
