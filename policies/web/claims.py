"""Claims on screen: the list, one claim with its invoices and who bears what, declaring an overdue, acting on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.http import wording
from capweb.kernel.errors import DomainError, FieldErrors
from policies.commands.declare_overdues import declare_overdues
from policies.commands.fix_losses import LossFixing, fix_losses
from policies.commands.pursue_claims import ClaimEnding, CollectionAct, end_claims, record_collection
from policies.commands.record_recoveries import GivenRecovery, record_recoveries
from policies.commands.settle_claims import Settlement, settle_claims
from policies.domain.claim_life import WHILE
from policies.domain.moves import CLAIM
from policies.queries import claims, guarantees
from policies.queries.claims import ClaimDetail, ClaimNotFound
from policies.web.claim_charts import dial
from policies.web.claim_forms import EndClaimForm, LossForm, OverdueForm, RecoveryForm, SettleClaimForm, StepForm
from policies.web.shell import DeskView, page_shown, tabs, told, whole_number

PAGE_ROWS: Final = 50
TABS: Final = ("overdue_declared", "in_collection", "loss_fixed", "indemnified", "closed", "withdrawn")
RIGHTS: Final = {
    "collect": "claims.handle",
    "fix": "claims.handle",
    "close": "claims.handle",
    "withdraw": "claims.handle",
    "settle": "claims.cede",
    "recover": "claims.cede",
}
DONE: Final[Mapping[str, object]] = {
    "collect": gettext_lazy("The step of collection is recorded."),
    "fix": gettext_lazy("The loss is fixed; each cover knows what it owes."),
    "settle": gettext_lazy("The indemnity is paid, and the reinsurer's part ceded."),
    "recover": gettext_lazy("The recovery is recorded and shared as the loss was borne."),
    "close": gettext_lazy("The claim is closed."),
    "withdraw": gettext_lazy("The claim is withdrawn."),
}


class Claims(DeskView):
    """Claims, the newest on top."""

    right = "claims.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        status = request.GET.get("status") or "all"
        text = request.GET.get("text", "").strip()[:100]
        with acting(self.actor):
            page = claims.claims(
                self.actor,
                on=self.on,
                status="" if status == "all" else status,
                text=text,
                page=whole_number(request.GET.get("page")),
                size=PAGE_ROWS,
            )
            counts = claims.totals(self.actor, on=self.on)
        shown = {
            "rows": page.rows,
            "page": page_shown(page, size=PAGE_ROWS),
            "tabs": tabs("claim", TABS, counts=counts, current=status, everything=pgettext("messages", "All")),
            "status": status,
            "text": text,
        }
        return render(request, "policies/claims.html", shown)


class Claim(DeskView):
    """One claim, with the acts that are possible now for this person."""

    right = "claims.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return claim_page(request, self.actor, public_id, on=self.on)


class ActOnClaim(DeskView):
    """One act on a claim; what keeps it from being carried out is told at its form."""

    act = ""
    right = ""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            found = _found(self.actor, public_id, on=self.on)
        form = _form(self.act, found, request)
        if form.is_valid():
            try:
                with acting(self.actor):
                    _carry_out(self.act, self.actor, public_id, form.cleaned_data, on=self.on)
            except FieldErrors as error:
                form.refuse(error)
            except DomainError as error:
                form.add_error(None, told(error))
            else:
                messages.success(request, str(DONE[self.act]))
                return redirect("policies:claim", public_id)
        return claim_page(request, self.actor, public_id, on=self.on, typed={self.act: form}, status=422)


class DeclareOverdue(DeskView):
    """Declare the unpaid invoices of a guarantee's buyer."""

    right = "claims.declare"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return self._page(request, public_id, OverdueForm())

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        form = OverdueForm(request.POST)
        if form.is_valid():
            try:
                with acting(self.actor):
                    (receipt,) = declare_overdues(self.actor, [form.declaration(public_id)], on=self.on)
            except FieldErrors as error:
                form.refuse(error)
            except DomainError as error:
                form.add_error(None, told(error))
            else:
                if receipt.late:
                    names = ", ".join(receipt.late)
                    messages.warning(request, _("Declared after the policy's delay: %(names)s.") % {"names": names})
                messages.success(request, _("The overdue is declared."))
                return redirect("policies:claim", receipt.claim)
        return self._page(request, public_id, form, status=422)

    def _page(self, request: HttpRequest, public_id: str, form: OverdueForm, *, status: int = 200) -> HttpResponse:
        with acting(self.actor):
            try:
                found = guarantees.detail(self.actor, public_id, on=self.on)
            except guarantees.GuaranteeUnknown:
                raise Http404 from None
        shown = {"form": form, "found": found, "current": found.current}
        return render(request, "policies/declare_overdue.html", shown, status=status)


