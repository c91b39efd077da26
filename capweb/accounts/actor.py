"""The actor: who acts, in which role, for which one insurer. Every query and command takes it first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from capweb.kernel.errors import DomainError

# What each role may do. Reading is scoped further by organisation (a broker sees its own clients only).
_DESK: Final = {
    "requests.read", "guarantees.read", "documents.read", "buyers.read", "simulate", "envelopes.read", "law.read",
    "contracts.read", "events.read", "exceptions.read", "messages.read", "mediations.read",
}  # fmt: skip
# An exception is opened at the desk; the authority's decision is entered by another person, a senior one. The
# policyholder or its broker tells that it has gone to the mediator; the desk answers.
_EXCEPTIONS: Final = {"exceptions.write", "mediations.write", "mediations.answer"}
# A renewal that the rules refer is answered by one underwriter and confirmed by another person, a senior one
# (`renewals.settle`, `renewals.confirm`); no program has either right.
# Contractual rows are proposed by one person and approved by another; no program has either right.
_CONTRACTS: Final = {"contracts.propose", "contracts.approve"}
_TREATIES: Final = {"treaties.propose", "treaties.approve"}
# Who declares a claim does not pay it: paying, and what comes back, are the accountant's (`claims.cede`).
_CLAIMS: Final = {"claims.read", "claims.declare", "claims.handle"}
_BOOKS: Final = {"treaties.read", "ledger.read", "bordereaux.read", "seals.read"}
RIGHTS: Final[dict[str, frozenset[str]]] = {
    "underwriter": frozenset(
        _DESK
        | _CLAIMS
        | {
            "requests.write",
            "requests.settle",
            "offers.answer",
            "buyer_limits.write",
            "renewals.write",
            "renewals.settle",
            "rating_waves.propose",
            "limit_waves.propose",
            "identity_changes.propose",
            "group_limits.propose",
            "messages.send",
            "statements.ask",
        }
        | _EXCEPTIONS
    ),
    "senior_underwriter": frozenset(
        _DESK
        | {"requests.write", "requests.settle", "requests.settle_above", "offers.answer"}
        | {"buyer_limits.write", "renewals.write", "guarantees.withdraw", "what_if.run", "messages.send"}
        | {"renewals.settle", "renewals.confirm", "rating_waves.propose", "rating_waves.confirm"}
        | {"limit_waves.propose", "limit_waves.confirm"}
        | {"identity_changes.propose", "identity_changes.confirm"}
        | {"group_limits.propose", "group_limits.confirm"}
        | _EXCEPTIONS
        | {"exceptions.decide", "short_notices.confirm", "statements.ask"}
        | _CONTRACTS
        | _CLAIMS
    ),
    "reinsurance_accountant": frozenset(
        _DESK
        | _BOOKS
        | _TREATIES
        | {"bordereaux.write", "settlement.write", "claims.read", "claims.cede", "what_if.run"}
    ),
    "administrator": frozenset(
        _DESK | {"people.write", "treaties.read", "clients.write", "what_if.run"} | _CONTRACTS | _TREATIES
    ),
    "auditor": frozenset(_DESK | _BOOKS | {"trail.read", "claims.read"}),
    "broker": frozenset(
        {"requests.read", "requests.write", "guarantees.read", "documents.read", "offers.answer", "renewals.write"}
        | {"simulate", "law.read", "claims.read", "claims.declare", "messages.read"}
        | {"mediations.read", "mediations.write", "statements.ask"}
    ),
    "policyholder": frozenset(
        {"requests.read", "requests.write", "guarantees.read", "documents.read", "offers.answer", "renewals.write"}
        | {"simulate", "law.read", "claims.read", "claims.declare", "messages.read"}
        | {"mediations.read", "mediations.write", "statements.ask"}
    ),
    "reinsurer": frozenset(_BOOKS | {"bordereaux.answer", "accounts.advise", "envelopes.read", "law.read"}),
    "operator": frozenset(
        {"accounts.advise", "envelopes.read", "envelopes.write", "business_day.write", "law.read", "seals.read"}
    ),
    "system": frozenset(
        _DESK
        | _CLAIMS
        | {"requests.write", "requests.settle", "offers.answer", "buyer_limits.write", "renewals.write", "ledger.read"}
        | {"treaties.read", "guarantees.withdraw", "what_if.run"}
        | {"bordereaux.read", "bordereaux.write", "settlement.write", "claims.cede", "seals.read", "events.publish"}
        | {"messages.write", "statements.ask"}
    ),
}


class NotAllowed(DomainError):
    """The role does not give this right; the message names both."""

    code = "not_allowed"
    status = 403


@dataclass(frozen=True, slots=True)
class Actor:
    """One person, client or nightly run, acting for exactly one insurer."""

    name: str
    role: str
    insurer_id: int
    insurer_code: str
    organisation_id: int
    organisation_kind: str
    user_id: int | None = None
    client_id: int | None = None
    scopes: frozenset[str] | None = None

    def may(self, right: str) -> bool:
        return right in RIGHTS[self.role]

    def must_be_allowed(self, right: str) -> None:
        """Raises NotAllowed when the role lacks the right."""
        if not self.may(right):
            raise NotAllowed(f"The role {self.role} does not allow {right}.", role=self.role, right=right)

    @property
    def is_insurer(self) -> bool:
        return self.organisation_kind == "insurer"


@dataclass(frozen=True, slots=True)
class PlatformActor:
    """Acts over all insurers through the platform role: the night, the operator, the reinsurer's screens."""

    name: str
    role: str
    organisation_id: int | None = None
    user_id: int | None = None

    def may(self, right: str) -> bool:
        return right in RIGHTS[self.role]

    def must_be_allowed(self, right: str) -> None:
        """Raises NotAllowed when the role lacks the right."""
        if not self.may(right):
            raise NotAllowed(f"The role {self.role} does not allow {right}.", role=self.role, right=right)
