"""What becomes of one limit when many are cut by the same measure? By a share of each, to an amount, or ended."""

from __future__ import annotations

from decimal import Decimal

from capweb.kernel.money import ZERO, to_cent_half_up


def amount_after(
    standing: Decimal, *, measure: str, share: Decimal | None = None, to_amount: Decimal | None = None
) -> Decimal | None:
    """The limit from then on, in euro to the cent; None where it stays as it is because nothing would be taken.

    >>> amount_after(Decimal(90_000), measure="share", share=Decimal("0.30"))
    Decimal('63000.00')
    >>> amount_after(Decimal(90_000), measure="to_amount", to_amount=Decimal(100_000)) is None
    True
    >>> amount_after(Decimal(90_000), measure="end")
    Decimal('0.00')
    """
    if measure == "share" and share is not None:
        left = to_cent_half_up(standing * (1 - share))
    elif measure == "to_amount" and to_amount is not None:
        left = to_cent_half_up(to_amount)
    elif measure == "end":
        left = to_cent_half_up(ZERO)
    else:
        raise ValueError(f"a measure {measure} without its figure")
    return left if left < standing else None


def decision_for(amount: Decimal) -> str:
    """What the insurer decides when it leaves this much of a limit."""
    return "reduction" if amount else "cessation"
