"""What people send by mistake or malice, through the command, the API and the page.

Each is answered with a sentence that says what to do, and nothing is lost or doubled.
"""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.models import Organisation
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_file
from policies.domain.row_messages import UnreadableFile
from policies.models import LimitRequest, Submission, SubmissionRow
from tests import factories as make
from tests.books import open_books
from tests.callers import Caller, person
from tests.cast import OPENING_DAY, Cast
from tests.threads import at_once, no_error_in
from tests.visitors import PEOPLE, signed_in, text_of

MEGABYTE = 1024 * 1024
HEADER = "reference,policy_number,buyer_country,buyer_identifier,requested_total,notified_on"
CSV = "text/csv"


@dataclass
class House:
    """Euler Hermes with open books; a client, two refused buyers of this test's own, a good row for the first."""

    actor: Actor
    policy: str
    buyer: str
    other_buyer: str
    before: tuple[int, int, int] = (0, 0, 0)

    @property
    def good(self) -> dict[str, str]:
        return {
            "reference": "good", "policy_number": self.policy, "buyer_country": "FR", "buyer_identifier": self.buyer,
            "requested_total": "50000", "notified_on": "",
        }  # fmt: skip

    def file(self, *rows: dict[str, str]) -> bytes:
        names = HEADER.split(",")
        return "\n".join([HEADER, *(",".join(row[name] for name in names) for row in rows)]).encode()

    def decided(self, content: bytes) -> list[SubmissionRow]:
        """The rows of a file that was handed in and decided."""
        receipt = submit_file(self.actor, content, file_name="demandes.csv", media_type=CSV, on=OPENING_DAY)
        assert decide_submission(self.actor, receipt.public_id, on=OPENING_DAY, holder="test")
        with acting(self.actor):
            return list(SubmissionRow.objects.filter(submission__public_id=receipt.public_id).order_by("line"))

    def stored(self) -> tuple[int, ...]:
        """How many submissions, rows and requests have come since the test began."""
        with acting(self.actor):
            now = (Submission.objects.count(), SubmissionRow.objects.count(), LimitRequest.objects.count())
        return tuple(count - before for count, before in zip(now, self.before, strict=True))


@pytest.fixture(scope="module")
def insurer(committed_once: None) -> Actor:
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return actor


@pytest.fixture
def house(insurer: Actor, settings: Any) -> House:
    # Addresses of static files without the manifest that collectstatic writes.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    who, whom, other = make.client(insurer), make.buyer(insurer), make.buyer(insurer)
    for refused in (whom, other):
        make.notice(insurer, who, refused)
    house = House(insurer, who.policy_number, whom.identifier, other.identifier)
    house.before = house.stored()  # type: ignore[assignment]
    return house


def by_api(content: bytes, media_type: str = CSV, *, key: str | None = None, name: str = "a.csv") -> Any:
    return person(PEOPLE["underwriter"]).send(f"/limit-requests/bulk?file_name={name}", content, media_type, key=key)


def by_page(content: bytes, *, name: str = "a.csv", media_type: str = CSV) -> Any:
    browser = signed_in("underwriter")
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser.post(reverse("policies:upload"), {"file": SimpleUploadedFile(name, content, media_type)})


# --- Rows -----------------------------------------------------------------------------------------------------------

