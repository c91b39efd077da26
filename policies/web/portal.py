"""The portal of brokers and policyholders: offers to answer, what falls due, what was handed in; answering an offer."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from capweb import clock
from capweb.accounts.acting import acting
from capweb.kernel.errors import DomainError
from policies.commands.accept_offers import Answer, accept_offers, decline_offers
from policies.queries import clients, guarantees, offer_page, submissions
from policies.web.guarantees import DUE_DAYS, TermShown
from policies.web.shell import DeskView, told, told_by_code

SHOWN: Final = 25


class Portal(DeskView):
    """What waits for a broker or policyholder today."""

    right = "requests.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        with acting(self.actor):
            offers = guarantees.offers_open(self.actor, on=self.on)
            due = guarantees.renewals_due(self.actor, on=self.on, within_days=DUE_DAYS, limit=200)
            latest = submissions.latest(self.actor, limit=8)
            policies = clients.policies(self.actor, on=self.on)
        return render(
            request,
            "policies/portal.html",
            {
                "offers": offers[:SHOWN],
                "offers_total": len(offers),
                "renewals": [TermShown(row, (row.cover_end - self.on).days) for row in due[:SHOWN]],
                "renewals_total": len(due),
                "submissions": latest,
                "policies": policies,
                "may_write": self.actor.may("requests.write"),
                "may_answer": self.actor.may("offers.answer"),
                "may_renew": self.actor.may("renewals.write"),
            },
        )


class Offer(DeskView):
    """One offer, with the two answers while it is open."""

    right = "requests.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            try:
                found = offer_page.of(self.actor, public_id, on=self.on)
            except offer_page.OfferUnknown:
                raise Http404 from None
        may_answer = found.is_open and self.actor.may("offers.answer")
        return render(request, "policies/offer.html", {"found": found, "offer": found.offer, "may_answer": may_answer})


class AcceptOffer(DeskView):
    """Accept one offer; then to the guarantee that began."""

    right = "offers.answer"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        try:
            answer = accept_offers(self.actor, [public_id], on=self.on, at=clock.instant())[0]
        except DomainError as error:
            messages.error(request, told(error))
            return redirect("policies:offer", public_id)
        if answer.guarantee is None:
            return _not_taken(request, answer)
        messages.success(
            request,
            _("Accepted: the guarantee begins, endorsement %(number)s is issued.") % {"number": answer.endorsement},
        )
        return redirect("policies:guarantee", answer.guarantee)


class AcceptOffers(DeskView):
    """Accept the offers that were ticked in the portal."""

    right = "offers.answer"

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = request.POST.getlist("offer")[:500]
        if not chosen:
            messages.warning(request, _("Tick at least one line first."))
            return redirect("policies:portal")
        try:
            answers = accept_offers(self.actor, chosen, on=self.on, at=clock.instant())
        except DomainError as error:
            messages.error(request, told(error))
            return redirect("policies:portal")
        _tell_all(request, answers)
        return redirect("policies:portal")


class DeclineOffer(DeskView):
    """Decline one offer; what it held is given back."""

    right = "offers.answer"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        answer = decline_offers(self.actor, [public_id], on=self.on)[0]
        if answer.outcome != "declined":
            return _not_taken(request, answer)
        messages.success(request, _("Declined: what the offer held is given back."))
        return redirect("policies:portal" if not self.actor.is_insurer else "policies:queue")


def _not_taken(request: HttpRequest, answer: Answer) -> HttpResponse:
    if answer.code == "offer_unknown":
        raise Http404
    messages.error(request, told_by_code(answer.code, otherwise=answer.message))
    return redirect("policies:offer", answer.offer)


def _tell_all(request: HttpRequest, answers: list[Answer]) -> None:
    accepted = sum(answer.guarantee is not None for answer in answers)
    left = len(answers) - accepted
    if accepted:
        messages.success(
            request,
            ngettext("%(count)s offer accepted.", "%(count)s offers accepted.", accepted) % {"count": accepted},
        )
    if left:
        messages.error(
            request,
            ngettext(
                "%(count)s offer could not be accepted: it was answered, it expired, or today's facts forbid it.",
                "%(count)s offers could not be accepted: answered, expired, or forbidden by today's facts.",
                left,
            )
            % {"count": left},
        )
