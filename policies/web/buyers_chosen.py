"""Which buyers a wave takes, as people say it: the beginning of an activity's code, a list, or a small file of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.kernel.errors import DomainError
from policies.commands.record_buyer_activities import is_activity_code
from policies.domain import bulk_text
from policies.domain.buyer_lists import buyers_in
from policies.web.shell import told


class BuyersChosenForm(forms.Form):
    """A sector or a list, not both. What a file holds is put into the list, where it can be read (`keys`)."""

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

    def kept(self) -> dict[str, str]:
        """What the second button sends again: every other field as it was typed, a file's buyers as a list."""
        listed = "\n".join(f"{country} {identifier}" for country, identifier in self.cleaned_data["keys"])
        names = [name for name in self.fields if name not in ("buyers", "file")]
        return {**{name: str(self.data.get(name) or "") for name in names}, "buyers": listed}
