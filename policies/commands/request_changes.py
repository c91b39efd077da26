"""Asking for another amount of a running top-up: a new request that replaces it when its offer is accepted.

E11 (increase: the cap is not reached, or the rating changed) and E12 (the lower amount that a new rating allows): the
policyholder files a new request for the whole new amount. It is judged like any other, with what it replaces left out
of what is in force, and holds only what exposure would rise by (D-22).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change, record_changes
from capweb.kernel.identifiers import new_public_id
from eligibility.queries.law_book import current_law_book
from policies.commands.judging import Judged, judge_batch, open_treaties_on
from policies.commands.offering import Settled, issue_offers, standing_of, write_decisions
from policies.domain.limit_request import kind_of
from policies.models import UNDER_WAY, LimitRequest, RequestStatus
from policies.queries import renewals_due, request_facts
from policies.queries.renewals_due import DueTerm

NOTHING_GAINED: Final = "nothing_gained"


@dataclass(frozen=True, slots=True)
class ChangeWish:
    """The whole cover wanted on the buyer from now on, primary included, in euro."""

    guarantee: str
    requested_total: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """What became of one wish: the request's status, or `failed` with code, field and message.

    `offer` is there to be accepted; accepting it ends the running term and starts three new months the same moment.
    Codes: `nothing_running`, `under_way`, `covered_by_another`, `same_amount`, `primary_changed`; of a refused request,
    `nothing_gained` where the rules allow no more than what runs.
    """

    guarantee: str
    outcome: str
    request: str | None = None
    offer: str | None = None
    code: str = ""
    message: str = ""


def request_changes(actor: Actor, wishes: Sequence[ChangeWish], *, on: date) -> list[ChangeAnswer]:
    """Ask for other amounts; one answer each, in order. A fixed number of queries. Raises NotAllowed."""
    actor.must_be_allowed("requests.write")
    with acting(actor):
        running = renewals_due.running(actor, list({one.guarantee for one in wishes}), on=on)
        busy = _under_way(running.values())
        answers: dict[int, ChangeAnswer] = {}
        good: dict[str, tuple[int, ChangeWish, DueTerm]] = {}
        for place, wish in enumerate(wishes):
            row = running.get(wish.guarantee)
            wrong = _what_is_wrong(wish, row, busy, is_repeated=wish.guarantee in good)
            if wrong is not None:
                answers[place] = wrong
            elif row is not None:
                good[wish.guarantee] = (place, wish, row)
        for (place, _wish, _row), answer in zip(good.values(), _judged(actor, [*good.values()], on=on), strict=True):
            answers[place] = answer
    return [answers[place] for place in range(len(wishes))]


def _judged(actor: Actor, good: Sequence[tuple[int, ChangeWish, DueTerm]], *, on: date) -> list[ChangeAnswer]:
    if not good:
        return []
    law_book = current_law_book(actor)
    asked = [row.asked(wish.requested_total) for _, wish, row in good]
    judged = judge_batch(
        actor,
        request_facts.gather(actor, asked, on=on),
        law_book=law_book,
        treaties=open_treaties_on(actor, on=on),
        on=on,
        ceded_before=[row.ceded_amount for _, _, row in good],
    )
    decision_ids = write_decisions(actor, judged, law_book=law_book, on=on)
    ids = draw_ids("policies_limitrequest", len(good))
    requests = [(row_id, new_public_id("req")) for row_id in ids]
    gained = [_gains(wish, row, one) for (_, wish, row), one in zip(good, judged, strict=True)]
    copy_rows(
        "policies_limitrequest",
        _COLUMNS,
        [
            _request_row(actor, wish, row, request=request, one=one, decision_id=decision_id, gains=gains, on=on)
            for (_, wish, row), request, one, decision_id, gains in zip(
                good, requests, judged, decision_ids, gained, strict=True
            )
        ],
    )
    settled = _settled(actor, requests, judged, decision_ids, gained, law_book=law_book, on=on)
    return [
        _answer(wish, state, row, gains=gains)
        for (_, wish, row), state, gains in zip(good, settled, gained, strict=True)
    ]


def _settled(
    actor: Actor,
    requests: Sequence[tuple[int, str]],
    judged: Sequence[Judged],
    decision_ids: Sequence[int],
    gained: Sequence[bool],
    *,
    law_book: object,
    on: date,
) -> list[Settled]:
    """Offers for those that gain something; the others end refused, and that is told like any refusal."""
    places = [place for place, gains in enumerate(gained) if gains]
    offered = issue_offers(
        actor,
        [requests[place] for place in places],
        [judged[place] for place in places],
        [decision_ids[place] for place in places],
        law_book=law_book,  # type: ignore[arg-type]
        on=on,
    )
    by_place = dict(zip(places, offered, strict=True))
    for place, (row_id, public_id) in enumerate(requests):
        if place not in by_place:
            by_place[place] = Settled(row_id, public_id, RequestStatus.REFUSED, "", "", decision_ids[place], None)
    record_changes(
        [
            Change("request.refused", by_place[place].request_public_id, became={"code": NOTHING_GAINED})
            for place, gains in enumerate(gained)
            if not gains
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )
    return [by_place[place] for place in range(len(requests))]


def _under_way(rows: object) -> dict[tuple[int, int], str]:
    """The request under way on each policy and buyer, by its public id."""
    pairs = {(row.policy_id, row.buyer_id) for row in rows}  # type: ignore[attr-defined]
    found = LimitRequest.objects.filter(
        status__in=UNDER_WAY,
        policy_id__in={policy for policy, _ in pairs},
        buyer_id__in={buyer for _, buyer in pairs},
    )
    rows_found = found.values_list("policy_id", "buyer_id", "public_id")
    return {(policy, buyer): public_id for policy, buyer, public_id in rows_found if (policy, buyer) in pairs}


def _what_is_wrong(
    wish: ChangeWish, row: DueTerm | None, busy: dict[tuple[int, int], str], *, is_repeated: bool
) -> ChangeAnswer | None:
    if row is None:
        return _failed(
            wish,
            "nothing_running",
            _("The guarantee %(guarantee)s has no running term that you may change.") % {"guarantee": wish.guarantee},
        )
    under_way = busy.get((row.policy_id, row.buyer_id))
    if under_way is not None or is_repeated:
        return _failed(
            wish,
            "under_way",
            _("A request is under way on this buyer (%(request)s): answer its offer or cancel it first.")
            % {"request": under_way or wish.guarantee},
        )
    if row.beside is not None:
        return _failed(
            wish,
            "covered_by_another",
            _("Two buyers became one: more or less cover is asked for by the guarantee %(guarantee)s.")
            % {"guarantee": row.beside},
        )
    if row.limit_decision in (None, "grant") or kind_of(str(row.limit_decision)) != row.kind:
        return _failed(
            wish,
            "primary_changed",
            _("The primary guarantee has changed since: this top-up runs to its end; another kind is a new request."),
        )
    if wish.requested_total == row.amount + (row.primary_amount or 0):
        return _failed(wish, "same_amount", _("This is the amount that runs already."))
    return None


def _gains(wish: ChangeWish, row: DueTerm, one: Judged) -> bool:
    """Whether an offer would change anything: more for who asks for more, less for who asks for less."""
    if not one.is_grant or one.decision.granted is None:
        return True
    wants_more = wish.requested_total > row.amount + (row.primary_amount or 0)
    return one.decision.granted > row.amount if wants_more else one.decision.granted < row.amount


_COLUMNS: Final = (
    "id", "insurer_id", "public_id", "policy_id", "buyer_id", "buyer_limit_id", "changes_id",
    "requested_by_organisation_id", "requested_by", "client_reference", "market", "requested_total", "payment_days",
    "french_share", "sale_currency", "is_construction_subcontract", "status", "referred_to", "waits_for", "decision_id",
    "settled_by", "settlement_reason", "booked_on", "decided_on",
)  # fmt: skip


def _request_row(
    actor: Actor,
    wish: ChangeWish,
    row: DueTerm,
    *,
    request: tuple[int, str],
    one: Judged,
    decision_id: int,
    gains: bool,
    on: date,
) -> tuple[object, ...]:
    status, referred_to, waits_for = standing_of(one) if gains else (RequestStatus.REFUSED.value, "", "")
    reason = "" if gains else NOTHING_GAINED
    return (
        request[0], actor.insurer_id, request[1], row.policy_id, row.buyer_id, row.buyer_limit_id, row.guarantee_id,
        actor.organisation_id, actor.name, wish.reference, row.market, wish.requested_total, row.payment_days,
        row.french_share, row.sale_currency, row.is_construction_subcontract, status, referred_to, waits_for,
        decision_id, "", reason, on, on,
    )  # fmt: skip


def _answer(wish: ChangeWish, state: Settled, row: DueTerm, *, gains: bool) -> ChangeAnswer:
    code = message = ""
    if not gains:
        code = NOTHING_GAINED
        message = _("Today's rules allow no more than the %(amount)s EUR that run already.") % {"amount": row.amount}
    return ChangeAnswer(
        guarantee=wish.guarantee,
        outcome=str(state.status),
        request=state.request_public_id,
        offer=state.offer_public_id,
        code=code,
        message=message,
    )


def _failed(wish: ChangeWish, code: str, message: str) -> ChangeAnswer:
    return ChangeAnswer(wish.guarantee, "failed", code=code, message=message)
