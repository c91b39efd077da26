"""Mediation on screen: overdue ones first, entering a referral out of a request, the insurer's answer (E29)."""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.http import wording
from capweb.http.typed import DayField
from capweb.kernel.errors import DomainError, FieldErrors
from policies.commands.handle_mediations import (
    MediationAnswer,
    Referral,
    answer_mediations,
    open_mediations,
    withdraw_mediations,
)
from policies.queries import mediations, requests
from policies.queries.mediations import MediationPage, MediationUnknown
from policies.queries.requests import RequestLine
from policies.web import facts_shown
from policies.web.shell import DeskView, Tab, carried_out, page_shown, told, whole_number

PAGE_ROWS: Final = 50
TABS: Final = ("opened", "maintained", "changed", "withdrawn")


class ReferralForm(forms.Form):
    """What was put before the mediator."""

    referred_on = DayField(
        label=gettext_lazy("Referred on"), help_text=gettext_lazy("The clock runs from this day."), required=True
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference of the mediator"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("What the policyholder says"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 4})
    )


class AnswerForm(forms.Form):
    """The insurer's answer in words."""

    answer = forms.CharField(label=gettext_lazy("Answer"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))


class Mediations(DeskView):
    """The dossiers: what waits, the first due on top."""

    right = "mediations.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        status = request.GET.get("status") or "all"
        with acting(self.actor):
            page = mediations.listed(
                self.actor,
                on=self.on,
                status="" if status == "all" else status,
                page=whole_number(request.GET.get("page")),
                size=PAGE_ROWS,
            )
            overdue = mediations.overdue(self.actor, on=self.on)
            counts = mediations.counts_by_status(self.actor, on=self.on)
        shown = {
            "rows": page.rows,
            "page": page_shown(page, size=PAGE_ROWS),
            "overdue": overdue,
            "tabs": [
                *(Tab(one, str(wording.of("mediation", one).label), counts.get(one, 0), one == status) for one in TABS),
                Tab("all", _("All"), sum(counts.values()), status == "all"),
            ],
        }
        return render(request, "policies/mediations.html", shown)


class OpenMediation(DeskView):
    """Enters a referral out of a request."""

    right = "mediations.write"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return self._page(request, self._line(public_id), ReferralForm(initial={"referred_on": self.on}))

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        line, form = self._line(public_id), ReferralForm(request.POST)
        if form.is_valid():
            referral = Referral(request=public_id, **form.cleaned_data)
            try:
                (dossier,) = open_mediations(self.actor, [referral], on=self.on)
            except FieldErrors as wrong:
                for one in wrong.errors:
                    form.add_error(one.field, one.message)
            except DomainError as error:
                form.add_error(None, told(error))
            else:
                messages.success(request, _("The mediation is entered; its clock runs."))
                return redirect("policies:mediation", dossier)
        return self._page(request, line, form, status=422)

    def _line(self, public_id: str) -> RequestLine:
        with acting(self.actor):
            try:
                return requests.detail(self.actor, public_id, on=self.on, language=get_language() or "fr").line
            except requests.RequestUnknown:
                raise Http404 from None

    def _page(self, request: HttpRequest, line: RequestLine, form: ReferralForm, *, status: int = 200) -> HttpResponse:
        return render(request, "policies/mediation_open.html", {"line": line, "form": form}, status=status)


class Mediation(DeskView):
    """One dossier."""

    right = "mediations.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return _shown(self, request, public_id, AnswerForm())


class AnswerMediation(DeskView):
    """Maintained or changed."""

    right = "mediations.answer"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _found(self, public_id)
        form = AnswerForm(request.POST)
        if form.is_valid():
            changed = request.POST.get("decision") == "changed"
            answer = MediationAnswer(dossier=public_id, changed=changed, answer=form.cleaned_data["answer"])
            try:
                (standing,) = answer_mediations(self.actor, [answer], on=self.on)
            except DomainError as error:
                form.add_error(None, told(error))
            else:
                label = wording.of("request", standing).label
                done = _("Answered. The request was judged anew: %(state)s.") % {"state": label}
                messages.success(request, done if changed else _("Answered: the decision is maintained."))
                return redirect("policies:mediation", public_id)
        return _shown(self, request, public_id, form, status=422)


class WithdrawMediation(DeskView):
    """The policyholder no longer asks the mediator."""

    right = "mediations.write"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _found(self, public_id)
        carried_out(request, lambda: withdraw_mediations(self.actor, [public_id], on=self.on), done=_("Noted."))
        return redirect("policies:mediation", public_id)


def _found(view: DeskView, public_id: str) -> MediationPage:
    with acting(view.actor):
        try:
            return mediations.detail(view.actor, public_id, on=view.on)
        except MediationUnknown:
            raise Http404 from None


def _shown(
    view: DeskView, request: HttpRequest, public_id: str, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    found = _found(view, public_id)
    is_open = found.row.status == "opened"
    context = {
        "row": found.row,
        "form": form,
        "steps": [facts_shown.step(one) for one in found.history],
        "may_answer": is_open and view.actor.may("mediations.answer"),
        "may_withdraw": is_open and view.actor.may("mediations.write"),
    }
    return render(request, "policies/mediation.html", context, status=status)
