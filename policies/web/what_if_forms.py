"""The form of a what-if run: the day, other readings, a draft of law typed or sent as a file, begun from a leaf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.kernel.errors import FieldError
from eligibility.domain import draft_law
from eligibility.domain.law import LawBook
from eligibility.domain.tables import DEFAULT_READING
from eligibility.queries import reading_words
from policies.commands.what_if import LARGEST_TITLE, Wish

READING: Final = "reading_"


@dataclass(frozen=True, slots=True)
class DraftError:
    """A mistake of the draft: where, what the line says, what is wrong."""

    line: int | None
    field: str
    written: str
    message: str


class WhatIfForm(forms.Form):
    """What is to be tried. The questions are those that the insurer's law book leaves open."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("Shown in the list of runs, such as “Parity halved”."),
        max_length=LARGEST_TITLE,
        required=False,
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        help_text=gettext_lazy("Each guarantee is judged as its renewal on this day would be."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    leaf = forms.ChoiceField(label=gettext_lazy("Begin from a leaf of the law"), required=False)
    draft = forms.CharField(
        label=gettext_lazy("Draft of law"),
        help_text=gettext_lazy(
            "One or several leaves as the law's files hold them, each begun by a line “leaf: its path” and parted by a "
            "line “---”. Tables of grids, countries, zones and tariffs are taken too: their rows are entered last."
        ),
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "code-field", "wrap": "off"}),
        required=False,
        strip=False,
        max_length=draft_law.LARGEST_CHARACTERS,
    )
    file = forms.FileField(
        label=gettext_lazy("Draft of law as a file"),
        help_text=gettext_lazy("YAML; put in the place of what is typed."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.txt"}),
        required=False,
    )

    def __init__(self, *args: Any, book: LawBook, on: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"day": on})
        super().__init__(*args, **kwargs)
        self.book = book
        self.on = on
        self.draft_errors: list[DraftError] = []
        leaf = self.fields["leaf"]
        assert isinstance(leaf, forms.ChoiceField)
        leaf.choices = [("", _("choose a leaf")), *_leaves(book)]
        for question, rivals in book.readings.items():
            self.fields[READING + question] = _reading_field(book, question, rivals, on=on)

    @property
    def readings(self) -> list[BoundField]:
        """The fields of the questions, in the order of the book."""
        return [self[name] for name in self.fields if name.startswith(READING)]

    @property
    def has_readings(self) -> bool:
        """Whether one of the questions has been given another answer."""
        return any(field.value() for field in self.readings)

    def clean_file(self) -> str:
        """The text of the file. UTF-8, as YAML is."""
        file = self.cleaned_data.get("file")
        if not file:
            return ""
        if file.size > draft_law.LARGEST_CHARACTERS * 4:
            raise forms.ValidationError(_("The file is too large for a draft of law."))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not written in UTF-8.")) from None

    @property
    def wish(self) -> Wish:
        """What a valid form asks for."""
        given = self.cleaned_data
        readings = {name.removeprefix(READING): given[name] for name in given if name.startswith(READING)}
        return Wish(
            title=given["title"],
            day=given["day"],
            readings={question: name for question, name in readings.items() if name},
            draft=given["file"] or given["draft"],
        )

    def take_errors(self, errors: Sequence[FieldError]) -> None:
        """Show what the command refused: the draft's mistakes by their lines, all others at their fields."""
        written = self.wish.draft.replace("\r\n", "\n").split("\n")
        for error in errors:
            if error.field == "day":
                self.add_error("day", _("The books are on a later day: choose the business day or one after it."))
            elif error.field in ("title", "readings") and error.line is None:
                self.add_error(None, error.message)
            else:
                line = error.line
                text = written[line - 1] if line is not None and 0 < line <= len(written) else ""
                self.draft_errors.append(DraftError(line, error.field, text.strip()[:200], error.message))
        if self.draft_errors:
            self.add_error("draft", _("The draft cannot be taken as it is: see below, line by line."))
        if self.cleaned_data.get("file"):
            # What the errors speak of is shown, so that it can be mended here.
            self.data = {**self.data.dict(), "draft": self.cleaned_data["file"]}  # type: ignore[attr-defined]


def _leaves(book: LawBook) -> list[tuple[str, list[tuple[str, str]]]]:
    """The leaves of the law by their folder."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in book.parameters:
        folder, _slash, name = path.rpartition("/")
        found.setdefault(folder, []).append((path, f"{folder}/{name}"))
    return list(found.items())


def _reading_field(book: LawBook, question: str, rivals: Sequence[str], *, on: date) -> forms.ChoiceField:
    """One open question: as the book reads it on the day, or one of the other readings."""
    chosen = dict(book.chosen_on(on)).get(question)
    told = _("as today: %(reading)s") % {"reading": reading_words.label(question, chosen)}
    others: list[tuple[str, str]] = [(name, reading_words.label(question, name)) for name in rivals if name != chosen]
    if chosen is not None:
        others.insert(0, (DEFAULT_READING, reading_words.label(question, None)))
    number = reading_words.register(question)
    label = reading_words.question(question)
    return forms.ChoiceField(
        label=f"{label} ({number})" if number else label, choices=[("", told), *others], required=False
    )
