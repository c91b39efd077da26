"""Book what happened to claims on cessions: movements, and one journal entry for each, set by set.

`claim_outcomes` takes orders of all kinds and answers each for itself; `booked_or_refused` is all or nothing. The
reinsurer's share is attached to the treaty of the cession, also after that treaty has ended (D-43).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change
from reinsurance.commands import plan_claim
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.commands.claim_refusals import ClaimRefused
from reinsurance.commands.plan_claim import RESERVE_SUFFIX, PlannedMovement
from reinsurance.domain.claim import ClaimOrder, ClaimReceipt, CorrectionOrder, IndemnityOrder
from reinsurance.domain.transfer import NewEntry, NewTransfer
from reinsurance.queries import claim_book
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.claim_book import Booked, ClaimBook
from reinsurance.queries.claims_anew import keys_anew
from reinsurance.queries.free_room import locked_rooms
from reinsurance.queries.treaty_book import TreatyBook, treaty_book

ClaimOutcome = ClaimReceipt | ClaimRefused


def claim_outcomes(
    actor: Actor, orders: Sequence[ClaimOrder], *, on: date, right: str | None = "claims.cede"
) -> list[ClaimOutcome]:
    """What became of each order, in the order given: its receipt, or the error that refused it; the good ones are
    written. A fixed number of queries. Runs inside acting(actor). An order given twice answers with the first result.

    Raises NotAllowed without the right: to cede claims, or to handle them where reserves alone are set. None asks for
    no right: `recut_claims` alone gives it, since nobody asks for what follows from the correction of a cession.
    """
    writing_alias_of(actor)
    if right is not None:
        actor.must_be_allowed(right)
    if not orders:
        return []
    book = _locked_book(actor, orders)
    outcomes: list[ClaimOutcome] = []
    new: list[PlannedMovement] = []
    for order in orders:
        try:
            outcome: ClaimOutcome | None = plan_claim.repeated(order, book)
            if outcome is None:
                plans = plan_claim.planned(order, book, on=on)
                new += plans
                outcome = plans[0].receipt(reserve=plans[1].receipt() if len(plans) > 1 else None)
        except ClaimRefused as refused:
            outcome = refused
        outcomes.append(outcome)
    _written(actor, new, book, on=on)
    return outcomes


def booked_or_refused(
    actor: Actor, orders: Sequence[ClaimOrder], *, on: date, right: str | None = "claims.cede"
) -> list[ClaimReceipt]:
    """The receipts in order, or the first refusal raised: the caller's transaction is then to be given up."""
    receipts = []
    for outcome in claim_outcomes(actor, orders, on=on, right=right):
        if isinstance(outcome, ClaimRefused):
            raise outcome
        receipts.append(outcome)
    return receipts


def _locked_book(actor: Actor, orders: Sequence[ClaimOrder]) -> ClaimBook:
    keys = [order.source_key for order in orders]
    keys += [key + RESERVE_SUFFIX for key in keys]
    corrected = [order.corrects for order in orders if isinstance(order, CorrectionOrder)]
    keys += corrected
    named = {order.cession_id for order in orders if not isinstance(order, CorrectionOrder)}
    found = claim_book.movements_booked(actor, keys)
    ids = named | {movement.cession_id for movement in found.values()}
    cessions = claim_book.claimed_cessions(actor, ids)
    # Locked first, read afterwards: the treaties' accounts, then the rooms of the policy years.
    locked_rooms(actor, (), treaties={cession.treaty_id for cession in cessions.values()})
    years, rooms = claim_book.locked_policy_years(actor, _years(orders, found))
    positions = claim_book.claim_positions(actor, actor.insurer_id, ids)
    anew = keys_anew(actor, corrected)
    return ClaimBook(
        cessions=claim_book.claimed_cessions(actor, ids),
        booked=claim_book.movements_booked(actor, [*keys, *anew.values()]),
        positions=positions,
        carried=claim_book.carried_by(positions),
        years=years,
        rooms=rooms,
        anew=anew,
    )


def _years(orders: Sequence[ClaimOrder], found: dict[str, Booked]) -> set[int]:
    asked = {order.disbursement_year_id for order in orders if isinstance(order, IndemnityOrder)}
    asked |= {movement.disbursement_year_id for movement in found.values()}
    return {year for year in asked if year is not None}


