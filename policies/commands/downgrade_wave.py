"""What would a wave of downgrades do to the envelope? Every guarantee of some grades judged again at a lower one.

The facts are those that a renewal today would be judged on, and the engine is the one that judges everything; the grade
alone is another. Nothing is written. What is cut stays engaged as run-off before it frees room (D-36).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from capweb.kernel.money import ZERO, to_cent_half_up
from eligibility.domain import engine
from eligibility.domain.decision import GRANT, GRANT_REDUCED, REFER, Decision
from eligibility.domain.facts import Facts
from eligibility.domain.law import LawInForce
from eligibility.queries.law_book import current_law_book
from policies.commands.judging import Treaties, open_treaties_on
from policies.queries import request_facts, what_if_book
from policies.queries.what_if_book import BookRow

BLOCK_ROWS: Final = 2_000
# Judged while somebody waits for the page; a larger book is what a what-if run is for.
MOST_GUARANTEES: Final = 20_000


class WaveTooLarge(DomainError):
    """More guarantees are in force than are judged while a page is waited for."""

    code = "wave_too_large"
    status = 422


@dataclass(slots=True)
class Effect:
    """How many guarantees, what of them is ceded today, and what would be cut of it, in euro."""

    count: int = 0
    ceded: Decimal = ZERO
    cut: Decimal = ZERO

    def add(self, ceded: Decimal, cut: Decimal) -> None:
        self.count += 1
        self.ceded += ceded
        self.cut += cut


@dataclass(slots=True)
class Wave:
    """The effect of a wave by what becomes of the guarantees, in one market. `unjudged`: facts that contradict."""

    from_grades: tuple[str, ...]
    to_grade: str
    kept: Effect
    reduced: Effect
    ended: Effect
    referred: Effect
    unjudged: int = 0

    @property
    def touched(self) -> int:
        return self.kept.count + self.reduced.count + self.ended.count + self.referred.count

    @property
    def ceded(self) -> Decimal:
        return self.kept.ceded + self.reduced.ceded + self.ended.ceded + self.referred.ceded

    @property
    def cut(self) -> Decimal:
        return self.reduced.cut + self.ended.cut


def grades_of(law: LawInForce, actor: Actor, market: str) -> dict[str, tuple[str, ...]]:
    """What a wave may begin from or end at: each grade, and each category (`category:2`) with its grades in order."""
    scale = law.scales.get(actor.insurer_code, ())
    grid = law.grids.get((actor.insurer_code, market), {})
    found: dict[str, tuple[str, ...]] = {grade: (grade,) for grade in scale}
    for category in sorted({row.category for row in grid.values() if row.category is not None}):
        found[f"category:{category}"] = tuple(g for g in scale if g in grid and grid[g].category == category)
    return {name: grades for name, grades in found.items() if grades}


def downgrade_wave(actor: Actor, *, market: str, begin: str, end: str, on: date) -> Wave:
    """Judge every guarantee of a market whose buyer has a grade of `begin` at the best grade of `end`. Inside acting.

    Raises NotAllowed without `what_if.run`, FieldErrors for grades that are not on the insurer's scale or not a
    downgrade, WaveTooLarge.
    """
    must_be_acting(actor)
    actor.must_be_allowed("what_if.run")
    law = current_law_book(actor).on(on)
    begins, to_grade = _grades(law, actor, market, begin, end)
    extent = what_if_book.extent(actor)
    if extent.count > MOST_GUARANTEES:
        raise WaveTooLarge(
            _("%(count)s guarantees are in force, more than %(most)s: use a what-if run for so many.")
            % {"count": extent.count, "most": MOST_GUARANTEES}
        )
    wave = Wave(begins, to_grade, Effect(), Effect(), Effect(), Effect())
    treaties = open_treaties_on(actor, on=on)
    after = 0
    while rows := what_if_book.block(
        actor, on=on, after_term_id=after, last_term_id=extent.last_term_id, limit=BLOCK_ROWS
    ):
        _judge_block(actor, [row for row in rows if row.market == market], law, treaties, wave)
        after = rows[-1].term_id
    return wave


def _grades(law: LawInForce, actor: Actor, market: str, begin: str, end: str) -> tuple[tuple[str, ...], str]:
    known: Mapping[str, tuple[str, ...]] = grades_of(law, actor, market)
    errors = [
        FieldError(name, _("This is no grade of the insurer's scale."), code="unknown_grade")
        for name, value in (("begin", begin), ("end", end))
        if value not in known
    ]
    if errors:
        raise FieldErrors(errors)
    scale = law.scales[actor.insurer_code]
    target = known[end][0]
    if scale.index(target) <= max(scale.index(grade) for grade in known[begin]):
        told = _("A downgrade ends at a lower grade than it begins from.")
        raise FieldErrors([FieldError("end", told, code="not_a_downgrade")])
    return known[begin], target


def _judge_block(actor: Actor, rows: list[BookRow], law: LawInForce, treaties: Treaties, wave: Wave) -> None:
    judgeable = [row for row in rows if row.opens_the_same_kind]
    cases = request_facts.gather(actor, [row.asked() for row in judgeable], on=law.day)
    for row, case in zip(judgeable, cases, strict=True):
        if case.buyer.grade in wave.from_grades:
            try:
                decision = engine.decide(_downgraded(case, wave.to_grade), law)
            except FieldErrors:
                wave.unjudged += 1
                continue
            treaty = treaties.get((row.kind, row.market))
            _add(wave, row, decision, treaty_ratio=None if treaty is None else treaty.ceded_ratio)


def _downgraded(case: Facts, grade: str) -> Facts:
    return msgspec.structs.replace(case, buyer=msgspec.structs.replace(case.buyer, grade=grade))


def _add(wave: Wave, row: BookRow, decision: Decision, *, treaty_ratio: Decimal | None) -> None:
    ratio = min(one for one in (treaty_ratio, decision.ceded_ratio, Decimal(1)) if one is not None)
    ceded = to_cent_half_up(row.amount * ratio)
    if decision.outcome == REFER:
        wave.referred.add(ceded, ZERO)
        return
    granted = decision.granted if decision.outcome in (GRANT, GRANT_REDUCED) else None
    left = min(row.amount, granted or ZERO)
    cut = ceded - to_cent_half_up(left * ratio)
    (wave.kept if not cut else wave.reduced if left else wave.ended).add(ceded, cut)
