"""The underwriter's queue, and one request with its decision, reasons and headroom; settling what is referred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.http import wording
from capweb.kernel.errors import DomainError
from eligibility.queries.decisions import DecisionRow
from policies.commands.settle_referred import Settlement, judge_again, settle_referred
from policies.domain.limit_request import kind_of
from policies.queries import accumulations, buyer_watches, exceptions, mediations, messages, request_page, requests
from policies.queries.mediations import MediationRow
from policies.queries.requests import QueueFilter, RequestLine
from policies.web import facts_shown
from policies.web.forms import SettleForm
from policies.web.shell import DeskView, carried_out, page_shown, tabs, told, whole_number

PAGE_ROWS: Final = 50
TABS: Final = ("referred", "pending", "offered", "granted", "refused", "no_need", "declined", "expired", "failed")
# What decided comes first in the why-list; the order of the law stands within.
WEIGHT: Final = {"fail": 0, "refer": 1, "cap": 2, "pass": 3}
PRODUCTS: Final = {
    ("complement", "domestic"): "cap",
    ("substitution", "domestic"): "cap_plus",
    ("complement", "export"): "cap_francexport",
    ("substitution", "export"): "cap_francexport_plus",
}


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A row of the queue with the product that it asks for."""

    line: RequestLine
    product: str


class Queue(DeskView):
    """The list of requests with filters; what waits for an underwriter comes first at an insurer's desk."""

    right = "requests.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = _wanted(request, default="referred" if self.actor.may("requests.settle") else "all")
        with acting(self.actor):
            page = requests.queue(
                self.actor,
                wanted,
                on=self.on,
                page=whole_number(request.GET.get("page")),
                size=PAGE_ROWS,
            )
            counts = requests.counts_by_status(self.actor, on=self.on)
        return render(
            request,
            "policies/queue.html",
            {
                "rows": [QueueLine(row, product_of(row)) for row in page.rows],
                "page": page_shown(page, size=PAGE_ROWS),
                "tabs": tabs("request", TABS, counts=counts, current=wanted.status or "all"),
                "filters": wanted,
                "status": wanted.status or "all",
                "sort": wanted.order,
                "markets": wording.choices("market"),
                "triggers": [choice for choice in wording.choices("trigger") if choice[0] != "grant"],
                "referrals": wording.choices("referral"),
                "may_write": self.actor.may("requests.write"),
            },
        )


class Request(DeskView):
    """One request: what was asked, what was decided and by which article, what would allow more, what happened."""

    right = "requests.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return _shown(self, request, public_id, SettleForm())


class Settle(DeskView):
    """An underwriter approves or refuses a referred case."""

    right = "requests.settle"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        form = SettleForm(request.POST)
        approve = request.POST.get("answer") == "approve"
        if form.is_valid():
            settlement = Settlement(
                public_id, approve=approve, reason=form.cleaned_data["reason"], amount=form.cleaned_data["amount"]
            )
            try:
                settled = settle_referred(self.actor, settlement, on=self.on)
            except DomainError as error:
                form.add_error(None, told(error))
            else:
                label = wording.of("request", settled.status).label
                carried_out(request, lambda: settled, done=_("The case is settled: %(state)s.") % {"state": label})
                return redirect("policies:request", public_id)
        return _shown(self, request, public_id, form, status=422)


class JudgeAgain(DeskView):
    """A referred request under today's law and facts: how a supplied fact or a new tariff takes effect."""

    right = "requests.write"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            try:
                requests.detail(self.actor, public_id, on=self.on, language=get_language() or "fr")
            except requests.RequestUnknown:
                raise Http404 from None
        carried_out(
            request,
            lambda: judge_again(self.actor, [public_id], on=self.on),
            done=_("Judged again under the law and the facts of today."),
        )
        return redirect("policies:request", public_id)


def product_of(line: RequestLine) -> str:
    """The product that a request asks for, from the decision on its primary limit and its market."""
    return PRODUCTS.get((kind_of(line.trigger), line.market), "")


