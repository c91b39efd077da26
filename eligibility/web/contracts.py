"""What contracts and authorities fix: the dated rows of each table, a change proposed, the inbox of the second person.

Rows are only ever added. Nobody approves what he proposed himself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pycountry
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor, NotAllowed
from capweb.http import wording
from capweb.kernel.errors import DomainError, FieldErrors
from eligibility.commands.propose_changes import ProposedChange, propose_changes
from eligibility.commands.settle_proposals import approve_proposals, reject_proposals, withdraw_proposals
from eligibility.domain.contract_changes import KINDS
from eligibility.domain.law import LawBook
from eligibility.queries import contract_rows, law_words, proposals
from eligibility.queries.contract_rows import ContractRow
from eligibility.queries.law_book import current_law_book
from eligibility.queries.proposals import ProposalRow, ProposalUnknown
from eligibility.web import row_words
from eligibility.web.contract_forms import ProposalForm
from eligibility.web.shell import LawView

SHOWN_FIRST: Final = ("tariff", "zone", "grid", "scale", "country", "reading", "value")
STATES: Final = {"current": 0, "future": 1, "past": 2}
LATEST: Final = 30


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row: `state` is current, future or past; `is_replaced` where a later row covers the same."""

    subject: str
    says: str
    in_force: str
    state: str
    is_replaced: bool
    found: ContractRow


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One proposed row: what stands today in its place, and what would."""

    subject: str
    before: str
    after: str
    in_force: str
    reference: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProposalShown:
    found: ProposalRow
    changes: list[ChangeShown]
    more: int


class ContractView(LawView):
    """A page of the contractual tables, for the insurer's own people."""

    right = "contracts.read"
    for_platform = False
    actor: Actor

    def kind(self, request: HttpRequest) -> str:
        found = request.GET.get("kind", SHOWN_FIRST[0])
        if found not in KINDS:
            raise Http404
        return found


class Rows(ContractView):
    """The rows of one table, those in force first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        kind = self.kind(request)
        with acting(self.actor):
            book = current_law_book(self.actor)
            rows = contract_rows.rows_of(self.actor, kind)
            waiting = proposals.open_proposals(self.actor)
        shown = {
            "kind": kind,
            "kinds": [(one, wording.of("contract_kind", one).label) for one in SHOWN_FIRST],
            "rows": _rows_shown(kind, rows, book=book, today=self.today),
            "waiting": len(waiting),
            "may_propose": self.actor.may("contracts.propose"),
        }
        return render(request, "eligibility/contracts.html", shown)


class Propose(ContractView):
    """One new row, for a second person to approve."""

    right = "contracts.propose"

    def get(self, request: HttpRequest) -> HttpResponse:
        kind = self.kind(request)
        initial = {name: value[:200] for name, value in request.GET.items()}
        form = ProposalForm(None, kind=kind, book=self.book, initial={"first_day": self.today, **initial})
        return self._page(request, kind, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        kind = self.kind(request)
        form = ProposalForm(request.POST, kind=kind, book=self.book)
        if form.is_valid():
            change = ProposedChange(kind, [form.row])
            try:
                with acting(self.actor):
                    (public_id,) = propose_changes(
                        self.actor, [change], reason=form.cleaned_data["why"], booked_on=self.today
                    )
            except FieldErrors as wrong:
                form.refuse(wrong)
            except DomainError as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(request, _("Proposed. It counts once a second person has approved it."))
                return redirect("eligibility:proposal", public_id)
        return self._page(request, kind, form, status=422)

    def _page(self, request: HttpRequest, kind: str, form: ProposalForm, *, status: int = 200) -> HttpResponse:
        shown = {
            "kind": kind,
            "form": form,
            "countries": [(one.alpha_2, law_words.country(one.alpha_2)) for one in pycountry.countries],
        }
        return render(request, "eligibility/propose.html", shown, status=status)


class Inbox(ContractView):
    """What awaits a second person, and what was settled last."""

    def get(self, request: HttpRequest) -> HttpResponse:
        with acting(self.actor):
            book = current_law_book(self.actor)
            waiting = proposals.open_proposals(self.actor)
            settled = proposals.settled_proposals(self.actor, limit=LATEST)
        shown = {
            "waiting": [_proposal_shown(one, book, most=3) for one in waiting],
            "settled": [_proposal_shown(one, book, most=1) for one in settled],
            "may_propose": self.actor.may("contracts.propose"),
        }
        return render(request, "eligibility/proposals.html", shown)


class Proposal(ContractView):
    """One proposal: what it changes, why, and who may do what with it."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return _proposal_page(self, request, public_id)


