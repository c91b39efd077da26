"""Renewing what was asked for, and letting the rest lapse: both in the night of the day a term ends.

There is no tacit renewal (D-7): a renewal is a request judged anew under the new day's law and facts. The next term is
counted from the guarantee's anchor day and nets with the old one in one entry; what lapses goes to run-off (D-36).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db import connections

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError
from eligibility.domain.law import LawInForce
from eligibility.queries.law_book import current_law_book
from policies.commands.chunks import CHUNK_ROWS, Kept, kept_by_nobody, work_through
from policies.commands.issue_endorsements import EndorsementOrder, issue_endorsements
from policies.commands.judging import Judged, judge_batch, open_treaties_on
from policies.commands.offering import write_decisions
from policies.commands.settle_renewals import answer_referrals
from policies.commands.terms import NewTerm, grant_terms
from policies.domain.cover_terms import next_term, run_off_until
from policies.domain.limit_request import kind_of
from policies.models import GuaranteeTerm, RenewalOutcome, RenewalRequest, TermStatus
from policies.queries import renewals_due, request_facts, scope
from policies.queries.renewals_due import DueTerm
from policies.queries.request_facts import Asked
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.domain.cession import CededRisk, Ending


class NothingToRenew(DomainError):
    """The guarantee has no running term, or this actor may not see it."""

    code = "nothing_to_renew"


class RenewedByAnother(DomainError):
    """Two buyers became one: cover under the policy is renewed once, by the guarantee on the buyer that remains."""

    code = "renewed_by_another"
    status = 409

    def __init__(self, *guarantees: str) -> None:
        super().__init__(
            f"Two buyers became one: the renewal is asked for by {', '.join(guarantees)}.", guarantees=list(guarantees)
        )


def ask_for_renewals(actor: Actor, guarantees: Sequence[str], *, on: date) -> list[str]:
    """Ask that the running terms be renewed for their amount; the guarantees for which it now stands, asked once each.

    Raises NotAllowed; NothingToRenew when none of them has a running term that this actor may see, RenewedByAnother
    when all that have one are renewed by another guarantee.
    """
    actor.must_be_allowed("renewals.write")
    with acting(actor):
        terms = list(
            GuaranteeTerm.objects.select_related("guarantee", "guarantee__limit_request")
            .filter(guarantee__public_id__in=list(guarantees), status=TermStatus.RUNNING)
            .filter(scope.of_policies(actor, on=on, through="policy"))
            .order_by("pk")
        )
        if not terms:
            raise NothingToRenew("None of these guarantees has a running term that you may renew.")
        beside = renewals_due.renewed_by_another(actor, [term.pk for term in terms])
        terms = [term for term in terms if term.pk not in beside]
        if not terms:
            raise RenewedByAnother(*beside.values())
        made = RenewalRequest.objects.bulk_create(
            [
                RenewalRequest(
                    insurer_id=actor.insurer_id,
                    term=term,
                    requested_total=term.guarantee.limit_request.requested_total,
                    asked_on=on,
                    asked_by=actor.name,
                )
                for term in terms
            ],
            ignore_conflicts=True,
        )
        _record(actor, [Change("renewal.asked", one.term.guarantee.public_id) for one in made], on)
    return [term.guarantee.public_id for term in terms]


def renew_terms(actor: Actor, *, on: date, at: datetime, kept: Kept = kept_by_nobody) -> None:
    """Judge again every renewal that was asked for and has fallen due; what is granted follows without a gap.

    `kept` is told what each chunk did. A renewal that fails unexpectedly is left as it is, counted as failed, and
    judged again by the next night: its new term would still start the day the old one ended.
    """

    def work(term_ids: Sequence[int]) -> None:
        due = [row for row in renewals_due.locked(actor, term_ids, on=on) if row.renewal_id is not None]
        if due:
            kept(_renew(actor, due, on=on, at=at))

    def give_up(_term_id: int, _error: Exception) -> None:
        kept({"renewals_failed": 1})

    _through(actor, lambda after: renewals_due.asked_for(actor, on=on, limit=CHUNK_ROWS, after_id=after), work, give_up)


def lapse_terms(actor: Actor, *, on: date, kept: Kept = kept_by_nobody) -> None:
    """End every term that has fallen due without a renewal: cover ends, the cession runs off.

    `kept` is told what each chunk did. A term that fails unexpectedly is counted as failed and left to the next night.
    """

    def work(term_ids: Sequence[int]) -> None:
        due = [row for row in renewals_due.locked(actor, term_ids, on=on) if row.renewal_id is None]
        if not due:
            return
        _end_terms(due, status=TermStatus.LAPSED)
        law = current_law_book(actor).on(on)
        end_cessions(actor, [_ending(row, law) for row in due], on=on)
        _record(actor, [Change("guarantee.lapsed", row.guarantee_public_id) for row in due], on)
        kept({"lapsed": len(due)})

    def give_up(_term_id: int, _error: Exception) -> None:
        kept({"lapses_failed": 1})

    _through(
        actor, lambda after: renewals_due.not_asked_for(actor, on=on, limit=CHUNK_ROWS, after_id=after), work, give_up
    )


def _through(
    actor: Actor,
    next_ids: Callable[[int], list[int]],
    work: Callable[[Sequence[int]], None],
    give_up: Callable[[int, Exception], None],
) -> None:
    """Chunk after chunk, each found where the one before it ended, so that what failed is not met twice in a night."""
    after_id = 0
    while True:
        with acting(actor):
            term_ids = next_ids(after_id)
        if not term_ids:
            return
        work_through(actor, term_ids, work=work, give_up=give_up)
        after_id = term_ids[-1]


def _renew(actor: Actor, due: Sequence[DueTerm], *, on: date, at: datetime) -> dict[str, int]:
    """One chunk of renewals, and how they ended.

    Where the primary was resumed nothing is left to judge, and the renewal is refused. A referral that two people have
    answered is answered so; any other comes to nothing.
    """
    judgeable = [row for row in due if _same_kind_still(row)]
    resumed = [row for row in due if not _same_kind_still(row)]
    law_book = current_law_book(actor)
    cases = request_facts.gather(actor, [_asked(row) for row in judgeable], on=on)
    before = [row.ceded_amount for row in judgeable]
    judged = judge_batch(
        actor, cases, law_book=law_book, treaties=open_treaties_on(actor, on=on), on=on, ceded_before=before
    )
    decision_ids = write_decisions(actor, judged, law_book=law_book, on=on)
    answer_referrals(actor, [row.renewal_id for row in judgeable], judged)
    granted = [place for place, one in enumerate(judged) if one.can_be_offered]
    if granted:
        _grant(
            actor,
            [judgeable[place] for place in granted],
            [judged[place] for place in granted],
            [decision_ids[place] for place in granted],
            law=law_book.on(on),
            on=on,
            at=at,
        )
    outcomes = [
        (row.renewal_id, _outcome_of(one), decision_id)
        for row, one, decision_id in zip(judgeable, judged, decision_ids, strict=True)
    ] + [(row.renewal_id, RenewalOutcome.REFUSED, None) for row in resumed]
    _write_outcomes(outcomes, on=on)
    _record(actor, _not_renewed([*judgeable, *resumed], outcomes), on)
    return {
        "renewed": len(granted),
        "renewals_refused": sum(outcome == RenewalOutcome.REFUSED for _, outcome, _ in outcomes),
        "renewals_referred": sum(outcome == RenewalOutcome.REFERRED for _, outcome, _ in outcomes),
    }


def _grant(
    actor: Actor,
    due: Sequence[DueTerm],
    judged: Sequence[Judged],
    decision_ids: Sequence[int],
    *,
    law: LawInForce,
    on: date,
    at: datetime,
) -> None:
    _end_terms(due, status=TermStatus.RENEWED)
    new = [
        NewTerm(
            guarantee_id=row.guarantee_id,
            guarantee_public_id=row.guarantee_public_id,
            policy_id=row.policy_id,
            buyer_id=row.buyer_id,
            sequence=row.sequence + 1,
            term=next_term(row.anchor_day, row.sequence, after=row.cover_end, law=law),
            judged=one,
            decision_id=decision_id,
            risk=_risk(row),
            replaces_cession_id=row.cession_id,
            run_off_until=run_off_until(row.cover_end, run_off_days=row.run_off_days, law=law),
        )
        for row, one, decision_id in zip(due, judged, decision_ids, strict=True)
    ]
    term_ids, _ = grant_terms(actor, new, on=on)
    issue_endorsements(
        actor,
        [_endorsement(term_id, term, row) for term_id, term, row in zip(term_ids, new, due, strict=True)],
        law=law,
        on=on,
        at=at,
    )
    _record(actor, [Change("guarantee.renewed", row.guarantee_public_id) for row in due], on)


def _endorsement(term_id: int, new: NewTerm, row: DueTerm) -> EndorsementOrder:
    decision, treaty = new.judged.decision, new.judged.treaty
    assert decision.premium is not None
    assert decision.premium_rate is not None
    assert treaty is not None
    return EndorsementOrder(
        term_id=term_id,
        cause="renewal",
        facts=new.judged.facts,
        decision=decision,
        treaty=treaty,
        granted_term=new.term,
        amount=new.amount,
        premium=decision.premium,
        premium_rate=decision.premium_rate,
        is_premium_illustrative=decision.premium_illustrative,
        effective_on=new.term.first,
        accepted_by=row.asked_by or "",
    )


def _not_renewed(
    rows: Sequence[DueTerm], outcomes: Sequence[tuple[int | None, RenewalOutcome, int | None]]
) -> list[Change]:
    """What is told of renewals that came to nothing, in the order of the outcomes."""
    return [
        Change(f"renewal.{outcome.value}", row.guarantee_public_id)
        for row, (_, outcome, _) in zip(rows, outcomes, strict=True)
        if outcome != RenewalOutcome.RENEWED
    ]


def _same_kind_still(row: DueTerm) -> bool:
    """Whether the latest notice still opens the same kind of top-up (D-26: a resumed primary ends substitution), and
    cover on what was another buyer is not renewed by another guarantee of the policy (ADR 0018).
    """
    return (
        row.beside is None
        and row.limit_decision not in (None, "grant")
        and kind_of(str(row.limit_decision)) == row.kind
    )


def _outcome_of(one: Judged) -> RenewalOutcome:
    if one.can_be_offered:
        return RenewalOutcome.RENEWED
    return RenewalOutcome.REFUSED if one.decision.outcome in ("refuse", "no_need") else RenewalOutcome.REFERRED


def _asked(row: DueTerm) -> Asked:
    assert row.buyer_limit_id is not None
    assert row.requested_total is not None
    return Asked(
        policy_id=row.policy_id,
        buyer_id=row.buyer_id,
        buyer_limit_id=row.buyer_limit_id,
        market=row.market,
        requested_total=row.requested_total,
        payment_days=row.payment_days,
        french_share=row.french_share,
        sale_currency=row.sale_currency,
        is_construction_subcontract=row.is_construction_subcontract,
        own_term_id=row.term_id,
        is_moved=row.is_moved,
    )


def _risk(row: DueTerm) -> CededRisk:
    return CededRisk(
        guarantee_id=row.guarantee_public_id,
        product=row.product,
        policy_number=row.policy_number,
        policyholder_id=row.holder_public_id,
        policyholder_name=row.holder_name,
        buyer_id=row.buyer_identifier,
        buyer_name=row.buyer_name,
        buyer_country=row.buyer_country,
    )


def _ending(row: DueTerm, law: LawInForce) -> Ending:
    return Ending(
        cession_id=row.cession_id,
        effective_on=row.cover_end,
        run_off_until=run_off_until(row.cover_end, run_off_days=row.run_off_days, law=law),
    )


def _end_terms(due: Sequence[DueTerm], *, status: TermStatus) -> None:
    """How the terms ended, in one statement. One array: thousands of parameters took longer to read than to apply."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE policies_guaranteeterm SET status = %s WHERE id = ANY (%s)",
            [status.value, [row.term_id for row in due]],
        )


def _write_outcomes(outcomes: Sequence[tuple[int | None, RenewalOutcome, int | None]], *, on: date) -> None:
    """How each renewal ended, in one statement."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE policies_renewalrequest renewal SET outcome = ended.outcome, decision_id = ended.decision_id, "
            "decided_on = %s FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS ended (id, outcome, decision_id) "
            "WHERE renewal.id = ended.id AND renewal.outcome IS NULL",
            [
                on,
                [row_id for row_id, _, _ in outcomes],
                [outcome.value for _, outcome, _ in outcomes],
                [decision_id for _, _, decision_id in outcomes],
            ],
        )


def _record(actor: Actor, changes: Sequence[Change], on: date) -> None:
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
