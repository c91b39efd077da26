"""What small change of facts would allow more: another grade, more primary, more capacity, another reading.

Every answer is judged through the same rules as the request itself; nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal
from typing import Final

import msgspec

from capweb.kernel.money import CENT, to_cent_half_up
from eligibility.domain import decision as decisions
from eligibility.domain import fact_parts, judging
from eligibility.domain.decision import Decision, Headroom
from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce

GRANTS: Final = (decisions.GRANT, decisions.GRANT_REDUCED)

Change = tuple[dict[str, object], Facts]


def of(facts: Facts, law: LawInForce) -> tuple[Headroom, ...]:
    """Changes that would grant more than the request gets, each with the maximum then; empty when it gets its need."""
    return added_to(judging.judged(facts, law), facts, law).headroom


def added_to(judged: Decision, facts: Facts, law: LawInForce) -> Decision:
    """The decision with its headroom filled in."""
    if judged.outcome in (decisions.GRANT, decisions.NO_NEED):
        return judged
    granted = judged.granted or Decimal(0)
    known_maximum = judged.maximum if judged.outcome == decisions.REFER else None
    found = []
    for changed, other in _changes(facts, law, judged):
        then = judging.judged(other, law)
        if then.outcome not in GRANTS or then.maximum is None or then.granted is None:
            continue
        if then.granted > granted and (known_maximum is None or then.maximum > known_maximum):
            found.append(Headroom(changed, then.maximum))
    return msgspec.structs.replace(judged, headroom=tuple(found))


def _changes(facts: Facts, law: LawInForce, judged: Decision) -> Iterator[Change]:
    yield from _other_grades(facts, law)
    yield from _more_primary(facts, law, judged)
    yield from _more_capacity(facts, law, judged)
    yield from _parity(facts, law, judged)


def _other_grades(facts: Facts, law: LawInForce) -> Iterator[Change]:
    """For each other category of the grid, the grade nearest to the buyer's own."""
    grid = law.grids.get((facts.insurer, facts.market))
    scale = law.scales.get(facts.insurer, ())
    if facts.asks_for_complement or grid is None or facts.buyer.grade not in scale:
        return
    own = scale.index(facts.buyer.grade)
    nearest: dict[tuple[int, Decimal | None], str] = {}
    for grade in sorted((g for g in scale if g in grid), key=lambda g: abs(scale.index(g) - own)):
        row = grid[grade]
        if row.referred_to is None:
            nearest.setdefault((row.category, row.maximum), grade)
    for grade in nearest.values():
        if grade != facts.buyer.grade:
            buyer = msgspec.structs.replace(facts.buyer, grade=grade)
            yield {"buyer.grade": grade}, msgspec.structs.replace(facts, buyer=buyer)


def _more_primary(facts: Facts, law: LawInForce, judged: Decision) -> Iterator[Change]:
    """The smallest primary from which the complement meets what is then still needed."""
    left, need, maximum = facts.primary.amount, judged.need, judged.maximum
    if not facts.asks_for_complement or not left or need is None or maximum is None or maximum >= need:
        return
    multiple = _smallest_multiple(facts, law.under(facts.readings))
    if multiple is None:
        return
    enough = ((left + need) / (1 + multiple)).quantize(CENT, rounding=ROUND_UP)
    if enough > left:
        primary = msgspec.structs.replace(facts.primary, amount=enough)
        yield {"primary.amount": enough}, msgspec.structs.replace(facts, primary=primary)


def _more_capacity(facts: Facts, law: LawInForce, judged: Decision) -> Iterator[Change]:
    """The free room that the ceded part needs, where the room is what holds the amount down."""
    if facts.capacity.free is None or judged.ceded_ratio is None:
        return
    unbound = judging.judged(fact_parts.with_free_capacity(facts, None), law)
    if unbound.outcome in GRANTS and unbound.granted is not None:
        free = to_cent_half_up(unbound.granted * judged.ceded_ratio)
        if free > facts.capacity.free:
            yield {"capacity.free": free}, fact_parts.with_free_capacity(facts, free)


def _parity(facts: Facts, law: LawInForce, judged: Decision) -> Iterator[Change]:
    """What parity alone would allow (D-1), where the stricter reading binds."""
    if facts.readings.get("complement_multiple") == "parity":
        return
    if judged.binding == "primary_multiple" and "parity" in law.book.readings.get("complement_multiple", ()):
        readings = {**facts.readings, "complement_multiple": "parity"}
        yield {"readings.complement_multiple": "parity"}, msgspec.structs.replace(facts, readings=readings)


def _smallest_multiple(facts: Facts, law: LawInForce) -> Decimal | None:
    paths = [f"complement/{facts.market}/{name}_multiple" for name in ("primary", "parity")]
    found = [law.amounts[path] for path in paths if path in law.amounts]
    return min(found) if found else None
