"""What the API shows of claims. Amounts are euro unless a currency is named; what is ceded is for the insurer."""

from __future__ import annotations

from rest_framework import serializers

from capweb.http.schemas import Amount
from policies.api.outputs import Company, Output


class ClaimLine(Output):
    """One claim in a list. `loss` is null until it is fixed."""

    id = serializers.CharField(source="public_id")
    status = serializers.CharField()
    cause = serializers.CharField(help_text="`insolvency`, `protracted_default`, `political_event`, or empty.")
    caused_on = serializers.DateField(allow_null=True)
    policy_number = serializers.CharField()
    policyholder = serializers.CharField()
    buyer = Company(source="*")
    declared_on = serializers.DateField()
    declared_by = serializers.CharField()
    invoice_count = serializers.IntegerField()
    loss = Amount(allow_null=True, help_text="Unpaid before tax.")
    loss_fixed_on = serializers.DateField(allow_null=True)
    paid = Amount(help_text="Indemnities paid, gross.")


class ClaimInvoice(Output):
    """An invoice, its cover and its loss. `outside` says why it has no cover."""

    number = serializers.CharField()
    delivered_on = serializers.DateField()
    invoiced_on = serializers.DateField()
    due_on = serializers.DateField(help_text="As it was agreed last.")
    first_due_on = serializers.DateField()
    amount = Amount(help_text="Before tax, in `currency`.")
    vat = Amount()
    currency = serializers.CharField()
    paid = Amount(help_text="With tax, in `currency`.")
    declared_late = serializers.BooleanField(source="is_late")
    outside = serializers.CharField()
    guarantee = serializers.CharField(help_text="The guarantee whose term covers it; empty where none does.")
    term = serializers.IntegerField(source="sequence", allow_null=True)
    primary_limit = Amount(allow_null=True)
    units_per_euro = serializers.DecimalField(max_digits=14, decimal_places=6, allow_null=True)
    loss = Amount(allow_null=True)


class ClaimStep(Output):
    kind = serializers.CharField()
    done_on = serializers.DateField()
    description = serializers.CharField()
    costs = Amount()


class ClaimShare(Output):
    """What one cover carries of the loss and owes of it; what was paid on it, and what came back."""

    layer = serializers.CharField(help_text="`primary` or `top_up`.")
    guarantee = serializers.CharField()
    term = serializers.IntegerField(source="sequence")
    loss = Amount()
    due = Amount(help_text="Before the disbursement limit.")
    paid = Amount()
    recovered = Amount()


class ClaimPayment(Output):
    layer = serializers.CharField()
    guarantee = serializers.CharField()
    amount = Amount()
    ceded = Amount(allow_null=True)
    paid_on = serializers.DateField()
    beneficiary = serializers.CharField(help_text="Empty: the policyholder.")
    movement = serializers.CharField(help_text="In the reinsurer's books.")


class ClaimRecovery(Output):
    """How a recovery fell, in euro: `policyholder` + `kept` + `ceded` = `net`."""

    id = serializers.CharField(source="public_id")
    received_on = serializers.DateField()
    received = Amount(help_text="In `currency`.")
    costs = Amount(help_text="In `currency`.")
    currency = serializers.CharField()
    net = Amount()
    policyholder = Amount()
    kept = Amount()
    ceded = Amount(allow_null=True)


class Bearers(Output):
    """A loss in parts that sum to it. `recovered` is what the buyer has given back."""

    policyholder = Amount()
    primary = Amount()
    kept = Amount(help_text="The insurer's own part of the top-up.")
    reinsurer = Amount()
    recovered = Amount()


class Claim(Output):
    """One claim with everything on it."""

    id = serializers.CharField(source="line.public_id")
    status = serializers.CharField(source="line.status")
    claim = ClaimLine(source="line")
    guarantees = serializers.ListField(child=serializers.CharField())
    invoices = ClaimInvoice(many=True)
    steps = ClaimStep(many=True)
    collection_costs = Amount(source="costs")
    shares = ClaimShare(many=True)
    payments = ClaimPayment(many=True)
    recoveries = ClaimRecovery(many=True)
    outstanding = Amount(
        allow_null=True, help_text="Case reserve, the reinsurer's part: fixed and not paid. Null outside the insurer."
    )
    late_lines = serializers.CharField()
    late_reason = serializers.CharField()
    ended_on = serializers.DateField(allow_null=True)
    ended_reason = serializers.CharField()
    borne_as_indemnified = Bearers(source="indemnified", allow_null=True, help_text="As owed until it is paid.")
    borne_now = Bearers(source="now", allow_null=True, help_text="After recoveries; null before the first.")


class Declared(Output):
    """The claim that was declared, and the invoices that came after the policy's delay."""

    id = serializers.CharField(source="claim")
    late = serializers.ListField(child=serializers.CharField())
    repeated = serializers.BooleanField(source="is_repeat")


class Settled(Output):
    """What was paid, ceded of it, and what the disbursement limit holds back."""

    id = serializers.CharField(source="claim")
    paid = Amount()
    ceded = Amount()
    held_back = Amount()
    repeated = serializers.BooleanField(source="is_repeat")


class Recovered(Output):
    """How the recovery fell, in euro."""

    id = serializers.CharField(source="public_id")
    claim = serializers.CharField()
    net = Amount()
    policyholder = Amount()
    kept = Amount()
    ceded = Amount()
    repeated = serializers.BooleanField(source="is_repeat")
