"""Complements follow their primary guarantee down, inside their term (D-27).

A complement only adds to a primary guarantee: reduced, its amount falls to what the rules now allow at most, without a
new term or a second premium; ended, it ends, and a substitution may be asked for that same day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows
from capweb.audit.numbering import take_numbers
from capweb.audit.outbox import wake_after_commit
from capweb.audit.trail import Change, record_changes
from capweb.kernel.money import ceded_and_kept
from eligibility.queries.law_book import current_law_book
from policies.commands.chunks import CHUNK_ROWS, Kept, kept_by_nobody
from policies.commands.issue_endorsements import RENDER_TASK
from policies.commands.judging import Treaties, judge_batch, open_treaties_on
from policies.domain import endorsement as document
from policies.domain import endorsement_parts as part
from policies.domain.cover_terms import run_off_until
from policies.models import Endorsement, GuaranteeTerm, TermStatus
from policies.queries import renewals_due, request_facts
from policies.queries.renewals_due import DueTerm
from policies.queries.request_facts import Asked
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.domain.cession import Amendment, Ending


def follow_primary(actor: Actor, *, on: date, at: datetime, kept: Kept = kept_by_nobody) -> dict[str, int]:
    """Let every complement touched by a primary decision in effect follow it; how many were `reduced` and `ended`.

    Run twice on a day, the second run finds nothing to do. `kept` is told both counts of each chunk inside it.
    """
    done = {"reduced": 0, "ended": 0}
    after_id = 0
    while True:
        with acting(actor):
            touched = renewals_due.touched_by_primary(actor, on=on, limit=CHUNK_ROWS, after_id=after_id)
            if not touched:
                return done
            after_id = touched[-1].term_id
            ending = [row for row in touched if row.limit_decision in ("cessation", "refusal")]
            moved = [(row, Decimal(0)) for row in ending]
            moved += _falling(actor, [row for row in touched if row not in ending], on=on)
            _cut(actor, moved, on=on, at=at)
            ended = sum(amount == 0 for _, amount in moved)
            kept({"reduced": len(moved) - ended, "ended": ended})
        done["ended"] += ended
        done["reduced"] += len(moved) - ended


def _falling(actor: Actor, rows: Sequence[DueTerm], *, on: date) -> list[tuple[DueTerm, Decimal]]:
    """The complements whose amount is above what the rules allow on today's primary, with that maximum."""
    treaties: Treaties = open_treaties_on(actor, on=on)
    cases = request_facts.gather(actor, [_asked(row) for row in rows], on=on)
    judged = judge_batch(
        actor, cases, law_book=current_law_book(actor), treaties=treaties, on=on, ceded_before=[r.amount for r in rows]
    )
    found = []
    for row, one in zip(rows, judged, strict=True):
        maximum = one.decision.maximum
        if maximum is not None and maximum < row.amount:
            found.append((row, maximum))
    return found


