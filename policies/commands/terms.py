"""Writing guarantee terms: the cession first, then the term that points at it, then the endorsement.

Shared by acceptance and renewal: nothing is granted without being ceded, and the foreign key makes it so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.kernel.money import ZERO
from capweb.kernel.periods import Term
from policies.commands.judging import Judged
from reinsurance.commands.cede import cede
from reinsurance.domain.cession import CededRisk, CessionOrder, CessionReceipt

_COLUMNS = (
    "id", "insurer_id", "guarantee_id", "policy_id", "buyer_id", "sequence", "status", "granted_first", "granted_end",
    "cover_first", "cover_end", "amount", "granted_amount", "insured_ratio", "retention_ratio", "ceded_ratio",
    "premium", "premium_rate", "is_premium_illustrative", "decision_id", "offer_id", "cession_id", "booked_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A term to be granted: which guarantee, what was judged, and what it takes over from."""

    guarantee_id: int
    guarantee_public_id: str
    policy_id: int
    buyer_id: int
    sequence: int
    term: Term
    judged: Judged
    decision_id: int
    risk: CededRisk
    offer_id: int | None = None
    hold_source_key: str | None = None
    replaces_cession_id: int | None = None
    run_off_until: date | None = None
    premium_credited: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        granted = self.judged.decision.granted
        assert granted is not None
        return granted


def grant_terms(actor: Actor, new: Sequence[NewTerm], *, on: date) -> tuple[list[int], list[CessionReceipt]]:
    """Cede and write the terms; their ids and receipts in order. A fixed number of queries; inside acting(actor).

    Raises what `cede` raises; nothing is written then.
    """
    receipts = cede(actor, [_order(one) for one in new], on=on)
    ids = draw_ids("policies_guaranteeterm", len(new))
    copy_rows(
        "policies_guaranteeterm",
        _COLUMNS,
        [_row(actor, row_id, one, receipt, on) for row_id, one, receipt in zip(ids, new, receipts, strict=True)],
    )
    return ids, receipts


def _order(one: NewTerm) -> CessionOrder:
    decision = one.judged.decision
    assert decision.premium is not None
    assert decision.premium_rate is not None
    return CessionOrder(
        source_key=f"{one.guarantee_public_id}:{one.term.first.isoformat()}",
        kind="complement" if one.judged.facts.asks_for_complement else "substitution",
        market=one.judged.facts.market,  # type: ignore[arg-type]
        risk=one.risk,
        term=one.term,
        amount=one.amount,
        premium=decision.premium,
        premium_rate=decision.premium_rate,
        is_illustrative=decision.premium_illustrative,
        hold_source_key=one.hold_source_key,
        replaces_cession_id=one.replaces_cession_id,
        run_off_until=one.run_off_until,
        premium_credited=one.premium_credited,
        buyer_zone=one.judged.zone,
    )


def _row(actor: Actor, row_id: int, one: NewTerm, receipt: CessionReceipt, on: date) -> tuple[object, ...]:
    decision = one.judged.decision
    return (
        row_id, actor.insurer_id, one.guarantee_id, one.policy_id, one.buyer_id, one.sequence, "running",
        one.term.first, one.term.end, one.term.first, one.term.end, one.amount, one.amount, decision.insured_ratio,
        1 - receipt.shares.ceded_ratio, receipt.shares.ceded_ratio, decision.premium, decision.premium_rate,
        decision.premium_illustrative, one.decision_id, one.offer_id, receipt.cession_id, on,
    )  # fmt: skip
