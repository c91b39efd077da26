"""Sealing: positions without gap in the order of entries, late ones at the end, checkpoints that an outsider trusts."""

from base64 import b64encode
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connections

from capweb.accounts.acting import acting, acting_as_platform
from reinsurance.commands.cede import cede
from reinsurance.commands.seal_journal import seal_journal
from reinsurance.domain.checkpoint import is_signed_by, read
from reinsurance.domain.sealing import consistency_proof, is_consistent, root_of
from reinsurance.models import JournalEntry, SealedEntry
from reinsurance.queries import seal_keys
from reinsurance.queries.verification import verify_ledger
from tests.books import open_books, order
from tests.cast import OPENING_DAY
from tests.threads import at_once, no_error_in


@pytest.fixture
def books(committed, cast):
    open_books(cast)
    return cast


def seal(cast, *, on=OPENING_DAY):
    with acting_as_platform():
        return {(receipt.insurer, receipt.sequence): receipt for receipt in seal_journal(cast.operator, on=on)}


def cede_for(cast, insurer, *keys):
    actor = cast.actor(insurer)
    with acting(actor):
        cede(actor, [order(key, amount="1000.00") for key in keys], on=OPENING_DAY)


def sealed_of(insurer_id):
    with acting_as_platform() as using:
        return list(SealedEntry.objects.using(using).filter(insurer_id=insurer_id).order_by("position"))


def test_each_insurers_entries_are_numbered_from_one_in_their_order(books):
    cede_for(books, "coface", "a", "b")
    cede_for(books, "euler-hermes", "c")
    cede_for(books, "coface", "d")
    receipts = seal(books)
    rows = sealed_of(books.organisations["coface"].pk)
    assert [row.position for row in rows] == [1, 2, 3]
    assert [row.entry.source_key for row in rows] == ["cession:a", "cession:b", "cession:d"]
    assert receipts["coface", "journal"].size == 3
    assert receipts["euler-hermes", "journal"].size == 1
    assert receipts[None, "journal"].size == 2
    assert ("atradius", "journal") not in receipts


def test_a_checkpoint_is_signed_and_says_what_was_sealed(books):
    cede_for(books, "coface", "a", "b")
    receipt = seal(books)["coface", "journal"]
    said = read(receipt.note)
    leaves = [bytes(row.leaf_hash) for row in sealed_of(books.organisations["coface"].pk)]
    assert (said.origin, said.size, said.root) == ("capweb/coface/journal", 2, root_of(leaves))
    assert (said.day, said.number) == (OPENING_DAY, 1)
    assert is_signed_by(receipt.note, seal_keys.public_keys()[0])


def test_sealing_again_on_the_same_day_changes_nothing(books):
    cede_for(books, "coface", "a")
    assert seal(books)
    assert seal(books) == {}


def test_every_day_has_a_checkpoint_even_when_nothing_was_booked(books):
    cede_for(books, "coface", "a")
    first = seal(books)["coface", "journal"]
    second = seal(books, on=OPENING_DAY + timedelta(days=1))["coface", "journal"]
    assert (second.number, second.size, second.added, second.root) == (2, 1, 0, first.root)


def test_a_later_checkpoint_begins_with_the_earlier_one(books):
    cede_for(books, "coface", "a", "b", "c")
    earlier = seal(books)["coface", "journal"]
    cede_for(books, "coface", "d", "e")
    later = seal(books)["coface", "journal"]
    leaves = [bytes(row.leaf_hash) for row in sealed_of(books.organisations["coface"].pk)]
    proof = consistency_proof(leaves, earlier.size)
    assert is_consistent(earlier.root, later.root, earlier_size=earlier.size, size=later.size, proof=proof)
    assert verify_ledger().agrees


def test_an_entry_that_commits_late_gets_the_next_position(books):
    """Its number is lower than that of an entry that was sealed meanwhile."""
    insurer = books.organisations["coface"].pk
    late = connections["platform"].copy()
    try:
        with late.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO reinsurance_journalentry (insurer_id, kind, source_key, booked_on) "
                "VALUES (%s, 'disbursement', 'late', %s) RETURNING id",
                [insurer, OPENING_DAY],
            )
            (late_id,) = cursor.fetchone()
            cede_for(books, "coface", "a")
            seal(books)
            cursor.execute("COMMIT")
    finally:
        late.close()
    seal(books)
    rows = sealed_of(insurer)
    assert [row.entry.source_key for row in rows] == ["cession:a", "late"]
    assert late_id < rows[0].entry_id
    assert verify_ledger().agrees


