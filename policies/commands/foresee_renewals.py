"""What would today's rules give if a guarantee that ends soon were renewed? Judged as everything is, nothing written.

At 30, 15 and 5 days before the end, and on any other day, the answer is that of `judge_batch` on today's facts and
law: renewed, lower, refused or referred, at which premium, and which change of facts would make it renewable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.kernel.errors import FieldErrors
from capweb.kernel.money import ZERO
from eligibility.domain import headroom
from eligibility.domain.decision import Headroom
from eligibility.domain.law import LawBook, LawInForce
from eligibility.domain.reason import Reason
from eligibility.queries.law_book import current_law_book
from policies.commands.judging import Judged, judge_batch, most_approvable, open_treaties_on
from policies.commands.offering import standing_of
from policies.queries import renewal_radar, request_facts
from policies.queries.renewal_radar import EndingTerm, WeekOfProduct

Outlook = Literal["renewed", "lower", "refused", "referred", "unjudged"]
OUTLOOKS: Final[tuple[Outlook, ...]] = ("renewed", "lower", "refused", "referred", "unjudged")
# Judged while somebody waits for the page. Of a larger wave each week is judged by itself.
MOST_JUDGED: Final = 3_000
_TELLING: Final = {"refused": "fail", "referred": "refer", "lower": "cap"}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One ending term and what its renewal would give today.

    `amount` and `premium` are those of the next term, None where there would be none or somebody must decide first;
    `why` names the outcome where no rule does (`primary_resumed`, `no_notice`, `facts_contradict`); `reasons` are the
    rules that refuse, refer or hold down; `approvable` is the most that an underwriter may approve, None for any case
    that does not wait for one. `headroom` is what `with_headroom` fills in.
    """

    row: EndingTerm
    outlook: Outlook
    amount: Decimal | None = None
    premium: Decimal | None = None
    is_premium_illustrative: bool = False
    referred_to: str = ""
    waits_for: str = ""
    why: str = ""
    reasons: tuple[Reason, ...] = ()
    headroom: tuple[Headroom, ...] = ()
    approvable: Decimal | None = None
    judged: Judged | None = None
    law: LawInForce | None = None

    @property
    def week(self) -> date:
        """The Monday of the week in which it ends."""
        return self.row.week

    @property
    def premium_change(self) -> Decimal | None:
        """What the quarter would cost more (less: below zero) than the one that ends."""
        return None if self.premium is None else self.premium - self.row.premium


@dataclass(slots=True)
class Foretold:
    """How many of a week's guarantees would end up so, and for how much: what they cover now, what they would then."""

    count: int = 0
    amount: Decimal = ZERO
    then: Decimal = ZERO


@dataclass(slots=True)
class WeekAhead:
    """One week of the wave, its products, and what today's rules give; `outlooks` empty where that was not judged."""

    week: date
    products: list[WeekOfProduct]
    outlooks: dict[str, Foretold] = field(default_factory=dict)

    @property
    def until(self) -> date:
        return self.week + timedelta(days=7)

    @property
    def count(self) -> int:
        return sum(one.count for one in self.products)

    @property
    def asked(self) -> int:
        return sum(one.asked for one in self.products)

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.products), ZERO)

    @property
    def premium(self) -> Decimal:
        return sum((one.premium for one in self.products), ZERO)


def foresee(actor: Actor, rows: Sequence[EndingTerm], *, on: date) -> list[Foreseen]:
    """What each renewal would give today, in the order given; a fixed number of queries. Inside acting(actor)."""
    must_be_acting(actor)
    judgeable = [row for row in rows if row.opens_the_same_kind]
    if not judgeable:
        return [_unjudgeable(row) for row in rows]
    law_book = current_law_book(actor)
    law = law_book.on(on)
    found = {
        row.term_id: _foreseen(row, one, law) if one is not None else Foreseen(row, "unjudged", why="facts_contradict")
        for row, one in zip(judgeable, _judged(actor, judgeable, law_book, on=on), strict=True)
    }
    return [found.get(row.term_id) or _unjudgeable(row) for row in rows]


