"""Treaties by two people: a change proposed, the inbox of the second person, a decision.

The pages stand here and not beside the treaties because a change is held against the law in force, which the books do
not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pycountry
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.http import wording, writing
from capweb.kernel.errors import DomainError, FieldErrors
from eligibility.queries import law_words
from policies.commands.agree_treaties import approve_treaty_proposals, propose_treaty_changes
from policies.web.shell import DeskView, told
from policies.web.treaty_forms import TreatyChangeForm
from reinsurance.commands.decide_treaty_proposals import reject_treaty_proposals, withdraw_treaty_proposals
from reinsurance.commands.propose_treaty_changes import TreatyChange
from reinsurance.domain.treaty_changes import CHANGE_KINDS, COUNTRY, END, FIELDS, OPEN, TERMS
from reinsurance.queries import treaty_proposals as proposals
from reinsurance.queries.treaties import TreatyRow, TreatyUnknown, treaties, treaty_named
from reinsurance.queries.treaty_facts import reinsurer_codes
from reinsurance.queries.treaty_proposals import TreatyProposalRow, TreatyProposalUnknown

# What of the present terms stands in the form from the start.
PREFILLED: Final = (
    "ceded_ratio",
    "ceding_commission",
    "reporting_months",
    "settlement_days",
    "large_loss_amount",
    "cash_call_amount",
    "loss_order",
)


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field of a proposal: what it is called, what stands today, what would."""

    label: object
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """A proposal with the treaty that it is about; None for one that would be opened."""

    found: TreatyProposalRow
    treaty: TreatyRow | None
    fields: list[FieldShown]


