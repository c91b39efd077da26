"""An endorsement's file is believed only if its data, its digest and its pages agree."""

from __future__ import annotations

import json
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path

import msgspec
import pytest
from django.core.management import call_command
from django.utils import translation
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject

from policies.documents.endorsement_pdf import ATTACHMENT, endorsement_pdf
from policies.documents.verification import NotAnEndorsement, verify_endorsement
from policies.domain.endorsement import digest, disclosed, to_json
from tests.documents import snapshots

changed = msgspec.structs.replace


@cache
def issued() -> bytes:
    return endorsement_pdf(snapshots.cap_plus())


def saved_again(content: bytes) -> PdfWriter:
    return PdfWriter(clone_from=BytesIO(content))


def written(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def with_attachment(content: bytes, attached: bytes) -> bytes:
    """The same pages with other data attached under the same name."""
    writer = saved_again(content)
    for one in writer.attachment_list:
        one.content = attached
    return written(writer)


def with_text_over(content: bytes) -> bytes:
    """The same data with a figure painted over the first page."""
    writer = saved_again(content)
    page = writer.pages[0]
    over = StreamObject()
    fonts = list(page["/Resources"]["/Font"])
    over.set_data(f"BT {fonts[0]} 12 Tf 60 400 Td <00010002> Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(_joined(page, over))
    return written(writer)


def _joined(page, over: StreamObject) -> StreamObject:
    whole = StreamObject()
    whole.set_data(page.get_contents().get_data() + b"\n" + over.get_data())
    return whole


def test_an_issued_file_is_intact_to_the_byte() -> None:
    found = verify_endorsement(issued())
    assert found.is_intact
    assert found.digests_agree
    assert found.pages_agree
    assert found.same_bytes
    assert found.snapshot == disclosed(snapshots.cap_plus())
    assert found.embedded_digest == digest(snapshots.cap_plus())


def test_a_file_saved_again_by_another_program_is_intact_but_has_other_bytes() -> None:
    found = verify_endorsement(written(saved_again(issued())))
    assert found.is_intact
    assert not found.same_bytes


def test_data_changed_in_the_attachment_are_found() -> None:
    document = json.loads(to_json(disclosed(snapshots.cap_plus())))
    document["amounts"]["granted"] = "90000.00"
    found = verify_endorsement(with_attachment(issued(), json.dumps(document).encode()))
    assert not found.digests_agree
    assert not found.is_intact


def test_data_that_cannot_even_be_read_are_found_altered() -> None:
    found = verify_endorsement(with_attachment(issued(), b'{"rubbish": true}'))
    assert found.snapshot is None
    assert not found.is_intact


def test_pages_of_one_document_with_the_data_of_another_are_found() -> None:
    other = to_json(disclosed(changed(snapshots.cap_plus(), number="EH-2020-000099")))
    assert not verify_endorsement(with_attachment(issued(), other)).is_intact


def test_a_figure_painted_on_the_page_is_found_though_data_and_digest_are_untouched() -> None:
    found = verify_endorsement(with_text_over(issued()))
    assert found.digests_agree
    assert found.pages_agree is False
    assert not found.is_intact


def test_pages_set_by_an_older_template_are_not_compared() -> None:
    found = verify_endorsement(endorsement_pdf(changed(snapshots.cap_plus(), template_version="0")))
    assert found.pages_agree is None
    assert found.is_intact


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"%PDF-1.7\nrubbish", issued()[:20000], b"%PDF-" + b"0" * (21 * 1024 * 1024)],
    ids=["empty", "text", "rubbish", "cut in half", "too large"],
)
def test_another_file_is_told_apart(content: bytes) -> None:
    with pytest.raises(NotAnEndorsement):
        verify_endorsement(content)


def test_a_pdf_without_a_snapshot_is_told_apart() -> None:
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    with pytest.raises(NotAnEndorsement, match=ATTACHMENT):
        verify_endorsement(written(writer))


def run(path: Path) -> tuple[int, str]:
    out, status = StringIO(), 0
    with translation.override("en"):
        try:
            call_command("verify_endorsement", str(path), stdout=out, stderr=out, no_color=True)
        except SystemExit as left:
            status = int(left.code or 0)
    return status, out.getvalue()


def test_the_command_leaves_0_for_an_intact_file_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "issued.pdf"
    path.write_bytes(issued())
    status, told = run(path)
    assert status == 0
    assert "EH-2020-000042" in told
    assert "INTACT" in told


def test_the_command_leaves_1_for_an_altered_file(tmp_path: Path) -> None:
    path = tmp_path / "altered.pdf"
    path.write_bytes(with_attachment(issued(), b"{}"))
    status, told = run(path)
    assert status == 1
    assert "ALTERED" in told


@pytest.mark.parametrize("content", [None, b"hello"], ids=["no file", "another file"])
def test_the_command_leaves_2_for_what_it_cannot_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.pdf"
    if content is not None:
        path.write_bytes(content)
    status, told = run(path)
    assert status == 2
    assert told
