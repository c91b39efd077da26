"""Everything that judging needs to know about a batch of requests, in a fixed number of queries for any number of them.

Facts are those that were true on one day (`effective_on`) as they were known on another (`booked_on`), by default the
same. What is not known stays None; judging sends it back to the requester. Substitutions and holds on the same buyer
are counted for D-40: those that live, or for a look back those that lived on the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from eligibility.domain import facts as fact
from policies.models import LimitRequest
from policies.queries import exceptions_in_force
from policies.queries.exceptions_in_force import Wisher
from reinsurance.queries.disbursements import disbursed_in_year_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One wish to be judged: under which policy, on which buyer, after which notice, for how much.

    `own_term_id` and `own_offer_id` are left out of what is already in force, because they would be replaced; a look
    back leaves out everything of `own_request_id`.
    `insolvent` and the like come from the books; the sale comes from the request.
    """

    policy_id: int
    buyer_id: int
    buyer_limit_id: int
    market: str
    requested_total: Decimal
    payment_days: int | None = None
    french_share: Decimal | None = None
    sale_currency: str = "EUR"
    is_construction_subcontract: bool = False
    own_term_id: int | None = None
    own_offer_id: int | None = None
    own_request_id: int | None = None
    # The own term came with an absorbed buyer: of what runs beside it under its policy, what came later is not counted.
    is_moved: bool = False
    # Nothing that runs beside under the same policy is counted: the review on the day on which two buyers became one.
    is_alone: bool = False


def wish_of(row: LimitRequest, *, own_term_id: int | None = None, own_request_id: int | None = None) -> Asked:
    """The wish of a stored request; what it would replace, or is itself, is left out of what is in force."""
    return Asked(
        policy_id=row.policy_id,
        buyer_id=row.buyer_id,
        buyer_limit_id=row.buyer_limit_id,
        market=row.market,
        requested_total=row.requested_total,
        payment_days=row.payment_days,
        french_share=row.french_share,
        sale_currency=row.sale_currency,
        is_construction_subcontract=row.is_construction_subcontract,
        own_term_id=own_term_id,
        own_request_id=own_request_id,
    )


