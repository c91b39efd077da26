"""`manage.py verify_letter` believes a letter only if its data, the digest printed on it and its pages agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path

import msgspec
import pytest
from django.core.management import call_command
from django.utils import translation
from pypdf import PdfWriter

from policies.documents.letter_pdf import letter_pdf
from policies.domain.letters import BuyerNamed, LetterSnapshot, Party, to_json

WRITTEN = LetterSnapshot(
    kind="primary_notice",
    number="EULER-HERMES-L-2020-000001",
    issued_on=date(2020, 6, 15),
    insurer=Party(name="Euler-Hermes", identifier="552040594", lines=("1 place des Saisons", "92400 Courbevoie")),
    policyholder=Party(name="Fournisseur", identifier="732829320", lines=("12 quai des Chartrons", "33000 Bordeaux")),
    policy_number="P1",
    buyer=BuyerNamed(name="Acheteur", identifier="404833048", country="FR"),
    decision="cessation",
    amount_before=Decimal("200000.00"),
    amount=Decimal("0.00"),
    requested_amount=None,
    notified_on=date(2020, 6, 15),
    effective_on=date(2020, 7, 15),
    notice_days=30,
)


@cache
def written() -> bytes:
    return letter_pdf(WRITTEN)


def with_other_data(content: bytes) -> bytes:
    """The same pages, with data attached that give the notice ten days less."""
    writer = PdfWriter(clone_from=BytesIO(content))
    for one in writer.attachment_list:
        one.content = to_json(msgspec.structs.replace(WRITTEN, effective_on=date(2020, 7, 5)))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def run(path: Path) -> tuple[int, str]:
    out, err = StringIO(), StringIO()
    status = 0
    try:
        with translation.override("en"):
            call_command("verify_letter", str(path), stdout=out, stderr=err)
    except SystemExit as left:
        status = int(left.code or 0)
    return status, out.getvalue() + err.getvalue()


def test_the_letter_as_it_was_written_is_intact(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(written())
    status, told = run(path)
    assert status == 0
    assert "EULER-HERMES-L-2020-000001" in told
    assert "INTACT" in told


@pytest.mark.parametrize(
    "altered", [with_other_data, lambda content: content + b"\n%"], ids=["other data", "another byte"]
)
def test_an_altered_letter_leaves_1(tmp_path: Path, altered) -> None:
    path = tmp_path / "altered.pdf"
    path.write_bytes(altered(written()))
    status, told = run(path)
    assert (status, "ALTERED" in told) == (1, True)


@pytest.mark.parametrize("content", [None, b"hello"], ids=["no file", "another file"])
def test_what_cannot_be_read_leaves_2(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.pdf"
    if content is not None:
        path.write_bytes(content)
    status, told = run(path)
    assert status == 2
    assert told
