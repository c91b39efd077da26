"""A file by API: every format in, progress and rows out in every form; what is too large or not offered is told."""

from __future__ import annotations

import csv
import io
import json

import pytest
import xlsxwriter
from django.test import override_settings

from capweb.accounts.acting import acting
from capweb.accounts.queries import memberships
from policies.commands.decide_limit_requests import decide_submission
from tests import callers
from tests import factories as make
from tests.cast import OPENING_DAY

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BULK = "/limit-requests/bulk"


def as_csv(bodies):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(bodies[0]))
    writer.writeheader()
    writer.writerows(bodies)
    return text.getvalue().encode()


def as_workbook(bodies):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(bodies[0]))
        for line, body in enumerate(bodies, 1):
            sheet.write_row(line, 0, list(body.values()))
    return content.getvalue()


def as_lines(bodies):
    return b"".join(json.dumps(body).encode() + b"\n" for body in bodies)


def as_array(bodies):
    return json.dumps(bodies).encode()


FORMS = [
    ("csv", "text/csv", as_csv),
    ("xlsx", XLSX, as_workbook),
    ("ndjson", "application/x-ndjson", as_lines),
    ("json", "application/json", as_array),
    ("csv", "application/octet-stream", as_csv),
]


def decided(world, submission):
    """What the worker does with it."""
    system = memberships.system_actor(world.cast.organisations["euler-hermes"], name="worker")
    assert decide_submission(system, submission, on=OPENING_DAY, holder="tests")


@pytest.fixture(scope="module")
def handed_in(world):
    """Three rows, decided: an offer, an unknown policy, a wrong checksum."""
    who, whom = world.pair()
    good = world.body(who, whom, reference="a")
    bodies = [
        good,
        {**good, "policy_number": "P404", "reference": "b"},
        {**good, "buyer_identifier": "732829321", "reference": "c"},
    ]
    answer = world.elise.send(BULK, as_csv(bodies), "text/csv")
    assert answer.status_code == 202, answer.content
    submission = answer.json()["id"]
    decided(world, submission)
    return submission


@pytest.mark.parametrize(("form", "media_type", "write"), FORMS)
def test_every_format_is_taken(world, form, media_type, write):
    bodies = [world.body(*world.pair(), reference=f"{form} {n}") for n in range(2)]
    answer = world.elise.send(f"{BULK}?file_name=demandes", write(bodies), media_type)
    assert answer.status_code == 202, answer.content
    receipt = answer.json()
    assert answer["Location"] == f"/api/v1/submissions/{receipt['id']}"
    assert (receipt["row_count"], receipt["bad_rows"], receipt["is_repeat"]) == (2, 0, False)
    decided(world, receipt["id"])
    state = world.elise.get(f"/submissions/{receipt['id']}").json()
    assert (state["status"], state["outcomes"], state["file_name"]) == ("done", {"offered": 2}, "demandes")


def test_a_submission_tells_how_far_it_is(world, handed_in):
    state = world.elise.get(f"/submissions/{handed_in}").json()
    assert (state["row_count"], state["settled"], state["outcomes"]) == (3, 3, {"offered": 1, "failed": 2})
    assert state["booked_on"] == "2020-06-15"


def test_each_row_has_one_outcome_with_its_line_and_reference(world, handed_in):
    rows = world.elise.get(f"/submissions/{handed_in}/rows").json()["results"]
    assert [(row["line"], row["reference"], row["outcome"]) for row in rows] == [
        (2, "a", "offered"),
        (3, "b", "failed"),
        (4, "c", "failed"),
    ]
    assert rows[0]["request"].startswith("req_")
    assert rows[0]["offer"].startswith("off_")
    assert [error["code"] for row in rows for error in row["errors"] or []] == ["unknown_policy", "siren_checksum"]


def test_rows_come_in_pages_by_line(world, handed_in):
    first = world.elise.get(f"/submissions/{handed_in}/rows?limit=2").json()
    second = world.elise.get(first["next"].removeprefix("/api/v1")).json()
    assert [row["line"] for row in first["results"] + second["results"]] == [2, 3, 4]
    assert second["next"] is None


def test_rows_of_one_outcome_are_asked_for(world, handed_in):
    rows = world.elise.get(f"/submissions/{handed_in}/rows?outcome=failed").json()["results"]
    assert [row["reference"] for row in rows] == ["b", "c"]