# A probe of a composite index for each row: quick for one row and for thousands, and whatever the planner guesses.
_SELECT: Final = """
SELECT asked.place, lim.decision, lim.notified_on, lim.effective_on, lim.amount_before, lim.amount,
       holder.country, figures.turnover, holder.is_factor,
       terms.insured_ratio, terms.limits_set_by, policy.currency,
       buyer.country, buyer.created_on, size.turnover, size.balance_sheet, size.headcount,
       rating.grade, rating.default_probability, rating.effective_on, COALESCE(rating.is_insolvent, false),
       others.same_holder, others.other_holders, others.same_policy, policy.number
FROM unnest(%(policies)s::bigint[], %(buyers)s::bigint[], %(limits)s::bigint[], %(terms)s::bigint[],
            %(offers)s::bigint[], %(requests)s::bigint[], %(moved)s::bool[], %(alone)s::bool[])
     WITH ORDINALITY AS asked (policy_id, buyer_id, limit_id, own_term_id, own_offer_id, own_request_id, is_moved,
                               is_alone, place)
JOIN policies_policy policy ON policy.id = asked.policy_id AND policy.insurer_id = %(insurer)s
JOIN policies_policyholder holder ON holder.id = policy.policyholder_id
JOIN policies_buyer buyer ON buyer.id = asked.buyer_id AND buyer.insurer_id = %(insurer)s
JOIN policies_buyerlimit lim ON lim.id = asked.limit_id AND lim.insurer_id = %(insurer)s
LEFT JOIN LATERAL (
    SELECT insured_ratio, limits_set_by FROM policies_policyterms
    WHERE insurer_id = %(insurer)s AND policy_id = policy.id AND effective_on <= %(on)s AND booked_on <= %(known_on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) terms ON true
LEFT JOIN LATERAL (
    SELECT turnover FROM policies_policyholderfigures
    WHERE insurer_id = %(insurer)s AND policyholder_id = holder.id AND effective_on <= %(on)s
      AND booked_on <= %(known_on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) figures ON true
LEFT JOIN LATERAL (
    SELECT turnover, balance_sheet, headcount FROM policies_buyerfigures
    WHERE insurer_id = %(insurer)s AND buyer_id = buyer.id AND effective_on <= %(on)s AND booked_on <= %(known_on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) size ON true
LEFT JOIN LATERAL (
    SELECT grade, default_probability, effective_on, is_insolvent FROM policies_buyerrating
    WHERE insurer_id = %(insurer)s AND buyer_id = buyer.id AND effective_on <= %(on)s AND booked_on <= %(known_on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) rating ON true
LEFT JOIN LATERAL (
    SELECT COALESCE(sum(amount) FILTER (WHERE kind = 'substitution' AND holder_id = holder.id), 0) AS same_holder,
           COALESCE(sum(amount) FILTER (WHERE kind = 'substitution' AND holder_id <> holder.id), 0) AS other_holders,
           COALESCE(sum(amount) FILTER (WHERE is_beside), 0) AS same_policy
    FROM ({in_force}) live) others ON true
ORDER BY asked.place
"""
# Beside runs what two buyers that became one bring together under a policy: only then has a pair two running terms.
_IN_FORCE_NOW: Final = """
        SELECT term.amount, other.policyholder_id AS holder_id, guarantee.kind,
               term.policy_id = asked.policy_id AND (term.former_buyer_id IS NOT NULL OR asked.is_moved) AS is_beside
        FROM policies_guaranteeterm term
        JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
        JOIN policies_policy other ON other.id = term.policy_id
        -- As an array, or the planner may look for the buyer in the middle of the key against overlapping terms.
        WHERE term.insurer_id = %(insurer)s AND term.buyer_id = ANY (ARRAY[asked.buyer_id]) AND term.status = 'running'
          AND term.id IS DISTINCT FROM asked.own_term_id
          AND NOT (term.policy_id = asked.policy_id AND (asked.is_alone OR
                   asked.is_moved AND (term.former_buyer_id IS NULL OR term.id > asked.own_term_id)))
        UNION ALL
        SELECT offer.amount, other.policyholder_id, offer.kind, false
        FROM policies_limitrequest request
        JOIN policies_offer offer ON offer.limit_request_id = request.id AND offer.status = 'live'
             AND offer.kind = 'substitution'
        JOIN policies_policy other ON other.id = request.policy_id
        WHERE request.insurer_id = %(insurer)s AND request.buyer_id = asked.buyer_id AND request.status = 'offered'
          AND offer.id IS DISTINCT FROM asked.own_offer_id
"""
# Looking back: what had been granted and not ended, what was offered and not answered, as known on the other day.
_IN_FORCE_THEN: Final = """
        SELECT term.granted_amount AS amount, other.policyholder_id AS holder_id, guarantee.kind,
               term.policy_id = asked.policy_id AND term.former_buyer_id IS NOT NULL AS is_beside
        FROM policies_guaranteeterm term
        JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
             AND guarantee.limit_request_id IS DISTINCT FROM asked.own_request_id
        JOIN policies_policy other ON other.id = term.policy_id
        WHERE term.insurer_id = %(insurer)s AND term.buyer_id = asked.buyer_id AND term.status <> 'replaced_at_once'
          AND term.id IS DISTINCT FROM asked.own_term_id
          AND term.booked_on <= LEAST(%(on)s, %(known_on)s) AND %(on)s < term.cover_end
        UNION ALL
        SELECT offer.amount, other.policyholder_id, offer.kind, false
        FROM policies_limitrequest request
        JOIN policies_offer offer ON offer.limit_request_id = request.id AND offer.kind = 'substitution'
        JOIN policies_policy other ON other.id = request.policy_id
        WHERE request.insurer_id = %(insurer)s AND request.buyer_id = asked.buyer_id
          AND request.id IS DISTINCT FROM asked.own_request_id
          AND offer.issued_on <= LEAST(%(on)s, %(known_on)s) AND %(on)s < offer.open_until
          AND (offer.answered_on IS NULL OR %(on)s < offer.answered_on)
"""
_NOW: Final = _SELECT.format(in_force=_IN_FORCE_NOW)
_THEN: Final = _SELECT.format(in_force=_IN_FORCE_THEN)


