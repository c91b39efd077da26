"""Bordereaux and technical accounts by API: lists, files that keep to the schema, the reinsurer's view."""

import json
from pathlib import Path

import jsonschema
import pytest
from rest_framework.test import APIRequestFactory, force_authenticate

from capweb.accounts.actor import PlatformActor
from reinsurance.api import bordereaux as views
from reinsurance.queries.bordereaux import BordereauUnknown
from tests.closing import SPRING, close, live_through_2020

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/bordereau-1.json").read_text(encoding="utf-8"))


@pytest.fixture
def accountant(committed, cast):
    return live_through_2020(cast)


@pytest.fixture
def spring(accountant):
    return close(accountant, SPRING)


@pytest.fixture
def ccr(cast):
    return PlatformActor(name="ccr@ccr.example", role="reinsurer", organisation_id=cast.organisations["ccr"].pk)


def get(view, actor, *path, **query):
    request = APIRequestFactory().get("/x", query)
    force_authenticate(request, user=actor)
    return view.as_view()(request, *path)


def test_bordereaux_are_listed_with_sums_and_digest(accountant, spring):
    listed = get(views.Bordereaux, accountant, kind="premium", period="2020-Q2").data["results"]
    assert [row["id"] for row in listed] == [spring["premium"].public_id]
    (row,) = listed
    assert (row["period"]["name"], row["lines"], row["sha256"]) == ("2020-Q2", 4, spring["premium"].sha256)
    assert row["sums"]["all"]["ceded_premium_change"] == "2770.84"
    assert get(views.Bordereaux, accountant, period="2020-Q3").data["results"] == []


def test_pages_follow_one_another(accountant, spring):
    first = get(views.Bordereaux, accountant, limit="3").data
    assert (len(first["results"]), first["next"] is None) == (3, False)
    cursor = first["next"].split("cursor=")[1].split("&")[0]
    assert len(get(views.Bordereaux, accountant, limit="3", cursor=cursor).data["results"]) == 1


def test_the_json_of_a_bordereau_keeps_to_the_published_schema(accountant, spring):
    for closed in spring.values():
        answer = get(views.BordereauJson, accountant, closed.public_id)
        jsonschema.validate(json.loads(answer.getvalue()), SCHEMA)


def test_each_file_says_what_it_is(accountant, spring):
    public_id = spring["risk"].public_id
    media = {
        view: get(view, accountant, public_id)["Content-Type"] for view in (views.BordereauCsv, views.BordereauXlsx)
    }
    assert media[views.BordereauCsv] == "text/csv; charset=utf-8"
    assert "spreadsheetml" in media[views.BordereauXlsx]


def test_the_reinsurer_sees_the_bordereaux_of_its_treaties(accountant, spring, ccr, cast):
    assert len(get(views.Bordereaux, ccr).data["results"]) == 4
    assert get(views.BordereauOperation, ccr, spring["risk"].public_id).data["insurer"] == "euler-hermes"
    other = PlatformActor(name="bpi", role="reinsurer", organisation_id=cast.organisations["bpifrance"].pk)
    assert get(views.Bordereaux, other).data["results"] == []
    with pytest.raises(BordereauUnknown):
        views.bordereaux.bordereau(other, spring["risk"].public_id)


def test_another_insurer_finds_nothing(accountant, spring, cast):
    coface = cast.actor("coface", role="reinsurance_accountant")
    assert get(views.Bordereaux, coface).data["results"] == []
    assert get(views.BordereauOperation, coface, spring["risk"].public_id).status_code == 404


def test_an_underwriter_may_not_read_them(accountant, spring, cast):
    assert get(views.Bordereaux, cast.actor()).status_code == 403


def test_a_technical_account_is_read_whole(accountant, spring):
    (row,) = get(views.TechnicalAccounts, accountant).data
    assert (row["span"], row["balance"], row["account"]["all"]["premium_written"]) == ("period", "2632.31", "2770.84")
    assert get(views.TechnicalAccountOperation, accountant, row["id"]).data["sha256"] == row["sha256"]
    pdf = get(views.StatementPdf, accountant, row["id"])
    assert pdf.content.startswith(b"%PDF")


def test_a_period_without_a_name_is_refused_in_words(accountant):
    answer = get(views.Bordereaux, accountant, period="spring")
    assert answer.status_code == 422
    assert "2020-Q2" in str(answer.data)
