"""docs/openapi.yaml says what the product does: it is what is generated now, and real answers fit it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command

from tests.callers import Caller, person

DESCRIPTION = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return dict(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8")))


def fits(description: dict[str, Any], answer: Any, path: str, method: str = "get") -> None:
    """The answer's body is valid against the schema of its operation and status."""
    operation = description["paths"][f"/api/v1{path}"][method]
    content = operation["responses"][str(answer.status_code)]["content"]
    schema = {**content[answer["Content-Type"]]["schema"], "components": description["components"]}
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(answer.json())] == []


def writes(description: dict[str, Any]) -> list[str]:
    """The paths of operations that write by POST."""
    return [
        path
        for path, operations in description["paths"].items()
        if "post" in operations and not path.endswith("/simulations")
    ]


def test_the_description_is_what_is_generated_now(tmp_path):
    file = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    assert file.read_text(encoding="utf-8") == DESCRIPTION.read_text(encoding="utf-8"), "make openapi writes it anew"


def test_every_write_asks_for_a_key(world, description):
    paths = writes(description)
    assert len(paths) >= 9
    for path in paths:
        parameters = {one["name"]: one.get("required") for one in description["paths"][path]["post"]["parameters"]}
        assert parameters.get("Idempotency-Key") is True, path
        caller = person(_who_may(path))
        answer = caller.post(path.removeprefix("/api/v1").replace("{public_id}", "x"), key="")
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing"), path


def _who_may(path: str) -> str:
    """Most writes are the desk's; the books are the reinsurance accountant's, answers to them the reinsurer's."""
    others = {
        "short-notices": "serge@euler-hermes.example",
        "what-if-runs": "serge@euler-hermes.example",
        "bordereau-answers": "ccr@ccr.example",
        "claim-movements": "rita@euler-hermes.example",
        "settlements": "rita@euler-hermes.example",
    }
    if path.startswith("/api/v1/claims/") and path.endswith(("/settlement", "/recoveries")):
        return "rita@euler-hermes.example"
    if path.endswith("withdraw"):
        return "serge@euler-hermes.example"
    return others.get(path.split("/")[3], "elise@euler-hermes.example")


def test_every_operation_but_one_asks_for_a_scope(description):
    open_to_all = [
        path
        for path, operations in description["paths"].items()
        for operation in operations.values()
        if not any(one.get("client_credentials") for one in operation.get("security", []))
    ]
    assert open_to_all == ["/api/v1/limits"]


def test_real_answers_fit_their_description(world, description):
    asked = world.elise.post("/limit-requests", world.body(*world.pair(), requested_total="300000"))
    fits(description, asked, "/limit-requests", "post")
    request, offer = asked.json()["id"], asked.json()["offer"]["id"]
    accepted = world.elise.post(f"/offers/{offer}/accept")
    fits(description, accepted, "/offers/{public_id}/accept", "post")
    guarantee, number = accepted.json()["guarantee"], accepted.json()["endorsement"]
    sent = world.elise.post("/limit-requests/bulk", [world.body(*world.pair()), {"policy_number": "P404"}])
    fits(description, sent, "/limit-requests/bulk", "post")
    submission = sent.json()["id"]
    renewal = world.elise.post(f"/guarantees/{guarantee}/renewal-requests")
    fits(description, renewal, "/guarantees/{public_id}/renewal-requests", "post")
    for shown, filled in {
        "/limit-requests": "/limit-requests",
        "/limit-requests/{public_id}": f"/limit-requests/{request}",
        "/guarantees": "/guarantees",
        "/guarantees/{public_id}": f"/guarantees/{guarantee}",
        "/endorsements/{number}": f"/endorsements/{number}",
        "/submissions/{public_id}": f"/submissions/{submission}",
        "/submissions/{public_id}/rows": f"/submissions/{submission}/rows",
        "/limits": "/limits",
    }.items():
        answer = world.elise.get(filled)
        assert answer.status_code == 200, answer.content
        fits(description, answer, shown)


def test_real_problems_fit_their_description(world, description):
    body = world.body(*world.pair())
    wrong = world.elise.post("/limit-requests", {**body, "requested_total": "-1"})
    fits(description, wrong, "/limit-requests", "post")
    fits(description, world.elise.get("/limit-requests/req_x"), "/limit-requests/{public_id}")
    fits(description, Caller().get("/guarantees"), "/guarantees")
    batch = [{**body, "buyer_identifier": "732829321"}]
    submission = world.elise.post("/limit-requests/bulk", batch).json()["id"]
    rows = world.elise.get(f"/submissions/{submission}/rows")
    assert rows.json()["results"][0]["errors"]
    fits(description, rows, "/submissions/{public_id}/rows")
