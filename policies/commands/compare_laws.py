"""Judge the renewal of each guarantee of a block under two laws, and count what differs.

The facts are gathered once, by the query that renewals use, and judged twice by the engine that judges everything. Room
under the envelopes is left out on both sides: what is compared is law, not the queue at its door.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec

from capweb.accounts.actor import Actor
from capweb.kernel.errors import FieldErrors
from eligibility.domain import engine, tables
from eligibility.domain.facts import Facts
from eligibility.domain.law import LawBook, LawInForce
from policies.commands.judging import Treaties
from policies.domain import what_if
from policies.domain.limit_request import kind_of
from policies.domain.what_if import Counter, Line, Tally
from policies.queries import request_facts
from policies.queries.what_if_book import BookRow

RESUMED: Final = "primary_resumed"
UNREADABLE: Final = "facts_out_of_order"
_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Laws:
    """Today's law and the alternative on one day, the treaties open on it, and the tariff zone of each country."""

    before: LawInForce
    after: LawInForce
    treaties: Treaties
    zones: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a block: what it adds up to, and the lines that would change."""

    tally: Tally
    lines: list[Line]


def laws_of(book: LawBook, before: LawInForce, after: LawInForce, treaties: Treaties) -> Laws:
    """What every block of a run is judged by; the zones are those of today's book."""
    rows = tables.in_force(book.contracts.zones, before.day)
    return Laws(before, after, treaties, {row.country: str(row.zone) for row in rows})


def compare_block(actor: Actor, rows: Sequence[BookRow], laws: Laws, *, first_line: int) -> Answered:
    """Compare a block; its changed lines are numbered from `first_line`. One query; inside acting(actor).

    Raises LawMissing when a draft leaves a rule without its value.
    """
    counter = Counter(insurer=actor.insurer_code)
    judgeable = [row for row in rows if row.opens_the_same_kind]
    for _ in range(len(rows) - len(judgeable)):
        counter.leave_out(RESUMED)
    cases = request_facts.gather(actor, [row.asked() for row in judgeable], on=laws.before.day)
    lines: list[Line] = []
    for row, case in zip(judgeable, cases, strict=True):
        try:
            line = _compare(row, case, laws, counter, number=first_line + len(lines))
        except FieldErrors:
            counter.leave_out(UNREADABLE)
            continue
        if line is not None:
            counter.add_rules(line)
            lines.append(line)
    return Answered(counter.tally(lines), lines)


def packed(lines: Sequence[Line]) -> bytes:
    """The lines as compressed JSON lines."""
    return zlib.compress(b"\n".join(_encoder.encode(line) for line in lines), 3) if lines else b""


def _compare(row: BookRow, case: Facts, laws: Laws, counter: Counter, *, number: int) -> Line | None:
    was, now = engine.decide(case, laws.before), engine.decide(case, laws.after)
    treaty = laws.treaties.get((kind_of(case.trigger.kind), case.market))
    ratio: Decimal | None = None if treaty is None else treaty.ceded_ratio
    before = what_if.side_of(was, treaty_ratio=ratio)
    after = what_if.side_of(now, treaty_ratio=ratio)
    change = what_if.change_of(before, after)
    zone = what_if.DOMESTIC_ZONE
    if row.market == "export":
        zone = laws.zones.get(row.buyer_country, what_if.NO_ZONE)
    category = was.category if was.category is not None else now.category
    category_key = what_if.NO_CATEGORY if category is None else str(category)
    grade = case.buyer.grade or ""
    cell = (row.product, zone, row.buyer_country, category_key, grade)
    counter.add(change, before, after, in_force=row.amount, cell=cell)
    if change not in what_if.CHANGES:
        return None
    return Line(
        number=number,
        guarantee=row.guarantee,
        insurer=counter.insurer,
        product=row.product,
        market=row.market,
        policyholder=row.policyholder,
        policy_number=row.policy_number,
        buyer=row.buyer,
        buyer_country=row.buyer_country,
        buyer_identifier=row.buyer_identifier,
        grade=grade,
        category=category_key,
        zone=zone,
        in_force=row.amount,
        change=change,
        before=before,
        after=after,
        because=what_if.because_of(change, was, now),
    )
