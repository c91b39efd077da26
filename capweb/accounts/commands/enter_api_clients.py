"""Entering API clients: an OAuth 2.0 client of the client credentials grant, bound to one insurer and one role.

The secret is told once, here; what is stored is its hash.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from oauth2_provider.generators import generate_client_id, generate_client_secret
from oauth2_provider.models import Application

from capweb.accounts.commands.enter_people import RoleNotForOrganisation
from capweb.accounts.models import ROLES_BY_KIND, ApiClient, Organisation
from capweb.kernel.errors import DomainError
from capweb.kernel.identifiers import new_public_id


class OrganisationUnknown(DomainError):
    """There is no organisation of this code, or it is not an insurer where one is needed."""

    code = "organisation_unknown"
    status = 404


@dataclass(frozen=True, slots=True)
class NewApiClient:
    """A client of an organisation (by code), with a role, for an insurer (by code)."""

    name: str
    organisation: str
    role: str
    insurer: str


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What the client signs in with. `client_secret` cannot be told again."""

    public_id: str
    client_id: str
    client_secret: str


def enter_api_client(new: NewApiClient) -> ClientCredentials:
    """Enter one client. Raises OrganisationUnknown, and RoleNotForOrganisation as for people."""
    codes = {new.organisation, new.insurer}
    by_code = {row.code: row for row in Organisation.objects.filter(code__in=codes)}
    own, house = by_code.get(new.organisation), by_code.get(new.insurer)
    if own is None or house is None or house.kind != "insurer":
        raise OrganisationUnknown(
            f"{new.organisation} and the insurer {new.insurer} must both be known.", organisations=sorted(codes)
        )
    if new.role not in ROLES_BY_KIND[own.kind]:
        raise RoleNotForOrganisation(f"{new.role} is no role of a {own.kind}: {new.name} cannot have it.")
    client_id, secret = generate_client_id(), generate_client_secret()
    with transaction.atomic():
        application = Application.objects.create(
            name=new.name,
            client_id=client_id,
            client_secret=secret,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        )
        client = ApiClient.objects.create(
            public_id=new_public_id("cli"), application=application, organisation=own, insurer=house, role=new.role
        )
    return ClientCredentials(client.public_id, client_id, secret)
