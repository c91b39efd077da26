"""The simulator's form: only what the product needs is asked for; what is left empty is a fact that is not known.

Fields bear the names of the facts (`buyer.grade`), so that the address of a case, its YAML and the API say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.http import wording
from capweb.http.typed import AmountField, CodeField, CountField, DayField, FlagField, RatioField
from capweb.kernel.errors import DomainError, FieldErrors
from eligibility.domain.law import LawBook
from eligibility.queries import law_words, rating_translator, reading_words

COMPLEMENT: Final = ("reduction", "partial_grant")
SUBSTITUTION: Final = ("refusal", "cessation")
ALL: Final = frozenset({"cap", "cap_plus", "cap_francexport", "cap_francexport_plus"})
COMPLEMENTS: Final = frozenset({"cap", "cap_francexport"})
SUBSTITUTIONS: Final = ALL - COMPLEMENTS
AT_HOME: Final = frozenset({"cap", "cap_plus"})
ABROAD: Final = ALL - AT_HOME
LONGEST_GRADE: Final = 20
ALWAYS: Final = ("market", "trigger.kind", "insurer", "day")
OPTIONS: Final = ("illustrative",)
# A choice that changes what else is asked for.
REFRESHES: Final = {"class": "refreshes"}


@dataclass(frozen=True, slots=True)
class Ask:
    """One fact: in which part of the form, for which products, with which field."""

    path: str
    part: str
    products: frozenset[str]
    kind: str
    label: object
    help: object = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the form with its fields; one that `folds` is opened when something in it is filled in or wrong."""

    title: object
    fields: list[BoundField]
    folds: bool
    is_open: bool


# The words are those of the request pages, so that a fact has one name everywhere.
ASKED: Final = (
    Ask("requested_total", "cover", ALL, "amount", gettext_lazy("Cover wanted in all"),
        gettext_lazy("In euro, the primary limit included.")),
    Ask("primary.amount_before", "cover", COMPLEMENTS, "amount", gettext_lazy("Primary limit before"),
        gettext_lazy("Before the reduction, in euro.")),
    Ask("primary.amount", "cover", COMPLEMENTS, "amount", gettext_lazy("Primary limit now"),
        gettext_lazy("What the insurer still covers alone, in euro.")),
    Ask("trigger.notified_on", "cover", ALL, "day", gettext_lazy("Notified on")),
    Ask("trigger.effective_on", "cover", ALL, "day", gettext_lazy("In effect from"),
        gettext_lazy("Empty: the day of the judgement.")),
    Ask("buyer.country", "buyer", ALL, "country", gettext_lazy("Country of the buyer")),
    Ask("buyer.grade", "buyer", SUBSTITUTIONS, "grade", gettext_lazy("Grade of the buyer")),
    Ask("buyer.default_probability", "buyer", SUBSTITUTIONS, "ratio",
        gettext_lazy("Default probability in one year"), gettext_lazy("Such as 4 % or 0.04.")),
    Ask("buyer.assessed_on", "buyer", SUBSTITUTIONS, "day", gettext_lazy("Default probability assessed on")),
    Ask("buyer.created_on", "buyer", ALL, "day", gettext_lazy("Buyer registered on")),
    Ask("buyer.turnover", "buyer", AT_HOME, "amount", gettext_lazy("Turnover of the buyer")),
    Ask("buyer.balance_sheet", "buyer", AT_HOME, "amount", gettext_lazy("Balance sheet of the buyer")),
    Ask("buyer.headcount", "buyer", AT_HOME, "count", gettext_lazy("Headcount of the buyer")),
    Ask("buyer.insolvent", "buyer", ALL, "flag", gettext_lazy("Buyer insolvent")),
    Ask("buyer.construction_subcontract", "buyer", COMPLEMENTS, "flag", gettext_lazy("Construction subcontract")),
    Ask("policyholder.country", "policyholder", ALL, "country", gettext_lazy("Country of the policyholder")),
    Ask("policyholder.turnover", "policyholder", ALL, "amount", gettext_lazy("Turnover of the policyholder")),
    Ask("policyholder.factor", "policyholder", ALL, "flag", gettext_lazy("Factoring company")),
    Ask("policy.insured_ratio", "policyholder", ALL, "ratio", gettext_lazy("Insured percentage of the policy"),
        gettext_lazy("Such as 90 % or 0.90.")),
    Ask("policy.limits_set_by", "policyholder", ALL, "setter", gettext_lazy("Limits set by")),
    Ask("policy.disbursed_this_year", "policyholder", frozenset({"cap_plus"}), "amount",
        gettext_lazy("Indemnities of the policy year")),
    Ask("policy.currency", "policyholder", ABROAD, "currency", gettext_lazy("Currency of the policy")),
    Ask("sale.payment_days", "sale", ABROAD, "count", gettext_lazy("Payment term in days")),
    Ask("sale.french_share", "sale", ABROAD, "ratio", gettext_lazy("French share"),
        gettext_lazy("Such as 45 % or 0.45.")),
    Ask("sale.currency", "sale", ABROAD, "currency", gettext_lazy("Currency of the invoice")),
    Ask("others_in_force.same_policyholder", "more", SUBSTITUTIONS, "amount",
        gettext_lazy("Other substitution, same policyholder")),
    Ask("others_in_force.other_policyholders", "more", SUBSTITUTIONS, "amount",
        gettext_lazy("Other substitution, other policyholders")),
    Ask("others_in_force.other_insurers", "more", ALL, "amount", gettext_lazy("Cover with other insurers")),
    Ask("capacity.free", "more", ALL, "amount", gettext_lazy("Free room in the envelope"),
        gettext_lazy("Empty: the envelope does not bind.")),
    Ask("exception.kind", "more", ALL, "exception", gettext_lazy("Exception granted")),
    Ask("exception.granted_on", "more", ALL, "day", gettext_lazy("Exception granted on")),
    Ask("exception.amount", "more", ALL, "amount", gettext_lazy("Amount of the exception")),
)  # fmt: skip
LABELS: Final[Mapping[str, object]] = {one.path: one.label for one in ASKED}
PARTS: Final = (
    ("cover", gettext_lazy("Cover"), False),
    ("buyer", gettext_lazy("Buyer"), False),
    ("sale", gettext_lazy("Sale"), False),
    ("policyholder", gettext_lazy("Policyholder and policy"), False),
    ("more", gettext_lazy("Other cover, free room, exceptions"), True),
    ("readings", gettext_lazy("Read the texts otherwise"), True),
)


