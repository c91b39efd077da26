"""A broker's file of limit requests, made from the notices of the sample: good rows, and bad ones in many ways.

The same actor, numbers and seed give the same file. Each bad row is bad in exactly one of the ways of `BAD_KINDS`, so
that a demonstration or a test can count them again in the answer.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final, Literal

import msgspec
import xlsxwriter

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from capweb.kernel.identifiers import is_siren, siren_from_serial
from policies.commands.sample_companies import OPENING_DAY
from policies.domain import bulk_columns
from policies.models import BuyerLimit, LimitDecision, Policy
from policies.queries import scope

Format = Literal["csv", "xlsx", "json", "ndjson"]
_NO_COMPANY: Final = 28_900_000


class SampleTooSmall(DomainError):
    """The books of the sample hold fewer notices for this actor than rows were asked for."""

    code = "sample_too_small"


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One row of the file: the fields as typed, and in which way it is bad (None: it is good)."""

    given: dict[str, str]
    bad: str | None = None


@dataclass(frozen=True, slots=True)
class _Notice:
    policy_number: str
    buyer_country: str
    buyer_identifier: str
    total: Decimal
    left: Decimal
    notified_on: date


@dataclass(frozen=True, slots=True)
class _Books:
    """What an actor finds: notices that open a top-up, limits still granted, all pairs, a policy that has ended."""

    notices: list[_Notice]
    granted: list[_Notice]
    pairs: frozenset[tuple[str, str, str]]
    ended: str | None


def sample_request_file(
    actor: Actor, *, rows: int, bad_rows: int, file_format: Format = "csv", seed: int = 2020, on: date = OPENING_DAY
) -> bytes:
    """The file as a broker's spreadsheet would write it: French names and figures in CSV (Windows-1252, semicolons) and
    XLSX, the names of the API in JSON and NDJSON. Raises SampleTooSmall, ValueError for more bad rows than rows."""
    return write_file(sample_rows(actor, rows=rows, bad_rows=bad_rows, seed=seed, on=on), file_format=file_format)


def sample_rows(actor: Actor, *, rows: int, bad_rows: int, seed: int = 2020, on: date = OPENING_DAY) -> list[SampleRow]:
    """The rows of such a file, `bad_rows` of them bad and spread over it. Raises SampleTooSmall, ValueError."""
    if not 0 <= bad_rows < rows:
        raise ValueError(f"a file of {rows} rows cannot have {bad_rows} bad ones and a good one")
    with acting(actor):
        books = _books(actor, on=on)
    needed = rows - bad_rows
    if len(books.notices) < needed:
        raise SampleTooSmall(
            f"{needed} good rows were asked for, and the sample has {len(books.notices)} notices that {actor.name} may "
            "use: make a larger sample.",
            asked=needed,
            found=len(books.notices),
        )
    random = Random(f"{seed} file {actor.insurer_code} {rows} {bad_rows}")  # noqa: S311  a sample, no secret
    chosen = random.sample(books.notices, k=min(len(books.notices), rows))
    typed = [_typed(random, notice, number) for number, notice in enumerate(chosen, start=1)]
    return _with_bad(random, typed[:needed], spare=typed[needed:], count=bad_rows, books=books)


def _books(actor: Actor, *, on: date) -> _Books:
    """What may be asked for and what may not, in an order that does not depend on ids."""
    found = (
        BuyerLimit.objects.filter(scope.of_policies(actor, on=on, through="policy"), notified_on__lte=on)
        .filter(policy__end_day__isnull=True)
        .order_by("policy__number", "buyer__country", "buyer__identifier", "effective_on")
        .values_list(
            "policy__number",
            "buyer__country",
            "buyer__identifier",
            "decision",
            "requested_amount",
            "amount_before",
            "amount",
            "notified_on",
        )
    )
    # A later decision on the same buyer takes the place of the earlier one.
    latest = {row[:3]: row[3:] for row in found}
    told = [
        (decision, _Notice(number, country, identifier, asked or before, left, notified_on))
        for (number, country, identifier), (decision, asked, before, left, notified_on) in latest.items()
    ]
    return _Books(
        notices=[notice for decision, notice in told if decision != LimitDecision.GRANT],
        granted=[notice for decision, notice in told if decision == LimitDecision.GRANT],
        pairs=frozenset(latest),
        ended=Policy.objects.filter(scope.of_policies(actor, on=on), end_day__isnull=False)
        .order_by("number")
        .values_list("number", flat=True)
        .first(),
    )


def _typed(random: Random, notice: _Notice, number: int) -> dict[str, str]:
    """A good row: it can be judged. Some ask for what is not needed, or for a sale that the scheme does not take."""
    is_abroad = not is_siren(notice.buyer_identifier)
    total = notice.total
    if notice.left and random.random() < 0.03:
        total = notice.left
    given = {
        "reference": f"DEM-{number:05d}",
        "policy_number": notice.policy_number,
        "buyer_country": notice.buyer_country,
        "buyer_identifier": notice.buyer_identifier,
        "requested_total": f"{total:.2f}",
        "construction_subcontract": "oui" if not is_abroad and random.random() < 0.04 else "non",
    }
    if random.random() < 0.6:
        given["notified_on"] = notice.notified_on.isoformat()
    if is_abroad:
        given["payment_days"] = str(random.choice((*(30, 60, 90, 120, 180) * 4, 360, 400)))
        given["french_share"] = random.choice((*("0.20", "0.35", "0.45", "0.6", "0.8", "1") * 3, "0.15"))
        given["currency"] = random.choice(("EUR", "EUR", "EUR", "EUR", "EUR", "USD"))
        if random.random() < 0.03:
            del given["french_share"]
    elif random.random() < 0.5:
        given["payment_days"] = random.choice(("30", "45", "60"))
    return given


