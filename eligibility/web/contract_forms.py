"""The form by which a row is proposed, one for each kind of table; what is typed is read by the command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.http import wording
from capweb.http.typed import AmountField, CodeField, CountField, DayField, RatioField
from capweb.kernel.errors import FieldErrors
from eligibility.domain.law import LawBook
from eligibility.domain.tables import DEFAULT_READING
from eligibility.queries import law_words, reading_words

NONE: Final = [("", gettext_lazy("nobody: it holds as it is"))]
ALL_OF_THEM: Final = [("", gettext_lazy("all"))]
# A reading is chosen as one option: the question and the name of the reading, parted by this sign.
PARTED: Final = "/"


class ProposalForm(forms.Form):
    """One row of one kind with its days, its source and the reason."""

    def __init__(
        self, data: QueryDict | None, *, kind: str, book: LawBook, initial: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.kind = kind
        own = _own_fields(kind, book)
        common = _common_fields()
        for name, field in {**own, **common}.items():
            self.fields[name] = field
        self.own_names = list(own)
        self.common_names = list(common)

    @property
    def own(self) -> list[forms.BoundField]:
        """What the row says."""
        return [self[name] for name in self.own_names]

    @property
    def common(self) -> list[forms.BoundField]:
        """From when to when, by which source, and why."""
        return [self[name] for name in self.common_names]

    @property
    def row(self) -> dict[str, object]:
        """The columns of the row by name."""
        found = {name: "" if value is None else value for name, value in self.cleaned_data.items() if name != "why"}
        if self.kind == "reading":
            question, _sign, reading = str(found.pop("reading")).partition(PARTED)
            found |= {"question": question, "reading": reading, "reason": self.cleaned_data["why"]}
        return found

    def refuse(self, error: FieldErrors) -> None:
        """The command's mistakes at their fields."""
        for one in error.errors:
            name = one.field.rpartition(".")[2]
            field = {"reason": "why", "question": "reading"}.get(name, name)
            self.add_error(field if field in self.fields else None, one.message)


def _own_fields(kind: str, book: LawBook) -> dict[str, forms.Field]:
    if kind == "grid":
        return {
            "market": _choice(gettext_lazy("Market"), wording.choices("market")),
            "grades": _text(gettext_lazy("Grades"), gettext_lazy("Such as 6, or 2-4, or A,B.")),
            "category": _choice(gettext_lazy("Category"), [("1", "1"), ("2", "2"), ("3", "3")]),
            "maximum": AmountField(
                label=gettext_lazy("Maximum of these grades"), help_text=gettext_lazy("Empty: that of the category.")
            ),
            "referred_to": _choice(gettext_lazy("Decided by"), [*NONE, *wording.choices("referral")], required=False),
        }
    if kind == "scale":
        return {"grades": _text(gettext_lazy("Grades, best first"), gettext_lazy("Such as 1-10, or 10-0."))}
    if kind == "country":
        return {
            "country": CodeField(label=gettext_lazy("Country"), length=2, required=True, list="countries"),
            "status": _choice(gettext_lazy("Status"), wording.choices("country_status")),
            "referred_to": _choice(gettext_lazy("Decided by"), [*NONE, *wording.choices("referral")], required=False),
            "is_assumed": forms.BooleanField(
                label=gettext_lazy("Assumed: no source states it for this country"), required=False
            ),
        }
    if kind == "zone":
        return {
            "country": CodeField(label=gettext_lazy("Country"), length=2, required=True, list="countries"),
            "zone": _choice(gettext_lazy("Zone"), [(str(n), str(n)) for n in (1, 2, 3, 4)]),
        }
    return _tariff_fields() if kind == "tariff" else _law_fields(kind, book)


def _tariff_fields() -> dict[str, forms.Field]:
    return {
        "product": _choice(gettext_lazy("Product"), wording.choices("product")),
        "quarterly_rate": RatioField(
            label=gettext_lazy("Rate a quarter"), help_text=gettext_lazy("Such as 0,875 %."), required=True
        ),
        "category": _choice(
            gettext_lazy("Category"), [*ALL_OF_THEM, *((str(n), str(n)) for n in (1, 2, 3))], required=False
        ),
        "zone": _choice(
            gettext_lazy("Zone"), [*ALL_OF_THEM, *((str(n), str(n)) for n in (1, 2, 3, 4))], required=False
        ),
        "longest_payment_days": CountField(
            label=gettext_lazy("Longest payment term in days"), help_text=gettext_lazy("Empty: any.")
        ),
        "is_illustrative": forms.BooleanField(
            label=gettext_lazy("Illustrative: not a price of the scheme"), required=False
        ),
    }


def _law_fields(kind: str, book: LawBook) -> dict[str, forms.Field]:
    if kind == "reading":
        return {"reading": _choice(gettext_lazy("Question and reading"), list(_reading_choices(book)))}
    leaves = sorted((law_words.title(one), path) for path, one in book.parameters.items())
    return {
        "path": _choice(gettext_lazy("Value of the law"), [(path, title) for title, path in leaves]),
        "value": _text(
            gettext_lazy("Value"),
            gettext_lazy("As the law file writes it: 400000, 0.80, 90. “unset” takes an earlier entry back."),
        ),
        "confidence": _choice(gettext_lazy("Kind of source"), wording.choices("confidence")),
    }


def _reading_choices(book: LawBook) -> Iterable[tuple[str, Any]]:
    for question, names in book.readings.items():
        options = [(f"{question}{PARTED}{DEFAULT_READING}", _standard(question))]
        options += [(f"{question}{PARTED}{name}", reading_words.label(question, name)) for name in names]
        yield reading_words.question(question), options


def _standard(question: str) -> str:
    return _("as a rule: %(label)s") % {"label": reading_words.label(question, None)}


def _common_fields() -> dict[str, forms.Field]:
    return {
        "first_day": DayField(label=gettext_lazy("In force from"), required=True),
        "end_day": DayField(
            label=gettext_lazy("Until, this day no longer included"), help_text=gettext_lazy("Empty: without end.")
        ),
        "reference_text": _text(
            gettext_lazy("Source"), gettext_lazy("Contract, letter or text, with article and day."), longest=400
        ),
        "reference_url": _text(
            gettext_lazy("Address of the source"),
            gettext_lazy("Where the document is kept; it begins with https://."),
            required=False,
            longest=400,
        ),
        "published": DayField(label=gettext_lazy("Day of the source")),
        "why": forms.CharField(
            label=gettext_lazy("Why"),
            help_text=gettext_lazy("The second person reads it."),
            max_length=2_000,
            widget=forms.Textarea(attrs={"rows": 3}),
        ),
    }


def _choice(label: object, choices: Any, *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required)  # type: ignore[arg-type]


def _text(label: object, help_text: object = "", *, required: bool = True, longest: int = 400) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=required,
        max_length=longest,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
