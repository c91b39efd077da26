"""Decide what was handed in: rows become requests, are judged, and end with exactly one outcome each.

A submission is worked through in chunks, one after another, under a lease; each chunk is one transaction that finds its
own open rows, so a killed worker, a second worker or a repeated message never decide a row twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import msgspec
from django.db import connections
from django.db.models.functions import Now

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import Jsonb, copy_rows, draw_ids
from capweb.audit.leases import give_back_lease, still_held, take_lease
from capweb.kernel.identifiers import new_public_id
from eligibility.queries.law_book import current_law_book
from policies.commands.chunks import CHUNK_ROWS, work_through
from policies.commands.judging import Judged, judge_batch, open_treaties_on
from policies.commands.offering import issue_offers, standing_of, write_decisions
from policies.domain.bulk_rows import RequestRow
from policies.domain.limit_request import market_of
from policies.domain.row_messages import RowError
from policies.models import RowOutcome, Submission, SubmissionRow, SubmissionStatus
from policies.queries import opt_outs, request_facts, row_targets
from policies.queries.request_facts import Asked
from policies.queries.row_targets import RowTarget

_REQUEST_COLUMNS: Final = (
    "id", "insurer_id", "public_id", "policy_id", "buyer_id", "buyer_limit_id", "submission_row_id",
    "requested_by_organisation_id", "requested_by", "client_reference", "market", "requested_total", "payment_days",
    "french_share", "sale_currency", "is_construction_subcontract", "status", "referred_to", "waits_for", "decision_id",
    "settled_by", "settlement_reason", "booked_on", "decided_on",
)  # fmt: skip
_read_row: Final = msgspec.json.Decoder(RequestRow)


@dataclass(frozen=True, slots=True)
class _StoredRow:
    """A row without outcome as it lies in the table; read inside its chunk, so that one which cannot be fails alone."""

    id: int
    line: int
    # Not told in logs: whose business it is stands in the table alone.
    fields: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _OpenRow:
    """A row without outcome, locked, with its fields."""

    id: int
    line: int
    row: RequestRow


def decide_submission(
    actor: Actor,
    submission: str,
    *,
    on: date,
    holder: str,
    progress: Callable[[int], None] | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> bool:
    """Decide every open row of a submission; False when somebody else is at it.

    `holder` is the token of this run. `progress` is told how many rows each chunk settled. Raises LeaseLost when
    another worker took over meanwhile; what was settled stays settled.
    """
    key = f"submission:{submission}"
    if not take_lease(key, holder=holder):
        return False
    with acting(actor):
        found = Submission.objects.get(public_id=submission)
    while rows := _next_rows(actor, found.pk, limit=chunk_rows):
        _decide_chunk(actor, found, rows, on=on, key=key, holder=holder)
        if progress is not None:
            progress(len(rows))
    with acting(actor):
        Submission.objects.filter(pk=found.pk, status=SubmissionStatus.WAITING).update(
            status=SubmissionStatus.DONE, finished_at=Now()
        )
    give_back_lease(key, holder=holder)
    return True


def _next_rows(actor: Actor, submission_id: int, *, limit: int) -> list[_StoredRow]:
    with acting(actor), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT id, line, fields::text FROM policies_submissionrow "
            "WHERE insurer_id = %s AND submission_id = %s AND outcome IS NULL ORDER BY line LIMIT %s",
            [actor.insurer_id, submission_id, limit],
        )
        return [_StoredRow(*found) for found in cursor.fetchall()]


def _decide_chunk(
    actor: Actor, submission: Submission, rows: Sequence[_StoredRow], *, on: date, key: str, holder: str
) -> None:
    def work(some: Sequence[_StoredRow]) -> None:
        still_held(key, holder=holder)
        _settle_rows(actor, submission, _lock_open(some), on=on)

    def give_up(one: _StoredRow, _error: Exception) -> None:
        still_held(key, holder=holder)
        reference = f"{submission.public_id}/{one.line}"
        error = RowError("", "unexpected", line=one.line, reference=reference)
        _write_outcomes([(one.id, RowOutcome.FAILED.value, [error])])

    work_through(actor, rows, work=work, give_up=give_up)


def _lock_open(rows: Sequence[_StoredRow]) -> list[_OpenRow]:
    """The rows that are still open, locked: nobody else settles them meanwhile."""
    ids = [row.id for row in rows]
    locked = set(
        SubmissionRow.objects.select_for_update()
        .filter(pk__in=ids, outcome__isnull=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return [_OpenRow(row.id, row.line, _read_row.decode(row.fields)) for row in rows if row.id in locked]


def _settle_rows(actor: Actor, submission: Submission, rows: Sequence[_OpenRow], *, on: date) -> None:
    targets = row_targets.of_rows(actor, [one.row for one in rows], on=on)
    pairs = [(target.policy_id, target.buyer_id) for target in targets if target.policy_id and target.buyer_id]
    declined = opt_outs.opted_out(actor, pairs, on=on)
    outcomes: list[tuple[int, str, list[RowError] | None]] = []
    good: list[tuple[_OpenRow, RowTarget, Asked]] = []
    taken: set[tuple[int | None, int | None]] = set()
    for one, target in zip(rows, targets, strict=True):
        error = _what_is_wrong(one, target, on=on)
        if error is None and (name := declined.get((target.policy_id or 0, target.buyer_id or 0))) is not None:
            error = RowError("buyer_identifier", "opted_out", line=one.line, opt_out=name)
        if error is None and (target.policy_id, target.buyer_id) in taken:
            error = RowError("buyer_identifier", "under_way", line=one.line, request=submission.public_id)
        if error is not None:
            outcomes.append((one.id, RowOutcome.FAILED.value, [error]))
            continue
        taken.add((target.policy_id, target.buyer_id))
        good.append((one, target, _asked(one.row, target)))
    if good:
        outcomes += _decide_good(actor, good, on=on)
    _write_outcomes(outcomes)


def _decide_good(
    actor: Actor, good: Sequence[tuple[_OpenRow, RowTarget, Asked]], *, on: date
) -> list[tuple[int, str, list[RowError] | None]]:
    law_book = current_law_book(actor)
    cases = request_facts.gather(actor, [asked for _, _, asked in good], on=on)
    judged = judge_batch(actor, cases, law_book=law_book, treaties=open_treaties_on(actor, on=on), on=on)
    decision_ids = write_decisions(actor, judged, law_book=law_book, on=on)
    ids = draw_ids("policies_limitrequest", len(good))
    requests = [(row_id, new_public_id("req")) for row_id in ids]
    rows: list[tuple[object, ...]] = [
        _request_row(actor, one, asked=asked, request=request, state=state, decision_id=decision_id, on=on)
        for (one, _, asked), request, state, decision_id in zip(good, requests, judged, decision_ids, strict=True)
    ]
    copy_rows("policies_limitrequest", _REQUEST_COLUMNS, sorted(rows, key=_by_policy_and_buyer))
    settled = issue_offers(actor, requests, judged, decision_ids, law_book=law_book, on=on)
    return [(one.id, state.status, None) for (one, _, _), state in zip(good, settled, strict=True)]


def _by_policy_and_buyer(row: Sequence[Any]) -> tuple[int, int]:
    """The order in which requests are written: two files that ask for the same buyers wait for one another only once.

    In the order of each file, one would hold what the other waits for.
    """
    return row[_REQUEST_COLUMNS.index("policy_id")], row[_REQUEST_COLUMNS.index("buyer_id")]


def _request_row(
    actor: Actor, one: _OpenRow, *, asked: Asked, request: tuple[int, str], state: Judged, decision_id: int, on: date
) -> tuple[object, ...]:
    status, referred_to, waits_for = standing_of(state)
    return (
        request[0], actor.insurer_id, request[1], asked.policy_id, asked.buyer_id, asked.buyer_limit_id, one.id,
        actor.organisation_id, actor.name, one.row.reference, asked.market, asked.requested_total, asked.payment_days,
        asked.french_share, asked.sale_currency, asked.is_construction_subcontract, status, referred_to, waits_for,
        decision_id, "", "", on, on,
    )  # fmt: skip


def _asked(row: RequestRow, target: RowTarget) -> Asked:
    assert target.policy_id is not None
    assert target.buyer_id is not None
    assert target.buyer_limit_id is not None
    return Asked(
        policy_id=target.policy_id,
        buyer_id=target.buyer_id,
        buyer_limit_id=target.buyer_limit_id,
        market=market_of(row.buyer_country),
        requested_total=row.requested_total,
        payment_days=row.payment_days,
        french_share=row.french_share,
        sale_currency=row.currency,
        is_construction_subcontract=row.construction_subcontract,
    )


def _what_is_wrong(one: _OpenRow, target: RowTarget, *, on: date) -> RowError | None:  # noqa: PLR0911  one place holds the ifs
    """The first thing in the books that keeps this row from being judged; None when it can be."""
    row, line = one.row, one.line
    if target.policy_id is None:
        return RowError("policy_number", "unknown_policy", line=line, value=row.policy_number)
    if target.policy_is_ended:
        return RowError("policy_number", "policy_not_in_force", line=line, value=row.policy_number, day=on.isoformat())
    if target.buyer_id is None:
        return RowError(
            "buyer_identifier", "unknown_buyer", line=line, value=row.buyer_identifier, country=row.buyer_country
        )
    if target.buyer_limit_id is None:
        return RowError("buyer_identifier", "no_notice", line=line)
    if target.limit_decision == "grant":
        return RowError("buyer_identifier", "limit_granted", line=line)
    if row.notified_on is not None and row.notified_on != target.limit_notified_on:
        return RowError(
            "notified_on",
            "other_notice_day",
            line=line,
            value=row.notified_on.isoformat(),
            notified_on=str(target.limit_notified_on),
        )
    if target.request_under_way is not None:
        return RowError("buyer_identifier", "under_way", line=line, request=target.request_under_way)
    if target.guarantee_running is not None:
        return RowError("buyer_identifier", "already_covered", line=line, guarantee=target.guarantee_running)
    return None


def _write_outcomes(outcomes: Sequence[tuple[int, str, list[RowError] | None]]) -> None:
    if not outcomes:
        return
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE policies_submissionrow row SET outcome = settled.outcome, errors = settled.errors "
            "FROM unnest(%s::bigint[], %s::text[], %s::jsonb[]) AS settled (id, outcome, errors) "
            "WHERE row.id = settled.id AND row.outcome IS NULL",
            [
                [row_id for row_id, _, _ in outcomes],
                [outcome for _, outcome, _ in outcomes],
                [_errors_json(errors) for _, _, errors in outcomes],
            ],
        )


def _errors_json(errors: list[RowError] | None) -> Any:
    return None if errors is None else Jsonb([error.as_dict() for error in errors])
