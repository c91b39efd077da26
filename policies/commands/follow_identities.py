"""Carry out confirmed changes of identity: what stands on the old buyer is followed under the new one (ADR 0018).

In one transaction: the insurer's own decisions are told anew on the new buyer from the day of the change, added up
where it had decided on both; running terms follow with an endorsement each, and run to the end of their term; requests
under way follow, and where one is under way on both that of the old buyer is cancelled. No amount changes here, and
nothing is ceded anew: the night after judges again (`review_buyers`). A correction leads back what had followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db import connections

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError
from capweb.kernel.identifiers import new_public_id
from policies.commands.accept_offers import end_offers
from policies.commands.change_cover import CoverChange, issue_changes
from policies.commands.change_identities import locked, told_of
from policies.commands.follow_limits import FollowedLimits, follow_limits
from policies.commands.two_people import ANSWER_COLUMNS, answer_proposal
from policies.domain import endorsement_parts as part
from policies.domain.moves import IDENTITY_CHANGE
from policies.models import (
    UNDER_WAY,
    Buyer,
    BuyerActivity,
    BuyerFigures,
    BuyerPortalAddress,
    BuyerRating,
    BuyerStanding,
    BuyerWatch,
    IdentityChange,
    IdentityChangeKind,
    IdentityMove,
    LimitRequest,
    Offer,
    OfferStatus,
    OptOut,
    RenewalOutcome,
    RenewalRequest,
    RequestStatus,
    ShortNotice,
    ShortNoticeStatus,
)
from policies.queries import identity_changes, renewals_due
from policies.queries import offers as offer_rows
from policies.queries.renewals_due import DueTerm

CAUSE: Final = "identity_change"
_MOVE_TERMS: Final = """
UPDATE policies_guaranteeterm term
SET buyer_id = moved.to_id,
    -- The buyer that it was granted on; led back to it, the term is as it was.
    former_buyer_id = NULLIF(COALESCE(term.former_buyer_id, term.buyer_id), moved.to_id)
