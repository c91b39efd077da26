"""Who is on the stage of the sample: organisations of all five kinds, their people, and what these may do.

The insurers, reinsurers and their codes are those of the scheme; everything else, SIREN numbers and addresses included,
is made up: the numbers lie in a range that the register keeps for public bodies, so that no company has them. Addresses
of e-mail end in `.example`, so that nothing can ever be sent to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from capweb.accounts.commands.enter_people import NewMembership, NewOrganisation
from capweb.kernel.identifiers import siren_from_serial

# In a sandbox everybody is meant to get in; outside of one the sample is refused.
DEMO_PASSWORD: Final = "agrement-2020"  # noqa: S105  it protects nothing: the data are made up

# Share of the notices, in percent: plausible, and not the insurers' shares of the market.
INSURER_SHARES: Final = {
    "euler-hermes": 40,
    "coface": 28,
    "atradius": 14,
    "groupama": 10,
    "axa-assurcredit": 8,
}
POLICY_PREFIXES: Final = {
    "euler-hermes": "EH",
    "coface": "CF",
    "atradius": "AT",
    "groupama": "GA",
    "axa-assurcredit": "AX",
}
_INSURER_NAMES: Final = {
    "euler-hermes": "Euler Hermes France",
    "coface": "Coface",
    "atradius": "Atradius",
    "groupama": "Groupama Assurance-crédit & Caution",
    "axa-assurcredit": "AXA Assurcrédit",
}
# Which insurers each broker works with, the share of their clients that it brings coming first.
BROKERS: Final = {
    "courtage-atlantique": ("Courtage Atlantique", ("euler-hermes", "coface", "atradius")),
    "cabinet-vauban": ("Cabinet Vauban", ("euler-hermes", "groupama")),
    "garance-risques": ("Garance Risques", ("coface", "axa-assurcredit", "euler-hermes")),
    "sud-credit-conseil": ("Sud Crédit Conseil", ("coface", "groupama")),
    "alliance-est": ("Alliance Est Courtage", ("atradius", "axa-assurcredit")),
    "pole-export": ("Pôle Export Assurances", ("euler-hermes", "coface", "atradius", "groupama")),
}
# The policyholders whose own people sign in, by the insurer with whom they have their policy.
POLICYHOLDER_ORGANISATIONS: Final = {
    "euler-hermes": ("menuiserie-aubin", "Menuiserie Aubin SAS", 29_950_001),
    "coface": ("conserverie-du-tregor", "Conserverie du Trégor SA", 29_950_002),
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """One line of who may sign in: a person, the e-mail address, and the roles by organisation."""

    email: str
    full_name: str
    roles: tuple[str, ...]


def organisations() -> list[NewOrganisation]:
    """All organisations of the sample but the brokers' clients, which stay with their insurers."""
    found = []
    for place, (code, name) in enumerate(_INSURER_NAMES.items(), start=1):
        siren = siren_from_serial(29_900_000 + place)
        found.append(NewOrganisation("insurer", code, name, siren, f"{place} place de l'Agrément", "75000", "Paris"))
    for place, (code, (name, _)) in enumerate(BROKERS.items(), start=1):
        siren = siren_from_serial(29_920_000 + place)
        found.append(NewOrganisation("broker", code, name, siren, f"{9 + place} rue du Mandat", "69000", "Lyon"))
    for code, name, serial in POLICYHOLDER_ORGANISATIONS.values():
        siren = siren_from_serial(serial)
        found.append(NewOrganisation("policyholder", code, name, siren, "8 rue des Forges", "35000", "Rennes"))
    return [
        *found,
        NewOrganisation("reinsurer", "ccr", "Caisse centrale de réassurance"),
        NewOrganisation("reinsurer", "bpifrance", "Bpifrance Assurance Export"),
        NewOrganisation("operator", "exploitant", "Exploitant de la plate-forme"),
    ]


def memberships() -> list[NewMembership]:
    """All people of the sample with their roles."""
    return [*_insurers_people(), *_brokers_people(), *_policyholders_people(), *_other_people()]


