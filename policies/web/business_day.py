"""A sandbox's business day moved by hand: every night in between is run, one after another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from capweb import clock
from capweb.http import writing
from capweb.http.permissions import ActorView
from capweb.kernel.errors import DomainError
from capweb.kernel.periods import add_months
from policies.commands.open_night import open_night
from policies.web.forms import DayForm
from policies.web.shell import told

# A page must answer: more nights than this are the work of `manage.py advance_day`.
MOST_DAYS: Final = 100


class BusinessDay(ActorView, View):
    """Where the books stand, and in a sandbox the way forward."""

    right = "business_day.write"
    for_platform = True
    for_insurers = False

    def get(self, request: HttpRequest) -> HttpResponse:
        today = clock.business_day()
        form = DayForm(after=today, initial={"to": add_months(today, 1)})
        return render(request, "policies/business_day.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        now = clock.installation()
        if not now.is_sandbox:
            raise PermissionDenied
        form = DayForm(request.POST, after=now.business_day)
        step = request.POST.get("step")
        if step == "day":
            last = now.business_day + timedelta(days=1)
        elif step == "month":
            last = add_months(now.business_day, 1)
        elif form.is_valid():
            last = form.cleaned_data["to"]
        else:
            return render(request, "policies/business_day.html", {"form": form}, status=422)
        if (last - now.business_day).days > MOST_DAYS:
            form.add_error("to", _("At most %(days)s days at once.") % {"days": MOST_DAYS})
            return render(request, "policies/business_day.html", {"form": form}, status=422)
        self._open_nights(request, now.business_day, last)
        return redirect("policies:business_day")

    def _open_nights(self, request: HttpRequest, before: date, last: date) -> None:
        done: dict[str, int] = {}
        try:
            for ahead in range(1, (last - before).days + 1):
                report = open_night(before + timedelta(days=ahead), at=clock.instant())
                for counts in report.insurers.values():
                    for name, count in counts.items():
                        done[name] = done.get(name, 0) + count
                if report.ledger_differences:
                    messages.error(request, _("The ledger does not agree with its transfers: tell the administrator."))
                    return
        except DomainError as error:
            messages.error(request, told(error))
            return
        messages.success(
            request,
            _(
                "The books are on %(day)s: %(renewed)s renewed, %(lapsed)s lapsed, %(expired)s offers expired, "
                "%(notices)s notices sent."
            )
            % {
                "day": writing.day(last),
                "renewed": done.get("renewed", 0),
                "lapsed": done.get("lapsed", 0),
                "expired": done.get("offers_expired", 0),
                "notices": done.get("notices", 0),
            },
        )
