"""Issue endorsements: a number without gaps and a frozen snapshot for each change, then the PDF after commit.

The snapshot is all that the document will ever say; rendering it is another matter, done by the documents' own queue.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows
from capweb.audit.numbering import take_numbers
from capweb.audit.outbox import wake_after_commit
from capweb.kernel.money import ceded_and_kept
from capweb.kernel.periods import Term
from eligibility.domain import explain
from eligibility.domain.decision import Decision
from eligibility.domain.facts import Facts
from eligibility.domain.law import LawInForce
from policies.documents import wording
from policies.domain import endorsement as document
from policies.domain import endorsement_parts as part
from policies.queries import endorsement_facts
from policies.queries.endorsement_facts import PrintedFacts
from reinsurance.domain.treaty import OpenTreaty

RENDER_TASK = "policies.render_endorsements"
TREATY_CATEGORY = {"complement": "garanties complémentaires", "substitution": "garanties de substitution"}
_LEGAL_TEXT: Final = re.compile(r"(?:[Ll]oi|[Dd]écret) n° [0-9-]+|[Cc]ode des assurances")
MARKET_FAILURE = "Communication de la Commission européenne du 27 mars 2020 : tous les pays sont non marchands"


@dataclass(frozen=True, slots=True)
class EndorsementOrder:
    """One change of one term, with the judgement it rests on. `cover` is the term as it now stands."""

    term_id: int
    cause: str
    facts: Facts
    decision: Decision
    treaty: OpenTreaty
    granted_term: Term
    amount: Decimal
    premium: Decimal
    premium_rate: Decimal
    is_premium_illustrative: bool
    effective_on: date
    previous_amount: Decimal | None = None
    cover_end: date | None = None
    # What is credited of the replaced term's premium (D-28), and the number of the endorsement that ended it.
    premium_credited: Decimal | None = None
    replaces: str | None = None
    accepted_by: str = ""
    accepted_role: str = ""
    offer: str | None = None


def issue_endorsements(
    actor: Actor, orders: Sequence[EndorsementOrder], *, law: LawInForce, on: date, at: datetime
) -> list[str]:
    """The numbers of the endorsements, in the order of the orders. A fixed number of queries; inside acting(actor).

    `at` is the moment printed as that of issue and acceptance.
    """
    must_be_acting(actor)
    if not orders:
        return []
    printed = endorsement_facts.of_terms(actor, [order.term_id for order in orders], on=on)
    series = f"endorsement-{on.year}"
    positions = take_numbers(actor.insurer_id, series, count=len(orders))
    numbers = [f"{actor.insurer_code.upper()}-{on.year}-{position:06d}" for position in positions]
    snapshots = [
        _snapshot(order, facts, number, law=law, on=on, at=at)
        for order, facts, number in zip(orders, printed, numbers, strict=True)
    ]
    copy_rows(
        "policies_endorsement",
        ("insurer_id", "number", "series", "position", "term_id", "cause", "issued_on", "snapshot", "digest",
         "template_version"),
        (
            (
                actor.insurer_id, number, series, position, order.term_id, order.cause, on, written.decode(),
                document.digest(snapshot, written=written), snapshot.template_version,
            )
            for order, number, position, snapshot in zip(orders, numbers, positions, snapshots, strict=True)
            for written in (document.to_json(snapshot),)
        ),
    )  # fmt: skip
    wake_after_commit(RENDER_TASK, insurer=actor.insurer_id)
    return numbers


def _snapshot(
    order: EndorsementOrder, printed: PrintedFacts, number: str, *, law: LawInForce, on: date, at: datetime
) -> document.EndorsementSnapshot:
    facts, decision = order.facts, order.decision
    ceded, kept = ceded_and_kept(order.amount, ceded_ratio=order.treaty.ceded_ratio)
    kind = "complement" if facts.asks_for_complement else "substitution"
    said = [reason for reason in decision.reasons_said if reason.verdict in ("pass", "cap")]
    return document.EndorsementSnapshot(
        number=number,
        version=printed.versions + 1,
        issued_on=on,
        issued_at=at,
        effective_on=order.effective_on,
        cause=order.cause,  # type: ignore[arg-type]
        form=printed.form,  # type: ignore[arg-type]
        guarantee=printed.guarantee_id,
        policy_number=printed.policy_number,
        replaces=order.replaces or printed.previous_number,
        insurer=_company(
            printed.insurer_name,
            printed.insurer_siren,
            street=printed.insurer_street,
            postal_code=printed.insurer_postal_code,
            town=printed.insurer_town,
        ),
        policyholder=_company(
            printed.holder_name,
            printed.holder_identifier,
            street=printed.holder_street,
            postal_code=printed.holder_postal_code,
            town=printed.holder_town,
            country=printed.holder_country,
        ),
        broker=part.Broker(name=printed.broker_name, siren=printed.broker_siren) if printed.broker_name else None,
        product=printed.product,  # type: ignore[arg-type]
        scheme=part.Scheme(
            law=decision.law,
            texts=_texts(tuple([(one.rule.reference.text, one.rule.first_day) for one in said])),
        ),
        buyer=part.Buyer(
            name=printed.buyer_name,
            country=printed.buyer_country,
            identifier_type="SIREN" if printed.buyer_identifier_type == "siren" else "registre local",
            identifier=printed.buyer_identifier,
        ),
        rating=_rating(printed, law, facts.insurer, on),
        category=decision.category,
        default_probability=_probability(printed),
        trigger=_trigger(facts, on),
        amounts=part.Amounts(
            requested_total=facts.requested_total or Decimal(0),
            need=decision.need or Decimal(0),
            maximum=decision.maximum,
            granted=order.amount,
            binding=decision.binding or "need",  # type: ignore[arg-type]
            previous=order.previous_amount,
        ),
        cover=part.Cover(
            insured_ratio=decision.insured_ratio or Decimal(0),
            notice_days=law.counts.get("contracts/settings/notice_days"),
        ),
        term=part.CoverTerm(
            first=order.granted_term.first,
            end=order.granted_term.end,
            number=printed.sequence,
            cover_end=order.cover_end,
        ),
        premium=part.Premium(
            rate=order.premium_rate,
            base=order.amount,
            period="quarter",
            amount=order.premium,
            is_illustrative=order.is_premium_illustrative,
            credit_period_days=printed.payment_days,
            credit=order.premium_credited,
        ),
        reinsurance=part.Reinsurance(
            reinsurer=order.treaty.reinsurer_code,  # type: ignore[arg-type]
            treaty_category=TREATY_CATEGORY[kind],
        ),
        treaty_shares=part.TreatyShares(
            treaty=order.treaty.public_id,
            kept_ratio=1 - order.treaty.ceded_ratio,
            ceded_ratio=order.treaty.ceded_ratio,
            kept_amount=kept,
            ceded_amount=ceded,
            salt=secrets.token_hex(16),
        ),
        export=_export(facts, printed),
        reasons=tuple(
            part.Reason(
                sentence=explain.sentence(reason, "fr"),
                article=reason.rule.reference.text,
                url=reason.rule.reference.url,
            )
            for reason in said
        ),
        acceptance=part.Acceptance(
            manner="online",
            accepted_by=order.accepted_by,
            role=order.accepted_role or None,
            accepted_at=at,
            offer=order.offer,
        )
        if order.accepted_by
        else None,
        wording=wording.edition_in_force(on=on),
    )  # fmt: skip


@lru_cache(maxsize=1_024)
def _texts(rested_on: tuple[tuple[str, date], ...]) -> tuple[part.LegalText, ...]:
    """The laws and decrees that a decision used, once each, from the latest day on which one of their rules began.

    Takes each rule's reference and first day; the articles themselves stand with the reasons.
    """
    since: dict[str, date] = {}
    for reference, first_day in rested_on:
        for name in _texts_named(reference):
            since[name] = max(since.get(name, first_day), first_day)
    return tuple(part.LegalText(text=text, in_force_from=day) for text, day in sorted(since.items()))


def _texts_named(reference: str) -> tuple[str, ...]:
    """The laws and decrees that a reference names."""
    return tuple(text[0].upper() + text[1:] for text in _LEGAL_TEXT.findall(reference))


@lru_cache(maxsize=4_096)
def _company(name: str, siren: str, *, street: str, postal_code: str, town: str, country: str = "FR") -> part.Company:
    """A party. The same few stand on the thousands of documents of a night, and none of their parts ever changes."""
    lines = (street,) if street else ()
    return part.Company(
        name=name, siren=siren, address=part.Address(lines=lines, postal_code=postal_code, town=town, country=country)
    )


def _rating(printed: PrintedFacts, law: LawInForce, insurer: str, on: date) -> part.Rating:
    grades = law.scales.get(insurer, ())
    scale = f"échelle de {grades[0]} (meilleure) à {grades[-1]}" if grades else "échelle de l'assureur"
    return part.Rating(scale=scale, grade=printed.grade or "non noté", rated_on=printed.rated_on or on)


def _probability(printed: PrintedFacts) -> part.DefaultProbability | None:
    if printed.default_probability is None or printed.rated_on is None:
        return None
    return part.DefaultProbability(value=printed.default_probability, assessed_on=printed.rated_on)


def _trigger(facts: Facts, on: date) -> part.Trigger:
    return part.Trigger(
        kind=facts.trigger.kind,  # type: ignore[arg-type]
        notified_on=facts.trigger.notified_on or on,
        effective_on=facts.trigger.effective_on or on,
        primary_before=facts.primary.amount_before or Decimal(0),
        primary_after=facts.primary.amount or Decimal(0),
    )


def _export(facts: Facts, printed: PrintedFacts) -> part.ExportSale | None:
    if facts.market == "domestic":
        return None
    return part.ExportSale(
        french_share=facts.sale.french_share or Decimal(0),
        french_share_evidence="déclaration de l'assuré",
        payment_days=facts.sale.payment_days or 0,
        country=printed.buyer_country,
        zone=None,
        market_failure_ground=MARKET_FAILURE,
        currency=printed.sale_currency,
    )
