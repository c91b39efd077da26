"""Replay: stored decisions judged again from their stored facts under the stored edition of their law; what differs?

It proves that what was decided follows from what was known and from the law of the time, by the rules as they are now:
a difference is a tampered row, a changed rule, or an engine that is not pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec
from django.db.models import TextField
from django.db.models.functions import Cast

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from eligibility.domain import decision as decisions
from eligibility.domain import engine, facts
from eligibility.domain.decision import Decision
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import UnknownReading
from eligibility.models import DecisionRecord
from eligibility.queries.law_book import current_law_book
from eligibility.queries.law_editions import editions

CHUNK_DECISIONS: Final = 2_000
# What a decision says beside its reasons: stored column, and the attribute of a decision.
COMPARED: Final = (
    "outcome",
    "referred_to",
    "product",
    "category",
    "need",
    "maximum",
    "granted",
    "binding",
    "insured_ratio",
    "retention_ratio",
    "ceded_ratio",
    "premium",
    "premium_rate",
    "is_premium_illustrative",
    "term_first",
    "term_end",
    "reinsurer",
    "law",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a decision says otherwise when it is judged again; `key` is a column or `reasons.CODE.field`."""

    decision: str
    day: date
    key: str
    stored: str
    again: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """One chunk: how many decisions were judged again, how many of them had no edition of their own, what differs."""

    count: int
    without_edition: int
    differences: tuple[Difference, ...]


def decisions_since(actor: Actor, since: date) -> int:
    """How many decisions were booked on that day or later. One query; inside acting(actor)."""
    return DecisionRecord.objects.filter(insurer_id=actor.insurer_id, booked_on__gte=since).count()


def replayed(actor: Actor, since: date, *, chunk: int = CHUNK_DECISIONS) -> Iterator[Replayed]:
    """Judge every decision booked on that day or later once more, chunk by chunk in the order of the books.

    Each chunk is a transaction of its own with three queries at most. Outside acting().
    """
    last = 0
    while True:
        with acting(actor):
            rows = DecisionRecord.objects.filter(insurer_id=actor.insurer_id, booked_on__gte=since, pk__gt=last)
            # The facts as text: the reader of facts takes them from there, and nothing is parsed twice.
            told = rows.defer("facts").annotate(facts_text=Cast("facts", TextField()))
            records = list(told.order_by("pk")[:chunk])
            if not records:
                return
            found = _chunk(actor, records)
        yield found
        last = records[-1].pk


def _chunk(actor: Actor, records: list[Any]) -> Replayed:
    known = editions(actor, {record.law for record in records})
    book = current_law_book(actor) if len(known) < len({record.law for record in records}) else None
    laws: dict[tuple[str, date], LawInForce] = {}
    differences: list[Difference] = []
    without = 0
    for record in records:
        case = facts.from_json(record.facts_text.encode())
        key = (record.law, record.day)
        if record.law in known:
            law = laws.get(key) or laws.setdefault(key, known[record.law].on(record.day))
        else:
            without += 1
            assert book is not None
            law = book.on(record.day)
        try:
            differences += _differences(record, engine.decide(case, law))
        except UnknownReading as unreadable:
            differences.append(_difference(record, "readings", case.readings, unreadable.message))
    return Replayed(len(records), without, tuple(differences))


def _differences(record: DecisionRecord, again: Decision) -> list[Difference]:
    stored, judged = _stored(record), _judged(again)
    found = [_difference(record, key, stored[key], judged[key]) for key in COMPARED if stored[key] != judged[key]]
    return found + _reasons_that_differ(record, again)


def _stored(record: DecisionRecord) -> dict[str, object]:
    return {key: None if getattr(record, key) == "" else getattr(record, key) for key in COMPARED}


def _judged(again: Decision) -> dict[str, object]:
    term = again.term
    own: dict[str, object] = {
        "is_premium_illustrative": again.premium_illustrative,
        "term_first": term.first if term is not None else None,
        "term_end": term.end if term is not None else None,
    }
    return {key: own[key] if key in own else getattr(again, key) for key in COMPARED}


def _reasons_that_differ(record: DecisionRecord, again: Decision) -> list[Difference]:
    judged: list[dict[str, Any]] = msgspec.json.decode(decisions.compact_json(again))
    if judged == record.reasons:
        return []
    before = {one["code"]: one for one in record.reasons}
    after = {one["code"]: one for one in judged}
    found = []
    for code in dict.fromkeys([*before, *after]):
        was, now = before.get(code, {}), after.get(code, {})
        for name in dict.fromkeys([*was, *now]):
            if was.get(name) != now.get(name):
                found.append(_difference(record, f"reasons.{code}.{name}", was.get(name), now.get(name)))
    return found or [_difference(record, "reasons", "in one order", "in another")]


def _difference(record: DecisionRecord, key: str, stored: object, again: object) -> Difference:
    return Difference(record.public_id, record.day, key, _told(stored), _told(again))


def _told(value: object) -> str:
    return "–" if value is None else str(value)
