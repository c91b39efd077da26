"""Exceptions on screen: the list, opening one out of a request, its steps, its files, the authority's decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.http import wording
from capweb.http.typed import AmountField, DayField
from capweb.kernel.errors import DomainError, FieldErrors
from policies.commands.handle_exceptions import (
    AuthorityDecision,
    ExceptionWish,
    decide_exceptions,
    open_exceptions,
    pass_on_exceptions,
    send_exceptions,
    withdraw_exceptions,
)
from policies.commands.keep_evidence import evidence_content, keep_evidence
from policies.domain.evidence import Evidence
from policies.queries import exceptions, requests
from policies.queries.exceptions import ExceptionPage, ExceptionUnknown
from policies.queries.requests import RequestLine
from policies.web import facts_shown
from policies.web.shell import DeskView, carried_out, page_shown, tabs, told, whole_number

PAGE_ROWS: Final = 50
TABS: Final = ("opened", "with_reinsurer", "with_minister", "favourable", "unfavourable", "expired", "withdrawn")
STEPS: Final = {"send": send_exceptions, "pass_on": pass_on_exceptions, "withdraw": withdraw_exceptions}
# Who has the case in each state, in order; the decision comes last.
PATHS: Final = {
    kind: [(state, wording.of("exception_holder", f"{kind}.{state}").label) for state in TABS[:3]]
    for kind in ("large_policyholder", "above_parity")
}
SCOPES: Final = [("buyer", gettext_lazy("This buyer")), ("every", gettext_lazy("Every buyer of the policyholder"))]


class OpenForm(forms.Form):
    """What is asked for out of a request; a large exporter may be let through on every buyer."""

    asked_amount = AmountField(label=gettext_lazy("Amount asked for, in euro"))
    scope = forms.ChoiceField(label=gettext_lazy("For"), choices=SCOPES, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The reinsurer and the minister read it."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any = None, *, kind: str) -> None:
        super().__init__(data)
        if kind == "above_parity":
            del self.fields["scope"]


class DecisionForm(forms.Form):
    """What the authority wrote."""

    reference = forms.CharField(
        label=gettext_lazy("Reference of the letter"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    granted_on = DayField(label=gettext_lazy("In force from"))
    end_day = DayField(
        label=gettext_lazy("Until, this day no longer included"), help_text=gettext_lazy("Empty: no end is set.")
    )
    amount = AmountField(
        label=gettext_lazy("Highest amount in all, in euro"),
        help_text=gettext_lazy("What is granted under it counts against it. Empty: no amount is set."),
    )


class Exceptions(DeskView):
    """The dossiers, newest first."""

    right = "exceptions.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        status = request.GET.get("status") or "all"
        with acting(self.actor):
            page = exceptions.listed(
                self.actor,
                status="" if status == "all" else status,
                page=whole_number(request.GET.get("page")),
                size=PAGE_ROWS,
            )
            counts = exceptions.counts_by_status(self.actor)
        shown = {
            "rows": page.rows,
            "page": page_shown(page, size=PAGE_ROWS),
            "tabs": tabs("exception", TABS, counts=counts, current=status),
        }
        return render(request, "policies/exceptions.html", shown)


class OpenException(DeskView):
    """Opens a dossier out of a request; its kind follows from the market."""

    right = "exceptions.write"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        line = self._line(public_id)
        return self._page(request, line, OpenForm(kind=_kind(line)))

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        line = self._line(public_id)
        form = OpenForm(request.POST, kind=_kind(line))
        if form.is_valid():
            wish = ExceptionWish(
                request=public_id,
                kind=_kind(line),
                reason=form.cleaned_data["reason"],
                asked_amount=_amount(form.cleaned_data["asked_amount"]),
                every_buyer=form.cleaned_data.get("scope") == "every",
            )
            try:
                (dossier,) = open_exceptions(self.actor, [wish], on=self.on)
            except DomainError as error:
                form.add_error(None, told(error))
            else:
                messages.success(request, _("The dossier is open. Add what proves it, then send it."))
                return redirect("policies:exception", dossier)
        return self._page(request, line, form, status=422)

    def _line(self, public_id: str) -> RequestLine:
        with acting(self.actor):
            try:
                found = requests.detail(self.actor, public_id, on=self.on, language=get_language() or "fr")
            except requests.RequestUnknown:
                raise Http404 from None
        return found.line

    def _page(self, request: HttpRequest, line: RequestLine, form: OpenForm, *, status: int = 200) -> HttpResponse:
        shown = {"line": line, "kind": _kind(line), "form": form}
        return render(request, "policies/exception_open.html", shown, status=status)


class ExceptionView(DeskView):
    """One dossier."""

    right = "exceptions.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return _shown(self, request, public_id, DecisionForm(initial={"granted_on": self.on}))


class MoveException(DeskView):
    """Sent to the reinsurer, passed on to the minister, taken back."""

    right = "exceptions.write"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _found(self, public_id)
        act = STEPS.get(request.POST.get("step", ""))
        if act is None:
            messages.warning(request, _("Choose a step."))
        else:
            carried_out(request, lambda: act(self.actor, [public_id], on=self.on), done=_("Noted."))
        return redirect("policies:exception", public_id)


class DecideException(DeskView):
    """The authority's decision, entered by somebody who did not open the dossier."""

    right = "exceptions.decide"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _found(self, public_id)
        form = DecisionForm(request.POST)
        if form.is_valid():
            favourable = request.POST.get("answer") == "favourable"
            try:
                again = decide_exceptions(self.actor, [_decision(public_id, form, favourable)], on=self.on)
            except FieldErrors as wrong:
                for one in wrong.errors:
                    form.add_error(one.field if one.field in form.fields else None, one.message)
            except DomainError as error:
                form.add_error(None, told(error))
            else:
                done = _("The decision is entered, and the request has been judged again.")
                messages.success(request, done if again else _("The decision is entered."))
                return redirect("policies:exception", public_id)
        return _shown(self, request, public_id, form, status=422)


