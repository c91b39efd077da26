"""How much is engaged on buyers and groups over all policyholders; the insurer's own limits on groups."""

from __future__ import annotations

import csv
import io
from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.accounts.acting import acting
from capweb.kernel.errors import FieldErrors
from policies.commands.group_buyers import GroupLimitWish, answer_group_limits, propose_group_limits
from policies.queries import accumulations
from policies.queries.accumulations import SORTS, Accumulation, GroupShown
from policies.web.shell import DeskView, carried_out, page_shown, whole_number

PAGE_ROWS: Final = 50
MOST_EXPORTED: Final = 100_000
DONE: Final = {
    "confirm": gettext_lazy("Confirmed: the limit holds from its day on."),
    "turn_down": gettext_lazy("Turned down: nothing has changed."),
    "take_back": gettext_lazy("Taken back: nothing has changed."),
}


class GroupLimitForm(forms.Form):
    """The insurer's own limit on a group."""

    amount = forms.DecimalField(
        label=gettext_lazy("Limit in euro"),
        help_text=gettext_lazy("Primary limits, top-ups and offers of all policyholders together. Empty lifts it."),
        required=False,
        min_value=0,
        max_digits=15,
        decimal_places=2,
    )
    effective_on = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class Accumulations(DeskView):
    """Groups, or buyers, the largest first."""

    right = "buyers.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        by = "buyer" if request.GET.get("by") == "buyer" else "group"
        sort = request.GET.get("sort", "-total")
        if sort.lstrip("-") not in SORTS:
            sort = "-total"
        text = request.GET.get("text", "").strip()[:100]
        with acting(self.actor):
            page = accumulations.accumulations(
                self.actor,
                on=self.on,
                by=by,
                text=text,
                sort=sort,
                page=whole_number(request.GET.get("page")),
                size=PAGE_ROWS,
            )
        shown = {
            "rows": page.rows,
            "page": page_shown(page, size=PAGE_ROWS),
            "by": by,
            "text": text,
            "sort": sort,
            "on": self.on,
        }
        return render(request, "policies/accumulations.html", shown)


class AccumulationsFile(DeskView):
    """The same list as a CSV file, all rows of it."""

    right = "buyers.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        by = "buyer" if request.GET.get("by") == "buyer" else "group"
        with acting(self.actor):
            rows = accumulations.accumulations(self.actor, on=self.on, by=by, size=MOST_EXPORTED).rows
        response = HttpResponse("\ufeff" + _csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="accumulations-{by}-{self.on.isoformat()}.csv"'
        return response


class BuyerGroup(DeskView):
    """One group: what is engaged on it, its buyers, its limits."""

    right = "buyers.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return _page(self, request, public_id, GroupLimitForm(initial={"effective_on": self.on}))

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _group(self, public_id)
        self.actor.must_be_allowed("group_limits.propose")
        form = GroupLimitForm(request.POST)
        if form.is_valid():
            try:
                propose_group_limits(self.actor, [GroupLimitWish(public_id, **form.cleaned_data)], on=self.on)
            except FieldErrors as wrong:
                for one in wrong.errors:
                    form.add_error(one.field, one.message)
            else:
                messages.success(request, _("Proposed: another person confirms the limit."))
                return redirect("policies:buyer_group", public_id)
        return _page(self, request, public_id, form, status=422)


class AnswerGroupLimit(DeskView):
    """Confirm, turn down or take back the limit of a group."""

    right = "group_limits.propose"

    def post(self, request: HttpRequest, public_id: str, limit: str) -> HttpResponse:
        found = _group(self, public_id)
        if limit not in {one.public_id for one in found.limits}:
            raise Http404
        step = request.POST.get("step", "")
        if step in DONE:
            carried_out(
                request,
                lambda: answer_group_limits(self.actor, [limit], step, on=self.on),
                done=str(DONE[step]),
            )
        return redirect("policies:buyer_group", public_id)


def _page(
    view: DeskView, request: HttpRequest, public_id: str, form: GroupLimitForm, *, status: int = 200
) -> HttpResponse:
    found = _group(view, public_id)
    with acting(view.actor):
        total = accumulations.accumulations(view.actor, on=view.on, group=public_id, size=1).rows
        buyers = accumulations.accumulations(view.actor, on=view.on, by="buyer", group=public_id, size=200).rows
    shown = {
        "group": found,
        "sums": next(iter(total), None),
        "rows": buyers,
        "form": form if view.actor.may("group_limits.propose") else None,
        "may_confirm": view.actor.may("group_limits.confirm"),
        "me": view.actor.name,
    }
    return render(request, "policies/buyer_group.html", shown, status=status)


def _group(view: DeskView, public_id: str) -> GroupShown:
    with acting(view.actor):
        found = accumulations.group_shown(view.actor, public_id, on=view.on)
    if found is None:
        raise Http404
    return found


def _csv(rows: list[Accumulation]) -> str:
    out = io.StringIO()
    table = csv.writer(out, delimiter=";")
    heads = [
        _("Name"), _("Number"), _("Group"), _("Buyers"), _("Policyholders"), _("Primary limits"), _("Top-ups"),
        _("of which ceded"), _("Open offers"), _("Engaged in all"), _("Own limit"), _("Used"),
    ]  # fmt: skip
    table.writerow(heads)
    for row in rows:
        cells = [row.name, row.identifier, row.group_name, row.buyers, row.policyholders, row.primary, row.top_up,
                 row.ceded, row.held, row.total, "" if row.limit is None else row.limit,
                 "" if row.used is None else round(row.used, 4)]  # fmt: skip
        table.writerow([_safe(str(cell)) for cell in cells])
    return out.getvalue()


def _safe(cell: str) -> str:
    """A name is no formula, whatever it begins with."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
