"""A claim by API, from the overdue to the line of the bordereau; what each may see and do; every error by its code."""

from __future__ import annotations

import itertools
import json
from datetime import date

import pytest

from capweb.accounts.acting import acting
from capweb.accounts.commands.enter_people import move_business_day
from capweb.audit.models import TrailEntry
from capweb.kernel.periods import Term
from tests import callers
from tests.closing import SPRING, close, files_of

_references = itertools.count(1)
INVOICE = {
    "number": "F-2020-118",
    "delivered_on": "2020-06-15",
    "invoiced_on": "2020-06-16",
    "due_on": "2020-07-31",
    "amount": "60000.00",
    "vat": "12000.00",
}
OVERDUE_DAY = date(2020, 9, 1)
SUMMER = Term(date(2020, 7, 1), date(2020, 10, 1))


@pytest.fixture(scope="module")
def granted(world):
    """Guarantees of the opening day, each for one test; afterwards the books stand on a day of autumn."""
    made = [world.granted(broker="courtage-du-port")["guarantee"] for _ in range(10)]
    move_business_day(OVERDUE_DAY)
    return iter(made)


@pytest.fixture
def guarantee(granted):
    return next(granted)


@pytest.fixture(scope="module")
def rita(world):
    """The reinsurance accountant, who pays."""
    return callers.person("rita@euler-hermes.example")


def ok(answer, status=201):
    assert answer.status_code == status, answer.content
    return answer.json()


def declared(elise, guarantee, *invoices, **more):
    body = {
        "source_reference": f"SIN-{next(_references)}",
        "guarantee": guarantee,
        "invoices": list(invoices) or [INVOICE],
        **more,
    }
    return elise.post("/claims", body)


def test_from_the_overdue_to_the_line_of_the_bordereau(world, rita, guarantee):
    elise = world.elise
    claim = ok(declared(elise, guarantee))["id"]
    step = {"source_reference": f"R-{claim}", "kind": "amicable", "done_on": "2020-09-01", "description": "Relance"}
    assert ok(elise.post(f"/claims/{claim}/collection-steps", {**step, "costs": "35.00"}))["status"] == "in_collection"
    loss = ok(elise.post(f"/claims/{claim}/loss", {"cause": "insolvency", "caused_on": "2020-08-20"}))
    # Delivered under a substitution of 50,000 at 80 %; the loss is taken before tax.
    assert loss["claim"]["loss"] == "60000.00"
    assert [(share["layer"], share["loss"], share["due"]) for share in loss["shares"]] == [
        ("top_up", "50000.00", "40000.00")
    ]
    assert loss["borne_as_indemnified"]["reinsurer"] == "38000.00"
    paid = ok(rita.post(f"/claims/{claim}/settlement", {"paid_on": "2020-09-01"}))
    assert (paid["paid"], paid["ceded"], paid["held_back"]) == ("40000.00", "38000.00", "0.00")
    back = ok(
        rita.post(
            f"/claims/{claim}/recoveries",
            {"source_reference": f"V-{claim}", "received_on": "2020-09-01", "amount": "6500.00", "costs": "500.00"},
        )
    )
    assert (back["net"], back["policyholder"], back["kept"], back["ceded"]) == (
        "6000.00",
        "2000.00",
        "200.00",
        "3800.00",
    )
    shown = ok(elise.get(f"/claims/{claim}"), 200)
    assert shown["borne_now"] == {
        "policyholder": "18000.00",
        "primary": "0.00",
        "kept": "1800.00",
        "reinsurer": "34200.00",
        "recovered": "6000.00",
    }
    assert shown["collection_costs"] == "35.00"
    told = told_to_the_reinsurer(world, claim)
    assert [(line["ceded_indemnity_change"], line["reserve_change"]) for line in told["claims"]] == [
        ("0.00", "38000.00"),
        ("38000.00", "0.00"),
        ("0.00", "-38000.00"),
    ]
    assert [line["owed_change"] for line in told["recoveries"]] == ["3800.00"]
    with acting(world.actor):
        told = list(TrailEntry.objects.filter(subject=claim).order_by("pk").values_list("action", flat=True))
    assert told == ["claim.declared", "claim.collected", "claim.loss_fixed", "claim.indemnified", "claim.recovered"]


def told_to_the_reinsurer(world, claim):
    """The lines of the summer's bordereaux that tell of the claim, by kind."""
    accountant = world.cast.actor(role="reinsurance_accountant")
    close(accountant, SPRING)
    found = {}
    for kind, closed in close(accountant, SUMMER).items():
        lines = json.loads(files_of(accountant, closed.public_id)["json"])["lines"]
        found[kind] = [line for line in lines if line.get("claim") == claim]
    return found


def test_the_same_overdue_is_one_claim_and_a_second_one_waits(world, guarantee):
    body = {"source_reference": "SIN-A", "guarantee": guarantee, "invoices": [INVOICE]}
    first, again = ok(world.elise.post("/claims", body)), ok(world.elise.post("/claims", body))
    assert (first["repeated"], again["repeated"], again["id"]) == (False, True, first["id"])
    other = declared(world.elise, guarantee)
    assert (other.status_code, other.json()["code"]) == (409, "claim_under_way")


