"""Another amount of a running guarantee, and its end, as a client of the API asks for them."""

from __future__ import annotations

import pytest

from tests import callers
from tests import factories as make


def granted(world, *, total="100000", grade="6"):
    who, whom = make.client(world.actor), make.buyer(world.actor, grade=grade)
    make.notice(world.actor, who, whom)
    asked = world.elise.post("/limit-requests", world.body(who, whom, requested_total=total)).json()
    return world.elise.post(f"/offers/{asked['offer']['id']}/accept").json()["guarantee"]


def test_an_increase_is_offered_accepted_and_shown_on_both_guarantees(world):
    guarantee = granted(world)
    answer = world.elise.post(f"/guarantees/{guarantee}/increase-requests", {"requested_total": "180000"})
    assert answer.status_code == 201, answer.content
    assert answer["Location"].endswith(answer.json()["request"])
    accepted = world.elise.post(f"/offers/{answer.json()['offer']}/accept").json()
    assert world.elise.get(f"/guarantees/{guarantee}").json()["terms"][0]["status"] == "replaced_at_once"
    shown = world.elise.get(f"/guarantees/{accepted['guarantee']}").json()
    assert (shown["terms"][0]["amount"], shown["terms"][0]["status"]) == ("180000.00", "running")


def test_the_same_key_asks_once(world):
    guarantee = granted(world)
    path = f"/guarantees/{guarantee}/increase-requests"
    first = world.elise.post(path, {"requested_total": "180000"}, key="one")
    again = world.elise.post(path, {"requested_total": "180000"}, key="one")
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")


def test_what_the_rules_do_not_allow_is_a_refused_request_with_its_code(world):
    guarantee = granted(world, total="200000")
    answer = world.elise.post(f"/guarantees/{guarantee}/increase-requests", {"requested_total": "250000"})
    assert (answer.status_code, answer.json()["outcome"], answer.json()["code"]) == (201, "refused", "nothing_gained")


@pytest.mark.parametrize("total", ["0", "-1", "1.005", "much", None])
def test_a_total_that_is_no_amount_is_named_by_its_field(world, total):
    guarantee = granted(world)
    answer = world.elise.post(f"/guarantees/{guarantee}/increase-requests", {"requested_total": total})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["requested_total"]


def test_the_amount_that_runs_already_is_a_conflict(world):
    guarantee = granted(world)
    answer = world.elise.post(f"/guarantees/{guarantee}/increase-requests", {"requested_total": "100000"})
    assert (answer.status_code, answer.json()["code"]) == (409, "guarantee_not_changed")


def test_ending_a_guarantee_needs_the_right_and_a_reason(world):
    guarantee = granted(world)
    assert world.elise.post(f"/guarantees/{guarantee}/withdraw", {"reason": "lettre"}).status_code == 403
    serge = callers.person("serge@euler-hermes.example")
    assert serge.post(f"/guarantees/{guarantee}/withdraw", {"reason": ""}).status_code == 422
    ended = serge.post(f"/guarantees/{guarantee}/withdraw", {"reason": "lettre du 12 juin"})
    assert (ended.status_code, ended.json()["outcome"]) == (200, "withdrawn")
    assert world.elise.get(f"/guarantees/{guarantee}").json()["terms"][0]["status"] == "ended"
    assert serge.post(f"/guarantees/{guarantee}/withdraw", {"reason": "lettre"}).status_code == 409


def test_many_are_ended_with_an_answer_each(world):
    first, second = granted(world), granted(world)
    serge = callers.person("serge@euler-hermes.example")
    body = {"guarantees": [first, "gar_x", second], "reason": "liquidation du portefeuille"}
    answer = serge.post("/guarantees/bulk-withdraw", body).json()
    assert [one["outcome"] for one in answer["results"]] == ["withdrawn", "failed", "withdrawn"]
    assert answer["counts"] == {"withdrawn": 2, "failed": 1}
