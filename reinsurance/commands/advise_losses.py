"""Tell the reinsurer of a claim whose ceded part passes a threshold of its treaty: as a large loss, as a cash call.

Each is told once for a claim, when it is found; a treaty without thresholds asks for neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db.models import Max

from capweb.accounts.actor import Actor
from capweb.audit.trail import Change
from capweb.kernel.identifiers import new_public_id
from reinsurance.commands.book_entries import leave_trail
from reinsurance.models import LossAdvice
from reinsurance.models.seal import SealedEntry
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.large_losses import LargeLoss, losses_beyond_thresholds

_TOLD: Final = {"large_loss": "loss.advised", "cash_call": "loss.called"}


def advise_losses(actor: Actor, treaties: Sequence[str] | None = None, *, on: date) -> list[str]:
    """The public ids of the advices made now, for some treaties (public ids) or all of the insurer's. Runs inside
    acting(actor); two queries where nothing is found. Run twice, it advises nothing the second time.
    """
    alias = writing_alias_of(actor)
    found = losses_beyond_thresholds(actor, treaties, on=on)
    if not found:
        return []
    sealed = SealedEntry.objects.using(alias).filter(insurer_id=actor.insurer_id).aggregate(last=Max("position"))
    rows = [_row(actor, loss, journal_number=sealed["last"] or 0, on=on) for loss in found]
    LossAdvice.objects.using(alias).bulk_create(rows, ignore_conflicts=True)
    leave_trail(actor, [_told(row) for row in rows], on=on)
    return [row.public_id for row in rows]


def _row(actor: Actor, loss: LargeLoss, *, journal_number: int, on: date) -> LossAdvice:
    return LossAdvice(
        insurer_id=actor.insurer_id,
        public_id=new_public_id("adv"),
        treaty_id=loss.treaty_row_id,
        kind=loss.kind,
        claim_reference=loss.claim_reference,
        threshold_amount=loss.threshold,
        paid_amount=loss.paid,
        outstanding_amount=loss.outstanding,
        recovered_amount=loss.recovered,
        incurred_amount=loss.incurred,
        journal_number=journal_number,
        booked_on=on,
    )


def _told(row: LossAdvice) -> Change:
    became: dict[str, object] = {"claim": row.claim_reference, "incurred": str(row.incurred_amount)}
    return Change(_TOLD[row.kind], row.public_id, became=became)
