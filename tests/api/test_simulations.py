"""POST /api/v1/simulations: the same document, the same answer; one insurer's tables; nothing is stored."""

import json

import pytest
from django.test import Client

from capweb.accounts.acting import acting
from capweb.accounts.models import User
from eligibility.models import DecisionRecord
from tests.commands.test_simulate import CASE

ADDRESS = "/api/v1/simulations"


@pytest.fixture
def client(cast):
    signed_in = Client(headers={"accept-language": "en"})
    signed_in.force_login(
        User.objects.get(email="elise@euler-hermes.example"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return signed_in


def post(client, body, content_type="application/yaml"):
    return client.post(ADDRESS, data=body, content_type=content_type)


def test_one_case_gives_one_decision(client, cast):
    answer = post(client, CASE)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["outcome"], found["granted"], found["premium"]) == ("grant_reduced", "100000.00", "875.00")
    with acting(cast.actor()):
        assert DecisionRecord.objects.count() == 0


def test_a_list_of_json_gives_a_list(client):
    one = {"day": "2020-06-15", "insurer": "coface", "market": "domestic", "trigger": {"kind": "refusal"}}
    answer = post(client, json.dumps([one, one]), "application/json")
    assert answer.status_code == 200, answer.content
    assert [found["outcome"] for found in answer.json()] == ["refer", "refer"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (CASE.replace('"300000"', "300000.5"), "requested_total"),
        (CASE.replace("market: domestic", "market: moon"), "market"),
        ("", "document"),
        ("[" * 100_000, None),
        (CASE.replace("readings: {}", "readings: {nothing: like_this}"), "0.readings"),
        (b"\xff\xfe", "document"),
    ],
)
def test_what_cannot_be_taken_is_told_by_field(client, body, field):
    answer = post(client, body)
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    errors = answer.json()["errors"]
    assert field is None or field in [error["field"] for error in errors]


def test_more_than_a_thousand_cases_are_too_many(client):
    one = '{"day": "2020-06-15", "insurer": "coface", "market": "domestic", "trigger": {"kind": "refusal"}}'
    answer = post(client, "[" + ",".join([one] * 1001) + "]", "application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "too_many"


def test_nobody_simulates_without_signing_in(cast):
    assert post(Client(), CASE).status_code in (401, 403)