FIELDS: Final[Mapping[str, Callable[[Ask], forms.Field]]] = {
    "amount": lambda one: AmountField(label=one.label, help_text=one.help),
    "ratio": lambda one: RatioField(label=one.label, help_text=one.help),
    "count": lambda one: CountField(label=one.label, help_text=one.help),
    "flag": lambda one: FlagField(label=one.label, help_text=one.help),
    "day": lambda one: DayField(label=one.label, help_text=one.help),
    "country": lambda one: CodeField(label=one.label, help_text=one.help, length=2, list="countries"),
    "currency": lambda one: CodeField(label=one.label, help_text=one.help, length=3),
}


class SimulatorForm(forms.Form):
    """Facts of one case as anybody may type them. `document` are the facts as the API and the command take them."""

    def __init__(
        self, data: QueryDict | None, *, book: LawBook, day: date, insurer: str = "", auto_id: str = "id_%s"
    ) -> None:
        super().__init__(data, auto_id=auto_id)
        self.book = book
        self.default_day = day
        self._add_head(insurer)
        product = self.product
        for one in ASKED:
            if product in one.products:
                self.fields[one.path] = self._field(one)
        for question, names in book.readings.items():
            self.fields[f"readings.{question}"] = _reading_field(question, names)
        self.fields["illustrative"] = forms.BooleanField(
            label=gettext_lazy("Use illustrative rates where none is set"), required=False
        )

    @property
    def product(self) -> str:
        """The product that market and trigger ask for."""
        is_export = self._given("market", "domestic") == "export"
        is_complement = self._given("trigger.kind", "refusal") in COMPLEMENT
        if is_export:
            return "cap_francexport" if is_complement else "cap_francexport_plus"
        return "cap" if is_complement else "cap_plus"

    @property
    def head(self) -> list[BoundField]:
        return [self[name] for name in ALWAYS]

    @property
    def parts(self) -> Iterator[Part]:
        """The parts of the form that this product has."""
        product = self.product
        for code, title, folds in PARTS:
            names = [one.path for one in ASKED if one.part == code and product in one.products]
            if code == "readings":
                names = [name for name in self.fields if name.startswith("readings.")]
            fields = [self[name] for name in names]
            is_open = any(field.value() or field.errors for field in fields)
            if fields:
                yield Part(title, fields, folds, is_open)

    @property
    def given(self) -> list[tuple[str, str]]:
        """What was filled in, for an address that gives the same case again."""
        found = [(name, str(self.data.get(name, ""))) for name in self.fields]
        return [(name, value) for name, value in found if value]

    @property
    def document(self) -> dict[str, Any]:
        """The facts of interfaces: amounts and ratios as text, days as days, nothing where nothing is known."""
        clean = self.cleaned_data
        found: dict[str, Any] = {"day": clean["day"], "insurer": clean["insurer"], "market": clean["market"]}
        for path, value in clean.items():
            if value in (None, "") or path in (*found, *OPTIONS) or path.startswith("exception."):
                continue
            head, dot, tail = path.partition(".")
            if dot:
                found.setdefault(head, {})[tail] = value
            else:
                found[path] = value
        if clean["trigger.kind"] in SUBSTITUTION:
            found["primary"] = {"amount": "0"}
        exception = {name: clean.get(f"exception.{name}") for name in ("kind", "granted_on", "amount")}
        if exception["kind"]:
            found["exceptions"] = [{name: value for name, value in exception.items() if value is not None}]
        return found

    def clean(self) -> dict[str, Any]:
        """An exception has its kind and its day."""
        clean = self.cleaned_data
        kind, granted_on = clean.get("exception.kind"), clean.get("exception.granted_on")
        if kind and not granted_on and not self.has_error("exception.granted_on"):
            self.add_error("exception.granted_on", _("Say on which day the exception was granted."))
        if kind == "above_parity" and not clean.get("exception.amount") and not self.has_error("exception.amount"):
            self.add_error("exception.amount", _("An exception above parity has an amount."))
        if not kind and (granted_on or clean.get("exception.amount")):
            self.add_error("exception.kind", _("Say which exception was granted."))
        return clean

    def refuse(self, error: DomainError) -> None:
        """What the domain does not take, at the field where it stands, in the reader's language."""
        if isinstance(error, FieldErrors):
            for one in error.errors:
                field = one.field if one.field in self.fields else None
                if one.field.startswith("exceptions"):
                    field = "exception.kind" if "exception.kind" in self.fields else None
                self.add_error(field, _told(one.field, one.code, otherwise=one.message))
        elif error.code == "law_missing":
            self.add_error("day", _("No law of the scheme is recorded for that day."))
        else:
            self.add_error(None, error.message)

    def _add_head(self, insurer: str) -> None:
        scales = rating_translator.insurers_of(self.book)
        self.fields["market"] = forms.ChoiceField(
            label=gettext_lazy("Market"),
            choices=wording.choices("market"),
            initial="domestic",
            widget=forms.Select(attrs=REFRESHES),
        )
        self.fields["trigger.kind"] = forms.ChoiceField(
            label=gettext_lazy("Primary limit"),
            choices=[choice for choice in wording.choices("trigger") if choice[0] != "grant"],
            initial="refusal",
            widget=forms.Select(attrs=REFRESHES),
        )
        self.fields["insurer"] = forms.ChoiceField(
            label=gettext_lazy("Insurer"),
            choices=[(code, law_words.insurer(code)) for code in scales],
            initial=insurer if insurer in scales else next(iter(scales), ""),
            widget=forms.Select(attrs=REFRESHES),
        )
        self.fields["day"] = DayField(
            label=gettext_lazy("Day of the judgement"),
            help_text=gettext_lazy("The law of this day decides."),
            required=True,
        )
        self.fields["day"].initial = self.default_day

    def _field(self, one: Ask) -> forms.Field:
        if one.kind == "grade":
            return self._grade_field(one)
        make = FIELDS.get(one.kind)
        return make(one) if make is not None else _choice_field(one)

    def _grade_field(self, one: Ask) -> forms.Field:
        """The grade, with the direction of the insurer's scale."""
        scales = rating_translator.insurers_of(self.book)
        scale: Sequence[str] = scales.get(self._given("insurer", str(self.fields["insurer"].initial)), ())
        told = _("From %(best)s (best) to %(worst)s.") % {"best": scale[0], "worst": scale[-1]} if scale else ""
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        return forms.CharField(
            label=str(one.label), help_text=told, required=False, max_length=LONGEST_GRADE, widget=widget
        )

    def _given(self, name: str, default: str) -> str:
        return str(self.data.get(name) or default)


