"""Running terms as nights and changes need them: those that end, those whose primary or buyer moved, those named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from capweb.kernel.money import to_cent_half_up
from policies.domain.cover_terms import ceded_base
from policies.queries.nights import SINCE_LAST_NIGHT
from policies.queries.request_facts import Asked
from policies.queries.scope import organisation_scope


@dataclass(frozen=True, slots=True)
class DueTerm:
    """A running term that ends, with everything that renewing or lapsing it needs.

    `limit_decision` is that of the latest notice in effect; `renewal_id` None where nobody asked.
    `right_amount` is what of the amount is ceded where its rating proved wrong (D-39).
    `run_off_days` is the policy's longest payment term plus its declaration delay (D-36).
    `is_moved`: it came with a buyer that was absorbed. `beside`: the guarantee of the same policy on what is now the
    same buyer by which cover is renewed or changed, None where it is this one.
    """

    term_id: int
    guarantee_id: int
    guarantee_public_id: str
    product: str
    kind: str
    market: str
    anchor_day: date
    sequence: int
    policy_id: int
    buyer_id: int
    cover_end: date
    amount: Decimal
    ceded_ratio: Decimal
    cession_id: int
    renewal_id: int | None
    requested_total: Decimal | None
    asked_by: str | None
    buyer_limit_id: int | None
    limit_decision: str | None
    primary_amount: Decimal | None
    payment_days: int | None
    french_share: Decimal | None
    sale_currency: str
    is_construction_subcontract: bool
    run_off_days: int
    buyer_identifier: str
    buyer_name: str
    buyer_country: str
    policy_number: str
    holder_public_id: str
    holder_name: str
    granted_first: date
    limit_request_id: int
    wished_total: Decimal
    right_amount: Decimal | None
    is_moved: bool
    beside: str | None

    @property
    def ceded_amount(self) -> Decimal:
        """What it draws on the envelope."""
        return to_cent_half_up(self.ceded_base * self.ceded_ratio)

    @property
    def ceded_base(self) -> Decimal:
        """What of the amount is ceded, before the treaty's share."""
        return ceded_base(self.amount, self.right_amount)

    def asked(self, requested_total: Decimal) -> Asked:
        """The wish that this term be followed or replaced, on the latest notice. Raises ValueError without a notice."""
        if self.buyer_limit_id is None:
            raise ValueError(f"no notice is in effect for {self.guarantee_public_id}")
        return Asked(
            policy_id=self.policy_id,
            buyer_id=self.buyer_id,
            buyer_limit_id=self.buyer_limit_id,
            market=self.market,
            requested_total=requested_total,
            payment_days=self.payment_days,
            french_share=self.french_share,
            sale_currency=self.sale_currency,
            is_construction_subcontract=self.is_construction_subcontract,
            own_term_id=self.term_id,
            is_moved=self.is_moved,
        )


# What came with an absorbed buyer gives way to what runs on the buyer that remains, then to what was granted later.
_BESIDE: Final = """CASE WHEN term.former_buyer_id IS NOT NULL THEN (
           SELECT other.public_id FROM policies_guaranteeterm runs
           JOIN policies_guarantee other ON other.id = runs.guarantee_id
           WHERE runs.insurer_id = term.insurer_id AND runs.policy_id = term.policy_id
             AND runs.buyer_id = term.buyer_id AND runs.status = 'running'
             AND (runs.former_buyer_id IS NULL OR runs.id > term.id)
           ORDER BY runs.former_buyer_id IS NULL DESC, runs.id DESC LIMIT 1) END"""
