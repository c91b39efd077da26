"""Messages: the inbox of the portal, the desk's log with what was not delivered, one message, sending it again."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib import messages as flashes
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from capweb import clock
from capweb.accounts.acting import acting
from capweb.kernel.errors import DomainError
from policies.commands.read_messages import open_message
from policies.commands.send_mails import send_again
from policies.documents import renewals_calendar
from policies.queries import guarantees, messages
from policies.queries.messages import MessageUnknown
from policies.web.shell import DeskView, page_shown, told, whole_number

PAGE_ROWS: Final = 50
# A term lasts three months, so this is all that runs.
CALENDAR_DAYS: Final = 120
CALENDAR_ROWS: Final = 5_000
AT_THE_DESK: Final = ("", "failed", "post")
IN_THE_PORTAL: Final = ("", "unread")


class Messages(DeskView):
    """The messages that the actor may read: in the portal the unread ones first, at the desk the newest."""

    right = "messages.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        tabs = AT_THE_DESK if self.actor.is_insurer else IN_THE_PORTAL
        only = request.GET.get("only", "")
        text = request.GET.get("text", "").strip()[:100]
        if only not in tabs:
            only = ""
        with acting(self.actor):
            page = messages.inbox(
                self.actor,
                on=self.on,
                only=only,
                text=text,
                page=whole_number(request.GET.get("page")),
                size=PAGE_ROWS,
            )
            if self.actor.is_insurer:
                counts = {"failed": messages.undelivered(self.actor, on=self.on)}
            else:
                counts = {"unread": messages.unread(self.actor, on=self.on)}
        return render(
            request,
            "policies/messages.html",
            {
                "rows": page.rows,
                "page": page_shown(page, size=PAGE_ROWS),
                "tabs": [(tab, counts.get(tab, 0)) for tab in tabs],
                "only": only,
                "text": text,
                "is_desk": self.actor.is_insurer,
            },
        )


class Message(DeskView):
    """One message with what it is about and its mails; opened by its recipient, it counts as read."""

    right = "messages.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        try:
            found = open_message(self.actor, public_id, on=self.on)
        except MessageUnknown:
            raise Http404 from None
        return render(
            request,
            "policies/message.html",
            {
                "found": found,
                "line": found.line,
                "is_desk": self.actor.is_insurer,
                "may_send": self.actor.may("messages.send"),
                "may_answer": found.line.template == "offer_made" and self.actor.may("offers.answer"),
            },
        )


class RenewalsCalendar(DeskView):
    """The last days of running terms as a calendar file, with alarms before each."""

    right = "guarantees.read"

    def get(self, _request: HttpRequest) -> HttpResponse:
        at = clock.instant()
        with acting(self.actor):
            terms = guarantees.renewals_due(self.actor, on=self.on, within_days=CALENDAR_DAYS, limit=CALENDAR_ROWS)
        return HttpResponse(
            renewals_calendar.of(terms, at=at, address=settings.PUBLIC_ADDRESS),
            content_type="text/calendar; charset=utf-8",
            headers={
                "Content-Disposition": 'attachment; filename="renouvellements.ics"',
                "Cache-Control": "private, no-store",
            },
        )


class SendAgain(DeskView):
    """Mail a message once more to the recipient's people."""

    right = "messages.send"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        try:
            count = send_again(self.actor, public_id, on=self.on)
        except MessageUnknown:
            raise Http404 from None
        except DomainError as error:
            flashes.error(request, told(error))
        else:
            done = ngettext("It is mailed again to one address.", "It is mailed again to %(count)s addresses.", count)
            flashes.success(request, done % {"count": count})
        return redirect("policies:message", public_id)