FROM unnest(%(terms)s::bigint[], %(to)s::bigint[]) AS moved (id, to_id)
WHERE term.insurer_id = %(insurer)s AND term.id = moved.id
"""
_MOVE_REQUESTS: Final = """
UPDATE policies_limitrequest request SET buyer_id = moved.to_id, buyer_limit_id = moved.limit_id
FROM unnest(%(requests)s::bigint[], %(to)s::bigint[], %(limits)s::bigint[]) AS moved (id, to_id, limit_id)
WHERE request.insurer_id = %(insurer)s AND request.id = moved.id
"""


class ChangeNotYetTrue(DomainError):
    """A change of identity is confirmed from the day on which it takes effect."""

    code = "identity_change_not_yet"
    status = 422


class ChangeOvertaken(DomainError):
    """The books have moved since the change was proposed: it no longer fits, and is taken back and proposed anew."""

    code = "identity_change_overtaken"
    status = 409


class ShortNoticesWait(DomainError):
    """A cut at short notice on the old buyer waits for its second person, who answers it first."""

    code = "short_notices_wait"
    status = 409


@dataclass(frozen=True, slots=True)
class Followed:
    """What one change moved, by public id; `cancelled` are requests beside which another was under way."""

    change: str
    guarantees: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    limits: int = 0


def confirm_identity_changes(actor: Actor, changes: Sequence[str], *, on: date, at: datetime) -> list[Followed]:
    """Confirm what another person proposed and carry it out, all or none; what each moved, in order.

    A fixed number of queries for any number of changes and covers. Raises NotAllowed, IdentityChangeUnknown,
    IllegalMove, ConfirmedByAnother, ChangeNotYetTrue, ChangeOvertaken, ShortNoticesWait.
    """
    actor.must_be_allowed("identity_changes.confirm")
    with acting(actor):
        rows = locked(actor, changes)
        for row in rows:
            answer_proposal(actor, row, "confirm", machine=IDENTITY_CHANGE, on=on)
            if row.effective_on > on:
                raise ChangeNotYetTrue(
                    f"{row.public_id} takes effect on {row.effective_on}: it is confirmed from that day on.",
                    change=row.public_id,
                    effective_on=row.effective_on.isoformat(),
                )
        _must_still_fit(actor, rows)
        _enter_new_buyers(actor, rows, on=on)
        requests = _locked_requests(actor, rows)
        terms = _following_terms(actor, rows, on=on)
        limits = follow_limits(actor, rows, on=on)
        followed = {row.pk: Followed(row.public_id, limits=len(limits.of_change(row.pk))) for row in rows}
        _follow_terms(actor, rows, terms, followed, on=on, at=at)
        running = renewals_due.of_buyers(actor, [row.new_buyer_id or 0 for row in rows], on=on)
        _drop_renewals(actor, running, on=on)
        _follow_requests(actor, rows, requests, running, limits, followed, on=on)
        _write_standing(actor, rows, on=on)
        _close(actor, rows, followed, on=on)
    return [followed[row.pk] for row in rows]


def _must_still_fit(actor: Actor, rows: Sequence[IdentityChange]) -> None:
    """Both buyers stand for themselves, the one that is corrected still for the other; no two changes meet."""
    buyers = {buyer for row in rows for buyer in (row.old_buyer_id, row.new_buyer_id) if buyer is not None}
    moved = identity_changes.standing(actor, buyers)
    met: set[int] = set()
    for row in rows:
        own = {buyer for buyer in (row.old_buyer_id, row.new_buyer_id) if buyer is not None}
        if row.kind == IdentityChangeKind.CORRECTION:
            fits = moved.get(row.new_buyer_id or 0) == row.old_buyer_id and row.old_buyer_id not in moved
        else:
            fits = not own & moved.keys()
        if not fits or own & met:
            raise ChangeOvertaken(
                f"Another change of these buyers came before {row.public_id}: take it back and propose it anew.",
                change=row.public_id,
            )
        met |= own
    waiting = ShortNotice.objects.filter(
        insurer_id=actor.insurer_id, buyer__in=[row.old_buyer_id for row in rows], status=ShortNoticeStatus.ASKED
    ).values_list("public_id", flat=True)
    if waiting:
        raise ShortNoticesWait(
            f"The cut at short notice {waiting[0]} on the old buyer is answered first.", short_notice=waiting[0]
        )


def _enter_new_buyers(actor: Actor, rows: Sequence[IdentityChange], *, on: date) -> None:
    """The buyers that are not known yet; a new number of the same company takes its facts along."""
    wanted = [row for row in rows if row.new_buyer_id is None]
    if not wanted:
        return
    known = {
        (one.country, one.identifier): one
        for one in Buyer.objects.filter(
            insurer_id=actor.insurer_id, identifier__in=[row.new_identifier for row in wanted]
        )
    }
    if any((row.new_country, row.new_identifier) in known for row in wanted if row.kind == "renumbering"):
        raise ChangeOvertaken("The new number has been entered as a buyer since: propose a merger with it.")
    made = [
        Buyer(
            insurer_id=actor.insurer_id,
            public_id=new_public_id("buy"),
            name=row.new_name,
            country=row.new_country,
            identifier_type=row.new_identifier_type,
            identifier=row.new_identifier,
            created_on=row.old_buyer.created_on if row.kind == IdentityChangeKind.RENUMBERING else None,
        )
        for row in wanted
        if (row.new_country, row.new_identifier) not in known
    ]
    known |= {(one.country, one.identifier): one for one in Buyer.objects.bulk_create(made)}
    for row in wanted:
        row.new_buyer = known[row.new_country, row.new_identifier]
    _copy_facts(actor, [row for row in wanted if row.kind == IdentityChangeKind.RENUMBERING], on=on)


def _copy_facts(actor: Actor, rows: Sequence[IdentityChange], *, on: date) -> None:
    """What is known of a company under its old number, told once more under the new one from the day of the change."""
    by_old: dict[int | None, IdentityChange] = {row.old_buyer_id: row for row in rows}
    names: dict[type[Any], tuple[str, ...]] = {
        BuyerRating: ("grade", "default_probability", "is_insolvent"),
        BuyerFigures: ("turnover", "balance_sheet", "headcount"),
        BuyerActivity: ("code",),
        BuyerPortalAddress: ("address", "language"),
        BuyerWatch: ("is_watched", "reason", "review_on", "entered_by"),
    }
    for model, fields in names.items():
        known = model.objects.filter(insurer_id=actor.insurer_id, buyer__in=by_old, booked_on__lte=on)
        latest = {one.buyer_id: one for one in known.filter(effective_on__lte=on).order_by("effective_on", "pk")}
        later = known.filter(effective_on__gt=on)
        model.objects.bulk_create(
            [
                model(
                    insurer_id=actor.insurer_id,
                    buyer=by_old[one.buyer_id].new_buyer,
                    # A rating keeps the day of its assessment (D-14); it is no newer for its new number.
                    effective_on=one.effective_on,
                    booked_on=on,
                    source_reference=f"{by_old[one.buyer_id].public_id}/{model.__name__}/{one.pk}",
                    **{name: getattr(one, name) for name in fields},
                )
                for one in [*latest.values(), *later]
            ]
        )
    declined = OptOut.objects.filter(insurer_id=actor.insurer_id, buyer__in=by_old).exclude(end_day__lte=on)
    OptOut.objects.bulk_create(
        [
            OptOut(
                insurer_id=actor.insurer_id,
                public_id=new_public_id("opt"),
                policy_id=one.policy_id,
                buyer=by_old[one.buyer_id].new_buyer,
                first_day=max(one.first_day, by_old[one.buyer_id].effective_on),
                end_day=one.end_day,
                **{name: getattr(one, name) for name in _OPT_OUT_KEPT},
            )
            for one in declined
        ]
    )


_OPT_OUT_KEPT: Final = ("reason", "said_by", "revoked_by", "booked_on")


def _locked_requests(actor: Actor, rows: Sequence[IdentityChange]) -> list[LimitRequest]:
    """The requests under way on both buyers of each change, in the order in which acceptance locks them."""
    buyers = [buyer for row in rows for buyer in (row.old_buyer_id, row.new_buyer_id)]
    found = LimitRequest.objects.select_for_update(of=("self",)).filter(
        insurer_id=actor.insurer_id, buyer__in=buyers, status__in=UNDER_WAY
    )
    return list(found.order_by("pk"))


def _following_terms(actor: Actor, rows: Sequence[IdentityChange], *, on: date) -> dict[int, list[DueTerm]]:
    """By change, the running terms that follow it, locked; of a correction those that had followed what it corrects."""
    by_old = {row.old_buyer_id: row for row in rows}
    found: dict[int, list[DueTerm]] = {row.pk: [] for row in rows}
    back = {row.corrects_id for row in rows if row.corrects_id is not None}
    had_followed = set(
        IdentityMove.objects.filter(insurer_id=actor.insurer_id, change__in=back, term__isnull=False).values_list(
            "change_id", "term__guarantee_id"
        )
    )
    for term in renewals_due.of_buyers(actor, list(by_old), on=on, lock=True):
        row = by_old[term.buyer_id]
        if row.corrects_id is None or (row.corrects_id, term.guarantee_id) in had_followed:
            found[row.pk].append(term)
    return found


def _follow_requests(  # noqa: PLR0917 (all of them are what the act has read already)
    actor: Actor,
    rows: Sequence[IdentityChange],
    requests: Sequence[LimitRequest],
    running: Sequence[DueTerm],
    limits: FollowedLimits,
    followed: dict[int, Followed],
    *,
    on: date,
) -> None:
    """Requests follow with the decision told anew. Cancelled is what can no longer be granted by itself: beside another
    request on the new buyer, or beside a guarantee there that it would not replace; more is asked for by that one.
    """
    by_old = {row.old_buyer_id: row for row in rows}
    back = [row.corrects_id for row in rows if row.corrects_id is not None]
    had_followed = set(
        IdentityMove.objects.filter(change__in=back, limit_request__isnull=False).values_list(
            "change_id", "limit_request_id"
        )
        if back
        else ()
    )
    taken = {(one.policy_id, one.buyer_id) for one in requests}
    occupied = {(term.policy_id, term.buyer_id) for term in running if not term.is_moved}
    beside = {term.guarantee_id for term in running if term.beside}
    moving, cancelled = [], []
    for one in requests:
        row = by_old.get(one.buyer_id)
        if row is None or (row.corrects_id is not None and (row.corrects_id, one.pk) not in had_followed):
            continue
        place = (one.policy_id, row.new_buyer_id or 0)
        if place in taken or (place in occupied if one.changes_id is None else one.changes_id in beside):
            cancelled.append((row, one))
        else:
            moving.append((row, one))
    _cancel(actor, cancelled, followed, on=on)
    gone = {one.pk for _, one in (*moving, *cancelled)}
    staying = [one for one in requests if one.pk not in gone and limits.latest(one.policy_id, one.buyer_id, on=on)]
    IdentityMove.objects.bulk_create(
        [_move(actor, row, one.buyer_id, amount=one.requested_total, limit_request=one) for row, one in moving]
    )
    told_anew = [(one.pk, row.new_buyer_id or 0, one) for row, one in moving]
    told_anew += [(one.pk, one.buyer_id, one) for one in staying]
    if told_anew:
        _run(
            actor,
            _MOVE_REQUESTS,
            requests=[pk for pk, _, _ in told_anew],
            to=[buyer for _, buyer, _ in told_anew],
            limits=[_anew(limits, one, buyer, on=on) for _, buyer, one in told_anew],
        )
    for row, one in moving:
        followed[row.pk].requests.append(one.public_id)


def _anew(limits: FollowedLimits, one: LimitRequest, buyer: int, *, on: date) -> int:
    """The decision that a request rests on, as it is told anew on the buyer that it is asked on now."""
    anew = limits.anew.get(one.buyer_limit_id) or limits.latest(one.policy_id, buyer, on=on)
    return one.buyer_limit_id if anew is None else anew.pk


def _cancel(
    actor: Actor,
    cancelled: Sequence[tuple[IdentityChange, LimitRequest]],
    followed: dict[int, Followed],
    *,
    on: date,
) -> None:
    if not cancelled:
        return
    ids = [one.pk for _, one in cancelled]
    live = Offer.objects.filter(limit_request__in=ids, status=OfferStatus.LIVE).values_list("public_id", flat=True)
    open_offers = offer_rows.locked(actor, list(live), on=on)
    end_offers(actor, list(open_offers.values()), offer=OfferStatus.WITHDRAWN, request=RequestStatus.CANCELLED, on=on)
    LimitRequest.objects.filter(pk__in=ids).update(
        status=RequestStatus.CANCELLED, referred_to="", waits_for="", settlement_reason=CAUSE
    )
    _record(
        actor,
        [
            Change("request.cancelled", one.public_id, became={"cause": CAUSE, "identity_change": row.public_id})
            for row, one in cancelled
        ],
        on,
    )
    for row, one in cancelled:
        followed[row.pk].cancelled.append(one.public_id)


def _follow_terms(
    actor: Actor,
    rows: Sequence[IdentityChange],
    terms: dict[int, list[DueTerm]],
    followed: dict[int, Followed],
    *,
    on: date,
    at: datetime,
) -> None:
    moved = [(row, term) for row in rows for term in terms[row.pk]]
    if not moved:
        return
    # The moves first: PostgreSQL lets a term change its buyer only by one.
    IdentityMove.objects.bulk_create(
        [_move(actor, row, term.buyer_id, amount=term.amount, term_id=term.term_id) for row, term in moved]
    )
    _run(
        actor,
        _MOVE_TERMS,
        terms=[term.term_id for _, term in moved],
        to=[row.new_buyer_id for row, _ in moved],
    )
    numbers = issue_changes(actor, [_endorsed(row, term) for row, term in moved], on=on, at=at)
    _record(
        actor,
        [
            Change(
                "guarantee.buyer_changed",
                term.guarantee_public_id,
                was={"buyer": f"{row.old_buyer.country} {row.old_buyer.identifier}", "name": row.old_buyer.name},
                became={
                    "buyer": f"{row.new_country} {row.new_identifier}",
                    "cause": row.kind,
                    "effective_on": row.effective_on.isoformat(),
                    "reference": row.reference,
                    "identity_change": row.public_id,
                    **({"endorsement": numbers[term.term_id]} if term.term_id in numbers else {}),
                },
            )
            for row, term in moved
        ],
        on,
    )
    for row, term in moved:
        followed[row.pk].guarantees.append(term.guarantee_public_id)


def _endorsed(row: IdentityChange, term: DueTerm) -> CoverChange:
    new = row.new_buyer
    assert new is not None
    return CoverChange(
        term_id=term.term_id,
        cause=CAUSE,
        amount_before=term.amount,
        amount=term.amount,
        effective_on=row.effective_on,
        buyer=part.Buyer(
            name=new.name,
            country=new.country,
            identifier_type="SIREN" if new.identifier_type == "siren" else "registre",
            identifier=new.identifier,
        ),
    )


def _drop_renewals(actor: Actor, running: Sequence[DueTerm], *, on: date) -> None:
    """Of two terms on one buyer under one policy one is renewed: what was asked for the other comes to nothing."""
    beside = [term for term in running if term.beside and term.renewal_id]
    if not beside:
        return
    RenewalRequest.objects.filter(pk__in=[term.renewal_id for term in beside], outcome__isnull=True).update(
        outcome=RenewalOutcome.REFUSED, decided_on=on
    )
    _record(
        actor,
        [Change("renewal.refused", term.guarantee_public_id, became={"renewed_by": term.beside}) for term in beside],
        on,
    )


def _write_standing(actor: Actor, rows: Sequence[IdentityChange], *, on: date) -> None:
    """Whoever was followed under the old buyer is so under the new one; a correction leads the same ones back."""
    back = [row.corrects_id for row in rows if row.corrects_id is not None]
    were_led = list(BuyerStanding.objects.filter(change__in=back).values_list("change_id", "buyer_id")) if back else []
    led_on = [row for row in rows if row.corrects_id is None]
    before = identity_changes.followed_under(actor, [row.old_buyer_id for row in led_on]) if led_on else {}
    facts = []
    for row in rows:
        if row.corrects_id is None:
            led = [row.old_buyer_id, *before.get(row.old_buyer_id, [])]
        else:
            led = [buyer for change, buyer in were_led if change == row.corrects_id]
        facts += [
            BuyerStanding(
                insurer_id=actor.insurer_id,
                buyer_id=buyer,
                standing=row.new_buyer,
                change=row,
                effective_on=row.effective_on,
                booked_on=on,
                source_reference=f"{row.public_id}/{buyer}",
            )
            for buyer in led
        ]
    BuyerStanding.objects.bulk_create(facts)


def _close(actor: Actor, rows: Sequence[IdentityChange], followed: dict[int, Followed], *, on: date) -> None:
    IdentityChange.objects.bulk_update(rows, [*ANSWER_COLUMNS, "new_buyer"])
    changes = []
    for row in rows:
        done = followed[row.pk]
        counts = {"guarantees": len(done.guarantees), "requests": len(done.requests), "cancelled": len(done.cancelled)}
        changes.append(Change("identity_change.confirmed", row.public_id, became={**told_of(row), **counts}))
    _record(actor, changes, on)


def _move(actor: Actor, row: IdentityChange, from_buyer: int, **of: Any) -> IdentityMove:
    return IdentityMove(
        insurer_id=actor.insurer_id,
        change=row,
        from_buyer_id=from_buyer,
        to_buyer=row.new_buyer,
        effective_on=row.effective_on,
        **of,
    )


def _run(actor: Actor, sql: str, **given: Any) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, {"insurer": actor.insurer_id, **given})


def _record(actor: Actor, changes: Sequence[Change], on: date) -> None:
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
