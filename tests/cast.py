"""The fixed cast of characters: who exists in every test with a database.

Five insurers, two brokers, the two reinsurers and the operator; Élise underwrites at Euler Hermes, Karim at Coface,
Brune is a broker who works with both. Policyholders and buyers are made by each test through `tests.factories`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.commands.enter_people import (
    NewMembership,
    NewOrganisation,
    enter_memberships,
    enter_organisations,
)
from capweb.accounts.models import Organisation
from capweb.kernel.identifiers import siren_from_serial

OPENING_DAY = date(2020, 6, 15)
PASSWORD = "Une phrase de passe 2020"

INSURERS = ("euler-hermes", "coface", "atradius", "groupama", "axa-assurcredit")
ORGANISATIONS = [
    *(
        NewOrganisation("insurer", code, code.title(), siren_from_serial(90000001 + i), "1 rue Nord", "75002", "Paris")
        for i, code in enumerate(INSURERS)
    ),
    NewOrganisation("broker", "courtage-du-port", "Courtage du Port", siren_from_serial(91000001)),
    NewOrganisation("broker", "cabinet-lemoine", "Cabinet Lemoine", siren_from_serial(91000002)),
    NewOrganisation("reinsurer", "ccr", "Caisse centrale de réassurance"),
    NewOrganisation("reinsurer", "bpifrance", "Bpifrance Assurance Export"),
    NewOrganisation("operator", "exploitant", "Exploitant"),
]  # fmt: skip
MEMBERSHIPS = [
    NewMembership("elise@euler-hermes.example", "Élise Aubry", "euler-hermes", "underwriter", "euler-hermes"),
    NewMembership("serge@euler-hermes.example", "Serge Vidal", "euler-hermes", "senior_underwriter", "euler-hermes"),
    NewMembership("rita@euler-hermes.example", "Rita Nguyen", "euler-hermes", "reinsurance_accountant", "euler-hermes"),
    NewMembership("ada@euler-hermes.example", "Ada Colin", "euler-hermes", "administrator", "euler-hermes"),
    NewMembership("axel@euler-hermes.example", "Axel Roy", "euler-hermes", "auditor", "euler-hermes"),
    NewMembership("karim@coface.example", "Karim Benali", "coface", "underwriter", "coface"),
    NewMembership("brune@courtage-du-port.example", "Brune Legal", "courtage-du-port", "broker", "euler-hermes"),
    NewMembership("brune@courtage-du-port.example", "Brune Legal", "courtage-du-port", "broker", "coface"),
    NewMembership("luc@cabinet-lemoine.example", "Luc Lemoine", "cabinet-lemoine", "broker", "euler-hermes"),
    NewMembership("ccr@ccr.example", "Claire Caron", "ccr", "reinsurer"),
    NewMembership("bpi@bpifrance.example", "Bastien Petit", "bpifrance", "reinsurer"),
    NewMembership("ops@exploitant.example", "Odile Prat", "exploitant", "operator"),
]


@dataclass(frozen=True)
class Cast:
    """The organisations by code, and the actors that tests act as."""

    organisations: dict[str, Organisation]

    def actor(
        self, insurer: str = "euler-hermes", *, role: str = "underwriter", organisation: str | None = None
    ) -> Actor:
        own = self.organisations[organisation or insurer]
        house = self.organisations[insurer]
        return Actor(
            name=f"{role}@{own.code}.example",
            role=role,
            insurer_id=house.pk,
            insurer_code=house.code,
            organisation_id=own.pk,
            organisation_kind=own.kind,
        )

    def broker(self, insurer: str = "euler-hermes", *, organisation: str = "courtage-du-port") -> Actor:
        return self.actor(insurer, role="broker", organisation=organisation)

    @property
    def operator(self) -> PlatformActor:
        return PlatformActor(
            name="ops@exploitant.example", role="operator", organisation_id=self.organisations["exploitant"].pk
        )


def enter_cast(*, using: str) -> None:
    """Write the cast; called once a session, committed."""
    enter_organisations(ORGANISATIONS, using=using)
    enter_memberships(MEMBERSHIPS, password=PASSWORD, using=using)
