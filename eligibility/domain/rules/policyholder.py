"""May this supplier be insured under the scheme: where it is established, how large it is, is it a factor?

FAQ of the ministries; D-10 (size), D-20 (establishment).
"""

from __future__ import annotations

from datetime import date
from typing import Final

from eligibility.domain.fact_parts import Facts, RecordedException
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import Reference
from eligibility.domain.rule import (
    DOMESTIC,
    EVERY_PRODUCT,
    EXPORT,
    EXPORT_OF_2009,
    MINISTRY,
    REINSURER,
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

FAQ: Final = Reference(
    "Foire aux questions des ministères : critères d'éligibilité",
    "https://www.bpifrance.fr/Toutes-nos-solutions/Garanties-et-assurances/Assurance-credit-a-l-international/"
    "Dispositif-de-reassurance-CT-Cap-Francexport",
)
# All sizes of company from 1 January 2021 (D-10).
ALL_SIZES: Final = date(2021, 1, 1)


# "Les entreprises françaises". D-20: not established in France is refused; other French territories are referred. In
# 2009 a domestic supplier could be European; which countries that meant is not written, so the reinsurer says.
@rule(
    "POLICYHOLDER-01",
    title=("The policyholder is established in France", "L'assuré est établi en France"),
    reference=FAQ,
    products=EVERY_PRODUCT,
    before=predecessors.EVERY_SCHEME,
    sentences={
        "pass": ("The policyholder is established in {country}.", "L'assuré est établi en France ({country})."),
        "fail": (
            "The policyholder is established in {country}, not in France.",
            "L'assuré est établi hors de France ({country}).",
        ),
        "refer": (
            "Whether a policyholder established in {country} is eligible is for the reinsurer to say.",
            "L'éligibilité d'un assuré établi dans ce territoire ({country}) relève du réassureur.",
        ),
        "refer.europe": (
            "Established in {country}: the reinsurer says which European suppliers the scheme is open to.",
            "Établi hors de France ({country}) : le réassureur dit quels fournisseurs européens sont admis.",
        ),
    },
)
def the_policyholder_is_established_in_france(facts: Facts, law: LawInForce) -> Finding:
    country = facts.policyholder.country
    if country is None:
        return lacks("policyholder.country")
    row = law.countries.get(country)
    if row is not None and row.status == "domestic":
        return passes(country=country)
    if row is not None and row.status == "overseas":
        return refers(REINSURER, country=country)
    if law.choices.get(f"scheme/{facts.market}/policyholder_establishment") == "france_or_europe":
        return refers(REINSURER, country=country, because="europe")
    return fails(country=country)


# "Toutes les PME et ETI avec un chiffre d'affaires inférieur à 1,5 Md€": strictly below, at home. D-10.
@rule(
    "POLICYHOLDER-02",
    title=(
        "The policyholder's turnover is below the limit",
        "Le chiffre d'affaires de l'assuré est inférieur au plafond",
    ),
    reference=FAQ,
    products=DOMESTIC,
    end_day=ALL_SIZES,
    sentences={
        "pass": (
            "Turnover of {turnover:euro}, below {limit:euro}.",
            "Chiffre d'affaires de {turnover:euro}, inférieur à {limit:euro}.",
        ),
        "fail": (
            "Turnover of {turnover:euro}: it must be below {limit:euro}.",
            "Chiffre d'affaires de {turnover:euro} : il doit être inférieur à {limit:euro}.",
        ),
        "not_applicable": ("A factor has no size test.", "Une société d'affacturage n'a pas de critère de taille."),
    },
)
def the_policyholder_is_not_too_large_at_home(facts: Facts, law: LawInForce) -> Finding:
    turnover, limit = facts.policyholder.turnover, law.amounts["scheme/domestic/policyholder_turnover_limit"]
    if facts.policyholder.factor is True:
        return does_not_apply(factor=True)
    if turnover is None:
        return lacks("policyholder.turnover")
    if turnover < limit:
        return passes(turnover=turnover, limit=limit)
    if facts.policyholder.factor is None:
        return lacks("policyholder.factor")
    return fails(turnover=turnover, limit=limit)


# Above 1.5 Md€ the insurer notifies Bpifrance, which passes the case to the ministry, "au cas par cas et de manière
# dérogatoire". Up to and including on export. D-10.
@rule(
    "POLICYHOLDER-03",
    title=(
        "A very large exporter needs the ministry's decision",
        "Un très grand exportateur relève d'une décision du ministère",
    ),
    reference=FAQ,
    products=EXPORT,
    end_day=ALL_SIZES,
    sets="exception",
    before=predecessors.FRANCEXPORT,
    sentences={
        "pass": (
            "Turnover of {turnover:euro}, not above {limit:euro}.",
            "Chiffre d'affaires de {turnover:euro}, qui ne dépasse pas {limit:euro}.",
        ),
        "pass.exception": (
            "The ministry's decision of {granted_on:day} ({exception}) allows it.",
            "La décision du ministère du {granted_on:day} ({exception}) l'autorise.",
        ),
        "cap.exception": (
            "The ministry's decision of {granted_on:day} ({exception}) allows at most {maximum:euro}.",
            "La décision du ministère du {granted_on:day} ({exception}) autorise au plus {maximum:euro}.",
        ),
        "refer": (
            "Turnover of {turnover:euro}, above {limit:euro}: the ministry decides case by case.",
            "Chiffre d'affaires de {turnover:euro}, supérieur à {limit:euro} : le ministère décide au cas par cas.",
        ),
        "refer.expired": (
            "The ministry's decision of {granted_on:day} ({exception}) ended on {end_day:day}.",
            "La décision du ministère du {granted_on:day} ({exception}) a pris fin le {end_day:day}.",
        ),
        "not_applicable": ("A factor has no size test.", "Une société d'affacturage n'a pas de critère de taille."),
    },
)
def a_very_large_exporter_needs_the_ministry(facts: Facts, law: LawInForce) -> Finding:
    turnover, limit = facts.policyholder.turnover, law.amounts["scheme/export/policyholder_turnover_limit"]
    if facts.policyholder.factor is True:
        return does_not_apply(factor=True)
    if turnover is not None and turnover <= limit:
        return passes(turnover=turnover, limit=limit)
    recorded = _decision_of_the_ministry(facts)
    if recorded is not None and recorded.in_force_on(facts.day):
        return _under(recorded)
    if turnover is None or facts.policyholder.factor is None:
        return lacks("policyholder.turnover" if turnover is None else "policyholder.factor")
    if recorded is None:
        return refers(MINISTRY, turnover=turnover, limit=limit)
    ended = {"granted_on": recorded.granted_on, "exception": recorded.reference, "end_day": recorded.end_day}
    return refers(MINISTRY, turnover=turnover, limit=limit, because="expired", **ended)


# CAP Export of 2009: companies established in France of a turnover below 1.5 Md€; no way round is reported.
@rule(
    "POLICYHOLDER-03",
    title=(
        "The exporter's turnover is below the limit",
        "Le chiffre d'affaires de l'exportateur est inférieur au plafond",
    ),
    reference=predecessors.COMMISSION_2009,
    products=EXPORT,
    first_day=EXPORT_OF_2009[0],
    end_day=EXPORT_OF_2009[1],
    sentences={
        "pass": (
            "Turnover of {turnover:euro}, below {limit:euro}.",
            "Chiffre d'affaires de {turnover:euro}, inférieur à {limit:euro}.",
        ),
        "fail": (
            "Turnover of {turnover:euro}: it must be below {limit:euro}.",
            "Chiffre d'affaires de {turnover:euro} : il doit être inférieur à {limit:euro}.",
        ),
    },
)
def the_exporter_is_not_too_large(facts: Facts, law: LawInForce) -> Finding:
    turnover = facts.policyholder.turnover
    if turnover is None:
        return lacks("policyholder.turnover")
    limit = law.amounts["scheme/export/policyholder_turnover_limit"]
    return (passes if turnover < limit else fails)(turnover=turnover, limit=limit)


# "… les sociétés d'affacturage assurées, au moyen de contrats d'assurance dont les garanties par acheteur sont fixées
# par l'assureur-crédit." D-10.
@rule(
    "POLICYHOLDER-04",
    title=(
        "A factor's buyer limits are set by the insurer",
        "Les garanties d'une société d'affacturage sont fixées par l'assureur",
    ),
    reference=FAQ,
    products=EVERY_PRODUCT,
    sentences={
        "pass": ("The insurer sets the buyer limits.", "L'assureur fixe les garanties par acheteur."),
        "fail": (
            "A factor is eligible only where the insurer sets its buyer limits.",
            "Une société d'affacturage n'est éligible que si l'assureur fixe ses garanties par acheteur.",
        ),
        "not_applicable": ("The policyholder is no factor.", "L'assuré n'est pas une société d'affacturage."),
    },
)
def the_insurer_sets_the_limits_of_a_factor(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    factor, limits_set_by = facts.policyholder.factor, facts.policy.limits_set_by
    if factor is False:
        return does_not_apply(factor=False)
    if limits_set_by == "insurer":
        return passes(limits_set_by=limits_set_by)
    missing = [
        name
        for name, fact in (("policyholder.factor", factor), ("policy.limits_set_by", limits_set_by))
        if fact is None
    ]
    return lacks(*missing) if missing else fails(limits_set_by=limits_set_by)


def _decision_of_the_ministry(facts: Facts) -> RecordedException | None:
    """The decision that lasts longest, ended or not; one of a later day is not known yet."""
    known = [one for one in facts.exceptions if one.kind == "large_policyholder" and one.granted_on <= facts.day]
    return max(known, key=lambda one: (one.end_day or date.max, one.granted_on), default=None)


def _under(recorded: RecordedException) -> Finding:
    used = {"because": "exception", "granted_on": recorded.granted_on, "exception": recorded.reference}
    if recorded.amount is None:
        return passes(**used)
    return limits(recorded.amount, maximum=recorded.amount, **used)