def _cut(actor: Actor, moved: Sequence[tuple[DueTerm, Decimal]], *, on: date, at: datetime) -> None:
    if not moved:
        return
    law = current_law_book(actor).on(on)
    ended = [row for row, amount in moved if amount == 0]
    GuaranteeTerm.objects.filter(pk__in=[row.term_id for row in ended]).update(status=TermStatus.ENDED, cover_end=on)
    end_cessions(
        actor,
        [
            Ending(
                cession_id=r.cession_id,
                effective_on=on,
                run_off_until=run_off_until(on, run_off_days=r.run_off_days, law=law),
            )
            for r in ended
        ],
        on=on,
    )
    reduced = [(row, amount) for row, amount in moved if amount > 0]
    rows = list(GuaranteeTerm.objects.filter(pk__in=[row.term_id for row, _ in reduced]))
    amounts = {row.term_id: amount for row, amount in reduced}
    for row in rows:
        row.amount = amounts[row.pk]
    GuaranteeTerm.objects.bulk_update(rows, ["amount"], batch_size=1_000)
    amend_cessions(
        actor,
        [
            Amendment(
                cession_id=row.cession_id,
                amount=amount,
                effective_on=on,
                run_off_until=run_off_until(on, run_off_days=row.run_off_days, law=law),
            )
            for row, amount in reduced
        ],
        on=on,
    )
    _issue(actor, moved, on=on, at=at)
    record_changes(
        [
            Change(
                "guarantee.ended" if amount == 0 else "guarantee.reduced",
                row.guarantee_public_id,
                was={"amount": str(row.amount)},
                became={"amount": str(amount)},
            )
            for row, amount in moved
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )


def _issue(actor: Actor, moved: Sequence[tuple[DueTerm, Decimal]], *, on: date, at: datetime) -> None:
    """An endorsement for each cut: the last one's snapshot with what changed, under the next number."""
    latest = {
        row.term_id: row
        for row in Endorsement.objects.filter(term_id__in=[row.term_id for row, _ in moved]).order_by("pk")
    }
    known = [(row, amount, latest[row.term_id]) for row, amount in moved if row.term_id in latest]
    series = f"endorsement-{on.year}"
    positions = take_numbers(actor.insurer_id, series, count=len(known))
    rows = []
    for (row, amount, last), position in zip(known, positions, strict=True):
        number = f"{actor.insurer_code.upper()}-{on.year}-{position:06d}"
        cause = "primary_ended" if amount == 0 else "primary_reduced"
        snapshot = _changed(last, number=number, cause=cause, row=row, amount=amount, on=on, at=at)
        rows.append(
            (actor.insurer_id, number, series, position, row.term_id, cause, on, document.to_json(snapshot).decode(),
             document.digest(snapshot), snapshot.template_version)
        )  # fmt: skip
    if rows:
        copy_rows(
            "policies_endorsement",
            ("insurer_id", "number", "series", "position", "term_id", "cause", "issued_on", "snapshot", "digest",
             "template_version"),
            rows,
        )  # fmt: skip
        wake_after_commit(RENDER_TASK, insurer=actor.insurer_id)


def _changed(
    last: Endorsement, *, number: str, cause: str, row: DueTerm, amount: Decimal, on: date, at: datetime
) -> document.EndorsementSnapshot:
    was = document.from_json(msgspec.json.encode(last.snapshot))
    shares = was.treaty_shares
    if isinstance(shares, part.TreatyShares):
        ceded, kept = ceded_and_kept(amount, ceded_ratio=shares.ceded_ratio)
        shares = msgspec.structs.replace(shares, ceded_amount=ceded, kept_amount=kept)
    primary_after = row.primary_amount if amount > 0 and row.primary_amount is not None else Decimal(0)
    return msgspec.structs.replace(
        was,
        number=number,
        version=was.version + 1,
        replaces=was.number,
        cause=cause,
        issued_on=on,
        issued_at=at,
        effective_on=on,
        amounts=msgspec.structs.replace(was.amounts, granted=amount, previous=row.amount),
        trigger=msgspec.structs.replace(was.trigger, primary_after=primary_after),
        term=msgspec.structs.replace(was.term, cover_end=on if amount == 0 else None),
        treaty_shares=shares,
        # No second premium is due for what follows the primary down (D-27).
        premium=None,
        acceptance=None,
    )


def _asked(row: DueTerm) -> Asked:
    assert row.buyer_limit_id is not None
    return Asked(
        policy_id=row.policy_id,
        buyer_id=row.buyer_id,
        buyer_limit_id=row.buyer_limit_id,
        market=row.market,
        requested_total=row.amount + (row.primary_amount or 0),
        payment_days=row.payment_days,
        french_share=row.french_share,
        sale_currency=row.sale_currency,
        is_construction_subcontract=row.is_construction_subcontract,
        own_term_id=row.term_id,
    )
