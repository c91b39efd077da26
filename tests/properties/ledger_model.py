"""The ledger as a child would keep it: a few numbers in memory, added and taken away. No database, no transfers.

Exposure is drawn from a pool: the shared envelope, or the part of it that a treaty has for itself. Everything that the
real books hold for the treaties of the model is compared with it after every step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
TreatyKey = tuple[str, str]


@dataclass
class TreatyModel:
    """What stands under one treaty. `part` is what is reserved to it, None when it draws from the shared envelope."""

    part: Decimal | None = None
    left: Decimal = ZERO
    live: Decimal = ZERO
    held: Decimal = ZERO
    run_off: Decimal = ZERO
    premium: Decimal = ZERO
    commission: Decimal = ZERO
    indemnity: Decimal = ZERO
    recovered: Decimal = ZERO
    outstanding: Decimal = ZERO

    @property
    def engaged(self) -> Decimal:
        return self.live + self.run_off


@dataclass
class Held:
    key: str
    treaty: TreatyKey
    amount: Decimal


@dataclass
class Ceded:
    """A cession, also when it has ended (`live` is nothing then). `right` is the amount that it was corrected to.

    `run_off` is what of it is engaged after its end, `taken_over` what the cession that replaced it is engaged for,
    `before` the one that it replaced.
    """

    cession_id: int
    treaty: TreatyKey
    amount: Decimal
    ratio: Decimal
    live_amount: Decimal
    live: Decimal
    right: Decimal | None = None
    run_off: Decimal = ZERO
    taken_over: Decimal = ZERO
    before: Ceded | None = None
    paid: Decimal = ZERO
    recovered: Decimal = ZERO
    reserve: Decimal = ZERO
    indemnities: list[Paid] = field(default_factory=list)

    @property
    def bound(self) -> Decimal:
        return self.amount if self.right is None else min(self.amount, self.right)

    @property
    def still_engaged(self) -> Decimal:
        """What it took over of those before and was right: no run-off ends in the model before it is released."""
        if self.before is None:
            return ZERO
        right = (self.before.bound * self.before.ratio).quantize(ZERO, ROUND_HALF_UP)
        return min(self.before.taken_over, max(right, self.before.still_engaged))


@dataclass
class Paid:
    key: str
    gross: Decimal
    ceded: Decimal
    uses_year: bool


@dataclass
class LedgerModel:
    """The envelope, its treaties, and one policy year for each insurer."""

    limit: Decimal
    room: Decimal
    treaties: dict[TreatyKey, TreatyModel]
    years: dict[str, Decimal]
    holds: list[Held] = field(default_factory=list)
    cessions: list[Ceded] = field(default_factory=list)

    @property
    def live(self) -> list[Ceded]:
        return [one for one in self.cessions if one.live]

    def pool(self, key: TreatyKey) -> TreatyKey | None:
        """The pool that a treaty draws from: its own part, or the shared envelope (None)."""
        return None if self.treaties[key].part is None else key

    def left_in(self, pool: TreatyKey | None) -> Decimal:
        return self.room if pool is None else self.treaties[pool].left

    def change(self, pool: TreatyKey | None, amount: Decimal) -> None:
        if pool is None:
            self.room += amount
        else:
            self.treaties[pool].left += amount

    def is_refused(self, key: TreatyKey, taken: Decimal) -> bool:
        """Whether a treaty that takes so much (below zero: gives back) finds no room for it."""
        return taken > 0 and taken > self.left_in(self.pool(key))

    def hold(self, held: Held) -> None:
        self.holds.append(held)
        self.treaties[held.treaty].held += held.amount
        self.change(self.pool(held.treaty), -held.amount)

    def void(self, held: Held) -> None:
        self.holds.remove(held)
        self.treaties[held.treaty].held -= held.amount
        self.change(self.pool(held.treaty), held.amount)

    def taken_by(self, new: TreatyKey, ceded: Decimal, *, held: Held | None, old: Ceded | None) -> Decimal:
        """What a cession takes of its own pool, netted with the hold and with the cession that it takes over from."""
        kept = ZERO
        if old is not None and (old.treaty == new or self.pool(old.treaty) == self.pool(new)):
            kept = min(old.live, ceded)
        given_back = held.amount if held is not None and self.pool(held.treaty) == self.pool(new) else ZERO
        return ceded - kept - given_back

    def cede(self, made: Ceded, *, held: Held | None, old: Ceded | None) -> None:
        taken = self.taken_by(made.treaty, made.live, held=held, old=old)
        if held is not None:
            is_same_pool = self.pool(held.treaty) == self.pool(made.treaty)
            self.void(held)
            # The hold went back to its pool, which `taken` has counted already when it is the same one.
            taken += held.amount if is_same_pool else ZERO
        if old is not None:
            kept = min(old.live, made.live)
            if self.pool(old.treaty) != self.pool(made.treaty):
                self.change(self.pool(old.treaty), kept)
            self.treaties[old.treaty].live -= old.live
            self.treaties[old.treaty].run_off += old.live - kept
            old.run_off += old.live - kept
            old.taken_over, made.before = kept, old
            old.live = old.live_amount = ZERO
        self.change(self.pool(made.treaty), -taken)
        self.treaties[made.treaty].live += made.live
        self.cessions.append(made)

    def fall(self, one: Ceded, to: Decimal) -> None:
        fallen, one.live = one.live - to, to
        one.run_off += fallen
        self.treaties[one.treaty].live -= fallen
        self.treaties[one.treaty].run_off += fallen

    def correct(self, one: Ceded, to: Decimal) -> None:
        """What is engaged above `to` goes back, first what runs off; save what is engaged of the one before."""
        live = min(one.live, to)
        run_off = min(one.live - live + one.run_off, max(max(to, one.still_engaged) - live - one.taken_over, ZERO))
        treaty = self.treaties[one.treaty]
        self.change(self.pool(one.treaty), one.live - live + one.run_off - run_off)
        treaty.live -= one.live - live
        treaty.run_off -= one.run_off - run_off
        one.live, one.run_off = live, run_off

    def release(self) -> None:
        for key, treaty in self.treaties.items():
            self.change(self.pool(key), treaty.run_off)
            treaty.run_off = ZERO
        for one in self.cessions:
            one.run_off = ZERO

    def allot(self, key: TreatyKey, part: Decimal | None) -> None:
        treaty = self.treaties[key]
        target = ZERO if part is None else part - treaty.engaged - treaty.held
        self.room -= target - treaty.left
        treaty.part, treaty.left = part, target
