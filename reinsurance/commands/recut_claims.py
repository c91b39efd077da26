"""Let claims on a corrected cession fall anew: of what was paid before, the State bears what the right fact allowed.

D-39: the cession is reversed and re-entered from its first day, and the excess is for the insurer's account. So each
payment falls as if the correction had come first: taken back whole, booked again at the limit of today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from capweb.accounts.actor import Actor
from capweb.audit.trail import Change
from capweb.kernel.money import ZERO
from reinsurance.commands.book_claims import booked_or_refused
from reinsurance.commands.book_entries import leave_trail
from reinsurance.domain.claim import (
    CessionLimit,
    ClaimOrder,
    ClaimPosition,
    ClaimReceipt,
    CorrectionOrder,
    IndemnityOrder,
    RecoveryOrder,
    ReserveOrder,
    key_anew,
    parts_of_indemnity,
    parts_of_recovery,
    parts_of_reserve,
)
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.claim_book import (
    Booked,
    ClaimedCession,
    claim_positions,
    claimed_cessions,
    movements_standing,
)
from reinsurance.queries.claims_anew import corrections_of, last_booked_on

Positions = Mapping[tuple[int, str], ClaimPosition]


def recut_claims(actor: Actor, cession_ids: Collection[int], *, on: date) -> list[ClaimReceipt]:
    """The receipts of what was taken back and booked again, cession by cession; a fixed number of queries.

    Follows `amend_cessions` with its corrections in one transaction, inside acting(actor), under the locks it took. Of
    each corrected cession, the payments and recoveries from the first one on that falls otherwise than it was booked
    are taken back (`K/right-N/back`) and booked again in their old order (`K/right-N`, by the N-th correction), each on
    its own day; of what was corrected in part, what is left. Case reserves keep their level (`K/right-N`, by the last
    that set it). All of it is booked `on` the day, or on the last one on which a claim of theirs was booked, if that is
    later. Afterwards every claim stands as if the correction had come first; what a policy year has left (D-17) is
    unchanged. Again it changes nothing.

    Asks for no right: it follows from the correction. Raises a ClaimRefused where the books contradict themselves.
    """
    writing_alias_of(actor)
    corrections = corrections_of(actor, cession_ids)
    if not corrections:
        return []
    cessions = claimed_cessions(actor, corrections)
    before = claim_positions(actor, actor.insurer_id, corrections)
    orders: list[ClaimOrder] = []
    for cession_id, rows in groupby(movements_standing(actor, corrections), key=lambda one: one.cession_id):
        orders += _orders(cessions[cession_id], list(rows), before, correction=corrections[cession_id])
    if not orders:
        return []
    # A night that is caught up finds payments of later days: what falls anew is booked no earlier than it was.
    on = max(on, last_booked_on(actor, corrections))
    receipts = booked_or_refused(actor, orders, on=on, right=None)
    after = claim_positions(actor, actor.insurer_id, corrections)
    fallen = sorted({(receipt.cession, receipt.claim_reference) for receipt in receipts})
    named = {cession.public_id: cession.id for cession in cessions.values()}
    leave_trail(
        actor,
        [
            _told(public_id, claim, before[named[public_id], claim], after[named[public_id], claim])
            for public_id, claim in fallen
        ],
        on=on,
    )
    return receipts


def _orders(
    cession: ClaimedCession, rows: Sequence[Booked], positions: Positions, *, correction: int
) -> list[ClaimOrder]:
    money = [row for row in rows if row.kind != "reserve"]
    anew = list(_falling_anew(money, cession.limit))
    if any(row.source_key == key_anew(row.source_key, correction=correction) for row in anew):
        # It fell anew by this correction: what was taken back of it since stands.
        anew = []
    # Recoveries first: never is more recovered than paid.
    back = [row for row in reversed(anew) if row.kind == "recovery"] + [
        row for row in reversed(anew) if row.kind == "indemnity"
    ]
    orders: list[ClaimOrder] = [
        CorrectionOrder(
            source_key=f"{key_anew(row.source_key, correction=correction)}/back",
            effective_on=row.effective_on,
            corrects=row.source_key,
        )
        for row in back
    ]
    orders += [_again(row, key_anew(row.source_key, correction=correction)) for row in anew]
    return orders + list(_reserves(cession, rows, positions, correction=correction))


def _falling_anew(rows: Sequence[Booked], limit: CessionLimit) -> Iterator[Booked]:
    """From the first that falls otherwise on, all payments of the cession, and the recoveries of their claims."""
    carried = ZERO
    positions: dict[str, ClaimPosition] = defaultdict(ClaimPosition)
    is_anew = False
    claims: set[str] = set()
    for row in _after_what_they_recover(rows):
        claim, gross = row.claim_reference, row.left.gross
        if row.kind == "indemnity":
            parts = parts_of_indemnity(gross, limit, paid_before=carried)
        else:
            parts = parts_of_recovery(gross, positions[claim], limit)
        assert parts is not None, "a corrected cession refuses no payment, and recoveries come after what they recover"
        is_anew = is_anew or parts.carried != row.left.carried
        if row.kind == "indemnity":
            carried += parts.carried
        if is_anew and (row.kind == "indemnity" or parts.carried != row.left.carried):
            claims.add(claim)
        positions[claim] = positions[claim].moved(row.kind, parts, is_reversal=False)
        if claim in claims:
            yield row


def _after_what_they_recover(rows: Iterable[Booked]) -> Iterator[Booked]:
    """In the order given, save that a recovery waits until enough is paid on its claim: what it recovered may have been
    taken back since, and another payment be there.
    """
    out: dict[str, Decimal] = defaultdict(lambda: ZERO)
    waiting: dict[str, list[Booked]] = defaultdict(list)
    for row in rows:
        claim = row.claim_reference
        if row.kind == "indemnity":
            out[claim] += row.left.gross
            yield row
        else:
            waiting[claim].append(row)
        while waiting[claim] and waiting[claim][0].left.gross <= out[claim]:
            recovery = waiting[claim].pop(0)
            out[claim] -= recovery.left.gross
            yield recovery


def _again(row: Booked, source_key: str) -> ClaimOrder:
    if row.kind == "recovery":
        return RecoveryOrder(
            source_key=source_key,
            effective_on=row.effective_on,
            cession_id=row.cession_id,
            claim_reference=row.claim_reference,
            received=row.left.gross,
        )
    return IndemnityOrder(
        source_key=source_key,
        effective_on=row.effective_on,
        cession_id=row.cession_id,
        claim_reference=row.claim_reference,
        amount=row.left.gross,
        disbursement_year_id=row.disbursement_year_id,
    )


def _reserves(
    cession: ClaimedCession, rows: Sequence[Booked], positions: Positions, *, correction: int
) -> Iterator[ReserveOrder]:
    """The same levels again, for the claims whose reserve the right amount carries otherwise."""
    last = {row.claim_reference: row for row in rows if row.kind == "reserve"}
    for claim, row in last.items():
        position = positions[cession.id, claim]
        parts = parts_of_reserve(position.reserve_level, cession.limit)
        if parts is not None and parts.carried != position.reserve.carried:
            yield ReserveOrder(
                source_key=key_anew(row.source_key, correction=correction),
                effective_on=row.effective_on,
                cession_id=cession.id,
                claim_reference=claim,
                level=position.reserve_level,
            )


def _told(cession: str, claim: str, was: ClaimPosition, became: ClaimPosition) -> Change:
    return Change("claim.ceded_anew", claim, was=_ceded(was), became={"cession": cession, **_ceded(became)})


def _ceded(position: ClaimPosition) -> dict[str, object]:
    return {
        "ceded": str(position.paid.ceded),
        "ceded_back": str(position.recovered.ceded),
        "outstanding": str(position.reserve.ceded),
    }
