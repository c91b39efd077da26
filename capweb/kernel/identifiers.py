"""Names by which things are known outside: SIREN numbers, public ids, endorsement numbers.

Inside, rows have numbers; outside, everything is known by an opaque public id with a prefix that tells its kind.
"""

from __future__ import annotations

import os
import time
from typing import Final

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_number

# Crockford's alphabet: no I, L, O, U, so an id can be read aloud.
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


def is_siren(text: str) -> bool:
    """Whether the text is nine digits with a right checksum (Luhn), without spaces or dots.

    >>> is_siren("732829320"), is_siren("732829321"), is_siren("732 829 320")
    (True, False, False)
    """
    # The checksum alone: cleaning a number that is already nine digits would cost three times as much in a large file.
    return len(text) == 9 and text.isascii() and text.isdigit() and bool(luhn.is_valid(text))


def normal_siren(text: str) -> str:
    """Nine digits from a SIREN as people type it (spaces, dots); ValueError says what is wrong.

    >>> normal_siren("732 829 320")
    '732829320'
    """
    try:
        return str(siren_number.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text!r} is not a SIREN: {error}") from error


def siren_from_serial(serial: int) -> str:
    """A SIREN with a right checksum for the first eight digits given as a number: for samples and tests.

    >>> siren_from_serial(73282932)
    '732829320'
    """
    body = f"{serial:08d}"
    if len(body) != 8:
        raise ValueError(f"a serial has at most eight digits, not {serial}")
    return next(body + str(check) for check in range(10) if is_siren(body + str(check)))


def new_public_id(prefix: str) -> str:
    """An opaque id such as `req_06bqh4…`: 48 bits of time in milliseconds, then 72 random bits, in base 32.

    Ids of one process sort roughly by the moment they were made, which keeps index pages together.
    """
    value = (time.time_ns() // 1_000_000) << 72 | int.from_bytes(os.urandom(9), "big")
    letters = []
    for _ in range(24):
        letters.append(_ALPHABET[value & 31])
        value >>= 5
    return f"{prefix}_{''.join(reversed(letters))}"
