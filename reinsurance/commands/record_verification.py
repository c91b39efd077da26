"""Keep that the ledger was verified, on which day, and what was found: what the seals' page shows."""

from __future__ import annotations

from datetime import date

from capweb.accounts.actor import PlatformActor
from reinsurance.models import LedgerVerification
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.verification import Verification


def record_verification(actor: PlatformActor, found: Verification, *, on: date) -> None:
    """Append what `verify_ledger` found. Runs inside acting_as_platform()."""
    LedgerVerification.objects.using(writing_alias_of(actor)).create(
        verified_on=on,
        compared=found.compared,
        difference_count=len(found.differences),
        differences=found.differences,
    )