def test_several_publishers_at_once_are_one(books):
    cede_for(books, "coface", *(f"g{number}" for number in range(50)))

    def publish(_number):
        return seal(books)

    answers = no_error_in(at_once(6, publish))
    assert sum(("coface", "journal") in answer for answer in answers) == 1
    assert [row.position for row in sealed_of(books.organisations["coface"].pk)] == list(range(1, 51))
    assert verify_ledger().agrees


def test_sealing_while_others_book_leaves_no_gap_and_nothing_out(books):
    def client(number):
        for turn in range(6):
            if number == 0:
                seal(books)
            else:
                cede_for(books, "coface", f"{number}-{turn}")

    no_error_in(at_once(5, client))
    seal(books)
    positions = [row.position for row in sealed_of(books.organisations["coface"].pk)]
    assert positions == list(range(1, 25))
    assert verify_ledger().agrees


def test_a_checkpoint_kept_elsewhere_tells_that_the_books_were_rolled_back(books, tmp_path, capsys):
    cede_for(books, "coface", "a")
    seal(books)
    cede_for(books, "coface", "b")
    kept = tmp_path / "coface.checkpoint"
    kept.write_text(seal(books)["coface", "journal"].note, encoding="utf-8")
    call_command("verify_ledger", "--checkpoint", str(kept))
    with connections["owner"].cursor() as cursor:
        for table in ("sealedentry", "checkpoint"):
            cursor.execute(f"ALTER TABLE reinsurance_{table} DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM reinsurance_sealedentry WHERE position = 2")
        cursor.execute("DELETE FROM reinsurance_checkpoint WHERE sequence = 'journal' AND size = 2 AND number = 2")
        for table in ("sealedentry", "checkpoint"):
            cursor.execute(f"ALTER TABLE reinsurance_{table} ENABLE TRIGGER USER")
    with pytest.raises(SystemExit):
        call_command("verify_ledger", "--checkpoint", str(kept))
    assert "2 were sealed, 1 are there in coface/journal" in capsys.readouterr().out


def test_a_kept_checkpoint_must_be_signed_by_this_installation(books):
    cede_for(books, "coface", "a")
    note = seal(books)["coface", "journal"].note
    assert verify_ledger(kept_checkpoints=[note]).agrees
    forged = note.replace("\n1\n", "\n2\n")
    assert "not signed" in verify_ledger(kept_checkpoints=[forged]).differences[0]
    assert "no checkpoint" in verify_ledger(kept_checkpoints=["nonsense"]).differences[0]


def test_a_former_key_is_still_trusted_and_a_strange_one_never(books, settings):
    cede_for(books, "coface", "a")
    seal(books)
    former = seal_keys.public_keys()[0].public_bytes_raw()
    settings.SEAL_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    assert any("signature" in told for told in verify_ledger().differences)
    settings.SEAL_FORMER_KEYS = [b64encode(former).decode()]
    assert verify_ledger().agrees


def test_an_insurer_reads_its_own_seals_and_writes_none(books):
    cede_for(books, "coface", "a")
    cede_for(books, "euler-hermes", "b")
    seal(books)
    with acting(books.actor("coface")):
        assert {row.insurer.code for row in SealedEntry.objects.all()} == {"coface"}


def test_a_thousand_entries_are_sealed_with_as_many_queries_as_one(books, django_assert_max_num_queries):
    cede_for(books, "coface", "a")
    with django_assert_max_num_queries(80, connection=connections["platform"]):
        seal(books)
    cede_for(books, "coface", *(f"g{number}" for number in range(300)))
    with django_assert_max_num_queries(80, connection=connections["platform"]):
        seal(books, on=date(2020, 6, 16))
    assert JournalEntry.objects.using("platform").filter(insurer__code="coface").count() == 301
