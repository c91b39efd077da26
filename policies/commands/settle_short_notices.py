"""The second pair of eyes on a cut without its notice (D-29): a senior person confirms the exceptional case, or not.

Confirmed, the decision is written among the limits and told; it counts from the day of the confirmation at the
earliest. Rejected, nothing was decided: the insurer notifies again, with the days of the notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError
from eligibility.queries.law_book import current_law_book
from policies.commands.give_notice import LetterGiven, give_notice
from policies.commands.handle_exceptions import NeedsTwoPeople
from policies.commands.propose_top_ups import propose_top_ups
from policies.domain.moves import SHORT_NOTICE
from policies.models import BuyerLimit, ShortNotice


class ShortNoticeUnknown(DomainError):
    """The insurer has no such case."""

    code = "short_notice_unknown"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the second person says of one case."""

    case: str
    is_confirmed: bool
    answer: str = ""


def settle_short_notices(actor: Actor, verdicts: Sequence[Verdict], *, on: date) -> list[LetterGiven]:
    """Confirm or reject, all or none; the letters about what was confirmed.

    Raises NotAllowed, NeedsTwoPeople, ShortNoticeUnknown, IllegalMove.
    """
    actor.must_be_allowed("short_notices.confirm")
    with acting(actor):
        rows = _locked(actor, [one.case for one in verdicts])
        for row, one in zip(rows, verdicts, strict=True):
            row.status = SHORT_NOTICE.after(
                row.status, "confirm" if one.is_confirmed else "reject", which=row.public_id
            )
            _must_be_another(actor, row)
            row.answer, row.decided_on = one.answer.strip(), on
            row.decided_by, row.decided_by_user_id = actor.name, actor.user_id
        confirmed = [row for row, one in zip(rows, verdicts, strict=True) if one.is_confirmed]
        limits = _written(actor, confirmed, on=on)
        for row, limit in zip(confirmed, limits, strict=True):
            row.buyer_limit_id = limit.pk
        ShortNotice.objects.bulk_update(
            rows, ["status", "answer", "decided_on", "decided_by", "decided_by_user", "buyer_limit"]
        )
        _record(actor, rows, on=on)
        references = [row.source_reference for row in confirmed]
        return give_notice(
            actor,
            limits,
            top_ups={one.source_reference: one for one in propose_top_ups(actor, references, on=on)},
            short={limit.pk: row for row, limit in zip(confirmed, limits, strict=True)},
            notice_days=current_law_book(actor).on(on).counts["contracts/settings/notice_days"],
            on=on,
        )


def _written(actor: Actor, rows: Sequence[ShortNotice], *, on: date) -> list[BuyerLimit]:
    """The decisions among the limits; none counts before it was confirmed."""
    return BuyerLimit.objects.bulk_create(
        [
            BuyerLimit(
                insurer_id=actor.insurer_id,
                policy_id=row.policy_id,
                buyer_id=row.buyer_id,
                decision=row.decision,
                requested_amount=row.requested_amount,
                amount_before=row.amount_before,
                amount=row.amount,
                notified_on=row.notified_on,
                effective_on=max(row.effective_on, on),
                booked_on=on,
                source_reference=row.source_reference,
            )
            for row in rows
        ]
    )


def _must_be_another(actor: Actor, row: ShortNotice) -> None:
    if actor.user_id is None or actor.user_id == row.asked_by_user_id or actor.name == row.asked_by:
        raise NeedsTwoPeople(f"{row.asked_by} asked for this cut: another person confirms it.", asked_by=row.asked_by)


def _locked(actor: Actor, cases: Sequence[str]) -> list[ShortNotice]:
    rows = ShortNotice.objects.select_for_update().filter(insurer_id=actor.insurer_id, public_id__in=list(cases))
    found = {row.public_id: row for row in rows.order_by("pk")}
    missing = next((one for one in cases if one not in found), None)
    if missing is not None:
        raise ShortNoticeUnknown(f"There is no cut at short notice {missing} here.", short_notice=missing)
    return [found[one] for one in cases]


def _record(actor: Actor, rows: Sequence[ShortNotice], *, on: date) -> None:
    record_changes(
        [
            Change(
                "short_notice.confirmed" if row.status == "confirmed" else "short_notice.rejected",
                row.public_id,
                was={"amount": str(row.amount_before)},
                became={"amount": str(row.amount), "case": str(row.exceptional_case), "answer": row.answer},
            )
            for row in rows
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )
