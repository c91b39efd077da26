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
from capweb.kernel.errors import FieldErrors
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
from policies.queries import rating_waves
from policies.web.buyers_chosen import BuyersChosenForm
from policies.web.shell import DeskView, carried_out

SHOWN: Final = 200
STEPS: Final = {"confirm": confirm_wave, "turn_down": turn_down_wave, "take_back": take_back_wave}


class WaveForm(BuyersChosenForm):
    """Which buyers, to which grade, and why."""

    to_grade = forms.ChoiceField(label=gettext_lazy("New grade"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None, files: Any = None, *, grades: list[str]) -> None:
        super().__init__(data, files)
        self.fields["to_grade"].choices = [(one, one) for one in grades]  # type: ignore[attr-defined]

    def wish(self) -> WaveWish:
        given = self.cleaned_data
        return WaveWish(to_grade=given["to_grade"], sector=given["sector"], buyers=given["keys"])


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
