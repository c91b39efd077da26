"""The parts of the envelopes reserved to treaties: read by whoever reads the envelopes, set by the operator alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.accounts.acting import acting_as_platform
from capweb.accounts.actor import PlatformActor
from capweb.http import wording
from capweb.kernel.errors import DomainError
from reinsurance.commands.allot_capacity import Allotment, allot_capacity
from reinsurance.queries import allotments
from reinsurance.queries.allotments import AllotmentRow
from reinsurance.web.pages import BooksView


class AllotmentForm(forms.Form):
    """The part of one treaty; an empty amount gives it back to all."""

    treaty = forms.ChoiceField(label=gettext_lazy("Treaty"))
    amount = forms.DecimalField(
        label=gettext_lazy("Part reserved to it, in euro"),
        help_text=gettext_lazy("Empty: the treaty draws on the shared envelope again."),
        min_value=Decimal("0.01"),
        max_digits=18,
        decimal_places=2,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reference = forms.CharField(
        label=gettext_lazy("Letter or clause that gives it"), max_length=200, widget=forms.TextInput
    )

    def __init__(self, *given: object, rows: Sequence[AllotmentRow], **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        field = self.fields["treaty"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(row.treaty_id, _name(row)) for row in rows]


class Allotments(BooksView):
    """The parts, and for the operator the form that sets one."""

    right = "envelopes.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, AllotmentForm(rows=self._rows()))

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = self.actor
        if not isinstance(actor, PlatformActor) or not actor.may("envelopes.write"):
            raise PermissionDenied
        form = AllotmentForm(request.POST, rows=self._rows())
        if not form.is_valid():
            return self._page(request, form, status=422)
        part = Allotment(
            treaty_id=form.cleaned_data["treaty"],
            amount=form.cleaned_data["amount"],
            reference=form.cleaned_data["reference"],
        )
        try:
            with acting_as_platform():
                allot_capacity(actor, [part], on=self.on)
        except DomainError as error:
            form.add_error("amount", str(error))
            return self._page(request, form, status=422)
        messages.success(request, _("The part has been set."))
        return redirect("reinsurance:allotments")

    def _rows(self) -> list[AllotmentRow]:
        with self.reading():
            return allotments.allotments(self.actor, on=self.on)

    def _page(self, request: HttpRequest, form: AllotmentForm, *, status: int = 200) -> HttpResponse:
        context = {
            "rows": self._rows(),
            "form": form,
            "may_set": self.actor.may("envelopes.write"),
            "is_platform": isinstance(self.actor, PlatformActor),
        }
        return render(request, "reinsurance/allotments.html", context, status=status)


def _name(row: AllotmentRow) -> str:
    return f"{row.insurer_name} · {wording.of('kind', row.kind).label} · {wording.of('market', row.market).label}"