class ProposeTreatyChange(DeskView):
    """One change of one treaty, or a new treaty, for a second person to approve."""

    right = "treaties.propose"

    def get(self, request: HttpRequest) -> HttpResponse:
        kind, row = self._about(request)
        form = TreatyChangeForm(None, kind=kind, reinsurers=self._reinsurers(), initial=self._initial(kind, row))
        return self._page(request, kind, row, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        kind, row = self._about(request)
        form = TreatyChangeForm(request.POST, kind=kind, reinsurers=self._reinsurers())
        if form.is_valid():
            fields = form.change if row is None else {**form.change, "treaty": row.public_id}
            try:
                with acting(self.actor):
                    (public_id,) = propose_treaty_changes(
                        self.actor, [TreatyChange(kind, fields)], reason=form.cleaned_data["why"], booked_on=self.on
                    )
            except FieldErrors as wrong:
                form.refuse(wrong)
            except DomainError as refused:
                form.add_error(None, told(refused))
            else:
                messages.success(request, _("Proposed. It counts once a second person has approved it."))
                return redirect("policies:treaty_proposal", public_id)
        return self._page(request, kind, row, form, status=422)

    def _about(self, request: HttpRequest) -> tuple[str, TreatyRow | None]:
        """The kind of change and its treaty; none for an opening."""
        kind = request.GET.get("kind", OPEN)
        if kind not in CHANGE_KINDS:
            raise Http404
        if kind == OPEN:
            return kind, None
        with acting(self.actor):
            try:
                name = treaty_named(self.actor, request.GET.get("treaty", "")).public_id
            except TreatyUnknown:
                raise Http404 from None
            return kind, next(one for one in treaties(self.actor, on=self.on) if one.public_id == name)

    def _reinsurers(self) -> list[tuple[str, str]]:
        with acting(self.actor):
            codes = sorted(reinsurer_codes(self.actor))
        return [(code, str(wording.of("reinsurer", code).label)) for code in codes]

    def _initial(self, kind: str, row: TreatyRow | None) -> dict[str, object]:
        initial: dict[str, object] = {"first_day": self.on}
        if row is not None and kind == TERMS:
            initial |= {name: _typed(getattr(row, name)) for name in PREFILLED}
        if row is not None and kind == END:
            initial["end_day"] = row.ended_on
        return initial

    def _page(
        self, request: HttpRequest, kind: str, row: TreatyRow | None, form: TreatyChangeForm, *, status: int = 200
    ) -> HttpResponse:
        countries = (
            [(one.alpha_2, law_words.country(one.alpha_2)) for one in pycountry.countries] if kind == COUNTRY else []
        )
        shown = {"kind": kind, "treaty": row, "form": form, "countries": countries}
        return render(request, "policies/treaty_propose.html", shown, status=status)


class TreatyProposals(DeskView):
    """What awaits a second person, and what was decided last."""

    right = "treaties.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        with acting(self.actor):
            rows = {row.public_id: row for row in treaties(self.actor, on=self.on)}
            waiting = proposals.open_treaty_proposals(self.actor)
            decided = proposals.decided_treaty_proposals(self.actor)
        shown = {
            "waiting": [_shown(one, rows) for one in waiting],
            "decided": [_shown(one, rows) for one in decided],
            "may_propose": self.actor.may("treaties.propose"),
        }
        return render(request, "policies/treaty_proposals.html", shown)


class TreatyProposal(DeskView):
    """One proposal: what it changes, why, and who may do what with it."""

    right = "treaties.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return _proposal_page(self, request, public_id)


class DecideTreatyProposal(DeskView):
    """The second person approves or rejects; whoever proposed takes it back."""

    right = "treaties.read"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        answer, reason = request.POST.get("answer", ""), request.POST.get("reason", "")[:2_000]
        try:
            with acting(self.actor):
                proposals.treaty_proposal_named(self.actor, public_id)
                done = self._decided(answer, public_id, reason)
        except TreatyProposalUnknown:
            raise Http404 from None
        except NotAllowed as refused:
            raise PermissionDenied(refused.message) from refused
        except FieldErrors as wrong:
            for one in wrong.errors:
                messages.error(request, one.message)
            return _proposal_page(self, request, public_id, status=422)
        messages.success(request, done)
        return redirect("policies:treaty_proposals")

    def _decided(self, answer: str, public_id: str, reason: str) -> str:
        if answer == "approve":
            approve_treaty_proposals(self.actor, [public_id], booked_on=self.on, reason=reason)
            return _("Approved: it is carried out.")
        if answer == "reject":
            reject_treaty_proposals(self.actor, [public_id], reason=reason, booked_on=self.on)
            return _("Rejected: nothing changes.")
        withdraw_treaty_proposals(self.actor, [public_id], reason=reason, booked_on=self.on)
        return _("Withdrawn: nothing changes.")


def _proposal_page(view: DeskView, request: HttpRequest, public_id: str, *, status: int = 200) -> HttpResponse:
    actor = view.actor
    with acting(actor):
        try:
            found = proposals.treaty_proposal_named(actor, public_id)
        except TreatyProposalUnknown:
            raise Http404 from None
        rows = {row.public_id: row for row in treaties(actor, on=view.on)}
    shown = {
        "proposal": _shown(found, rows),
        "may_decide": found.is_open and not found.is_own and actor.may("treaties.approve"),
        "may_withdraw": found.is_open and found.is_own,
    }
    return render(request, "policies/treaty_proposal.html", shown, status=status)


def _shown(found: TreatyProposalRow, rows: Mapping[str, TreatyRow]) -> ProposalShown:
    row = rows.get(found.treaty)
    before: Any = row if found.is_open and found.kind != OPEN else None
    names = [name for name in (*FIELDS[found.kind], "renewal_years") if name in found.document and name != "treaty"]
    today = {"end_day": "ended_on"}
    return ProposalShown(
        found,
        row,
        [
            FieldShown(
                wording.of("treaty_field", name).label,
                _said(name, getattr(before, today.get(name, name), None)) if before is not None else "",
                _said(name, found.document[name]),
            )
            for name in names
        ],
    )


def _said(name: str, value: Any) -> str:
    """A value of a treaty as people read it; nothing for what is not agreed."""
    return "" if value is None or value == "" else SAYERS.get(name, str)(value)


def _worded(kind: str) -> Callable[[Any], str]:
    return lambda value: str(wording.of(kind, value).label)


SAYERS: Final[dict[str, Callable[[Any], str]]] = {
    "ceded_ratio": writing.percent,
    "ceding_commission": writing.percent,
    "large_loss_amount": partial(writing.money, whole=True),
    "cash_call_amount": partial(writing.money, whole=True),
    "first_day": writing.day,
    "end_day": writing.day,
    "is_covered": lambda value: _("covered") if value else _("not covered"),
    "reporting_months": lambda value: _("each month") if int(value) == 1 else _("each quarter"),
    "country": lambda value: f"{value} · {law_words.country(str(value))}",
    **{name: _worded(name) for name in ("kind", "market", "reinsurer", "loss_order")},
}


def _typed(value: Any) -> Any:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value
