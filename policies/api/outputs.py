"""What the API shows: requests with their decision, offers, guarantees, submissions. Ids are public ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from capweb.http.schemas import Amount, FieldProblem, Ratio
from eligibility.domain.reason import shown_used
from policies.queries.request_page import RequestPage


class Output(serializers.Serializer[Any]):
    """Fields read from a row; nothing is ever written through it."""


class Days(Output):
    """Half-open days: `first` is the first day, `end` the first day after."""

    first = serializers.DateField()
    end = serializers.DateField()


class Company(Output):
    name = serializers.CharField(source="buyer")
    country = serializers.CharField(source="buyer_country")
    identifier = serializers.CharField(source="buyer_identifier")


class RequestLine(Output):
    """One request in a list. `offered_amount` and `product` are those of its latest offer."""

    id = serializers.CharField(source="public_id")
    reference = serializers.CharField(source="client_reference", help_text="The client's own, as it was given.")
    status = serializers.CharField()
    referred_to = serializers.CharField(help_text="Who must act on a referred request; else empty.")
    waits_for = serializers.CharField(help_text="`tariff` or `treaty` where one is lacking; else empty.")
    policy_number = serializers.CharField()
    policyholder = serializers.CharField()
    buyer = Company(source="*")
    market = serializers.CharField()
    trigger = serializers.CharField(help_text="The insurer's decision on its own limit that opens the request.")
    requested_total = Amount()
    primary_amount = Amount()
    product = serializers.CharField(allow_null=True)
    offered_amount = Amount(allow_null=True)
    requested_by = serializers.CharField()
    booked_on = serializers.DateField()


class Offer(Output):
    """What is proposed. It can be accepted on days before `open_until`."""

    id = serializers.CharField(source="public_id")
    status = serializers.CharField()
    product = serializers.CharField()
    amount = Amount()
    insured_ratio = Ratio()
    premium = Amount()
    premium_rate = Ratio()
    premium_illustrative = serializers.BooleanField(source="is_premium_illustrative")
    term = serializers.SerializerMethodField()
    issued_on = serializers.DateField()
    open_until = serializers.DateField()
    answered_on = serializers.DateField(allow_null=True)
    answered_by = serializers.CharField()

    @extend_schema_field(Days)
    def get_term(self, row: Any) -> dict[str, str]:
        return {"first": row.term_first.isoformat(), "end": row.term_end.isoformat()}


class LegalText(Output):
    text = serializers.CharField()
    url = serializers.CharField()


class Rest(Output):
    """A value of law, or a row of a table, that the rule read: its path, its value, since when, and its own proof."""

    path = serializers.CharField()
    value = serializers.CharField(help_text="`unset` where no source gives it.")
    since = serializers.DateField()
    confidence = serializers.CharField(allow_null=True)
    reference = LegalText()


class Reason(Output):
    """One rule in force and its verdict: `pass`, `cap`, `fail`, `refer` or `not_applicable`."""

    code = serializers.CharField()
    verdict = serializers.CharField()
    title = serializers.CharField()
    sentence = serializers.CharField()
    used = serializers.DictField(help_text="The numbers and facts that the rule used.")
    reference = LegalText()
    reading = serializers.CharField(allow_null=True)
    referred_to = serializers.CharField(required=False)
    rests_on = Rest(many=True)


class Headroom(Output):
    """A change of facts that would allow more, and the maximum then."""

    changed = serializers.SerializerMethodField(method_name="get_changed")
    maximum = Amount()

    def get_fields(self) -> dict[str, Any]:
        # The document's word is `if`, which no attribute can be called.
        fields = super().get_fields()
        return {"if": fields["changed"], "maximum": fields["maximum"]}

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_changed(self, row: Any) -> dict[str, Any]:
        return shown_used(row.changed.items())


class Decision(Output):
    """The judgement as the simulation shows it: every rule in force with its verdict, its numbers and its text."""

    outcome = serializers.CharField()
    referred_to = serializers.CharField(allow_null=True)
    product = serializers.CharField()
    category = serializers.IntegerField(allow_null=True)
    need = Amount(allow_null=True)
    maximum = Amount(allow_null=True)
    granted = Amount(allow_null=True)
    binding = serializers.CharField(allow_null=True)
    insured_ratio = Ratio(allow_null=True)
    retention_ratio = Ratio(allow_null=True)
    ceded_ratio = Ratio(allow_null=True)
    premium = Amount(allow_null=True)
    premium_rate = Ratio(allow_null=True)
    premium_illustrative = serializers.BooleanField(source="is_premium_illustrative")
    term = Days(allow_null=True)
    reinsurer = serializers.CharField(allow_null=True)
    reasons = Reason(many=True)
    law = serializers.CharField(help_text="Fingerprint of the law in force that judged.")


class JudgedDecision(Decision):
    """A decision with what small change of facts would allow more."""

    headroom = Headroom(many=True)


class Trigger(Output):
    """The insurer's notice that opens the request."""

    kind = serializers.CharField(source="line.trigger")
    notified_on = serializers.DateField()
    effective_on = serializers.DateField()
    amount_before = Amount()
    amount = Amount(source="line.primary_amount")


