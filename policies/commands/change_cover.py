"""Changing cover inside a running term: its amount falls, or it ends, and an endorsement says so.

One path for every cause (the primary moved, the buyer was rated again or failed): term, cession, endorsement, trail.
There is no new term and no second premium for what is cut (D-27).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import msgspec
from django.db.models import Value
from django.db.models.functions import Greatest

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows
from capweb.audit.numbering import take_numbers
from capweb.audit.outbox import wake_after_commit
from capweb.audit.trail import Change, record_changes
from capweb.kernel.money import ceded_and_kept
from eligibility.queries.law_book import current_law_book
from policies.commands.issue_endorsements import RENDER_TASK
from policies.domain import endorsement as document
from policies.domain import endorsement_parts as part
from policies.domain.cover_terms import run_off_until
from policies.models import Endorsement, GuaranteeTerm, TermStatus
from policies.queries.renewals_due import DueTerm
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.domain.cession import Amendment, Ending


@dataclass(frozen=True, slots=True)
class CoverCut:
    """A running term whose amount falls to `amount` euro; nothing ends it. `cause` is that of the endorsement.

    `primary_after` is what the primary guarantee is then; None leaves what the last endorsement said of it.
    """

    row: DueTerm
    amount: Decimal
    cause: str
    primary_after: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CoverChange:
    """What an endorsement of change says of a term: its new amount, and its last day where cover ends."""

    term_id: int
    cause: str
    amount_before: Decimal
    amount: Decimal
    effective_on: date
    cover_end: date | None = None
    primary_after: Decimal | None = None
    # The buyer's registration from now on, where that is what changes.
    buyer: part.Buyer | None = None


def cut_cover(actor: Actor, cuts: Sequence[CoverCut], *, on: date, at: datetime) -> None:
    """Cut the terms from this day on; what falls goes to run-off (D-36). The rows are locked by the caller.

    Inside acting(actor); a fixed number of queries for any number of cuts.
    """
    if not cuts:
        return
    law = current_law_book(actor).on(on)
    ended = [cut.row for cut in cuts if not cut.amount]
    lower = [cut for cut in cuts if cut.amount]
    GuaranteeTerm.objects.filter(pk__in=[row.term_id for row in ended]).update(
        status=TermStatus.ENDED, cover_end=Greatest("cover_first", Value(on))
    )
    end_cessions(
        actor,
        [
            Ending(
                cession_id=row.cession_id,
                effective_on=_last_day(row, on),
                run_off_until=run_off_until(_last_day(row, on), run_off_days=row.run_off_days, law=law),
            )
            for row in ended
        ],
        on=on,
    )
    terms = list(GuaranteeTerm.objects.filter(pk__in=[cut.row.term_id for cut in lower]))
    amounts = {cut.row.term_id: cut.amount for cut in lower}
    for term in terms:
        term.amount = amounts[term.pk]
    GuaranteeTerm.objects.bulk_update(terms, ["amount"], batch_size=1_000)
    amend_cessions(
        actor,
        [
            Amendment(
                cession_id=cut.row.cession_id,
                # A cession that was corrected carries less already (D-39).
                amount=min(cut.amount, cut.row.ceded_base),
                effective_on=on,
                run_off_until=run_off_until(on, run_off_days=cut.row.run_off_days, law=law),
            )
            for cut in lower
            if cut.row.ceded_base
        ],
        on=on,
    )
    issue_changes(actor, [_change(cut, on) for cut in cuts], on=on, at=at)
    record_changes(
        [
            Change(
                "guarantee.reduced" if cut.amount else "guarantee.ended",
                cut.row.guarantee_public_id,
                was={"amount": str(cut.row.amount)},
                became={"amount": str(cut.amount), "cause": cut.cause},
            )
            for cut in cuts
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )


def issue_changes(actor: Actor, changes: Sequence[CoverChange], *, on: date, at: datetime) -> dict[int, str]:
    """An endorsement for each change: the term's last one with what changed, under the next number; numbers by term.

    Inside acting(actor).
    """
    latest = {
        row.term_id: row
        for row in Endorsement.objects.filter(term_id__in=[one.term_id for one in changes]).order_by("pk")
    }
    known = [(one, latest[one.term_id]) for one in changes if one.term_id in latest]
    if not known:
        return {}
    series = f"endorsement-{on.year}"
    numbers, rows = {}, []
    for (one, last), position in zip(known, take_numbers(actor.insurer_id, series, count=len(known)), strict=True):
        number = numbers[one.term_id] = f"{actor.insurer_code.upper()}-{on.year}-{position:06d}"
        snapshot = _changed(last, one, number=number, on=on, at=at)
        rows.append(
            (actor.insurer_id, number, series, position, one.term_id, one.cause, on,
             document.to_json(snapshot).decode(), document.digest(snapshot), snapshot.template_version)
        )  # fmt: skip
    copy_rows(
        "policies_endorsement",
        ("insurer_id", "number", "series", "position", "term_id", "cause", "issued_on", "snapshot", "digest",
         "template_version"),
        rows,
    )  # fmt: skip
    wake_after_commit(RENDER_TASK, insurer=actor.insurer_id)
    return numbers


def _last_day(row: DueTerm, on: date) -> date:
    """The end of cover that ends on a day: a term that begins later (D-38) ends where it would have begun."""
    return max(on, row.granted_first)


def _change(cut: CoverCut, on: date) -> CoverChange:
    return CoverChange(
        term_id=cut.row.term_id,
        cause=cut.cause,
        amount_before=cut.row.amount,
        amount=cut.amount,
        effective_on=on,
        cover_end=None if cut.amount else _last_day(cut.row, on),
        primary_after=cut.primary_after,
    )


def _changed(
    last: Endorsement, one: CoverChange, *, number: str, on: date, at: datetime
) -> document.EndorsementSnapshot:
    was = document.from_json(msgspec.json.encode(last.snapshot))
    shares = was.treaty_shares
    if isinstance(shares, part.TreatyShares):
        ceded, kept = ceded_and_kept(one.amount, ceded_ratio=shares.ceded_ratio)
        shares = msgspec.structs.replace(shares, ceded_amount=ceded, kept_amount=kept)
    trigger = was.trigger
    if one.primary_after is not None:
        trigger = msgspec.structs.replace(trigger, primary_after=one.primary_after)
    return msgspec.structs.replace(
        was,
        number=number,
        version=was.version + 1,
        replaces=was.number,
        cause=one.cause,
        issued_on=on,
        issued_at=at,
        effective_on=one.effective_on,
        amounts=msgspec.structs.replace(was.amounts, granted=one.amount, previous=one.amount_before),
        trigger=trigger,
        buyer=one.buyer or was.buyer,
        term=msgspec.structs.replace(was.term, cover_end=one.cover_end),
        treaty_shares=shares,
        # No second premium is due for what is cut (D-27).
        premium=None,
        acceptance=None,
    )
