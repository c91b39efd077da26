"""Stores decisions with their facts and reasons, and the law that judged them once: a batch, one COPY."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.kernel.errors import DomainError
from capweb.kernel.identifiers import new_public_id
from eligibility.domain import decision as decisions
from eligibility.domain import facts, law_content
from eligibility.domain.decision import Decision
from eligibility.domain.facts import Facts
from eligibility.domain.law import LawBook, LawInForce
from eligibility.models import LawEdition

TABLE: Final = "eligibility_decisionrecord"
COLUMNS: Final = (
    "id", "public_id", "insurer_id", "day", "effective_on", "booked_on", "outcome", "referred_to", "product",
    "category", "currency", "need", "maximum", "granted", "binding", "insured_ratio", "retention_ratio",
    "ceded_ratio", "premium", "premium_rate", "is_premium_illustrative", "term_first", "term_end", "reinsurer",
    "facts", "reasons", "law",
)  # fmt: skip


class JudgedByOtherLaw(DomainError):
    """The law book that comes with a decision is not the one that judged it."""

    code = "judged_by_other_law"


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A judgement to be stored, with the facts it rests on."""

    facts: Facts
    decision: Decision


def record_decisions(actor: Actor, decided: Sequence[DecidedCase], *, law_book: LawBook, booked_on: date) -> list[int]:
    """Append the decisions; their ids in the order given. Inside acting(actor).

    `law_book` is the one that judged them: what is law under it is stored with the first decision that rests on it. A
    fixed number of statements for any number of decisions. Raises JudgedByOtherLaw when a decision has the fingerprint
    of another law than this book's.
    """
    must_be_acting(actor)
    ids = draw_ids(TABLE, len(decided))
    if ids:
        _store_editions(actor, decided, law_book, booked_on)
        rows = (_row(actor, row_id, case, booked_on) for row_id, case in zip(ids, decided, strict=True))
        copy_rows(TABLE, COLUMNS, rows)
    return ids


def _store_editions(actor: Actor, decided: Sequence[DecidedCase], law_book: LawBook, booked_on: date) -> None:
    """Write the laws that this insurer has not been judged by before: one look, and one write where one is new."""
    first_of = {case.decision.law: case for case in decided}
    stored = LawEdition.objects.filter(insurer_id=actor.insurer_id, fingerprint__in=list(first_of))
    missing = first_of.keys() - set(stored.values_list("fingerprint", flat=True))
    LawEdition.objects.bulk_create(
        [
            LawEdition(
                insurer_id=actor.insurer_id,
                fingerprint=fingerprint,
                content=law_content.content_of(_law_of(first_of[fingerprint], law_book)).decode(),
                booked_on=booked_on,
            )
            for fingerprint in sorted(missing)
        ],
        # Two workers may meet the same new law; the first one's edition serves both.
        ignore_conflicts=True,
    )


def _law_of(case: DecidedCase, law_book: LawBook) -> LawInForce:
    law = law_book.on(case.facts.day).under(case.facts.readings)
    if law.fingerprint != case.decision.law:
        raise JudgedByOtherLaw(
            f"A decision of {case.facts.day} was judged by {case.decision.law}; under the law book that comes with it "
            f"the law of that day is {law.fingerprint}.",
            day=case.facts.day,
        )
    return law


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
