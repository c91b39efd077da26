"""Waves of limits (D-29): a sector's limits cut at once, seen before it is done, confirmed by another, proved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from capweb.accounts.acting import acting
from capweb.http import wording, writing
from capweb.http.typed import AmountField, DayField, RatioField
from capweb.kernel.errors import FieldErrors
from policies.commands.cut_limits_by_sector import (
    LimitWavePreview,
    LimitWaveWish,
    confirm_limit_wave,
    preview_limit_wave,
    preview_of_limits,
    propose_limit_wave,
    take_back_limit_wave,
    turn_down_limit_wave,
)
from policies.documents.notice_proof import proof_csv
from policies.domain.notice_proof import Proof
from policies.queries import limit_waves
from policies.queries.limit_waves import WaveLine
from policies.web.buyers_chosen import BuyersChosenForm
from policies.web.shell import DeskView, carried_out

SHOWN: Final = 200
STEPS: Final = {
    "confirm": confirm_limit_wave,
    "turn_down": turn_down_limit_wave,
    "take_back": take_back_limit_wave,
}


class LimitWaveForm(BuyersChosenForm):
    """Whose limits, by how much, from when, and why."""

    measure = forms.ChoiceField(label=gettext_lazy("What is done"))
    share = RatioField(label=gettext_lazy("Share taken of each"), help_text=gettext_lazy("30 % or 0.3"))
    to_amount = AmountField(
        label=gettext_lazy("Amount left of each, in euro"), help_text=gettext_lazy("Lower limits stay as they are.")
    )
    not_before = DayField(
        label=gettext_lazy("Not before"),
        help_text=gettext_lazy("Empty: the first day after the notice, which begins when a second person confirms."),
        required=False,
    )
    exceptional_case = forms.ChoiceField(
        label=gettext_lazy("Exceptional case"),
        help_text=gettext_lazy("Then the cuts count at once, without the days of notice; the reason must bear it."),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["measure"].choices = wording.choices("cut_measure")  # type: ignore[attr-defined]
        self.fields["exceptional_case"].choices = [  # type: ignore[attr-defined]
            ("", pgettext_lazy("exceptional case", "none")),
            *wording.choices("exceptional_case"),
        ]

    def wish(self) -> LimitWaveWish:
        given = self.cleaned_data
        measure = given["measure"]
        return LimitWaveWish(
            measure=measure,
            share=Decimal(given["share"]) if measure == "share" and given["share"] else None,
            to_amount=Decimal(given["to_amount"]) if measure == "to_amount" and given["to_amount"] else None,
            sector=given["sector"],
            buyers=given["keys"],
            not_before=given["not_before"],
            exceptional_case=given["exceptional_case"],
        )


class LimitWaves(DeskView):
    """The waves, and making one: first what it would do, then the proposal."""

    right = "limit_waves.propose"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, LimitWaveForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = LimitWaveForm(request.POST, request.FILES)
        preview: LimitWavePreview | None = None
        if form.is_valid():
            try:
                if request.POST.get("step") == "propose":
                    wave = propose_limit_wave(self.actor, form.wish(), reason=form.cleaned_data["reason"], on=self.on)
                    messages.success(request, _("Proposed: another person confirms the wave."))
                    return redirect("policies:limit_wave", wave)
                with acting(self.actor):
                    preview = preview_limit_wave(self.actor, form.wish(), on=self.on)
            except FieldErrors as wrong:
                for one in wrong.errors:
                    form.add_error(one.field if one.field in form.fields else None, one.message)
        return self._page(request, form, preview=preview, status=200 if preview else 422)

    def _page(
        self,
        request: HttpRequest,
        form: LimitWaveForm,
        *,
        preview: LimitWavePreview | None = None,
        status: int = 200,
    ) -> HttpResponse:
        with acting(self.actor):
            waves = limit_waves.listed(self.actor)
        shown = {"form": form, "waves": waves, "preview": preview, "most": SHOWN}
        if preview is not None:
            shown["kept"] = form.kept()
        return render(request, "policies/limit_waves.html", shown, status=status)


class LimitWave(DeskView):
    """One wave: what it would do today while it waits, who proposed and who answered it."""

    right = "limit_waves.propose"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        wave = _found(self, public_id)
        preview = None
        if wave.status == "proposed":
            with acting(self.actor):
                preview = preview_of_limits(self.actor, public_id, on=self.on)
        shown = {
            "wave": wave,
            "preview": preview,
            "most": SHOWN,
            "is_open": wave.status == "proposed",
            "may_confirm": self.actor.may("limit_waves.confirm") and wave.proposed_by != self.actor.name,
        }
        return render(request, "policies/limit_wave.html", shown)


class AnswerLimitWave(DeskView):
    """Confirm, turn down or take back a wave."""

    right = "limit_waves.propose"

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        _found(self, public_id)
        step = STEPS.get(request.POST.get("step", ""))
        done = {
            "confirm": _("Confirmed: the limits are cut, and each policyholder is told."),
            "turn_down": _("Turned down: nothing has changed."),
            "take_back": _("Taken back: nothing has changed."),
        }
        if step is not None:
            carried_out(request, lambda: step(self.actor, public_id, on=self.on), done=done[request.POST["step"]])
        return redirect("policies:limit_wave", public_id)


class ProofOfNotice(DeskView):
    """Who was told of a wave, by which letter and message, when it went, and from when it counts."""

    right = "documents.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        wave, rows = _proved(self, public_id)
        told = [one for one in rows if one.outcome == "told"]
        shown = {
            "wave": wave,
            "rows": rows[:SHOWN],
            "most": SHOWN,
            "more": max(len(rows) - SHOWN, 0),
            "told": len(told),
            "sent": sum(one.sent_at is not None for one in told),
            "by_post": sum(not one.recipient for one in told),
            "read": sum(one.read_at is not None for one in told),
        }
        return render(request, "policies/proof_of_notice.html", shown)


class ProofFile(DeskView):
    """The same as CSV, every line of it."""

    right = "documents.read"

    def get(self, _request: HttpRequest, public_id: str) -> HttpResponse:
        _wave, rows = _proved(self, public_id)
        return HttpResponse(
            proof_csv(rows, separator=";" if writing.is_french() else ","),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{public_id}-proof.csv"'},
        )


def _found(view: DeskView, public_id: str) -> WaveLine:
    with acting(view.actor):
        try:
            return limit_waves.detail(view.actor, public_id)
        except limit_waves.WaveUnknown:
            raise Http404 from None


def _proved(view: DeskView, public_id: str) -> tuple[WaveLine, list[Proof]]:
    """A confirmed wave with its proof, for the insurer's own people; of another there is none."""
    if not view.actor.is_insurer:
        raise Http404
    wave = _found(view, public_id)
    if wave.status != "confirmed":
        raise Http404
    with acting(view.actor):
        return wave, limit_waves.proof(view.actor, public_id)
