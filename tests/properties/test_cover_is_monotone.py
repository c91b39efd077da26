"""What is better never lowers cover, and what is worse never raises it, unless a rule that is named here says so."""

from datetime import timedelta
from decimal import Decimal

import msgspec
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from eligibility.domain import decision, engine, facts
from tests.properties.requests import BOOK, amounts, requests, small_amounts

COMPLEMENTS = ("reduction", "partial_grant")
SUBSTITUTIONS = ("refusal", "cessation")
# Too good for the scheme: the grid begins at a grade, the window at a probability; the private market is for these.
TOO_GOOD = {"SUB-01", "SUB-02"}
# What is left of the need may be too small to be granted.
TOO_SMALL = {"GRANT-01"}


def decide(case):
    return engine.decide(case, BOOK.on(case.day))


def refused_by(judged):
    return {reason.code for reason in judged.reasons if reason.verdict == "fail"}


def granted(judged):
    return judged.granted or Decimal(0)


def changed(case, part, **values):
    return msgspec.structs.replace(case, **{part: msgspec.structs.replace(getattr(case, part), **values)})


@given(requests(kinds=SUBSTITUTIONS, complete=True), st.data())
def test_a_better_grade_lowers_cover_only_where_the_domestic_grid_begins_above_it(case, data):
    scale = BOOK.on(case.day).scales[case.insurer]
    better = data.draw(st.sampled_from(scale[: scale.index(case.buyer.grade) + 1]))
    before, after = decide(case), decide(changed(case, "buyer", grade=better))
    if granted(after) < granted(before):
        assert refused_by(after) == {"SUB-01"}
        assert case.market == "domestic"


@given(
    requests(kinds=SUBSTITUTIONS, complete=True), *[st.integers(0, 1000).map(lambda parts: Decimal(parts) / 10_000)] * 2
)
def test_a_lower_default_probability_lowers_cover_only_below_the_window(case, one, other):
    before = decide(changed(case, "buyer", default_probability=max(one, other)))
    after = decide(changed(case, "buyer", default_probability=min(one, other)))
    if granted(after) < granted(before):
        assert refused_by(after) == {"SUB-02"}
        assert min(one, other) < Decimal("0.02")


@given(requests(kinds=COMPLEMENTS, complete=True), st.data())
def test_the_grade_is_no_matter_for_a_complement(case, data):
    other = data.draw(st.sampled_from(BOOK.on(case.day).scales[case.insurer]))
    assert granted(decide(changed(case, "buyer", grade=other))) == granted(decide(case))


@given(requests(kinds=COMPLEMENTS, complete=True), small_amounts)
def test_more_primary_lowers_total_cover_only_where_the_rest_is_too_small_to_grant(case, more):
    larger = changed(case, "primary", amount=case.primary.amount + more)
    before, after = decide(case), decide(larger)
    assume("refer" not in (before.outcome, after.outcome))
    assert before.maximum is None or after.maximum is None or after.maximum >= before.maximum
    if larger.primary.amount + granted(after) < case.primary.amount + granted(before):
        assert refused_by(after) == TOO_SMALL


@given(requests(complete=True), amounts)
def test_more_room_lowers_nothing(case, more):
    assume(case.capacity.free is not None)
    before = decide(case)
    roomier = facts.with_free_capacity(case, case.capacity.free + more)
    for after in (decide(roomier), decide(facts.with_free_capacity(case, None))):
        assert granted(after) >= granted(before)
        assert before.maximum is None or after.maximum is None or after.maximum >= before.maximum


@given(requests(complete=True), small_amounts)
def test_wanting_more_never_gets_less(case, more):
    before, after = decide(case), decide(msgspec.structs.replace(case, requested_total=case.requested_total + more))
    assert granted(after) >= granted(before)
    assert after.maximum == before.maximum


@given(requests(complete=True), small_amounts)
def test_cover_at_another_insurer_gives_no_more_here(case, elsewhere):
    before, after = decide(case), decide(changed(case, "others_in_force", other_insurers=elsewhere))
    assert granted(after) <= granted(before)
    assert after.need <= before.need


@given(requests(kinds=SUBSTITUTIONS, complete=True), small_amounts)
def test_what_is_in_force_already_gives_no_more(case, in_force):
    before, after = decide(case), decide(changed(case, "others_in_force", same_policyholder=in_force))
    assert granted(after) <= granted(before)


@given(requests(complete=True), st.integers(0, 90))
def test_a_later_day_of_notice_changes_no_amount(case, later):
    notified_on = min(case.trigger.notified_on + timedelta(days=later), case.day)
    before, after = decide(case), decide(changed(case, "trigger", notified_on=notified_on))
    for field in ("outcome", "need", "maximum", "granted", "premium", "term"):
        assert getattr(after, field) == getattr(before, field)


