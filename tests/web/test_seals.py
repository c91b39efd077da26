"""Seals on screens: own checkpoints to take home, proofs computed again, a kept checkpoint held against the books."""

from hashlib import sha256

import pytest
from django.core.management import call_command
from django.db import connections
from django.urls import reverse

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.commands.enter_people import begin_sandbox
from reinsurance.commands.cede import cede
from reinsurance.commands.record_verification import record_verification
from reinsurance.commands.seal_journal import seal_journal
from reinsurance.domain.checkpoint import is_signed_by
from reinsurance.domain.sealing import is_included
from reinsurance.queries import seal_keys
from reinsurance.queries.seal_proofs import EntryNotSealed, held_against, inclusion
from reinsurance.queries.verification import verify_ledger
from tests.books import open_books, order
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of

pytestmark = pytest.mark.usefixtures("committed")
PAGE, FILE, PROOF = (reverse(f"reinsurance:{name}") for name in ("seals", "checkpoint_file", "entry_proof"))


@pytest.fixture
def books(committed, cast):
    open_books(cast)
    begin_sandbox(OPENING_DAY)
    for insurer, count in (("euler-hermes", 5), ("coface", 2)):
        actor = cast.actor(insurer)
        with acting(actor):
            cede(actor, [order(f"g{number}", amount="1000.00") for number in range(count)], on=OPENING_DAY)
    seal(cast)
    return cast


def seal(cast):
    with acting_as_platform():
        seal_journal(cast.operator, on=OPENING_DAY)
    found = verify_ledger()
    with acting_as_platform():
        record_verification(cast.operator, found, on=OPENING_DAY)


@pytest.mark.parametrize(
    ("who", "sequences"),
    [
        ("accountant", ["euler-hermes"]),
        ("auditor", ["euler-hermes"]),
        ("reinsurer", ["state", "euler-hermes", "coface"]),
        ("operator", ["state", "euler-hermes", "coface"]),
    ],
)
def test_everybody_sees_the_checkpoints_of_its_own_books(books, who, sequences):
    told = text_of(signed_in(who).get(PAGE))
    for name in ("state", "euler-hermes", "coface"):
        assert (f"capweb/{name}/journal" in told) is (name in sequences), name
    assert "concorde avec ses mouvements" in told


@pytest.mark.parametrize("who", ["underwriter", "broker"])
def test_others_have_no_business_there(books, who):
    for page in (PAGE, FILE, PROOF):
        assert signed_in(who).get(page).status_code == 403


def test_a_checkpoint_is_taken_home_and_held_against_the_books_later(books):
    browser = signed_in("accountant")
    note = browser.get(FILE, {"sequence": "journal"})
    assert note["Content-Disposition"] == 'attachment; filename="capweb-euler-hermes-journal-1.checkpoint"'
    assert is_signed_by(note.content.decode(), seal_keys.public_keys()[0])
    actor = books.actor()
    with acting(actor):
        cede(actor, [order("later")], on=OPENING_DAY)
    seal(books)
    # A browser sends lines as the web has them.
    kept = note.content.decode().replace("\n", "\r\n")
    assert "commence par ses 5 lignes" in text_of(browser.post(PAGE, {"checkpoint": kept}))


def test_books_that_were_rewritten_do_not_begin_with_a_kept_checkpoint(books):
    browser = signed_in("accountant")
    note = browser.get(FILE, {"sequence": "journal"}).content.decode()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE reinsurance_sealedentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE reinsurance_sealedentry SET leaf_hash = sha256('another') WHERE position = 2")
        cursor.execute("ALTER TABLE reinsurance_sealedentry ENABLE TRIGGER USER")
    assert "ne commence pas par" in text_of(browser.post(PAGE, {"checkpoint": note}))


@pytest.mark.parametrize(
    ("given", "status", "told"),
    [
        ("nonsense", 422, "n'est pas un point de contrôle"),
        ("of another", 404, "n'est pas une suite"),
        ("forged", 200, "pas signé"),
    ],
)
def test_what_is_no_checkpoint_of_ours_is_refused(books, given, status, told):
    note = signed_in("accountant").get(FILE, {"sequence": "journal"}).content.decode()
    theirs = signed_in("operator").get(FILE, {"sequence": "journal", "insurer": "coface"}).content.decode()
    text = {"nonsense": "nonsense", "of another": theirs, "forged": note.replace("number 1", "number 2")}[given]
    answer = signed_in("accountant").post(PAGE, {"checkpoint": text})
    assert answer.status_code == status
    assert told in text_of(answer).replace("’", "'")


def test_an_insurer_gets_its_own_checkpoint_whomever_it_asks_for(books):
    answer = signed_in("accountant").get(FILE, {"sequence": "journal", "insurer": "coface"})
    assert answer.content.decode().startswith("capweb/euler-hermes/journal\n")


def test_a_proof_is_computed_again_from_what_the_page_shows(books):
    actor = books.actor(role="auditor")
    with acting(actor):
        found = inclusion(actor, "cession:g2")
    assert found.position == 3
    for row in found.rows:
        assert sha256(row.content.encode()).hexdigest() == row.sha256
        assert f"{row.name} {row.sha256}\n" in found.manifest
    leaf = sha256(b"\x00" + found.manifest.encode()).digest()
    assert leaf.hex() == found.leaf_hash
    proof = [bytes.fromhex(node) for node in found.proof]
    root = bytes.fromhex(found.checkpoint.root)
    assert is_included(leaf, found.position - 1, size=found.checkpoint.size, proof=proof, root=root)
    told = text_of(signed_in("auditor").get(PROOF, {"key": "cession:g2"}))
    assert found.leaf_hash in told
    assert "&quot;source_key&quot;:&quot;g2&quot;" in told


def test_a_proof_tells_nothing_of_another_insurer(books):
    assert signed_in("accountant").get(PROOF, {"key": "authorised"}).status_code == 404
    karim = books.actor("coface")
    with acting(karim), pytest.raises(EntryNotSealed):
        inclusion(karim, "cession:g4")
    assert "buyer_name" not in text_of(signed_in("accountant").get(PROOF, {"key": "law:domestic:2020-06-15:1"}))


def test_what_was_booked_after_the_last_night_is_not_sealed_yet(books):
    actor = books.actor()
    with acting(actor):
        cede(actor, [order("later")], on=OPENING_DAY)
    answer = signed_in("accountant").get(PROOF, {"key": "cession:later"})
    assert answer.status_code == 404
    assert "nuit suivante" in text_of(answer)


def test_the_reinsurer_proves_an_entry_of_a_cedant(books):
    told = text_of(signed_in("reinsurer").get(PROOF, {"key": "cession:g1", "insurer": "coface"}))
    assert "capweb/coface/journal" in told


def test_consistency_is_proved_to_the_newest_checkpoint(books):
    actor = books.actor(role="auditor")
    with acting(actor):
        held = held_against(actor, inclusion(actor, "cession:g0").checkpoint.note)
    assert held.agrees
    assert held.proof == ()


def test_checkpoints_are_exported_for_keeping_elsewhere(books, capsys):
    call_command("export_checkpoint", "--insurer", "coface", "--sequence", "journal")
    note = capsys.readouterr().out
    assert note.startswith("capweb/coface/journal\n2\n")
    assert verify_ledger(kept_checkpoints=[note]).agrees
    call_command("export_checkpoint", "--public-key", "--insurer", "state")
    assert "capweb/state/journal+" in capsys.readouterr().out
