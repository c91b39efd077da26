"""A checkpoint is text that others' tools read: signed under its origin's name, and by nobody else."""

from base64 import b64decode
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from reinsurance.domain.checkpoint import CheckpointText, is_signed_by, key_id, read, signed, verifier_key

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
AT = datetime(2020, 6, 15, 1, 2, 3, 40, tzinfo=UTC)
TEXT = CheckpointText("capweb.example/coface/journal", 17, bytes(range(32)), date(2020, 6, 15), 3, AT)


def test_a_note_has_the_form_of_a_checkpoint():
    body, _, signature = signed(TEXT, KEY).partition("\n\n")
    assert body.split("\n") == [
        "capweb.example/coface/journal",
        "17",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "day 2020-06-15",
        "number 3",
        "at 2020-06-15T01:02:03.000040Z",
    ]
    dash, name, encoded = signature.rstrip("\n").split(" ")
    assert (dash, name) == ("—", TEXT.origin)
    assert len(b64decode(encoded)) == 4 + 64


def test_what_was_signed_is_read_again():
    note = signed(TEXT, KEY)
    assert read(note) == TEXT
    assert is_signed_by(note, KEY.public_key())


def test_the_key_of_a_note_is_identified_as_the_published_example_is():
    """The verifier key in the documentation of the note format: name, id, key."""
    published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    name, identified, encoded = published.split("+", 2)
    key = Ed25519PublicKey.from_public_bytes(b64decode(encoded)[1:])
    assert key_id(name, key).hex() == identified
    assert verifier_key(name, key) == published


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n17\n", "\n18\n"),
        ("2020-06-15", "2020-06-16"),
        ("number 3", "number 4"),
        ("coface", "groupama"),
        ("AAEC", "AAED"),
    ],
)
def test_no_line_can_be_changed_after_signing(old, new):
    note = signed(TEXT, KEY)
    assert not is_signed_by(note.replace(old, new), KEY.public_key())


def test_another_key_did_not_sign_it():
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    assert not is_signed_by(signed(TEXT, KEY), other)


def test_a_witness_may_sign_beside_the_log():
    note = signed(TEXT, KEY)
    assert is_signed_by(f"{note}— witness.example AAAAAAAA\n", KEY.public_key())
    assert not is_signed_by(f"{note}something else\n", KEY.public_key())


@pytest.mark.parametrize(
    "note",
    [
        "",
        "nothing\n\n— a b\n",
        str(TEXT),
        signed(TEXT, KEY).replace("day ", "on "),
        signed(TEXT, KEY).replace("\n17\n", "\n017\n"),
    ],
)
def test_what_is_not_in_the_form_is_refused(note):
    with pytest.raises(ValueError, match="checkpoint"):
        read(note)