@given(requests(complete=True), st.integers(0, 90))
def test_a_later_effective_day_moves_the_term_and_never_the_amount(case, later):
    effective_on = case.day + timedelta(days=later)
    before, after = decide(case), decide(changed(case, "trigger", effective_on=effective_on))
    assert (after.outcome, after.granted, after.maximum) == (before.outcome, before.granted, before.maximum)
    assert after.term is None or after.term.first == effective_on


@given(requests(complete=True), st.integers(1, 400))
def test_an_effective_day_in_the_past_is_the_day_of_the_grant(case, earlier):
    before = changed(case, "trigger", effective_on=case.day - timedelta(days=earlier))
    assert decide(before).term == decide(case).term


@given(st.one_of(requests(), requests(complete=True)))
def test_every_amount_is_whole_cents(case):
    judged = decide(case)
    for field in ("need", "maximum", "granted", "premium"):
        amount = getattr(judged, field)
        assert amount is None or amount == amount.quantize(Decimal("0.01")), field
        assert amount is None or amount >= 0
    for field in ("insured_ratio", "ceded_ratio", "retention_ratio"):
        ratio = getattr(judged, field)
        assert ratio is None or 0 <= ratio <= 1
    if judged.ceded_ratio is not None:
        assert judged.ceded_ratio + judged.retention_ratio == 1


BLANKS = {
    "policyholder": ("country", "turnover", "factor"),
    "policy": ("insured_ratio", "limits_set_by", "disbursed_this_year"),
    "buyer": (
        *("country", "created_on", "turnover", "balance_sheet", "headcount", "grade"),
        *("default_probability", "insolvent", "construction_subcontract"),
    ),
    "primary": ("amount_before",),
    "sale": ("payment_days", "french_share", "currency"),
}
PATHS = [(part, name) for part, names in BLANKS.items() for name in names]


@settings(max_examples=150)
@given(requests(complete=True), st.sets(st.sampled_from(PATHS), min_size=1, max_size=5), st.booleans())
def test_a_refusal_stands_whatever_missing_fact_is_supplied_later(case, missing, insolvent):
    """Save that with the total wanted known it may turn out that nothing was needed, which is no refusal (D-45)."""
    case = changed(case, "buyer", insolvent=insolvent)
    less = case
    for part, name in missing:
        less = changed(less, part, **{name: None})
    first, then = decide(less), decide(case)
    if first.outcome == "refuse":
        assert then.outcome in ("refuse", "no_need")
    if first.outcome in ("grant", "grant_reduced"):
        assert (then.outcome, then.granted) == (first.outcome, first.granted)
    if first.outcome == "no_need":
        assert then.outcome == "no_need"


@given(requests())
@example(
    case=facts.from_document(
        {"day": "2020-06-15", "insurer": "coface", "market": "domestic", "trigger": {"kind": "refusal"}}
    )
)
def test_a_decision_always_says_why(case):
    document = decision.to_document(decide(case), "en")
    assert all(reason["sentence"] and reason["reference"]["text"] for reason in document["reasons"])
    assert "?" not in "".join(reason["sentence"] for reason in document["reasons"])


def test_between_the_ends_of_the_window_the_default_probability_is_no_matter():
    case = facts.from_document(CASE_OF_A_REFUSAL)
    inside = [Decimal(parts) / 1000 for parts in range(20, 61)]
    outside = [Decimal(parts) / 1000 for parts in (*range(20), *range(61, 101))]
    assert {granted(decide(changed(case, "buyer", default_probability=one))) for one in inside} == {Decimal("60000.00")}
    assert {granted(decide(changed(case, "buyer", default_probability=one))) for one in outside} == {Decimal(0)}


CASE_OF_A_REFUSAL = {
    "day": "2020-06-15",
    "insurer": "euler-hermes",
    "market": "domestic",
    "trigger": {"kind": "refusal", "notified_on": "2020-06-01"},
    "policyholder": {"country": "FR", "turnover": 5_000_000, "factor": False},
    "policy": {"insured_ratio": "0.90", "limits_set_by": "insurer", "disbursed_this_year": 0},
    "buyer": {
        "country": "FR",
        "created_on": "2000-01-01",
        "turnover": 1_000_000,
        "balance_sheet": 1_000_000,
        "headcount": 10,
        "grade": "7",
        "insolvent": False,
    },
    "primary": {"amount": 0},
    "requested_total": 60_000,
}
