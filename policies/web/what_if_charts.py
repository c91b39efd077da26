"""Charts of a what-if report as bars in percent of their place: drawn by the server, sharp at every width and in print.

Each bar knows where it begins and how long it is; words and figures stand beside it as text, so a chart is read
aloud as well as seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from capweb.http import wording
from policies.domain import what_if
from policies.domain.what_if import Figures, Group, Tally

HUNDRED: Final = Decimal(100)
TENTH: Final = Decimal("0.1")
# A change that is not nothing is seen, however small beside the rest.
SHORTEST: Final = Decimal("0.4")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `start` and `length` in percent of the place, `css` its colour."""

    start: Decimal
    length: Decimal
    css: str


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the bridge from today's exposure to the alternative's: what it is, how many, its amount."""

    label: object
    count: int
    amount: Decimal
    bar: Bar
    is_total: bool


@dataclass(frozen=True, slots=True)
class Share:
    """One part of the whole book: how many guarantees would change in this way."""

    kind: str
    label: object
    count: int
    share: Decimal
    bar: Bar


@dataclass(frozen=True, slots=True)
class Pair:
    """One group with its exposure under both laws, each as a bar of the same scale, and the change between them."""

    group: Group
    label: str
    figures: Figures
    before: Bar
    after: Bar

    @property
    def change(self) -> Decimal:
        return self.figures.ceded_after - self.figures.ceded_before

    @property
    def share(self) -> Decimal | None:
        """The change as a ratio of what was; None where nothing was."""
        before = self.figures.ceded_before
        return (self.change / before).quantize(Decimal("0.001")) if before else None

    @property
    def premium_change(self) -> Decimal:
        return self.figures.premium_after - self.figures.premium_before

    @property
    def changed(self) -> int:
        return sum(self.group.count(kind) for kind in what_if.CHANGES)


def bridge(report: Tally) -> list[Step]:
    """From the exposure ceded under today's law, kind of change by kind of change, to that under the alternative."""
    whole = report.whole
    figures = whole.whole
    moves = [
        (kind, found.count, found.ceded_after - found.ceded_before)
        for kind in what_if.CHANGES
        if (found := whole.kinds.get(kind)) is not None and found.ceded_after != found.ceded_before
    ]
    # Losses come first, so that no step stands above the larger of both ends.
    largest = max(figures.ceded_before, figures.ceded_after)
    before = _bar(Decimal(0), figures.ceded_before, largest, "before")
    steps = [Step(_("Under today's law"), report.judged, figures.ceded_before, before, is_total=True)]
    level = figures.ceded_before
    for kind, count, change in moves:
        bar = _bar(min(level, level + change), abs(change), largest, "less" if change < 0 else "more")
        steps.append(Step(wording.of("what_if_change", kind).label, count, change, bar, is_total=False))
        level += change
    after = _bar(Decimal(0), figures.ceded_after, largest, "after")
    return [*steps, Step(_("Under the other law"), report.judged, figures.ceded_after, after, is_total=True)]


def shares(report: Tally) -> list[Share]:
    """The guarantees of the book by what would become of them, one beside the other."""
    whole = report.whole
    found = []
    start = Decimal(0)
    for kind in what_if.KINDS:
        count = whole.count(kind)
        if count:
            length = HUNDRED * count / report.judged
            bar = Bar(start.quantize(TENTH), length.quantize(TENTH), kind)
            share = (Decimal(count) / report.judged).quantize(Decimal("0.001"))
            found.append(Share(kind, wording.of("what_if_change", kind).label, count, share, bar))
            start += length
    return found


def pairs(groups: Sequence[Group], labels: Sequence[str]) -> list[Pair]:
    """Groups with two bars each, the longest of all groups filling its place."""
    wholes = [group.whole for group in groups]
    largest = max((max(one.ceded_before, one.ceded_after) for one in wholes), default=Decimal(0))
    return [
        Pair(
            group,
            label,
            whole,
            _bar(Decimal(0), whole.ceded_before, largest, "before"),
            _bar(Decimal(0), whole.ceded_after, largest, "after"),
        )
        for group, label, whole in zip(groups, labels, wholes, strict=True)
    ]


def _bar(low: Decimal, length: Decimal, largest: Decimal, css: str) -> Bar:
    if not largest or not length:
        return Bar(Decimal(0), Decimal(0), css)
    start = HUNDRED * low / largest
    wide = max(HUNDRED * length / largest, SHORTEST)
    return Bar(min(start, HUNDRED - wide).quantize(TENTH), min(wide, HUNDRED).quantize(TENTH), css)