def _insurers_people() -> list[NewMembership]:
    full_desks = {
        "euler-hermes": (
            ("underwriter", "Élise Aubry", "elise.aubry"),
            ("senior_underwriter", "Serge Vidal", "serge.vidal"),
            ("reinsurance_accountant", "Rita Nguyen", "rita.nguyen"),
            ("administrator", "Ada Colin", "ada.colin"),
            ("auditor", "Axel Roy", "axel.roy"),
        ),
        "coface": (
            ("underwriter", "Karim Benali", "karim.benali"),
            ("senior_underwriter", "Solène Petit", "solene.petit"),
            ("reinsurance_accountant", "Rémi Faure", "remi.faure"),
            ("administrator", "Aline Costa", "aline.costa"),
            ("auditor", "Aurel Mercier", "aurel.mercier"),
        ),
        "atradius": (
            ("underwriter", "Naïma Daoud", "naima.daoud"),
            ("senior_underwriter", "Sofia Marchal", "sofia.marchal"),
            ("reinsurance_accountant", "Jonas Keller", "jonas.keller"),
            ("administrator", "Adam Keller", "adam.keller"),
        ),
        "groupama": (
            ("underwriter", "Hugo Lambert", "hugo.lambert"),
            ("senior_underwriter", "Sylvain Roche", "sylvain.roche"),
            ("reinsurance_accountant", "Flora Denis", "flora.denis"),
            ("administrator", "Agathe Blin", "agathe.blin"),
        ),
        "axa-assurcredit": (
            ("underwriter", "Inès Gallo", "ines.gallo"),
            ("senior_underwriter", "Sarah Nadeau", "sarah.nadeau"),
            ("reinsurance_accountant", "Paul Henry", "paul.henry"),
            ("administrator", "Alexis Fort", "alexis.fort"),
        ),
    }
    return [
        NewMembership(f"{email}@{insurer}.example", name, insurer, role, insurer)
        for insurer, people in full_desks.items()
        for role, name, email in people
    ]


def _brokers_people() -> list[NewMembership]:
    """One person for each broker, acting for every insurer with which the broker works, one at a time."""
    people = (
        ("courtage-atlantique", "Brune Legal", "brune.legal"),
        ("cabinet-vauban", "Luc Lemoine", "luc.lemoine"),
        ("garance-risques", "Garance Pons", "garance.pons"),
        ("sud-credit-conseil", "Magali Serre", "magali.serre"),
        ("alliance-est", "Timo Schmitt", "timo.schmitt"),
        ("pole-export", "Yasmine Haddad", "yasmine.haddad"),
    )
    return [
        NewMembership(f"{email}@{broker}.example", name, broker, "broker", insurer)
        for broker, name, email in people
        for insurer in BROKERS[broker][1]
    ]


def _policyholders_people() -> list[NewMembership]:
    people = {"euler-hermes": ("Marc Aubin", "marc.aubin"), "coface": ("Nolwenn Oger", "nolwenn.oger")}
    return [
        NewMembership(f"{people[insurer][1]}@{code}.example", people[insurer][0], code, "policyholder", insurer)
        for insurer, (code, _, _) in POLICYHOLDER_ORGANISATIONS.items()
    ]


def _other_people() -> list[NewMembership]:
    return [
        NewMembership("claire.caron@ccr.example", "Claire Caron", "ccr", "reinsurer"),
        NewMembership("bastien.petit@bpifrance.example", "Bastien Petit", "bpifrance", "reinsurer"),
        NewMembership("odile.prat@exploitant.example", "Odile Prat", "exploitant", "operator"),
    ]


def sign_ins() -> list[SignIn]:
    """Who may sign in, each person once, in the order of the roles."""
    found: dict[str, list[NewMembership]] = {}
    for one in memberships():
        found.setdefault(one.email, []).append(one)
    return [
        SignIn(
            email,
            given[0].full_name,
            tuple(f"{one.role}, {one.organisation}{_acting_for(one)}" for one in given),
        )
        for email, given in found.items()
    ]


def _acting_for(one: NewMembership) -> str:
    return "" if one.insurer in (None, one.organisation) else f" for {one.insurer}"
