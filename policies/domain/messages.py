"""Which events are written about to the policyholder or its broker, by which template, with which facts.

What is no choice of the policyholder's and changes its cover or its claims, or opens a choice, is written; of what it
did itself (asked, declined, cancelled) only what begins or ends something: a claim, a guarantee. Every template lies in
templates/messages/ in French and in English.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

TEMPLATE_BY_EVENT: Final = {
    "request.offered": "offer_made",
    "request.refused": "request_refused",
    "request.referred": "fact_missing",
    "offer.accepted": "guarantee_granted",
    "offer.expired": "offer_expired",
    "offer.withdrawn": "offer_withdrawn",
    "guarantee.renewed": "guarantee_renewed",
    "guarantee.lapsed": "guarantee_lapsed",
    "guarantee.reduced": "guarantee_reduced",
    "guarantee.ended": "guarantee_ended",
    "guarantee.rated_out": "rated_out",
    "guarantee.buyer_changed": "buyer_changed",
    "reduction.announced": "reduction_announced",
    "renewal.refused": "renewal_refused",
    "renewal.referred": "renewal_referred",
    "exception.opened": "exception_asked",
    "exception.favourable": "exception_decided",
    "exception.unfavourable": "exception_decided",
    "mediation.maintained": "mediation_answered",
    "mediation.changed": "mediation_answered",
    "claim.declared": "claim_declared",
    "claim.loss_fixed": "loss_fixed",
    "claim.indemnified": "claim_indemnified",
    "claim.recovered": "claim_recovered",
    "disbursement_year.nearly_used": "disbursement_nearly_used",
}
RENEWAL_NOTICE: Final = "renewal_notice"
# The insurer's decision on its own limit (E1 to E5), told with its notice: written with the decision, not from events.
PRIMARY_NOTICE: Final = "primary_notice"
# The same decision told to the buyer, where it asked to be: neither the supplier nor its amounts are named to it.
BUYER_NOTICE: Final = "buyer_notice"
# The statement that cover on a buyer may be sought elsewhere (E19).
COVER_ELSEWHERE: Final = "cover_elsewhere"
TEMPLATES: Final = (
    *dict.fromkeys(TEMPLATE_BY_EVENT.values()),
    RENEWAL_NOTICE,
    PRIMARY_NOTICE,
    BUYER_NOTICE,
    COVER_ELSEWHERE,
)
# Messages that tell the reasons of a decision, by the verdicts that are told.
VERDICTS_TOLD: Final = {
    "request_refused": frozenset({"fail"}),
    "offer_withdrawn": frozenset({"fail", "refer"}),
    "fact_missing": frozenset({"refer"}),
}
LANGUAGES: Final = ("fr", "en")

# Minutes to wait after each failed attempt; after the last the mail is given up until somebody sends it again.
RETRY_MINUTES: Final = (1, 5, 30, 180)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """What a template may say. Amounts in euro, days half-open; what a message does not tell is None or empty."""

    policyholder: str
    policy_number: str
    buyer: str
    buyer_identifier: str
    product: str
    on: date
    reference: str = ""
    requested_total: Decimal | None = None
    amount: Decimal | None = None
    amount_before: Decimal | None = None
    insured_ratio: Decimal | None = None
    premium: Decimal | None = None
    is_premium_illustrative: bool = False
    open_until: date | None = None
    term_first: date | None = None
    term_end: date | None = None
    endorsement: str = ""
    days_before: int | None = None
    renewal_asked: bool = False
    # Of a primary notice: what was decided, and from which day it counts.
    decision: str = ""
    notified_on: date | None = None
    effective_on: date | None = None
    exceptional_case: str = ""
    letter: str = ""
    # What a request of that day would be granted, told in the same step; None where nothing is possible.
    top_up_product: str = ""
    top_up_amount: Decimal | None = None
    top_up_premium: Decimal | None = None
    # Why cover fell or ended, how a dossier stands and what was answered.
    cause: str = ""
    status: str = ""
    answer: str = ""
    # Of a buyer that was absorbed or has another number: what it was, and the announcement.
    former_buyer: str = ""
    former_identifier: str = ""
    announcement: str = ""
    # Of a claim: its public id, how many invoices, the loss, what is due or paid, held back, come back, and limits.
    claim: str = ""
    invoices: int | None = None
    loss: Decimal | None = None
    paid: Decimal | None = None
    held_back: Decimal | None = None
    recovered: Decimal | None = None
    limit_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ToBuyer:
    """A message for the buyer itself: its row, where it asked to be told, and in which language."""

    buyer_id: int
    address: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One message to be written: its source (once for ever), its facts, and the rows that it is about."""

    source_key: str
    template: str
    policy_id: int
    facts: MessageFacts
    decision_id: int | None = None
    limit_request_id: int | None = None
    offer_id: int | None = None
    guarantee_id: int | None = None
    endorsement_id: int | None = None
    notice_id: int | None = None
    buyer_limit_id: int | None = None
    letter_id: int | None = None
    claim_id: int | None = None
    to_buyer: ToBuyer | None = None


@dataclass(frozen=True, slots=True)
class ReasonTold:
    """One reason of a decision in the reader's language."""

    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A message as it is kept and sent."""

    subject: str
    body: str


def minutes_to_next_try(attempts: int) -> int | None:
    """How long to wait after that many failed attempts; None to give up.

    >>> [minutes_to_next_try(attempts) for attempts in (1, 4, 5)]
    [1, 180, None]
    """
    return RETRY_MINUTES[attempts - 1] if 1 <= attempts <= len(RETRY_MINUTES) else None
