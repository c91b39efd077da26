"""Acts that are done once however often they are asked: the first answer is kept and given again.

`begin` takes a row lock on (insurer, caller, operation, key), so a parallel repeat waits until the first has committed
and then gets its answer; `keep` stores the answer in the same transaction as what was written. An act that raises is
rolled back with its row, and may be asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from django.db import connections
from django.utils.translation import gettext as _

from capweb.kernel.errors import DomainError

LONGEST_KEY: Final = 200
_PART_CHARACTERS: Final = 16
_encoder: Final = msgspec.json.Encoder(order="deterministic")


class KeyReused(DomainError):
    """The key stands for another payload. Facts: `differs`, the names of the fields that are not the same."""

    code = "idempotency_key_reused"
    status = 422


@dataclass(frozen=True, slots=True)
class Act:
    """One act of one caller. `operation` names what is done, `key` is the caller's own for doing it this once."""

    insurer_id: int
    caller: str
    operation: str
    key: str


@dataclass(frozen=True, slots=True)
class Payload:
    """What was asked, as digests: of the whole, and of each named part."""

    digest: str
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer: HTTP status, body as JSON text, and the address of what was made, if any."""

    status: int
    body: str
    location: str = ""


def payload_of(parts: Mapping[str, object]) -> Payload:
    """The digests of named plain values or bytes; the order of names does not matter."""
    digests = {name: _digest(value) for name, value in parts.items()}
    whole = hashlib.sha256(_encoder.encode(digests)).hexdigest()
    return Payload(whole, {name: digest[:_PART_CHARACTERS] for name, digest in digests.items()})


def begin(act: Act, payload: Payload) -> KeptAnswer | None:
    """The answer that this act had before; None when it is to be done now. Waits for a parallel repeat to end.

    Raises KeyReused. Runs inside acting(actor), in the transaction of the act.
    """
    parts = _encoder.encode(payload.parts).decode()
    connection = connections["default"]
    if not connection.in_atomic_block:
        raise RuntimeError("an act is begun inside acting(actor), in the transaction that carries it out")
    with connection.cursor() as cursor:
        # DO UPDATE rather than DO NOTHING: it locks the row that stands, and returns it as committed.
        cursor.execute(
            """
            INSERT INTO audit_idempotentanswer
                (insurer_id, caller, operation, key, payload_digest, part_digests, answer, location)
            VALUES (%s, %s, %s, %s, %s, %s::jsonb, '', '')
            ON CONFLICT ON CONSTRAINT idempotent_answer_once DO UPDATE SET key = EXCLUDED.key
            RETURNING payload_digest, part_digests::text, status, answer, location
            """,
            [act.insurer_id, act.caller, act.operation, act.key, payload.digest, parts],
        )
        digest, parts_before, status, answer, location = cursor.fetchone()
    if digest != payload.digest:
        raise _reused(act, payload, msgspec.json.decode(parts_before, type=dict[str, str]))
    return None if status is None else KeptAnswer(status, answer, location)


def keep(act: Act, answer: KeptAnswer) -> None:
    """Store the answer of an act begun in this transaction."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE audit_idempotentanswer SET status = %s, answer = %s, location = %s "
            "WHERE insurer_id = %s AND caller = %s AND operation = %s AND key = %s AND status IS NULL",
            [answer.status, answer.body, answer.location, act.insurer_id, act.caller, act.operation, act.key],
        )
        if cursor.rowcount != 1:
            raise RuntimeError("an answer is kept once, for an act begun in the same transaction")


def _reused(act: Act, payload: Payload, before: Mapping[str, str]) -> KeyReused:
    names = sorted({*before, *payload.parts})
    differs = [name for name in names if before.get(name) != payload.parts.get(name)]
    return KeyReused(
        _(
            "The key %(key)s was used before for another request: %(fields)s differ. Repeat the first request as it "
            "was, or choose a new key."
        )
        % {"key": act.key, "fields": ", ".join(differs)},
        differs=differs,
    )


def _digest(value: object) -> str:
    return hashlib.sha256(value if isinstance(value, bytes) else _encoder.encode(value)).hexdigest()
