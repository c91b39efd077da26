"""Entering organisations, people and memberships; every command may run twice and changes nothing the second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from capweb.accounts.models import ROLES_BY_KIND, Installation, Membership, Organisation, User
from capweb.kernel.errors import DomainError
from capweb.kernel.identifiers import new_public_id


class RoleNotForOrganisation(DomainError):
    """The role belongs to another kind of organisation."""

    code = "role_not_for_organisation"


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """`code` is the stable short name by which files and law data know it (`euler-hermes`, `ccr`)."""

    kind: str
    code: str
    name: str
    siren: str = ""
    street: str = ""
    postal_code: str = ""
    town: str = ""


@dataclass(frozen=True, slots=True)
class NewMembership:
    """A person (by e-mail), in an organisation, with a role, for an insurer (none for reinsurer and operator)."""

    email: str
    full_name: str
    organisation: str
    role: str
    insurer: str | None = None
    language: str = "fr"


def enter_organisations(new: Sequence[NewOrganisation], *, using: str = "platform") -> dict[str, Organisation]:
    """The organisations by code, those that were missing entered; names that stand are left as they are."""
    Organisation.objects.using(using).bulk_create(
        [
            Organisation(
                public_id=new_public_id("org"),
                kind=one.kind,
                code=one.code,
                name=one.name,
                siren=one.siren,
                street=one.street,
                postal_code=one.postal_code,
                town=one.town,
            )
            for one in new
        ],
        ignore_conflicts=True,
    )
    codes = [one.code for one in new]
    return {row.code: row for row in Organisation.objects.using(using).filter(code__in=codes)}


def enter_memberships(new: Sequence[NewMembership], *, password: str | None, using: str = "platform") -> int:
    """Enter people and their memberships; how many memberships were new.

    People who were not known get `password` (None: one that nobody knows). Raises RoleNotForOrganisation.
    """
    codes = {one.organisation for one in new} | {one.insurer for one in new if one.insurer}
    by_code = {row.code: row for row in Organisation.objects.using(using).filter(code__in=codes)}
    for one in new:
        kind = by_code[one.organisation].kind
        if one.role not in ROLES_BY_KIND[kind]:
            raise RoleNotForOrganisation(
                f"{one.role} is no role of a {kind}: {one.email} cannot have it in {one.organisation}.", email=one.email
            )
    hashed = make_password(password)
    User.objects.using(using).bulk_create(
        [
            User(email=email, full_name=name, language=language, password=hashed)
            for email, (name, language) in {one.email: (one.full_name, one.language) for one in new}.items()
        ],
        ignore_conflicts=True,
    )
    people = {row.email: row for row in User.objects.using(using).filter(email__in=[one.email for one in new])}
    before = Membership.objects.using(using).count()
    Membership.objects.using(using).bulk_create(
        [
            Membership(
                public_id=new_public_id("mem"),
                user=people[one.email],
                organisation=by_code[one.organisation],
                insurer=by_code[one.insurer] if one.insurer else None,
                role=one.role,
            )
            for one in new
        ],
        ignore_conflicts=True,
    )
    return Membership.objects.using(using).count() - before


def begin_sandbox(first_day: date, *, using: str = "platform") -> None:
    """Make this installation a sandbox whose books begin on a day; nothing changes where it already is something."""
    Installation.objects.using(using).bulk_create(
        [Installation(id=1, is_sandbox=True, business_day=first_day)], ignore_conflicts=True
    )


def move_business_day(day: date, *, using: str = "platform") -> None:
    """Put the books of a sandbox on a later day; the database refuses an earlier one."""
    Installation.objects.using(using).filter(id=1, is_sandbox=True).update(business_day=day)
