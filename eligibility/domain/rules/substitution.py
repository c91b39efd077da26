"""May a guarantee stand in for a refused or ended primary (CAP+, Cap Francexport+), and up to what fixed amount?

Décret n° 2020-397, article 4; code des assurances, R.442-8-10 2° and R.442-8-11 2°; the insurers' rating grids. D-2,
D-9, D-12 to D-14, D-17, D-34, D-40.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from capweb.kernel.money import ZERO
from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import Reference
from eligibility.domain.rule import (
    ADMINISTRATOR,
    CAP_PLUS_OF_2009,
    DECREE_IN_FORCE,
    END_OF_DOMESTIC_LAW,
    EXPORT_OF_2009,
    FAIL,
    REQUESTER,
    UNDERWRITER,
    Before,
    Finding,
    does_not_apply,
    fails,
    lacks,
    limits,
    passes,
    refers,
    rule,
)
from eligibility.domain.rules import predecessors
from eligibility.domain.rules.insured_ratio import RATIO_SENTENCES, held_ratio
from eligibility.domain.tables import GridRow

GRID: Final = Reference(
    "Grilles de notation des assureurs, publiées par un courtier",
    "https://www.assurance-credit-entreprise.fr/descriptif/option-assurance-credit/complement-cap-plus/",
)
DECREE_4: Final = Reference(
    "Décret n° 2020-397, article 4", "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000041782333/"
)
FAQ: Final = Reference(
    "Foire aux questions des ministères : plafonds par catégorie de risque",
    "https://www.bpifrance.fr/Toutes-nos-solutions/Garanties-et-assurances/Assurance-credit-a-l-international/"
    "Dispositif-de-reassurance-CT-Cap-Francexport",
)
BROKER: Final = Reference(
    "Courtier, « Complément d'assurance crédit – CAP+ » : limite de décaissement",
    "https://www.assurance-credit-entreprise.fr/descriptif/option-assurance-credit/complement-cap-plus/",
)
R_442_8_11: Final = Reference(
    "Code des assurances, article R.442-8-11, 2°",
    "https://www.french-business-law.com/french-legislation-art/article-r442-8-11-of-the-french-insurance-code/",
)
FLOOR_DROPPED: Final = Reference(
    "Décret n° 2009-527 du 12 mai 2009, modifié par le décret du 18 janvier 2010",
    "https://www.doctrine.fr/l/texts/decrets/JORFTEXT000020605868",
)
EXPORT_PRESS_2009: Final = Reference(
    "La Tribune, 13 octobre 2009 : conditions de CAP Export et de CAP+ Export", "https://www.latribune.fr/"
)
AT_HOME: Final = frozenset({"cap_plus"})
ABROAD: Final = frozenset({"cap_francexport_plus"})
NO_FLOOR: Final = date(2010, 1, 21)
DECREE_OF_2015: Final = date(2015, 11, 12)
UNTIL_2010: Final = (Before((CAP_PLUS_OF_2009[0], NO_FLOOR), predecessors.DECREE_2009),)

GRID_SENTENCES: Final = {
    "pass": ("Grade {grade} is category {category}.", "La note {grade} correspond à la catégorie {category}."),
    "fail": ("Grade {grade} is outside the grid.", "La note {grade} est hors de la grille."),
    "refer": (
        "Grade {grade} is decided case by case.",
        "La note {grade} relève d'un examen au cas par cas.",
    ),
    "refer.no_grid": (
        "No rating grid of {insurer} is recorded for this market.",
        "Aucune grille de notation de {insurer} n'est enregistrée pour ce marché.",
    ),
    "refer.off_scale": (
        "{grade} is no grade of the scale of {insurer}.",
        "{grade} n'est pas une note de l'échelle de {insurer}.",
    ),
}
WINDOW_SENTENCES: Final = {
    "pass": (
        "{default_probability:percent} lies between {minimum:percent} and {maximum:percent}.",
        "{default_probability:percent} se situe entre {minimum:percent} et {maximum:percent}.",
    ),
    "fail": (
        "{default_probability:percent} does not lie between {minimum:percent} and {maximum:percent}.",
        "{default_probability:percent} ne se situe pas entre {minimum:percent} et {maximum:percent}.",
    ),
}
RETENTION_SENTENCES: Final = {
    "pass": (
        "The insurer keeps {kept:percent}, at least {minimum:percent}.",
        "L'assureur conserve {kept:percent}, pour {minimum:percent} au moins.",
    ),
    "refer": (
        "The insurer would keep {kept:percent}: at least {minimum:percent} is required.",
        "L'assureur conserverait {kept:percent} : il en faut au moins {minimum:percent}.",
    ),
}
MAXIMUM_SENTENCES: Final = {
    "cap": (
        "At most {maximum:euro} in category {category}, of which {in_force:euro} already in force on this buyer.",
        "Au plus {maximum:euro} en catégorie {category}, dont {in_force:euro} déjà en cours sur cet acheteur.",
    ),
    "pass": (
        "The need stays within the {maximum:euro} of category {category}.",
        "Le besoin tient dans les {maximum:euro} de la catégorie {category}.",
    ),
    "fail": (
        "No cover in category {category}.",
        "Aucune garantie en catégorie {category}.",
    ),
    "not_applicable": ("The grade has no category.", "La note ne relève d'aucune catégorie."),
}


# The category is the insurer's grade read in its grid for the market; the two grids of an insurer differ. D-2, D-34.
@rule(
    "SUB-01",
    title=(
        "The grade falls in a category of the domestic grid",
        "La note relève d'une catégorie de la grille domestique",
    ),
    reference=GRID,
    products=AT_HOME,
    end_day=END_OF_DOMESTIC_LAW,
    question="euler_hermes_grade_7",
    before=predecessors.CAP_PLUS,
    sentences=GRID_SENTENCES,
)
def the_domestic_grade_has_a_category(facts: Facts, law: LawInForce) -> Finding:
    return _category(facts, law)


# Article 4: "une probabilité de défaut à un an …, telle qu'évaluée par l'entreprise d'assurance à la date de
# souscription de la garantie, [qui] se situe entre 2 % et 6 %". Question to the lawyer: are both ends included? D-14
# says yes.
@rule(
    "SUB-02",
    title=("The default probability is inside the window", "La probabilité de défaut est dans la fenêtre légale"),
    reference=DECREE_4,
    products=AT_HOME,
    first_day=DECREE_IN_FORCE,
    end_day=END_OF_DOMESTIC_LAW,
    before=UNTIL_2010,
    sentences=WINDOW_SENTENCES,
)
def the_default_probability_is_inside_the_window(facts: Facts, law: LawInForce) -> Finding:
    minimum = law.amounts["substitution/domestic/default_probability_minimum"]
    maximum = law.amounts["substitution/domestic/default_probability_maximum"]
    return _between(facts, minimum, maximum)


# The decree of 18 January 2010 drops the floor: "≤ 6 %".
@rule(
    "SUB-02",
    title=("The default probability is low enough", "La probabilité de défaut ne dépasse pas le plafond légal"),
    reference=FLOOR_DROPPED,
    products=AT_HOME,
    first_day=NO_FLOOR,
    end_day=CAP_PLUS_OF_2009[1],
    sentences={
        "pass": (
            "{default_probability:percent} is at most {maximum:percent}.",
            "{default_probability:percent} ne dépasse pas {maximum:percent}.",
        ),
        "fail": (
            "{default_probability:percent} exceeds {maximum:percent}.",
            "{default_probability:percent} dépasse {maximum:percent}.",
        ),
    },
)
def the_default_probability_is_low_enough(facts: Facts, law: LawInForce) -> Finding:
    probability = facts.buyer.default_probability
    if probability is None:
        return lacks("buyer.default_probability")
    maximum = law.amounts["substitution/domestic/default_probability_maximum"]
    return (passes if probability <= maximum else fails)(default_probability=probability, maximum=maximum)


# "catégorie 1 : risque faible – 200 000 € ; catégorie 2 : risque élevé 100 000 €", per policyholder and buyer (D-40).
@rule(
    "SUB-03",
    title=("The fixed maximum of the category, domestic", "Le plafond de la catégorie, domestique"),
    reference=FAQ,
    products=AT_HOME,
    end_day=END_OF_DOMESTIC_LAW,
    sets="category_maximum",
    question="fixed_maximum_2021 fixed_maximum_per euler_hermes_grade_7",
    before=predecessors.CAP_PLUS,
    sentences=MAXIMUM_SENTENCES,
)
def a_domestic_substitution_has_a_fixed_maximum(facts: Facts, law: LawInForce) -> Finding:
    return _maximum(facts, law)


# Article 4: "la quotité garantie par l'assureur-crédit est au maximum de 80 % du risque correspondant".
@rule(
    "SUB-04",
    title=("Insured percentage of a domestic substitution", "Quotité de la garantie de substitution domestique"),
    reference=DECREE_4,
    products=AT_HOME,
    first_day=DECREE_IN_FORCE,
    end_day=END_OF_DOMESTIC_LAW,
    before=predecessors.CAP_PLUS,
    sentences=RATIO_SENTENCES,
)
def the_insured_ratio_of_a_domestic_substitution(facts: Facts, law: LawInForce) -> Finding:
    return held_ratio(facts, law.amounts["substitution/domestic/insured_ratio_maximum"])


# "La limite de décaissement ne peut pas dépasser 3 M€." It limits indemnities; a grant is not reduced by it. D-17.
@rule(
    "SUB-05",
    title=(
        "Room under the disbursement limit of the policy year",
        "Disponible sous la limite de décaissement de l'exercice",
    ),
    reference=BROKER,
    products=AT_HOME,
    end_day=END_OF_DOMESTIC_LAW,
    sentences={
        "pass": (
            "{disbursed:euro} of {limit:euro} have been paid this policy year.",
            "{disbursed:euro} sur {limit:euro} ont été versés pendant l'exercice.",
        ),
        "pass.warning": (
            "Warning: {disbursed:euro} of {limit:euro} have been paid this policy year.",
            "Attention : {disbursed:euro} sur {limit:euro} ont déjà été versés pendant l'exercice.",
        ),
        "refer": (
            "Nothing is left of the {limit:euro} of this policy year: an underwriter decides.",
            "Il ne reste rien des {limit:euro} de l'exercice : un arbitre décide.",
        ),
    },
)
def something_is_left_to_pay_this_year(facts: Facts, law: LawInForce) -> Finding:
    disbursed = facts.policy.disbursed_this_year
    if disbursed is None:
        return lacks("policy.disbursed_this_year")
    limit = law.amounts["substitution/domestic/disbursement_limit"]
    if disbursed >= limit:
        return refers(UNDERWRITER, disbursed=disbursed, limit=limit)
    if disbursed >= limit * law.amounts["substitution/domestic/disbursement_warning"]:
        return passes(disbursed=disbursed, limit=limit, because="warning")
    return passes(disbursed=disbursed, limit=limit)


# D-14: as assessed on the day of the grant. How old an assessment may be is not written: a setting, unset by default.
@rule(
    "SUB-06",
    title=("The assessment of the buyer is recent enough", "L'évaluation de l'acheteur est assez récente"),
    reference=DECREE_4,
    products=AT_HOME,
    end_day=END_OF_DOMESTIC_LAW,
    sentences={
        "pass": (
            "Assessed on {assessed_on:day}, at most {days} days before the grant.",
            "Évalué le {assessed_on:day}, {days} jours au plus avant l'octroi.",
        ),
        "refer.too_old": (
            "Assessed on {assessed_on:day}, more than {days} days ago: the buyer must be assessed again.",
            "Évalué le {assessed_on:day}, il y a plus de {days} jours : l'acheteur doit être réévalué.",
        ),
        "not_applicable": (
            "No limit is set to the age of an assessment.",
            "L'ancienneté de l'évaluation n'est pas limitée.",
        ),
    },
)
def the_assessment_is_recent_enough(facts: Facts, law: LawInForce) -> Finding:
    days = law.counts.get("contracts/settings/assessment_days")
    if days is None:
        return does_not_apply()
    assessed_on = facts.buyer.assessed_on
    if assessed_on is None:
        return lacks("buyer.assessed_on")
    used = {"assessed_on": assessed_on, "days": days}
    if facts.day - assessed_on > timedelta(days=days):
        return refers(REQUESTER, because="too_old", **used)
    return passes(**used)


# "l'assureur-crédit conserve à sa charge une part minimale": 5 % of each indemnity, of premium and exposure. D-15.
@rule(
    "SUB-07",
    title=("The insurer keeps its share", "L'assureur conserve sa part"),
    reference=DECREE_4,
    products=AT_HOME,
    end_day=END_OF_DOMESTIC_LAW,
    before=predecessors.CAP_PLUS,
    of_law=True,
    sentences=RETENTION_SENTENCES,
)
def the_insurer_keeps_its_share_at_home(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    return _keeps(law, "domestic")


@rule(
    "SUBX-01",
    title=("The grade falls in a category of the export grid", "La note relève d'une catégorie de la grille export"),
    reference=GRID,
    products=ABROAD,
    before=predecessors.EXPORT,
    sentences=GRID_SENTENCES,
)
def the_export_grade_has_a_category(facts: Facts, law: LawInForce) -> Finding:
    return _category(facts, law)


# "catégorie 1 : risque faible – 500 000 € ; catégorie 2 : risque moyen 250 000 €"; category 3 has nothing (D-12).
@rule(
    "SUBX-03",
    title=("The fixed maximum of the category, export", "Le plafond de la catégorie, export"),
    reference=FAQ,
    products=ABROAD,
    sets="category_maximum",
    question="fixed_maximum_2021 fixed_maximum_per",
    before=predecessors.EXPORT,
    sentences=MAXIMUM_SENTENCES,
)
def an_export_substitution_has_a_fixed_maximum(facts: Facts, law: LawInForce) -> Finding:
    return _maximum(facts, law)


@rule(
    "SUBX-04",
    title=("Insured percentage of an export substitution", "Quotité de la garantie de substitution export"),
    reference=FAQ,
    products=ABROAD,
    before=predecessors.EXPORT,
    sentences=RATIO_SENTENCES,
)
def the_insured_ratio_of_an_export_substitution(facts: Facts, law: LawInForce) -> Finding:
    return held_ratio(facts, law.amounts["substitution/export/insured_ratio_maximum"])


# CAP+ Export of 2009 had the window of CAP+; the code of 2015 has none.
@rule(
    "SUBX-02",
    title=(
        "The default probability is inside the window",
        "La probabilité de défaut est dans la fenêtre du dispositif",
    ),
    reference=EXPORT_PRESS_2009,
    products=ABROAD,
    first_day=EXPORT_OF_2009[0],
    end_day=EXPORT_OF_2009[1],
    sentences=WINDOW_SENTENCES,
)
def the_default_probability_is_inside_the_export_window(facts: Facts, law: LawInForce) -> Finding:
    minimum = law.amounts["substitution/export/default_probability_minimum"]
    maximum = law.amounts["substitution/export/default_probability_maximum"]
    return _between(facts, minimum, maximum)


# "5 % des pertes constatées sur l'opération garantie". D-15.
@rule(
    "SUBX-07",
    title=("The insurer keeps its share", "L'assureur conserve sa part"),
    reference=R_442_8_11,
    products=ABROAD,
    first_day=DECREE_OF_2015,
    of_law=True,
    sentences=RETENTION_SENTENCES,
)
def the_insurer_keeps_its_share_abroad(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    return _keeps(law, "export")


def grid_row(facts: Facts, law: LawInForce) -> GridRow | None:
    """The row of the insurer's grid for the buyer's grade on this market, or None where it has none."""
    grid = law.grids.get((facts.insurer, facts.market))
    return grid.get(facts.buyer.grade) if grid is not None and facts.buyer.grade is not None else None


def _between(facts: Facts, minimum: Decimal, maximum: Decimal) -> Finding:
    probability = facts.buyer.default_probability
    if probability is None:
        return lacks("buyer.default_probability")
    verdict = passes if minimum <= probability <= maximum else fails
    return verdict(default_probability=probability, minimum=minimum, maximum=maximum)


def _keeps(law: LawInForce, market: str) -> Finding:
    minimum = law.amounts[f"substitution/{market}/retention_minimum"]
    kept = 1 - law.amounts[f"substitution/{market}/ceded_ratio"]
    if kept >= minimum:
        return passes(kept=kept, minimum=minimum)
    return refers(ADMINISTRATOR, kept=kept, minimum=minimum)


def _category(facts: Facts, law: LawInForce) -> Finding:
    grade, row = facts.buyer.grade, grid_row(facts, law)
    if (facts.insurer, facts.market) not in law.grids:
        return refers(ADMINISTRATOR, insurer=facts.insurer, because="no_grid")
    if grade is None:
        return lacks("buyer.grade")
    if row is not None:
        used: dict[str, object] = {"grade": grade, "category": row.category}
        return passes(**used) if row.referred_to is None else refers(row.referred_to, **used)
    scale = law.scales.get(facts.insurer)
    if scale is not None and grade not in scale:
        return refers(REQUESTER, grade=grade, insurer=facts.insurer, because="off_scale")
    return fails(grade=grade)


def _maximum(facts: Facts, law: LawInForce) -> Finding:
    if facts.buyer.grade is None:
        return lacks("buyer.grade")
    row = grid_row(facts, law)
    if row is None:
        return does_not_apply()  # SUB-01 says why; the maximum stays unknown
    maximum: Decimal = law.amounts[f"substitution/{facts.market}/maximum/category_{row.category}"]
    if maximum == 0:
        return Finding(FAIL, {"category": row.category, "maximum": maximum}, maximum)
    if row.maximum is not None:
        maximum = row.maximum
    in_force = facts.others_in_force.same_policyholder
    if law.choices["substitution/maximum_counts"] == "buyer":
        in_force += facts.others_in_force.other_policyholders
    return limits(max(maximum - in_force, ZERO), category=row.category, maximum=maximum, in_force=in_force)