_COLUMNS = (
    "id",
    "insurer_id",
    "public_id",
    "source_key",
    "cession_id",
    "claim_reference",
    "kind",
    "is_reversal",
    "amount",
    "excess_amount",
    "ceded_amount",
    "level_amount",
    "disbursement_year_id",
    "corrects_id",
    "effective_on",
    "booked_on",
)


def _written(actor: Actor, new: Sequence[PlannedMovement], book: ClaimBook, *, on: date) -> None:
    if not new:
        return
    alias = writing_alias_of(actor)
    for plan, row_id in zip(new, draw_ids("reinsurance_claimmovement", len(new), using=alias), strict=True):
        plan.movement.id = row_id
    rows = (_row(actor, plan.movement, book, on=on) for plan in new)
    copy_rows("reinsurance_claimmovement", _COLUMNS, rows, using=alias)
    accounts = treaty_book(actor)
    book_entries(actor, [_entry(actor, plan, accounts, book) for plan in new], on=on)
    leave_trail(actor, [_told(plan) for plan in new], on=on)


def _row(actor: Actor, movement: Booked, book: ClaimBook, *, on: date) -> tuple[object, ...]:
    return (
        movement.id,
        actor.insurer_id,
        movement.public_id,
        movement.source_key,
        movement.cession_id,
        movement.claim_reference,
        movement.kind,
        movement.is_reversal,
        movement.parts.carried,
        movement.parts.excess,
        movement.parts.ceded,
        movement.level,
        movement.disbursement_year_id,
        None if movement.corrects_key is None else book.booked[movement.corrects_key].id,
        movement.effective_on,
        on,
    )


def _entry(actor: Actor, plan: PlannedMovement, accounts: TreatyBook, book: ClaimBook) -> NewEntry:
    movement = plan.movement
    transfers = list(_shared(plan, accounts))
    if movement.disbursement_year_id is not None:
        year = book.years[movement.disbursement_year_id]
        if movement.is_reversal:
            transfers.append(
                NewTransfer(year.limit_account, year.room_account, "disbursed_reversed", movement.parts.gross)
            )
        else:
            transfers.append(NewTransfer(year.room_account, year.limit_account, "disbursed", movement.parts.gross))
    kind = "claim_correction" if movement.is_correction else "recovery" if movement.kind == "recovery" else "claim"
    return NewEntry(kind, f"claim:{movement.source_key}", actor.insurer_id, tuple(transfers), movement.cession_id)


def _shared(plan: PlannedMovement, accounts: TreatyBook) -> tuple[NewTransfer, ...]:
    """The reinsurer's share; nothing for nothing."""
    movement, treaty_id = plan.movement, plan.cession.treaty_id
    if not movement.parts.ceded:
        return ()
    current = accounts.account(treaty_id, "current_account")
    match movement.kind, movement.is_reversal:
        case "indemnity", False:
            sides, code = (current, accounts.account(treaty_id, "ceded_indemnity")), "indemnity_ceded"
        case "indemnity", True:
            sides, code = (accounts.account(treaty_id, "ceded_indemnity"), current), "indemnity_reversed"
        case "recovery", False:
            sides, code = (accounts.account(treaty_id, "recoveries"), current), "recovery_ceded"
        case "recovery", True:
            sides, code = (current, accounts.account(treaty_id, "recoveries")), "recovery_reversed"
        case "reserve", falls:
            kept, moves = (
                accounts.account(treaty_id, "claims_outstanding"),
                accounts.account(treaty_id, "reserve_movements"),
            )
            sides, code = ((moves, kept), "reserve_reduced") if falls else ((kept, moves), "reserve_raised")
    return (NewTransfer(*sides, code, movement.parts.ceded),)


def _told(plan: PlannedMovement) -> Change:
    movement = plan.movement
    became: dict[str, object] = {
        "source": movement.source_key,
        "cession": plan.cession.public_id,
        "kind": movement.kind,
        "is_reversal": movement.is_reversal,
        "amount": str(movement.parts.gross),
        "ceded": str(movement.parts.ceded),
    }
    return Change("claim.ceded", movement.public_id, became=became)
