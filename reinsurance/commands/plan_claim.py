"""How each order of a claim falls, in the order given: a movement to be written, the answer of one that stands, or why
not. Nothing is written here; the book moves on in memory, so that an order sees those before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from capweb.kernel.identifiers import new_public_id
from capweb.kernel.money import ZERO
from reinsurance.commands.claim_refusals import (
    CededCessionUnknown,
    ClaimBookedDifferently,
    CorrectionExceedsMovement,
    DayUnfit,
    DisbursementLimitReached,
    ExGratiaNotCeded,
    IndemnityAboveLimit,
    MovementUnknown,
    PolicyYearUnfit,
    RecoveryAboveIndemnity,
)
from reinsurance.domain.claim import (
    ClaimKind,
    ClaimOrder,
    ClaimReceipt,
    CorrectionOrder,
    IndemnityOrder,
    Parts,
    RecoveryOrder,
    ReserveOrder,
    first_key,
    parts_of_indemnity,
    parts_of_recovery,
    parts_of_reserve,
    parts_taken_back,
)
from reinsurance.queries.claim_book import Booked, ClaimBook, ClaimedCession

RESERVE_SUFFIX = "/reserve"


@dataclass(frozen=True, slots=True)
class PlannedMovement:
    """A movement to be written, with the cession that it is on."""

    movement: Booked
    cession: ClaimedCession
    room_left: Decimal | None = None

    def receipt(self, *, reserve: ClaimReceipt | None = None) -> ClaimReceipt:
        return receipt_of(self.movement, self.cession, room_left=self.room_left, reserve=reserve)


def receipt_of(
    movement: Booked,
    cession: ClaimedCession,
    *,
    room_left: Decimal | None = None,
    reserve: ClaimReceipt | None = None,
    is_repeat: bool = False,
) -> ClaimReceipt:
    return ClaimReceipt(
        source_key=movement.source_key,
        public_id=movement.public_id,
        kind=movement.kind,
        cession=cession.public_id,
        claim_reference=movement.claim_reference,
        is_reversal=movement.is_reversal,
        amount=movement.parts.carried,
        excess_amount=movement.parts.excess,
        ceded_amount=movement.parts.ceded,
        room_left=room_left,
        reserve=reserve,
        is_repeat=is_repeat,
    )


def repeated(order: ClaimOrder, book: ClaimBook) -> ClaimReceipt | None:
    """The answer of an order whose source key stands; None when it does not. Raises ClaimBookedDifferently."""
    made = book.booked.get(order.source_key)
    if made is None:
        return None
    if not _is_same(order, made):
        raise ClaimBookedDifferently.told(source_key=order.source_key, public_id=made.public_id)
    cession = book.cessions[made.cession_id]
    reserve = None
    if isinstance(order, IndemnityOrder) and order.reserve_level is not None:
        kept = book.booked.get(order.source_key + RESERVE_SUFFIX)
        if kept is None or kept.level != order.reserve_level:
            raise ClaimBookedDifferently.told(source_key=order.source_key, public_id=made.public_id)
        reserve = receipt_of(kept, cession, is_repeat=True)
    return receipt_of(made, cession, reserve=reserve, is_repeat=True)


def _is_same(order: ClaimOrder, made: Booked) -> bool:
    if order.effective_on != made.effective_on:
        return False
    if isinstance(order, CorrectionOrder):
        if made.corrects_key is None:
            return False
        return first_key(order.corrects) == first_key(made.corrects_key) and order.amount in (None, made.parts.gross)
    if (order.cession_id, order.claim_reference) != (made.cession_id, made.claim_reference) or made.is_correction:
        return False
    if isinstance(order, ReserveOrder):
        return made.kind == "reserve" and made.level == order.level
    kind = "indemnity" if isinstance(order, IndemnityOrder) else "recovery"
    return made.kind == kind and made.parts.gross == order.amount


def planned(order: ClaimOrder, book: ClaimBook, *, on: date) -> list[PlannedMovement]:
    """The movements of a new order: one, or two where an indemnity sets the reserve. Raises a ClaimRefused."""
    cession = _cession(order, book)
    if not cession.term_first <= order.effective_on <= on:
        raise DayUnfit.told(day=order.effective_on, first=cession.term_first, on=on)
    match order:
        case IndemnityOrder():
            plans = [_indemnity(order, cession, book)]
            if order.reserve_level is not None:
                plans.append(_reserve(order, order.reserve_level, cession, book, suffix=RESERVE_SUFFIX))
        case ReserveOrder():
            plans = [_reserve(order, order.level, cession, book)]
        case RecoveryOrder():
            plans = [_recovery(order, cession, book)]
        case CorrectionOrder():
            plans = [_correction(order, cession, book)]
    for plan in plans:
        _moved_on(plan.movement, book)
    return plans


def _cession(order: ClaimOrder, book: ClaimBook) -> ClaimedCession:
    if isinstance(order, CorrectionOrder):
        corrected = book.standing(order.corrects)
        if corrected is None or corrected.is_correction or corrected.kind == "reserve":
            raise MovementUnknown.told(source_key=order.corrects)
        return book.cessions[corrected.cession_id]
    cession = book.cessions.get(order.cession_id)
    if cession is None:
        raise CededCessionUnknown.told(cession_id=order.cession_id)
    return cession


def _indemnity(order: IndemnityOrder, cession: ClaimedCession, book: ClaimBook) -> PlannedMovement:
    if order.is_ex_gratia:
        raise ExGratiaNotCeded.told(claim=order.claim_reference)
    paid_before = book.carried.get(cession.id, ZERO)
    parts = parts_of_indemnity(order.amount, cession.limit, paid_before=paid_before)
    if parts is None:
        raise IndemnityAboveLimit.told(
            cession=cession.public_id, limit=cession.limit.bound, paid=paid_before, asked=order.amount
        )
    if order.reserve_level is not None:
        _reserve_parts(order.reserve_level, cession)
    room = _room_left(order, cession, book)
    movement = _new(order, cession, order.claim_reference, "indemnity", parts, year=order.disbursement_year_id)
    return PlannedMovement(movement, cession, room)


def _room_left(order: IndemnityOrder, cession: ClaimedCession, book: ClaimBook) -> Decimal | None:
    if order.disbursement_year_id is None:
        return None
    year = book.years.get(order.disbursement_year_id)
    if year is None or year.policy_number != cession.policy_number:
        raise PolicyYearUnfit.told(on=order.effective_on)
    if not year.first_day <= order.effective_on < year.end_day:
        raise PolicyYearUnfit.told(on=order.effective_on)
    room = book.rooms[year.id]
    if order.amount > room:
        raise DisbursementLimitReached.told(
            policy=year.policy_number, first_day=year.first_day, room=room, asked=order.amount
        )
    return room - order.amount


def _reserve_parts(level: Decimal, cession: ClaimedCession) -> Parts:
    parts = parts_of_reserve(level, cession.limit)
    if parts is None:
        raise IndemnityAboveLimit.told(cession=cession.public_id, limit=cession.limit.amount, paid=ZERO, asked=level)
    return parts


def _reserve(
    order: IndemnityOrder | ReserveOrder, level: Decimal, cession: ClaimedCession, book: ClaimBook, *, suffix: str = ""
) -> PlannedMovement:
    target = _reserve_parts(level, cession)
    before = book.position(cession.id, order.claim_reference).reserve
    falls = target.carried < before.carried or target.ceded < before.ceded
    parts = before.minus(target) if falls else target.minus(before)
    movement = _new(
        order, cession, order.claim_reference, "reserve", parts, suffix=suffix, level=level, is_reversal=falls
    )
    return PlannedMovement(movement, cession)


def _recovery(order: RecoveryOrder, cession: ClaimedCession, book: ClaimBook) -> PlannedMovement:
    position = book.position(cession.id, order.claim_reference)
    parts = parts_of_recovery(order.amount, position, cession.limit)
    if parts is None:
        raise RecoveryAboveIndemnity.told(
            claim=order.claim_reference, outstanding=position.outstanding.gross, asked=order.amount
        )
    return PlannedMovement(_new(order, cession, order.claim_reference, "recovery", parts), cession)


def _correction(order: CorrectionOrder, cession: ClaimedCession, book: ClaimBook) -> PlannedMovement:
    corrected = book.standing(order.corrects)
    assert corrected is not None
    outstanding = book.position(cession.id, corrected.claim_reference).outstanding
    left = corrected.left.gross
    if corrected.kind == "indemnity":
        left = min(left, outstanding.gross)
    amount = corrected.left.gross if order.amount is None else order.amount
    if amount > left or amount == 0:
        raise CorrectionExceedsMovement.told(source_key=order.corrects, left=left, asked=amount)
    parts = parts_taken_back(amount, corrected.left, cession.limit, kind=corrected.kind, most_excess=outstanding.excess)
    if corrected.kind == "indemnity":
        if parts.carried > outstanding.carried or parts.excess > outstanding.excess:
            left = min(corrected.left.carried, outstanding.carried) + min(corrected.left.excess, outstanding.excess)
            raise CorrectionExceedsMovement.told(source_key=order.corrects, left=left, asked=amount)
        # No more ceded stays out than is carried.
        least = outstanding.ceded - (outstanding.carried - parts.carried)
        parts = replace(parts, ceded=min(max(parts.ceded, least), outstanding.ceded, corrected.left.ceded))
    movement = _new(
        order,
        cession,
        corrected.claim_reference,
        corrected.kind,
        parts,
        year=corrected.disbursement_year_id,
        is_reversal=True,
        corrects=corrected,
    )
    return PlannedMovement(movement, cession)


def _new(
    order: ClaimOrder,
    cession: ClaimedCession,
    claim_reference: str,
    kind: ClaimKind,
    parts: Parts,
    *,
    suffix: str = "",
    level: Decimal | None = None,
    year: int | None = None,
    is_reversal: bool = False,
    corrects: Booked | None = None,
) -> Booked:
    return Booked(
        id=0,
        public_id=new_public_id("clm"),
        source_key=order.source_key + suffix,
        cession_id=cession.id,
        claim_reference=claim_reference,
        kind=kind,
        is_reversal=is_reversal,
        parts=parts,
        level=level,
        disbursement_year_id=year,
        corrects_key=None if corrects is None else corrects.source_key,
        effective_on=order.effective_on,
        left=parts,
    )


def _moved_on(movement: Booked, book: ClaimBook) -> None:
    place = movement.cession_id, movement.claim_reference
    position = book.position(*place)
    book.positions[place] = position.moved(
        movement.kind, movement.parts, is_reversal=movement.is_reversal, level=movement.level
    )
    book.booked[movement.source_key] = movement
    if movement.corrects_key is not None:
        corrected = book.booked[movement.corrects_key]
        corrected.left = corrected.left.minus(movement.parts)
    if movement.kind == "indemnity":
        sign = -1 if movement.is_reversal else 1
        book.carried[movement.cession_id] = book.carried.get(movement.cession_id, ZERO) + sign * movement.parts.carried
        if movement.disbursement_year_id is not None:
            book.rooms[movement.disbursement_year_id] -= sign * movement.parts.gross
