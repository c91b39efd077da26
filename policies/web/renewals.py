"""The renewal radar: what ends soon, week by week and line by line, and what today's rules would give for it.

Brokers and policyholders see their own and ask, one, many or by file; an insurer's people see the whole wave. Referred
renewals are answered on a page of their own: proposed by one person, confirmed by another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.http import wording
from capweb.http.typed import AmountField
from capweb.kernel.errors import DomainError
from eligibility.domain import explain
from policies.commands.ask_renewals_by_file import RenewalLine, RenewalReceipt, ask_renewals_by_file
from policies.commands.foresee_renewals import OUTLOOKS, Foreseen, WeekAhead, foresee, look_ahead, with_headroom
from policies.commands.settle_renewals import (
    RenewalAnswer,
    confirm_renewal_answers,
    propose_renewal_answers,
    take_back_renewal_answers,
    turn_down_renewal_answers,
)
from policies.domain import row_messages
from policies.domain.row_messages import RowError
from policies.queries import renewal_radar
from policies.queries.pages import Page, bounds
from policies.web import facts_shown
from policies.web.shell import DeskView, carried_out, page_shown, told, whole_number

PAGE_ROWS: Final = 50
MOST_REFERRED: Final = 500
HORIZONS: Final = (5, 15, 30, 60, 92)
STEPS: Final = {
    "confirm": confirm_renewal_answers,
    "turn_down": turn_down_renewal_answers,
    "take_back": take_back_renewal_answers,
}


class RenewalFileForm(forms.Form):
    """A file of guarantee numbers."""

    file = forms.FileField(
        label=gettext_lazy("File of guarantees to renew"),
        help_text=gettext_lazy(
            "CSV or XLSX, to 5,000 lines, with one column “guarantee”: numbers of guarantees or of endorsements."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )


class AnswerForm(forms.Form):
    """How the ticked renewals are answered; one amount for all of them, or the most of each."""

    amount = AmountField(
        label=gettext_lazy("Amount of each, in euro"),
        help_text=gettext_lazy("Empty: the most that can be approved of each."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at, as it stands in the address."""

    days: int
    week: date | None
    product: str
    asked: str
    outlook: str

    def takes(self, one: Foreseen) -> bool:
        """Whether a line is among what is looked at, its week aside."""
        return (
            self.product in ("", one.row.product)
            and self.outlook in ("", one.outlook)
            and (not self.asked or (self.asked == "yes") == (one.row.renewal_id is not None))
        )

    def span(self, on: date) -> tuple[date, date]:
        """After which day, and by which, the terms end."""
        last = on + timedelta(days=self.days)
        if self.week is None:
            return on, last
        return max(on, self.week - timedelta(days=1)), min(last, self.week + timedelta(days=6))


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line with the days that are left, why the outlook is so, and what would make it renewable, in words."""

    one: Foreseen
    days_left: int
    why: list[str]
    would: list[str]


@dataclass(frozen=True, slots=True)
class WeekShown:
    """A week with how many of each outlook, and for how much now."""

    week: WeekAhead
    last_day: date
    parts: list[tuple[str, int, Decimal]]
    is_current: bool


class Renewals(DeskView):
    """What ends within some days."""

    right = "guarantees.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        return _radar(self, request, RenewalFileForm())


class RenewalFile(DeskView):
    """Ask for the renewal of what a file names; each line is told what became of it."""

    right = "renewals.write"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = RenewalFileForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                receipt = ask_renewals_by_file(self.actor, file.read(), file_name=file.name or "", on=self.on)
            except DomainError as error:
                form.add_error("file", told(error))
            else:
                return _radar(self, request, RenewalFileForm(), receipt=receipt)
        return _radar(self, request, form, status=422)


class ReferredRenewals(DeskView):
    """Renewals asked for that the rules refer today, and the answers that wait for a second person or stand."""

    right = "exceptions.read"  # an insurer's own people, whatever their role

    def get(self, request: HttpRequest) -> HttpResponse:
        return _referred(self, request, AnswerForm())


class ProposeAnswers(DeskView):
    """Propose to approve or refuse the ticked renewals."""

    right = "renewals.settle"

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = request.POST.getlist("guarantee")[:MOST_REFERRED]
        form = AnswerForm(request.POST)
        if not chosen:
            messages.warning(request, _("Tick at least one line first."))
        if not chosen or not form.is_valid():
            return _referred(self, request, form, chosen=chosen, status=422)
        amount = form.cleaned_data["amount"]
        approve = request.POST.get("answer") == "approve"
        told_of = propose_renewal_answers(
            self.actor,
            [
                RenewalAnswer(
                    guarantee=one,
                    approve=approve,
                    reason=form.cleaned_data["reason"],
                    amount=Decimal(amount) if approve and amount is not None else None,
                )
                for one in chosen
            ],
            on=self.on,
        )
        _tell_proposed(request, [one.message for one in told_of])
        return redirect("policies:referred_renewals")


class AnswerProposals(DeskView):
    """Confirm, turn down or take back what was proposed; the command holds who may do which."""

    right = "renewals.settle"

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = request.POST.getlist("settlement")[:MOST_REFERRED]
        step = STEPS.get(request.POST.get("step", ""))
        if not chosen or step is None:
            messages.warning(request, _("Tick at least one line first."))
            return redirect("policies:referred_renewals")
        done = {
            "confirm": _("Confirmed. The night of the last day judges again and carries it out."),
            "turn_down": _("Turned down: the renewal waits for another answer."),
            "take_back": _("Taken back: the renewal waits for another answer."),
        }[request.POST["step"]]
        carried_out(request, lambda: step(self.actor, chosen, on=self.on), done=done)
        return redirect("policies:referred_renewals")


def _tell_proposed(request: HttpRequest, refusals: list[str]) -> None:
    taken = refusals.count("")
    if taken:
        done = ngettext(
            "Proposed: another person confirms it.", "%(count)s proposed: another person confirms them.", taken
        )
        messages.success(request, done % {"count": taken})
    for sentence in dict.fromkeys(one for one in refusals if one):
        messages.error(request, sentence)


def _radar(
    view: DeskView,
    request: HttpRequest,
    form: RenewalFileForm,
    *,
    receipt: RenewalReceipt | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, on = view.actor, view.on
    wanted = _wanted(request)
    page_wanted = whole_number(request.GET.get("page"))
    with acting(actor):
        weeks, found = look_ahead(actor, after=on, last=on + timedelta(days=wanted.days), week=wanted.week, on=on)
        if found is None:
            lines, page = _counted_page(view, weeks, wanted, page_wanted)
        else:
            lines, page = _judged_page([one for one in found if wanted.takes(one)], page_wanted)
        lines = with_headroom(lines)
    products = sorted({one.product for week in weeks for one in week.products})
    shown: dict[str, Any] = {
        "wanted": wanted,
        "horizons": HORIZONS,
        "products": products,
        "weeks": [_week_shown(week, current=wanted.week) for week in weeks],
        "outlooks": OUTLOOKS if found is not None else (),
        "rows": [_line_shown(one, on=on) for one in lines],
        "page": page_shown(page, size=PAGE_ROWS),
        "form": form,
        "receipt": receipt,
        "receipt_lines": [(line, _line_error(line)) for line in _refused_first(receipt)],
        "may_renew": actor.may("renewals.write"),
        "may_settle": actor.may("renewals.settle"),
        "is_insurer": actor.is_insurer,
    }
    return render(request, "policies/renewals.html", shown, status=status)


def _referred(
    view: DeskView,
    request: HttpRequest,
    form: AnswerForm,
    *,
    chosen: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, on = view.actor, view.on
    with acting(actor):
        rows = renewal_radar.lines(
            actor, after=on, last=on + timedelta(days=HORIZONS[-1]), on=on, asked=True, limit=MOST_REFERRED
        )
        found = foresee(actor, rows, on=on)
    open_ones = [one for one in found if one.outlook == "referred" and one.row.settlement is None]
    shown = {
        "open": [_line_shown(one, on=on) for one in open_ones],
        "proposed": [_line_shown(one, on=on) for one in found if one.row.settlement_status == "proposed"],
        "confirmed": [_line_shown(one, on=on) for one in found if one.row.settlement_status == "confirmed"],
        "form": form,
        "chosen": chosen or [],
        "me": actor.name,
        "most": MOST_REFERRED if len(rows) == MOST_REFERRED else 0,
        "may_settle": actor.may("renewals.settle"),
        "may_confirm": actor.may("renewals.confirm"),
    }
    return render(request, "policies/referred_renewals.html", shown, status=status)


def _judged_page(lines: list[Foreseen], number: int) -> tuple[list[Foreseen], Page[Foreseen]]:
    inside, pages, first = bounds(total=len(lines), number=number, size=PAGE_ROWS)
    shown = lines[first : first + PAGE_ROWS]
    return shown, Page(shown, inside, pages, len(lines))


def _counted_page(
    view: DeskView, weeks: list[WeekAhead], wanted: Wanted, number: int
) -> tuple[list[Foreseen], Page[Foreseen]]:
    """Of a wave too large to judge as a whole, the lines of one page are."""
    total = _total(weeks, wanted)
    inside, pages, first = bounds(total=total, number=number, size=PAGE_ROWS)
    after, last = wanted.span(view.on)
    rows = renewal_radar.lines(
        view.actor,
        after=after,
        last=last,
        on=view.on,
        product=wanted.product,
        asked={"yes": True, "no": False}.get(wanted.asked),
        offset=first,
        limit=PAGE_ROWS,
    )
    shown = foresee(view.actor, rows, on=view.on)
    return shown, Page(shown, inside, pages, total)


def _wanted(request: HttpRequest) -> Wanted:
    days = whole_number(request.GET.get("days"), default=30)
    asked = request.GET.get("asked", "")
    try:
        week = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        week = None
    return Wanted(
        days if days in HORIZONS else 30,
        None if week is None else week - timedelta(days=week.weekday()),
        request.GET.get("product", "")[:30],
        asked if asked in ("yes", "no") else "",
        request.GET.get("outlook", "") if request.GET.get("outlook") in OUTLOOKS else "",
    )


def _total(weeks: list[WeekAhead], wanted: Wanted) -> int:
    """How many lines the filters leave, from what was counted already."""
    parts = [
        one
        for week in weeks
        if wanted.week in (None, week.week)
        for one in week.products
        if wanted.product in ("", one.product)
    ]
    return sum(
        one.asked if wanted.asked == "yes" else one.count - one.asked if wanted.asked == "no" else one.count
        for one in parts
    )


def _week_shown(week: WeekAhead, *, current: date | None) -> WeekShown:
    parts: list[tuple[str, int, Decimal]] = [
        (code, week.outlooks[code].count, week.outlooks[code].amount) for code in OUTLOOKS if code in week.outlooks
    ]
    return WeekShown(week, week.until, parts, current == week.week)


def _line_shown(one: Foreseen, *, on: date) -> LineShown:
    language = get_language() or "fr"
    why = [explain.sentence(reason, language) for reason in one.reasons]
    if one.why:
        why.append(str(wording.of("renewal_why", one.why).label))
    if one.waits_for:
        why.append(str(wording.of("waits_for", one.waits_for).label))
    would = [facts_shown.change(room.changed) for room in one.headroom]
    return LineShown(one, (one.row.cover_end - on).days, list(dict.fromkeys(why)), would)


def _refused_first(receipt: RenewalReceipt | None) -> list[RenewalLine]:
    lines = [] if receipt is None else receipt.lines
    return sorted(lines, key=lambda one: one.outcome != "refused")


def _line_error(line: RenewalLine) -> str:
    if not isinstance(line.error, RowError):
        return ""
    return row_messages.sentence(line.error.code, line.error.parameters, translate=_)
