"""Nothing in the law goes unshown: each rule's every sentence, each fact it may ask for, each day of change of a leaf.

What no case can show stands in a short list below, with the reason.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from eligibility.domain import law_files, rule, rules
from eligibility.domain.parameters import Block, Parameter
from eligibility.domain.reason import Reason
from tests.scenarios.cases import Scenario, every_scenario, judged
from tests.scenarios.entered_rows import book_with_entered_rows
from tests.scenarios.reads import leaves_read

BOOK = law_files.shipped_law_book()
DAY = timedelta(days=1)

# Rule and sentence that no case can show, and why.
CANNOT_BE_SAID = {
    ("COMPX-01", "pass.exception"): "the exception above parity is the domestic decree's; the words are shared (D-1)",
    ("COMPX-02", "pass.exception"): "the same",
    ("SUB-03", "fail"): "no domestic category has a maximum of nothing; the words are those of the export rule (D-12)",
    ("SUB-07", "refer"): "the law's own ceded ratio leaves the insurer what it must keep, and no row can change it",
    ("SUBX-07", "refer"): "the same",
    ("TRIGGER-01", "fail"): "a notice later than the day of the grant is refused at the door of facts",
}
# Before this day there is no law to judge by.
FIRST_DAY_OF_ANY_LAW = min(one.first_day for one in rule.REGISTER)


@dataclass(frozen=True)
class Change:
    """A day from which a leaf says something else than the day before, under its own reading or a rival one."""

    path: str
    reading: str | None
    day: date

    def __str__(self) -> str:
        return f"{self.path}{f' ({self.reading})' if self.reading else ''} on {self.day}"


@functools.cache
def reasons() -> tuple[tuple[Scenario, tuple[Reason, ...]], ...]:
    """Every case, those with entered rows too, and all reasons of its decision."""
    entered = ((scenario, book_with_entered_rows()) for scenario in every_scenario("entered_rows"))
    shipped = ((scenario, BOOK) for scenario in every_scenario())
    return tuple((scenario, judged(scenario.case, book).reasons) for scenario, book in (*shipped, *entered))


@functools.cache
def said() -> frozenset[tuple[str, object, str]]:
    """Code, function and sentence of every reason that some case gives."""
    found = set()
    for _, given in reasons():
        for reason in given:
            if "missing" in reason.used or "unset" in reason.used:
                continue  # these have a sentence of their own, common to all rules
            because = reason.used.get("because")
            own = f"{reason.verdict}.{because}"
            found.add((reason.code, reason.rule.check, own if own in reason.rule.sentences else reason.verdict))
    return frozenset(found)


# Questions on what comes after a grant (D-16, D-28, D-31, D-36, D-39, D-47): no verdict rests on them.
AFTER_THE_GRANT = {
    "lapse_cover",
    "loss_order",
    "mediation_days_counted",
    "premium_on_replacement",
    "run_off",
    "wrong_rating",
}


def test_every_sentence_of_every_rule_is_said_by_some_case():
    unsaid = sorted(
        {
            (one.code, sentence)
            for one in rule.REGISTER
            for sentence in one.sentences
            if (one.code, one.check, sentence) not in said()
        }
    )
    assert "\n".join(map(str, unsaid)) == "\n".join(map(str, sorted(CANNOT_BE_SAID)))


def test_every_rule_is_judged_on_its_first_day_and_on_its_last():
    judged_on = {(reason.rule.code, reason.rule.first_day, s.case.facts.day) for s, rs in reasons() for reason in rs}
    unseen = [
        f"{one.code} on {day}"
        for one in rule.REGISTER
        for day in (one.first_day, one.end_day and one.end_day - DAY)
        if day is not None and (one.code, one.first_day, day) not in judged_on
    ]
    assert "\n".join(unseen) == ""


def test_every_fact_that_a_rule_may_ask_for_is_missing_in_some_case():
    source = "".join(
        inspect.getsource(module) for module in vars(rules).values() if inspect.ismodule(module) and module is not rule
    )
    may_ask = set(re.findall(r'lacks\(\s*"([a-z_.]+)"', source))
    asked = {path for _, given in reasons() for reason in given for path in reason.used.get("missing", ())}
    assert may_ask - asked == set()


def test_every_product_and_trigger_has_a_case():
    pairs = {(s.case.facts.market, s.case.facts.trigger.kind) for s in every_scenario()}
    kinds = ("reduction", "partial_grant", "refusal", "cessation")
    assert pairs == {(market, kind) for market in ("domestic", "export") for kind in kinds}


def test_every_rival_reading_is_chosen_by_some_case():
    chosen = {pair for scenario in every_scenario() for pair in scenario.case.facts.readings.items()}
    judged = {question: names for question, names in BOOK.readings.items() if question not in AFTER_THE_GRANT}
    assert chosen == {(question, name) for question, names in judged.items() for name in names}


def test_every_insurer_and_market_has_a_case():
    cases = {(s.case.facts.insurer, s.case.facts.market) for s in every_scenario()}
    assert {(row.insurer, row.market) for row in BOOK.contracts.grids} <= cases


@pytest.mark.parametrize("side", ["the day before", "the day itself"])
def test_every_leaf_that_a_rule_reads_is_seen_on_both_sides_of_each_of_its_days(side):
    unseen = [
        str(change)
        for path in sorted({path for _, path in _read()})
        for change in _changes(BOOK.parameters[path])
        if not _seen(change, side)
    ]
    assert "\n".join(unseen) == ""


@functools.cache
def _read() -> frozenset[tuple[Scenario, str]]:
    return frozenset((s, path) for s in every_scenario() for path in leaves_read(s.case, BOOK))


def _seen(change: Change, side: str) -> bool:
    """A case of a product that reads the leaf stands on that side, under the reading that changes."""
    readers = {_product(s) for s, path in _read() if path == change.path}
    day = change.day if side == "the day itself" else change.day - DAY
    if day < FIRST_DAY_OF_ANY_LAW:
        return True
    question = BOOK.parameters[change.path].question
    return any(
        s.case.facts.day == day
        and _product(s) in readers
        and (change.reading is None or s.case.facts.readings.get(str(question)) == change.reading)
        for s in every_scenario()
    )


def _product(scenario: Scenario) -> tuple[str, bool]:
    return scenario.case.facts.market, scenario.case.facts.asks_for_complement


def _changes(leaf: Parameter) -> Iterator[Change]:
    yield from (Change(leaf.path, None, day) for day in _days_of_change(leaf.history))
    for rival in leaf.readings:
        # Before its first day the rival says what the leaf says.
        yield from (Change(leaf.path, rival.name, day) for day in _days_of_change(rival.history)[1:])


def _days_of_change(history: tuple[Block, ...]) -> list[date]:
    days, before = [], None
    for block in history:
        if (block.state, block.value) != before and not (before is None and block.state == "none"):
            days.append(block.first_day)
        before = (block.state, block.value)
    return days
