"""The form by which a change of a treaty is proposed, one for each kind of change; the command reads what is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from capweb.http import wording
from capweb.http.typed import AmountField, CodeField, CountField, DayField, RatioField
from capweb.kernel.errors import FieldErrors
from reinsurance.domain.treaty_changes import COUNTRY, END, OPEN, TERMS

REPORTING: Final = [("3", _("each quarter")), ("1", _("each month"))]
COVERED: Final = [("yes", _("covered")), ("no", _("not covered"))]


class TreatyChangeForm(forms.Form):
    """One change of one kind, with its reference and the reason."""

    def __init__(
        self,
        data: QueryDict | None,
        *,
        kind: str,
        reinsurers: list[tuple[str, str]],
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        own = {OPEN: _opening, TERMS: _terms, END: _end, COUNTRY: _country}[kind](reinsurers)
        for name, field in {**own, **_common()}.items():
            self.fields[name] = field
        self.own_names = list(own)

    @property
    def own(self) -> list[forms.BoundField]:
        """What would be agreed."""
        return [self[name] for name in self.own_names]

    @property
    def common(self) -> list[forms.BoundField]:
        """By which document, and why."""
        return [self[name] for name in self.fields if name not in self.own_names]

    @property
    def change(self) -> dict[str, object]:
        """The fields of the change by name."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "why" and value not in (None, "")}
        if "is_covered" in found:
            found["is_covered"] = found["is_covered"] == "yes"
        return found

    def refuse(self, error: FieldErrors) -> None:
        """The command's mistakes at their fields."""
        for one in error.errors:
            name = one.field.rpartition(".")[2]
            name = {"reason": "why"}.get(name, name)
            self.add_error(name if name in self.fields else None, one.message)


def _opening(reinsurers: list[tuple[str, str]]) -> dict[str, forms.Field]:
    return {
        "kind": _choice(_("Kind of guarantee"), wording.choices("kind")),
        "market": _choice(_("Market"), wording.choices("market")),
        "reinsurer": _choice(_("Reinsurer"), reinsurers),
        "first_day": DayField(label=_("In force from"), required=True),
        "end_day": DayField(
            label=_("Until, this day no longer included"), help_text=_("Empty: as long as the law lets it run.")
        ),
        **_share_fields(),
    }


def _terms(_reinsurers: list[tuple[str, str]]) -> dict[str, forms.Field]:
    return {"first_day": DayField(label=_("In force from"), required=True), **_share_fields()}


def _end(_reinsurers: list[tuple[str, str]]) -> dict[str, forms.Field]:
    return {
        "end_day": DayField(
            label=_("First day after the treaty"),
            help_text=_("Earlier than agreed: the treaty is ended. Later: it is prolonged, within the law's window."),
            required=True,
        )
    }


def _country(_reinsurers: list[tuple[str, str]]) -> dict[str, forms.Field]:
    return {
        "country": CodeField(label=_("Country"), length=2, list="countries", help_text=_("Or a zone below.")),
        "zone": _choice(_("Zone"), [("", "–"), *((str(n), str(n)) for n in (1, 2, 3, 4))], required=False),
        "is_covered": _choice(_("Cover"), COVERED),
        "first_day": DayField(label=_("In force from"), required=True),
    }


def _share_fields() -> dict[str, forms.Field]:
    return {
        "ceded_ratio": RatioField(label=_("Ceded share"), help_text=_("Such as 95 %."), required=True),
        "ceding_commission": RatioField(label=_("Ceding commission"), help_text=_("Empty: none.")),
        "reporting_months": _choice(_("Bordereaux"), REPORTING),
        "settlement_days": CountField(label=_("Settlement within days"), help_text=_("Empty: not agreed.")),
        "large_loss_amount": AmountField(label=_("Losses advised at once from"), help_text=_("Empty: not agreed.")),
        "cash_call_amount": AmountField(label=_("Cash call from"), help_text=_("Empty: not agreed.")),
        "loss_order": _choice(_("Who bears a loss first"), wording.choices("loss_order")),
    }


def _common() -> dict[str, forms.Field]:
    return {
        "reference": forms.CharField(
            label=_("Document"),
            help_text=_("Treaty or amendment, with its number and day."),
            max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        ),
        "why": forms.CharField(
            label=_("Why"),
            help_text=_("The second person reads it."),
            max_length=2_000,
            widget=forms.Textarea(attrs={"rows": 3}),
        ),
    }


def _choice(label: object, choices: Any, *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required)  # type: ignore[arg-type]
