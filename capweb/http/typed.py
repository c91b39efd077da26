"""What people type into forms, read kindly and refused clearly: amounts, percentages, whole numbers, codes, days.

"300 000,50 €", "300000.50" and "300,000.50" are one amount; "4 %", "4,0 %" and "0.04" one ratio. Everything is bounded
before it is read, since anybody may type here.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.http import writing

SPACES: Final = re.compile(r"[\s\u00a0\u202f'’€]+")
GROUPS: Final = re.compile(r"[0-9]{1,3}(,[0-9]{3})+\Z")
FIGURE: Final = re.compile(r"[0-9]{1,14}(\.[0-9]{1,8})?\Z")
LONGEST: Final = 30


class _Typed(forms.CharField):
    """One short line of text."""

    def __init__(self, *, label: object, help_text: object = "", required: bool = False, **attributes: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", **attributes})
        super().__init__(
            label=label,  # type: ignore[arg-type]
            help_text=help_text,  # type: ignore[arg-type]
            required=required,
            max_length=LONGEST,
            widget=widget,
        )


class AmountField(_Typed):
    """An amount in euro, to the cent; cleans to text as facts take it, or None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(inputmode="decimal", **options)

    def clean(self, value: Any) -> str | None:
        typed = _figure(super().clean(value))
        if typed is None:
            return None
        amount = Decimal(typed)
        if amount != amount.quantize(Decimal("0.01")):
            raise forms.ValidationError(_("An amount has at most two decimals."))
        return typed


class RatioField(_Typed):
    """A percentage or a ratio from 0 to 1; cleans to the ratio as text, or None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(inputmode="decimal", **options)

    def clean(self, value: Any) -> str | None:
        text = super().clean(value)
        is_percent = text.rstrip().endswith("%")
        typed = _figure(text.rstrip().removesuffix("%"))
        if typed is None:
            return None
        ratio = Decimal(typed) / 100 if is_percent else Decimal(typed)
        if ratio > 1:
            raise forms.ValidationError(_("A share is at most the whole. Write 4 % or 0.04."))
        exact = ratio.quantize(Decimal("0.00000001"))
        if exact != ratio:
            raise forms.ValidationError(_("At most six decimals of a percent are read."))
        return format(exact.normalize(), "f")


class CountField(_Typed):
    """A whole number; cleans to an int, or None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(inputmode="numeric", **options)

    def clean(self, value: Any) -> int | None:
        typed = SPACES.sub("", super().clean(value))
        if not typed:
            return None
        if GROUPS.match(typed):
            typed = typed.replace(",", "")
        if not typed.isascii() or not typed.isdecimal() or len(typed) > 8:
            raise forms.ValidationError(_("A whole number of at most eight digits is expected."))
        return int(typed)


class CodeField(_Typed):
    """A code of capital letters: country or currency."""

    def __init__(self, *, length: int, **options: Any) -> None:
        super().__init__(**options)
        self.length = length

    def clean(self, value: Any) -> str | None:
        typed = str(super().clean(value)).strip().upper()
        if not typed:
            return None
        if len(typed) != self.length or not typed.isascii() or not typed.isalpha():
            raise forms.ValidationError(_("A code of %(n)s letters is expected.") % {"n": self.length})
        return typed


class FlagField(forms.TypedChoiceField):
    """Yes, no, or not known."""

    def __init__(self, *, label: object, help_text: object = "") -> None:
        super().__init__(
            label=label,  # type: ignore[arg-type]
            help_text=help_text,  # type: ignore[arg-type]
            required=False,
            choices=[
                ("", gettext_lazy("not known")),
                ("yes", gettext_lazy("yes")),
                ("no", gettext_lazy("no")),
            ],
            coerce=lambda typed: typed == "yes",
            empty_value=None,
        )


class DayField(forms.DateField):
    """A day of the calendar from 1900 to 2099; cleans to a date, or None."""

    def __init__(self, *, label: object, help_text: object = "", required: bool = False) -> None:
        super().__init__(
            label=label,  # type: ignore[arg-type]
            help_text=help_text,  # type: ignore[arg-type]
            required=required,
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )

    def clean(self, value: Any) -> Any:
        found = super().clean(value[:LONGEST] if isinstance(value, str) else value)
        if found is not None and not 1900 <= found.year < 2100:
            raise forms.ValidationError(_("A day from 1900 to 2099 is expected."))
        return found


def _figure(text: str) -> str | None:
    """A plain figure with a point, None for nothing. Raises ValidationError for what is no figure."""
    typed = SPACES.sub("", text)
    if not typed:
        return None
    if "," in typed and "." in typed:
        decimal = max(",.", key=typed.rfind)
        typed = typed.replace("," if decimal == "." else ".", "").replace(",", ".")
    elif GROUPS.match(typed) and (typed.count(",") > 1 or not writing.is_french()):
        typed = typed.replace(",", "")
    else:
        typed = typed.replace(",", ".")
    if not typed.isascii() or not FIGURE.match(typed):
        raise forms.ValidationError(_("A figure such as 150 000 or 150000.50 is expected."))
    return typed
