"""What the API shows of the books: envelopes, treaties, entries. Reading only; ids are public ids."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from capweb.http.schemas import Amount, Ratio


class Output(serializers.Serializer[Any]):
    """Fields read from a row; nothing is ever written through it."""


class Envelope(Output):
    """The State's maximum on a market, your own draw on it, and the room that is left."""

    market = serializers.ChoiceField(choices=["domestic", "export"])
    limit = Amount(help_text="What the law authorises.")
    own_live = Amount(help_text="Ceded amounts of your running cover.")
    own_held = Amount(help_text="Held by your open offers.")
    own_run_off = Amount(help_text="Of your ended or reduced cover, still engaged.")
    own_engaged = Amount(help_text="The sum of the three.")
    room = Amount(help_text="What may still be drawn by all insurers together.")
    room_is_rounded = serializers.BooleanField(
        source="is_rounded", help_text="An insurer sees the room rounded down to 10,000,000 EUR."
    )
    thresholds_reached = serializers.ListField(child=Ratio(), help_text="Shares of the limit that are used up.")


class Treaty(Output):
    """A treaty with its terms in force today and what stands on its accounts."""

    id = serializers.CharField(source="public_id")
    insurer = serializers.CharField(source="insurer_code")
    reinsurer = serializers.CharField(source="reinsurer_code")
    reinsurer_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["complement", "substitution"])
    market = serializers.ChoiceField(choices=["domestic", "export"])
    opened_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True, help_text="The first day after; null while open-ended.")
    is_open = serializers.BooleanField()
    reference = serializers.CharField()
    ceded_ratio = Ratio(allow_null=True)
    ceding_commission = Ratio(allow_null=True)
    reporting_months = serializers.IntegerField(allow_null=True, help_text="A bordereau each month (1) or quarter (3).")
    settlement_days = serializers.IntegerField(allow_null=True, help_text="Null where the treaty sets none.")
    large_loss_amount = Amount(allow_null=True, help_text="Losses from this amount on are advised at once.")
    cash_call_amount = Amount(allow_null=True, help_text="Losses from this amount on are called in cash.")
    loss_order = serializers.ChoiceField(choices=["primary_first", "pro_rata"], allow_null=True)
    renewal_years = serializers.IntegerField(allow_null=True, help_text="Tacitly renewed for so many years at a time.")
    next_renewal_on = serializers.DateField(allow_null=True)
    live = Amount()
    held = Amount()
    run_off = Amount()
    ceded_premium = Amount()
    commission = Amount()
    current_account = Amount(help_text="What the insurer owes its reinsurer; below zero, what it is owed.")


class TreatyTermsOfDays(Output):
    """Terms in force from `first_day` until `end_day` (excluded; null: until the next)."""

    first_day = serializers.DateField()
    end_day = serializers.DateField(allow_null=True)
    is_in_force = serializers.BooleanField()
    ceded_ratio = Ratio()
    ceding_commission = Ratio()
    reporting_months = serializers.IntegerField()
    settlement_days = serializers.IntegerField(allow_null=True)
    large_loss_amount = Amount(allow_null=True)
    cash_call_amount = Amount(allow_null=True)
    loss_order = serializers.ChoiceField(choices=["primary_first", "pro_rata"])
    reference = serializers.CharField()


class CountryAmendment(Output):
    """A country (ISO 3166 alpha-2) or a zone that is covered from `first_day`, or no longer is; the other is empty."""

    first_day = serializers.DateField()
    country = serializers.CharField()
    zone = serializers.CharField()
    is_covered = serializers.BooleanField()
    reference = serializers.CharField()


class TreatyRenewal(Output):
    """A day on which the treaty was or will be tacitly renewed."""

    day = serializers.DateField()
    is_past = serializers.BooleanField()


class TreatyAccount(Output):
    """What stands on one of the treaty's accounts, on the account's own side."""

    account = serializers.CharField(source="account_class")
    balance = Amount()
    pending = Amount()


class TreatyWhole(Output):
    """A treaty with everything that was agreed about it."""

    treaty = Treaty(source="row")
    terms = TreatyTermsOfDays(many=True, help_text="From the newest on.")
    country_amendments = CountryAmendment(source="countries", many=True)
    renewals = TreatyRenewal(many=True)
    accounts = TreatyAccount(many=True)


class FreedOn(Output):
    """What run-off gives back on a day."""

    day = serializers.DateField()
    amount = Amount()


class RunOff(Output):
    """Run-off by the day on which it ends: your own, or the whole for the platform."""

    market = serializers.ChoiceField(choices=["domestic", "export"])
    total = Amount()
    days = FreedOn(many=True)


class CeilingAlert(Output):
    """A threshold of a ceiling that was reached, or left again; `position` counts alerts without gap."""

    position = serializers.IntegerField()
    market = serializers.ChoiceField(choices=["domestic", "export"])
    treaty = serializers.CharField(allow_null=True, help_text="Null where it is about the shared envelope.")
    subject = serializers.ChoiceField(choices=["threshold", "frozen"])
    share = Ratio(allow_null=True, help_text="The share of the limit that is used up; null when frozen.")
    is_raised = serializers.BooleanField(help_text="False when use fell below it again.")
    booked_on = serializers.DateField()


class Transfer(Output):
    """One movement from a debit to a credit account, in euro."""

    code = serializers.CharField()
    state = serializers.ChoiceField(choices=["posted", "pending", "post", "void"])
    debit = serializers.CharField(source="debit_class")
    credit = serializers.CharField(source="credit_class")
    market = serializers.CharField()
    treaty = serializers.CharField(allow_null=True)
    amount = Amount()


class Entry(Output):
    """One event of the journal with its transfers. `source_key` names what caused it."""

    kind = serializers.CharField()
    source_key = serializers.CharField()
    insurer = serializers.CharField(allow_null=True)
    booked_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    cession = serializers.CharField(allow_null=True)
    transfers = Transfer(many=True)


class EntryPage(Output):
    """A page of the journal."""

    results = Entry(many=True)
    next = serializers.CharField(allow_null=True, help_text="Address of the next page; null on the last.")
