"""In which ways a row of the sample's file can be bad: twenty-odd slips that brokers' files are full of.

Each spoils a good row in one way only. Some are told when the file is read, others when the row meets the books.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final

from capweb.kernel.identifiers import is_siren, siren_from_serial
from policies.commands.sample_companies import OPENING_DAY
from policies.commands.sample_notices import Books

# Numbers of nobody: no company of the sample has them.
_NO_COMPANY: Final = 28_900_000


@dataclass(frozen=True, slots=True)
class Around:
    """What a bad row may be made with: the good rows, the books, its own number, how often its way was taken before."""

    random: Random
    good: Sequence[dict[str, str]]
    books: Books
    number: int
    turn: int


_Spoil = Callable[[dict[str, str], Around], dict[str, str]]


def nobody(number: int) -> dict[str, str]:
    return {"buyer_country": "FR", "buyer_identifier": siren_from_serial(_NO_COMPANY + number)}


def _typed_as(**changed: str) -> _Spoil:
    return lambda row, _: {**row, **changed}


def _numbered(identifier: Callable[[str], str]) -> _Spoil:
    """A row for a French buyer whose number is mistyped."""

    def spoil(row: dict[str, str], around: Around) -> dict[str, str]:
        number = row["buyer_identifier"]
        siren = number if is_siren(number) else nobody(around.number)["buyer_identifier"]
        return {**row, "buyer_country": "FR", "buyer_identifier": identifier(siren)}

    return spoil


def _without_notice(row: dict[str, str], around: Around) -> dict[str, str]:
    """A buyer that the insurer knows, under a policy for which it has never decided on it."""
    policies = sorted({good["policy_number"] for good in around.good})
    around.random.shuffle(policies)
    buyer = (row["buyer_country"], row["buyer_identifier"])
    other = next((number for number in policies if (number, *buyer) not in around.books.pairs), row["policy_number"])
    return {**row, "policy_number": other, "notified_on": ""}


def _still_granted(row: dict[str, str], around: Around) -> dict[str, str]:
    notice = around.books.granted[around.turn]
    return {
        **row,
        "policy_number": notice.policy_number,
        "buyer_country": notice.buyer_country,
        "buyer_identifier": notice.buyer_identifier,
        "notified_on": "",
    }


def _buyer_twice(row: dict[str, str], around: Around) -> dict[str, str]:
    return {**around.random.choice(around.good), "reference": row["reference"]}


def _reference_twice(row: dict[str, str], around: Around) -> dict[str, str]:
    return {**row, "reference": around.random.choice(around.good)["reference"]}


# Every way in which a row can be bad, and how a good one is made so.
BAD_KINDS: Final[dict[str, _Spoil]] = {
    "siren_checksum": _numbered(lambda siren: siren[:8] + str((int(siren[8]) + 3) % 10)),
    "siren_too_short": _numbered(lambda siren: siren[1:]),
    "siret_for_siren": _numbered(lambda siren: siren + "00017"),
    "unknown_buyer": lambda row, around: {**row, **nobody(around.number), "notified_on": ""},
    "unknown_policy": _typed_as(policy_number="ZZ-999999"),
    "policy_ended": lambda row, around: {**row, "policy_number": str(around.books.ended)},
    "no_notice": _without_notice,
    "limit_granted": _still_granted,
    "other_notice_day": _typed_as(notified_on=(OPENING_DAY - timedelta(days=400)).isoformat()),
    "amount_negative": _typed_as(requested_total="-25000.00"),
    "amount_absurd": _typed_as(requested_total="25000000000.00"),
    "amount_in_words": _typed_as(requested_total="environ 30 k€"),
    "amount_too_fine": _typed_as(requested_total="25000.125"),
    "amount_missing": _typed_as(requested_total=""),
    "policy_missing": _typed_as(policy_number=""),
    "country_unknown": _typed_as(buyer_country="Allemagne"),
    "day_impossible": _typed_as(notified_on="31/06/2020"),
    "currency_unknown": _typed_as(currency="EURO"),
    "share_too_large": _typed_as(french_share="145 %"),
    "days_in_words": _typed_as(payment_days="soixante"),
    "buyer_twice": _buyer_twice,
    "reference_twice": _reference_twice,
}


def usable_ways(books: Books, *, rows: int) -> list[str]:
    """The ways that these books have the material for, when `rows` bad rows are to be made."""
    lacking = set() if books.ended else {"policy_ended"}
    if len(books.granted) <= rows // (len(BAD_KINDS) - 2):
        lacking.add("limit_granted")
    return [way for way in BAD_KINDS if way not in lacking]
