"""May this buyer be covered: where it is, how large, how old, and is it still solvent?

D-8 (size), D-11 (age), D-20 (country), D-25 (insolvency).
"""

from __future__ import annotations

from datetime import date
from typing import Final

from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import Reference
from eligibility.domain.rule import (
    ADMINISTRATOR,
    CAP_OF_2008,
    DOMESTIC,
    END_OF_DOMESTIC_LAW,
    EVERY_PRODUCT,
    REINSURER,
    Finding,
    does_not_apply,
    fails,
    lacks,
    passes,
    refers,
    rule,
)
from eligibility.domain.rules import predecessors

LAW: Final = Reference(
    "Loi n° 2020-289, article 7 : risques situés en France",
    "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000041746298/",
)
BROKER: Final = Reference(
    "Courtier, « Complément d'assurance crédit – CAP+ » : conditions tenant à l'acheteur",
    "https://www.assurance-credit-entreprise.fr/descriptif/option-assurance-credit/complement-cap-plus/",
)
RANDOM_EVENT: Final = Reference(
    "Code civil, article 1108 : le contrat aléatoire suppose un événement incertain ; registre des lectures D-25",
    "https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000032040887",
)


# D-20: metropolitan France and GP, MQ, GF, RE, YT are domestic; other French territories are referred.
@rule(
    "BUYER-01",
    title=("The buyer is on the domestic market", "L'acheteur relève du marché domestique"),
    reference=LAW,
    products=DOMESTIC,
    end_day=END_OF_DOMESTIC_LAW,
    before=predecessors.CAP,
    sentences={
        "pass": ("The buyer is in France ({country}).", "L'acheteur est situé en France ({country})."),
        "fail": (
            "The buyer is abroad ({country}): the request belongs to the export market.",
            "L'acheteur est situé à l'étranger ({country}) : la demande relève du marché export.",
        ),
        "refer": (
            "Whether a buyer in {country} is domestic is for the reinsurer to say.",
            "Le rattachement d'un acheteur situé dans ce territoire ({country}) relève du réassureur.",
        ),
        "refer.no_row": (
            "No status is recorded for the country {country}.",
            "Aucun statut n'est enregistré pour le pays {country}.",
        ),
    },
)
def the_buyer_is_at_home(facts: Facts, law: LawInForce) -> Finding:
    country = facts.buyer.country
    if country is None:
        return lacks("buyer.country")
    row = law.countries.get(country)
    if row is None:
        return refers(ADMINISTRATOR, country=country, because="no_row")
    if row.status == "domestic":
        return passes(country=country)
    return refers(REINSURER, country=country) if row.status == "overseas" else fails(country=country)


# "… un chiffre d'affaires inférieur à 1,5 Milliard € ou un Total bilan inférieur 2,5 Milliard € avec moins de 5 000
# salariés". Question to the lawyer: does the headcount belong to both or to the balance sheet only? D-8.
@rule(
    "BUYER-02",
    title=("The buyer is a small, medium or mid-sized company", "L'acheteur est une PME ou une ETI"),
    reference=BROKER,
    products=DOMESTIC,
    end_day=date(2021, 1, 1),
    question="buyer_size buyer_balance_sheet",
    sentences={
        "pass": ("The buyer is below the size limits.", "L'acheteur est sous les seuils de taille."),
        "fail": (
            "Too large a buyer (limits: {turnover_limit:euro}, {balance_sheet_limit:euro}, {headcount_limit} staff).",
            "Acheteur trop grand ({turnover_limit:euro}, {balance_sheet_limit:euro}, {headcount_limit} salariés).",
        ),
    },
)
def the_buyer_is_not_too_large(facts: Facts, law: LawInForce) -> Finding:
    buyer = facts.buyer
    turnover_limit = law.amounts["scheme/domestic/buyer_turnover_limit"]
    balance_sheet_limit = law.amounts["scheme/domestic/buyer_balance_sheet_limit"]
    headcount_limit = law.counts["scheme/domestic/buyer_headcount_limit"]
    turnover = None if buyer.turnover is None else buyer.turnover < turnover_limit
    balance_sheet = None if buyer.balance_sheet is None else buyer.balance_sheet < balance_sheet_limit
    headcount = None if buyer.headcount is None else buyer.headcount < headcount_limit
    if law.choices["scheme/domestic/buyer_size_test"] == "turnover_or_balance_sheet_and_headcount":
        fits = _both(_either(turnover, balance_sheet), headcount)
    else:
        fits = _either(turnover, _both(balance_sheet, headcount))
    if fits is None:
        known = {"turnover": turnover, "balance_sheet": balance_sheet, "headcount": headcount}
        return lacks(*(f"buyer.{name}" for name, fact in known.items() if fact is None))
    return (passes if fits else fails)(
        turnover=buyer.turnover,
        balance_sheet=buyer.balance_sheet,
        headcount=buyer.headcount,
        turnover_limit=turnover_limit,
        balance_sheet_limit=balance_sheet_limit,
        headcount_limit=headcount_limit,
    )


