"""Forms of claims: an overdue with its invoices, the cause of a loss, a step of collection, a recovery, an end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.http import wording
from capweb.http.typed import AmountField, DayField
from capweb.kernel.errors import FieldErrors
from capweb.kernel.identifiers import new_public_id
from policies.commands.declare_overdues import GivenInvoice, OverdueDeclaration

LINES: Final = 5


def _key() -> forms.CharField:
    """Makes a second press of the button the same act."""
    return forms.CharField(widget=forms.HiddenInput, max_length=100)


class _ActForm(forms.Form):
    """A form whose hidden key is new each time it is shown."""

    key = _key()

    def __init__(self, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, initial={"key": new_public_id("act"), **more.pop("initial", {})}, **more)

    def refuse(self, error: FieldErrors) -> None:
        """The command's mistakes, at their fields where the form has them."""
        for one in error.errors:
            name = one.field.rpartition(".")[2]
            self.add_error(name if name in self.fields else None, one.message)


class InvoiceForm(forms.Form):
    """One invoice; left empty it is none."""

    number = forms.CharField(label=gettext_lazy("Invoice number"), max_length=60, required=False)
    delivered_on = DayField(label=gettext_lazy("Delivered on"))
    invoiced_on = DayField(label=gettext_lazy("Invoiced on"))
    due_on = DayField(label=gettext_lazy("Due on"))
    amount = AmountField(label=gettext_lazy("Amount before tax"))
    vat = AmountField(label=gettext_lazy("VAT"))
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, initial="EUR", required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.is_given and not self.errors:
            for name in ("number", "delivered_on", "invoiced_on", "due_on", "amount"):
                if not found.get(name):
                    self.add_error(name, _("This is needed."))
        return found

    @property
    def is_given(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields if name != "currency")

    @property
    def invoice(self) -> GivenInvoice:
        found = self.cleaned_data
        return GivenInvoice(
            number=found["number"].strip(),
            delivered_on=found["delivered_on"],
            invoiced_on=found["invoiced_on"],
            due_on=found["due_on"],
            amount=Decimal(found["amount"]),
            vat=Decimal(found["vat"] or 0),
            currency=(found["currency"] or "EUR").strip().upper(),
        )


class OverdueForm(_ActForm):
    """The overdue of one guarantee's buyer."""

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.lines = [InvoiceForm(data, prefix=f"line{n}") for n in range(LINES)]

    def is_valid(self) -> bool:
        # Each line says what is wrong with it, whatever is wrong with the others.
        lines = [line.is_valid() for line in self.lines]
        return super().is_valid() and all(lines)

    @property
    def given(self) -> list[InvoiceForm]:
        return [line for line in self.lines if line.is_given]

    def declaration(self, guarantee: str) -> OverdueDeclaration:
        return OverdueDeclaration(
            source_reference=self.cleaned_data["key"],
            guarantee=guarantee,
            invoices=tuple(line.invoice for line in self.given),
        )

    def refuse(self, error: FieldErrors) -> None:
        given = self.given
        for one in error.errors:
            name = one.field.rpartition(".")[2]
            if one.line is not None and one.line <= len(given) and name in given[one.line - 1].fields:
                given[one.line - 1].add_error(name, one.message)
            else:
                self.add_error(None, one.message)


class LossForm(_ActForm):
    """Why the loss is constituted."""

    cause = forms.ChoiceField(label=gettext_lazy("Cause"))
    caused_on = DayField(
        label=gettext_lazy("Day of the insolvency or event"),
        help_text=gettext_lazy("Empty for a protracted default: the policy's waiting period decides."),
    )
    late_lines = forms.ChoiceField(label=gettext_lazy("Invoices declared too late"), required=False)
    late_reason = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)

    def __init__(self, data: QueryDict | None = None, *, has_late: bool = False) -> None:
        super().__init__(data)
        self.fields["cause"].choices = wording.choices("claim_cause")  # type: ignore[attr-defined]
        if has_late:
            self.fields["late_lines"].choices = [("", ""), *wording.choices("late_lines")]  # type: ignore[attr-defined]
        else:
            del self.fields["late_lines"], self.fields["late_reason"]


class StepForm(_ActForm):
    """A step of collection."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    done_on = DayField(label=gettext_lazy("Done on"), required=True)
    description = forms.CharField(label=gettext_lazy("What was done"), max_length=300)
    costs = AmountField(label=gettext_lazy("Costs, in euro"))

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["kind"].choices = wording.choices("collection")  # type: ignore[attr-defined]


class SettleClaimForm(_ActForm):
    """The day of the payment."""

    paid_on = DayField(label=gettext_lazy("Paid on"), required=True)


class RecoveryForm(_ActForm):
    """What came back."""

    received_on = DayField(label=gettext_lazy("Received on"), required=True)
    amount = AmountField(label=gettext_lazy("Amount received"), required=True)
    costs = AmountField(label=gettext_lazy("Costs of getting it"))
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, initial="EUR")

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"currency": "EUR"})


class EndClaimForm(_ActForm):
    """Why a claim is closed or withdrawn."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
