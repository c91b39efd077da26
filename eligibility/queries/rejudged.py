"""What would a stored decision have been with another fact? By its own stored facts, under its own law.

For facts that turn out to have been wrong on the day (D-39): everything else stays as it was judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db.models import TextField
from django.db.models.functions import Cast

from capweb.accounts.actor import Actor
from eligibility.domain import engine, facts
from eligibility.domain.decision import Decision
from eligibility.domain.facts import Facts
from eligibility.models import DecisionRecord
from eligibility.queries.law_book import current_law_book
from eligibility.queries.law_editions import editions


def rejudged(actor: Actor, changes: Mapping[int, Callable[[Facts], Facts]]) -> dict[int, Decision]:
    """For each stored decision, by its row id: what it is with its facts as the callable gives them back.

    Nothing is stored. Three queries at most for any number; inside acting(actor). A decision of another insurer is left
    out.
    """
    told = DecisionRecord.objects.filter(insurer_id=actor.insurer_id, pk__in=list(changes)).defer("facts")
    records = list(told.annotate(facts_text=Cast("facts", TextField())))
    fingerprints = {record.law for record in records}
    known = editions(actor, fingerprints)
    book = current_law_book(actor) if len(known) < len(fingerprints) else None
    found = {}
    for record in records:
        law = known.get(record.law) or book
        assert law is not None
        case = changes[record.pk](facts.from_json(record.facts_text.encode()))
        found[record.pk] = engine.decide(case, law.on(record.day))
    return found
