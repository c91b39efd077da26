"""The same act is done once: repeated, repeated in parallel, repeated with another payload, repeated after an error."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, ProgrammingError, connections, transaction

from capweb.accounts.acting import acting, acting_as_platform
from capweb.audit import idempotency
from capweb.audit.idempotency import Act, KeptAnswer, KeyReused, payload_of
from capweb.audit.models import IdempotentAnswer
from policies.models import LimitRequest
from tests import callers
from tests import factories as make


def requests_on(world, who):
    with acting(world.actor):
        return LimitRequest.objects.filter(policy_id=who.policy_id).count()


def test_the_same_request_twice_is_one_request_and_one_answer(world):
    body = world.body(*world.pair())
    first = world.elise.post("/limit-requests", body, key="twice")
    again = world.elise.post("/limit-requests", body, key="twice")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")


def test_the_first_answer_is_given_again_when_the_request_has_moved_on(world):
    body = world.body(*world.pair())
    first = world.elise.post("/limit-requests", body, key="moved on")
    world.elise.post(f"/offers/{first.json()['offer']['id']}/accept")
    assert world.elise.post("/limit-requests", body, key="moved on").json()["status"] == "offered"


def test_two_that_come_at_once_are_one_request(world):
    who, whom = world.pair()
    body, start = world.body(who, whom), threading.Barrier(2)

    def ask() -> tuple[int, str, str | None]:
        caller = callers.person("elise@euler-hermes.example")
        start.wait()
        try:
            answer = caller.post("/limit-requests", body, key="at once")
            return answer.status_code, answer.json()["id"], answer.get("Idempotent-Replayed")
        finally:
            for connection in connections.all():
                connection.close()

    with ThreadPoolExecutor(2) as pool:
        (status, request, replayed), (other_status, other_request, other_replayed) = pool.map(lambda _: ask(), range(2))
    assert (status, other_status) == (201, 201)
    assert request == other_request
    assert {replayed, other_replayed} == {None, "true"}
    assert requests_on(world, who) == 1


def test_two_keys_at_once_on_one_buyer_are_one_request_and_one_refusal(world):
    who, whom = world.pair()
    body, start = world.body(who, whom), threading.Barrier(2)

    def ask(key: str) -> tuple[int, str]:
        caller = callers.person("elise@euler-hermes.example")
        start.wait()
        try:
            answer = caller.post("/limit-requests", body, key=key)
            found = answer.json()
            return answer.status_code, found.get("status") if answer.status_code == 201 else found["errors"][0]["code"]
        finally:
            for connection in connections.all():
                connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(ask, ["race one", "race two"]))
    assert answers == [(201, "offered"), (422, "under_way")]
    assert requests_on(world, who) == 1


def test_a_key_used_for_another_payload_is_refused_and_told_what_differs(world):
    body = world.body(*world.pair())
    world.elise.post("/limit-requests", body, key="reused")
    answer = world.elise.post("/limit-requests", {**body, "requested_total": "1", "reference": "x"}, key="reused")
    assert answer.status_code == 422
    found = answer.json()
    assert (found["code"], found["differs"]) == ("idempotency_key_reused", ["reference", "requested_total"])
    assert "requested_total" in found["detail"]


def test_the_order_of_fields_and_spaces_make_no_other_payload(world):
    who, whom = world.pair()
    one = f'{{"policy_number": "{who.policy_number}", "buyer_identifier": "{whom.identifier}", "requested_total": 900}}'
    other = f'{{"requested_total":900,"buyer_identifier":"{whom.identifier}","policy_number":"{who.policy_number}"}}'
    first = world.elise.send("/limit-requests", one.encode(), "application/json", key="spaces")
    again = world.elise.send("/limit-requests", other.encode(), "application/json", key="spaces")
    assert first.status_code == 201, first.content
    assert again["Idempotent-Replayed"] == "true"


def test_two_callers_may_use_the_same_key(world):
    brune = callers.person("brune@courtage-du-port.example", insurer="euler-hermes")
    own = world.body(*world.pair(broker="courtage-du-port"))
    other = world.body(*world.pair())
    assert world.elise.post("/limit-requests", other, key="same").status_code == 201
    assert brune.post("/limit-requests", own, key="same").status_code == 201


def test_one_key_serves_two_operations(world):
    one, other = world.asked()["offer"]["id"], world.asked()["offer"]["id"]
    assert world.elise.post(f"/offers/{one}/accept", key="both").status_code == 200
    assert world.elise.post(f"/offers/{other}/decline", key="both").status_code == 200


def test_a_refusal_of_the_row_is_kept_like_any_other_answer(world):
    body = world.body(*world.pair(), policy_number="P404")
    first = world.elise.post("/limit-requests", body, key="refused")
    again = world.elise.post("/limit-requests", body, key="refused")
    assert (first.status_code, again.status_code) == (422, 422)
    assert again["Content-Type"] == "application/problem+json"
    assert again["Idempotent-Replayed"] == "true"


def test_an_error_that_wrote_nothing_is_not_kept(world):
    who, whom = world.pair()
    wrong = world.elise.post("/limit-requests", world.body(who, whom, requested_total="x"), key="mended")
    right = world.elise.post("/limit-requests", world.body(who, whom), key="mended")
    assert (wrong.status_code, right.status_code) == (422, 201)


@pytest.mark.parametrize("key", ["é" * 3, "x" * 201, "   "])
def test_a_key_that_cannot_be_kept_is_refused(world, key):
    answer = world.elise.http.post(
        "/api/v1/limit-requests", "{}", content_type="application/json", headers={"idempotency-key": key}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


def fail_after_begin(actor, act, payload):
    with acting(actor):
        assert idempotency.begin(act, payload) is None
        raise RuntimeError("on purpose")


def test_an_act_that_fails_leaves_no_answer(world):
    act = Act(world.actor.insurer_id, "tests", "fail", "k")
    payload = payload_of({"a": 1})
    with pytest.raises(RuntimeError, match="on purpose"):
        fail_after_begin(world.actor, act, payload)
    with acting(world.actor):
        assert idempotency.begin(act, payload) is None
        idempotency.keep(act, KeptAnswer(200, "{}"))
    with acting(world.actor):
        assert idempotency.begin(act, payload) == KeptAnswer(200, "{}")
    with acting(world.actor), pytest.raises(KeyReused, match=r"\ba diff"):
        idempotency.begin(act, payload_of({"a": 2}))


def test_an_act_is_begun_inside_acting_only(world):
    act = Act(world.actor.insurer_id, "tests", "outside", "k")
    with pytest.raises(RuntimeError, match="inside acting"):
        idempotency.begin(act, payload_of({}))


def test_another_insurer_has_its_own_answers(world):
    coface = world.cast.actor("coface")
    act = Act(world.actor.insurer_id, "tests", "wall", "k")
    with acting(world.actor):
        idempotency.begin(act, payload_of({}))
        idempotency.keep(act, KeptAnswer(200, '"ours"'))
    with acting(coface):
        assert not IdempotentAnswer.objects.filter(operation="wall").exists()
    with pytest.raises(ProgrammingError, match="row-level security"), acting(coface):
        idempotency.begin(act, payload_of({}))


def execute(alias, statement, *, insurer_id):
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SELECT set_config('capweb.insurer', %s, true)", [str(insurer_id)])
        cursor.execute(statement)


@pytest.mark.parametrize("alias", ["default", "platform", "owner"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_idempotentanswer SET answer = 'forged'", "UPDATE audit_idempotentanswer SET payload_digest = 'x'"],
)
def test_a_kept_answer_is_never_altered(world, alias, statement):
    act = Act(world.actor.insurer_id, "tests", f"stands {alias} {statement}", "k")
    with acting(world.actor):
        idempotency.begin(act, payload_of({}))
        idempotency.keep(act, KeptAnswer(200, "{}"))
    with pytest.raises(DatabaseError):
        execute(alias, statement, insurer_id=world.actor.insurer_id)
    with acting_as_platform() as using:
        assert IdempotentAnswer.objects.using(using).get(operation=act.operation).answer == "{}"


def test_the_same_file_under_another_key_is_the_same_submission(world):
    who, whom = world.pair()
    content = make.csv_of([make.row_for(who, whom)])
    first = world.elise.send("/limit-requests/bulk", content, "text/csv")
    again = world.elise.send("/limit-requests/bulk", content, "text/csv")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert (first.json()["is_repeat"], again.json()["is_repeat"]) == (False, True)


def test_another_file_under_the_same_key_is_refused(world):
    who, whom = world.pair()
    world.elise.send("/limit-requests/bulk", make.csv_of([make.row_for(who, whom)]), "text/csv", key="file")
    other = make.csv_of([make.row_for(who, whom, total="60000")])
    answer = world.elise.send("/limit-requests/bulk", other, "text/csv", key="file")
    assert (answer.status_code, answer.json()["differs"]) == (422, ["body"])
