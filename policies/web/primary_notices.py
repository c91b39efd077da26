"""Decisions on limits on screen (D-29): notices that run, entering one, the cuts that wait for a second person."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.http import wording, writing
from capweb.http.typed import AmountField, CodeField, DayField
from capweb.kernel.errors import DomainError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from policies.commands.change_buyer_limits import LimitNotice, change_buyer_limits
from policies.commands.print_letters import print_letter
from policies.commands.settle_short_notices import Verdict, settle_short_notices
from policies.commands.state_cover_elsewhere import StatementWish, state_cover_elsewhere
from policies.queries import primary_notices, requests
from policies.queries.primary_notices import LetterUnknown, PairNamed, ShortNoticeNotSeen, ShortNoticePage
from policies.web import facts_shown
from policies.web.shell import DeskView, Tab, carried_out, page_shown, told, whole_number

PAGE_ROWS: Final = 50


class DecisionForm(forms.Form):
    """One decision of the insurer on its own limit."""

    policy_number = forms.CharField(label=gettext_lazy("Policy number"), max_length=40)
    buyer_country = CodeField(label=gettext_lazy("Country of the buyer"), length=2)
    buyer_identifier = forms.CharField(label=gettext_lazy("SIREN or foreign number of the buyer"), max_length=40)
    decision = forms.ChoiceField(label=gettext_lazy("Decision"))
    requested_amount = AmountField(label=gettext_lazy("Amount asked for, in euro"))
    amount_before = AmountField(label=gettext_lazy("Limit so far, in euro"), required=True)
    amount = AmountField(label=gettext_lazy("Limit from then on, in euro"), required=True)
    notified_on = DayField(label=gettext_lazy("Notified on"), required=True)
    effective_on = DayField(
        label=gettext_lazy("Takes effect on"),
        help_text=gettext_lazy("A cut: thirty days after it was notified, unless the case is exceptional."),
        required=True,
    )
    exceptional_case = forms.ChoiceField(
        label=gettext_lazy("Exceptional case"),
        help_text=gettext_lazy("A cut without its notice waits for a second person."),
        required=False,
    )
    exceptional_reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["decision"].choices = wording.choices("limit_decision")  # type: ignore[attr-defined]
        self.fields["exceptional_case"].choices = [  # type: ignore[attr-defined]
            ("", pgettext_lazy("exceptional case", "none")),
            *wording.choices("exceptional_case"),
        ]

    def notice(self) -> LimitNotice:
        given = self.cleaned_data
        asked = given["requested_amount"]
        return LimitNotice(
            source_reference=new_public_id("dec"),
            policy_number=given["policy_number"].strip(),
            buyer_country=given["buyer_country"] or "FR",
            buyer_identifier="".join(given["buyer_identifier"].split()),
            decision=given["decision"],
            amount_before=Decimal(given["amount_before"]),
            amount=Decimal(given["amount"]),
            notified_on=given["notified_on"],
            effective_on=given["effective_on"],
            requested_amount=None if asked is None else Decimal(asked),
            exceptional_case=given["exceptional_case"],
            exceptional_reason=given["exceptional_reason"],
        )


class AnswerForm(forms.Form):
    """What the second person saw."""

    answer = forms.CharField(
        label=gettext_lazy("What you have checked"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PrimaryNotices(DeskView):
    """Notices that run, those that have run, and at the desk the cuts that wait for a second person."""

    right = "documents.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        is_desk = self.actor.may("buyers.read")
        state = request.GET.get("state", "")
        if state not in ("running", "past", "all", *(("waiting",) if is_desk else ())):
            state = "running"
        number = whole_number(request.GET.get("page"))
        with acting(self.actor):
            waiting = primary_notices.waiting_count(self.actor) if is_desk else 0
            running, total = primary_notices.counts(self.actor, on=self.on)
            page: Any
            if state == "waiting":
                page = primary_notices.short_notices(self.actor, page=number, size=PAGE_ROWS)
            else:
                chosen = {"running": True, "past": False}.get(state)
                page = primary_notices.notices(self.actor, on=self.on, is_running=chosen, page=number, size=PAGE_ROWS)
        tabs = [Tab("running", _("Running"), running, state == "running")]
        if is_desk:
            tabs.append(Tab("waiting", _("At short notice"), waiting, state == "waiting"))
        told = (("past", _("In effect"), total - running), ("all", _("All"), total))
        tabs += [Tab(code, label, count, state == code) for code, label, count in told]
        shown = {
            "rows": page.rows,
            "page": page_shown(page, size=PAGE_ROWS),
            "tabs": tabs,
            "state": state,
            "waiting": waiting,
            "may_confirm": self.actor.may("short_notices.confirm"),
            "may_state": self.actor.may("statements.ask"),
            "may_enter": self.actor.may("buyer_limits.write"),
        }
        return render(request, "policies/primary_notices.html", shown)


class EnterDecision(DeskView):
    """Enters one decision; it is told at once, with the top-up that is possible."""

    right = "buyer_limits.write"

    def get(self, request: HttpRequest) -> HttpResponse:
        known = {name: request.GET[name][:40] for name in ("policy_number", "buyer_identifier") if name in request.GET}
        return self._page(request, DecisionForm(initial={"buyer_country": "FR", "notified_on": self.on, **known}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DecisionForm(request.POST)
        if form.is_valid():
            try:
                taken = change_buyer_limits(self.actor, [form.notice()], on=self.on)
            except FieldErrors as wrong:
                for one in wrong.errors:
                    form.add_error(one.field if one.field in form.fields else None, one.message)
            else:
                if taken.waiting:
                    messages.info(request, _("It waits for a second person, who confirms the exceptional case."))
                    return redirect("policies:short_notice", taken.waiting[0].public_id)
                messages.success(request, _done(taken))
                return redirect("policies:primary_notices")
        return self._page(request, form, status=422)

    def _page(self, request: HttpRequest, form: DecisionForm, *, status: int = 200) -> HttpResponse:
        return render(request, "policies/primary_notice_new.html", {"form": form}, status=status)


class ShortNotice(DeskView):
    """One cut that is to count before its notice has run."""

    right = "buyers.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return _shown(self, request, public_id, AnswerForm())


class SettleShortNotice(DeskView):
    """Confirmed or rejected, by somebody who did not ask for it."""

    right = "short_notices.confirm"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _found(self, public_id)
        form = AnswerForm(request.POST)
        if form.is_valid():
            is_confirmed = request.POST.get("verdict") == "confirm"
            verdict = Verdict(case=public_id, is_confirmed=is_confirmed, answer=form.cleaned_data["answer"])
            try:
                settle_short_notices(self.actor, [verdict], on=self.on)
            except DomainError as error:
                form.add_error(None, told(error))
            else:
                done = _("Confirmed: the cut is decided, and the policyholder is told.")
                messages.success(request, done if is_confirmed else _("Rejected: nothing was decided."))
                return redirect("policies:short_notice", public_id)
        return _shown(self, request, public_id, form, status=422)


class LetterPdf(DeskView):
    """A letter on paper."""

    right = "documents.read"

    def get(self, _request: HttpRequest, number: str) -> HttpResponse:
        try:
            content = print_letter(self.actor, number, on=self.on)
        except LetterUnknown:
            raise Http404 from None
        return HttpResponse(
            content,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="{number}.pdf"',
                "Cache-Control": "private, max-age=86400",
            },
        )


class CoverElsewhere(DeskView):
    """The statement that cover may be sought elsewhere, asked for from the letter about the cut (E19)."""

    right = "statements.ask"

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        with acting(self.actor):
            try:
                pair = primary_notices.pair_of_letter(self.actor, number, on=self.on)
            except LetterUnknown:
                raise Http404 from None
        return _stated(self, request, pair, back=reverse("policies:primary_notices") + "?state=all")


class CoverElsewhereOfRequest(DeskView):
    """The same, from the request for a top-up that came to nothing."""

    right = "statements.ask"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            try:
                found = requests.detail(self.actor, public_id, on=self.on, language=get_language() or "fr")
            except requests.RequestUnknown:
                raise Http404 from None
        line = found.line
        pair = PairNamed(line.policy_number, line.buyer_country, line.buyer_identifier)
        return _stated(self, request, pair, back=reverse("policies:request", args=[public_id]))


def _stated(view: DeskView, request: HttpRequest, pair: PairNamed, *, back: str) -> HttpResponse:
    wish = StatementWish(
        policy_number=pair.policy_number, buyer_country=pair.buyer_country, buyer_identifier=pair.buyer_identifier
    )
    stated = carried_out(
        request,
        lambda: state_cover_elsewhere(view.actor, [wish], on=view.on),
        done=_("The exclusivity clause is waived for this buyer: the statement is ready."),
    )
    return redirect("policies:letter_pdf", stated[0].number) if stated else redirect(back)


def _done(taken: Any) -> str:
    (top_up,) = taken.top_ups or [None]
    if top_up is None or top_up.amount is None:
        return str(_("The decision is entered, and the policyholder is told."))
    return str(
        _("The decision is entered, and the policyholder is told: %(product)s is possible for %(amount)s.")
        % {"product": wording.of("product", top_up.product).label, "amount": writing.money(top_up.amount, whole=True)}
    )


def _found(view: DeskView, public_id: str) -> ShortNoticePage:
    with acting(view.actor):
        try:
            return primary_notices.short_notice(view.actor, public_id)
        except ShortNoticeNotSeen:
            raise Http404 from None


def _shown(
    view: DeskView, request: HttpRequest, public_id: str, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    found = _found(view, public_id)
    context = {
        "row": found.row,
        "form": form,
        "is_own": found.is_own,
        "steps": [facts_shown.step(one) for one in found.history],
        "may_confirm": found.row.status == "asked" and view.actor.may("short_notices.confirm"),
    }
    return render(request, "policies/short_notice.html", context, status=status)
