"""May anything be granted on this day, is the request prompted by a notice, and is there a need at all?

Loi n° 2020-289, article 7 (window); décret n° 2020-397, article 4 (notice); D-19, D-38, D-45.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from eligibility.domain import reduction
from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import Reference
from eligibility.domain.rule import (
    CAP_OF_2008,
    DOMESTIC,
    EVERY_PRODUCT,
    EXPORT,
    Finding,
    does_not_apply,
    fails,
    lacks,
    passes,
    rule,
)
from eligibility.domain.rules import predecessors

LAW: Final = Reference(
    "Loi n° 2020-289 du 23 mars 2020, article 7", "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000041746298/"
)
EXPORT_CODE: Final = Reference(
    "Code des assurances, articles L.432-2, 1°, e) et R.442-8-9",
    "https://www.bpifrance.fr/catalogue-offres/internationalisation/dispositif-de-reassurance-ct-cap-francexport",
)
NOTICE: Final = Reference(
    "Décret n° 2020-397, articles 3 et 4 ; code des assurances, article R.442-8-10",
    "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000041782333/",
)
NEED: Final = "NEED-01"
# The windows are law before and after the scheme, so that a day outside is refused and not a gap in the law.
SINCE_EVER: Final = CAP_OF_2008[0]

WINDOW_SENTENCES: Final = {
    "pass": (
        "Guarantees may be granted on {day:day}.",
        "L'octroi de garanties est ouvert le {day:day}.",
    ),
    "fail": (
        "No guarantee may be granted on {day:day}: the scheme is not open on that day.",
        "Aucune garantie ne peut être accordée le {day:day} : le dispositif n'est pas ouvert ce jour-là.",
    ),
}


# "… effectuées par la CCR avant le 31 décembre 2020", then 2021; on sale from 15 April 2020 (communiqué). D-19.
@rule(
    "SCHEME-01",
    title=(
        "The domestic scheme is open on the day of the grant",
        "Le dispositif domestique est ouvert le jour de l'octroi",
    ),
    reference=LAW,
    products=DOMESTIC,
    first_day=SINCE_EVER,
    question="grant_window_end",
    of_law=True,
    sentences=WINDOW_SENTENCES,
)
def the_domestic_scheme_is_open(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    return _open(law, law.choices["scheme/domestic/grants"])


# On sale the same day as at home; prolonged by steps, without end since 17 March 2022. D-19.
@rule(
    "SCHEME-02",
    title=("The export scheme is open on the day of the grant", "Le dispositif export est ouvert le jour de l'octroi"),
    reference=EXPORT_CODE,
    products=EXPORT,
    first_day=SINCE_EVER,
    of_law=True,
    sentences=WINDOW_SENTENCES,
)
def the_export_scheme_is_open(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    return _open(law, law.choices["scheme/export/grants"])


# CAP+ came five months after CAP and its decree ended before it. Since 2020 one window serves both categories.
@rule(
    "SCHEME-03",
    title=(
        "Substitution guarantees are open on the day of the grant",
        "Les garanties de substitution sont ouvertes le jour de l'octroi",
    ),
    reference=predecessors.DECREE_2009,
    products=frozenset({"cap_plus"}),
    first_day=CAP_OF_2008[0],
    end_day=CAP_OF_2008[1],
    of_law=True,
    sentences=WINDOW_SENTENCES,
)
def substitutions_are_open(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    return _open(law, law.choices["substitution/domestic/grants"])


# The supplier "a reçu une notification" of cessation or refusal (article 4); a complement follows a notified reduction
# or partial grant (FAQ). Question to the lawyer: from which day of 2020 on do notices open the scheme? (In 2009 it was
# 1 October 2008.)
@rule(
    "TRIGGER-01",
    title=(
        "The insurer has notified its decision on its own limit",
        "L'assureur a notifié sa décision sur la garantie primaire",
    ),
    reference=NOTICE,
    products=EVERY_PRODUCT,
    before=predecessors.EVERY_SCHEME,
    sentences={
        "pass": (
            "The notice of {notified_on:day} precedes the grant.",
            "La notification du {notified_on:day} précède l'octroi.",
        ),
        "fail": (
            "The notice of {notified_on:day} is later than the day of the grant, {day:day}.",
            "La notification du {notified_on:day} est postérieure au jour de l'octroi, le {day:day}.",
        ),
    },
)
def a_notice_has_been_given(facts: Facts, law: LawInForce) -> Finding:
    notified_on = facts.trigger.notified_on
    if notified_on is None:
        return lacks("trigger.notified_on")
    verdict = passes if notified_on <= law.day else fails
    return verdict(kind=facts.trigger.kind, notified_on=notified_on, day=law.day)


# In 2009 reductions notified since 1 October 2008 opened CAP. Question to the lawyer: is there such a day for 2020?
@rule(
    "TRIGGER-02",
    title=("The notice is recent enough for the scheme", "La notification n'est pas antérieure au dispositif"),
    reference=predecessors.SHEET,
    products=frozenset({"cap"}),
    first_day=CAP_OF_2008[0],
    end_day=CAP_OF_2008[1],
    sentences={
        "pass": (
            "The notice of {notified_on:day} is not older than {since:day}.",
            "La notification du {notified_on:day} n'est pas antérieure au {since:day}.",
        ),
        "fail": (
            "The notice of {notified_on:day} is older than {since:day}.",
            "La notification du {notified_on:day} est antérieure au {since:day}.",
        ),
    },
)
def the_notice_is_recent_enough(facts: Facts, law: LawInForce) -> Finding:
    notified_on = facts.trigger.notified_on
    if notified_on is None:
        return lacks("trigger.notified_on")
    since = date.fromisoformat(law.choices["scheme/domestic/notices_since"])
    return (passes if notified_on >= since else fails)(notified_on=notified_on, since=since)


# D-45: what was lost or not granted, less what other insurers cover. More than was there before needs a partial grant.
@rule(
    NEED,
    title=("The need", "Le besoin"),
    reference=Reference(
        "Foire aux questions des ministères : garantie complémentaire après une baisse, de substitution après un refus",
        "https://www.bpifrance.fr/Toutes-nos-solutions/Garanties-et-assurances/Assurance-credit-a-l-international/"
        "Dispositif-de-reassurance-CT-Cap-Francexport",
    ),
    products=EVERY_PRODUCT,
    before=predecessors.EVERY_SCHEME,
    sentences={
        "pass": ("The need is {need:euro}.", "Le besoin est de {need:euro}."),
        "not_applicable": (
            "Nothing is needed: the primary guarantee already covers the request.",
            "Sans objet : la garantie primaire couvre déjà la demande.",
        ),
    },
)
def there_is_a_need(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    return need_found(facts, reduction.need_of(facts))


def need_found(facts: Facts, found: reduction.Need) -> Finding:
    """The finding on a need that is worked out already: judging needs the number too."""
    need, missing = found
    if need is None:
        return lacks(*missing)
    used = {
        "requested_total": facts.requested_total,
        "amount_before": facts.primary.amount_before,
        "amount": facts.primary.amount,
        "other_insurers": facts.others_in_force.other_insurers,
        "need": need,
    }
    return passes(**used) if need > 0 else does_not_apply(**used)


def _open(law: LawInForce, state: str) -> Finding:
    return passes(day=law.day) if state == "open" else fails(day=law.day)
