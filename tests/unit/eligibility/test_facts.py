"""Facts are read from a document with every bad field named at once; what is left out is a missing fact, no mistake."""

from datetime import date
from decimal import Decimal

import pytest

from capweb.kernel.errors import FieldErrors
from eligibility.domain import facts

DOCUMENT = {
    "name": "left aside",
    "expect": {"outcome": "grant"},
    "day": "2020-06-15",
    "insurer": "coface",
    "market": "domestic",
    "trigger": {"kind": "refusal", "notified_on": date(2020, 6, 10)},
    "buyer": {"grade": 5, "headcount": 12},
    "primary": {"amount": "0"},
    "requested_total": 60000,
}


def changed(**changes):
    return {**DOCUMENT, **changes}


def errors_of(document):
    with pytest.raises(FieldErrors) as raised:
        facts.from_document(document)
    return {error.field: error.code for error in raised.value.errors}


def test_a_document_becomes_facts():
    found = facts.from_document(DOCUMENT)
    assert found.day == date(2020, 6, 15)
    assert found.requested_total == Decimal("60000.00")
    assert found.buyer.grade == "5"
    assert found.buyer.default_probability is None
    assert found.others_in_force.same_policyholder == 0
    assert found.capacity.free is None


def test_facts_do_not_change():
    with pytest.raises(AttributeError):
        facts.from_document(DOCUMENT).market = "export"


def test_every_bad_field_is_named_at_once():
    document = changed(
        market="abroad",
        colour="blue",
        buyer={"country": "fr", "turnover": -1, "created_on": "2020-02-30", "insolvent": "no", "age": 3},
        policy={"insured_ratio": "1.2", "limits_set_by": "nobody"},
        requested_total=100.5,
    )
    assert errors_of(document) == {
        "market": "value",
        "colour": "unknown_key",
        "buyer.country": "value",
        "buyer.turnover": "value",
        "buyer.created_on": "value",
        "buyer.insolvent": "value",
        "buyer.age": "unknown_key",
        "policy.insured_ratio": "value",
        "policy.limits_set_by": "value",
        "requested_total": "value",
    }


@pytest.mark.parametrize(
    "amount", ["1e5", "1.005", "12 000", "", "١٢", True, 1.0, "99999999999999999999", "NaN", [], "-5", "1,5", "0x1F"]
)
def test_an_amount_is_exact_or_refused(amount):
    assert errors_of(changed(requested_total=amount)) == {"requested_total": "value"}


@pytest.mark.parametrize("amount", ["0", "0.01", "9999999999999999.99", 5, "100000.10"])
def test_an_exact_amount_is_taken(amount):
    assert facts.from_document(changed(requested_total=amount)).requested_total == Decimal(str(amount))


def test_without_its_head_a_case_cannot_be_judged():
    assert errors_of({}) == dict.fromkeys(("day", "insurer", "market", "trigger"), "required")
    assert errors_of(changed(trigger={})) == {"trigger.kind": "required"}


@pytest.mark.parametrize(
    ("kind", "amount"), [("reduction", "0"), ("partial_grant", "0"), ("refusal", "0.01"), ("cessation", "5000")]
)
def test_no_product_has_this_trigger_and_this_primary(kind, amount):
    assert errors_of(changed(trigger={"kind": kind}, primary={"amount": amount})) == {"primary.amount": "combination"}


def test_dates_out_of_order_are_refused():
    document = changed(trigger={"kind": "refusal", "notified_on": "2020-06-16"}, buyer={"created_on": "2020-06-16"})
    assert errors_of(document) == dict.fromkeys(("trigger.notified_on", "buyer.created_on"), "dates_out_of_order")


def test_an_exception_is_complete_or_refused():
    assert errors_of(changed(exceptions=[{"kind": "above_parity", "granted_on": "2020-06-01"}])) == {
        "exceptions.0.amount": "required"
    }
    assert "exceptions.0" in errors_of(changed(exceptions=[{"kind": "above_parity"}]))
    assert errors_of(changed(exceptions="all")) == {"exceptions": "kind"}


def test_capacity_is_replaced_and_nothing_else():
    before = facts.from_document(DOCUMENT)
    after = facts.with_free_capacity(before, Decimal("5.00"))
    assert after.capacity.free == Decimal("5.00")
    assert facts.with_free_capacity(after, None) == before


def test_facts_survive_being_stored():
    document = changed(exceptions=[{"kind": "large_policyholder", "granted_on": "2020-06-01", "reference": "x"}])
    document["readings"] = {"term_length": "ninety_days"}
    document["capacity"] = {"free": "-10.50"}
    found = facts.from_document(document)
    assert facts.from_json(facts.to_json(found)) == found
