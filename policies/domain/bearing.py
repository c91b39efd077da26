"""Who bears what of each euro of a loss: before anything is paid, after the indemnity, after what came back?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from capweb.kernel.money import ZERO, ceded_and_kept
from policies.domain.indemnity import Layer


@dataclass(frozen=True, slots=True)
class BorneShare:
    """One cover's share of a loss. `due` is owed, `paid` was paid, `ceded` of it; the same of what came back.

    `right_amount` is the most that is ceded of it before the treaty's ratio, where the term was corrected (D-39).
    """

    layer: Layer
    due: Decimal
    paid: Decimal
    ceded: Decimal
    recovered: Decimal
    ceded_back: Decimal
    ceded_ratio: Decimal
    right_amount: Decimal | None = None

    @property
    def ceded_when_paid(self) -> Decimal:
        carried = self.due if self.right_amount is None else min(self.due, self.right_amount)
        return ceded_and_kept(carried, ceded_ratio=self.ceded_ratio)[0]


@dataclass(frozen=True, slots=True)
class Bearers:
    """A loss in parts that sum to it: what the buyer has given back, and who bears the rest."""

    policyholder: Decimal
    primary: Decimal
    kept: Decimal
    reinsurer: Decimal
    recovered: Decimal = ZERO

    @property
    def whole(self) -> Decimal:
        return self.policyholder + self.primary + self.kept + self.reinsurer + self.recovered


def before(loss: Decimal) -> Bearers:
    """Nothing is paid yet: the policyholder bears all of it."""
    return Bearers(loss, ZERO, ZERO, ZERO)


def as_owed(loss: Decimal, shares: Sequence[BorneShare]) -> Bearers:
    """As it would fall if all that is owed were paid; a disbursement limit may yet hold some of it back."""
    return _borne(loss, [(one, one.due, one.ceded_when_paid) for one in shares])


def after_indemnity(loss: Decimal, shares: Sequence[BorneShare]) -> Bearers:
    """As the indemnity falls, by what of it is ceded today (D-39)."""
    return _borne(loss, [(one, one.paid, one.ceded) for one in shares])


def after_recoveries(loss: Decimal, shares: Sequence[BorneShare], *, returned: Decimal) -> Bearers:
    """As it stands: `returned` is what of the recoveries fell to the policyholder.

    >>> paid = BorneShare("top_up", Decimal(80), Decimal(80), Decimal(76), Decimal(8), Decimal("7.6"), Decimal("0.95"))
    >>> now = after_recoveries(Decimal(100), [paid], returned=Decimal(2))
    >>> now.policyholder, now.kept, now.reinsurer, now.recovered
    (Decimal('18.00'), Decimal('3.60'), Decimal('68.40'), Decimal('10.00'))
    """
    stood = after_indemnity(loss, shares)
    primary = sum((one.recovered for one in shares if one.layer == "primary"), ZERO)
    top_up = [one for one in shares if one.layer == "top_up"]
    ceded = sum((one.ceded_back for one in top_up), ZERO)
    kept = sum((one.recovered for one in top_up), ZERO) - ceded
    return Bearers(
        policyholder=stood.policyholder - returned,
        primary=stood.primary - primary,
        kept=stood.kept - kept,
        reinsurer=stood.reinsurer - ceded,
        recovered=returned + primary + kept + ceded,
    )


def _borne(loss: Decimal, fallen: Sequence[tuple[BorneShare, Decimal, Decimal]]) -> Bearers:
    primary = sum((amount for one, amount, _ in fallen if one.layer == "primary"), ZERO)
    top_up = sum((amount for one, amount, _ in fallen if one.layer == "top_up"), ZERO)
    ceded = sum((part for one, _, part in fallen if one.layer == "top_up"), ZERO)
    return Bearers(loss - primary - top_up, primary, top_up - ceded, ceded)
