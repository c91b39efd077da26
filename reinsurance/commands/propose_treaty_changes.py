"""Proposes to open, change, end or prolong treaties: nothing counts before a second person has approved it.

The bounds of the law come in as plain values by kind, market and day; which law they come from is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connections
from django.utils.translation import gettext as _

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from reinsurance.commands import treaty_messages
from reinsurance.commands.book_entries import leave_trail
from reinsurance.domain import treaty_changes
from reinsurance.domain.treaty import TreatyBounds
from reinsurance.domain.treaty_changes import CHANGE_KINDS, OPEN, Document, Mistake, TreatyFacts
from reinsurance.models import TreatyProposal
from reinsurance.queries.treaty_facts import reinsurer_codes, treaty_facts

BoundsOn = Callable[[str, str, date], TreatyBounds]


class NotAPerson(DomainError):
    """A treaty is agreed by two people: a program or the system is none."""

    code = "not_a_person"
    status = 403


@dataclass(frozen=True, slots=True)
class TreatyChange:
    """One change to be approved or rejected: its kind (reinsurance.domain.treaty_changes) and its fields by name."""

    kind: str
    fields: Mapping[str, object]


def propose_treaty_changes(
    actor: Actor, changes: Sequence[TreatyChange], *, bounds_on: BoundsOn, reason: str, booked_on: date
) -> list[str]:
    """Put the changes before a second person; the public ids of the proposals, in order. Inside acting(actor).

    A change that the same person has proposed to the letter and that is still open is not proposed again. Raises
    NotAllowed without `treaties.propose`, NotAPerson for a program, FieldErrors naming every mistake by `change.field`.
    """
    must_be_acting(actor)
    proposer = person_of(actor, "treaties.propose")
    one_at_a_time(actor)
    documents = _checked(actor, changes, reason, bounds_on, on=booked_on)
    ids, made = [], []
    for change, document in zip(changes, documents, strict=True):
        found = _already_open(actor, change.kind, document, reason, proposer)
        if found is None:
            treaty = document.get("treaty") or new_public_id("trt")
            found = TreatyProposal(
                public_id=new_public_id("trp"),
                insurer_id=actor.insurer_id,
                kind=change.kind,
                treaty_public_id=treaty,
                document={**document, "treaty": treaty},
                reason=reason.strip(),
                proposer_id=proposer,
                proposed_by=actor.name,
                booked_on=booked_on,
            )
            made.append(found)
        ids.append(found.public_id)
    TreatyProposal.objects.bulk_create(made)
    leave_trail(actor, [_told(one) for one in made], on=booked_on)
    return ids


def person_of(actor: Actor, right: str) -> int:
    """The person who acts, with that right. Raises NotAllowed, NotAPerson."""
    actor.must_be_allowed(right)
    if actor.user_id is None:
        raise NotAPerson(_("A treaty is agreed by two people: sign in as a person."), actor=actor.name)
    return actor.user_id


def one_at_a_time(actor: Actor) -> None:
    """Proposals about one insurer's treaties are made and decided one after another, until the transaction ends."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('reinsurance.treaties', %s))", [actor.insurer_id])


def against_the_books(
    kind: str,
    document: Document,
    *,
    treaties: Sequence[TreatyFacts],
    reinsurers: set[str],
    bounds_on: BoundsOn,
    on: date,
) -> tuple[TreatyBounds | None, list[Mistake]]:
    """The bounds that the law sets for a document that could be read, and what keeps it from being carried out."""
    about = treaty_changes.needs_bounds(kind, document, treaties)
    bounds = None if about is None else bounds_on(*about)
    mistakes = treaty_changes.objections(kind, document, treaties=treaties, bounds=bounds, on=on)
    if kind == OPEN and document["reinsurer"] not in reinsurers:
        mistakes.append(Mistake("reinsurer", "reinsurer_unknown"))
    return bounds, mistakes


def _checked(
    actor: Actor, changes: Sequence[TreatyChange], reason: str, bounds_on: BoundsOn, *, on: date
) -> list[Document]:
    errors = [] if reason.strip() else [_no_reason()]
    treaties, reinsurers = treaty_facts(actor), reinsurer_codes(actor)
    documents = []
    for place, change in enumerate(changes):
        if change.kind not in CHANGE_KINDS:
            told = _("One of these is expected: %(known)s.") % {"known": ", ".join(CHANGE_KINDS)}
            errors.append(FieldError(f"{place}.kind", told, code="unknown_choice"))
            continue
        document, mistakes = treaty_changes.read_change(change.kind, change.fields)
        if not mistakes:
            bounds, mistakes = against_the_books(
                change.kind, document, treaties=treaties, reinsurers=reinsurers, bounds_on=bounds_on, on=on
            )
            document = treaty_changes.completed(change.kind, document, bounds)
        errors += [treaty_messages.told(mistake, at=str(place)) for mistake in mistakes]
        documents.append(document)
    if errors:
        raise FieldErrors(errors)
    return documents


def _no_reason() -> FieldError:
    return FieldError("reason", _("Say why: the second person reads it."), code="required")


def _already_open(actor: Actor, kind: str, document: Document, reason: str, proposer: int) -> TreatyProposal | None:
    # The id of a treaty to be opened is new each time; everything else must be the same.
    return TreatyProposal.objects.filter(
        insurer_id=actor.insurer_id,
        kind=kind,
        document__contains=document,
        reason=reason.strip(),
        proposer_id=proposer,
        decisions=None,
    ).first()


def _told(one: TreatyProposal) -> Change:
    became = {"kind": one.kind, "document": one.document, "reason": one.reason}
    return Change("treaty_proposal.made", one.public_id, became=became)
