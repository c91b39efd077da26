"""The policyholder declines top-ups, in general or on one buyer, and may take that back (E6: optional).

From that day no top-up is proposed: a request under it is answered with the opt-out, until it is revoked. What runs
goes on to the end of its term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from policies.models import Buyer, OptOut, Policy
from policies.queries import scope


class OptOutUnknown(DomainError):
    """There is no such opt-out in force, or it is not this actor's."""

    code = "opt_out_unknown"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTopUps:
    """What is declined: everything under a policy, or one buyer named by country and identifier."""

    policy_number: str
    buyer_country: str = ""
    buyer_identifier: str = ""
    reason: str = ""


def opt_out(actor: Actor, choices: Sequence[NoTopUps], *, on: date) -> list[str]:
    """Record choices from this day on; their public ids, in order. One that stands already is not recorded again.

    Raises NotAllowed; FieldErrors by `line.field` for an unknown policy or buyer.
    """
    actor.must_be_allowed("offers.answer")
    with acting(actor):
        policies = {
            row.number: row.pk
            for row in Policy.objects.filter(scope.of_policies(actor, on=on), insurer_id=actor.insurer_id).filter(
                number__in=[one.policy_number for one in choices]
            )
        }
        buyers = {
            (row.country, row.identifier): row.pk
            for row in Buyer.objects.filter(
                insurer_id=actor.insurer_id, identifier__in=[one.buyer_identifier for one in choices]
            )
        }
        rows = _rows(actor, choices, policies, buyers, on=on)
        standing = {
            (row.policy_id, row.buyer_id): row.public_id
            for row in OptOut.objects.filter(policy__in=[row.policy_id for row in rows], end_day__isnull=True)
        }
        fresh = {(row.policy_id, row.buyer_id): row for row in rows if (row.policy_id, row.buyer_id) not in standing}
        OptOut.objects.bulk_create(fresh.values())
        standing |= {key: row.public_id for key, row in fresh.items()}
        _record(actor, [Change("opt_out.recorded", row.public_id) for row in fresh.values()], on)
    return [standing[row.policy_id, row.buyer_id] for row in rows]


def revoke_opt_outs(actor: Actor, opt_outs: Sequence[str], *, on: date) -> None:
    """From this day on top-ups are proposed again. Raises NotAllowed, OptOutUnknown."""
    actor.must_be_allowed("offers.answer")
    with acting(actor):
        rows = OptOut.objects.select_for_update(of=("self",)).filter(
            scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id, end_day__isnull=True
        )
        found = {row.public_id: row for row in rows.filter(public_id__in=list(opt_outs)).order_by("pk")}
        missing = next((one for one in opt_outs if one not in found), None)
        if missing is not None:
            raise OptOutUnknown(f"There is no opt-out {missing} in force here.", opt_out=missing)
        for row in found.values():
            row.end_day, row.revoked_by = max(on, row.first_day), actor.name
        OptOut.objects.bulk_update(found.values(), ["end_day", "revoked_by"])
        _record(actor, [Change("opt_out.revoked", one) for one in found], on)


def _rows(
    actor: Actor,
    choices: Sequence[NoTopUps],
    policies: dict[str, int],
    buyers: dict[tuple[str, str], int],
    *,
    on: date,
) -> list[OptOut]:
    rows, errors = [], []
    for line, one in enumerate(choices, 1):
        policy, buyer = policies.get(one.policy_number), buyers.get((one.buyer_country, one.buyer_identifier))
        if policy is None:
            errors.append(FieldError("policy_number", _("There is no such policy here."), code="unknown", line=line))
        if one.buyer_identifier and buyer is None:
            errors.append(FieldError("buyer_identifier", _("There is no such buyer here."), code="unknown", line=line))
        rows.append(
            OptOut(
                insurer_id=actor.insurer_id,
                public_id=new_public_id("opt"),
                policy_id=policy or 0,
                buyer_id=buyer if one.buyer_identifier else None,
                first_day=on,
                reason=one.reason,
                said_by=actor.name,
                booked_on=on,
            )
        )
    if errors:
        raise FieldErrors(errors)
    return rows


def _record(actor: Actor, changes: Sequence[Change], on: date) -> None:
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
