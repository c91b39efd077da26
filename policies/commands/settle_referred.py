"""A referred case settled by a person: approved up to the maximum, or refused, with a reason.

An underwriter may approve only what is referred to an underwriter, never above `maximum` (D-35); ministry and reinsurer
cases need their recorded decision, a missing fact needs the fact. `judge_again` puts a referred request under today's
law and facts: that is how a supplied fact, a new tariff or a new treaty takes effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import msgspec

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from capweb.kernel.money import ZERO
from eligibility.domain.law import LawBook
from eligibility.queries.law_book import current_law_book
from policies.commands.judging import Judged, approve, judge_batch, most_approvable, open_treaties_on
from policies.commands.offering import Settled, issue_offers, standing_of, write_decisions
from policies.models import LimitRequest, RequestStatus
from policies.queries import replaced_terms, request_facts, scope


class RequestUnknown(DomainError):
    """The insurer has no such request, or this actor may not see it."""

    code = "request_unknown"
    status = 404


class NotReferredToYou(DomainError):
    """The case does not wait for an underwriter: somebody else must act, or it has been settled."""

    code = "not_referred_to_underwriter"


class AboveMaximum(DomainError):
    """The amount is above what the rules allow at most, or above what is asked for."""

    code = "above_maximum"
    status = 422


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an underwriter decides on one referred case. `amount` None approves what the rules allow at most."""

    request: str
    approve: bool
    reason: str
    amount: Decimal | None = None


def settle_referred(actor: Actor, settlement: Settlement, *, on: date) -> Settled:
    """Approve (an offer is issued) or refuse one case that is referred to an underwriter.

    Raises RequestUnknown, NotReferredToYou, AboveMaximum, NotAllowed.
    """
    actor.must_be_allowed("requests.settle")
    with acting(actor):
        row = _locked(actor, settlement.request, on=on)
        if row.status != RequestStatus.REFERRED or row.referred_to != "underwriter":
            raise NotReferredToYou(
                f"The request {row.public_id} is {row.status}"
                + (f" and waits for: {row.referred_to}." if row.referred_to else "."),
                request=row.public_id,
            )
        law_book = current_law_book(actor)
        one = _judge(actor, [row], law_book, on=on)[0]
        decision_ids = write_decisions(actor, [one], law_book=law_book, on=on)
        if settlement.approve:
            one = _approved(one, settlement)
        else:
            one.decision = msgspec.structs.replace(one.decision, outcome="refuse", referred_to=None)
        return _write(actor, [row], [one], decision_ids, law_book=law_book, reason=settlement.reason, on=on)[0]


def judge_again(actor: Actor, requests: Sequence[str], *, on: date) -> list[Settled]:
    """Judge referred requests under today's law and facts; how each stands now, in the order of the books.

    Requests that this actor may not see are left out, like those that are not referred.
    """
    actor.must_be_allowed("requests.write")
    with acting(actor):
        rows = list(
            LimitRequest.objects.select_for_update(of=("self",))
            .filter(scope.of_policies(actor, on=on, through="policy"))
            .filter(public_id__in=list(requests), status=RequestStatus.REFERRED)
            .order_by("pk")
        )
        if not rows:
            return []
        law_book = current_law_book(actor)
        judged = _judge(actor, rows, law_book, on=on)
        decision_ids = write_decisions(actor, judged, law_book=law_book, on=on)
        return _write(actor, rows, judged, decision_ids, law_book=law_book, on=on)


def _locked(actor: Actor, public_id: str, *, on: date) -> LimitRequest:
    visible = LimitRequest.objects.select_for_update(of=("self",)).filter(
        scope.of_policies(actor, on=on, through="policy")
    )
    row = visible.filter(public_id=public_id).first()
    if row is None:
        raise RequestUnknown(f"There is no request {public_id} here.", request=public_id)
    return row


def _judge(actor: Actor, rows: Sequence[LimitRequest], law_book: LawBook, *, on: date) -> list[Judged]:
    replaced = replaced_terms.of_requests(actor, [row.pk for row in rows if row.changes_id is not None], on=on)
    own = {request_id: term.term_id for request_id, term in replaced.items()}
    wishes = [request_facts.wish_of(row, own_term_id=own.get(row.pk)) for row in rows]
    drawn = [replaced[row.pk].ceded_amount if row.pk in replaced else ZERO for row in rows]
    return judge_batch(
        actor,
        request_facts.gather(actor, wishes, on=on),
        law_book=law_book,
        treaties=open_treaties_on(actor, on=on),
        on=on,
        ceded_before=drawn,
    )


def _approved(one: Judged, settlement: Settlement) -> Judged:
    """The same judgement with the underwriter's approval: every rule stands, the referral is answered."""
    if one.is_grant:
        return one
    most = most_approvable(one)
    if most is None:
        raise NotReferredToYou(
            f"Under today's law and facts the request {settlement.request} is no longer for an underwriter to settle.",
            request=settlement.request,
        )
    amount = most if settlement.amount is None else settlement.amount
    if not 0 < amount <= most:
        raise AboveMaximum(f"At most {most} EUR can be approved, not {amount}.", maximum=most, amount=amount)
    approve(one, amount=amount)
    return one


def _write(
    actor: Actor,
    rows: Sequence[LimitRequest],
    judged: Sequence[Judged],
    decision_ids: Sequence[int],
    *,
    law_book: LawBook,
    reason: str = "",
    on: date,
) -> list[Settled]:
    for row, one, decision_id in zip(rows, judged, decision_ids, strict=True):
        row.status, row.referred_to, row.waits_for = standing_of(one)
        row.decision_id, row.decided_on = decision_id, on
        if reason:
            row.settled_by, row.settlement_reason = actor.name, reason
    LimitRequest.objects.bulk_update(
        rows, ["status", "referred_to", "waits_for", "decision", "decided_on", "settled_by", "settlement_reason"]
    )
    return issue_offers(
        actor,
        [(row.pk, row.public_id) for row in rows],
        judged,
        decision_ids,
        law_book=law_book,
        on=on,
    )