# The sheet of 2010-2011: small, medium and mid-sized companies in France, of a turnover below 1.5 Md€; no other test.
@rule(
    "BUYER-02",
    title=("The buyer's turnover is below the limit", "Le chiffre d'affaires de l'acheteur est inférieur au plafond"),
    reference=predecessors.SHEET,
    products=DOMESTIC,
    first_day=CAP_OF_2008[0],
    end_day=CAP_OF_2008[1],
    sentences={
        "pass": (
            "Turnover of {turnover:euro}, below {turnover_limit:euro}.",
            "Chiffre d'affaires de {turnover:euro}, inférieur à {turnover_limit:euro}.",
        ),
        "fail": (
            "Turnover of {turnover:euro}: it must be below {turnover_limit:euro}.",
            "Chiffre d'affaires de {turnover:euro} : il doit être inférieur à {turnover_limit:euro}.",
        ),
    },
)
def the_turnover_of_the_buyer_is_below_the_limit(facts: Facts, law: LawInForce) -> Finding:
    turnover = facts.buyer.turnover
    if turnover is None:
        return lacks("buyer.turnover")
    limit = law.amounts["scheme/domestic/buyer_turnover_limit"]
    return (passes if turnover < limit else fails)(turnover=turnover, turnover_limit=limit)


# "un existence minimum de 2 ans": for substitution guarantees, on the day of the grant. D-11.
@rule(
    "BUYER-03",
    title=("The buyer is old enough", "L'acheteur a l'ancienneté requise"),
    reference=BROKER,
    products=EVERY_PRODUCT,
    question="buyer_age",
    sentences={
        "pass": (
            "Created on {created_on:day}: at least {years} years old.",
            "Créé le {created_on:day} : au moins {years} ans d'existence.",
        ),
        "fail": (
            "Created on {created_on:day}: less than {years} years old on {day:day}.",
            "Créé le {created_on:day} : moins de {years} ans d'existence au {day:day}.",
        ),
        "not_applicable": (
            "The age of the buyer is not tested for a complement.",
            "L'ancienneté de l'acheteur n'est pas exigée pour une garantie complémentaire.",
        ),
    },
)
def the_buyer_is_old_enough(facts: Facts, law: LawInForce) -> Finding:
    if facts.asks_for_complement and law.choices["complement/buyer_age_tested"] == "no":
        return does_not_apply()
    # A domestic day after the end of the law has no age limit to read; the window has refused it already.
    years = law.counts.get(f"substitution/{facts.market}/buyer_age_minimum")
    created_on = facts.buyer.created_on
    if years is None:
        return does_not_apply()
    if created_on is None:
        return lacks("buyer.created_on")
    verdict = passes if created_on <= law.latest_creation(years) else fails
    return verdict(created_on=created_on, years=years, day=law.day)


# No risk is left to insure on a buyer that has already failed; a running guarantee ends for new deliveries (D-25).
# Question to the lawyer: the Code des assurances (L.121-15) does not bind credit insurance; is the Code civil enough?
@rule(
    "BUYER-04",
    title=("The buyer is not insolvent", "L'acheteur n'est pas en insolvabilité"),
    reference=RANDOM_EVENT,
    products=EVERY_PRODUCT,
    before=predecessors.EVERY_SCHEME,
    sentences={
        "pass": ("No insolvency is known.", "Aucune insolvabilité n'est connue."),
        "fail": (
            "The buyer is insolvent: there is no risk left to cover.",
            "L'acheteur est en insolvabilité : il n'y a plus de risque à couvrir.",
        ),
    },
)
def the_buyer_is_solvent(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    insolvent = facts.buyer.insolvent
    if insolvent is None:
        return lacks("buyer.insolvent")
    return fails(insolvent=True) if insolvent else passes(insolvent=False)


def _either(one: bool | None, other: bool | None) -> bool | None:
    """True as soon as one is, unknown only where the unknown would decide."""
    if one is True or other is True:
        return True
    return False if one is False and other is False else None


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return True if one is True and other is True else None
