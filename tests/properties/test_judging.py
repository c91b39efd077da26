"""What holds for every request: cover is monotone, the need bounds it, judging is pure, facts survive being stored."""

import dataclasses
from decimal import Decimal

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from eligibility.domain import decision, engine, facts, headroom, judging, reduction
from tests.properties.requests import BOOK, amounts, requests, small_amounts


def decide(case):
    return engine.decide(case, BOOK.on(case.day))


@given(requests())
def test_the_need_and_every_limit_bound_the_grant(case):
    judged = decide(case)
    if judged.outcome in ("grant", "grant_reduced"):
        assert judged.granted <= judged.need
        assert judged.granted <= judged.maximum
        assert judged.granted >= Decimal("1000.00")
        assert all(reason.limit is None or judged.granted <= reason.limit for reason in judged.reasons)
    elif judged.outcome == "refer":
        assert judged.granted is None
        assert judged.referred_to is not None
    else:
        assert judged.granted == 0


@given(requests())
def test_outcome_and_verdicts_agree(case):
    judged = decide(case)
    verdicts = {reason.verdict for reason in judged.reasons}
    if judged.outcome == "no_need":
        assert judged.need == 0
    elif "fail" in verdicts:
        assert judged.outcome == "refuse"
    elif "refer" in verdicts:
        assert judged.outcome == "refer"
    else:
        assert judged.outcome in ("grant", "grant_reduced")
    assert (judged.outcome == "grant") == (
        judged.granted is not None and judged.granted > 0 and judged.granted == judged.need
    )


@given(requests())
def test_the_ceded_part_fits_in_the_free_room(case):
    judged = decide(case)
    if judged.granted and case.capacity.free is not None:
        ceded = (judged.granted * judged.ceded_ratio).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
        assert ceded <= case.capacity.free


@given(requests(), st.randoms())
def test_the_order_of_the_rules_does_not_matter(case, random):
    law = BOOK.on(case.day)
    plan = judging.plan_of(law, engine.product_of(case))
    both = list(zip(plan.rules, plan.checks, strict=True))
    random.shuffle(both)
    shuffled = dataclasses.replace(plan, rules=tuple(r for r, _ in both), checks=tuple(c for _, c in both))
    one = decision.to_document(judging.judge(case, law, plan))
    other = decision.to_document(judging.judge(case, law, shuffled))
    assert sorted(map(str, one.pop("reasons"))) == sorted(map(str, other.pop("reasons")))
    assert one == other


@given(requests())
def test_judging_is_pure(case):
    assert decision.to_document(decide(case)) == decision.to_document(decide(facts.from_json(facts.to_json(case))))


@given(requests())
def test_facts_survive_being_stored(case):
    assert facts.from_json(facts.to_json(case)) == case


@given(requests(kinds=("refusal", "cessation"), complete=True), st.data())
def test_a_better_grade_never_lowers_cover_unless_the_grid_says_so(case, data):
    """At home a grade too good for the grid is refused by SUB-01: the private market is meant to cover it."""
    scale = BOOK.on(case.day).scales[case.insurer]
    better = data.draw(st.sampled_from(scale[: scale.index(case.buyer.grade) + 1]))
    before, after = (
        decide(case),
        decide(msgspec.structs.replace(case, buyer=msgspec.structs.replace(case.buyer, grade=better))),
    )
    refused_by = {reason.code for reason in after.reasons if reason.verdict == "fail"}
    if "SUB-01" in refused_by and case.market == "domestic":
        return
    assert (after.granted or 0) >= (before.granted or 0)


@given(requests(kinds=("reduction", "partial_grant"), complete=True), small_amounts)
def test_more_primary_never_lowers_the_maximum_of_a_complement(case, more):
    larger = msgspec.structs.replace(case.primary, amount=case.primary.amount + more)
    before, after = decide(case), decide(msgspec.structs.replace(case, primary=larger))
    assume(before.maximum is not None)
    assert after.maximum >= before.maximum


@given(requests(complete=True), amounts)
def test_more_room_never_lowers_the_grant(case, more):
    assume(case.capacity.free is not None)
    after = decide(facts.with_free_capacity(case, case.capacity.free + more))
    before = decide(case)
    assume("refer" not in (before.outcome, after.outcome))
    assert after.granted >= before.granted


@given(requests())
def test_a_missing_fact_is_only_asked_for_where_it_could_change_something(case):
    judged = decide(case)
    if judged.referred_to == "requester":
        assert not any(reason.verdict == "fail" for reason in judged.reasons)
        assert any("missing" in reason.used for reason in judged.reasons)


@settings(max_examples=40)
@given(requests(complete=True))
def test_headroom_keeps_its_word(case):
    law = BOOK.on(case.day)
    judged = engine.decide(case, law)
    for room in headroom.of(case, law):
        assert room.maximum > (judged.granted or 0)


@given(
    st.integers(0, 10**12).map(lambda cents: Decimal(cents) / 100), st.sampled_from(("0.95", "1.00", "0.76", "0.9025"))
)
def test_the_largest_amount_within_the_room_is_the_largest(free, ratio):
    counted = Decimal(ratio)
    largest = reduction.largest_within(free, counted_ratio=counted)

    def ceded(amount):
        return (amount * counted).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")

    assert ceded(largest) <= free
    if free > 0:
        assert ceded(largest + Decimal("0.01")) > free
