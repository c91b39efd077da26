"""Groups of buyers: who belongs to which from a day on, and the limit that the insurer sets itself for one.

Membership is a feed like ratings, stored once by its source reference. A limit is proposed by one person and confirmed
by another. It is the insurer's own rule: unset by default, and it warns; no decision is changed by it.
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
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from policies.commands.two_people import ANSWER_COLUMNS, answer_proposal, proposer
from policies.domain.moves import GROUP_LIMIT
from policies.models import BuyerGroup, GroupLimit, GroupMembership, ProposalStatus
from policies.queries import identity_changes, rating_waves

_ANSWERED: Final = {
    "confirm": "group_limit.confirmed",
    "turn_down": "group_limit.turned_down",
    "take_back": "group_limit.taken_back",
}


class GroupUnknown(DomainError):
    """The insurer has no such group, or no such limit of one."""

    code = "buyer_group_unknown"
    status = 404


@dataclass(frozen=True, slots=True)
class MembershipNotice:
    """From a day on the buyer belongs to the group of this reference, `group_name` its name; empty: to none."""

    source_reference: str
    buyer_country: str
    buyer_identifier: str
    effective_on: date
    group_reference: str = ""
    group_name: str = ""


@dataclass(frozen=True, slots=True)
class GroupLimitWish:
    """What may be engaged on a group in all from a day on, in euro; None lifts the limit."""

    group: str
    amount: Decimal | None
    effective_on: date
    reason: str


def record_group_memberships(actor: Actor, notices: Sequence[MembershipNotice], *, on: date) -> int:
    """Store the memberships, and groups that are new; how many memberships were. A fixed number of queries.

    A buyer that was absorbed is stored under the one that remains. Raises NotAllowed, FieldErrors for every line that
    cannot be taken.
    """
    actor.must_be_allowed("buyer_limits.write")
    with acting(actor):
        keys = [(one.buyer_country, one.buyer_identifier) for one in notices]
        buyers = {(one.country, one.identifier): one.id for one in rating_waves.named(actor, keys, on=on)}
        errors = [
            FieldError(
                "buyer_identifier",
                _("No buyer %(identifier)s is known.") % {"identifier": one.buyer_identifier},
                code="unknown_buyer",
                line=line,
            )
            for line, one in enumerate(notices, 1)
            if (one.buyer_country, one.buyer_identifier) not in buyers
        ]
        if errors:
            raise FieldErrors(errors)
        moved = identity_changes.standing(actor, buyers.values())
        groups = _groups(actor, notices)
        before = GroupMembership.objects.filter(insurer_id=actor.insurer_id).count()
        GroupMembership.objects.bulk_create(
            [
                GroupMembership(
                    insurer_id=actor.insurer_id,
                    buyer_id=moved.get(buyer := buyers[one.buyer_country, one.buyer_identifier], buyer),
                    group=groups.get(one.group_reference),
                    effective_on=one.effective_on,
                    booked_on=on,
                    source_reference=one.source_reference,
                )
                for one in notices
            ],
            ignore_conflicts=True,
            batch_size=2_000,
        )
        new = GroupMembership.objects.filter(insurer_id=actor.insurer_id).count() - before
        if new:
            _record(actor, [Change("buyer_groups.recorded", actor.insurer_code, became={"count": new})], on)
    return new


def propose_group_limits(actor: Actor, wishes: Sequence[GroupLimitWish], *, on: date) -> list[str]:
    """Keep limits of groups for a second person, all or none; their public ids.

    Raises NotAllowed, GroupUnknown, FieldErrors for a limit without a reason, or one that waits already.
    """
    actor.must_be_allowed("group_limits.propose")
    with acting(actor):
        groups = {
            row.public_id: row
            for row in BuyerGroup.objects.select_for_update()
            .filter(insurer_id=actor.insurer_id, public_id__in=[one.group for one in wishes])
            .order_by("pk")
        }
        waiting = set(
            GroupLimit.objects.filter(
                group__in=[row.pk for row in groups.values()], status=ProposalStatus.PROPOSED
            ).values_list("group__public_id", flat=True)
        )
        errors = []
        for line, one in enumerate(wishes, 1):
            if one.group not in groups:
                raise GroupUnknown(f"There is no group {one.group} here.", group=one.group)
            if not one.reason.strip():
                told = _("Say why: the second person and the auditor read it.")
                errors.append(FieldError("reason", told, code="required", line=line))
            if one.group in waiting:
                told = _("A limit of this group waits for its second person already.")
                errors.append(FieldError("amount", told, code="proposed_already", line=line))
            waiting.add(one.group)
        if errors:
            raise FieldErrors(errors)
        rows = GroupLimit.objects.bulk_create(
            [
                GroupLimit(
                    insurer_id=actor.insurer_id,
                    public_id=new_public_id("glm"),
                    group=groups[one.group],
                    amount=one.amount,
                    effective_on=one.effective_on,
                    reason=one.reason.strip(),
                    **proposer(actor, on),
                )
                for one in wishes
            ]
        )
        _record_all(actor, "group_limit.proposed", rows, on)
    return [row.public_id for row in rows]


def answer_group_limits(actor: Actor, limits: Sequence[str], event: str, *, on: date) -> list[str]:
    """`confirm` or `turn_down` what another person proposed, or `take_back` a proposal, all or none; the groups.

    Raises NotAllowed, GroupUnknown, IllegalMove, ConfirmedByAnother.
    """
    actor.must_be_allowed("group_limits.propose" if event == "take_back" else "group_limits.confirm")
    with acting(actor):
        rows = list(
            GroupLimit.objects.select_for_update(of=("self",))
            .select_related("group")
            .filter(insurer_id=actor.insurer_id, public_id__in=list(limits))
            .order_by("pk")
        )
        missing = set(limits) - {row.public_id for row in rows}
        if missing:
            raise GroupUnknown(f"There is no limit {min(missing)} here.", limit=min(missing))
        for row in rows:
            answer_proposal(actor, row, event, machine=GROUP_LIMIT, on=on)
        GroupLimit.objects.bulk_update(rows, ANSWER_COLUMNS)
        if rows:
            _record_all(actor, _ANSWERED[event], rows, on)
    return [row.group.public_id for row in rows]


def _groups(actor: Actor, notices: Sequence[MembershipNotice]) -> dict[str, BuyerGroup]:
    names = {one.group_reference: one.group_name.strip() or one.group_reference for one in notices}
    names.pop("", None)
    BuyerGroup.objects.bulk_create(
        [
            BuyerGroup(insurer_id=actor.insurer_id, public_id=new_public_id("grp"), reference=reference, name=name)
            for reference, name in names.items()
        ],
        ignore_conflicts=True,
    )
    return {row.reference: row for row in BuyerGroup.objects.filter(insurer_id=actor.insurer_id, reference__in=names)}


def _record_all(actor: Actor, action: str, rows: Sequence[GroupLimit], on: date) -> None:
    changes = []
    for row in rows:
        amount = None if row.amount is None else str(row.amount)
        became = {"group": row.group.public_id, "amount": amount, "effective_on": row.effective_on.isoformat()}
        changes.append(Change(action, row.public_id, became={**became, "reason": row.reason}))
    _record(actor, changes, on)


def _record(actor: Actor, changes: Sequence[Change], on: date) -> None:
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