class AddEvidence(DeskView):
    """A file added to a dossier."""

    right = "exceptions.write"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _found(self, public_id)
        files = [_evidence(one) for one in request.FILES.getlist("file")[:20]]
        if not files:
            messages.warning(request, _("Choose a file first."))
        else:
            carried_out(
                request, lambda: keep_evidence(self.actor, public_id, files, on=self.on), done=_("The file is kept.")
            )
        return redirect("policies:exception", public_id)


class EvidenceContent(DeskView):
    """A kept file, to be saved: never shown inside a page of ours."""

    right = "exceptions.read"

    def get(self, _request: HttpRequest, public_id: str, digest: str) -> HttpResponse:
        found = next((one for one in _found(self, public_id).files if one.digest == digest), None)
        if found is None:
            raise Http404
        response = HttpResponse(evidence_content(found.storage_key), content_type=found.media_type)
        response["Content-Disposition"] = f'attachment; filename="{found.name.encode("ascii", "replace").decode()}"'
        response["Cache-Control"] = "private, max-age=86400"
        return response


def _kind(line: RequestLine) -> str:
    return "large_policyholder" if line.market == "export" else "above_parity"


def _decision(dossier: str, form: DecisionForm, favourable: bool) -> AuthorityDecision:
    given = form.cleaned_data
    return AuthorityDecision(
        dossier=dossier,
        favourable=favourable,
        reference=given["reference"],
        granted_on=given["granted_on"],
        end_day=given["end_day"],
        amount=_amount(given["amount"]),
    )


def _amount(typed: str | None) -> Decimal | None:
    return None if typed is None else Decimal(typed)


def _evidence(one: UploadedFile[bytes]) -> Evidence:
    return Evidence(one.name or "", one.read())


def _found(view: DeskView, public_id: str) -> ExceptionPage:
    with acting(view.actor):
        try:
            return exceptions.detail(view.actor, public_id)
        except ExceptionUnknown:
            raise Http404 from None


def _shown(
    view: DeskView, request: HttpRequest, public_id: str, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    found = _found(view, public_id)
    may_write, at = view.actor.may("exceptions.write"), found.row.status
    context = {
        "found": found,
        "row": found.row,
        "form": form,
        "steps": [facts_shown.step(one) for one in found.history],
        "next_step": {"opened": "send", "with_reinsurer": "pass_on"}.get(at, "") if may_write else "",
        "next_label": wording.of("exception_step", f"{found.row.kind}.{at}").label,
        "path": PATHS[found.row.kind],
        "may_withdraw": may_write and (found.is_under_way or at == "favourable"),
        "may_decide": at in ("with_reinsurer", "with_minister") and view.actor.may("exceptions.decide"),
        "may_agree": at == "with_minister",
        "may_add": may_write,
    }
    return render(request, "policies/exception.html", context, status=status)
