"""An insurer's treaties as a change is held against them: days, terms, amendments, the last cover that begins."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models import Max

from capweb.accounts.actor import Actor
from capweb.accounts.models import Organisation
from reinsurance.domain.treaty_changes import TreatyFacts
from reinsurance.models import Cession, CountryAmendment, Treaty, TreatyTerms
from reinsurance.queries.books import alias_of


def treaty_facts(actor: Actor) -> list[TreatyFacts]:
    """All treaties of the actor's insurer; four queries for any number."""
    alias = alias_of(actor)
    terms: dict[int, set[date]] = defaultdict(set)
    own_terms = TreatyTerms.objects.using(alias).filter(insurer_id=actor.insurer_id)
    for treaty_id, day in own_terms.values_list("treaty_id", "first_day"):
        terms[treaty_id].add(day)
    amendments: dict[int, set[tuple[str, str, date]]] = defaultdict(set)
    own_amendments = CountryAmendment.objects.using(alias).filter(insurer_id=actor.insurer_id)
    for row in own_amendments:
        amendments[row.treaty_id].add((row.country, row.zone, row.first_day))
    covers = Cession.objects.using(alias).filter(insurer_id=actor.insurer_id).values("treaty_id").order_by()
    latest = dict(covers.annotate(last=Max("term_first")).values_list("treaty_id", "last"))
    own = Treaty.objects.using(alias).filter(insurer_id=actor.insurer_id).order_by("id")
    return [
        TreatyFacts(
            public_id=one.public_id,
            kind=one.kind,
            market=one.market,
            opened_on=one.opened_on,
            ended_on=one.ended_on,
            terms_days=frozenset(terms[one.pk]),
            amendments=frozenset(amendments[one.pk]),
            latest_cover=latest.get(one.pk),
        )
        for one in own
    ]


def reinsurer_codes(actor: Actor) -> set[str]:
    """The codes of the houses that a treaty may be opened with."""
    houses = Organisation.objects.using(alias_of(actor)).filter(kind="reinsurer")
    return set(houses.values_list("code", flat=True))
