"""What small change of facts would allow more: another grade, more primary, a later day, more capacity, a reading.

Every answer is judged through the same rules as the request itself; nothing is estimated. Single changes come first;
only where none of them grants is a pair of them tried.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_UP, Decimal
from typing import Any, Final

import msgspec

from capweb.kernel.errors import DomainError
from capweb.kernel.money import CENT, to_cent_half_up
from capweb.kernel.periods import add_years
from eligibility.domain import decision as decisions
from eligibility.domain import fact_parts, judging
from eligibility.domain.decision import Decision, Headroom
from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce
from eligibility.domain.rule import FAIL, Finding

GRANTS: Final = (decisions.GRANT, decisions.GRANT_REDUCED)

Change = dict[str, object]


def of(facts: Facts, law: LawInForce) -> tuple[Headroom, ...]:
    """Changes that would grant more than the request gets, each with the maximum then; empty when it gets its need."""
    return added_to(judging.judged(facts, law), facts, law).headroom


def added_to(judged: Decision, facts: Facts, law: LawInForce) -> Decision:
    """The decision with its headroom filled in."""
    if judged.outcome in (decisions.GRANT, decisions.NO_NEED):
        return judged
    changes = list(_changes(facts, law, judged))
    found = [room for change in changes if (room := _room(change, facts, law, judged)) is not None]
    if not found and judged.outcome == decisions.REFUSE:
        pairs = ({**one, **other} for one, other in itertools.combinations(changes, 2) if not one.keys() & other.keys())
        found = [room for change in pairs if (room := _room(change, facts, law, judged)) is not None]
    return msgspec.structs.replace(judged, headroom=tuple(found))


def applied(facts: Facts, changed: Mapping[str, object]) -> Facts:
    """The facts with some of them changed, by path (`buyer.grade`, `readings.complement_multiple`, `day`)."""
    parts: dict[str, dict[str, Any]] = {}
    whole: dict[str, Any] = {}
    for path, value in changed.items():
        part, dot, name = path.partition(".")
        if dot:
            parts.setdefault(part, {})[name] = value
        else:
            whole[part] = value
    for part, names in parts.items():
        before = getattr(facts, part)
        whole[part] = {**before, **names} if part == "readings" else msgspec.structs.replace(before, **names)
    return msgspec.structs.replace(facts, **whole)


def _room(change: Change, facts: Facts, law: LawInForce, judged: Decision) -> Headroom | None:
    """What the change would allow, or None where it allows no more than the request gets as it is."""
    other = applied(facts, change)
    try:
        then = judging.judged(other, _law_on(law, other.day))
    except DomainError:
        return None  # a change that makes no case, or a day whose law is not at hand, allows nothing
    if then.outcome not in GRANTS or then.maximum is None or then.granted is None:
        return None
    known_maximum = judged.maximum if judged.outcome == decisions.REFER else None
    more = then.granted > (judged.granted or 0) and (known_maximum is None or then.maximum > known_maximum)
    return Headroom(change, then.maximum) if more else None


def _changes(facts: Facts, law: LawInForce, judged: Decision) -> Iterator[Change]:
    """Candidates, each the smallest of its kind that could matter. A rule that is met asks for no change."""
    failing = {rule.code: f for rule, f in zip(judged.rules, judged.findings, strict=True) if f.verdict == FAIL}
    yield from _other_grades(facts, law)
    yield from _more_primary(facts, law, judged)
    yield from _within_limits(facts, failing)
    yield from _when_old_enough(facts, failing)
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
            yield {"buyer.grade": grade}


def _more_primary(facts: Facts, law: LawInForce, judged: Decision) -> Iterator[Change]:
    """The smallest primary from which the complement meets what is then still needed."""
    left, need, maximum = facts.primary.amount, judged.need, judged.maximum
    if not facts.asks_for_complement or not left or need is None or maximum is None or maximum >= need:
        return
    multiple = _smallest_multiple(facts, law.under(facts.readings) if facts.readings else law)
    if multiple is None:
        return
    enough = ((left + need) / (1 + multiple)).quantize(CENT, rounding=ROUND_UP)
    if enough > left:
        yield {"primary.amount": enough}


def _within_limits(facts: Facts, failing: Mapping[str, Finding]) -> Iterator[Change]:
    """A fact beyond a threshold of the law, moved to the threshold itself."""
    if "EXPORT-01" in failing:
        yield {"sale.payment_days": failing["EXPORT-01"].used["maximum"]}
    if "EXPORT-02" in failing:
        yield {"sale.french_share": failing["EXPORT-02"].used["minimum"]}
    probability = facts.buyer.default_probability
    for window in (failing[code].used for code in ("SUB-02", "SUBX-02") if code in failing):
        if probability is not None:
            floor = window.get("minimum")
            below = isinstance(floor, Decimal) and probability < floor
            yield {"buyer.default_probability": floor if below else window["maximum"]}


def _when_old_enough(facts: Facts, failing: Mapping[str, Finding]) -> Iterator[Change]:
    """The first day on which the buyer is as old as the law asks."""
    if "BUYER-03" not in failing or facts.buyer.created_on is None:
        return
    years = failing["BUYER-03"].used["years"]
    if isinstance(years, int):
        yield _on(facts, add_years(facts.buyer.created_on, years))


def _more_capacity(facts: Facts, law: LawInForce, judged: Decision) -> Iterator[Change]:
    """The free room that the ceded part needs, and the first day on which run-off will have given back enough."""
    free = facts.capacity.free
    if free is None or judged.ceded_ratio is None:
        return
    unbound = judging.judged(fact_parts.with_free_capacity(facts, None), law)
    if unbound.outcome not in GRANTS or unbound.granted is None:
        return
    wanted = to_cent_half_up(unbound.granted * judged.ceded_ratio)
    if wanted <= free:
        return
    yield {"capacity.free": wanted}
    for day in sorted({day for day, _ in facts.capacity.frees if day > facts.day}):
        change = _on(facts, day)
        if _room(change, facts, law, judged) is not None:
            yield change
            return


def _on(facts: Facts, day: date) -> Change:
    """The request on a later day, with the capacity that will have come back by then."""
    free = facts.capacity.free
    if free is None or not facts.capacity.frees:
        return {"day": day}
    return {"day": day, "capacity.free": free + sum(amount for on, amount in facts.capacity.frees if on <= day)}


def _parity(facts: Facts, law: LawInForce, judged: Decision) -> Iterator[Change]:
    """What parity alone would allow (D-1), where the stricter reading binds."""
    if facts.readings.get("complement_multiple") == "parity":
        return
    if judged.binding == "primary_multiple" and "parity" in law.book.readings.get("complement_multiple", ()):
        yield {"readings.complement_multiple": "parity"}


def _smallest_multiple(facts: Facts, law: LawInForce) -> Decimal | None:
    paths = [f"complement/{facts.market}/{name}_multiple" for name in ("primary", "parity")]
    found = [law.amounts[path] for path in paths if path in law.amounts]
    return min(found) if found else None


def _law_on(law: LawInForce, day: date) -> LawInForce:
    """The law of the same book under the same readings on another day."""
    return law if day == law.day else law.book.under(day, tuple(sorted(law.readings.items())))
