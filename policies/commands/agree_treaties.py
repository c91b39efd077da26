"""Treaties by four eyes under the law in force: reads the bounds of the law, and passes them down as plain values.

Ceded ratio at most the law's (D-23); a domestic treaty ends on the law's last day (décret 2020-397, article 5), an
export treaty runs a year, tacitly renewed, five years at most (code des assurances, R.442-8-12).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from capweb.accounts.actor import Actor
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import Block
from eligibility.queries.law_book import current_law_book
from reinsurance.commands import decide_treaty_proposals
from reinsurance.commands import propose_treaty_changes as proposing
from reinsurance.commands.propose_treaty_changes import BoundsOn, TreatyChange
from reinsurance.domain.treaty import TreatyBounds

UNSET: Final = "unset"


def propose_treaty_changes(actor: Actor, changes: Sequence[TreatyChange], *, reason: str, booked_on: date) -> list[str]:
    """Put the changes before a second person; their public ids, in order. Inside acting(actor).

    Raises as reinsurance.commands.propose_treaty_changes does: NotAllowed, NotAPerson, FieldErrors by `change.field`.
    """
    bounds_on = legal_bounds(current_law_book(actor))
    return proposing.propose_treaty_changes(actor, changes, bounds_on=bounds_on, reason=reason, booked_on=booked_on)


def approve_treaty_proposals(actor: Actor, public_ids: Sequence[str], *, booked_on: date, reason: str = "") -> None:
    """Carry out proposals that somebody else made, all or none. Inside acting(actor).

    Raises as reinsurance.commands.decide_treaty_proposals does: NotAllowed, NotAPerson, FieldErrors.
    """
    decide_treaty_proposals.approve_treaty_proposals(
        actor, public_ids, bounds_on=legal_bounds(current_law_book(actor)), booked_on=booked_on, reason=reason
    )


def legal_bounds(book: LawBook) -> BoundsOn:
    """The bounds of a kind, market and day, as the book has them; values that an administrator entered included."""

    def on(kind: str, market: str, day: date) -> TreatyBounds:
        return _bounds(book, kind, market, day)

    return on


def _bounds(book: LawBook, kind: str, market: str, day: date) -> TreatyBounds:
    law = book.on(day)
    found = _Found(book, law.blocks, day)
    bounds: dict[str, Any] = {"ceded_ratio_maximum": found.value("ceded_ratio", f"{kind}/{market}/ceded_ratio")}
    if market == "export":
        bounds["renewal_years"] = found.value("end_day", "treaties/export/years")
        bounds["years_maximum"] = found.value("end_day", "treaties/export/years_maximum")
    else:
        # A last day in the law stands in the place of the number of months that it once gave.
        months = law.blocks.get("treaties/domestic/months_maximum")
        if months is not None and months.value is not None:
            bounds["months_maximum"] = months.value
        else:
            last_day = found.value("end_day", "treaties/domestic/last_day")
            bounds["last_day"] = None if last_day is None else date.fromisoformat(str(last_day))
    return TreatyBounds(day=day, missing=found.missing, **bounds)


class _Found:
    """Looks values up, and tells in words where the law has none."""

    def __init__(self, book: LawBook, blocks: dict[str, Block], day: date) -> None:
        self.book = book
        self.blocks = blocks
        self.day = day
        self.missing: dict[str, str] = {}

    def value(self, field: str, path: str) -> Any:
        block = self.blocks.get(path)
        if block is not None and block.value is not None:
            return block.value
        self.missing[field] = self._told(path, block)
        return None

    def _told(self, path: str, block: Block | None) -> str:
        facts = {"path": path, "day": self.day, "source": "" if block is None else block.reference.text}
        if block is None:
            return _("The law book says nothing of %(path)s on %(day)s: such a treaty has no law to stand on.") % facts
        if block.state == UNSET:
            sentence = _(
                "The law has a value for %(path)s on %(day)s that no source gives (%(source)s): an administrator "
                "enters it with its reference under “Contracts”, then this can be agreed."
            )
            return sentence % facts
        return _("The law lets no such treaty run on %(day)s: %(path)s has ended (%(source)s).") % facts