def gather(actor: Actor, asked: Sequence[Asked], *, on: date, known_on: date | None = None) -> list[fact.Facts]:
    """The facts of each wish on a day, in the order given. Inside acting(actor).

    Three queries, two without domestic wishes, one more where an authority has decided on an exception. What was paid
    in the policy year (D-17) comes from the ledger.

    With `known_on` it is a look back: what had been entered by that day, and what was in force on `on` by the books as
    far as they are dated to the day; a cover that was shortened later counts as it stands now.

    Raises LookupError when a policy, buyer or notice is not this insurer's.
    """
    if not asked:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            _NOW if known_on is None else _THEN,
            {
                "insurer": actor.insurer_id,
                "on": on,
                "known_on": on if known_on is None else known_on,
                "policies": [one.policy_id for one in asked],
                "buyers": [one.buyer_id for one in asked],
                "limits": [one.buyer_limit_id for one in asked],
                "terms": [one.own_term_id for one in asked],
                "offers": [one.own_offer_id for one in asked],
                "requests": [one.own_request_id for one in asked],
                "moved": [one.is_moved for one in asked],
                "alone": [one.is_alone for one in asked],
            },
        )
        rows = cursor.fetchall()
    if len(rows) != len(asked):
        raise LookupError("a policy, buyer or notice of the batch is unknown to this insurer")
    numbers = [row[-1] for one, row in zip(asked, rows, strict=True) if one.market == "domestic"]
    disbursed = disbursed_in_year_of(
        actor, numbers, market="domestic", on=on, known_on=on if known_on is None else known_on
    )
    exceptions = exceptions_in_force.of_wishes(actor, [_wisher(one) for one in asked], on=on, known_on=known_on)
    return [
        _facts(actor.insurer_code, one, row[:-1], on, disbursed.get(row[-1], _NOTHING), exceptions=recorded)
        for one, row, recorded in zip(asked, rows, exceptions, strict=True)
    ]


def _wisher(one: Asked) -> Wisher:
    return Wisher(
        policy_id=one.policy_id,
        buyer_id=one.buyer_id,
        own_term_id=one.own_term_id,
        own_offer_id=one.own_offer_id,
        own_request_id=one.own_request_id,
    )


def _facts(
    insurer: str,
    asked: Asked,
    row: tuple[Any, ...],
    on: date,
    disbursed: Decimal,
    *,
    exceptions: tuple[fact.RecordedException, ...],
) -> fact.Facts:
    (_, decision, notified_on, effective_on, before, amount, holder_country, holder_turnover, is_factor) = row[:9]
    (insured_ratio, set_by, currency, country, created_on, turnover, balance, headcount) = row[9:17]
    (grade, probability, assessed_on, insolvent, same_holder, other_holders, beside) = row[17:]
    return fact.Facts(
        day=on,
        insurer=insurer,
        market=asked.market,
        trigger=fact.Trigger(kind=decision, notified_on=notified_on, effective_on=effective_on),
        policyholder=fact.Policyholder(country=holder_country, turnover=holder_turnover, factor=is_factor),
        policy=fact.Policy(
            insured_ratio=insured_ratio,
            limits_set_by=set_by,
            disbursed_this_year=disbursed if asked.market == "domestic" else _NOTHING,
            currency=currency,
        ),
        buyer=fact.Buyer(
            country=country,
            created_on=created_on,
            turnover=turnover,
            balance_sheet=balance,
            headcount=headcount,
            grade=grade or None,
            default_probability=probability,
            assessed_on=assessed_on,
            insolvent=insolvent,
            construction_subcontract=asked.is_construction_subcontract,
        ),
        primary=fact.Primary(amount_before=before, amount=amount),
        requested_total=asked.requested_total,
        sale=_sale(asked),
        others_in_force=fact.OthersInForce(
            same_policyholder=same_holder, other_policyholders=other_holders, same_policy=beside
        ),
        exceptions=exceptions,
    )


_NOTHING: Final = Decimal("0.00")


def _sale(asked: Asked) -> fact.Sale:
    if asked.market == "domestic":
        return fact.Sale()
    return fact.Sale(
        payment_days=asked.payment_days, french_share=asked.french_share, currency=asked.sale_currency or None
    )