class Sale(Output):
    payment_days = serializers.IntegerField(allow_null=True)
    french_share = Ratio(allow_null=True)
    currency = serializers.CharField(source="sale_currency")


class LimitRequest(Output):
    """One request with its decision, its live offer if there is one, all its offers, and what became of it."""

    id = serializers.CharField(source="line.public_id")
    reference = serializers.CharField(source="line.client_reference")
    status = serializers.CharField(source="line.status")
    referred_to = serializers.CharField(source="line.referred_to")
    waits_for = serializers.CharField(source="line.waits_for")
    policy_number = serializers.CharField(source="line.policy_number")
    policyholder = serializers.CharField(source="line.policyholder")
    buyer = Company(source="line")
    market = serializers.CharField(source="line.market")
    trigger = Trigger(source="*")
    requested_total = Amount(source="line.requested_total")
    sale = Sale(source="*")
    construction_subcontract = serializers.BooleanField(source="is_construction_subcontract")
    requested_by = serializers.CharField(source="line.requested_by")
    booked_on = serializers.DateField(source="line.booked_on")
    decided_on = serializers.DateField(allow_null=True)
    decision = serializers.SerializerMethodField()
    offer = serializers.SerializerMethodField()
    offers = Offer(many=True)
    guarantee = serializers.CharField(allow_null=True)

    @extend_schema_field(JudgedDecision(allow_null=True))
    def get_decision(self, row: Any) -> Mapping[str, Any] | None:
        if row.decision is None:
            return None
        return {**Decision(row.decision).data, "headroom": Headroom(self.context["headroom"], many=True).data}

    @extend_schema_field(Offer(allow_null=True))
    def get_offer(self, row: Any) -> Mapping[str, Any] | None:
        live = next((offer for offer in row.offers if offer.status == "live"), None)
        return None if live is None else Offer(live).data


def limit_request(page: RequestPage) -> Mapping[str, Any]:
    """The document of one request."""
    return LimitRequest(page.detail, context={"headroom": page.headroom}).data


class Submission(Output):
    """How far a submission is: `settled` of `row_count` rows have their one outcome; `outcomes` counts them."""

    id = serializers.CharField(source="public_id")
    status = serializers.CharField()
    row_count = serializers.IntegerField()
    settled = serializers.IntegerField()
    outcomes = serializers.DictField(child=serializers.IntegerField())
    file_name = serializers.CharField()
    submitted_by = serializers.CharField()
    booked_on = serializers.DateField()


class SubmissionReceipt(Output):
    """What was taken in. `is_repeat`: the same content had been handed in before, and nothing is done twice."""

    id = serializers.CharField(source="public_id")
    row_count = serializers.IntegerField()
    bad_rows = serializers.IntegerField()
    is_repeat = serializers.BooleanField()
    ignored_columns = serializers.ListField(child=serializers.CharField())


class SubmissionRow(Output):
    """One row: its line in what was sent, the client's own reference, its outcome (null: not yet), what came of it."""

    line = serializers.IntegerField()
    reference = serializers.CharField(source="client_reference")
    outcome = serializers.CharField(allow_null=True)
    request = serializers.CharField(allow_null=True)
    offer = serializers.CharField(allow_null=True)
    errors = FieldProblem(many=True, allow_null=True)  # type: ignore[assignment]  # declared fields leave the class


class OfferAnswer(Output):
    """What became of one answer: `accepted`, `declined`, `no_longer_grantable`, or `failed` with its code."""

    offer = serializers.CharField()
    outcome = serializers.CharField()
    code = serializers.CharField(help_text="Empty, or why not: `offer_unknown`, `offer_closed`, `no_longer_grantable`.")
    message = serializers.CharField()
    guarantee = serializers.CharField(allow_null=True)
    endorsement = serializers.CharField(allow_null=True, help_text="Number of the endorsement.")


class OfferAnswers(Output):
    """One answer for each offer, in the order in which they were named."""

    results = OfferAnswer(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())


