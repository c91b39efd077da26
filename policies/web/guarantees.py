"""Guarantees: the list of terms, one guarantee with terms, endorsements and cession, its PDFs, asking for renewal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from capweb import clock
from capweb.accounts.acting import acting
from policies.commands.render_endorsements import render_endorsement
from policies.commands.renew_guarantees import ask_for_renewals
from policies.commands.request_changes import ChangeWish, request_changes
from policies.commands.withdraw_guarantees import Withdrawal, withdraw_guarantees
from policies.queries import accumulations, buyer_exposure, buyer_watches, guarantees, identity_changes
from policies.queries import messages as messages_written
from policies.queries.guarantees import EndorsementUnknown, GuaranteeUnknown, TermLine
from policies.web.forms import ChangeForm, WithdrawalForm
from policies.web.shell import DeskView, Tab, carried_out, page_shown, tabs, whole_number
from reinsurance.queries.cession_states import cession_states

PAGE_ROWS: Final = 50
DUE_DAYS: Final = 30
TABS: Final = ("running", "lapsed", "ended", "renewed", "replaced")


@dataclass(frozen=True, slots=True)
class TermShown:
    """A term of the list with the days that are left of it."""

    term: TermLine
    days_left: int


class Guarantees(DeskView):
    """Terms of guarantees, the one that ends first on top."""

    right = "guarantees.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        status = request.GET.get("status") or "running"
        text = request.GET.get("text", "").strip()[:100]
        with acting(self.actor):
            page = guarantees.terms(
                self.actor,
                on=self.on,
                status="" if status == "all" else status,
                text=text,
                page=whole_number(request.GET.get("page")),
                size=PAGE_ROWS,
            )
            counts = guarantees.totals(self.actor, on=self.on)
        shown: list[Tab] = tabs("term", TABS, counts=counts, current=status)
        return render(
            request,
            "policies/guarantees.html",
            {
                "rows": [TermShown(row, (row.cover_end - self.on).days) for row in page.rows],
                "page": page_shown(page, size=PAGE_ROWS),
                "tabs": shown,
                "status": status,
                "text": text,
            },
        )


class Guarantee(DeskView):
    """One guarantee with its terms from the latest on."""

    right = "guarantees.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            try:
                found = guarantees.detail(self.actor, public_id, on=self.on)
            except GuaranteeUnknown:
                raise Http404 from None
            states = (
                cession_states(self.actor, [term.cession_id for term in found.terms]) if self.actor.is_insurer else {}
            )
            exposure = buyer_exposure.live_on(self.actor, public_id, on=self.on)
            letters = messages_written.about(self.actor, on=self.on, guarantee=public_id)
            found_reductions = guarantees.reductions(self.actor, public_id)
            followed = identity_changes.of_guarantee(self.actor, public_id)
            group = accumulations.of_guarantee(self.actor, public_id, on=self.on)
            watch = buyer_watches.of_guarantee(self.actor, public_id, on=self.on)
        current = found.current
        return render(
            request,
            "policies/guarantee.html",
            {
                "found": found,
                "current": current,
                "terms": [(term, states.get(term.cession_id)) for term in reversed(found.terms)],
                "cession": states.get(current.cession_id),
                "excess": current.excess_amount,
                "exposure": exposure,
                "letters": letters,
                "may_renew": current.status == "running"
                and not current.renewal_asked
                and self.actor.may("renewals.write"),
                "may_declare": self.actor.may("claims.declare"),
                "change_form": self._form(ChangeForm, "requests.write", current.status),
                "withdrawal_form": self._form(WithdrawalForm, "guarantees.withdraw", current.status),
                "reductions": found_reductions,
                "followed": followed,
                "group": group,
                "watch": watch,
                "may_see_changes": self.actor.may("identity_changes.propose"),
                "is_due": current.cover_end <= self.on + timedelta(days=DUE_DAYS),
            },
        )

    def _form(self, kind: type[Form], right: str, status: str) -> Form | None:
        return kind() if status == "running" and self.actor.may(right) else None


class AskForChange(DeskView):
    """Ask for another amount of a running guarantee; the request's page shows the judgement and the offer."""

    right = "requests.write"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _must_be_known(self, public_id)
        form = ChangeForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(str(error) for error in form.errors["requested_total"]))
            return _back_to(public_id)
        wish = ChangeWish(public_id, form.cleaned_data["requested_total"])
        (answer,) = request_changes(self.actor, [wish], on=self.on)
        if answer.code:
            messages.error(request, answer.message)
        return redirect("policies:request", answer.request) if answer.request else _back_to(public_id)


class WithdrawGuarantee(DeskView):
    """End a guarantee for the future because its policyholder asks for it."""

    right = "guarantees.withdraw"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _must_be_known(self, public_id)
        form = WithdrawalForm(request.POST)
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        (answer,) = withdraw_guarantees(self.actor, [Withdrawal(public_id, reason)], on=self.on, at=clock.instant())
        if answer.code:
            messages.error(request, answer.message)
        else:
            messages.success(request, _("Cover ends today; what was delivered before stays covered."))
        return _back_to(public_id)


def _back_to(public_id: str) -> HttpResponse:
    return redirect("policies:guarantee", public_id)


def _must_be_known(view: DeskView, public_id: str) -> None:
    with acting(view.actor):
        try:
            guarantees.detail(view.actor, public_id, on=view.on)
        except GuaranteeUnknown:
            raise Http404 from None


class AskForRenewals(DeskView):
    """Ask that guarantees be renewed: one from its page, or those that were ticked in a list."""

    right = "renewals.write"

    def post(self, request: HttpRequest, public_id: str | None = None) -> HttpResponse:
        if public_id:
            _must_be_known(self, public_id)
        chosen = [public_id] if public_id else request.POST.getlist("guarantee")[:500]
        listed = "policies:renewals" if request.POST.get("from") == "renewals" else "policies:portal"
        back = _back_to(public_id) if public_id else redirect(listed)
        if not chosen:
            messages.warning(request, _("Tick at least one line first."))
            return back
        done = ngettext(
            "Renewal asked for. It is judged in the night of the last day.",
            "%(count)s renewals asked for. Each is judged in the night of its last day.",
            len(chosen),
        ) % {"count": len(chosen)}
        carried_out(request, lambda: ask_for_renewals(self.actor, chosen, on=self.on), done=done)
        return back


class EndorsementPdf(DeskView):
    """The document, made now if the printing queue has not come to it yet."""

    right = "documents.read"

    def get(self, _request: HttpRequest, number: str) -> HttpResponse:
        with acting(self.actor):
            try:
                endorsement_id, line = guarantees.endorsement(self.actor, number, on=self.on)
            except EndorsementUnknown:
                raise Http404 from None
        content = render_endorsement(self.actor, endorsement_id)
        name = f"{line.number.replace('/', '-')}.pdf"
        # A kept document never changes, so the browser may keep it too; it is nobody else's.
        return HttpResponse(
            content,
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, max-age=86400"},
        )
