"""What if by API: asked for once, followed, read as JSON, lines in every form, as a workbook, cancelled."""

from __future__ import annotations

import csv
import io
import json

import pytest

from eligibility.domain import draft_law
from policies.commands.what_if import work_at
from tests import callers
from tests.callers import API

RUNS = "/what-if-runs"
PROBABILITY = "substitution/domestic/default_probability_maximum"
# The buyers of this world have a default probability of 4 %.
NARROW = draft_law.text_of_leaf(PROBABILITY).replace('"0.06"', '"0.03"')


@pytest.fixture(scope="module")
def serge(world):
    return callers.person("serge@euler-hermes.example")


@pytest.fixture(scope="module")
def granted(world):
    return [world.granted()["guarantee"] for _ in range(3)]


@pytest.fixture(scope="module")
def run(world, serge, granted):
    """A run over three guarantees, all of which would be lost."""
    answer = serge.post(RUNS, {"title": "étroite", "draft": NARROW})
    assert answer.status_code == 202, answer.content
    public_id = answer.json()["id"]
    assert answer["Location"] == f"{API}{RUNS}/{public_id}"
    assert answer.json()["status"] == "waiting"
    assert not work_at(world.cast.actor(role="administrator"), public_id, holder="test", block_rows=2)
    return public_id


def test_a_run_is_followed_to_its_report(serge, run, granted):
    body = serge.get(f"{RUNS}/{run}").json()
    assert (body["status"], body["total"], body["settled"], body["changed"]) == ("done", 3, 3, 3)
    assert body["replaced"] == [PROBABILITY]
    report = body["report"]
    assert report["whole"]["kinds"]["lost"]["count"] == 3
    assert report["whole"]["whole"]["ceded_before"] == "142500.00"
    assert report["whole"]["whole"]["ceded_after"] == "0.00"
    assert {(group["dimension"], group["key"]) for group in report["groups"]} >= {
        ("insurer", "euler-hermes"), ("product", "cap_plus"), ("zone", "domestic"), ("country", "FR"),
    }  # fmt: skip
    (rule,) = report["rules"]
    assert rule["key"] == "SUB-02"
    biggest = report["biggest"][0]
    assert biggest["change"] == "lost"
    assert biggest["insurer"] == "euler-hermes"
    assert biggest["reasons"][0]["url"].startswith("https://")


def test_lines_come_in_pages(serge, run, granted):
    first = serge.get(f"{RUNS}/{run}/lines?limit=2").json()
    assert [line["number"] for line in first["results"]] == [1, 2]
    rest = serge.http.get(first["next"]).json()
    assert [line["number"] for line in rest["results"]] == [3]
    assert rest["next"] is None
    seen = {line["guarantee"] for line in first["results"] + rest["results"]}
    assert seen == set(granted)


def test_lines_come_as_csv_and_as_one_object_a_line(serge, run):
    text = serge.get(f"{RUNS}/{run}/lines", headers={"accept": "text/csv"}).getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["change"] for row in rows] == ["lost"] * 3
    assert {row["insurer"] for row in rows} == {"euler-hermes"}
    plain = serge.get(f"{RUNS}/{run}/lines?change=lost", headers={"accept": "application/x-ndjson"}).getvalue()
    assert [json.loads(line)["number"] for line in plain.splitlines()] == [1, 2, 3]
    assert serge.get(f"{RUNS}/{run}/lines?change=gained").json()["results"] == []
    assert serge.get(f"{RUNS}/{run}/lines?change=eaten").status_code == 422


def test_the_workbook_is_one(serge, run):
    answer = serge.get(f"{RUNS}/{run}.xlsx")
    assert answer.status_code == 200
    assert answer.getvalue().startswith(b"PK")


def test_the_list_names_the_run(serge, run):
    assert run in [row["id"] for row in serge.get(RUNS).json()["results"]]


def test_the_same_key_is_the_same_run(serge, run):
    body = {"readings": {"complement_multiple": "parity"}}
    first, second = serge.post(RUNS, body, key="once"), serge.post(RUNS, body, key="once")
    assert first.status_code == second.status_code == 202
    assert first.json()["id"] == second.json()["id"]
    assert second["Idempotent-Replayed"] == "true"
    assert serge.post(RUNS, body, key="").status_code == 400


def test_a_broken_draft_is_a_problem_with_lines(serge, granted):
    answer = serge.post(RUNS, {"draft": NARROW.replace("unit:", "unot:")})
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert any("unot" in error["field"] and error["line"] > 1 for error in errors)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"day": "soon"}, "day"),
        ({"day": "2020-06-01", "draft": NARROW}, "day"),
        ({"readings": ["parity"]}, "readings"),
        ({"readings": {"complement_multiple": "none"}}, "readings"),
        ({"draft": 7}, "draft"),
        ({"title": "x" * 121, "draft": NARROW}, "title"),
        ({"law": "mine"}, "law"),
    ],
)
def test_what_cannot_be_tried_is_named(serge, body, field):
    answer = serge.post(RUNS, body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]


def test_the_law_as_it_is_is_a_problem_of_its_own(serge):
    assert serge.post(RUNS, {}).json()["code"] == "nothing_to_try"


def test_a_run_is_cancelled_once(serge, run):
    public_id = serge.post(RUNS, {"draft": NARROW}).json()["id"]
    assert serge.get(f"{RUNS}/{public_id}.xlsx").status_code == 404
    assert serge.get(f"{RUNS}/{public_id}/lines").json()["results"] == []
    assert serge.post(f"{RUNS}/{public_id}/cancel").json()["status"] == "cancelled"
    assert serge.post(f"{RUNS}/{public_id}/cancel").json()["code"] == "what_if_closed"


def test_without_the_right_nobody_tries_anything(world, run):
    assert world.elise.post(RUNS, {"draft": NARROW}).status_code == 403
    assert world.elise.get(f"{RUNS}/{run}").status_code == 403


def test_another_insurers_administrator_finds_no_such_run(world, run):
    assert callers.person("karim@coface.example").get(f"{RUNS}/{run}").status_code in (403, 404)
