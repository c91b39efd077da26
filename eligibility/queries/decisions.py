"""Stored decisions as frozen rows, with every reason told in full under the law that judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from capweb.kernel.periods import Term
from eligibility.domain import engine, explain, facts, trace
from eligibility.domain.facts import Facts
from eligibility.domain.law import LawBook, LawInForce
from eligibility.models import DecisionRecord
from eligibility.queries import rest_words
from eligibility.queries.law_editions import editions


class NoSuchDecision(DomainError):
    """There is no decision of that id, or it is another insurer's."""

    code = "no_such_decision"
    status = 404


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One stored decision. `reasons` are documents as in interfaces.md section 2, in the language asked for."""

    id: int
    public_id: str
    day: date
    effective_on: date
    booked_on: date
    recorded_at: datetime
    outcome: str
    referred_to: str | None
    product: str
    category: int | None
    need: Decimal | None
    maximum: Decimal | None
    granted: Decimal | None
    binding: str | None
    insured_ratio: Decimal | None
    retention_ratio: Decimal | None
    ceded_ratio: Decimal | None
    premium: Decimal | None
    premium_rate: Decimal | None
    is_premium_illustrative: bool
    term: Term | None
    reinsurer: str | None
    facts: Facts
    reasons: tuple[Mapping[str, Any], ...]
    law: str


def decisions_by_id(
    actor: Actor, ids: Sequence[int], *, book: LawBook, language: str, as_of: date | None = None
) -> dict[int, DecisionRow]:
    """The decisions of the actor's insurer by row number, ascending; those booked after `as_of` are left out.

    `book` serves those from before editions of the law were stored. Two queries. Inside acting(actor).
    """
    records = DecisionRecord.objects.filter(insurer_id=actor.insurer_id, id__in=ids).order_by("id")
    if as_of is not None:
        records = records.filter(booked_on__lte=as_of)
    laws = laws_of(actor, records, book)
    return {record.pk: _row(record, laws[record.pk], language) for record in records}


def decision_by_public_id(actor: Actor, public_id: str, *, book: LawBook, language: str) -> DecisionRow:
    """One decision. Raises NoSuchDecision. Inside acting(actor)."""
    record = DecisionRecord.objects.filter(insurer_id=actor.insurer_id, public_id=public_id).first()
    if record is None:
        raise NoSuchDecision(f"There is no decision {public_id} of this insurer.", public_id=public_id)
    return _row(record, laws_of(actor, [record], book)[record.pk], language)


def laws_of(actor: Actor, records: Iterable[DecisionRecord], book: LawBook) -> dict[int, LawInForce]:
    """The law that judged each decision, by row number: its edition, or the book's law of its day without one."""
    records = list(records)
    found = editions(actor, {record.law for record in records})
    return {
        record.pk: found[record.law].on(record.day) if record.law in found else book.on(record.day)
        for record in records
    }


def _row(record: DecisionRecord, law: LawInForce, language: str) -> DecisionRow:
    judged = facts.from_json(msgspec.json.encode(record.facts))
    term = None
    if record.term_first is not None and record.term_end is not None:
        term = Term(record.term_first, record.term_end)
    return DecisionRow(
        id=record.pk,
        public_id=record.public_id,
        day=record.day,
        effective_on=record.effective_on,
        booked_on=record.booked_on,
        recorded_at=record.recorded_at,
        outcome=record.outcome,
        referred_to=record.referred_to or None,
        product=record.product,
        category=record.category,
        need=record.need,
        maximum=record.maximum,
        granted=record.granted,
        binding=record.binding or None,
        insured_ratio=record.insured_ratio,
        retention_ratio=record.retention_ratio,
        ceded_ratio=record.ceded_ratio,
        premium=record.premium,
        premium_rate=record.premium_rate,
        is_premium_illustrative=record.is_premium_illustrative,
        term=term,
        reinsurer=record.reinsurer or None,
        facts=judged,
        reasons=tuple(_reasons(record, judged, law, language)),
        law=record.law,
    )


def _reasons(record: DecisionRecord, judged: Facts, law: LawInForce, language: str) -> Iterable[Mapping[str, Any]]:
    """The stored reasons in full, each with what it rests on: found by judging the stored facts under the same law."""
    found = trace.of(engine.decide(judged, law), judged, law)
    return rest_words.in_words(explain.expand(record.reasons, law, language, found))
