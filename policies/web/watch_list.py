"""The insurer's watch list: who is on it and why, whose review has come; putting a buyer on it and taking it off."""

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
from policies.commands.watch_buyers import WatchNotice, watch_buyers
from policies.queries import buyer_watches
from policies.web.shell import DeskView, page_shown, whole_number

PAGE_ROWS: Final = 50


class WatchForm(forms.Form):
    """A buyer to be put on the list, or, where it stands there, told anew with another reason or day of review."""

    buyer_country = CodeField(label=gettext_lazy("Country of the buyer"), length=2)
    buyer_identifier = forms.CharField(label=gettext_lazy("SIREN or foreign number of the buyer"), max_length=40)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)
    review_on = DayField(label=gettext_lazy("Look again on"), required=False)


class EndForm(forms.Form):
    """Why a buyer comes off the list."""

    buyer_country = forms.CharField(max_length=2)
    buyer_identifier = forms.CharField(max_length=40)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class WatchList(DeskView):
    """The list, and the form that puts a buyer on it."""

    right = "buyers.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, WatchForm(initial={"buyer_country": "FR"}))

    def post(self, request: HttpRequest) -> HttpResponse:
        self.actor.must_be_allowed("buyer_limits.write")
        form = WatchForm(request.POST)
        if _told(self, form, is_watched=True):
            messages.success(request, _("The buyer is on the watch list."))
            return redirect("policies:watch_list")
        return self._page(request, form, status=422)

    def _page(self, request: HttpRequest, form: WatchForm, *, status: int = 200) -> HttpResponse:
        due = request.GET.get("show") == "due"
        number = whole_number(request.GET.get("page"))
        with acting(self.actor):
            page = buyer_watches.watch_list(self.actor, on=self.on, due=due, page=number, size=PAGE_ROWS)
        shown: dict[str, Any] = {
            "rows": page.rows,
            "page": page_shown(page, size=PAGE_ROWS),
            "due": due,
            "form": form if self.actor.may("buyer_limits.write") else None,
        }
        return render(request, "policies/watch_list.html", shown, status=status)


class EndWatch(DeskView):
    """Take a buyer off the list."""

    right = "buyer_limits.write"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = EndForm(request.POST)
        if _told(self, form, is_watched=False):
            messages.success(request, _("The buyer is off the watch list."))
        else:
            messages.error(request, _("The buyer stays on the list: say why it comes off."))
        return redirect("policies:watch_list")


def _told(view: DeskView, form: forms.Form, *, is_watched: bool) -> bool:
    """Whether the form could be taken; what was wrong stands in it."""
    if not form.is_valid():
        return False
    given = form.cleaned_data
    notice = WatchNotice(
        source_reference=new_public_id("wat"),
        buyer_country=given["buyer_country"] or "FR",
        buyer_identifier="".join(given["buyer_identifier"].split()),
        effective_on=view.on,
        is_watched=is_watched,
        reason=given["reason"],
        review_on=given.get("review_on"),
    )
    try:
        watch_buyers(view.actor, [notice], on=view.on)
    except FieldErrors as wrong:
        for one in wrong.errors:
            form.add_error(one.field if one.field in form.fields else None, one.message)
        return False
    return True