_SELECT: Final = f"""
SELECT term.id, guarantee.id, guarantee.public_id, guarantee.product, guarantee.kind, guarantee.market,
       guarantee.anchor_day, term.sequence, term.policy_id, term.buyer_id, term.cover_end, term.amount,
       term.ceded_ratio, term.cession_id, renewal.id, renewal.requested_total, renewal.asked_by,
       lim.id, lim.decision, lim.amount, request.payment_days, request.french_share, request.sale_currency,
       request.is_construction_subcontract, COALESCE(terms.run_off_days, 150),
       buyer.identifier, buyer.name, buyer.country, policy.number, holder.public_id, holder.name,
       term.granted_first, request.id, request.requested_total,
       term.right_amount, term.former_buyer_id IS NOT NULL,
       {_BESIDE}
FROM policies_guaranteeterm term
JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
JOIN policies_limitrequest request ON request.id = guarantee.limit_request_id
JOIN policies_policy policy ON policy.id = term.policy_id
JOIN policies_policyholder holder ON holder.id = policy.policyholder_id
JOIN policies_buyer buyer ON buyer.id = term.buyer_id
LEFT JOIN policies_renewalrequest renewal ON renewal.term_id = term.id AND renewal.outcome IS NULL
LEFT JOIN LATERAL (
    SELECT id, decision, amount FROM policies_buyerlimit
    WHERE insurer_id = term.insurer_id AND policy_id = term.policy_id AND buyer_id = term.buyer_id
      AND effective_on <= %(on)s AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) lim ON true
LEFT JOIN LATERAL (
    SELECT longest_payment_days + declaration_delay_days AS run_off_days FROM policies_policyterms
    WHERE insurer_id = term.insurer_id AND policy_id = policy.id AND effective_on <= %(on)s AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) terms ON true
WHERE term.insurer_id = %(insurer)s AND term.status = 'running'
"""  # noqa: S608 (our own words)
_BESIDE_OF: Final = f"""
SELECT id, beside FROM (
    SELECT term.id, {_BESIDE} AS beside FROM policies_guaranteeterm term
    WHERE term.insurer_id = %(insurer)s AND term.id = ANY (%(ids)s)) asked
WHERE beside IS NOT NULL
"""  # noqa: S608 (our own words)
_TOUCHED: Final = """ AND term.cover_end > %(on)s AND EXISTS (
    SELECT 1 FROM policies_buyerlimit moved
    WHERE moved.insurer_id = term.insurer_id AND moved.policy_id = term.policy_id AND moved.buyer_id = term.buyer_id
      AND moved.effective_on <= %(on)s AND moved.effective_on > term.granted_first AND moved.booked_on <= %(on)s)
  AND EXISTS (
    SELECT 1 FROM policies_guarantee guarantee
    WHERE guarantee.insurer_id = term.insurer_id AND guarantee.id = term.guarantee_id
      AND guarantee.kind = 'complement')"""
_RE_RATED: Final = f""" AND term.cover_end > %(on)s AND EXISTS (
    SELECT 1 FROM policies_buyerrating rated
    WHERE rated.insurer_id = term.insurer_id AND rated.buyer_id = term.buyer_id
      AND rated.effective_on <= %(on)s AND rated.booked_on <= %(on)s
      -- What was wrong on the first day is corrected in the cession and stands towards the policyholder (D-39).
      AND (rated.is_insolvent OR rated.effective_on > LEAST(term.granted_first, term.booked_on)
           OR rated.booked_on <= term.booked_on)
      AND GREATEST(rated.effective_on, rated.booked_on) >= {SINCE_LAST_NIGHT}
      AND GREATEST(rated.effective_on, rated.booked_on) >= term.booked_on)"""  # noqa: S608 (our own words)
# Two buyers have become one: the terms of both are judged again, whichever of them they were granted on.
_MERGED: Final = f""" AND term.cover_end > %(on)s AND EXISTS (
    SELECT 1 FROM policies_buyerstanding fact
    WHERE fact.insurer_id = term.insurer_id AND fact.standing_id = term.buyer_id
      AND fact.effective_on <= %(on)s AND fact.booked_on >= {SINCE_LAST_NIGHT}
      AND fact.booked_on <= %(on)s)"""  # noqa: S608 (our own words)
