"""What a decision says: every rule, plain sentences in both languages, a compact form that can be told again."""

import dataclasses
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from capweb.kernel.errors import FieldErrors
from eligibility.domain import decision, engine, explain, facts, headroom, judging, law_files, rules
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import LawMissing, Reference
from eligibility.domain.tables import GridRow, ScaleRow, TariffRow
from tests.scenarios.cases import every_scenario

DAY = date(2020, 6, 15)
DOCUMENT = {
    "day": DAY,
    "insurer": "euler-hermes",
    "market": "domestic",
    "trigger": {"kind": "refusal", "notified_on": date(2020, 6, 10)},
    "policyholder": {"country": "FR", "turnover": 120000000, "factor": False},
    "policy": {"insured_ratio": "0.90", "limits_set_by": "insurer", "disbursed_this_year": "0"},
    "buyer": {
        "country": "FR",
        "created_on": date(2014, 1, 1),
        "turnover": 30000000,
        "balance_sheet": 18000000,
        "headcount": 120,
        "grade": "7",
        "default_probability": "0.04",
        "insolvent": False,
    },
    "primary": {"amount_before": "0", "amount": "0"},
    "requested_total": "300000",
}
SOURCE = Reference("a letter", "https://example.org/")


@pytest.fixture(scope="module")
def book() -> LawBook:
    return law_files.shipped_law_book()


@pytest.fixture
def case():
    return facts.from_document(DOCUMENT)


def with_buyer(case, **changes):
    return msgspec.structs.replace(case, buyer=msgspec.structs.replace(case.buyer, **changes))


def test_every_rule_in_force_is_told_once(book, case):
    for found in (case, with_buyer(case, grade="9", default_probability=Decimal("0.5"), insolvent=True)):
        reasons = engine.decide(found, book.on(DAY)).reasons
        assert sorted(r.code for r in reasons) == [rule.code for rule in rules.in_force_on(DAY)]
        assert {r.verdict for r in reasons} <= {"pass", "cap", "fail", "refer", "not_applicable"}


def test_judging_does_not_stop_at_the_first_failure(book, case):
    judged = engine.decide(
        with_buyer(case, default_probability=Decimal("0.5"), insolvent=True, headcount=9000), book.on(DAY)
    )
    assert [r.code for r in judged.reasons if r.verdict == "fail"] == ["BUYER-02", "BUYER-04", "SUB-02"]


def test_the_order_of_the_rules_does_not_matter(book, case):
    law = book.on(DAY)
    plan = judging.plan_of(law, "cap_plus")
    backwards = dataclasses.replace(plan, rules=plan.rules[::-1], checks=plan.checks[::-1])
    one, other = (
        decision.to_document(judging.judge(case, law, plan)),
        decision.to_document(judging.judge(case, law, backwards)),
    )
    assert sorted(one.pop("reasons"), key=str) == sorted(other.pop("reasons"), key=str)
    assert one == other


def test_the_document_has_the_published_keys(book, case):
    document = decision.to_document(engine.decide(case, book.on(DAY), with_headroom=True))
    assert list(document) == [
        "outcome", "referred_to", "product", "category", "need", "maximum", "granted", "binding", "insured_ratio",
        "retention_ratio", "ceded_ratio", "premium", "premium_rate", "premium_illustrative", "term", "reinsurer",
        "reasons", "headroom", "law",
    ]  # fmt: skip
    assert document["premium_rate"] == "0.00875"
    window = next(reason for reason in document["reasons"] if reason["code"] == "SUB-02")
    assert window["used"] == {"default_probability": "0.04", "minimum": "0.02", "maximum": "0.06"}
    assert window["reference"]["text"] == "Décret n° 2020-397, article 4"
    assert window["reading"] is None


def test_sentences_speak_french_and_english(book, case):
    reasons = {reason.code: reason for reason in engine.decide(case, book.on(DAY)).reasons}
    cap = reasons["SUB-03"]
    assert explain.sentence(cap, "fr") == (
        "Au plus 100\u202f000\u00a0€ en catégorie 2, dont 0\u00a0€ déjà en cours sur cet acheteur."
    )
    assert explain.sentence(cap, "en") == "At most €100,000 in category 2, of which €0 already in force on this buyer."
    assert explain.sentence(reasons["SUB-02"], "fr") == "4\u00a0% se situe entre 2\u00a0% et 6\u00a0%."


