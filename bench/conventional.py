"""The conventional way, as a peer: a DRF list serializer with `many=True`, then one service call a row.

The service fetches what it needs through the ORM, judges with the same `decide`, locks, and saves row by row, each
request in a transaction of its own: what a careful team writes when it does not think in batches.
"""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from decimal import Decimal

from rest_framework import serializers

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.models import TrailEntry
from capweb.kernel.identifiers import is_siren, new_public_id
from capweb.kernel.money import to_cent_half_up
from eligibility.domain import decision as decisions
from eligibility.domain import engine, facts
from eligibility.models import DecisionRecord
from eligibility.queries.law_book import current_law_book
from policies.domain.bulk_rows import read_rows
from policies.domain.limit_request import market_of
from policies.models import (
    Buyer,
    BuyerFigures,
    BuyerLimit,
    BuyerRating,
    GuaranteeTerm,
    LimitRequest,
    Offer,
    Policy,
    PolicyholderFigures,
    PolicyTerms,
)
from reinsurance.commands.hold_capacity import hold_capacity
from reinsurance.domain.cession import HoldOrder
from reinsurance.queries.free_room import locked_rooms
from reinsurance.queries.treaty_book import treaty_book


class RequestSerializer(serializers.Serializer):
    """One row, as DRF would take it."""

    reference = serializers.CharField(max_length=64, allow_blank=True)
    policy_number = serializers.CharField(max_length=40)
    buyer_country = serializers.RegexField(r"^[A-Z]{2}$")
    buyer_identifier = serializers.CharField(max_length=40)
    requested_total = serializers.DecimalField(max_digits=18, decimal_places=2, min_value=Decimal("0.01"))
    payment_days = serializers.IntegerField(min_value=0, max_value=3650, allow_null=True)
    french_share = serializers.DecimalField(max_digits=9, decimal_places=8, allow_null=True)

    def validate(self, attrs):
        if attrs["buyer_country"] == "FR" and not is_siren(attrs["buyer_identifier"]):
            raise serializers.ValidationError("not a SIREN")
        return attrs


def run(actor: Actor, content: bytes, *, on: date) -> float:
    """Seconds to take and decide the rows of a file this way."""
    given = [
        {
            "reference": row.fields.reference,
            "policy_number": row.fields.policy_number,
            "buyer_country": row.fields.buyer_country,
            "buyer_identifier": row.fields.buyer_identifier,
            "requested_total": str(row.fields.requested_total),
            "payment_days": row.fields.payment_days,
            "french_share": None if row.fields.french_share is None else str(row.fields.french_share),
        }
        for row in read_rows(content, file_name="peer.csv").rows
        if row.fields is not None
    ]
    begun = time.perf_counter()
    serializer = RequestSerializer(data=given, many=True)
    serializer.is_valid(raise_exception=True)
    for row in serializer.validated_data:
        request_top_up(actor, row, on=on)
    return time.perf_counter() - begun


