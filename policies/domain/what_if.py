"""What would another law change for one guarantee, and what do all of them add up to?

Two decisions on the same facts are compared: today's law book and the alternative. Nothing is judged here. Amounts are
in euro; an exposure is the ceded part of an amount, a premium that of one term.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from capweb.kernel.money import ZERO, to_cent_half_up
from eligibility.domain.decision import GRANT, GRANT_REDUCED, REFER, Decision
from eligibility.domain.rule import CAP, FAIL, NOT_APPLICABLE

LOST: Final = "lost"
REFERRED: Final = "referred"
REDUCED: Final = "reduced"
REPRICED: Final = "repriced"
RAISED: Final = "raised"
GAINED: Final = "gained"
MOVED: Final = "moved"
SAME_GRANTED: Final = "same_granted"
SAME_NOT_GRANTED: Final = "same_not_granted"
# In the order in which they are told: what is taken away first, what is given last.
CHANGES: Final = (LOST, REFERRED, REDUCED, REPRICED, RAISED, GAINED, MOVED)
KINDS: Final = (*CHANGES, SAME_GRANTED, SAME_NOT_GRANTED)
DIMENSIONS: Final = ("insurer", "product", "zone", "country", "category", "grade")
DOMESTIC_ZONE: Final = "domestic"
NO_ZONE: Final = "none"
NO_CATEGORY: Final = "none"
BIGGEST: Final = 50


class Side(msgspec.Struct, frozen=True, gc=False):
    """What one law would do: outcome, amount granted, its ceded part, its premium (None where no tariff is set)."""

    outcome: str
    referred_to: str | None
    amount: Decimal
    ceded: Decimal
    premium: Decimal | None


class Because(msgspec.Struct, frozen=True, gc=False):
    """A rule whose verdict differs: its code, both verdicts (None: not law on that day), and the numbers it used.

    `used` are those of the alternative, or of today's law where the alternative's rule has nothing to say.
    """

    code: str
    before: str | None
    after: str | None
    used: dict[str, Any]


class Line(msgspec.Struct, frozen=True, gc=False):
    """One guarantee for which something would change. `in_force` is the amount of the term that runs."""

    number: int
    guarantee: str
    insurer: str
    product: str
    market: str
    policyholder: str
    policy_number: str
    buyer: str
    buyer_country: str
    buyer_identifier: str
    grade: str
    category: str
    zone: str
    in_force: Decimal
    change: str
    before: Side
    after: Side
    because: tuple[Because, ...]

    @property
    def ceded_change(self) -> Decimal:
        return self.after.ceded - self.before.ceded


class Figures(msgspec.Struct, gc=False):
    """How many guarantees, and their amounts under both laws."""

    count: int = 0
    in_force: Decimal = ZERO
    amount_before: Decimal = ZERO
    amount_after: Decimal = ZERO
    ceded_before: Decimal = ZERO
    ceded_after: Decimal = ZERO
    premium_before: Decimal = ZERO
    premium_after: Decimal = ZERO

    def add(self, in_force: Decimal, before: Side, after: Side) -> None:
        self.count += 1
        self.in_force += in_force
        self.amount_before += before.amount
        self.amount_after += after.amount
        self.ceded_before += before.ceded
        self.ceded_after += after.ceded
        self.premium_before += before.premium or ZERO
        self.premium_after += after.premium or ZERO

    def take(self, other: Figures) -> None:
        """Add the figures of others to these."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Group(msgspec.Struct, gc=False):
    """One value of one dimension (product cap_plus, country DE) or one rule, by kind of change."""

    dimension: str
    key: str
    kinds: dict[str, Figures]

    @property
    def whole(self) -> Figures:
        """All kinds together."""
        total = Figures()
        for figures in self.kinds.values():
            total.take(figures)
        return total

    def count(self, kind: str) -> int:
        found = self.kinds.get(kind)
        return 0 if found is None else found.count


class Tally(msgspec.Struct, gc=False):
    """What some or all guarantees add up to. Tallies of parts taken together are the tally of the whole.

    `unjudged` counts by reason what neither law can judge; `unpriced_*` grants without a tariff; `biggest` are the
    changes of the largest ceded amounts, the largest first.
    """

    judged: int = 0
    unjudged: dict[str, int] = {}
    unpriced_before: int = 0
    unpriced_after: int = 0
    groups: list[Group] = []
    rules: list[Group] = []
    biggest: list[Line] = []

    def take(self, other: Tally) -> None:
        self.judged += other.judged
        for reason, count in other.unjudged.items():
            self.unjudged[reason] = self.unjudged.get(reason, 0) + count
        self.unpriced_before += other.unpriced_before
        self.unpriced_after += other.unpriced_after
        self.groups = _merged([*self.groups, *other.groups])
        self.rules = _merged([*self.rules, *other.rules])
        self.biggest = biggest([*self.biggest, *other.biggest])

    def by(self, dimension: str) -> list[Group]:
        """The groups of one dimension, the largest exposure under either law first."""
        found = [group for group in self.groups if group.dimension == dimension]
        return sorted(found, key=_largest_first)

    @property
    def whole(self) -> Group:
        """All that was judged, by kind of change."""
        return next(iter(self.by("insurer")), Group("insurer", "", {}))

    @property
    def changed(self) -> int:
        return sum(self.whole.count(kind) for kind in CHANGES)


def side_of(decision: Decision, *, treaty_ratio: Decimal | None) -> Side:
    """What a decision grants and cedes: at the treaty's ratio, never above the one that the law allows (D-23)."""
    granted = decision.granted
    if decision.outcome not in (GRANT, GRANT_REDUCED) or granted is None:
        return Side(decision.outcome, decision.referred_to, ZERO, ZERO, ZERO)
    ratios = [ratio for ratio in (treaty_ratio, decision.ceded_ratio) if ratio is not None]
    ceded = to_cent_half_up(granted * min(ratios)) if ratios else ZERO
    return Side(decision.outcome, None, granted, ceded, decision.premium)


