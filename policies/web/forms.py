"""Forms of this room: settling a case, one request, a file, the day to move to. What is typed is read by the domain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.kernel.identifiers import new_public_id
from policies.domain import bulk_fields, bulk_rows, row_messages
from policies.domain.bulk_rows import RequestRow
from policies.domain.row_messages import RowError


class SettleForm(forms.Form):
    """What an underwriter decides; the amount is read as that of a file is: 20 000,50 and 20000.50 alike."""

    amount = forms.CharField(
        label=gettext_lazy("Amount to approve, in euro"),
        help_text=gettext_lazy("Empty: the maximum that the rules allow."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def clean_amount(self) -> Decimal | None:
        """The amount, None where it is left empty."""
        typed: str = self.cleaned_data["amount"].strip()
        if not typed:
            return None
        try:
            return bulk_fields.requested_total(typed)
        except bulk_fields.FieldProblem as problem:
            raise forms.ValidationError(
                row_messages.sentence(problem.code, problem.parameters, translate=_)
            ) from problem


class NewRequestForm(forms.Form):
    """One request, typed as in a file; `key` makes a second press of the button the same request."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=60)
    policy_number = forms.CharField(label=gettext_lazy("Policy number"), max_length=40)
    buyer_country = forms.CharField(
        label=gettext_lazy("Country of the buyer"),
        help_text=gettext_lazy("Two letters, such as FR, DE or MA."),
        initial="FR",
        max_length=2,
    )
    buyer_identifier = forms.CharField(
        label=gettext_lazy("SIREN or foreign number of the buyer"),
        help_text=gettext_lazy("A SIREN has nine digits."),
        max_length=40,
    )
    requested_total = forms.CharField(
        label=gettext_lazy("Cover wanted in all, in euro"),
        help_text=gettext_lazy("The primary limit included: 150 000 if 100 000 are insured and 50 000 are lacking."),
        max_length=30,
    )
    notified_on = forms.CharField(
        label=gettext_lazy("Day of the insurer's notice"),
        help_text=gettext_lazy("Empty: the latest notice on this buyer."),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
    )
    reference = forms.CharField(label=gettext_lazy("Your reference"), required=False, max_length=64)
    construction_subcontract = forms.BooleanField(label=gettext_lazy("Construction subcontract"), required=False)
    payment_days = forms.CharField(label=gettext_lazy("Payment term in days"), required=False, max_length=5)
    french_share = forms.CharField(
        label=gettext_lazy("French share"),
        help_text=gettext_lazy("Such as 45 % or 0.45."),
        required=False,
        max_length=10,
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency of the invoice"), initial="EUR", required=False, max_length=3
    )

    row: RequestRow

    @classmethod
    def fresh(cls) -> NewRequestForm:
        """An empty form with a key of its own."""
        return cls(initial={"key": new_public_id("key")})

    def clean(self) -> dict[str, Any]:
        """Read the fields as a row of a file is read; each error goes to its field, in the reader's language."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "key" and value not in ("", None)}
        if not self.cleaned_data.get("construction_subcontract"):
            given.pop("construction_subcontract", None)
        if self.errors:
            return self.cleaned_data
        read = bulk_rows.read_object(given)
        for error in read.errors:
            field = error.field if error.field in self.fields else None
            self.add_error(field, _sentence(error))
        if read.fields is not None:
            self.row = read.fields
        return self.cleaned_data


class ChangeForm(forms.Form):
    """Another amount of a running guarantee, the whole cover wanted with the primary included."""

    requested_total = forms.CharField(
        label=gettext_lazy("Cover wanted in all, in euro"),
        help_text=gettext_lazy("The primary limit included."),
        max_length=30,
    )

    def clean_requested_total(self) -> Decimal:
        try:
            return bulk_fields.requested_total(self.cleaned_data["requested_total"].strip())
        except bulk_fields.FieldProblem as problem:
            raise forms.ValidationError(
                row_messages.sentence(problem.code, problem.parameters, translate=_)
            ) from problem


class WithdrawalForm(forms.Form):
    """How the policyholder asked that its guarantee end."""

    reason = forms.CharField(
        label=gettext_lazy("How the policyholder asked for it"),
        help_text=gettext_lazy("The date of the letter, or the message."),
        max_length=500,
    )


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of requests"),
        help_text=gettext_lazy("CSV, XLSX, JSON or NDJSON, to 100,000 rows. Drop it here or choose it."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.json,.ndjson,.jsonl"}),
    )

    @property
    def content(self) -> UploadedFile[bytes]:
        found: UploadedFile[bytes] = self.cleaned_data["file"]
        return found


class DayForm(forms.Form):
    """The day to which a sandbox is moved; later than today's, and not so far that a request would never end."""

    to = forms.DateField(
        label=gettext_lazy("Move to"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, after: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.after = after

    def clean_to(self) -> date:
        day: date = self.cleaned_data["to"]
        if day <= self.after:
            raise forms.ValidationError(_("A business day only moves forward."))
        return day


def _sentence(error: Any) -> str:
    if isinstance(error, RowError):
        return row_messages.sentence(error.code, error.parameters, translate=_)
    return str(error.message)
