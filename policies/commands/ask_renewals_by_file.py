"""One file asks for many renewals; what became of each line is told at once (E9). Nothing renews by itself (D-7)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.kernel.errors import FieldError
from policies.commands.renew_guarantees import ask_for_renewals
from policies.domain.renewal_rows import COLUMN, RenewalRow, read_renewal_rows
from policies.domain.row_messages import RowError
from policies.queries import renewal_radar
from policies.queries.endorsed_guarantees import guarantees_of
from policies.queries.renewal_radar import EndingTerm


@dataclass(frozen=True, slots=True)
class RenewalLine:
    """What became of one line: `asked` now, `asked_before`, or `refused` with its error; `term` where one was found."""

    line: int
    number: str
    outcome: str
    term: EndingTerm | None = None
    error: FieldError | None = None


@dataclass(frozen=True, slots=True)
class RenewalReceipt:
    """The lines of a file in their order."""

    lines: list[RenewalLine]

    @property
    def counts(self) -> dict[str, int]:
        """How many lines ended in each outcome."""
        return dict(Counter(one.outcome for one in self.lines))


def ask_renewals_by_file(actor: Actor, content: bytes, *, file_name: str, on: date) -> RenewalReceipt:
    """Ask for the renewal of every guarantee that the file names and this actor may renew; a line each, in order.

    The same file again finds everything asked before. A fixed number of queries. Raises NotAllowed, UnreadableFile.
    """
    actor.must_be_allowed("renewals.write")
    rows = read_renewal_rows(content, file_name=file_name)
    with acting(actor):
        by_number = guarantees_of(actor, [row.number for row in rows if row.error is None], on=on)
        found = {row.guarantee: row for row in renewal_radar.named(actor, list(by_number.values()), on=on)}
        lines = _told(rows, by_number, found)
        wanted = [one.term.guarantee for one in lines if one.term is not None and one.outcome == "asked"]
        if wanted:
            ask_for_renewals(actor, wanted, on=on)
    return RenewalReceipt(lines)


def _told(rows: list[RenewalRow], by_number: dict[str, str], found: dict[str, EndingTerm]) -> list[RenewalLine]:
    lines: list[RenewalLine] = []
    first_line: dict[str, int] = {}
    for row in rows:
        term = found.get(by_number.get(row.number, ""))
        if row.error is not None or term is None:
            unknown = RowError(COLUMN, "renewal_unknown", line=row.line)
            lines.append(RenewalLine(row.line, row.number, "refused", error=row.error or unknown))
        elif (first := first_line.setdefault(term.guarantee, row.line)) != row.line:
            # Two endorsements of one guarantee.
            twice = RowError(COLUMN, "renewal_twice", line=row.line, first=first)
            lines.append(RenewalLine(row.line, row.number, "refused", term, twice))
        else:
            outcome = "asked" if term.renewal_id is None else "asked_before"
            lines.append(RenewalLine(row.line, row.number, outcome, term))
    return lines