def test_an_invoice_declared_late_is_named_and_needs_a_decision(world, guarantee):
    old = {**INVOICE, "number": "OLD", "due_on": "2020-06-20"}
    found = ok(declared(world.elise, guarantee, old, INVOICE))
    assert found["late"] == ["OLD"]
    path, loss = f"/claims/{found['id']}/loss", {"cause": "insolvency", "caused_on": "2020-08-20"}
    undecided = world.elise.post(path, loss)
    assert (undecided.status_code, undecided.json()["invoices"]) == (409, ["OLD"])
    fixed = ok(world.elise.post(path, {**loss, "late_lines": "left_out", "late_reason": "hors délai"}))
    assert [(one["number"], one["outside"], one["loss"]) for one in fixed["invoices"]] == [
        ("OLD", "declared_late", "0.00"),
        ("F-2020-118", "", "60000.00"),
    ]


def test_due_days_are_put_off_payments_counted_and_the_waiting_period_asked_for(world, guarantee):
    elise = world.elise
    claim = ok(declared(elise, guarantee))["id"]
    later = {"invoice": "F-2020-118", "due_on": "2020-08-31", "agreed_on": "2020-08-01", "reason": "échéancier"}
    shown = ok(elise.post(f"/claims/{claim}/due-days", {"source_reference": f"E-{claim}", **later}))
    assert (shown["invoices"][0]["due_on"], shown["invoices"][0]["first_due_on"]) == ("2020-08-31", "2020-07-31")
    payment = {"invoice": "F-2020-118", "received_on": "2020-08-20", "amount": "36000.00"}
    shown = ok(elise.post(f"/claims/{claim}/payments", {"source_reference": f"P-{claim}", **payment}))
    assert shown["invoices"][0]["paid"] == "36000.00"
    early = elise.post(f"/claims/{claim}/loss", {"cause": "protracted_default"})
    assert (early.status_code, early.json()["code"], early.json()["from_day"]) == (
        409,
        "loss_not_constituted",
        "2021-01-28",
    )
    fixed = ok(elise.post(f"/claims/{claim}/loss", {"cause": "insolvency", "caused_on": "2020-08-20"}))
    assert fixed["claim"]["loss"] == "30000.00"


def test_each_does_what_is_theirs(world, rita, guarantee):
    brune = callers.person("brune@courtage-du-port.example", insurer="euler-hermes")
    luc = callers.person("luc@cabinet-lemoine.example")
    stranger = declared(luc, guarantee)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "guarantee_unknown")
    claim = ok(declared(brune, guarantee))["id"]
    assert luc.get(f"/claims/{claim}").status_code == 404
    assert [one["id"] for one in ok(brune.get("/claims"), 200)["results"]].count(claim) == 1
    assert ok(luc.get("/claims"), 200)["results"] == []
    loss = {"cause": "insolvency", "caused_on": "2020-08-20"}
    assert brune.post(f"/claims/{claim}/loss", loss).status_code == 403
    assert rita.post(f"/claims/{claim}/loss", loss).status_code == 403
    ok(world.elise.post(f"/claims/{claim}/loss", loss))
    assert world.elise.post(f"/claims/{claim}/settlement", {"paid_on": "2020-09-01"}).status_code == 403
    ok(rita.post(f"/claims/{claim}/settlement", {"paid_on": "2020-09-01"}))
    # What is ceded is between the insurer and its reinsurer.
    shown = ok(brune.get(f"/claims/{claim}"), 200)
    assert (shown["payments"][0]["ceded"], shown["borne_as_indemnified"]["reinsurer"]) == (None, "0.00")
    assert shown["borne_as_indemnified"]["kept"] == "40000.00"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"amount": "60000.001"}, "invoices.amount", "invalid"),
        ({"due_on": "2020-09-01"}, "invoices.due_on", "not_overdue"),
        ({"colour": "red"}, "invoices.colour", "invalid"),
        ({"currency": "euro"}, "invoices.currency", "invalid"),
    ],
)
def test_what_makes_no_sense_is_told_by_field(world, granted, change, field, code):
    answer = declared(world.elise, "gar_any", {**INVOICE, **change})
    assert answer.status_code == 422, answer.content
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)


def test_dollars_need_the_rate_of_the_day(world, guarantee):
    claim = ok(declared(world.elise, guarantee, {**INVOICE, "amount": "11320.00", "vat": "0", "currency": "USD"}))["id"]
    loss = {"cause": "insolvency", "caused_on": "2020-08-20"}
    missing = world.elise.post(f"/claims/{claim}/loss", loss)
    assert (missing.json()["code"], missing.json()["day"]) == ("rate_missing", "2020-06-16")
    rate = {"currency": "USD", "day": "2020-06-16", "units_per_euro": "1.132", "source": "BCE"}
    assert ok(world.elise.post("/exchange-rates/bulk", [rate]), 200)["new"] == 1
    differs = world.elise.post("/exchange-rates/bulk", [{**rate, "units_per_euro": "1.2"}])
    assert differs.json()["errors"][0]["code"] == "rate_differs"
    assert ok(world.elise.post(f"/claims/{claim}/loss", loss))["claim"]["loss"] == "10000.00"


def test_a_claim_that_the_buyer_paid_is_withdrawn_and_ends(world, rita, guarantee):
    claim = ok(declared(world.elise, guarantee))["id"]
    ended = ok(world.elise.post(f"/claims/{claim}/ending", {"act": "withdraw", "reason": "réglé par l'acheteur"}))
    assert (ended["status"], ended["ended_reason"]) == ("withdrawn", "réglé par l'acheteur")
    again = rita.post(f"/claims/{claim}/settlement", {"paid_on": "2020-09-01"})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    assert ok(declared(world.elise, guarantee))["repeated"] is False
