"""What a letter of the insurer says, frozen when it is written: the notice of a decision on its own limit (D-29, E5).

The paper is made from this alone, in French with an English version, and carries its digest. The days of the notice are
half-open: what is notified on a day with thirty days of notice may take effect on the thirtieth day after it.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar, Final, Literal

import msgspec

from capweb.kernel.errors import DomainError
from policies.domain.endorsement_parts import MeasuredPart, Part

TEMPLATE_VERSION: Final = "2020-04-15.1"


class UnreadableLetter(DomainError):
    """These bytes are not the snapshot of a letter."""

    code = "unreadable_letter"
    status = 422


class Party(Part, frozen=True, kw_only=True):
    """Insurer or policyholder as on an envelope."""

    name: str
    identifier: str
    lines: tuple[str, ...] = ()
    country: str = "FR"


class BuyerNamed(Part, frozen=True, kw_only=True):
    """The buyer that the letter is about."""

    name: str
    identifier: str
    country: str


class TopUp(MeasuredPart, frozen=True, kw_only=True):
    """What was possible on the day of the letter: its amount and its price for a quarter, in euro."""

    money_fields: ClassVar[tuple[str, ...]] = ("amount", "premium")
    product: str
    amount: Decimal
    premium: Decimal | None
    is_premium_illustrative: bool = False


class LetterSnapshot(MeasuredPart, frozen=True, kw_only=True):
    """One letter. `exceptional_case` is empty where the notice was kept."""

    money_fields: ClassVar[tuple[str, ...]] = ("amount_before", "amount", "requested_amount")
    kind: Literal["primary_notice", "cover_elsewhere"]
    number: str
    issued_on: date
    insurer: Party
    policyholder: Party
    policy_number: str
    buyer: BuyerNamed
    decision: str
    amount_before: Decimal
    amount: Decimal
    requested_amount: Decimal | None
    notified_on: date
    effective_on: date
    notice_days: int
    exceptional_case: str = ""
    exceptional_reason: str = ""
    top_up: TopUp | None = None
    template_version: str = TEMPLATE_VERSION


def numbered(snapshot: LetterSnapshot, number: str) -> LetterSnapshot:
    """The same letter under its number."""
    return msgspec.structs.replace(snapshot, number=number)


def to_json(snapshot: LetterSnapshot) -> bytes:
    """Canonical JSON: keys sorted, no spaces. The same snapshot, the same bytes."""
    return msgspec.json.encode(snapshot, order="sorted")


def from_json(document: bytes) -> LetterSnapshot:
    """The snapshot that `to_json` wrote. Raises UnreadableLetter for other bytes."""
    try:
        return msgspec.json.decode(document, type=LetterSnapshot)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnreadableLetter(f"This is not the snapshot of a letter: {error}.") from error


def read(stored: object) -> LetterSnapshot:
    """The snapshot from what the database gives back of its JSON. Raises UnreadableLetter."""
    return from_json(msgspec.json.encode(stored))


def digest(snapshot: LetterSnapshot) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal: what is printed on the letter."""
    return hashlib.sha256(to_json(snapshot)).hexdigest()


def first_effective_day(notified_on: date, *, notice_days: int) -> date:
    """The first day on which a cut may take effect.

    >>> first_effective_day(date(2020, 6, 15), notice_days=30)
    datetime.date(2020, 7, 15)
    """
    return notified_on + timedelta(days=notice_days)
