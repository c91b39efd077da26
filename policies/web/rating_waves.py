"""Waves of ratings: a sector or a list of buyers rated down, seen before it is done, confirmed by a second person."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.accounts.acting import acting
from capweb.kernel.errors import DomainError, FieldErrors
from eligibility.queries.law_book import current_law_book
from policies.commands.rate_down_sector import (
    WavePreview,
    WaveWish,
    confirm_wave,
    preview_of,
    preview_wave,
    propose_wave,
    take_back_wave,
    turn_down_wave,
)
from policies.commands.record_buyer_activities import is_activity_code
from policies.domain import bulk_text
from policies.domain.buyer_lists import buyers_in
from policies.queries import rating_waves
from policies.web.shell import DeskView, carried_out, told

SHOWN: Final = 200
STEPS: Final = {"confirm": confirm_wave, "turn_down": turn_down_wave, "take_back": take_back_wave}


class WaveForm(forms.Form):
    """Which buyers, to which grade, and why. What a file holds is put into the list, where it can be read."""

    sector = forms.CharField(
        label=gettext_lazy("Sector: beginning of the activity's code"),
        help_text=gettext_lazy("49, 49.4 or 49.41A. Empty where buyers are named below."),
        required=False,
        max_length=6,
    )
    buyers = forms.CharField(
        label=gettext_lazy("Buyers, one a line"),
        help_text=gettext_lazy("A SIREN, or a country and a number: DE HRB 4711."),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(
        label=gettext_lazy("or a text or CSV file of them"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
    )
    to_grade = forms.ChoiceField(label=gettext_lazy("New grade"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None, files: Any = None, *, grades: list[str]) -> None:
        super().__init__(data, files)
        self.fields["to_grade"].choices = [(one, one) for one in grades]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        sector = (given.get("sector") or "").strip().upper()
        listed = given.get("buyers") or ""
        if given.get("file"):
            try:
                listed = f"{listed}\n{bulk_text.text_of(given['file'].read(), file=given['file'].name or '')[0]}"
            except DomainError as error:
                self.add_error("file", told(error))
        given["sector"], given["keys"] = sector, buyers_in(listed)
        if bool(sector) == bool(given["keys"]):
            self.add_error("sector", _("Give either a sector or a list of buyers."))
        elif sector and not is_activity_code(sector):
            self.add_error("sector", _("An activity is written as 49.41A."))
        return given

    def wish(self) -> WaveWish:
        given = self.cleaned_data
        return WaveWish(to_grade=given["to_grade"], sector=given["sector"], buyers=given["keys"])

    def kept(self) -> dict[str, str]:
        """What the second button sends again: a file's buyers as a list."""
        given = self.cleaned_data
        listed = "\n".join(f"{country} {identifier}" for country, identifier in given["keys"])
        names = ("sector", "to_grade", "reason")
        return {**{name: given.get(name) or "" for name in names}, "buyers": listed}


class RatingWaves(DeskView):
    """The waves, and making one: first what it would do, then the proposal."""

    right = "rating_waves.propose"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, WaveForm(grades=self._grades()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WaveForm(request.POST, request.FILES, grades=self._grades())
        preview: WavePreview | None = None
        if form.is_valid():
            try:
                if request.POST.get("step") == "propose":
                    wave = propose_wave(self.actor, form.wish(), reason=form.cleaned_data["reason"], on=self.on)
                    messages.success(request, _("Proposed: another person confirms the wave."))
                    return redirect("policies:rating_wave", wave)
                with acting(self.actor):
                    preview = preview_wave(self.actor, form.wish(), on=self.on)
            except FieldErrors as wrong:
                for one in wrong.errors:
                    form.add_error(one.field if one.field in form.fields else None, one.message)
        return self._page(request, form, preview=preview, status=200 if preview else 422)

    def _grades(self) -> list[str]:
        with acting(self.actor):
            return list(current_law_book(self.actor).on(self.on).scales.get(self.actor.insurer_code, ()))

    def _page(
        self, request: HttpRequest, form: WaveForm, *, preview: WavePreview | None = None, status: int = 200
    ) -> HttpResponse:
        with acting(self.actor):
            waves = rating_waves.listed(self.actor)
        shown = {"form": form, "waves": waves, "preview": preview, "most": SHOWN}
        if preview is not None:
            shown["kept"] = form.kept()
        return render(request, "policies/rating_waves.html", shown, status=status)


class RatingWave(DeskView):
    """One wave: what it would do today while it waits, who proposed and who answered it."""

    right = "rating_waves.propose"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            try:
                wave = rating_waves.detail(self.actor, public_id)
            except rating_waves.WaveUnknown:
                raise Http404 from None
            preview = preview_of(self.actor, public_id, on=self.on) if wave.status == "proposed" else None
        shown = {
            "wave": wave,
            "preview": preview,
            "most": SHOWN,
            "is_open": wave.status == "proposed",
            "may_confirm": self.actor.may("rating_waves.confirm") and wave.proposed_by != self.actor.name,
        }
        return render(request, "policies/rating_wave.html", shown)


class AnswerRatingWave(DeskView):
    """Confirm, turn down or take back a wave."""

    right = "rating_waves.propose"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            try:
                rating_waves.detail(self.actor, public_id)
            except rating_waves.WaveUnknown:
                raise Http404 from None
        step = STEPS.get(request.POST.get("step", ""))
        done = {
            "confirm": _("Confirmed: the buyers are rated from today; the night announces the cuts."),
            "turn_down": _("Turned down: nothing has changed."),
            "take_back": _("Taken back: nothing has changed."),
        }
        if step is not None:
            carried_out(request, lambda: step(self.actor, public_id, on=self.on), done=done[request.POST["step"]])
        return redirect("policies:rating_wave", public_id)