def _with_bad(
    random: Random, good: Sequence[dict[str, str]], *, spare: list[dict[str, str]], count: int, books: _Books
) -> list[SampleRow]:
    """Puts `count` bad rows among the good ones, every way in turn."""
    ways = [
        way
        for way in BAD_KINDS
        if (way != "policy_ended" or books.ended)
        and (way != "limit_granted" or len(books.granted) > count // (len(BAD_KINDS) - 2))
    ]
    rows = [SampleRow(given) for given in good]
    for number in range(count):
        way = ways[number % len(ways)]
        # A bad row asks for a buyer of its own, so that nothing but its fault keeps it out.
        row = spare.pop() if spare else {**random.choice(good), **_nobody(number)}
        row = {**row, "reference": f"ERR-{number + 1:05d}"}
        bad = BAD_KINDS[way](row, _Around(random, good, books, number, turn=number // len(ways)))
        rows.insert(random.randint(_after_what_it_repeats(rows, bad), len(rows)), SampleRow(bad, way))
    return rows


def _after_what_it_repeats(rows: Sequence[SampleRow], bad: dict[str, str]) -> int:
    """The first place at which a row may stand so that what it repeats comes before it."""
    alike = (
        place
        for place, row in enumerate(rows)
        if row.given["reference"] == bad["reference"]
        or (row.given["policy_number"], row.given["buyer_identifier"])
        == (bad["policy_number"], bad["buyer_identifier"])
    )
    return next(alike, 0) + 1


@dataclass(frozen=True, slots=True)
class _Around:
    """What a bad row may be made with: the good rows, the books, its own number, how often its way was taken before."""

    random: Random
    good: Sequence[dict[str, str]]
    books: _Books
    number: int
    turn: int


_Spoil = Callable[[dict[str, str], _Around], dict[str, str]]


def _nobody(number: int) -> dict[str, str]:
    return {"buyer_country": "FR", "buyer_identifier": siren_from_serial(_NO_COMPANY + number)}


def _typed_as(**changed: str) -> _Spoil:
    return lambda row, _: {**row, **changed}


def _numbered(identifier: Callable[[str], str]) -> _Spoil:
    """A row for a French buyer whose number is mistyped."""

    def spoil(row: dict[str, str], around: _Around) -> dict[str, str]:
        number = row["buyer_identifier"]
        siren = number if is_siren(number) else _nobody(around.number)["buyer_identifier"]
        return {**row, "buyer_country": "FR", "buyer_identifier": identifier(siren)}

    return spoil


def _without_notice(row: dict[str, str], around: _Around) -> dict[str, str]:
    """A buyer that the insurer knows, under a policy for which it has never decided on it."""
    policies = sorted({good["policy_number"] for good in around.good})
    around.random.shuffle(policies)
    buyer = (row["buyer_country"], row["buyer_identifier"])
    other = next((number for number in policies if (number, *buyer) not in around.books.pairs), row["policy_number"])
    return {**row, "policy_number": other, "notified_on": ""}


def _still_granted(row: dict[str, str], around: _Around) -> dict[str, str]:
    notice = around.books.granted[around.turn]
    return {
        **row,
        "policy_number": notice.policy_number,
        "buyer_country": notice.buyer_country,
        "buyer_identifier": notice.buyer_identifier,
        "notified_on": "",
    }


def _buyer_twice(row: dict[str, str], around: _Around) -> dict[str, str]:
    return {**around.random.choice(around.good), "reference": row["reference"]}


def _reference_twice(row: dict[str, str], around: _Around) -> dict[str, str]:
    return {**row, "reference": around.random.choice(around.good)["reference"]}


# Every way in which a row can be bad, and how a good one is made so.
BAD_KINDS: Final[dict[str, _Spoil]] = {
    "siren_checksum": _numbered(lambda siren: siren[:8] + str((int(siren[8]) + 3) % 10)),
    "siren_too_short": _numbered(lambda siren: siren[1:]),
    "siret_for_siren": _numbered(lambda siren: siren + "00017"),
    "unknown_buyer": lambda row, around: {**row, **_nobody(around.number), "notified_on": ""},
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


def write_file(rows: Sequence[SampleRow], *, file_format: Format) -> bytes:
    """The rows in one of the four formats."""
    if file_format == "json":
        return msgspec.json.encode([row.given for row in rows])
    if file_format == "ndjson":
        return b"".join(msgspec.json.encode(row.given) + b"\n" for row in rows)
    header = [bulk_columns.FRENCH[field][0].capitalize() for field in _COLUMNS]
    lines = [[_in_french(field, row.given.get(field, "")) for field in _COLUMNS] for row in rows]
    return _as_csv(header, lines) if file_format == "csv" else _as_workbook(header, lines)


_COLUMNS: Final = tuple(field for field in bulk_columns.FIELDS if field != "buyer_identifier_type")


def _in_french(field: str, text: str) -> str:
    """As a French spreadsheet shows it: `25 000,50`, `45 %`, `15/06/2020`."""
    try:
        if field == "requested_total":
            return f"{Decimal(text):,}".replace(",", "\u00a0").replace(".", ",")
        if field == "french_share":
            return f"{(Decimal(text) * 100).normalize():f} %"
        if field == "notified_on":
            return date.fromisoformat(text).strftime("%d/%m/%Y")
    except (ArithmeticError, ValueError):
        # What cannot be read is left as it was typed: that is the point of it.
        return text
    return text


def _as_csv(header: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([header, *lines])
    return text.getvalue().encode("cp1252")


def _as_workbook(header: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("Demandes")
    for number, line in enumerate([header, *lines]):
        for column, cell in enumerate(line):
            sheet.write_string(number, column, cell)
    book.close()
    return content.getvalue()