def change_of(before: Side, after: Side) -> str:
    """The kind of change from today's law to the alternative."""
    had, has = before.amount > 0, after.amount > 0
    if had and has:
        if after.amount != before.amount:
            return REDUCED if after.amount < before.amount else RAISED
        return SAME_GRANTED if (after.premium, after.ceded) == (before.premium, before.ceded) else REPRICED
    if had:
        return REFERRED if after.outcome == REFER else LOST
    if has:
        return GAINED
    is_same = (before.outcome, before.referred_to) == (after.outcome, after.referred_to)
    return SAME_NOT_GRANTED if is_same else MOVED


def because_of(change: str, before: Decision, after: Decision) -> tuple[Because, ...]:
    """The rules that make the change, the decisive ones alone where they can be told from the rest.

    What is lost or referred, or moves from one to the other: the rules that now fail or refer and did not. What is
    gained: those that did and no longer do. What is reduced: the rule that now binds; what is raised: the one that
    bound. Where none of these differs, every rule whose verdict does.
    """
    was, now = _verdicts(before), _verdicts(after)
    if change == REDUCED:
        codes = _binding(after)
    elif change == RAISED:
        codes = _binding(before)
    elif change == GAINED:
        codes = _stopping(was) - _stopping(now)
    else:
        codes = _stopping(now) - _stopping(was)
    chosen = codes or {code for code in was | now if _verdict(was, code) != _verdict(now, code)}
    return tuple(
        Because(code, _verdict(was, code), _verdict(now, code), _used(code, now, was)) for code in sorted(chosen)
    )


def biggest(lines: Iterable[Line]) -> list[Line]:
    """The changes of the largest exposure; of equal ones the larger amount in force, then the first."""
    return sorted(lines, key=lambda line: (-abs(line.ceded_change), -line.in_force, line.number))[:BIGGEST]


Compared = tuple[str, str, str, str, str, str]


class Counter:
    """Adds guarantees up as they come: once by all dimensions together, rolled up to each of them at the end."""

    def __init__(self, *, insurer: str) -> None:
        self.insurer = insurer
        self.judged = 0
        self.unjudged: dict[str, int] = {}
        self.unpriced_before = self.unpriced_after = 0
        self._cells: dict[Compared, Figures] = {}
        self._rules: dict[tuple[str, str], Figures] = {}

    def add(
        self, change: str, before: Side, after: Side, *, in_force: Decimal, cell: tuple[str, str, str, str, str]
    ) -> None:
        """`cell` is product, zone, country, category, grade."""
        self.judged += 1
        self.unpriced_before += before.premium is None
        self.unpriced_after += after.premium is None
        key = (*cell, change)
        found = self._cells.get(key)
        if found is None:
            found = self._cells[key] = Figures()
        found.add(in_force, before, after)

    def add_rules(self, line: Line) -> None:
        """A change counts at each of its rules, so rules do not add up to the whole."""
        for one in line.because:
            found = self._rules.setdefault((one.code, line.change), Figures())
            found.add(line.in_force, line.before, line.after)

    def leave_out(self, reason: str) -> None:
        self.unjudged[reason] = self.unjudged.get(reason, 0) + 1

    def tally(self, lines: Sequence[Line]) -> Tally:
        return Tally(
            judged=self.judged,
            unjudged=self.unjudged,
            unpriced_before=self.unpriced_before,
            unpriced_after=self.unpriced_after,
            groups=_merged(self._groups()),
            rules=_merged(Group("rule", code, {change: figures}) for (code, change), figures in self._rules.items()),
            biggest=biggest(lines),
        )

    def _groups(self) -> Iterator[Group]:
        for (product, zone, country, category, grade, change), figures in self._cells.items():
            keys = (self.insurer, product, zone, country, category, grade)
            for dimension, key in zip(DIMENSIONS, keys, strict=True):
                yield Group(dimension, key, {change: figures})


def _merged(groups: Iterable[Group]) -> list[Group]:
    found: dict[tuple[str, str], Group] = {}
    for group in groups:
        into = found.setdefault((group.dimension, group.key), Group(group.dimension, group.key, {}))
        for kind, figures in group.kinds.items():
            into.kinds.setdefault(kind, Figures()).take(figures)
    return list(found.values())


def _largest_first(group: Group) -> tuple[Decimal, int, str]:
    whole = group.whole
    return -max(whole.ceded_before, whole.ceded_after), -whole.count, group.key


Verdicts = Mapping[str, tuple[str, dict[str, object]]]


def _verdicts(decision: Decision) -> dict[str, tuple[str, dict[str, object]]]:
    return {reason.code: (reason.verdict, reason.used) for reason in decision.reasons}


def _verdict(verdicts: Verdicts, code: str) -> str | None:
    found = verdicts.get(code)
    return None if found is None else found[0]


def _stopping(verdicts: Verdicts) -> set[str]:
    return {code for code, (verdict, _) in verdicts.items() if verdict in (FAIL, REFER)}


def _binding(decision: Decision) -> set[str]:
    """The rules that set the limit which binds."""
    return {
        reason.code for reason in decision.reasons if reason.verdict == CAP and reason.rule.sets == decision.binding
    }


def _used(code: str, now: Verdicts, was: Verdicts) -> dict[str, Any]:
    chosen = now if _verdict(now, code) not in (None, NOT_APPLICABLE) else was
    return dict(chosen[code][1]) if code in chosen else {}