def test_no_sentence_has_a_hole(book):
    """Every verdict of every rule is reached by the scenarios; here: no sentence says “?”."""
    for scenario in every_scenario():
        case = scenario.case.facts
        for reason in engine.decide(case, book.on(case.day)).reasons:
            for language in ("fr", "en"):
                text = explain.sentence(reason, language)
                assert text, reason.code
                assert not text.startswith("?"), reason.code
                assert " ?" not in text.replace("\u00a0", " "), (reason.code, text)


def test_stored_reasons_are_told_again_in_full(book, case):
    judged = engine.decide(with_buyer(case, grade=None), book.on(DAY))
    stored = msgspec.json.decode(decision.compact_json(judged))
    told = explain.expand(stored, book.on(DAY), "en")
    fresh = decision.to_document(judged, "en")["reasons"]
    by_code = {reason["code"]: reason for reason in told}
    for reason in fresh:
        if reason["verdict"] != "not_applicable":
            assert by_code[reason["code"]] == reason
    assert {r["code"] for r in told} == {r["code"] for r in fresh}


def test_a_sixth_insurer_needs_rows_alone(book, case):
    row = {"insurer": "sixieme", "first_day": DAY, "end_day": None, "reference": SOURCE}
    larger = book.with_tables(
        scales=(ScaleRow(grades="A,B,C", **row),),
        grids=(GridRow(market="domestic", grades="A,B", category=1, **row),),
    )
    found = with_buyer(msgspec.structs.replace(case, insurer="sixieme"), grade="B")
    judged = engine.decide(found, larger.on(DAY))
    assert (judged.outcome, judged.category, judged.granted) == ("grant_reduced", 1, Decimal("200000.00"))
    assert engine.decide(found, book.on(DAY)).referred_to == "administrator"
    assert larger.on(DAY).fingerprint != book.on(DAY).fingerprint


def test_category_3_is_refused_abroad(book, case):
    row = {"insurer": "sixieme", "first_day": DAY, "end_day": None, "reference": SOURCE}
    larger = book.with_tables(grids=(GridRow(market="export", grades="C", category=3, **row),))
    found = with_buyer(msgspec.structs.replace(case, insurer="sixieme", market="export"), grade="C", country="MA")
    judged = engine.decide(found, larger.on(DAY))
    assert (judged.outcome, judged.maximum) == ("refuse", Decimal("0.00"))
    assert "SUBX-03" in [reason.code for reason in judged.reasons if reason.verdict == "fail"]


def test_the_policys_percentage_is_capped_only_above_the_maximum(book, case):
    def verdict(ratio):
        judged = engine.decide(
            msgspec.structs.replace(case, policy=facts.Policy(insured_ratio=Decimal(ratio))), book.on(DAY)
        )
        return next(reason.verdict for reason in judged.reasons if reason.code == "SUB-04")

    assert (verdict("0.80"), verdict("0.81")) == ("pass", "cap")


def test_a_tariff_of_the_insurer_goes_before_a_shared_one_and_a_sourced_before_an_illustrative(book, case):
    row = {"product": "cap_plus", "first_day": DAY, "end_day": None, "reference": SOURCE}
    own = TariffRow(insurer="euler-hermes", quarterly_rate=Decimal("0.01"), **row)
    sample = TariffRow(insurer="euler-hermes", quarterly_rate=Decimal("0.5"), illustrative=True, **row)
    judged = engine.decide(case, book.with_tables(tariffs=(own, sample)).on(DAY))
    assert (judged.premium_rate, judged.premium_illustrative) == (Decimal("0.01"), False)
    judged = engine.decide(case, book.with_tables(tariffs=(sample,)).on(DAY))
    assert judged.premium_rate == Decimal("0.00875")


def test_the_tariff_is_that_of_the_first_day_of_the_term(book, case):
    later = msgspec.structs.replace(
        case, trigger=facts.Trigger(kind="refusal", notified_on=DAY, effective_on=date(2020, 7, 1))
    )
    row = {"product": "cap_plus", "end_day": None, "reference": SOURCE}
    dearer = TariffRow(first_day=date(2020, 7, 1), quarterly_rate=Decimal("0.01"), **row)
    law = book.with_tables(tariffs=(dearer,)).on(DAY)
    assert engine.decide(case, law).premium_rate == Decimal("0.00875")
    assert engine.decide(later, law).premium_rate == Decimal("0.01")


def test_an_illustrative_rate_is_shown_as_such(book, case):
    reduction = {
        **DOCUMENT,
        "trigger": {"kind": "reduction", "notified_on": DAY},
        "primary": {"amount_before": 300000, "amount": 200000},
    }
    found = facts.from_document(reduction)
    assert engine.decide(found, book.on(DAY)).premium is None
    sample = book.with_tables(tariffs=law_files.illustrative_tables().tariffs)
    judged = engine.decide(found, sample.on(DAY))
    assert judged.premium is not None
    assert judged.premium_illustrative


