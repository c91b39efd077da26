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
# The windows are law before and after the scheme, so that a day outside is refused and not a gap in the law.
SINCE_EVER: Final = date(2011, 7, 1)

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
    sentences=WINDOW_SENTENCES,
)
def the_domestic_scheme_is_open(facts: Facts, law: LawInForce) -> Finding:
    return _open(facts, law.choices["scheme/domestic/grants"])


# On sale the same day as at home; prolonged by steps, without end since 17 March 2022. D-19.
@rule(
    "SCHEME-02",
    title=("The export scheme is open on the day of the grant", "Le dispositif export est ouvert le jour de l'octroi"),
    reference=EXPORT_CODE,
    products=EXPORT,
    first_day=date(2012, 1, 1),
    sentences=WINDOW_SENTENCES,
)
def the_export_scheme_is_open(facts: Facts, law: LawInForce) -> Finding:
    return _open(facts, law.choices["scheme/export/grants"])


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


# D-45: what was lost or not granted, less what other insurers cover. More than was there before needs a partial grant.
@rule(
    "NEED-01",
    title=("The need", "Le besoin"),
    reference=Reference(
        "Foire aux questions des ministères : garantie complémentaire après une baisse, de substitution après un refus",
        "https://www.bpifrance.fr/Toutes-nos-solutions/Garanties-et-assurances/Assurance-credit-a-l-international/"
        "Dispositif-de-reassurance-CT-Cap-Francexport",
    ),
    products=EVERY_PRODUCT,
    sentences={
        "pass": ("The need is {need:euro}.", "Le besoin est de {need:euro}."),
        "not_applicable": (
            "Nothing is needed: the primary guarantee already covers the request.",
            "Sans objet : la garantie primaire couvre déjà la demande.",
        ),
    },
)
def there_is_a_need(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    need, missing = reduction.need_of(facts)
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


def _open(facts: Facts, state: str) -> Finding:
    return passes(day=facts.day) if state == "open" else fails(day=facts.day)
