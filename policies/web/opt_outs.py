"""Top-ups declined by policyholders, in general or on one buyer: the list, recording one, taking one back (E6)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.accounts.acting import acting
from capweb.http.typed import CodeField
from capweb.kernel.errors import FieldErrors
from policies.commands.opt_out import NoTopUps, OptOutUnknown, opt_out, revoke_opt_outs
from policies.queries import opt_outs
from policies.web.shell import DeskView


class OptOutForm(forms.Form):
    """Under which policy, and on which buyer if not on all."""

    policy_number = forms.CharField(label=gettext_lazy("Policy number"), max_length=40)
    buyer_country = CodeField(label=gettext_lazy("Country of the buyer"), length=2)
    buyer_identifier = forms.CharField(
        label=gettext_lazy("SIREN or foreign number of the buyer"),
        help_text=gettext_lazy("Empty: no top-up on any buyer of the policy."),
        required=False,
        max_length=40,
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        given["buyer_identifier"] = "".join((given.get("buyer_identifier") or "").split())
        given["buyer_country"] = (given.get("buyer_country") or "FR") if given["buyer_identifier"] else ""
        return given


class OptOuts(DeskView):
    """Who wants no top-ups, and recording that somebody does."""

    right = "offers.answer"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, OptOutForm(initial={"buyer_country": "FR"}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OptOutForm(request.POST)
        if form.is_valid():
            try:
                opt_out(self.actor, [NoTopUps(**form.cleaned_data)], on=self.on)
            except FieldErrors as wrong:
                for one in wrong.errors:
                    form.add_error(one.field, one.message)
            else:
                messages.success(request, _("Recorded: no top-up is proposed there from today."))
                return redirect("policies:opt_outs")
        return self._page(request, form, status=422)

    def _page(self, request: HttpRequest, form: OptOutForm, *, status: int = 200) -> HttpResponse:
        with acting(self.actor):
            rows = opt_outs.listed(self.actor, on=self.on)
        return render(request, "policies/opt_outs.html", {"rows": rows, "form": form}, status=status)


class RevokeOptOut(DeskView):
    """Top-ups are proposed again from today."""

    right = "offers.answer"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        try:
            revoke_opt_outs(self.actor, [public_id], on=self.on)
        except OptOutUnknown:
            raise Http404 from None
        messages.success(request, _("Taken back: top-ups are proposed again from today."))
        return redirect("policies:opt_outs")