BAD_ROWS = {
    "unknown SIREN": ({"buyer_identifier": "552100554"}, "unknown_buyer", "ask for an ordinary limit on it first"),
    "wrong checksum": ({"buyer_identifier": "552100555"}, "siren_checksum", "A digit was probably mistyped"),
    "unknown policy": ({"policy_number": "ZZ-1"}, "unknown_policy", "check the number"),
    "negative amount": ({"requested_total": "-25000"}, "amount_not_positive", "more than zero"),
    "nothing asked for": ({"requested_total": "0"}, "amount_not_positive", "more than zero"),
    "absurd amount": ({"requested_total": "25000000000"}, "absurd_amount", "Is it typed in cents, or twice?"),
    "amount in words": ({"requested_total": "environ 30 k€"}, "not_an_amount", "write 150000.50"),
    "a day that is none": ({"notified_on": "2020-06-31"}, "not_a_date", "write 2020-06-15"),
    "a notice after today": ({"notified_on": "2020-07-20"}, "other_notice_day", "correct the day"),
    "a day of another century": ({"notified_on": "1920-06-15"}, "absurd_date", "between 2000 and 2099"),
    "a buyer asked for twice": ({"buyer_identifier": "the same"}, "duplicate_buyer", "keep one of the two"),
    "a reference used twice": ({"reference": "good"}, "duplicate_reference", "give each row its own"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_ROWS)
def test_a_bad_row_is_kept_with_what_to_do_and_the_good_one_is_decided(house, what):
    changed, code, advice = BAD_ROWS[what]
    bad_row = {**house.good, "reference": "bad", "buyer_identifier": house.other_buyer, **changed}
    if bad_row["buyer_identifier"] == "the same":
        bad_row["buyer_identifier"] = house.buyer
    good, bad = house.decided(house.file(house.good, bad_row))
    assert (good.outcome, good.errors) == ("offered", None)
    assert bad.outcome == "failed"
    assert [error["code"] for error in bad.errors] == [code]
    assert advice in bad.errors[0]["message"]
    assert bad.line == 3, "the line of the file, as a person counts it"
    assert bad.given["policy_number"], "what was given is kept"
    assert house.stored() == (1, 2, 1)


def test_a_notice_that_takes_effect_before_it_is_given_is_refused(house):
    notice = {
        "source_reference": "N-1", "policy_number": house.policy, "buyer_country": "FR",
        "buyer_identifier": house.buyer, "decision": "cessation", "amount_before": "1000.00", "amount": "0.00",
        "notified_on": "2020-06-10", "effective_on": "2020-06-09",
    }  # fmt: skip
    answer = person(PEOPLE["underwriter"]).post("/buyer-limits/bulk", [notice])
    assert answer.status_code == 422, answer.content
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("effective_on", "effect_before_notice")
    assert "cannot take effect on 2020-06-09" in error["message"]


# --- Files ----------------------------------------------------------------------------------------------------------


def _workbook(sheet: str) -> bytes:
    """A workbook whose sheet is this text."""
    book = io.BytesIO()
    xlsxwriter.Workbook(book, {"in_memory": True}).close()
    packed = io.BytesIO()
    with zipfile.ZipFile(book) as whole, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb:
        for entry in whole.infolist():
            bomb.writestr(entry.filename, sheet if "sheet1" in entry.filename else whole.read(entry))
    return packed.getvalue()


def _bomb() -> bytes:
    """300 MB of rows in a workbook of some hundred kilobytes."""
    return _workbook("<worksheet><sheetData>" + "<row/>" * (50 * MEGABYTE) + "</sheetData></worksheet>")


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("demandes.csv", HEADER)
    return packed.getvalue()


BAD_FILES = {
    "empty": (lambda: b"", "a.csv", "empty", "export it again and send it"),
    "blank": (lambda: b"\r\n\r\n \r\n", "a.csv", "empty", "export it again and send it"),
    "names of columns alone": (HEADER.encode, "a.csv", "no_rows", "nothing below its column names"),
    "another table": (lambda: b"nom;prenom\nDurand;Paul\n", "a.csv", "missing_columns", "policy_number (police)"),
    "a PDF under the name of a CSV": (lambda: b"%PDF-1.7 ...", "a.csv", "wrong_kind", "is a PDF document"),
    "an image": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, "a.png", "wrong_kind", "Send the requests as CSV, XLSX"),
    "a program": (lambda: b"\x7fELF" + b"\x02" * 99, "a.csv", "wrong_kind", "is a program"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "a.xls", "wrong_kind", "XLSX"),
    "an archive": (_zip, "a.zip", "wrong_kind", "a compressed file (ZIP)"),
    "half a workbook": (lambda: _workbook("")[:900], "a.xlsx", "wrong_kind", "damaged"),
    "noise": (lambda: bytes(range(256)) * 400, "a.csv", "binary", "damaged or of another kind"),
    "half of a JSON array": (lambda: b'[{"policy_number": "P1"', "a.json", "broken_json", "export it again"),
    "a workbook that unfolds to 300 MB": (_bomb, "a.xlsx", "inflated_workbook", "Copy the rows to a new workbook"),
}  # fmt: skip


def test_a_bomb_is_not_unfolded(house):
    bomb = _bomb()
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile):
            submit_file(house.actor, bomb, file_name="a.xlsx", media_type=None, on=OPENING_DAY)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(bomb) < 2 * MEGABYTE
    assert peak < 32 * MEGABYTE


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_file_of_which_nothing_can_be_taken_is_refused_at_every_door(house, what):
    make_content, name, reason, advice = BAD_FILES[what]
    content = make_content()
    with pytest.raises(UnreadableFile) as refused:
        submit_file(house.actor, content, file_name=name, media_type=None, on=OPENING_DAY)
    assert refused.value.reason == reason
    assert advice in refused.value.message

    answer = by_api(content, "application/octet-stream", name=name)
    assert answer.status_code == 422, answer.content
    assert (answer.json()["code"], answer.json()["reason"]) == ("unreadable_file", reason)
    assert advice in answer.json()["detail"]

    page = by_page(content, name=name)
    assert page.status_code == 422
    told = text_of(page)
    # Django's own field says it of a file without a byte.
    assert advice in told or "The submitted file is empty" in told
    assert house.stored() == (0, 0, 0)