def _choice_field(one: Ask) -> forms.Field:
    choices: list[tuple[str, object]] = [("", gettext_lazy("not known"))]
    if one.kind == "setter":
        choices += [("insurer", gettext_lazy("the insurer")), ("policyholder", gettext_lazy("the policyholder"))]
    else:
        choices = [
            ("", gettext_lazy("none")),
            ("large_policyholder", gettext_lazy("large policyholder")),
            ("above_parity", gettext_lazy("above parity")),
        ]
    return forms.ChoiceField(label=one.label, choices=choices, required=False)  # type: ignore[arg-type]


def _reading_field(question: str, names: Sequence[str]) -> forms.Field:
    standard = _("as a rule: %(label)s") % {"label": reading_words.label(question, None)}
    choices = [("", standard), *((name, reading_words.label(question, name)) for name in names)]
    return forms.ChoiceField(label=reading_words.question(question), choices=choices, required=False)


def _told(field: str, code: str, *, otherwise: str) -> str:
    if code == "combination":
        if field == "primary.amount":
            return _(
                "After a reduction or a partial grant, a primary limit above zero is left; otherwise it was refused or "
                "ended."
            )
        return otherwise
    if code == "dates_out_of_order":
        return _("This day lies after the day of the judgement.")
    return otherwise
