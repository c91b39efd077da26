"""Stores decisions with their facts, their reasons and the fingerprint of their law: a batch, one COPY."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.kernel.identifiers import new_public_id
from eligibility.domain import decision as decisions
from eligibility.domain import facts
from eligibility.domain.decision import Decision
from eligibility.domain.facts import Facts

TABLE: Final = "eligibility_decisionrecord"
COLUMNS: Final = (
    "id", "public_id", "insurer_id", "day", "effective_on", "booked_on", "outcome", "referred_to", "product",
    "category", "currency", "need", "maximum", "granted", "binding", "insured_ratio", "retention_ratio",
    "ceded_ratio", "premium", "premium_rate", "is_premium_illustrative", "term_first", "term_end", "reinsurer",
    "facts", "reasons", "law",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A judgement to be stored, with the facts it rests on."""

    facts: Facts
    decision: Decision


def record_decisions(actor: Actor, decided: Sequence[DecidedCase], *, booked_on: date) -> list[int]:
    """Append the decisions; their ids in the order given. Two statements for any number. Inside acting(actor)."""
    must_be_acting(actor)
    ids = draw_ids(TABLE, len(decided))
    if ids:
        rows = (_row(actor, row_id, case, booked_on) for row_id, case in zip(ids, decided, strict=True))
        copy_rows(TABLE, COLUMNS, rows)
    return ids


def _row(actor: Actor, row_id: int, case: DecidedCase, booked_on: date) -> tuple[object, ...]:
    found, term = case.decision, case.decision.term
    return (
        row_id,
        new_public_id("dec"),
        actor.insurer_id,
        case.facts.day,
        term.first if term is not None else case.facts.day,
        booked_on,
        found.outcome,
        found.referred_to or "",
        found.product,
        found.category,
        "EUR",
        found.need,
        found.maximum,
        found.granted,
        found.binding or "",
        found.insured_ratio,
        found.retention_ratio,
        found.ceded_ratio,
        found.premium,
        found.premium_rate,
        found.premium_illustrative,
        term.first if term is not None else None,
        term.end if term is not None else None,
        found.reinsurer or "",
        facts.to_json(case.facts).decode(),
        decisions.compact_json(found).decode(),
        found.law,
    )
