"""May this export sale be covered: payment term, French share, country, currency?

FAQ of the ministries (export part); code des assurances, R.442-8-9; D-3, D-20, D-44.
"""

from __future__ import annotations

from typing import Final

from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import Reference
from eligibility.domain.rule import (
    ADMINISTRATOR,
    EXPORT,
    REINSURER,
    UNDERWRITER,
    Finding,
    fails,
    lacks,
    passes,
    refers,
    rule,
)
from eligibility.domain.rules import predecessors

FAQ: Final = Reference(
    "Foire aux questions des ministères : opérations d'exportation éligibles",
    "https://www.bpifrance.fr/Toutes-nos-solutions/Garanties-et-assurances/Assurance-credit-a-l-international/"
    "Dispositif-de-reassurance-CT-Cap-Francexport",
)
CURRENCIES: Final = Reference(
    "CPME Bretagne, relayant Bpifrance : devises du dispositif",
    "https://www.cpme-bretagne.fr/cap-franceexport-dispositif-prolonge-jusquau-31-decembre-2021",
)


# "… dont la durée de paiement est inférieure ou égale à 360 jours"
@rule(
    "EXPORT-01",
    title=("The payment term is short enough", "La durée de paiement est admise"),
    reference=FAQ,
    products=EXPORT,
    before=predecessors.FRANCEXPORT,
    sentences={
        "pass": ("{payment_days} days, at most {maximum}.", "{payment_days} jours, pour {maximum} au plus."),
        "fail": (
            "{payment_days} days of credit exceed {maximum}.",
            "{payment_days} jours de crédit : la durée maximale est de {maximum} jours.",
        ),
    },
)
def the_payment_term_is_short_enough(facts: Facts, law: LawInForce) -> Finding:
    payment_days = facts.sale.payment_days
    if payment_days is None:
        return lacks("sale.payment_days")
    maximum = law.counts["scheme/export/payment_days_maximum"]
    return (passes if payment_days <= maximum else fails)(payment_days=payment_days, maximum=maximum)


# "… incluant un minimum de 20 % de part française". D-3: 20 % itself is accepted.
@rule(
    "EXPORT-02",
    title=("The French share is large enough", "La part française est suffisante"),
    reference=FAQ,
    products=EXPORT,
    before=predecessors.EXPORT,
    sentences={
        "pass": (
            "A French share of {french_share:percent}, at least {minimum:percent}.",
            "Part française de {french_share:percent}, pour {minimum:percent} au moins.",
        ),
        "fail": (
            "A French share of {french_share:percent}: at least {minimum:percent} is required.",
            "Part française de {french_share:percent} : il en faut au moins {minimum:percent}.",
        ),
    },
)
def the_french_share_is_large_enough(facts: Facts, law: LawInForce) -> Finding:
    share = facts.sale.french_share
    if share is None:
        return lacks("sale.french_share")
    minimum = law.amounts["scheme/export/french_share_minimum"]
    return (passes if share >= minimum else fails)(french_share=share, minimum=minimum)


# "… à destination de tous les pays sauf ceux exclus par la Politique de financement export de l'État". The list was not
# found: a dated status table, assumed open, closed for marketable countries from 1 April 2022. D-20.
@rule(
    "EXPORT-03",
    title=("The buyer's country is open", "Le pays de l'acheteur est ouvert"),
    reference=FAQ,
    products=EXPORT,
    before=predecessors.EXPORT,
    sentences={
        "pass": ("{country} is open.", "Le pays {country} est ouvert."),
        "fail": ("{country} is closed to the scheme.", "Le pays {country} est fermé au dispositif."),
        "fail.domestic": (
            "{country} is the domestic market.",
            "{country} relève du marché domestique.",
        ),
        "refer": (
            "{country} is decided case by case.",
            "Le pays {country} relève d'un examen au cas par cas.",
        ),
        "refer.no_row": (
            "No status is recorded for the country {country}.",
            "Aucun statut n'est enregistré pour le pays {country}.",
        ),
    },
)
def the_country_is_open(facts: Facts, law: LawInForce) -> Finding:
    country = facts.buyer.country
    if country is None:
        return lacks("buyer.country")
    row = law.countries.get(country)
    if row is None:
        return refers(ADMINISTRATOR, country=country, because="no_row")
    if row.status == "open":
        return passes(country=country, assumed=row.assumed)
    if row.status == "domestic":
        return fails(country=country, because="domestic")
    if row.status == "closed":
        return fails(country=country)
    return refers(row.referred_to or REINSURER, country=country)


# Euro and US dollar; other currencies only if the insurance contract is kept in euro, else referred. D-44.
@rule(
    "EXPORT-04",
    title=("The currency of the sale", "La devise de l'opération"),
    reference=CURRENCIES,
    products=EXPORT,
    sentences={
        "pass": ("Invoiced in {currency}.", "Facturation en {currency}."),
        "refer": (
            "Invoiced in {currency} under a policy kept in {policy_currency}: somebody must decide.",
            "Facturation en {currency} sous une police tenue en {policy_currency} : à l'étude.",
        ),
    },
)
def the_currency_is_accepted(facts: Facts, law: LawInForce) -> Finding:
    currency = facts.sale.currency
    if currency is None:
        return lacks("sale.currency")
    if currency in law.choices["scheme/export/currencies"].split():
        return passes(currency=currency)
    kept_in = facts.policy.currency
    if kept_in is None:
        return lacks("policy.currency")
    if kept_in == "EUR":
        return passes(currency=currency, policy_currency=kept_in)
    return refers(UNDERWRITER, currency=currency, policy_currency=kept_in)