class Settle(ContractView):
    """The second person approves or rejects; whoever proposed takes it back."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        answer, reason = request.POST.get("answer", ""), request.POST.get("reason", "")[:2_000]
        try:
            with acting(self.actor):
                proposals.proposal_by_public_id(self.actor, public_id)
                done = self._settled(answer, public_id, reason)
        except ProposalUnknown:
            raise Http404 from None
        except NotAllowed as refused:
            raise PermissionDenied(refused.message) from refused
        except FieldErrors as wrong:
            for one in wrong.errors:
                messages.error(request, one.message)
            return _proposal_page(self, request, public_id, status=422)
        messages.success(request, done)
        return redirect("eligibility:proposals")

    def _settled(self, answer: str, public_id: str, reason: str) -> str:
        if answer == "approve":
            approve_proposals(self.actor, [public_id], booked_on=self.today, reason=reason)
            return _("Approved: the rows are entered.")
        if answer == "reject":
            reject_proposals(self.actor, [public_id], reason=reason, booked_on=self.today)
            return _("Rejected: nothing changes.")
        withdraw_proposals(self.actor, [public_id], reason=reason, booked_on=self.today)
        return _("Withdrawn: nothing changes.")


def _proposal_page(view: ContractView, request: HttpRequest, public_id: str, *, status: int = 200) -> HttpResponse:
    actor = view.actor
    with acting(actor):
        try:
            found = proposals.proposal_by_public_id(actor, public_id)
        except ProposalUnknown:
            raise Http404 from None
        book = current_law_book(actor)
    shown = {
        "proposal": _proposal_shown(found, book, most=len(found.rows)),
        "may_settle": found.is_open and not found.is_own and actor.may("contracts.approve"),
        "may_withdraw": found.is_open and found.is_own,
    }
    return render(request, "eligibility/proposal.html", shown, status=status)


def _rows_shown(kind: str, rows: Iterable[ContractRow], *, book: LawBook, today: date) -> list[RowShown]:
    """In force, to come, past; of two that say something about the same, the later one counts."""
    shown = []
    covered: set[tuple[str, str]] = set()
    for found in reversed(list(rows)):
        columns = row_words.OF_ROW[kind](found.row)
        subject = row_words.subject(kind, columns, book=book)
        state = _state(found.row.first_day, found.row.end_day, today)
        says = row_words.says(kind, columns, book=book)
        about = (subject, str(columns.get("reading", "")) if kind == "grid" else "")
        is_replaced = state == "current" and about in covered
        if state == "current":
            covered.add(about)
        in_force = law_words.in_force(found.row.first_day, found.row.end_day)
        shown.append(RowShown(subject, says, in_force, state, is_replaced, found))
    return sorted(shown, key=lambda one: (STATES[one.state], not one.found.is_own, one.subject))


def _state(first: date, end: date | None, today: date) -> str:
    if first > today:
        return "future"
    return "past" if end is not None and end <= today else "current"


def _proposal_shown(found: ProposalRow, book: LawBook, *, most: int) -> ProposalShown:
    changes = [_change_shown(found.kind, row, book) for row in found.rows[:most]]
    return ProposalShown(found, changes, len(found.rows) - len(changes))


def _change_shown(kind: str, row: Mapping[str, Any], book: LawBook) -> ChangeShown:
    end = row.get("end_day")
    return ChangeShown(
        subject=row_words.subject(kind, row, book=book),
        before=row_words.before(kind, row, book=book),
        after=row_words.says(kind, row, book=book),
        in_force=law_words.in_force(
            date.fromisoformat(row["first_day"]), date.fromisoformat(end) if end is not None else None
        ),
        reference={"text": row["reference_text"], "url": row["reference_url"]},
    )
