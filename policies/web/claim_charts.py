"""The share dial of a claim: who bears what of each euro, stage by stage, as bars in percent drawn by the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from policies.domain.bearing import Bearers
from policies.queries.claims import ClaimDetail

HUNDRED: Final = Decimal(100)
TENTH: Final = Decimal("0.1")
PARTS: Final = (
    ("policyholder", _("Policyholder")),
    ("primary", _("Insurer, primary guarantee")),
    ("kept", _("Insurer, its part of the top-up")),
    ("reinsurer", _("Reinsurer")),
    ("recovered", _("Given back by the buyer")),
)
# To a broker or policyholder the insurer's part of the top-up is one.
PARTS_OUTSIDE: Final = (
    ("policyholder", _("Policyholder")),
    ("primary", _("Insurer, primary guarantee")),
    ("kept", _("Insurer, top-up")),
    ("recovered", _("Given back by the buyer")),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One bearer's part at a stage: `start` and `length` in percent of the loss, `per_euro` of each euro."""

    code: str
    label: object
    amount: Decimal
    start: Decimal
    length: Decimal
    per_euro: Decimal


@dataclass(frozen=True, slots=True)
class Stage:
    """The loss at one moment."""

    label: object
    pieces: list[Piece]

    @property
    def drawn(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.amount]


@dataclass(frozen=True, slots=True)
class Dial:
    """The stages, and for each bearer its amounts stage by stage."""

    stages: list[Stage]
    rows: list[tuple[Piece, list[Piece]]]


def dial(found: ClaimDetail, *, is_insurer: bool) -> Dial | None:
    """None before the loss is fixed, and for a loss of nothing."""
    if found.before is None or found.indemnified is None or not found.before.whole:
        return None
    is_paid = found.line.paid > 0
    told: list[tuple[object, Bearers]] = [
        (_("Before the indemnity"), found.before),
        (_("After the indemnity") if is_paid else _("As it is owed"), found.indemnified),
    ]
    if found.now is not None:
        told.append((_("After recoveries"), found.now))
    parts = PARTS if is_insurer else PARTS_OUTSIDE
    stages = [Stage(label, _pieces(borne, parts)) for label, borne in told]
    rows = []
    for place in range(len(parts)):
        own = [stage.pieces[place] for stage in stages]
        if any(piece.amount for piece in own):
            rows.append((own[0], own))
    return Dial(stages, rows)


def _pieces(borne: Bearers, parts: Sequence[tuple[str, object]]) -> list[Piece]:
    pieces = []
    start = Decimal(0)
    for code, label in parts:
        amount: Decimal = getattr(borne, code)
        length = HUNDRED * amount / borne.whole
        per_euro = (amount / borne.whole).quantize(Decimal("0.0001"))
        pieces.append(Piece(code, label, amount, start.quantize(TENTH), length.quantize(TENTH), per_euro))
        start += length
    return pieces