class Term(Output):
    """Three months of a guarantee. `cover` ends before `granted` does where it was cut short."""

    sequence = serializers.IntegerField()
    status = serializers.CharField()
    granted = serializers.SerializerMethodField()
    cover = serializers.SerializerMethodField()
    amount = Amount()
    granted_amount = Amount()
    insured_ratio = Ratio()
    ceded_ratio = Ratio()
    premium = Amount()
    premium_rate = Ratio()
    premium_illustrative = serializers.BooleanField(source="is_premium_illustrative")
    renewal_asked = serializers.BooleanField()

    @extend_schema_field(Days)
    def get_granted(self, row: Any) -> dict[str, str]:
        return {"first": row.granted_first.isoformat(), "end": row.granted_end.isoformat()}

    @extend_schema_field(Days)
    def get_cover(self, row: Any) -> dict[str, str]:
        return {"first": row.cover_first.isoformat(), "end": row.cover_end.isoformat()}


class GuaranteeLine(Output):
    """One guarantee with its latest term."""

    id = serializers.CharField(source="guarantee")
    product = serializers.CharField()
    kind = serializers.CharField()
    market = serializers.CharField()
    policy_number = serializers.CharField()
    policyholder = serializers.CharField()
    buyer = Company(source="*")
    term = Term(source="*")


class Endorsement(Output):
    """One endorsement; `digest` is the SHA-256 of its frozen data, printed on the document."""

    number = serializers.CharField()
    guarantee = serializers.CharField()
    cause = serializers.CharField()
    issued_on = serializers.DateField()
    digest = serializers.CharField()
    has_pdf = serializers.BooleanField(help_text="Whether the PDF has been made; asking for it makes it.")


class Guarantee(Output):
    """One guarantee: its terms from the first on, its endorsements, the request it came from."""

    id = serializers.CharField(source="public_id")
    product = serializers.CharField(source="current.product")
    kind = serializers.CharField(source="current.kind")
    market = serializers.CharField(source="current.market")
    policy_number = serializers.CharField(source="current.policy_number")
    policyholder = serializers.CharField(source="current.policyholder")
    buyer = Company(source="current")
    terms = Term(many=True)
    endorsements = Endorsement(many=True)
    request = serializers.CharField()


class RenewalAnswer(Output):
    """Whether the renewal stands asked for: `asked`, or `failed` with its code."""

    guarantee = serializers.CharField()
    outcome = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class RenewalAnswers(Output):
    """One answer for each guarantee, in the order in which they were named."""

    results = RenewalAnswer(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())


class ChangeAnswer(Output):
    """The request for another amount, or why it could not be made: the request's status, or `failed` with a code.

    Codes: `nothing_running`, `under_way`, `same_amount`, `primary_changed`; of a refused one, `nothing_gained` where
    today's rules allow no more than what runs.
    """

    guarantee = serializers.CharField()
    outcome = serializers.CharField()
    request = serializers.CharField(allow_null=True)
    offer = serializers.CharField(
        allow_null=True, help_text="Accepting it ends the running term and starts three months the same moment."
    )
    code = serializers.CharField()
    message = serializers.CharField()


class WithdrawalAnswer(Output):
    """`withdrawn`, or `failed` with a code: `nothing_running`, `reason_missing`."""

    guarantee = serializers.CharField()
    outcome = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class WithdrawalAnswers(Output):
    """One answer for each guarantee, in the order in which they were named."""

    results = WithdrawalAnswer(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())


class TopUpPossible(Output):
    """What a request of today would be answered on one of the limits just sent."""

    source_reference = serializers.CharField()
    outcome = serializers.CharField()
    product = serializers.CharField(allow_null=True)
    lost_amount = Amount(help_text="What the policyholder is now without.")
    amount = Amount(allow_null=True, help_text="What the top-up would cover; null unless it would be granted.")
    premium = Amount(allow_null=True, help_text="For the quarter; null where no tariff is set.")
    premium_illustrative = serializers.BooleanField(source="is_premium_illustrative")


class LetterGiven(Output):
    """The letter about one decision; its PDF is at `/letters/{number}.pdf`."""

    source_reference = serializers.CharField()
    number = serializers.CharField()
    effective_on = serializers.DateField()


class WaitingCut(Output):
    """A cut at short notice that waits for a second person."""

    source_reference = serializers.CharField()
    id = serializers.CharField(source="public_id")


class LimitsReceipt(Output):
    """What a feed of limits brought, and the top-ups possible where less than was asked or had is covered now."""

    received = serializers.IntegerField()
    new = serializers.IntegerField()
    known = serializers.IntegerField()
    top_ups = TopUpPossible(many=True)
    letters = LetterGiven(many=True)
    waiting = WaitingCut(many=True)


class FeedReceipt(Output):
    """What a feed brought: `known` rows had been sent before under the same source reference and change nothing."""

    received = serializers.IntegerField()
    new = serializers.IntegerField()
    known = serializers.IntegerField()
