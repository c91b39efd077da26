"""Buyers that were absorbed or have another number: seen before it is done, proposed, confirmed by a second person."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb import clock
from capweb.accounts.acting import acting
from capweb.kernel.errors import FieldErrors
from policies.commands.change_identities import (
    CorrectionWish,
    IdentityPreview,
    IdentityWish,
    preview_identity_change,
    preview_of,
    propose_identity_changes,
    take_back_identity_change,
    turn_down_identity_change,
)
from policies.commands.follow_identities import confirm_identity_changes
from policies.queries import identity_changes
from policies.queries.identity_changes import IdentityChangeLine
from policies.web.shell import DeskView, carried_out

SHOWN: Final = 200


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class IdentityForm(forms.Form):
    """Which buyer becomes which, from when, by which announcement."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[
            ("merger", gettext_lazy("Absorbed by another buyer")),
            ("renumbering", gettext_lazy("New SIREN or registration number")),
        ],
    )
    old_country = forms.CharField(label=gettext_lazy("Country of the buyer"), max_length=2, initial="FR")
    old_identifier = forms.CharField(label=gettext_lazy("Number of the buyer until now"), max_length=40)
    new_country = forms.CharField(label=gettext_lazy("Country it is followed under"), max_length=2, initial="FR")
    new_identifier = forms.CharField(label=gettext_lazy("Number it is followed under"), max_length=40)
    new_name = forms.CharField(
        label=gettext_lazy("Name, where this number is not known here"), max_length=200, required=False
    )
    effective_on = forms.DateField(label=gettext_lazy("From"), widget=_day())
    reference = forms.CharField(
        label=gettext_lazy("Announcement"),
        help_text=gettext_lazy("Its reference, as BODACC A n° 20200132, 1234: the evidence."),
        max_length=200,
    )
    reason = forms.CharField(
        label=gettext_lazy("Remark"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def wish(self) -> IdentityWish:
        given = self.cleaned_data
        numbers = {name: "".join(given[name].upper().split()) for name in ("old_country", "new_country")}
        for name in ("old", "new"):
            written = given[f"{name}_identifier"].strip()
            is_french = numbers[f"{name}_country"] == "FR"
            numbers[f"{name}_identifier"] = "".join(written.split()) if is_french else written
        told = {name: str(given[name]) for name in ("kind", "reference", "new_name", "reason")}
        return IdentityWish(effective_on=given["effective_on"], **numbers, **told)

    def kept(self) -> dict[str, str]:
        """What the second button sends again."""
        given = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        return {name: value.isoformat() if isinstance(value, date) else str(value) for name, value in given.items()}


class CorrectionForm(forms.Form):
    """From when a change that was wrong no longer counts, by which evidence and why."""

    effective_on = forms.DateField(label=gettext_lazy("From"), widget=_day())
    reference = forms.CharField(label=gettext_lazy("Evidence"), max_length=200)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class IdentityChanges(DeskView):
    """The changes, and making one: first what it would move, then the proposal."""

    right = "identity_changes.propose"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, IdentityForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = IdentityForm(request.POST)
        preview: IdentityPreview | None = None
        if form.is_valid():
            try:
                if request.POST.get("step") == "propose":
                    (change,) = propose_identity_changes(self.actor, [form.wish()], on=self.on)
                    messages.success(request, _("Proposed: another person confirms the change."))
                    return redirect("policies:identity_change", change)
                with acting(self.actor):
                    preview = preview_identity_change(self.actor, form.wish(), on=self.on)
            except FieldErrors as wrong:
                _add(form, wrong)
        return self._page(request, form, preview=preview, status=200 if preview else 422)

    def _page(
        self, request: HttpRequest, form: IdentityForm, *, preview: IdentityPreview | None = None, status: int = 200
    ) -> HttpResponse:
        with acting(self.actor):
            changes = identity_changes.listed(self.actor)
        shown: dict[str, Any] = {"form": form, "changes": changes, "preview": preview, "most": SHOWN}
        if preview is not None:
            shown["kept"] = form.kept()
        return render(request, "policies/identity_changes.html", shown, status=status)


class IdentityChange(DeskView):
    """One change: what it would move today while it waits, who proposed and who answered it, and its correction."""

    right = "identity_changes.propose"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return _page_of(self, request, public_id, CorrectionForm(initial={"effective_on": self.on}))


class AnswerIdentityChange(DeskView):
    """Confirm, turn down or take back a change."""

    right = "identity_changes.propose"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _found(self, public_id)
        step = request.POST.get("step", "")
        if step == "confirm":
            carried_out(
                request,
                lambda: confirm_identity_changes(self.actor, [public_id], on=self.on, at=clock.instant()),
                done=_("Confirmed: cover, limits and requests have followed; the night judges again."),
            )
        elif step == "turn_down":
            carried_out(
                request,
                lambda: turn_down_identity_change(self.actor, public_id, on=self.on),
                done=_("Turned down: nothing has changed."),
            )
        elif step == "take_back":
            carried_out(
                request,
                lambda: take_back_identity_change(self.actor, public_id, on=self.on),
                done=_("Taken back: nothing has changed."),
            )
        return redirect("policies:identity_change", public_id)


class CorrectIdentityChange(DeskView):
    """Propose that a confirmed change was wrong."""

    right = "identity_changes.propose"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _found(self, public_id)
        form = CorrectionForm(request.POST)
        if form.is_valid():
            try:
                wish = CorrectionWish(change=public_id, **form.cleaned_data)
                (correction,) = propose_identity_changes(self.actor, [wish], on=self.on)
            except FieldErrors as wrong:
                _add(form, wrong)
            else:
                messages.success(request, _("Proposed: another person confirms the correction."))
                return redirect("policies:identity_change", correction)
        return _page_of(self, request, public_id, form, status=422)


def _page_of(
    view: DeskView, request: HttpRequest, public_id: str, form: CorrectionForm, *, status: int = 200
) -> HttpResponse:
    change = _found(view, public_id)
    with acting(view.actor):
        preview = preview_of(view.actor, public_id, on=view.on) if change.status == "proposed" else None
    shown = {
        "change": change,
        "preview": preview,
        "most": SHOWN,
        "is_open": change.status == "proposed",
        "is_ahead": change.effective_on > view.on,
        "may_confirm": view.actor.may("identity_changes.confirm") and change.proposed_by != view.actor.name,
        "correction": form if _may_be_corrected(change) else None,
    }
    return render(request, "policies/identity_change.html", shown, status=status)


def _may_be_corrected(change: IdentityChangeLine) -> bool:
    return change.status == "confirmed" and change.kind != "correction" and change.corrected_by is None


def _found(view: DeskView, public_id: str) -> IdentityChangeLine:
    with acting(view.actor):
        try:
            return identity_changes.detail(view.actor, public_id)
        except identity_changes.IdentityChangeUnknown:
            raise Http404 from None


def _add(form: forms.Form, wrong: FieldErrors) -> None:
    for one in wrong.errors:
        form.add_error(one.field if one.field in form.fields else None, one.message)
