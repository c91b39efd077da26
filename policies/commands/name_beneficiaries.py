"""Record to whom indemnities go: the bank or factor to which a policyholder delegated them, from a day on (E23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change
from capweb.kernel.errors import FieldError, FieldErrors
from policies.commands.claim_acts import tell
from policies.models import Beneficiary, BeneficiaryKind, Buyer, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """One delegation, for one buyer or (without) for all of them; half-open days."""

    source_reference: str
    policy_number: str
    kind: str
    name: str
    first_day: date
    end_day: date | None = None
    account: str = ""
    buyer_country: str = "FR"
    buyer_identifier: str = ""


def name_beneficiaries(actor: Actor, delegations: Sequence[Delegation], *, on: date) -> int:
    """Store the delegations; how many were new. Inside acting(actor).

    Raises NotAllowed, and FieldErrors naming every line that cannot be taken.
    """
    must_be_acting(actor)
    actor.must_be_allowed("claims.handle")
    policies = dict(
        Policy.objects.filter(
            insurer_id=actor.insurer_id, number__in={one.policy_number for one in delegations}
        ).values_list("number", "pk")
    )
    named = {one.buyer_identifier for one in delegations if one.buyer_identifier}
    rows = Buyer.objects.filter(insurer_id=actor.insurer_id, identifier__in=named)
    buyers = {(country, number): pk for country, number, pk in rows.values_list("country", "identifier", "pk")}
    errors = [
        error
        for line, one in enumerate(delegations, 1)
        for error in _errors(one, line=line, policies=policies, buyers=buyers)
    ]
    if errors:
        raise FieldErrors(errors)
    references = {one.source_reference for one in delegations}
    known = set(
        Beneficiary.objects.filter(insurer_id=actor.insurer_id, source_reference__in=references).values_list(
            "source_reference", flat=True
        )
    )
    new = list({one.source_reference: one for one in delegations if one.source_reference not in known}.values())
    Beneficiary.objects.bulk_create(
        Beneficiary(
            insurer_id=actor.insurer_id,
            policy_id=policies[one.policy_number],
            buyer_id=buyers[one.buyer_country, one.buyer_identifier] if one.buyer_identifier else None,
            kind=one.kind,
            name=one.name,
            account=one.account,
            first_day=one.first_day,
            end_day=one.end_day,
            source_reference=one.source_reference,
            booked_on=on,
        )
        for one in new
    )
    tell(
        actor,
        [
            Change(
                "beneficiary.named",
                one.policy_number,
                became={"name": one.name, "first_day": one.first_day.isoformat()},
            )
            for one in new
        ],
        on=on,
    )
    return len(new)


def _errors(
    one: Delegation, *, line: int, policies: dict[str, int], buyers: dict[tuple[str, str], int]
) -> list[FieldError]:
    found = []
    if one.policy_number not in policies:
        found.append(FieldError("policy_number", _("No such policy is known."), code="unknown_policy", line=line))
    if one.buyer_identifier and (one.buyer_country, one.buyer_identifier) not in buyers:
        found.append(FieldError("buyer_identifier", _("No such buyer is known."), code="unknown_buyer", line=line))
    if one.kind not in BeneficiaryKind.values:
        found.append(FieldError("kind", _("A beneficiary is a bank or a factor."), code="unknown_kind", line=line))
    if not one.name.strip():
        found.append(FieldError("name", _("A beneficiary has a name."), code="name_missing", line=line))
    if one.end_day is not None and one.end_day <= one.first_day:
        found.append(FieldError("end_day", _("It ends after its first day."), code="days_in_order", line=line))
    return found