def request_top_up(actor: Actor, row: dict, *, on: date) -> LimitRequest:
    """The service: one request from its validated fields to its offer."""
    with acting(actor):
        policy = Policy.objects.select_related("policyholder").get(number=row["policy_number"])
        buyer = Buyer.objects.get(country=row["buyer_country"], identifier=row["buyer_identifier"])
        limit = BuyerLimit.objects.filter(policy=policy, buyer=buyer, notified_on__lte=on).latest("effective_on")
        terms = PolicyTerms.objects.filter(policy=policy, effective_on__lte=on).latest("effective_on")
        turnover = PolicyholderFigures.objects.filter(policyholder=policy.policyholder).latest("effective_on").turnover
        size = BuyerFigures.objects.filter(buyer=buyer).latest("effective_on")
        rating = BuyerRating.objects.filter(buyer=buyer, effective_on__lte=on).latest("effective_on")
        in_force = sum(
            term.amount
            for term in GuaranteeTerm.objects.filter(
                buyer=buyer, policy__policyholder=policy.policyholder, status="running"
            )
        )
        market = market_of(buyer.country)
        case = facts.Facts(
            day=on,
            insurer=actor.insurer_code,
            market=market,
            trigger=facts.Trigger(kind=limit.decision, notified_on=limit.notified_on, effective_on=limit.effective_on),
            policyholder=facts.Policyholder(
                country=policy.policyholder.country, turnover=turnover, factor=policy.policyholder.is_factor
            ),
            policy=facts.Policy(
                insured_ratio=terms.insured_ratio, limits_set_by=terms.limits_set_by, disbursed_this_year=Decimal(0)
            ),
            buyer=facts.Buyer(
                country=buyer.country, created_on=buyer.created_on, turnover=size.turnover,
                balance_sheet=size.balance_sheet, headcount=size.headcount, grade=rating.grade or None,
                default_probability=rating.default_probability, insolvent=rating.is_insolvent,
                construction_subcontract=False,
            ),
            primary=facts.Primary(amount_before=limit.amount_before, amount=limit.amount),
            requested_total=row["requested_total"],
            sale=facts.Sale(payment_days=row["payment_days"], french_share=row["french_share"], currency="EUR"),
            others_in_force=facts.OthersInForce(same_policyholder=Decimal(in_force)),
        )  # fmt: skip
        law = current_law_book(actor).on(on)
        room = locked_rooms(actor, {market}).of(None, market).drawable
        case = facts.with_free_capacity(case, min(room, row["requested_total"]))
        decision = engine.decide(case, law)
        record = DecisionRecord.objects.create(
            public_id=new_public_id("dec"), insurer_id=actor.insurer_id, day=on, effective_on=on, booked_on=on,
            outcome=decision.outcome, referred_to=decision.referred_to or "", product=decision.product,
            category=decision.category, need=decision.need, maximum=decision.maximum, granted=decision.granted,
            binding=decision.binding or "", insured_ratio=decision.insured_ratio,
            retention_ratio=decision.retention_ratio, ceded_ratio=decision.ceded_ratio, premium=decision.premium,
            premium_rate=decision.premium_rate, is_premium_illustrative=decision.premium_illustrative,
            facts=json.loads(facts.to_json(case)), reasons=json.loads(decisions.compact_json(decision)),
            law=decision.law,
        )  # fmt: skip
        status = {"refer": "referred", "refuse": "refused", "no_need": "no_need"}.get(decision.outcome, "offered")
        request = LimitRequest.objects.create(
            insurer_id=actor.insurer_id, public_id=new_public_id("req"), policy=policy, buyer=buyer, buyer_limit=limit,
            requested_by_organisation_id=actor.organisation_id, requested_by=actor.name,
            client_reference=row["reference"], market=market, requested_total=row["requested_total"],
            payment_days=row["payment_days"], french_share=row["french_share"], status=status,
            referred_to=decision.referred_to or "", decision=record, booked_on=on, decided_on=on,
        )  # fmt: skip
        if status == "offered":
            _offer(actor, request, record, decision=decision, case=case, on=on)
        TrailEntry.objects.create(
            insurer_id=actor.insurer_id, booked_on=on, actor=actor.name, actor_role=actor.role,
            action=f"request.{status}", subject=request.public_id,
        )  # fmt: skip
        return request


def _offer(actor: Actor, request: LimitRequest, record: DecisionRecord, *, decision, case, on: date) -> None:
    kind = "complement" if case.asks_for_complement else "substitution"
    treaty = treaty_book(actor).open_on(on, kind=kind, market=case.market)
    ceded = to_cent_half_up(decision.granted * treaty.ceded_ratio)
    offer = Offer.objects.create(
        insurer_id=actor.insurer_id, public_id=new_public_id("off"), limit_request=request, decision=record,
        product=decision.product, kind=kind, market=case.market, amount=decision.granted, held_amount=ceded,
        insured_ratio=decision.insured_ratio, retention_ratio=decision.retention_ratio,
        ceded_ratio=decision.ceded_ratio, premium=decision.premium, premium_rate=decision.premium_rate,
        is_premium_illustrative=decision.premium_illustrative, term_first=decision.term.first,
        term_end=decision.term.end, issued_on=on, open_until=on + timedelta(days=15),
    )  # fmt: skip
    order = HoldOrder(source_key=offer.public_id, market=case.market, kind=kind, increment_amount=ceded)
    hold_capacity(actor, [order], on=on)