def look_ahead(
    actor: Actor, *, after: date, last: date, week: date | None, on: date
) -> tuple[list[WeekAhead], list[Foreseen] | None]:
    """What ends after one day and by another, week by week, and line by line what today's rules give. Inside acting.

    The lines are those of the whole span, soonest first, or of the `week` (its Monday) where one is chosen and the
    span holds too many; None where even that is more than is judged while a page is waited for. A week that was not
    judged has no `outlooks`.
    """
    must_be_acting(actor)
    rows = renewal_radar.lines(actor, after=after, last=last, on=on, limit=MOST_JUDGED + 1)
    if len(rows) <= MOST_JUDGED:
        weeks = _by_week(renewal_radar.counted(rows))
    else:
        weeks = _by_week(renewal_radar.wave(actor, after=after, last=last, on=on))
        chosen = weeks.get(week) if week is not None else None
        if chosen is None or chosen.count > MOST_JUDGED:
            return list(weeks.values()), None
        after, last = max(after, chosen.week - timedelta(days=1)), min(last, chosen.until - timedelta(days=1))
        rows = renewal_radar.lines(actor, after=after, last=last, on=on, limit=MOST_JUDGED)
    found = foresee(actor, rows, on=on)
    for one in found:
        _count(weeks[one.week], one)
    return list(weeks.values()), found if week is None else [one for one in found if one.week == week]


def with_headroom(lines: Sequence[Foreseen]) -> list[Foreseen]:
    """The lines with what change of facts would make them renewable; several judgements for each, so of a page."""
    return [
        replace(one, headroom=_headroom(one.judged, one.law))
        if one.judged is not None and one.law is not None and one.outlook != "renewed"
        else one
        for one in lines
    ]


def _judged(actor: Actor, rows: Sequence[EndingTerm], law_book: LawBook, *, on: date) -> list[Judged | None]:
    """The batch judged; None for a case whose facts contradict each other, found by judging each alone."""
    cases = request_facts.gather(actor, [row.asked() for row in rows], on=on)
    treaties = open_treaties_on(actor, on=on)

    def judge(chosen: slice) -> list[Judged | None]:
        before = [row.ceded_amount for row in rows[chosen]]
        found = judge_batch(actor, cases[chosen], law_book=law_book, treaties=treaties, on=on, ceded_before=before)
        return list(found)

    def judge_alone(place: int) -> Judged | None:
        try:
            return judge(slice(place, place + 1))[0]
        except FieldErrors:
            return None

    try:
        return judge(slice(None))
    except FieldErrors:
        return [judge_alone(place) for place in range(len(rows))]


def _by_week(counted: Sequence[WeekOfProduct]) -> dict[date, WeekAhead]:
    return {week: WeekAhead(week, [one for one in counted if one.week == week]) for week in _in_order(counted)}


def _in_order(counted: Iterable[WeekOfProduct]) -> list[date]:
    return list(dict.fromkeys(one.week for one in counted))


def _count(week: WeekAhead, one: Foreseen) -> None:
    if not week.outlooks:
        week.outlooks = defaultdict(Foretold)
    tally = week.outlooks[one.outlook]
    tally.count += 1
    tally.amount += one.row.amount
    tally.then += one.amount or ZERO


def _unjudgeable(row: EndingTerm) -> Foreseen:
    return Foreseen(row, "refused", why="no_notice" if row.limit_decision is None else "primary_resumed")


def _foreseen(row: EndingTerm, one: Judged, law: LawInForce) -> Foreseen:
    outlook = _outlook(row, one)
    decision = one.decision
    _, referred_to, waits_for = standing_of(one)
    verdict = _TELLING.get(outlook)
    is_granted = outlook in ("renewed", "lower")
    return Foreseen(
        row,
        outlook,
        amount=decision.granted if is_granted else None,
        premium=decision.premium if is_granted else None,
        is_premium_illustrative=decision.premium_illustrative,
        referred_to=referred_to,
        waits_for=waits_for,
        why="no_need" if decision.outcome == "no_need" else "",
        reasons=tuple(reason for reason in decision.reasons if reason.verdict == verdict),
        approvable=_approvable(row, one),
        judged=one,
        law=law,
    )


def _outlook(row: EndingTerm, one: Judged) -> Outlook:
    if one.can_be_offered:
        return "renewed" if (one.decision.granted or ZERO) >= row.amount else "lower"
    return "refused" if one.decision.outcome in ("refuse", "no_need") else "referred"


def _approvable(row: EndingTerm, one: Judged) -> Decimal | None:
    """Never more than what runs: more is an increase, and is asked for as one (E11)."""
    most = most_approvable(one)
    return None if most is None else min(most, row.amount)


def _headroom(one: Judged, law: LawInForce) -> tuple[Headroom, ...]:
    """Without the free room that would be needed: an insurer does not read the others' draws from its own cases."""
    try:
        found = headroom.of(one.facts, law)
    except FieldErrors:
        return ()
    seen = (Headroom({k: v for k, v in room.changed.items() if k != "capacity.free"}, room.maximum) for room in found)
    return tuple(room for room in seen if room.changed)
