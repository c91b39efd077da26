"""Two people of an insurer who agree about its treaties, through the real commands and the law as it is shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.models import User
from policies.commands.agree_treaties import approve_treaty_proposals, propose_treaty_changes
from reinsurance.commands.propose_treaty_changes import TreatyChange
from tests.cast import OPENING_DAY, Cast

RITA, ADA = "rita@euler-hermes.example", "ada@euler-hermes.example"
ROLES = {RITA: "reinsurance_accountant", ADA: "administrator"}
OPENING: Mapping[str, object] = {
    "reinsurer": "ccr",
    "kind": "substitution",
    "market": "domestic",
    "first_day": "2020-06-15",
    "ceded_ratio": "0.95",
    "reference": "Traité CAP+ 2020",
}
EXPORT: Mapping[str, object] = {**OPENING, "market": "export", "reinsurer": "bpifrance"}


def person(cast: Cast, email: str) -> Actor:
    """Somebody of Euler Hermes, signed in."""
    found = cast.actor(role=ROLES[email])
    return replace(found, name=email, user_id=User.objects.get(email=email).pk)


def propose(
    actor: Actor, kind: str, fields: Mapping[str, object], *, on: date = OPENING_DAY, why: str = "Signé."
) -> str:
    with acting(actor):
        (public_id,) = propose_treaty_changes(actor, [TreatyChange(kind, fields)], reason=why, booked_on=on)
    return public_id


def approve(actor: Actor, *public_ids: str, on: date = OPENING_DAY) -> None:
    with acting(actor):
        approve_treaty_proposals(actor, public_ids, booked_on=on)


def agree(cast: Cast, kind: str, fields: Mapping[str, object], *, on: date = OPENING_DAY) -> None:
    """Rita proposes, Ada approves, on the same day."""
    approve(person(cast, ADA), propose(person(cast, RITA), kind, fields, on=on), on=on)
