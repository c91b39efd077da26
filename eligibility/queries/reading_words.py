"""The register of readings in words: which question a text leaves open, how it is read as a rule, and what rivals say.

The law book holds the readings as data (D-n); here they have a title and a reason in both languages. A question or a
reading without words is shown by its name and with the reason that its leaf gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """A question, its standard answer and why that is the standard."""

    register: str
    title: object
    standard: object
    why: object


@dataclass(frozen=True, slots=True)
class RivalWords:
    label: object
    why: object


QUESTIONS: Final[Mapping[str, QuestionWords]] = {
    "complement_multiple": QuestionWords(
        "D-1",
        gettext_lazy("How large may a complementary guarantee be?"),
        gettext_lazy("half of the primary guarantee, and parity besides"),
        gettext_lazy("The ministries' questions and answers give half of the primary guarantee; the smaller binds."),
    ),
    "euler_hermes_grade_7": QuestionWords(
        "D-2",
        gettext_lazy("Which maximum has grade 7 of Euler Hermes?"),
        gettext_lazy("category 2, at most €100,000"),
        gettext_lazy("The grid and the questions and answers agree; the example beside them looks like a leftover."),
    ),
    "export_envelope": QuestionWords(
        "D-4",
        gettext_lazy("How large is the export envelope?"),
        gettext_lazy("the ceiling of the code, version by version"),
        gettext_lazy("The law raised it to €5 bn on 26 April 2020, after the questions and answers were written."),
    ),
    "domestic_envelope": QuestionWords(
        "D-18",
        gettext_lazy("How large is the domestic envelope from August 2020?"),
        gettext_lazy("€8 bn on individual risks"),
        gettext_lazy("The law splits the €10 bn: €2 bn of final losses are for portfolios."),
    ),
    "term_length": QuestionWords(
        "D-6",
        gettext_lazy("How long is a period of guarantee?"),
        gettext_lazy("three calendar months"),
        gettext_lazy("The earlier scheme says three months, and the rate is quoted by the quarter."),
    ),
    "buyer_size": QuestionWords(
        "D-8",
        gettext_lazy("How do the three sizes of a domestic buyer combine?"),
        gettext_lazy("(turnover or balance sheet) and headcount"),
        gettext_lazy("The sentence is read so that the headcount is always tested."),
    ),
    "buyer_balance_sheet": QuestionWords(
        "D-8",
        gettext_lazy("Which balance sheet may a domestic buyer have?"),
        gettext_lazy("less than €2.5 bn"),
        gettext_lazy("The figure that the source of the scheme prints."),
    ),
    "fixed_maximum_2021": QuestionWords(
        "D-9",
        gettext_lazy("Which fixed maximums apply from 1 January 2021?"),
        gettext_lazy("not set: the case is referred"),
        gettext_lazy("They were raised, but no source gives the figures."),
    ),
    "buyer_age": QuestionWords(
        "D-11",
        gettext_lazy("For which products must the buyer be two years old?"),
        gettext_lazy("for substitution guarantees only"),
        gettext_lazy("The test stands in the description of the substitution products."),
    ),
    "grant_window_end": QuestionWords(
        "D-19",
        gettext_lazy("Which is the last day of domestic grants?"),
        gettext_lazy("30 December 2021"),
        gettext_lazy("The law speaks of operations before 31 December 2021."),
    ),
    "envelope_basis": QuestionWords(
        "D-21",
        gettext_lazy("What counts against an envelope?"),
        gettext_lazy("the ceded part of the guarantee's limit"),
        gettext_lazy("The State's exposure is what was ceded; offers that are open count too."),
    ),
    "fixed_maximum_per": QuestionWords(
        "D-40",
        gettext_lazy("To what does a fixed maximum apply?"),
        gettext_lazy("to one policyholder and one buyer, with one insurer"),
        gettext_lazy("The maximum holds for operations, and article 4 speaks of a supplier and a given client."),
    ),
    "run_off": QuestionWords(
        "D-36",
        gettext_lazy("What becomes of exposure when a term ends or its amount falls?"),
        gettext_lazy("it stays engaged until it has passed"),
        gettext_lazy("Deliveries before the end stay covered, so the reinsurer still carries them."),
    ),
    "premium_on_replacement": QuestionWords(
        "D-28",
        gettext_lazy("What becomes of the premium of a term that is replaced?"),
        gettext_lazy("its unearned days are credited on the new premium"),
        gettext_lazy("The same days are not paid for twice; the cession follows."),
    ),
    "lapse_cover": QuestionWords(
        "D-31",
        gettext_lazy("Which deliveries stay covered when a term lapses?"),
        gettext_lazy("those made before the end and invoiced within the policy's delay"),
        gettext_lazy("Ordinary policies cover deliveries by their day."),
    ),
    "loss_order": QuestionWords(
        "D-16",
        gettext_lazy("In which order do primary guarantee and complement pay a loss?"),
        gettext_lazy("the primary guarantee first, the complement above it"),
        gettext_lazy("An insurer told the Senate in 2009 that it works so; ratios describe limits, not order."),
    ),
    "wrong_rating": QuestionWords(
        "D-39",
        gettext_lazy("What becomes of a cession made on a wrong rating?"),
        gettext_lazy("it is corrected from the first day, the excess is for the insurer"),
        gettext_lazy("The State's guarantee is only acquired within its conditions."),
    ),
    "mediation_days_counted": QuestionWords(
        "D-47",
        gettext_lazy("How are the days of a mediation counted?"),
        gettext_lazy("calendar days"),
        gettext_lazy("The sheet on the convention says five days without more."),
    ),
}
RIVALS: Final[Mapping[tuple[str, str], RivalWords]] = {
    ("complement_multiple", "parity"): RivalWords(
        gettext_lazy("parity alone: as much as the primary guarantee"),
        gettext_lazy("The next sentence gives the State up to half of the risk, and the decree asks for parity only."),
    ),
    ("euler_hermes_grade_7", "article_example"): RivalWords(
        gettext_lazy("€200,000, as in the article's example"),
        gettext_lazy("The article's own example grants €200,000 to a buyer of grade 7."),
    ),
    ("export_envelope", "two_billion_throughout"): RivalWords(
        gettext_lazy("€2 bn throughout"), gettext_lazy("The ministries' questions and answers say €2 bn.")
    ),
    ("domestic_envelope", "ten_billion_throughout"): RivalWords(
        gettext_lazy("€10 bn throughout"),
        gettext_lazy("The ministries' questions and answers and the decree's notice say €10 bn."),
    ),
    ("term_length", "ninety_days"): RivalWords(
        gettext_lazy("90 days"), gettext_lazy("The same page says 90 days and three months.")
    ),
    ("buyer_size", "turnover_alone"): RivalWords(
        gettext_lazy("turnover or (balance sheet and headcount)"),
        gettext_lazy("The sentence can also be read so that the headcount belongs to the balance sheet only."),
    ),
    ("buyer_balance_sheet", "two_billion"): RivalWords(
        gettext_lazy("less than €2 bn"),
        gettext_lazy("The French definition of a mid-sized company says €2 bn; the broker may have mistyped."),
    ),
    ("fixed_maximum_2021", "doubled"): RivalWords(
        gettext_lazy("doubled from 1 January 2021"),
        gettext_lazy("The press says that the ceilings were doubled; the figures are inferred from that word."),
    ),
    ("buyer_age", "complements_too"): RivalWords(
        gettext_lazy("for complementary guarantees too"),
        gettext_lazy("The press of November 2020 states two years for all products."),
    ),
    ("grant_window_end", "inclusive_of_31_december_2021"): RivalWords(
        gettext_lazy("31 December 2021 included"),
        gettext_lazy("The decree lets treaties run up to and including the last day."),
    ),
    ("envelope_basis", "insured_part"): RivalWords(
        gettext_lazy("the insured part"), gettext_lazy("The State bears the insured part only.")
    ),
    ("fixed_maximum_per", "buyer"): RivalWords(
        gettext_lazy("to one buyer over all policyholders of the insurer"),
        gettext_lazy("The maximum could be read as one per buyer; a cut would then be shared."),
    ),
    ("run_off", "freed_at_once"): RivalWords(
        gettext_lazy("it is freed at once"),
        gettext_lazy("Nothing in the law keeps exposure engaged after the term."),
    ),
    ("premium_on_replacement", "due_in_full"): RivalWords(
        gettext_lazy("it is due in full"),
        gettext_lazy("No refund rule is reported."),
    ),
    ("lapse_cover", "delivered_and_invoiced_before_end"): RivalWords(
        gettext_lazy("those delivered and invoiced before the end"),
        gettext_lazy("A stricter policy covers only what was invoiced too."),
    ),
    ("loss_order", "pro_rata"): RivalWords(
        gettext_lazy("in proportion of the two limits"),
        gettext_lazy("The Senate's report speaks of a risk shared by half."),
    ),
    ("wrong_rating", "cession_stands"): RivalWords(
        gettext_lazy("it stands as it is"),
        gettext_lazy("The reinsurer follows the insurer's good faith."),
    ),
    ("mediation_days_counted", "working_days"): RivalWords(
        gettext_lazy("working days"),
        gettext_lazy("Five days could be working days."),
    ),
}


def question(name: str) -> str:
    """The question as a sentence."""
    known = QUESTIONS.get(name)
    return str(known.title) if known is not None else _plain(name)


def register(name: str) -> str:
    """Its number in the register of readings, empty where it has none yet."""
    known = QUESTIONS.get(name)
    return known.register if known is not None else ""


def label(name: str, reading: str | None) -> str:
    """One way to read a text; None is the standard reading."""
    if reading is None:
        known = QUESTIONS.get(name)
        return str(known.standard) if known is not None else _("standard reading")
    rival = RIVALS.get((name, reading))
    return str(rival.label) if rival is not None else _plain(reading)


def why(name: str, reading: str | None, *, otherwise: str = "") -> str:
    """Why somebody reads it so; `otherwise` is the reason that the leaf itself gives."""
    if reading is None:
        known = QUESTIONS.get(name)
        return str(known.why) if known is not None else otherwise
    rival = RIVALS.get((name, reading))
    return str(rival.why) if rival is not None else otherwise


def _plain(name: str) -> str:
    return name.replace("_", " ").capitalize()
