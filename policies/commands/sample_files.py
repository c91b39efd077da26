"""A broker's file of limit requests, made from the notices of the sample: good rows, and bad ones in many ways.

The same actor, numbers and seed give the same file. Each bad row is bad in exactly one of the ways of `BAD_KINDS`, so
that a demonstration or a test can count them again in the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from capweb.kernel.identifiers import is_siren
from policies.commands.sample_companies import OPENING_DAY
from policies.commands.sample_faults import BAD_KINDS, Around, nobody, usable_ways
from policies.commands.sample_formats import Format, write_rows
from policies.commands.sample_notices import Books, Notice, books_of

__all__ = ["BAD_KINDS", "Format", "SampleRow", "SampleTooSmall", "sample_request_file", "sample_rows", "write_file"]


class SampleTooSmall(DomainError):
    """The books of the sample hold fewer notices for this actor than rows were asked for."""

    code = "sample_too_small"


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One row of the file: the fields as typed, and in which way it is bad (None: it is good)."""

    given: dict[str, str]
    bad: str | None = None


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
        books = books_of(actor, on=on)
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


def write_file(rows: Sequence[SampleRow], *, file_format: Format) -> bytes:
    """The rows in one of the four formats."""
    return write_rows([row.given for row in rows], file_format=file_format)


def _typed(random: Random, notice: Notice, number: int) -> dict[str, str]:
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
    random: Random, good: Sequence[dict[str, str]], *, spare: list[dict[str, str]], count: int, books: Books
) -> list[SampleRow]:
    """Puts `count` bad rows among the good ones, every way in turn."""
    ways = usable_ways(books, rows=count)
    rows = [SampleRow(given) for given in good]
    for number in range(count):
        way = ways[number % len(ways)]
        # A bad row asks for a buyer of its own, so that nothing but its fault keeps it out.
        row = spare.pop() if spare else {**random.choice(good), **nobody(number)}
        row = {**row, "reference": f"ERR-{number + 1:05d}"}
        bad = BAD_KINDS[way](row, Around(random, good, books, number, turn=number // len(ways)))
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
