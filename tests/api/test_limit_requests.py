"""One request by API: decided at once, read again, found by reference, cancelled; every refusal tells the field."""

from datetime import timedelta

import pytest

from capweb.accounts.acting import acting
from policies.models import LimitRequest, Offer
from reinsurance.queries.verification import verify_ledger
from tests import callers
from tests import factories as make
from tests.callers import Caller
from tests.cast import OPENING_DAY

PROBLEM = "application/problem+json"


def told(answer, *, status, code):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    found = answer.json()
    assert (found["type"], found["code"], found["status"]) == (f"/problems/{code}", code, status)
    return found


def codes(answer):
    return {(error["field"], error["code"]) for error in told(answer, status=422, code="invalid_fields")["errors"]}


def requests_on(world, who):
    with acting(world.actor):
        return LimitRequest.objects.filter(policy_id=who.policy_id).count()


def test_a_request_is_answered_with_its_decision_and_its_offer(world):
    who, whom = world.pair()
    answer = world.elise.post("/limit-requests", world.body(who, whom, requested_total="300000", reference="PO-1"))
    assert answer.status_code == 201, answer.content
    found = answer.json()
    decision, offer = found["decision"], found["offer"]
    assert answer["Location"] == f"/api/v1/limit-requests/{found['id']}"
    assert (found["status"], found["reference"], found["requested_total"]) == ("offered", "PO-1", "300000.00")
    assert (decision["outcome"], decision["granted"], decision["binding"]) == (
        "grant_reduced",
        "100000.00",
        "category_maximum",
    )
    assert decision["premium_rate"] == "0.00875"
    assert (offer["amount"], offer["premium"], offer["insured_ratio"]) == ("100000.00", "875.00", "0.80")
    assert offer["term"] == {"first": "2020-06-15", "end": "2020-09-15"}
    assert {"code", "verdict", "title", "sentence", "used", "reference", "reading"} <= decision["reasons"][0].keys()
    assert {"if": {"buyer.grade": "6"}, "maximum": "200000.00"} in decision["headroom"]


def test_a_decision_shows_no_row_numbers(world):
    shown = world.asked()
    assert shown["id"].startswith("req_")
    assert shown["offer"]["id"].startswith("off_")
    assert not [key for key in shown["decision"] if key.endswith("id")]


def test_a_request_is_read_again_as_it_was_answered(world):
    asked = world.asked()
    answer = world.elise.get(f"/limit-requests/{asked['id']}")
    assert answer.status_code == 200
    assert answer.json() == asked


def test_a_request_without_a_key_is_refused(world):
    who, whom = world.pair()
    found = told(
        world.elise.post("/limit-requests", world.body(who, whom), key=""), status=400, code="idempotency_key_missing"
    )
    assert "Idempotency-Key" in found["detail"]
    assert requests_on(world, who) == 0


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"buyer_identifier": "732829321"}, "buyer_identifier", "siren_checksum"),
        ({"requested_total": "-50000"}, "requested_total", "amount_not_positive"),
        ({"requested_total": -50000}, "requested_total", "amount_not_positive"),
        ({"requested_total": "1e9"}, "requested_total", "not_an_amount"),
        ({"requested_total": None}, "requested_total", "missing"),
        ({"policy_number": "P0"}, "policy_number", "unknown_policy"),
        ({"buyer_identifier": "732829320"}, "buyer_identifier", "unknown_buyer"),
        ({"notified_on": "2020-06-11"}, "notified_on", "other_notice_day"),
        ({"notified_on": "2020-02-30"}, "notified_on", "not_a_date"),
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"reference": ["a"]}, "reference", "not_a_plain_value"),
    ],
)
def test_what_cannot_be_taken_is_told_by_field(world, changed, field, code):
    who, whom = world.pair()
    assert codes(world.elise.post("/limit-requests", world.body(who, whom, **changed))) == {(field, code)}
    assert requests_on(world, who) == 0


def test_all_fields_that_are_wrong_are_told_at_once(world):
    body = {"policy_number": "P1", "buyer_identifier": "123456789", "requested_total": "many"}
    assert codes(world.elise.post("/limit-requests", body)) == {
        ("buyer_identifier", "siren_checksum"),
        ("requested_total", "not_an_amount"),
    }


def test_an_amount_written_as_a_json_number_keeps_its_cents(world):
    who, whom = world.pair()
    text = '{"policy_number": "%s", "buyer_identifier": "%s", "requested_total": 20000.10}'
    answer = world.elise.send(
        "/limit-requests", (text % (who.policy_number, whom.identifier)).encode(), "application/json"
    )
    assert answer.json()["requested_total"] == "20000.10", answer.content


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [(b"{", 400, "parse_error"), (b"[" * 100_000, 400, "parse_error"), (b"[]", 422, "invalid_fields")],
)
def test_a_body_that_is_no_json_object_is_refused(world, content, status, code):
    told(world.elise.send("/limit-requests", content, "application/json"), status=status, code=code)


def test_a_body_of_another_kind_is_refused(world):
    told(world.elise.send("/limit-requests", b"a=b", "text/plain"), status=415, code="unsupported_media_type")