def test_headroom_is_judged_through_the_same_rules(book, case):
    law = book.on(DAY)
    (better,) = headroom.of(case, law)
    assert better.changed == {"buyer.grade": "6"}
    assert better.maximum == engine.decide(with_buyer(case, grade="6"), law).maximum == Decimal("200000.00")


def test_headroom_tells_how_much_primary_and_what_parity_would_allow(book):
    reduced = facts.from_document(
        {
            **DOCUMENT,
            "trigger": {"kind": "reduction", "notified_on": DAY},
            "primary": {"amount_before": 400000, "amount": 150000},
            "requested_total": 400000,
        }
    )
    changes = {tuple(one.changed): one for one in headroom.of(reduced, book.on(DAY))}
    # 266 666.67 × 0.50 = 133 333.33, what is then still needed of 400 000
    assert changes["primary.amount",].changed["primary.amount"] == Decimal("266666.67")
    assert changes["readings.complement_multiple",].maximum == Decimal("150000.00")


def test_headroom_tells_how_much_capacity(book, case):
    small = facts.with_free_capacity(case, Decimal("19000.00"))
    changes = [one.changed for one in headroom.of(small, book.on(DAY))]
    assert {"capacity.free": Decimal("95000.00")} in changes


def test_headroom_tells_the_day_on_which_run_off_gives_back_enough(book, case):
    """900 € are free, less than the smallest grant; with 2,000 more on 1 July, 2,900 / 0.95 = 3,052.63."""
    frees = ((date(2020, 7, 1), Decimal("2000.00")), (date(2020, 8, 1), Decimal("6000.00")))
    small = msgspec.structs.replace(
        case,
        requested_total=Decimal("13000.00"),
        capacity=facts.Capacity(free=Decimal("900.00"), frees=frees),
    )
    changed = [(one.changed, one.maximum) for one in headroom.of(small, book.on(DAY))]
    assert ({"day": date(2020, 7, 1), "capacity.free": Decimal("2900.00")}, Decimal("3052.63")) in changed
    assert all(change.get("day") != date(2020, 8, 1) for change, _ in changed)


def test_headroom_tells_the_day_on_which_the_buyer_is_old_enough(book, case):
    young = with_buyer(case, created_on=date(2018, 9, 1))
    assert engine.decide(young, book.on(DAY)).outcome == "refuse"
    days = [one.changed["day"] for one in headroom.of(young, book.on(DAY)) if "day" in one.changed]
    assert days == [date(2020, 9, 1)]


def test_headroom_moves_a_fact_to_the_threshold_itself(book, case):
    risky = with_buyer(case, default_probability=Decimal("0.07"))
    assert [one.changed for one in headroom.of(risky, book.on(DAY))] == [{"buyer.default_probability": Decimal("0.06")}]


def test_headroom_tries_two_changes_only_where_no_single_one_grants(book, case):
    both = with_buyer(case, default_probability=Decimal("0.07"), created_on=date(2018, 9, 1))
    rooms = headroom.of(both, book.on(DAY))
    assert {"buyer.default_probability": Decimal("0.06"), "day": date(2020, 9, 1)} in [one.changed for one in rooms]
    for room in rooms:
        assert len(room.changed) >= 2
        again = headroom.applied(both, room.changed)
        assert engine.decide(again, book.on(again.day)).maximum == room.maximum


def test_there_is_no_headroom_above_the_need(book, case):
    assert headroom.of(msgspec.structs.replace(case, requested_total=Decimal("50000.00")), book.on(DAY)) == ()


def test_facts_are_judged_under_the_law_of_their_own_day(book, case):
    with pytest.raises(ValueError, match="2020-06-16"):
        engine.decide(case, book.on(date(2020, 6, 16)))


def test_before_any_law_nothing_is_judged(book, case):
    found = msgspec.structs.replace(
        case, day=date(2005, 1, 1), trigger=facts.Trigger(kind="refusal"), buyer=facts.Buyer()
    )
    with pytest.raises(LawMissing):
        engine.decide(found, book.on(found.day))


def test_facts_built_by_hand_are_checked_too(book, case):
    with pytest.raises(FieldErrors):
        engine.decide(msgspec.structs.replace(case, primary=facts.Primary(amount=Decimal(5))), book.on(DAY))
