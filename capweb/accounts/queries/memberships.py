"""Which memberships a person or API client has, and the actor each makes."""

from __future__ import annotations

from dataclasses import dataclass

from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.models import ApiClient, Membership, Organisation, Role


@dataclass(frozen=True, slots=True)
class MembershipRow:
    public_id: str
    role: str
    role_label: str
    organisation_name: str
    insurer_name: str
    actor: Actor | PlatformActor


def of_user(user_id: int, *, using: str = "default") -> list[MembershipRow]:
    """The active memberships of a person, oldest first; one query."""
    rows = (
        Membership.objects.using(using)
        .filter(user_id=user_id, is_active=True, user__is_active=True)
        .select_related("organisation", "insurer", "user")
        .order_by("id")
    )
    return [
        MembershipRow(
            public_id=row.public_id,
            role=row.role,
            role_label=str(Role(row.role).label),
            organisation_name=row.organisation.name,
            insurer_name=row.insurer.name if row.insurer else "",
            actor=_actor(row),
        )
        for row in rows
    ]


def people_of(insurer_id: int, *, using: str = "default") -> list[Actor]:
    """The insurer's own people as actors, one for each active role, oldest first; one query."""
    rows = (
        Membership.objects.using(using)
        .filter(insurer_id=insurer_id, organisation_id=insurer_id, is_active=True, user__is_active=True)
        .select_related("organisation", "insurer", "user")
        .order_by("id")
    )
    return [actor for row in rows if isinstance(actor := _actor(row), Actor)]


def of_client(application_id: int, *, scopes: frozenset[str]) -> Actor | None:
    """The actor of an OAuth client with the scopes of its token; None when the client is bound to no insurer."""
    row = ApiClient.objects.filter(application_id=application_id).select_related("organisation", "insurer").first()
    if row is None:
        return None
    return Actor(
        name=f"api:{row.public_id}",
        role=row.role,
        insurer_id=row.insurer_id,
        insurer_code=row.insurer.code,
        organisation_id=row.organisation_id,
        organisation_kind=row.organisation.kind,
        client_id=row.pk,
        scopes=scopes,
    )


def insurers(*, using: str = "default") -> list[Organisation]:
    """Every insurer of the installation, in the order of their ids."""
    return list(Organisation.objects.using(using).filter(kind="insurer").order_by("id"))


def system_actor(insurer: Organisation, *, name: str) -> Actor:
    """The actor of automatic work for one insurer (a worker, the night); `name` is what the trail shows."""
    return Actor(
        name=name,
        role=Role.SYSTEM.value,
        insurer_id=insurer.pk,
        insurer_code=insurer.code,
        organisation_id=insurer.pk,
        organisation_kind="insurer",
    )


def _actor(row: Membership) -> Actor | PlatformActor:
    if row.insurer is None:
        return PlatformActor(
            name=row.user.email, role=row.role, organisation_id=row.organisation_id, user_id=row.user_id
        )
    return Actor(
        name=row.user.email,
        role=row.role,
        insurer_id=row.insurer_id,  # type: ignore[arg-type]
        insurer_code=row.insurer.code,
        organisation_id=row.organisation_id,
        organisation_kind=row.organisation.kind,
        user_id=row.user_id,
    )