def test_a_second_request_on_the_same_buyer_is_told_what_is_under_way(world):
    who, whom = world.pair()
    first = world.elise.post("/limit-requests", world.body(who, whom)).json()
    answer = world.elise.post("/limit-requests", world.body(who, whom))
    assert codes(answer) == {("buyer_identifier", "under_way")}
    assert first["id"] in answer.json()["detail"]


def test_a_broker_asks_for_its_own_clients_only(world):
    own, buyer = world.pair(broker="courtage-du-port")
    other, other_buyer = world.pair()
    brune = callers.person("brune@courtage-du-port.example", insurer="euler-hermes")
    assert brune.post("/limit-requests", world.body(own, buyer)).status_code == 201
    answer = brune.post("/limit-requests", world.body(other, other_buyer))
    assert codes(answer) == {("policy_number", "unknown_policy")}


def test_a_request_is_found_by_the_clients_own_reference(world):
    wanted = world.asked(reference="PO-7")
    world.asked(reference="PO-8")
    found = world.elise.get("/limit-requests?reference=PO-7").json()
    assert [row["id"] for row in found["results"]] == [wanted["id"]]
    assert found["next"] is None


def test_a_list_goes_on_where_its_page_ended(world):
    asked = [world.asked(reference="many")["id"] for _ in range(5)]
    seen, address = [], "/limit-requests?reference=many&limit=2"
    while address:
        page = world.elise.get(address.removeprefix("/api/v1")).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert seen == asked[::-1]


@pytest.mark.parametrize(("query", "field"), [("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit")])
def test_a_page_size_out_of_range_is_refused(world, query, field):
    assert codes(world.elise.get(f"/limit-requests?{query}")) == {(field, "limit_out_of_range")}


def test_a_cursor_of_nowhere_is_refused(world):
    told(world.elise.get("/limit-requests?cursor=req_nowhere"), status=422, code="cursor_unknown")


def test_an_offered_request_is_cancelled_with_its_offer_and_its_hold(world):
    asked = world.asked()
    answer = world.elise.delete(f"/limit-requests/{asked['id']}")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["offer"]) == ("cancelled", None)
    assert [offer["status"] for offer in answer.json()["offers"]] == ["withdrawn"]
    assert verify_ledger().agrees
    told(world.elise.post(f"/offers/{asked['offer']['id']}/accept"), status=409, code="offer_closed")


def test_what_a_cancelled_request_held_is_free_for_the_next(world):
    who, whom = world.pair()
    first = world.elise.post("/limit-requests", world.body(who, whom)).json()
    world.elise.delete(f"/limit-requests/{first['id']}")
    assert world.elise.post("/limit-requests", world.body(who, whom)).status_code == 201


def test_cancelling_again_changes_nothing(world):
    asked = world.asked()
    first = world.elise.delete(f"/limit-requests/{asked['id']}")
    assert world.elise.delete(f"/limit-requests/{asked['id']}").json() == first.json()


def test_a_referred_request_is_cancelled(world):
    who, whom = make.client(world.actor), make.buyer(world.actor, grade="8")
    make.notice(world.actor, who, whom)
    asked = world.elise.post("/limit-requests", world.body(who, whom)).json()
    assert asked["status"] == "referred"
    found = world.elise.delete(f"/limit-requests/{asked['id']}").json()
    assert (found["status"], found["referred_to"]) == ("cancelled", "")


def test_a_granted_request_is_not_cancelled(world):
    asked = world.asked()
    world.elise.post(f"/offers/{asked['offer']['id']}/accept")
    told(world.elise.delete(f"/limit-requests/{asked['id']}"), status=409, code="request_closed")
    with acting(world.actor):
        assert Offer.objects.get(public_id=asked["offer"]["id"]).status == "accepted"


def test_what_is_unknown_or_anothers_is_not_found(world):
    asked = world.asked()
    karim = callers.person("karim@coface.example")
    luc = callers.person("luc@cabinet-lemoine.example")
    for caller, public_id in ((world.elise, "req_unknown"), (karim, asked["id"]), (luc, asked["id"])):
        told(caller.get(f"/limit-requests/{public_id}"), status=404, code="not_found")
        told(caller.delete(f"/limit-requests/{public_id}"), status=404, code="not_found")
    assert world.elise.get(f"/limit-requests/{asked['id']}").json()["status"] == "offered"


def test_a_role_that_may_not_ask_is_refused(world):
    who, whom = world.pair()
    auditor = callers.person("axel@euler-hermes.example")
    told(auditor.post("/limit-requests", world.body(who, whom)), status=403, code="permission_denied")
    assert auditor.get("/limit-requests").status_code == 200


def test_nobody_asks_without_signing_in(world):
    answer = Caller().post("/limit-requests", {})
    told(answer, status=401, code="not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_reinsurer_reads_no_insurers_requests(world):
    told(callers.person("ccr@ccr.example").get("/limit-requests"), status=403, code="permission_denied")


def test_an_offer_stands_open_for_the_days_of_the_setting(world):
    asked = world.asked()
    assert asked["offer"]["open_until"] == (OPENING_DAY + timedelta(days=15)).isoformat()
