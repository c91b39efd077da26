"""Names by which things are known outside: SIREN numbers, public ids, endorsement numbers.

Inside, rows have numbers; outside, everything is known by an opaque public id with a prefix that tells its kind.
"""

from __future__ import annotations

import hashlib
import os
import time
from base64 import b32encode
from datetime import date
from typing import Final

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_number

# Crockford's alphabet: no I, L, O, U, so an id can be read aloud.
_CROCKFORD: Final = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz")
_FREE_BYTES: Final = 9
_EPOCH: Final = date(1970, 1, 1)
_MILLISECONDS_A_DAY: Final = 86_400_000


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
    return _written(prefix, time.time_ns() // 1_000_000, os.urandom(_FREE_BYTES))


def public_id_from(prefix: str, *key: object, on: date) -> str:
    """The id that a thing has by its natural key and the day on which it is booked, whoever makes it and when.

    In the form of `new_public_id`: midnight of the day, then 72 bits of a SHA-256 of the key. As hard to guess as its
    key is: for things of the books, which are made again after a crash and whose names others receive.

    >>> public_id_from("ces", 1, "gar_06bqh4:2020-06-15", on=date(2020, 6, 15))
    'ces_05sbahmg02exhgzqwp4t3t7m'
    """
    told = hashlib.sha256("\n".join([prefix, *map(str, key)]).encode()).digest()
    return _written(prefix, (on - _EPOCH).days * _MILLISECONDS_A_DAY, told[:_FREE_BYTES])


def _written(prefix: str, milliseconds: int, free: bytes) -> str:
    return f"{prefix}_{b32encode(milliseconds.to_bytes(6, 'big') + free).translate(_CROCKFORD).decode()}"