_OVERDUE: Final = """ AND term.cover_end > %(on)s AND EXISTS (
    SELECT 1 FROM policies_claim claim
    JOIN policies_claiminvoice invoice ON invoice.insurer_id = claim.insurer_id AND invoice.claim_id = claim.id
    JOIN LATERAL (
        SELECT maximum_overdue_days FROM policies_policyterms
        WHERE insurer_id = claim.insurer_id AND policy_id = claim.policy_id
          AND effective_on <= %(on)s AND booked_on <= %(on)s
        ORDER BY effective_on DESC, id DESC LIMIT 1) terms ON true
    LEFT JOIN LATERAL (
        SELECT due_on FROM policies_duedayextension
        WHERE insurer_id = claim.insurer_id AND invoice_id = invoice.id
        ORDER BY agreed_on DESC, id DESC LIMIT 1) later ON true
    WHERE claim.insurer_id = term.insurer_id AND claim.policy_id = term.policy_id
      -- A claim keeps the buyer that it was declared on; who took that one over owes its debts.
      AND policies_standing_buyer(claim.insurer_id, claim.buyer_id) = term.buyer_id
      AND claim.status <> 'withdrawn'
      AND COALESCE(later.due_on, invoice.due_on) + terms.maximum_overdue_days < %(on)s
      AND invoice.amount + invoice.vat_amount > (
          SELECT COALESCE(sum(paid.amount), 0) FROM policies_invoicepayment paid
          WHERE paid.insurer_id = claim.insurer_id AND paid.invoice_id = invoice.id))"""
_CUT_DUE: Final = """ AND term.cover_end > %(on)s AND EXISTS (
    SELECT 1 FROM policies_reduction cut
    WHERE cut.insurer_id = term.insurer_id AND cut.term_id = term.id AND cut.status = 'announced'
      AND cut.effective_on <= %(on)s)"""
_NAMED: Final = """ AND term.cover_end > %(on)s AND guarantee.public_id = ANY (%(guarantees)s)
  AND (%(broker)s::bigint IS NULL OR EXISTS (
      SELECT 1 FROM policies_mandate mandate
      WHERE mandate.policyholder_id = holder.id AND mandate.broker_id = %(broker)s AND mandate.first_day <= %(on)s
        AND (mandate.end_day IS NULL OR mandate.end_day > %(on)s)))
  AND (%(holder)s::bigint IS NULL OR holder.organisation_id = %(holder)s)"""
_OF_BUYERS: Final = " AND term.cover_end > %(on)s AND term.buyer_id = ANY (%(buyers)s)"
_LOCK: Final = " ORDER BY term.id FOR UPDATE OF term"
# The few terms that something happened to are looked for by their own row alone: joining everything that is told of a
# term to every running one, only to leave it out, took a twentieth of a night.
_CHUNK_OF_IDS: Final = """
SELECT term.id FROM policies_guaranteeterm term
WHERE term.insurer_id = %(insurer)s AND term.status = 'running' AND term.id > %(after)s {condition}
ORDER BY term.id LIMIT %(limit)s
"""
_ENDING: Final = """
FROM policies_guaranteeterm term
WHERE term.insurer_id = %(insurer)s AND term.status = 'running' AND term.cover_end <= %(on)s
  AND {asked} (SELECT 1 FROM policies_renewalrequest renewal
               WHERE renewal.insurer_id = term.insurer_id AND renewal.term_id = term.id AND renewal.outcome IS NULL)
"""
_ASKED: Final = _ENDING.format(asked="EXISTS")
_NOT_ASKED: Final = _ENDING.format(asked="NOT EXISTS")


def asked_for(actor: Actor, *, on: date, limit: int, after_id: int = 0) -> list[int]:
    """Ids of ending terms whose renewal was asked for and not yet decided, in order, after an id. Not locked."""
    return _ids(actor, _ASKED, on=on, limit=limit, after_id=after_id)


def not_asked_for(actor: Actor, *, on: date, limit: int, after_id: int = 0) -> list[int]:
    """Ids of ending terms without a renewal to decide, in order, after an id: they lapse. Not locked."""
    return _ids(actor, _NOT_ASKED, on=on, limit=limit, after_id=after_id)


