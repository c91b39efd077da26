"""Whatever a decision reads of the law stands in its trace, with its proof; no verdict is without a source."""

from datetime import date, timedelta

import msgspec
import pytest

from eligibility.domain import decision, engine, law_files, trace
from eligibility.domain.fact_names import FACT_NAMES
from eligibility.domain.rule import NOT_APPLICABLE, REGISTER
from tests.scenarios.cases import every_scenario

BOOK = law_files.shipped_law_book()
SCENARIOS = [one.case for one in every_scenario()]


class _Ears(dict):
    """Notes every key that is asked for, whoever asks and however."""

    def __init__(self, values, heard):
        super().__init__(values)
        self.heard = heard
        self.unset = getattr(values, "unset", frozenset())
        self.day = getattr(values, "day", None)
        self.original = values

    def __getitem__(self, key):
        self.heard.add(key)
        return self.original[key]

    def get(self, key, default=None):
        self.heard.add(key)
        return self.original.get(key, default)

    def __contains__(self, key):
        self.heard.add(key)
        return key in self.original


@pytest.mark.parametrize("case", SCENARIOS[::3], ids=lambda case: case.name)
def test_every_value_that_judging_reads_stands_in_the_trace(case):
    law = BOOK.on(case.facts.day)
    if case.facts.readings:
        law = law.under(case.facts.readings)
    heard: set[str] = set()
    overheard = law.book.under(law.day, law.chosen)
    facts = msgspec.structs.replace(case.facts, readings={})
    kept = (overheard.amounts, overheard.counts, overheard.choices, dict(overheard.prepared))
    try:
        overheard.prepared.clear()
        overheard.amounts = _Ears(overheard.amounts, heard)
        overheard.counts = _Ears(overheard.counts, heard)
        overheard.choices = _Ears(overheard.choices, heard)
        judged = engine.decide(facts, overheard)
    finally:
        overheard.amounts, overheard.counts, overheard.choices = kept[:3]
        overheard.prepared.clear()
    found = trace.of(judged, facts, law)
    told = {rest.path for rests in found.by_rule.values() for rest in rests} | {rest.path for rest in found.figures}
    in_force = {path for path, block in law.blocks.items() if block.state != "none"}
    assert heard & in_force <= told


def test_every_number_of_a_reason_has_its_text_and_address():
    for case in SCENARIOS:
        law = BOOK.on(case.facts.day)
        judged = engine.decide(case.facts, law)
        shown = decision.to_document(judged, "fr", trace=trace.of(judged, case.facts, law))
        for reason in shown["reasons"]:
            assert reason["reference"]["text"]
            assert reason["reference"]["url"].startswith("https://")
            for rest in reason["rests_on"]:
                assert rest["reference"]["text"], rest
                assert rest["reference"]["url"].startswith("https://"), rest


def test_a_reason_names_the_leaf_and_the_row_that_it_rests_on():
    case = next(case for case in SCENARIOS if case.name.startswith("EH grade 7 refused at home"))
    law = BOOK.on(case.facts.day)
    judged = engine.decide(case.facts, law)
    found = trace.of(judged, case.facts, law)
    window = {rest.path: rest for rest in found.by_rule["SUB-02"]}
    assert set(window) == {f"substitution/domestic/default_probability_{end}imum" for end in ("min", "max")}
    assert all("article 4" in rest.reference.text for rest in window.values())
    assert {rest.path for rest in found.by_rule["BUYER-01"]} == {"contracts/tables/country_status#FR"}
    if judged.outcome.startswith("grant"):
        assert {"scheme/term/length", "scheme/term/unit"} <= {rest.path for rest in found.figures}


def test_a_verdict_of_a_product_in_force_is_never_silent_about_its_source():
    for rule in REGISTER:
        assert rule.reference.text
        assert rule.reference.url.startswith("https://")


def test_the_law_answers_on_every_day_since_the_first_scheme():
    """No gap in the law: whatever the day since December 2008, judging answers and never meets a missing value."""
    facts = [case.facts for case in SCENARIOS[::40]]
    day = date(2008, 12, 14)
    while day < date(2026, 12, 1):
        law = BOOK.on(day)
        for one in facts:
            trigger = msgspec.structs.replace(one.trigger, notified_on=day, effective_on=None)
            buyer = msgspec.structs.replace(one.buyer, created_on=None, assessed_on=None)
            moved = msgspec.structs.replace(one, day=day, trigger=trigger, buyer=buyer, readings={})
            judged = engine.decide(moved, law)
            assert any(reason.verdict != NOT_APPLICABLE for reason in judged.reasons)
        day += timedelta(days=23)


def test_every_fact_that_a_rule_may_miss_has_a_name_in_both_languages():
    missing = set()
    for case in SCENARIOS:
        for reason in engine.decide(case.facts, BOOK.on(case.facts.day)).reasons:
            missing.update(reason.used.get("missing", ()))
    assert missing <= set(FACT_NAMES)
    assert len(missing) > 15