def test_rows_come_as_csv(world, handed_in):
    answer = world.elise.get(f"/submissions/{handed_in}/rows", headers={"accept": "text/csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [(row["line"], row["outcome"], row["error_codes"]) for row in rows] == [
        ("2", "offered", ""),
        ("3", "failed", "unknown_policy"),
        ("4", "failed", "siren_checksum"),
    ]


def test_rows_come_as_one_object_a_line_after_a_line(world, handed_in):
    headers = {"accept": "application/x-ndjson"}
    answer = world.elise.get(f"/submissions/{handed_in}/rows?cursor=3", headers=headers)
    assert [json.loads(line)["reference"] for line in answer.getvalue().splitlines()] == ["c"]


def test_a_submission_is_not_read_by_others(world, handed_in):
    strangers = ["karim@coface.example", "luc@cabinet-lemoine.example"]
    for caller in [callers.person(email) for email in strangers]:
        for path in ("", "/rows"):
            for accept in ("application/json", "text/csv"):
                answer = caller.get(f"/submissions/{handed_in}{path}", headers={"accept": accept})
                assert answer.status_code in (404, 406), answer.content
    answer = callers.person(strangers[0]).get(f"/submissions/{handed_in}/rows", headers={"accept": "text/csv"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(answer.content)["code"] == "not_found"


def test_a_request_offered_twice_is_one_line(world):
    who, whom = make.client(world.actor), make.buyer(world.actor, grade="8")
    make.notice(world.actor, who, whom)
    receipt = world.elise.send(BULK, as_array([world.body(who, whom)]), "application/json").json()
    decided(world, receipt["id"])
    (row,) = world.elise.get(f"/submissions/{receipt['id']}/rows").json()["results"]
    assert row["outcome"] == "referred"
    from policies.models import LimitRequest, Offer

    one = world.asked()
    with acting(world.actor):
        # Two offers of one request, one after another, as a case judged again has them.
        offer = Offer.objects.get(public_id=one["offer"]["id"])
        Offer.objects.filter(pk=offer.pk).update(status="withdrawn")
        request = LimitRequest.objects.get(public_id=one["id"])
        offer.pk, offer.public_id, offer.status = None, "off_second", "live"
        offer.save()
        submission = request.submission_row.submission.public_id
    rows = world.elise.get(f"/submissions/{submission}/rows").json()["results"]
    assert [row["offer"] for row in rows] == ["off_second"]


@pytest.mark.parametrize(
    ("query", "field"), [("mode=all_or_nothing", "mode"), ("mode=dry_run", "mode"), ("order=priority", "order")]
)
def test_a_mode_that_is_not_offered_is_told(world, query, field):
    answer = world.elise.send(f"{BULK}?{query}", b"x", "text/csv")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, "not_offered")
    assert error["message"].endswith("each_row.") or error["message"].endswith("given.")


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (b"", "text/csv", "empty"),
        (b"%PDF-1.7 nonsense", "text/csv", "wrong_kind"),
        (b"\x00\x01\x02\x03" * 50, "application/octet-stream", "binary"),
        (b"PK\x03\x04 broken", XLSX, "wrong_kind"),
        (b"a,b\n1,2\n", "text/csv", "missing_columns"),
        (b"[1, 2", "application/json", "broken_json"),
        (b"policy_number,buyer_identifier,requested_total\n", "text/csv", "no_rows"),
    ],
)
def test_a_file_of_which_nothing_can_be_taken_is_told(world, content, media_type, reason):
    answer = world.elise.send(BULK, content, media_type)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file"), answer.content
    assert answer.json()["reason"] == reason


def test_a_body_that_announces_too_much_is_refused_before_it_is_read(world):
    class Unread(io.BytesIO):
        def read(self, *_size):
            raise AssertionError("it was read")

    with override_settings(LARGEST_UPLOAD_BYTES=1000):
        answer = world.elise.http.generic(
            "POST",
            f"/api/v1{BULK}",
            b"x",
            content_type="text/csv",
            headers={"idempotency-key": "large"},
            **{"CONTENT_LENGTH": "1001", "wsgi.input": Unread()},
        )
    assert answer.status_code == 413, answer.content
    found = answer.json()
    assert (found["code"], found["size"], found["largest"]) == ("body_too_large", 1001, 1000)


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer nobodys"}])
def test_nothing_is_read_of_what_a_stranger_sends(world, headers):
    class Unread(io.BytesIO):
        def read(self, *_size):
            raise AssertionError("it was read")

    answer = callers.Caller(**headers).http.generic(
        "POST", f"/api/v1{BULK}", b"x", content_type="text/csv", **{"wsgi.input": Unread()}
    )
    assert answer.status_code == 401, answer.content


def test_a_body_of_unknown_length_is_asked_for_it(world):
    answer = world.elise.http.generic(
        "POST",
        f"/api/v1{BULK}",
        content_type="text/csv",
        headers={"idempotency-key": "chunked", "transfer-encoding": "chunked"},
        CONTENT_LENGTH="",
    )
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


def test_a_file_needs_a_key(world):
    answer = world.elise.http.post(f"/api/v1{BULK}", b"x", content_type="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


def test_a_kind_of_body_that_is_no_file_of_rows_is_refused(world):
    answer = world.elise.send(BULK, b"a=1", "application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_role_that_may_not_ask_hands_in_no_file(world):
    assert callers.person("axel@euler-hermes.example").send(BULK, b"x", "text/csv").status_code == 403