def how_many(actor: Actor, *, on: date) -> tuple[int, int]:
    """How many terms end by a day with a renewal to decide, and how many without. One query; inside acting(actor)."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) {_ASKED}), (SELECT count(*) {_NOT_ASKED})",
            {"insurer": actor.insurer_id, "on": on},
        )
        asked, not_asked = cursor.fetchone()
        return int(asked), int(not_asked)


def locked(actor: Actor, term_ids: Sequence[int], *, on: date) -> list[DueTerm]:
    """Those of these terms that still run and end by the day, locked, in order of their ids."""
    return _read(actor, " AND term.cover_end <= %(on)s AND term.id = ANY (%(ids)s)" + _LOCK, on=on, ids=list(term_ids))


def touched_by_primary(actor: Actor, *, on: date, limit: int, after_id: int = 0) -> list[DueTerm]:
    """Running complements whose primary limit has moved since their first day, locked, by term id after `after_id`."""
    return _locked_chunk(actor, _TOUCHED, on=on, limit=limit, after_id=after_id)


def re_rated(actor: Actor, *, on: date, limit: int, after_id: int = 0) -> list[DueTerm]:
    """Running terms whose buyer's new rating was entered, or took effect, since the insurer's last night; locked."""
    return _locked_chunk(actor, _RE_RATED, on=on, limit=limit, after_id=after_id)


def merged(actor: Actor, *, on: date, limit: int, after_id: int = 0) -> list[DueTerm]:
    """Running terms on buyers that took another one over, as entered since the insurer's last night; locked, by id."""
    return _locked_chunk(actor, _MERGED, on=on, limit=limit, after_id=after_id)


def overdue(actor: Actor, *, on: date, limit: int, after_id: int = 0) -> list[DueTerm]:
    """Running terms on buyers who owe a declared invoice for longer than the policy's maximum; locked, by term id.

    A policy that does not tell its maximum ends nothing.
    """
    return _locked_chunk(actor, _OVERDUE, on=on, limit=limit, after_id=after_id)


def cuts_due(actor: Actor, *, on: date, limit: int, after_id: int = 0) -> list[DueTerm]:
    """Running terms of which an announced cut takes effect by this day, locked, by term id after `after_id`."""
    return _locked_chunk(actor, _CUT_DUE, on=on, limit=limit, after_id=after_id)


def running(actor: Actor, guarantees: Sequence[str], *, on: date) -> dict[str, DueTerm]:
    """The running term of each guarantee that this actor may change, by public id, locked."""
    more = {"guarantees": list(guarantees), **organisation_scope(actor)}
    rows = _read(actor, _NAMED + _LOCK, on=on, **more)
    return {row.guarantee_public_id: row for row in rows}


def of_buyers(actor: Actor, buyers: Sequence[int], *, on: date, lock: bool = False) -> list[DueTerm]:
    """The running terms on some buyers, in order of their ids, locked on demand. One query; inside acting(actor)."""
    return _read(actor, _OF_BUYERS + (_LOCK if lock else " ORDER BY term.id"), on=on, buyers=list(buyers))


def renewed_by_another(actor: Actor, term_ids: Sequence[int]) -> dict[int, str]:
    """Of running terms those that came with an absorbed buyer and beside which cover is renewed by another guarantee
    of the policy, with its public id. One query; inside acting(actor).
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(_BESIDE_OF, {"insurer": actor.insurer_id, "ids": list(term_ids)})
        return dict(cursor.fetchall())


def _ids(actor: Actor, which: str, *, on: date, limit: int, after_id: int) -> list[int]:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"SELECT term.id {which} AND term.id > %(after)s ORDER BY term.id LIMIT %(limit)s",
            {"insurer": actor.insurer_id, "on": on, "limit": limit, "after": after_id},
        )
        return [row_id for (row_id,) in cursor.fetchall()]


def _locked_chunk(actor: Actor, condition: str, *, on: date, limit: int, after_id: int) -> list[DueTerm]:
    """Those after an id that meet the condition, locked, in order. Two queries, and one where there are none."""
    while True:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                _CHUNK_OF_IDS.format(condition=condition),
                {"insurer": actor.insurer_id, "on": on, "limit": limit, "after": after_id},
            )
            ids = [row_id for (row_id,) in cursor.fetchall()]
        # Asked once more with the lock: somebody may have ended the term, or paid, a moment ago.
        rows = _read(actor, condition + " AND term.id = ANY (%(ids)s)" + _LOCK, on=on, ids=ids) if ids else []
        if rows or not ids:
            return rows
        after_id = ids[-1]


def _read(actor: Actor, condition: str, *, on: date, **more: Any) -> list[DueTerm]:
    with connections["default"].cursor() as cursor:
        cursor.execute(_SELECT + condition, {"insurer": actor.insurer_id, "on": on, **more})
        return [DueTerm(*row) for row in cursor.fetchall()]
