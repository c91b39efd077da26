"""Proposes rows for contractual tables: nothing counts before a second person has approved it (settle_proposals)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connections
from django.utils.translation import gettext as _

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from eligibility.commands import contract_messages
from eligibility.domain.contract_changes import KINDS, ground_of, read_row
from eligibility.models import Proposal
from eligibility.queries.law_book import current_law_book

LARGEST_CHANGE_ROWS = 2_000


class NotAPerson(DomainError):
    """Contractual rows need two people: a program or the system is none."""

    code = "not_a_person"
    status = 403


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """Rows of one kind to be approved or rejected together, columns by name (`eligibility.domain.table_columns`)."""

    kind: str
    rows: Sequence[Mapping[str, object]]


def propose_changes(actor: Actor, changes: Sequence[ProposedChange], *, reason: str, booked_on: date) -> list[str]:
    """Put the changes before a second person; the public ids of the proposals, in order. Inside acting(actor).

    A change that the same person has already proposed to the letter and that is still open is not proposed again.
    Raises NotAllowed without `contracts.propose`, NotAPerson for a program, FieldErrors naming every mistake by
    `change.row.field`.
    """
    must_be_acting(actor)
    proposer = person_of(actor, "contracts.propose")
    one_at_a_time(actor)
    rows = _checked(actor, changes, reason)
    ids, made = [], []
    for change, columns in zip(changes, rows, strict=True):
        found = _already_open(actor, change.kind, columns, reason, proposer)
        if found is None:
            found = Proposal(
                public_id=new_public_id("pro"),
                insurer_id=actor.insurer_id,
                kind=change.kind,
                rows=columns,
                reason=reason.strip(),
                proposer_id=proposer,
                proposed_by=actor.name,
                booked_on=booked_on,
            )
            made.append(found)
        ids.append(found.public_id)
    Proposal.objects.bulk_create(made)
    record_changes(
        [
            Change("proposal.made", one.public_id, became={"kind": one.kind, "rows": one.rows, "reason": one.reason})
            for one in made
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=booked_on,
    )
    return ids


def person_of(actor: Actor, right: str) -> int:
    """The person who acts, with that right. Raises NotAllowed, NotAPerson."""
    actor.must_be_allowed(right)
    if actor.user_id is None:
        raise NotAPerson(_("Contractual rows need two people: sign in as a person."), actor=actor.name)
    return actor.user_id


def one_at_a_time(actor: Actor) -> None:
    """Proposals of one insurer are made and settled one after another, until the transaction ends."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('eligibility.proposals', %s))", [actor.insurer_id]
        )


def mistakes_of(actor: Actor, changes: Sequence[tuple[str, str, Sequence[Mapping[str, object]]]]) -> list[FieldError]:
    """Every mistake of proposed rows (where they stand, their kind, the rows) held against the law book of today."""
    return _read(actor, changes)[1]


def _read(
    actor: Actor, changes: Sequence[tuple[str, str, Sequence[Mapping[str, object]]]]
) -> tuple[list[list[dict[str, Any]]], list[FieldError]]:
    batch = [(kind, row) for _, kind, rows in changes for row in rows]
    ground = ground_of(actor.insurer_code, current_law_book(actor), batch)
    found, errors = [], []
    for at, kind, rows in changes:
        columns = []
        for place, row in enumerate(rows):
            one, mistakes = read_row(kind, row, ground)
            columns.append(one)
            errors += [contract_messages.told(mistake, at=f"{at}.{place}") for mistake in mistakes]
        found.append(columns)
    return found, errors


def _checked(actor: Actor, changes: Sequence[ProposedChange], reason: str) -> list[list[dict[str, Any]]]:
    errors = []
    if not reason.strip():
        errors.append(FieldError("reason", _("Say why: the second person reads it."), code="required"))
    for index, change in enumerate(changes):
        if change.kind not in KINDS:
            known = ", ".join(KINDS)
            told = _("“%(value)s” is none of: %(known)s.") % {"value": change.kind, "known": known}
            errors.append(FieldError(f"{index}.kind", told, code="unknown_choice"))
        elif not 1 <= len(change.rows) <= LARGEST_CHANGE_ROWS:
            told = _("A change has 1 to %(most)s rows.") % {"most": LARGEST_CHANGE_ROWS}
            errors.append(FieldError(f"{index}.rows", told, code="rows"))
    if errors:
        raise FieldErrors(errors)
    rows, errors = _read(actor, [(str(index), change.kind, change.rows) for index, change in enumerate(changes)])
    if errors:
        raise FieldErrors(errors)
    return rows


def _already_open(
    actor: Actor, kind: str, columns: list[dict[str, Any]], reason: str, proposer: int
) -> Proposal | None:
    return Proposal.objects.filter(
        insurer_id=actor.insurer_id,
        kind=kind,
        rows=json.loads(json.dumps(columns)),
        reason=reason.strip(),
        proposer_id=proposer,
        settlements=None,
    ).first()
