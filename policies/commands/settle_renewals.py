"""Referred renewals answered before their last day: proposed by one underwriter, confirmed by another (E9, D-35).

An approval is for what the rules allow at most, or less, and never for more than what runs. The night of the last day
judges again: what was approved is renewed although the rules refer it, what they refuse is refused whatever was
approved, and what they grant by themselves needs no answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting, must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError
from capweb.kernel.identifiers import new_public_id
from capweb.kernel.money import ZERO
from eligibility.queries.law_book import current_law_book
from policies.commands.foresee_renewals import Foreseen, foresee
from policies.commands.judging import Judged, approve, most_approvable
from policies.commands.offering import write_decisions
from policies.commands.two_people import ANSWER_COLUMNS, answer_proposal, proposer
from policies.domain.moves import RENEWAL_SETTLEMENT
from policies.models import STANDING, ProposalStatus, RenewalRequest, RenewalSettlement
from policies.queries import renewal_radar


class SettlementUnknown(DomainError):
    """The insurer has no such proposal on a renewal."""

    code = "renewal_settlement_unknown"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalAnswer:
    """What an underwriter proposes on one referred renewal. `amount` None approves the most that can be approved."""

    guarantee: str
    approve: bool
    reason: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """What became of one proposal: its public id, or a code and a message why there is none."""

    guarantee: str
    settlement: str | None = None
    code: str = ""
    message: str = ""


def propose_renewal_answers(actor: Actor, answers: Sequence[RenewalAnswer], *, on: date) -> list[Proposed]:
    """Propose how referred renewals are answered, each judged again today; how each was taken, in order.

    A fixed number of queries. Refused one by one with a code: `renewal_not_asked`, `not_referred_to_underwriter`,
    `above_maximum`, `renewal_answered` (an answer stands already), `reason_missing`. Raises NotAllowed.
    """
    actor.must_be_allowed("renewals.settle")
    with acting(actor):
        rows = renewal_radar.named(actor, [one.guarantee for one in answers], on=on)
        asked = [row.renewal_id for row in rows if row.renewal_id is not None]
        list(RenewalRequest.objects.select_for_update().filter(pk__in=asked).order_by("pk"))
        standing = set(
            RenewalSettlement.objects.filter(renewal__in=asked, status__in=STANDING).values_list(
                "renewal_id", flat=True
            )
        )
        found = {one.row.guarantee: one for one in foresee(actor, rows, on=on)}
        taken: dict[str, tuple[RenewalAnswer, Foreseen]] = {}
        told: list[Proposed] = []
        for answer in answers:
            one = found.get(answer.guarantee)
            code = "renewal_answered" if answer.guarantee in taken else _wrong(answer, one, standing)
            if one is not None and not code:
                taken[answer.guarantee] = (answer, one)
            told.append(Proposed(answer.guarantee, code=code, message=_message(code, one)))
        made = _write(actor, list(taken.values()), on=on)
    return [one if one.code else replace(one, settlement=made[one.guarantee]) for one in told]


def confirm_renewal_answers(actor: Actor, settlements: Sequence[str], *, on: date) -> list[str]:
    """Confirm what another person proposed, all or none; the guarantees.

    Raises NotAllowed, SettlementUnknown, IllegalMove, ConfirmedByAnother.
    """
    actor.must_be_allowed("renewals.confirm")
    return _answered(actor, settlements, "confirm", on=on)


def turn_down_renewal_answers(actor: Actor, settlements: Sequence[str], *, on: date) -> list[str]:
    """Turn down what another person proposed, all or none; the guarantees. Raises as `confirm_renewal_answers`."""
    actor.must_be_allowed("renewals.confirm")
    return _answered(actor, settlements, "turn_down", on=on)


def take_back_renewal_answers(actor: Actor, settlements: Sequence[str], *, on: date) -> list[str]:
    """Take back proposals, confirmed or not, all or none; the guarantees. Raises NotAllowed, SettlementUnknown,
    IllegalMove.
    """
    actor.must_be_allowed("renewals.settle")
    return _answered(actor, settlements, "take_back", on=on)


def answer_referrals(actor: Actor, renewals: Sequence[int | None], judged: Sequence[Judged]) -> None:
    """In the night: answer the referrals to an underwriter that two people have approved; the others stay referred.

    Works on `judged` in place, after its decisions were stored as the rules gave them. One query, none without
    referrals. Inside acting(actor).
    """
    must_be_acting(actor)
    open_to_answer = {
        renewal_id: one
        for renewal_id, one in zip(renewals, judged, strict=True)
        if renewal_id is not None and most_approvable(one) is not None
    }
    if not open_to_answer:
        return
    approved = RenewalSettlement.objects.filter(
        insurer_id=actor.insurer_id,
        renewal__in=list(open_to_answer),
        status=ProposalStatus.CONFIRMED,
        approves=True,
    )
    for renewal_id, amount in approved.values_list("renewal_id", "amount"):
        one = open_to_answer[renewal_id]
        most = most_approvable(one)
        if most and amount is not None:
            approve(one, amount=min(amount, most))


def _wrong(answer: RenewalAnswer, one: Foreseen | None, standing: Collection[int]) -> str:
    """The code of what keeps the answer from being proposed; empty when nothing does."""
    if one is None or one.row.renewal_id is None:
        return "renewal_not_asked"
    if one.row.renewal_id in standing:
        return "renewal_answered"
    if one.outlook != "referred" or one.referred_to != "underwriter":
        return "not_referred_to_underwriter"
    if not answer.reason.strip():
        return "reason_missing"
    if answer.approve and (not one.approvable or not 0 < _amount(answer, one) <= one.approvable):
        return "above_maximum"
    return ""


def _amount(answer: RenewalAnswer, one: Foreseen) -> Decimal:
    return answer.amount if answer.amount is not None else one.approvable or ZERO


def _message(code: str, one: Foreseen | None) -> str:
    if code == "renewal_not_asked":
        return _("Nobody has asked for the renewal of this guarantee, or it has ended.")
    if code == "renewal_answered":
        return _("An answer to this renewal stands already: it waits for the second person, or holds.")
    if code == "not_referred_to_underwriter":
        return _("Under today's rules this renewal does not wait for an underwriter.")
    if code == "reason_missing":
        return _("Say why: the second person and the auditor read it.")
    if code == "above_maximum":
        most = ZERO if one is None else one.approvable or ZERO
        return _("At most %(maximum)s EUR can be approved; more is an increase.") % {"maximum": most}
    return ""


def _write(actor: Actor, taken: Sequence[tuple[RenewalAnswer, Foreseen]], *, on: date) -> dict[str, str]:
    judged = [one.judged for _answer, one in taken if one.judged is not None]
    renewals = [one.row.renewal_id for _answer, one in taken if one.row.renewal_id is not None]
    decision_ids = write_decisions(actor, judged, law_book=current_law_book(actor), on=on)
    made = [
        RenewalSettlement(
            insurer_id=actor.insurer_id,
            public_id=new_public_id("rst"),
            renewal_id=renewal_id,
            approves=answer.approve,
            amount=_amount(answer, one) if answer.approve else None,
            maximum=one.approvable or ZERO,
            decision_id=decision_id,
            reason=answer.reason.strip(),
            **proposer(actor, on),
        )
        for (answer, one), decision_id, renewal_id in zip(taken, decision_ids, renewals, strict=True)
    ]
    RenewalSettlement.objects.bulk_create(made)
    by_guarantee = {answer.guarantee: row for (answer, _one), row in zip(taken, made, strict=True)}
    changes = [
        Change("renewal_settlement.proposed", guarantee, became=_told(row)) for guarantee, row in by_guarantee.items()
    ]
    _record(actor, changes, on)
    return {guarantee: row.public_id for guarantee, row in by_guarantee.items()}


def _answered(actor: Actor, settlements: Sequence[str], event: str, *, on: date) -> list[str]:
    with acting(actor):
        rows = _locked(actor, settlements)
        was = [row.status for row in rows]
        for row in rows:
            answer_proposal(actor, row, event, machine=RENEWAL_SETTLEMENT, on=on)
        RenewalSettlement.objects.bulk_update(rows, ANSWER_COLUMNS)
        guarantees = [row.renewal.term.guarantee.public_id for row in rows]
        changes = [
            Change(f"renewal_settlement.{row.status}", guarantee, was={"status": before}, became=_told(row))
            for row, guarantee, before in zip(rows, guarantees, was, strict=True)
        ]
        _record(actor, changes, on)
    return guarantees


def _locked(actor: Actor, settlements: Sequence[str]) -> list[RenewalSettlement]:
    """In the order asked for, locked in id order. Raises SettlementUnknown, also where its renewal has been decided."""
    rows = (
        RenewalSettlement.objects.select_for_update(of=("self", "renewal"))
        .select_related("renewal__term__guarantee")
        .filter(insurer_id=actor.insurer_id, public_id__in=list(settlements), renewal__outcome__isnull=True)
    )
    found = {row.public_id: row for row in rows.order_by("pk")}
    missing = next((one for one in settlements if one not in found), None)
    if missing is not None:
        raise SettlementUnknown(f"There is no open proposal {missing} here.", settlement=missing)
    return [found[one] for one in settlements]


def _told(row: RenewalSettlement) -> dict[str, object]:
    told = {
        "id": row.public_id,
        "status": row.status,
        "answer": "approve" if row.approves else "refuse",
        "amount": row.amount,
        "reason": row.reason,
    }
    return {name: str(value) for name, value in told.items() if value is not None}


def _record(actor: Actor, changes: Sequence[Change], on: date) -> None:
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