def _speaking(decision: DecisionRow | None) -> list[Mapping[str, Any]]:
    return [one for one in decision.reasons if one["verdict"] in WEIGHT] if decision else []


def _wanted(request: HttpRequest, *, default: str) -> QueueFilter:
    given = request.GET
    status = given.get("status") or default
    return QueueFilter(
        status="" if status == "all" else status,
        referred_to=given.get("referred_to", ""),
        market=given.get("market", ""),
        trigger=given.get("trigger", ""),
        text=given.get("text", "").strip()[:100],
        order=given.get("sort", "-id"),
    )


def _shown(
    view: DeskView, request: HttpRequest, public_id: str, form: SettleForm, *, status: int = 200
) -> HttpResponse:
    language = get_language() or "fr"
    with acting(view.actor):
        try:
            found = request_page.of(view.actor, public_id, on=view.on, language=language)
        except requests.RequestUnknown:
            raise Http404 from None
        before_mediator = mediations.of_request(view.actor, public_id, on=view.on)
        dossiers = exceptions.of_request(view.actor, public_id) if view.actor.may("exceptions.read") else []
        letters = messages.about(view.actor, on=view.on, request=public_id)
        group = accumulations.of_request(view.actor, public_id, on=view.on)
        watch = buyer_watches.of_request(view.actor, public_id, on=view.on)
    context: dict[str, object] = {"found": found, "line": found.detail.line, "form": form}
    context |= {"dossiers": dossiers, "letters": letters}
    context |= {"mediations": before_mediator, "group": group, "watch": watch}
    context["may_mediate"] = _may_mediate(view.actor, found, before_mediator)
    context |= _allowed(view.actor, found) | _told(view.actor, found)
    return render(request, "policies/request.html", context, status=status)


def _allowed(actor: Actor, found: request_page.RequestPage) -> dict[str, object]:
    line = found.detail.line
    is_referred = line.status == "referred"
    return {
        "may_settle": is_referred and line.referred_to == "underwriter" and actor.may("requests.settle"),
        "may_judge_again": is_referred and actor.may("requests.write"),
        "may_answer": actor.may("offers.answer"),
        "product": product_of(line),
        "may_open_exception": may_open_exception(actor, found),
        "may_state": actor.may("statements.ask")
        and line.trigger in ("reduction", "cessation")
        and line.status in ("refused", "declined", "expired", "cancelled"),
    }


def may_open_exception(actor: Actor, found: request_page.RequestPage) -> bool:
    """Whether an authority could lift what holds this request: referred to the ministry, or a complement at home."""
    line, decision = found.detail.line, found.detail.decision
    if not actor.may("exceptions.write") or decision is None:
        return False
    if line.market == "export":
        return line.referred_to == "ministry"
    held = decision.binding in ("primary_multiple", "parity") and not found.detail.is_construction_subcontract
    return held and kind_of(line.trigger) == "complement" and line.status in ("offered", "granted", "declined")


def _may_mediate(actor: Actor, found: request_page.RequestPage, known: list[MediationRow]) -> bool:
    """Refused, or granted in part, and not before the mediator now (E29; no need is no refusal, D-45)."""
    line, decision = found.detail.line, found.detail.decision
    if not actor.may("mediations.write") or any(one.status == "opened" for one in known):
        return False
    reduced = decision is not None and decision.outcome == "grant_reduced"
    return line.status == "refused" or (reduced and line.status not in ("cancelled", "failed", "referred"))


def _told(actor: Actor, found: request_page.RequestPage) -> dict[str, object]:
    decision = found.detail.decision
    return {
        "facts": facts_shown.of(decision.facts) if decision is not None and actor.is_insurer else [],
        "headroom": [(facts_shown.change(one.changed), one.maximum) for one in found.headroom],
        "reasons": sorted(_speaking(decision), key=lambda one: WEIGHT[one["verdict"]]),
        "silent": [one for one in decision.reasons if one["verdict"] == "not_applicable"] if decision else [],
        "steps": [facts_shown.step(one) for one in found.history],
    }