RUBBISH = {
    "commas": (lambda size: b"," * size, "endless_line"),
    "one letter": (lambda size: b"a" * size, "endless_line"),
    "line ends": (lambda size: b"\n" * size + b"x", "too_many_rows"),
    "open brackets": (lambda size: b"[" * size, "broken_json"),
    "empty objects": (lambda size: b"{}\n" * (size // 3), "too_many_rows"),
    "a list of empty objects": (lambda size: b"[" + b"{}," * (size // 3) + b"{}]", "too_many_rows"),
    "quotation marks": (lambda size: b'a,b\n"' + b"x,\n" * (size // 3), "too_many_rows"),
}  # fmt: skip


@pytest.mark.parametrize("what", RUBBISH)
def test_rubbish_that_may_pass_the_door_is_refused_within_seconds(house, what):
    """60 MB pass. Read line by line to its end, each of these would take a minute or more than a gigabyte."""
    write, reason = RUBBISH[what]
    content = write(60 * MEGABYTE)
    begun = time.monotonic()
    with pytest.raises(UnreadableFile) as refused:
        submit_file(house.actor, content, file_name="a.csv", media_type=None, on=OPENING_DAY)
    assert refused.value.reason == reason
    assert time.monotonic() - begun < 20


class Unread:
    """200 MB that nobody has read yet."""

    was_read = False

    def read(self, *_size: int) -> bytes:
        self.was_read = True
        raise AssertionError("the body is read")

    readline = read

    def close(self) -> None:
        pass


@pytest.mark.parametrize("address", ["/api/v1/limit-requests/bulk", "/submissions", "/sign-in/login/", "/nowhere"])
def test_two_hundred_megabytes_are_refused_at_every_door_before_they_are_read(house, address):
    """The check against forged forms is on: it is what would read a page's body first."""
    browser = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    browser.cookies.update(signed_in("underwriter").cookies)
    body = Unread()
    answer = browser.generic(
        "POST", address, b"", content_type="multipart/form-data; boundary=x", headers={"idempotency-key": "k"},
        **{"wsgi.input": body, "CONTENT_LENGTH": str(200 * MEGABYTE)},
    )  # fmt: skip
    assert answer.status_code == 413
    assert not body.was_read
    if address.startswith("/api/"):
        found = answer.json()
        assert (found["code"], found["size"]) == ("body_too_large", 200 * MEGABYTE)
        assert "larger than 64 megabytes: split it" in found["detail"]
    else:
        assert "at most 64 megabytes" in text_of(answer)
        assert "Split it, or send the plain CSV" in text_of(answer)
    assert house.stored() == (0, 0, 0)


def test_a_page_refuses_a_file_too_large_in_french_first(house):
    answer = Client().generic("POST", "/submissions", b"", CONTENT_LENGTH=str(200 * MEGABYTE))
    assert answer.status_code == 413
    assert "au plus 64 mégaoctets" in text_of(answer)


# --- The same file again --------------------------------------------------------------------------------------------


def test_the_same_file_by_the_api_and_the_page_and_another_name_is_one_submission(house):
    content = house.file(house.good)
    first = by_api(content, key="one")
    again = by_api(content, key="two", name="b.csv")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    page = by_page(content, name="c.csv")
    assert page.status_code == 302
    assert page["Location"] == reverse("policies:submission", args=[first.json()["id"]])
    assert "was handed in before" in text_of(_followed(page))
    assert house.stored() == (1, 1, 0)


def _followed(page: Any) -> Any:
    return page.client.get(page["Location"])


def test_the_same_file_from_two_at_once_is_one_submission(house):
    content = house.file(house.good)
    callers: list[Caller] = [person(PEOPLE["underwriter"]) for _ in range(2)]

    def send(number: int) -> Any:
        return callers[number].send("/limit-requests/bulk", content, CSV, key=f"key {number}")

    answers = no_error_in(at_once(2, send))
    assert [answer.status_code for answer in answers] == [202, 202], [answer.content for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert house.stored() == (1, 1, 0)


def test_the_same_key_from_two_at_once_is_one_act(house):
    content = house.file(house.good)
    callers = [person(PEOPLE["underwriter"]) for _ in range(2)]

    answers = no_error_in(at_once(2, lambda n: callers[n].send("/limit-requests/bulk", content, CSV, key="the key")))
    assert [answer.status_code for answer in answers] == [202, 202]
    assert Counter(answer.headers.get("Idempotent-Replayed") for answer in answers) == Counter({None: 1, "true": 1})
    assert answers[0].json() == answers[1].json()
    assert house.stored() == (1, 1, 0)


def test_the_same_row_in_a_second_file_is_told_what_is_under_way(house):
    (first,) = house.decided(house.file(house.good))
    assert first.outcome == "offered"
    (second,) = house.decided(house.file({**house.good, "reference": "second", "requested_total": "70000"}))
    assert second.outcome == "failed"
    assert second.errors[0]["code"] == "under_way"
    assert "already under way: req_" in second.errors[0]["message"]
    assert house.stored() == (2, 2, 1)
