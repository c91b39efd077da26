"""To whom a message about a policy goes on a day: the broker under mandate that day, else the policyholder itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from capweb.accounts.actor import Actor
from capweb.accounts.models import Membership
from policies.models import Mandate, Policy


@dataclass(frozen=True, slots=True)
class Addressee:
    """An organisation that signs in here, the language of its first person, and where its people have their mail."""

    organisation_id: int
    language: str
    addresses: tuple[str, ...]


def of_policies(actor: Actor, wanted: Iterable[tuple[int, date]]) -> dict[tuple[int, date], Addressee | None]:
    """The addressee for each policy and day; None where neither broker nor policyholder signs in here.

    Three queries for any number; inside acting(actor).
    """
    wanted = list(dict.fromkeys(wanted))
    holders = {
        policy_id: (holder_id, organisation_id)
        for policy_id, holder_id, organisation_id in Policy.objects.filter(
            insurer_id=actor.insurer_id, pk__in={policy_id for policy_id, _ in wanted}
        ).values_list("pk", "policyholder_id", "policyholder__organisation_id")
    }
    mandates = defaultdict(list)
    for row in Mandate.objects.filter(
        insurer_id=actor.insurer_id, policyholder_id__in={holder_id for holder_id, _ in holders.values()}
    ):
        mandates[row.policyholder_id].append(row)
    organisations: dict[tuple[int, date], int | None] = {}
    for policy_id, on in wanted:
        holder_id, own = holders[policy_id]
        brokers = [
            row.broker_id
            for row in mandates[holder_id]
            if row.first_day <= on and (row.end_day is None or on < row.end_day)
        ]
        organisations[policy_id, on] = brokers[0] if brokers else own
    known = people_of(actor, {one for one in organisations.values() if one is not None})
    return {key: None if one is None else known[one] for key, one in organisations.items()}


def people_of(actor: Actor, organisations: Collection[int]) -> dict[int, Addressee]:
    """Brokers and policyholders by organisation, with their people of today. One query; inside acting(actor)."""
    people = defaultdict(list)
    for organisation_id, address, language in (
        Membership.objects.filter(
            insurer_id=actor.insurer_id,
            organisation_id__in=organisations,
            role__in=("broker", "policyholder"),
            is_active=True,
            user__is_active=True,
        )
        .order_by("id")
        .values_list("organisation_id", "user__email", "user__language")
    ):
        people[organisation_id].append((address, language))
    return {
        one: Addressee(
            one,
            people[one][0][1] if people[one] else "fr",
            tuple(dict.fromkeys(address for address, _ in people[one])),
        )
        for one in organisations
    }
