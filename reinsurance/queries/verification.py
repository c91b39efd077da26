"""Does the ledger say the truth? The books held against their transfers and rows, and all of it against its seals.

Read as the platform role, over all insurers, in one snapshot. Each check is a second way to something that was written
the first way; a difference is told, never mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections
from django.db.backends.utils import CursorWrapper

from reinsurance.queries import seal_checks
from reinsurance.queries.books import PLATFORM
from reinsurance.queries.ledger_checks import BOOK_CHECKS, BookCheck

LARGEST_TOLD = 100
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the books: how many things were compared, and what does not agree (the first hundred)."""

    name: str
    compared: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """All checks; `agrees` when none found a difference."""

    checks: tuple[Check, ...]

    @property
    def agrees(self) -> bool:
        return not any(check.differences for check in self.checks)

    @property
    def differences(self) -> list[str]:
        """Everything that was told, check after check."""
        return [told for check in self.checks for told in check.differences]

    @property
    def compared(self) -> int:
        """How many things were compared, over all checks."""
        return sum(check.compared for check in self.checks)


def verify_ledger(
    *, kept_checkpoints: Sequence[str] = (), progress: Progress | None = None, using: str = PLATFORM
) -> Verification:
    """Run every check in one read of the books; nothing is locked.

    `kept_checkpoints` are notes that somebody kept outside: each must be signed, and the sequence as it stands now must
    begin with what it says. `progress` is told the name of each check before it runs.
    """
    return Verification(tuple(_checks(kept_checkpoints, progress or _silent, using)))


def _checks(kept: Sequence[str], progress: Progress, using: str) -> Iterator[Check]:
    with _one_snapshot(using) as cursor:
        for check in BOOK_CHECKS:
            progress(check.name)
            yield _compared(cursor, check)
        for seal_check in seal_checks.SEAL_CHECKS:
            progress(seal_check.name)
            found = seal_check.run(cursor, kept)
            told = found.told[:LARGEST_TOLD]
            yield Check(seal_check.name, found.compared, tuple(told))


@contextmanager
def _one_snapshot(using: str) -> Iterator[CursorWrapper]:
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            yield cursor
            return
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield cursor
        finally:
            cursor.execute("ROLLBACK")


def _compared(cursor: CursorWrapper, check: BookCheck) -> Check:
    cursor.execute(check.count)
    (compared,) = cursor.fetchone() or (0,)
    cursor.execute(f"{check.differences} LIMIT {LARGEST_TOLD}", check.parameters())
    return Check(check.name, int(compared), tuple(str(row[0]) for row in cursor.fetchall()))


def _silent(_name: str) -> None:
    """Nobody watches."""
