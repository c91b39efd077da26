"""A signed statement of how long a sealed sequence is and what is in it, as text that outsiders' tools read.

The form is a signed note (C2SP signed-note) whose text is a checkpoint (C2SP tlog-checkpoint): origin, number of
leaves, root in base64, then one line each for the business day, the checkpoint's own number, and the instant. The key's
name is the origin, its signature Ed25519; four bytes of a hash over name and key tell which key it was.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from reinsurance.domain.sealing import HASH_BYTES

_ED25519: Final = b"\x01"
_TEXT: Final = re.compile(
    r"(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"day (?P<day>\d{4}-\d\d-\d\d)\nnumber (?P<number>[1-9][0-9]*)\n"
    r"at (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\n"
)
_INSTANT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_SIGNATURE: Final = re.compile("— (?P<name>[^ +\n]+) (?P<bytes>[A-Za-z0-9+/=]+)\n")


@dataclass(frozen=True, slots=True)
class CheckpointText:
    """What is signed: so many leaves of the origin's sequence have this root, said on a business day.

    `number` counts the checkpoints of an origin from 1, so that a missing one is seen; `at` is when it was made.
    """

    origin: str
    size: int
    root: bytes
    day: date
    number: int
    at: datetime

    def __str__(self) -> str:
        root, at = b64encode(self.root).decode(), self.at.astimezone(UTC).strftime(_INSTANT)
        return f"{self.origin}\n{self.size}\n{root}\nday {self.day.isoformat()}\nnumber {self.number}\nat {at}\n"


def key_id(name: str, public_key: Ed25519PublicKey) -> bytes:
    """The four bytes by which a note says which key signed it."""
    return sha256(name.encode() + b"\n" + _ED25519 + public_key.public_bytes_raw()).digest()[:4]


def verifier_key(name: str, public_key: Ed25519PublicKey) -> str:
    """The public key as verifiers of notes take it: name, key id and key in one line."""
    encoded = b64encode(_ED25519 + public_key.public_bytes_raw()).decode()
    return f"{name}+{key_id(name, public_key).hex()}+{encoded}"


def signed(text: CheckpointText, private_key: Ed25519PrivateKey) -> str:
    """The note: the text, an empty line, and the signature under the origin's name."""
    body = str(text)
    identified = key_id(text.origin, private_key.public_key()) + private_key.sign(body.encode())
    return f"{body}\n— {text.origin} {b64encode(identified).decode()}\n"


def read(note: str) -> CheckpointText:
    """The checkpoint that a note says, whoever signed it. Raises ValueError when it is not in the form."""
    text, separator, _signatures = note.rpartition("\n\n")
    found = _TEXT.fullmatch(f"{text}\n")
    if not separator or found is None:
        raise ValueError(
            "this is no checkpoint: origin, size, root, day, number and instant are expected, one on each line"
        )
    root = b64decode(found["root"])
    if len(root) != HASH_BYTES:
        raise ValueError("the root of a checkpoint has 32 bytes")
    day = date.fromisoformat(found["day"])
    at = datetime.strptime(found["at"], _INSTANT).replace(tzinfo=UTC)
    return CheckpointText(found["origin"], int(found["size"]), root, day, int(found["number"]), at)


def is_signed_by(note: str, public_key: Ed25519PublicKey) -> bool:
    """Whether the key signed the note under the name of the note's origin; signatures by others are passed over."""
    text, separator, signatures = note.rpartition("\n\n")
    body = f"{text}\n"
    lines = _SIGNATURE.findall(signatures)
    if not separator or "".join(f"— {name} {encoded}\n" for name, encoded in lines) != signatures:
        return False
    origin = body.split("\n", 1)[0]
    return any(name == origin and _verifies(encoded, body, name, public_key) for name, encoded in lines)


def _verifies(encoded: str, body: str, name: str, public_key: Ed25519PublicKey) -> bool:
    try:
        identified = b64decode(encoded, validate=True)
        if identified[:4] != key_id(name, public_key):
            return False
        public_key.verify(identified[4:], body.encode())
    except (NotBase64, InvalidSignature):
        return False
    return True
