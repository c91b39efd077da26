"""The statement and the advice on paper: what they state, their digest, the same bytes twice; the audit pack."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest

from capweb.accounts.acting import acting
from eligibility.domain import law_files
from policies.queries.public_law import law_file
from reinsurance.commands.advise_losses import advise_losses
from reinsurance.commands.audit_pack import audit_pack
from reinsurance.documents.advice_pdf import advice_pdf
from reinsurance.documents.statement_pdf import statement_pdf
from reinsurance.domain.bordereau_layout import flat
from reinsurance.models import TreatyTerms
from reinsurance.queries.large_losses import loss_advices
from reinsurance.queries.technical_accounts import technical_accounts
from tests.closing import AUTUMN, SPRING, SUMMER, close, live_through_2020, substitution_of


@pytest.fixture
def accountant(committed, cast):
    return live_through_2020(cast)


@pytest.fixture
def account(accountant):
    close(accountant, SPRING)
    close(accountant, SUMMER)
    with acting(accountant):
        return technical_accounts(accountant, period=SUMMER)[0]


def text_of(content):
    pages = pypdf.PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()).replace("\u202f", " ").replace("\xa0", " ")


def test_the_statement_states_the_account_and_carries_its_digest(account):
    content = statement_pdf(account.public_id, account.document, sha256=account.sha256)
    said = text_of(content)
    for expected in ("Compte technique de réassurance", "3e trimestre 2020", "PPNA", "47 500,00 €", "334,33 €"):
        assert expected in said, expected
    assert account.sha256 in said.replace(" ", "")
    reader = pypdf.PdfReader(BytesIO(content))
    attached = json.loads(reader.attachments["compte.json"][0])
    digest = hashlib.sha256("".join(f"{path}\t{text}\n" for path, text in flat(attached)).encode()).hexdigest()
    assert digest == account.sha256


def test_the_same_account_gives_the_same_bytes(account):
    first, again = (statement_pdf(account.public_id, account.document, sha256=account.sha256) for _ in range(2))
    assert first == again


def test_a_claim_beyond_the_treatys_thresholds_is_told_once_as_each(accountant):
    with acting(accountant):
        terms = TreatyTerms.objects.get(treaty__public_id=substitution_of(accountant))
        assert advise_losses(accountant, on=date(2020, 12, 31)) == []
    _set_thresholds(terms.pk, large="40000.00", cash="43000.00")
    with acting(accountant):
        assert len(advise_losses(accountant, on=date(2020, 12, 31))) == 2
        assert advise_losses(accountant, on=date(2020, 12, 31)) == []
        told = {one.kind: one for one in loss_advices(accountant)}
    assert set(told) == {"large_loss", "cash_call"}
    large = told["large_loss"]
    assert (large.claim_reference, large.incurred) == ("S-2020-1", Decimal("43225.05"))
    said = text_of(advice_pdf(large.facts(), at=datetime(2020, 12, 31, tzinfo=UTC)))
    assert "Avis de sinistre important" in said
    assert "43 225,05 €" in said


def test_a_claim_below_the_thresholds_is_not_told(accountant):
    with acting(accountant):
        terms = TreatyTerms.objects.get(treaty__public_id=substitution_of(accountant))
    _set_thresholds(terms.pk, large="43225.06", cash=None)
    with acting(accountant):
        assert advise_losses(accountant, on=date(2020, 12, 31)) == []


def _set_thresholds(terms_id, *, large, cash):
    """Terms are agreed by four eyes and never altered; here they are what the test needs them to have been."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE reinsurance_treatyterms DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE reinsurance_treatyterms SET large_loss_amount = %s, cash_call_amount = %s WHERE id = %s",
            [large, cash, terms_id],
        )
        cursor.execute("ALTER TABLE reinsurance_treatyterms ENABLE TRIGGER USER")


def test_an_outsider_checks_the_audit_pack_without_us(accountant, tmp_path):
    for period in (SPRING, SUMMER, AUTUMN):
        close(accountant, period, on=date(2021, 1, 1))
    with acting(accountant):
        year = next(one for one in technical_accounts(accountant) if one.span == "year")
    law = law_file(law_files.shipped_law_book(), insurer=accountant.insurer_code)
    with audit_pack(accountant, year.public_id, law=law) as file:
        zipfile.ZipFile(io.BytesIO(file.read())).extractall(tmp_path)
    pack = tmp_path / f"audit-{year.public_id}"
    for line in (pack / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((pack / name).read_bytes()).hexdigest() == digest
    names = {str(path.relative_to(pack)) for path in pack.rglob("*") if path.is_file()}
    assert {"LISEZMOI.txt", "README.txt", "compte/compte.pdf", "journal.csv", "traite.json"} <= names
    assert len([name for name in names if name.startswith("bordereaux/")]) == 36
    files = sorted([*pack.glob("bordereaux/*.json"), *pack.glob("bordereaux/*.csv")])
    command = [sys.executable, "-I", "-S", "verifier/check_bordereau.py", "--law", "droit/public-law.json"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False, cwd=pack)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("all agree") == 24


def test_the_packs_leaves_come_to_the_root_that_was_signed(accountant, tmp_path):
    import base64

    close(accountant, SPRING)
    with acting(accountant):
        (one,) = technical_accounts(accountant, treaty=substitution_of(accountant))
    law = law_file(law_files.shipped_law_book(), insurer=accountant.insurer_code)
    with audit_pack(accountant, one.public_id, law=law) as file:
        pack = zipfile.ZipFile(io.BytesIO(file.read()))
        note = pack.read(f"audit-{one.public_id}/sceaux/checkpoint.txt").decode().splitlines()
        leaves = pack.read(f"audit-{one.public_id}/sceaux/leaves.txt").decode().split()
    assert len(leaves) == int(note[1])
    assert _root([bytes.fromhex(leaf) for leaf in leaves]) == base64.b64decode(note[2])


def _root(hashes):
    """RFC 6962: the larger left subtree holds the largest power of two below the size."""
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _root(hashes[:left]) + _root(hashes[left:])).digest()
