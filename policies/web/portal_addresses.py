"""Where buyers asked to be told of cuts of limits on them (D-29): the wishes so far, and entering one."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.accounts.acting import acting
from capweb.http.typed import CodeField, DayField
from capweb.kernel.errors import FieldErrors
from capweb.kernel.identifiers import new_public_id
from policies.commands.subscribe_buyers import Subscription, subscribe_buyers
from policies.queries import portal_addresses
from policies.web.shell import DeskView, page_shown, whole_number

PAGE_ROWS: Final = 50


class AddressForm(forms.Form):
    """A buyer that asks to be told, at another address, or no more."""

    buyer_country = CodeField(label=gettext_lazy("Country of the buyer"), length=2)
    buyer_identifier = forms.CharField(label=gettext_lazy("SIREN or foreign number of the buyer"), max_length=40)
    address = forms.CharField(
        label=gettext_lazy("Mail address"),
        help_text=gettext_lazy("Empty: the buyer no longer wants to be told."),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the notice"),
        choices=[("fr", gettext_lazy("French")), ("en", gettext_lazy("English"))],
    )
    effective_on = DayField(label=gettext_lazy("From"), required=True)

    def wish(self) -> Subscription:
        given = self.cleaned_data
        return Subscription(
            source_reference=new_public_id("adr"),
            buyer_country=given["buyer_country"] or "FR",
            buyer_identifier="".join(given["buyer_identifier"].split()),
            address=given["address"].strip(),
            language=given["language"],
            effective_on=given["effective_on"],
        )


class PortalAddresses(DeskView):
    """The wishes of buyers, newest first, and the form that enters one; nothing is ever overwritten."""

    right = "buyer_limits.write"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, AddressForm(initial={"buyer_country": "FR", "effective_on": self.on}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AddressForm(request.POST)
        if form.is_valid():
            try:
                subscribe_buyers(self.actor, [form.wish()], on=self.on)
            except FieldErrors as wrong:
                for one in wrong.errors:
                    form.add_error(one.field if one.field in form.fields else None, one.message)
            else:
                messages.success(request, _("Entered: from that day on the buyer is told as it asked."))
                return redirect("policies:portal_addresses")
        return self._page(request, form, status=422)

    def _page(self, request: HttpRequest, form: AddressForm, *, status: int = 200) -> HttpResponse:
        number = whole_number(request.GET.get("page"))
        with acting(self.actor):
            page = portal_addresses.listed(self.actor, on=self.on, page=number, size=PAGE_ROWS)
        shown: dict[str, Any] = {"form": form, "rows": page.rows, "page": page_shown(page, size=PAGE_ROWS)}
        return render(request, "policies/portal_addresses.html", shown, status=status)
