"""Which cover an invoice falls under, what of it is lost before tax, at which rate it counts; the life of a claim."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from policies.domain import claim_life
from policies.domain.claim_lines import (
    Attachment,
    InvoiceLine,
    PolicyRules,
    PrimaryStep,
    Rate,
    TopUp,
    attached,
    in_euro,
    rate_on,
)
from policies.domain.moves import IllegalMove

FIRST, END = date(2020, 6, 15), date(2020, 9, 15)
RULES = PolicyRules(insured_ratio=Decimal("0.90"), longest_payment_days=90, invoicing_delay_days=30)
TERM = TopUp(
    term_id=1,
    first=FIRST,
    end=END,
    limit=Decimal(100000),
    insured_ratio=Decimal("0.80"),
    ceded_ratio=Decimal("0.95"),
)
NEXT = replace(TERM, term_id=2, first=END, end=date(2020, 12, 15))


def line(delivered, invoiced=None, **more):
    invoiced = invoiced or delivered
    given = {"due_on": invoiced + timedelta(days=60), "amount": Decimal("1000.00"), **more}
    return InvoiceLine(number="F1", delivered_on=delivered, invoiced_on=invoiced, **given)


def cover(one, *top_ups, primary=(), rules=RULES):
    return attached(one, top_ups=top_ups or (TERM,), primary=primary, rules=rules)


def test_the_day_of_delivery_decides_with_the_first_day_in_and_the_end_out():
    assert cover(line(FIRST)).top_up == TERM
    assert cover(line(END - timedelta(days=1))).top_up == TERM
    assert cover(line(END)) == Attachment(Decimal("0.00"), None, "after_end")


def test_what_was_delivered_before_the_first_day_is_never_covered():
    early = line(FIRST - timedelta(days=1), invoiced=FIRST)
    assert cover(early) == Attachment(Decimal("0.00"), None, "before_first_day")


def test_each_of_two_terms_covers_its_own_days():
    assert cover(line(END), TERM, NEXT).top_up == NEXT
    assert cover(line(END - timedelta(days=1), invoiced=END), TERM, NEXT).top_up == TERM  # cover had not lapsed


def test_a_limit_that_fell_inside_the_term_holds_for_later_deliveries_only():
    cut = replace(TERM, cuts=((date(2020, 7, 1), Decimal(60000)),))
    assert cover(line(date(2020, 6, 30)), cut).top_up.limit == 100000
    assert cover(line(date(2020, 7, 1)), cut).top_up.limit == 60000


def test_what_is_invoiced_after_the_end_counts_within_the_policys_delay():
    last = END - timedelta(days=1)
    within, past = last + timedelta(days=30), last + timedelta(days=31)
    assert cover(line(last, invoiced=within)).top_up == TERM
    assert cover(line(last, invoiced=past)).outside == "invoiced_too_late"


def test_an_invoicing_delay_that_the_policy_does_not_tell_is_not_guessed():
    rules = replace(RULES, invoicing_delay_days=None)
    last = END - timedelta(days=1)
    assert cover(line(last, invoiced=END), rules=rules).outside == "invoicing_delay_unset"
    assert cover(line(last), rules=rules).top_up == TERM


def test_under_the_stricter_reading_it_must_be_invoiced_before_the_end():
    rules = replace(RULES, lapse_cover="delivered_and_invoiced_before_end")
    assert cover(line(END - timedelta(days=1), invoiced=END), rules=rules).outside == "invoiced_too_late"


def test_the_primary_is_that_of_the_day_of_delivery():
    steps = [PrimaryStep(date(2019, 1, 1), Decimal(400000)), PrimaryStep(FIRST, Decimal(150000))]
    assert cover(line(FIRST), primary=steps).primary_limit == 150000
    before = cover(line(FIRST - timedelta(days=1)), primary=steps)
    assert before == Attachment(Decimal(400000), None)


def test_a_payment_term_longer_than_the_policys_is_outside():
    assert cover(line(FIRST, due_on=FIRST + timedelta(days=90))).top_up == TERM
    assert cover(line(FIRST, due_on=FIRST + timedelta(days=91))).outside == "payment_days_too_long"


def test_no_guarantee_and_no_primary_is_no_cover():
    assert attached(line(FIRST), top_ups=(), primary=(), rules=RULES).outside == "no_cover"


@pytest.mark.parametrize(
    ("amount", "vat", "paid", "unpaid"),
    [
        ("1000.00", "200.00", "0.00", "1000.00"),
        ("1000.00", "200.00", "600.00", "500.00"),
        ("1000.00", "200.00", "1200.00", "0.00"),
        ("1000.00", "0.00", "250.00", "750.00"),
    ],
)
def test_the_loss_is_what_is_unpaid_before_tax(amount, vat, paid, unpaid):
    one = line(FIRST, amount=Decimal(amount), vat=Decimal(vat), paid=Decimal(paid))
    assert one.unpaid_before_tax == Decimal(unpaid)


def test_an_invoice_makes_sense():
    with pytest.raises(ValueError, match="within"):
        line(FIRST, paid=Decimal("1000.01"))
    with pytest.raises(ValueError, match="due"):
        line(FIRST, due_on=FIRST - timedelta(days=1))


def test_a_foreign_invoice_counts_at_the_rate_of_its_day_or_the_last_before():
    friday, old = Rate(date(2020, 7, 3), Decimal("1.1224")), Rate(date(2020, 6, 1), Decimal("1.1116"))
    assert rate_on([old, friday], date(2020, 7, 3)) == friday
    assert rate_on([old, friday], date(2020, 7, 5)) == friday
    assert rate_on([old, friday], date(2020, 7, 10)) == friday
    assert rate_on([old, friday], date(2020, 7, 11)) is None
    assert rate_on([friday], date(2020, 7, 2)) is None  # never a rate of a later day
    assert in_euro(Decimal("1122.40"), "USD", friday) == Decimal("1000.00")
    assert in_euro(Decimal("1122.40"), "USD", None) is None
    assert in_euro(Decimal("1122.40"), "EUR", None) == Decimal("1122.40")


def test_an_overdue_is_in_time_on_the_last_day_of_the_delay():
    due = [claim_life.DueDay("F1", date(2020, 7, 31))]
    last = date(2020, 9, 29)
    assert claim_life.declared_late(due, declared_on=last, delay_days=60) == []
    assert claim_life.declared_late(due, declared_on=last + timedelta(days=1), delay_days=60) == ["F1"]


def test_a_loss_is_constituted_by_its_event_or_by_the_waiting_period_after_the_last_due_day():
    days = [date(2020, 7, 31), date(2020, 8, 31)]
    waited = claim_life.constituted_on("protracted_default", due=days, caused_on=None, waiting_days=180)
    assert waited == date(2021, 2, 27)
    event = date(2020, 8, 3)
    assert claim_life.constituted_on("insolvency", due=days, caused_on=event, waiting_days=None) == event
    assert claim_life.constituted_on("protracted_default", due=days, caused_on=None, waiting_days=None) is None


def test_money_may_come_after_a_claim_was_closed_and_nothing_else_happens_to_it():
    assert claim_life.after("closed", "recover") == "closed"
    for act in ("extend", "pay", "collect", "fix", "settle", "close", "withdraw"):
        with pytest.raises(IllegalMove):
            claim_life.after("closed", act)


def test_what_the_buyer_pays_is_a_payment_before_the_loss_is_fixed_and_a_recovery_after_the_indemnity():
    assert claim_life.after("in_collection", "pay") == "in_collection"
    assert claim_life.after("indemnified", "recover") == "indemnified"
    for status, act in (("in_collection", "recover"), ("loss_fixed", "recover"), ("loss_fixed", "pay")):
        with pytest.raises(IllegalMove):
            claim_life.after(status, act)
