"""What the pages of this room have in common: an insurer's actor, the business day, page numbers, errors told in words.

Every view acts once: it opens acting(actor), asks one thing inward, and shows rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from capweb import clock
from capweb.accounts.actor import Actor
from capweb.http import wording
from capweb.http.permissions import ActorView
from capweb.kernel.errors import DomainError
from policies.domain import row_messages
from policies.domain.row_messages import UnreadableFile
from policies.queries.pages import Page

# Anticipated errors of the commands as people are told them; the command's own sentence is English and for clients.
TOLD: Final[Mapping[str, object]] = {
    "not_allowed": _("Your role does not allow this."),
    "request_unknown": _("There is no such request, or it is not yours to see."),
    "not_referred_to_underwriter": _("This case does not wait for an underwriter any more: see its present state."),
    "above_maximum": _("The amount is above the maximum that the rules allow, or above the need."),
    "nothing_to_renew": _("None of these guarantees has a running term that you may renew."),
    "offer_unknown": _("There is no such offer, or it is not yours to answer."),
    "offer_closed": _("This offer has been answered already, or it has expired."),
    "no_longer_grantable": _("Today's law and facts no longer allow this grant; the request shows the reasons."),
    "day_not_next": _("Nights are opened one after another; this day lies before the last one."),
    "illegal_move": _("That is not possible from where it stands now: see its present state."),
    "needs_two_people": _("You opened this dossier: another person enters the authority's decision."),
    "mediation_does_not_fit": _("The mediator examines what was refused or granted in part; this request was neither."),
    "mediation_open": _("This request is before the mediator already."),
    "buyer_asked_for_anew": _(
        "Another request on this buyer is under way or was granted: the old one is not judged beside it."
    ),
    "confirmed_by_another": _("You proposed this: another person answers it."),
    "identity_change_not_yet": _("A change is confirmed from the day on which it takes effect."),
    "identity_change_overtaken": _(
        "Another change of these buyers came first: take this one back and propose it anew."
    ),
    "short_notices_wait": _("A cut at short notice on the old buyer waits for its second person: answer it first."),
    "renewed_by_another": _(
        "Two buyers became one: the renewal is asked for by the guarantee on the buyer that remains."
    ),
    "renewal_settlement_unknown": _("This proposal has been used or is not yours to see."),
    "exception_does_not_fit": _("No authority lifts this limit for this request."),
    "exception_under_way": _("The same exception has been asked for and is not decided yet."),
    "evidence_refused": _("The file is not kept: a PDF, PNG or JPEG of at most 10 MB is expected."),
    "nobody_to_write_to": _("Nobody at the recipient has an e-mail address here: send the letter by post."),
    "cover_not_cut": _("The last decision on this buyer took nothing away: there is nothing to seek elsewhere."),
    "top_up_stands": _("A top-up on this buyer is in force or offered: cover is not lacking."),
    "top_up_not_available": _("The rules give no top-up on this buyer; the waiver is for those who could have one."),
    "ceiling_reached": _("The envelope has no room left for this amount."),
}


class DeskView(ActorView, View):
    """A page for an insurer's actors: its own people, brokers and policyholders; `self.on` is the business day."""

    actor: Actor

    @cached_property
    def on(self) -> date:
        return clock.business_day()


@dataclass(frozen=True, slots=True)
class Tab:
    """One state of a list, with how many rows stand in it."""

    code: str
    label: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class PageShown:
    """Which rows of a list are shown: from, to, of how many."""

    first: int
    last: int
    total: int
    has_previous: bool
    has_next: bool
    previous_number: int
    next_number: int


def page_shown(page: Page[Any], *, size: int) -> PageShown:
    first = (page.number - 1) * size
    return PageShown(
        first=first + 1 if page.rows else 0,
        last=first + len(page.rows),
        total=page.total,
        has_previous=page.has_previous,
        has_next=page.has_next,
        previous_number=page.number - 1,
        next_number=page.number + 1,
    )


def tabs(
    kind: str, codes: Iterable[str], *, counts: Mapping[str, int], current: str, everything: str = ""
) -> list[Tab]:
    """One tab for each state that is common or current, and one for all of them, in the gender of what is listed."""
    shown = [
        Tab(code, str(wording.of(kind, code).label), counts.get(code, 0), code == current)
        for code in codes
        if counts.get(code) or code == current
    ]
    return [*shown, Tab("all", everything or gettext("All"), sum(counts.values()), current == "all")]


def whole_number(text: str | None, *, default: int = 1) -> int:
    """A number from an address; whatever is no number is the default."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else default


def told(error: DomainError) -> str:
    """An anticipated error in the reader's language."""
    if isinstance(error, UnreadableFile):
        return row_messages.sentence(error.reason, error.parameters, translate=gettext)
    return told_by_code(error.code, otherwise=error.message)


def told_by_code(code: str, *, otherwise: str) -> str:
    return str(TOLD.get(code, otherwise))


def carried_out(request: HttpRequest, act: Callable[[], Any], *, done: str) -> Any:
    """Run a command; flash `done`, or what keeps it from being carried out. Its answer, None on an error."""
    try:
        answer = act()
    except DomainError as error:
        messages.error(request, told(error))
        return None
    messages.success(request, done)
    return answer
