"""The books by API: own figures to the cent, the State's room rounded, pages by cursor, nobody else's rows."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from rest_framework.test import APIRequestFactory, force_authenticate

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import PlatformActor
from reinsurance.api.books import CeilingAlerts, Entries, Envelopes, RunOff, Treaties, Treaty
from reinsurance.commands.cede import cede
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.hold_capacity import hold_capacity
from reinsurance.commands.raise_ceiling_alerts import raise_ceiling_alerts
from reinsurance.domain.cession import Ending
from reinsurance.models import Cession
from tests.books import hold, open_books, order, set_ceilings
from tests.cast import OPENING_DAY


@pytest.fixture
def accountant(committed, cast):
    open_books(cast)
    actor = cast.actor(role="reinsurance_accountant")
    with acting(actor):
        hold_capacity(actor, [hold("ofr_1", increment="1000.00")], on=OPENING_DAY)
        cede(actor, [order("a"), order("b")], on=OPENING_DAY)
    coface = cast.actor("coface")
    with acting(coface):
        cede(coface, [order("theirs", amount="400000.00")], on=OPENING_DAY)
    return actor


@pytest.fixture
def ccr(cast):
    return PlatformActor(name="ccr@ccr.example", role="reinsurer", organisation_id=cast.organisations["ccr"].pk)


def _get(view, actor, **query):
    request = APIRequestFactory().get("/x", query)
    force_authenticate(request, user=actor)
    return view.as_view()(request)


def test_an_insurer_sees_its_own_draw_to_the_cent_and_the_room_rounded_down(accountant):
    domestic = _get(Envelopes, accountant).data[0]
    assert (domestic["own_live"], domestic["own_held"], domestic["own_engaged"]) == (
        "190000.00",
        "1000.00",
        "191000.00",
    )
    assert (domestic["limit"], domestic["room"]) == ("10000000000.00", "9990000000.00")
    assert domestic["room_is_rounded"] is True


def test_the_operator_sees_the_room_exactly(accountant, cast):
    domestic = _get(Envelopes, cast.operator).data[0]
    assert (domestic["room"], domestic["own_live"]) == ("9999429000.00", "570000.00")


def test_a_reinsurer_sees_the_envelope_and_the_treaties_that_it_reinsures(accountant, ccr):
    assert [row["market"] for row in _get(Envelopes, ccr).data] == ["domestic"]
    rows = _get(Treaties, ccr).data
    assert {row["market"] for row in rows} == {"domestic"}
    assert {row["insurer"] for row in rows} == {
        "coface",
        "euler-hermes",
        "atradius",
        "groupama",
        "axa-assurcredit",
    }


def test_an_insurer_sees_its_own_four_treaties(accountant):
    rows = _get(Treaties, accountant).data
    assert {(row["insurer"], row["kind"], row["market"], row["reinsurer"]) for row in rows} == {
        ("euler-hermes", "complement", "domestic", "ccr"),
        ("euler-hermes", "substitution", "domestic", "ccr"),
        ("euler-hermes", "complement", "export", "bpifrance"),
        ("euler-hermes", "substitution", "export", "bpifrance"),
    }


def test_the_journal_goes_page_by_page_without_loss(accountant):
    first = _get(Entries, accountant, limit=2).data
    assert [row["source_key"] for row in first["results"]] == ["cession:b", "cession:a"]
    cursor = first["next"].rpartition("cursor=")[2]
    second = _get(Entries, accountant, limit=2, cursor=cursor).data
    assert [row["source_key"] for row in second["results"]] == ["hold:ofr_1"]
    assert second["next"] is None


def test_the_journal_as_of_an_earlier_day_is_empty(accountant):
    assert _get(Entries, accountant, as_of="2020-06-14").data["results"] == []


def test_a_reinsurer_reads_the_journal_of_its_treaties_only(accountant, ccr):
    keys = {row["source_key"] for row in _get(Entries, ccr).data["results"]}
    assert keys == {"cession:a", "cession:b", "cession:theirs", "hold:ofr_1"}
    bpifrance = PlatformActor(name="bpi", role="reinsurer", organisation_id=0)
    assert _get(Entries, bpifrance).data["results"] == []


def test_an_entry_of_a_treaty_of_another_insurer_is_not_found(accountant, cast):
    theirs = _get(Treaties, cast.actor("coface", role="auditor")).data[0]["id"]
    answer = _get(Entries, accountant, treaty=theirs)
    assert (answer.status_code, answer.data["code"]) == (404, "treaty_unknown")


@pytest.mark.parametrize(("name", "value"), [("cursor", "x"), ("as_of", "15/06/2020"), ("limit", "0")])
def test_what_cannot_be_read_is_told_by_field(accountant, name, value):
    answer = _get(Entries, accountant, **{name: value})
    assert (answer.status_code, answer.data["errors"][0]["field"]) == (422, name)


@pytest.mark.parametrize("view", [Treaties, Entries])
def test_the_operator_and_a_broker_do_not_read_an_insurers_books(accountant, cast, view):
    for actor in (cast.operator, cast.broker()):
        assert _get(view, actor).status_code == 403


def test_without_signing_in_nothing_is_shown(committed):
    for path in ("envelopes", "treaties", "ledger/entries"):
        assert Client().get(f"/api/v1/{path}").status_code == 401


def test_amounts_add_up_between_the_journal_and_the_treaty(accountant):
    rows = _get(Entries, accountant).data["results"]
    ceded = sum(Decimal(t["amount"]) for row in rows for t in row["transfers"] if t["code"] == "ceded")
    live = sum(Decimal(row["live"]) for row in _get(Treaties, accountant).data)
    assert ceded == live == Decimal("190000.00")
    assert rows[0]["booked_on"] == date(2020, 6, 15).isoformat()


def test_a_treaty_tells_everything_that_was_agreed_about_it(accountant, ccr):
    treaty = next(
        row["id"]
        for row in _get(Treaties, accountant).data
        if (row["kind"], row["market"]) == ("substitution", "domestic")
    )
    for actor in (accountant, ccr):
        found = _one(actor, treaty).data
        assert found["treaty"]["ceded_ratio"] == "0.95"
        assert [(one["first_day"], one["reporting_months"]) for one in found["terms"]] == [("2020-04-15", 3)]
        assert {one["account"]: one["balance"] for one in found["accounts"]}["live"] == "190000.00"
        assert (found["country_amendments"], found["treaty"]["settlement_days"]) == ([], None)


def _one(actor, treaty):
    request = APIRequestFactory().get("/x")
    force_authenticate(request, user=actor)
    return Treaty.as_view()(request, public_id=treaty)


def test_another_insurer_s_treaty_is_not_found(accountant, cast):
    treaty = _get(Treaties, accountant).data[0]["id"]
    coface = cast.actor("coface", role="reinsurance_accountant")
    assert _one(coface, treaty).status_code == 404


def test_run_off_is_one_s_own_by_day_and_the_whole_for_the_platform(accountant, cast):
    ends = []
    for actor in (accountant, cast.actor("coface")):
        with acting(actor):
            cession = Cession.objects.order_by("id").first()
            ending = Ending(
                cession_id=cession.pk,
                effective_on=OPENING_DAY,
                run_off_until=date(2090, 10, 15),
                premium_credited=Decimal(0),
            )
            ends += end_cessions(actor, [ending], on=OPENING_DAY)
    own, whole = _get(RunOff, accountant).data, _get(RunOff, cast.operator).data
    assert own[0]["market"] == whole[0]["market"] == "domestic"
    day = "2090-10-15"
    assert own[0]["days"] == [{"day": day, "amount": "95000.00"}]
    assert (whole[0]["total"], whole[0]["days"]) == ("475000.00", [{"day": day, "amount": "475000.00"}])


def test_alerts_are_told_by_api_without_amounts(accountant, cast):
    set_ceilings(cast, {"domestic": Decimal("600000.00")})
    with acting_as_platform():
        raise_ceiling_alerts(cast.operator, on=OPENING_DAY)
    newest = _get(CeilingAlerts, accountant).data[0]
    assert newest == {
        "position": 3,
        "market": "domestic",
        "treaty": None,
        "subject": "threshold",
        "share": "0.95",
        "is_raised": True,
        "booked_on": "2020-06-15",
    }
