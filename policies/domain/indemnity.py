"""Who bears what of each euro of a loss, and of each euro that comes back?

D-16: primary and top-up pay in the treaty's order. D-46: each at its ratio, of the loss before tax. D-26: one of
them carries each euro, so nothing is indemnified twice. D-17: substitutions at home stop at the disbursement limit.
D-23: the reinsurer's share half up to the cent, the insurer's by subtraction. D-42: recoveries follow what each paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from capweb.kernel.money import CENT, ZERO, ceded_and_kept, split_by_largest_remainder, to_cent_down, to_cent_half_up
from policies.domain.claim_lines import Attachment, TopUp

Layer = Literal["primary", "top_up"]
_Key = tuple[Layer, int | None]


@dataclass(frozen=True, slots=True)
class LostLine:
    """One line with its cover, the insured ratio of its primary, and its loss in euro before tax."""

    attachment: Attachment
    primary_ratio: Decimal
    loss: Decimal


@dataclass(frozen=True, slots=True)
class Carried:
    """What one cover carries of the loss, and what it indemnifies of it. `due` is before the disbursement limit.

    A primary has no term; its indemnity is the insurer's own and none of it is ceded.
    """

    layer: Layer
    term_id: int | None
    loss: Decimal
    due: Decimal
    indemnity: Decimal
    ceded: Decimal
    year_key: str = ""

    @property
    def kept(self) -> Decimal:
        return self.indemnity - self.ceded


@dataclass(frozen=True, slots=True)
class Indemnity:
    """A loss in euro before tax, cut: what each cover indemnifies; the rest stays with the policyholder."""

    loss: Decimal
    parts: tuple[Carried, ...]

    @property
    def amount(self) -> Decimal:
        return sum((part.indemnity for part in self.parts), ZERO)

    @property
    def uninsured(self) -> Decimal:
        """What the policyholder bears: its own share, what passes the limits, what has no cover."""
        return self.loss - self.amount

    @property
    def held_back(self) -> Decimal:
        """What the disbursement limit alone keeps from being paid."""
        return sum((part.due - part.indemnity for part in self.parts), ZERO)


@dataclass(frozen=True, slots=True)
class Used:
    """What earlier claims on the same policy and buyer have used of the limits, in loss carried."""

    primary: Decimal = ZERO
    top_ups: Decimal = ZERO


def indemnify(
    lines: Sequence[LostLine], *, used: Used = Used(), rooms: Mapping[str, Decimal] | None = None
) -> Indemnity:
    """Cut the loss of the lines, given in the order of their deliveries, over the covers.

    A limit bounds what is owed at any moment: each line finds what the lines before it have left of the primary limit
    and of the top-up of its own day. `rooms` is what is left to be paid in each policy year, by `year_key`.
    """
    carried, exact, behind = _carried(lines, used)
    due = _in_cents(exact)
    years = ["" if (top_up := behind[key]) is None else top_up.year_key for key in due]
    payable = within_rooms(list(zip(due.values(), years, strict=True)), rooms=rooms or {})
    parts = []
    for (key, amount), year, paid in zip(due.items(), years, payable, strict=True):
        top_up = behind[key]
        ceded = ZERO if top_up is None else ceded_and_kept(paid, ceded_ratio=top_up.ceded_ratio)[0]
        parts.append(Carried(*key, carried[key], amount, paid, ceded, year))
    return Indemnity(sum((line.loss for line in lines), ZERO), tuple(parts))


def within_rooms(due: Sequence[tuple[Decimal, str]], *, rooms: Mapping[str, Decimal]) -> list[Decimal]:
    """What of each amount can be paid, in the order given, of the rooms left by year key; a key without a room is free.

    >>> within_rooms([(Decimal(70), "y"), (Decimal(70), "y"), (Decimal(70), "")], rooms={"y": Decimal(100)})
    [Decimal('70'), Decimal('30'), Decimal('70')]
    """
    left = dict(rooms)
    payable = []
    for amount, year in due:
        paid = min(amount, max(left[year], ZERO)) if year in left else amount
        if year in left:
            left[year] -= paid
        payable.append(paid)
    return payable


def _carried(
    lines: Sequence[LostLine], used: Used
) -> tuple[dict[_Key, Decimal], dict[_Key, Decimal], dict[_Key, TopUp | None]]:
    """The loss that each cover carries, its indemnity before rounding, and the top-up behind it."""
    carried: dict[_Key, Decimal] = {}
    exact: dict[_Key, Decimal] = {}
    behind: dict[_Key, TopUp | None] = {}
    by_primary, by_top_ups = used.primary, used.top_ups
    for line in lines:
        primary, top_up = line.attachment.primary_limit, line.attachment.top_up
        over_primary = max(primary - by_primary, ZERO)
        over_top_up = ZERO if top_up is None else max(top_up.limit - by_top_ups, ZERO)
        bears = min(line.loss, over_primary + over_top_up)
        first = _primary_part(bears, primary, top_up, over_primary=over_primary, over_top_up=over_top_up)
        for key, part, ratio, cover in (
            (("primary", None), first, line.primary_ratio, None),
            (("top_up", top_up.term_id if top_up else None), bears - first, _ratio(top_up), top_up),
        ):
            if part:
                carried[key] = carried.get(key, ZERO) + part  # type: ignore[index,arg-type]
                exact[key] = exact.get(key, ZERO) + part * ratio  # type: ignore[index,arg-type]
                behind[key] = cover  # type: ignore[index]
        by_primary += first
        by_top_ups += bears - first
    return carried, exact, behind


def _primary_part(
    bears: Decimal, primary: Decimal, top_up: TopUp | None, *, over_primary: Decimal, over_top_up: Decimal
) -> Decimal:
    if top_up is None or top_up.loss_order == "primary_first":
        return min(bears, over_primary)
    wanted = to_cent_half_up(bears * primary / (primary + top_up.limit))
    # What one of them has no room for is the other's.
    return max(min(wanted, over_primary), bears - over_top_up)


def _ratio(top_up: TopUp | None) -> Decimal:
    return ZERO if top_up is None else top_up.insured_ratio


def _in_cents(exact: Mapping[_Key, Decimal]) -> dict[_Key, Decimal]:
    """The exact parts in cents: their sum rounded down, so that never more is paid than loss × ratio; the cents that
    rounding each part down leaves over go to the largest remainders.
    """
    down = {key: to_cent_down(amount) for key, amount in exact.items()}
    left = to_cent_down(sum(exact.values(), Decimal(0))) - sum(down.values(), ZERO)
    by_remainder = sorted(exact, key=lambda key: down[key] - exact[key])
    for key in by_remainder[: int(left / CENT)]:
        down[key] += CENT
    return down


@dataclass(frozen=True, slots=True)
class Out:
    """What is still out of a loss: the policyholder's part, and each cover's indemnity that has not come back."""

    uninsured: Decimal
    parts: tuple[Decimal, ...]

    @property
    def whole(self) -> Decimal:
        return self.uninsured + sum(self.parts, ZERO)


def share_recovery(net: Decimal, out: Out) -> Out:
    """How a recovery, net of its costs and in euro, falls: on the policyholder and each cover by what of the loss each
    bears (D-42). The parts sum to it, and nobody gets back more than it has out.

    Raises ValueError when more would come back than is out.

    >>> back = share_recovery(Decimal("1000.00"), Out(Decimal("20000.00"), (Decimal("80000.00"),)))
    >>> back.uninsured, back.parts
    (Decimal('200.00'), (Decimal('800.00'),))
    """
    if not 0 < net <= out.whole:
        raise ValueError(f"{net} comes back of {out.whole}")
    uninsured, *parts = split_by_largest_remainder(net, [out.uninsured, *out.parts])
    return Out(uninsured, tuple(parts))
