"""The memorandum: what reinsurers advise of the accounts that they keep for the State, and the form that enters it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

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
from reinsurance.commands.advise_accounts import Advice, AdviceCode, advise_accounts
from reinsurance.domain.chart import KINDS, Kind, Market
from reinsurance.queries import memorandum
from reinsurance.web.pages import BooksView

CODES: tuple[AdviceCode, ...] = ("result_advised", "loss_advised", "reserve_allocated", "reserve_used")


class AdviceForm(forms.Form):
    """One amount that a reinsurer advises, with the document that says so."""

    account = forms.ChoiceField(label=gettext_lazy("Account"))
    code = forms.ChoiceField(label=gettext_lazy("What is advised"))
    amount = forms.DecimalField(
        label=gettext_lazy("Amount, in euro"),
        min_value=Decimal("0.01"),
        max_digits=18,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    effective_on = forms.DateField(
        label=gettext_lazy("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reference = forms.CharField(label=gettext_lazy("Reference of the advice"), max_length=120, widget=forms.TextInput)

    def __init__(self, *given: object, reinsurers: Sequence[tuple[str, str, str]], **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        accounts = []
        for market, code, name in reinsurers:
            for kind in KINDS if market == "domestic" else (None,):
                what = wording.of("kind", kind).label if kind else _("State account")
                accounts.append(
                    (f"{code}/{market}/{kind or ''}", f"{what} · {wording.of('market', market).label} · {name}")
                )
        codes = [(code, str(wording.of("movement", code).label)) for code in CODES]
        for field_name, choices in (("account", accounts), ("code", codes)):
            field = self.fields[field_name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


class Memorandum(BooksView):
    """The accounts as advised, the advices, and the form."""

    right = "accounts.advise"
    for_insurers = False

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        given = form.cleaned_data
        reinsurer, market, kind = given["account"].split("/")
        advice = Advice(
            reinsurer=reinsurer,
            market=cast("Market", market),
            kind=cast("Kind | None", kind or None),
            code=cast("AdviceCode", given["code"]),
            amount=given["amount"],
            reference=given["reference"],
            effective_on=given["effective_on"],
        )
        try:
            with acting_as_platform():
                (receipt,) = advise_accounts(self._platform(), [advice], on=self.on)
        except DomainError as error:
            form.add_error(None, error.message)
            return self._page(request, form, status=422)
        if receipt.is_repeat:
            messages.info(request, _("This advice is entered already."))
        else:
            messages.success(request, _("The advice is entered."))
        return redirect("reinsurance:memorandum")

    def _platform(self) -> PlatformActor:
        if not isinstance(self.actor, PlatformActor):
            raise PermissionDenied
        return self.actor

    def _form(self, data: Any = None) -> AdviceForm:
        reinsurers = memorandum.reinsurers_of(self._platform())
        return AdviceForm(data, reinsurers=reinsurers, initial={"effective_on": self.on})

    def _page(self, request: HttpRequest, form: AdviceForm, *, status: int = 200) -> HttpResponse:
        actor = self._platform()
        context = {"accounts": memorandum.memorandum(actor), "advices": memorandum.advices(actor), "form": form}
        return render(request, "reinsurance/memorandum.html", context, status=status)