def claim_page(
    request: HttpRequest,
    actor: Actor,
    public_id: str,
    *,
    on: date,
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one claim; `typed` holds the form that could not be carried out, by its act."""
    with acting(actor):
        found = _found(actor, public_id, on=on)
    possible = [act for act in RIGHTS if _is_possible(act, found) and actor.may(RIGHTS[act])]
    forms = [
        (act, f"policies:claim_{act}", wording.of("claim_act", act), (typed or {}).get(act) or _form(act, found))
        for act in possible
    ]
    shown = {
        "found": found,
        "claim": found.line,
        "dial": dial(found, is_insurer=actor.is_insurer),
        "forms": forms,
        "opened": next(iter(typed), "") if typed else "",
        "is_insurer": actor.is_insurer,
        "totals": {
            "due": sum((share.due for share in found.shares), Decimal(0)),
            "recovered": sum((one.net for one in found.recoveries), Decimal(0)),
        },
    }
    return render(request, "policies/claim.html", shown, status=status)


def _found(actor: Actor, public_id: str, *, on: date) -> ClaimDetail:
    try:
        return claims.detail(actor, public_id, on=on)
    except ClaimNotFound:
        raise Http404 from None


def _is_possible(act: str, found: ClaimDetail) -> bool:
    status = found.line.status
    return CLAIM.may(status, act) if act in CLAIM.events else status in WHILE.get(act, ())


def _form(act: str, found: ClaimDetail, request: HttpRequest | None = None) -> Any:
    data = None if request is None else request.POST
    match act:
        case "collect":
            return StepForm(data)
        case "fix":
            return LossForm(data, has_late=any(one.is_late for one in found.invoices))
        case "settle":
            return SettleClaimForm(data)
        case "recover":
            return RecoveryForm(data)
        case _:
            return EndClaimForm(data)


def _carry_out(act: str, actor: Actor, claim: str, typed: dict[str, Any], *, on: date) -> None:
    acts: dict[str, Callable[[], object]] = {
        "collect": lambda: record_collection(
            actor,
            [
                CollectionAct(
                    source_reference=typed["key"],
                    claim=claim,
                    kind=typed["kind"],
                    done_on=typed["done_on"],
                    description=typed["description"],
                    costs=Decimal(typed["costs"] or 0),
                )
            ],
            on=on,
        ),
        "fix": lambda: fix_losses(
            actor,
            [
                LossFixing(
                    claim=claim,
                    cause=typed["cause"],
                    caused_on=typed["caused_on"],
                    late_lines=typed.get("late_lines", ""),
                    late_reason=typed.get("late_reason", ""),
                )
            ],
            on=on,
        ),
        "settle": lambda: settle_claims(actor, [Settlement(claim=claim, paid_on=typed["paid_on"])], on=on),
        "recover": lambda: record_recoveries(
            actor,
            [
                GivenRecovery(
                    source_reference=typed["key"],
                    claim=claim,
                    received_on=typed["received_on"],
                    amount=Decimal(typed["amount"]),
                    costs=Decimal(typed["costs"] or 0),
                    currency=typed["currency"].strip().upper(),
                )
            ],
            on=on,
        ),
        "close": lambda: end_claims(actor, [ClaimEnding(claim=claim, act="close", reason=typed["reason"])], on=on),
        "withdraw": lambda: end_claims(
            actor, [ClaimEnding(claim=claim, act="withdraw", reason=typed["reason"])], on=on
        ),
    }
    acts[act]()
