"""A buyer absorbed by another, or with a new SIREN: seen, proposed by one person, confirmed by another (ADR 0018).

The evidence is the reference of its announcement (the BODACC's, a foreign register's). What is confirmed is carried out
by `follow_identities`; a change that was wrong is corrected by another one with its own day, and nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting, must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from capweb.kernel.identifiers import is_siren, new_public_id
from capweb.kernel.money import ZERO
from policies.commands.two_people import ANSWER_COLUMNS, answer_proposal, proposer
from policies.domain.moves import IDENTITY_CHANGE
from policies.models import Buyer, IdentifierType, IdentityChange, IdentityChangeKind, ProposalStatus
from policies.queries import identity_changes
from policies.queries.identity_changes import CompanyLine, Follower, LimitHeld

MOST_CHANGES: Final = 100

_ANSWERED: Final = {"turn_down": "identity_change.turned_down", "take_back": "identity_change.taken_back"}


class IdentityChangeUnknown(DomainError):
    """The insurer has no such change of identity."""

    code = "identity_change_unknown"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityWish:
    """The buyer of this country and number is the buyer of the other one from a day on.

    `kind` is `merger` or `renumbering`. `new_name` is needed where the other is not known here; empty keeps the name.
    `reference` names the announcement.
    """

    kind: str
    old_country: str
    old_identifier: str
    new_country: str
    new_identifier: str
    effective_on: date
    reference: str
    new_name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionWish:
    """The confirmed change `change` was wrong: from a day on, what followed it is the old buyer's again."""

    change: str
    effective_on: date
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class IdentityPreview:
    """What would move today: guarantees and requests, and the insurer's own decisions. Amounts in euro."""

    kind: str
    old: CompanyLine
    new: CompanyLine
    followers: list[Follower]
    limits: list[LimitHeld]

    @property
    def guarantees(self) -> list[Follower]:
        return [one for one in self.followers if one.kind == "guarantee"]

    @property
    def requests(self) -> list[Follower]:
        return [one for one in self.followers if one.kind == "request"]

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.guarantees), ZERO)

    @property
    def policyholders(self) -> int:
        return len({one.holder_public_id for one in self.followers})

    @property
    def put_together(self) -> list[Follower]:
        """The guarantees beside which another runs under the same policy on the other buyer."""
        return [one for one in self.guarantees if one.beside]


def preview_identity_change(actor: Actor, wish: IdentityWish | CorrectionWish, *, on: date) -> IdentityPreview:
    """What a change would move if it were confirmed today; nothing is written. Some queries; inside acting.

    Raises NotAllowed, IdentityChangeUnknown, FieldErrors for what cannot be proposed.
    """
    must_be_acting(actor)
    actor.must_be_allowed("identity_changes.propose")
    if isinstance(wish, CorrectionWish):
        return _preview_of_correction(actor, wish, on=on)
    return _preview(actor, wish, on=on)


def preview_of(actor: Actor, change: str, *, on: date) -> IdentityPreview:
    """What a proposed change would move if it were confirmed today. Raises IdentityChangeUnknown. Inside acting."""
    must_be_acting(actor)
    row = _found(actor, change)
    return _shown(actor, row.kind, _line(row.old_buyer), _new(actor, row), on=on, corrects=row.corrects_id)


def propose_identity_changes(actor: Actor, wishes: Sequence[IdentityWish | CorrectionWish], *, on: date) -> list[str]:
    """Keep changes with what they would move for a second person, all or none; their public ids.

    Raises as `preview_identity_change`, with the line of each wish that cannot be proposed.
    """
    actor.must_be_allowed("identity_changes.propose")
    rows, errors = [], []
    with acting(actor):
        for line, wish in enumerate(wishes, 1):
            try:
                rows.append(_row(actor, wish, preview_identity_change(actor, wish, on=on), on=on))
            except FieldErrors as wrong:
                errors += [FieldError(one.field, one.message, code=one.code, line=line) for one in wrong.errors]
        errors += _met_twice(rows)
        if errors:
            raise FieldErrors(errors)
        IdentityChange.objects.bulk_create(rows)
        _record(actor, [_change("identity_change.proposed", row) for row in rows], on)
    return [row.public_id for row in rows]


def turn_down_identity_change(actor: Actor, change: str, *, on: date) -> None:
    """Turn down what another person proposed. Raises NotAllowed, IdentityChangeUnknown, IllegalMove,
    ConfirmedByAnother.
    """
    actor.must_be_allowed("identity_changes.confirm")
    _answered(actor, change, "turn_down", on=on)


def take_back_identity_change(actor: Actor, change: str, *, on: date) -> None:
    """Take a proposed change back. Raises NotAllowed, IdentityChangeUnknown, IllegalMove."""
    actor.must_be_allowed("identity_changes.propose")
    _answered(actor, change, "take_back", on=on)


def locked(actor: Actor, changes: Sequence[str]) -> list[IdentityChange]:
    """The changes in the order given, locked in the order of their rows. Raises IdentityChangeUnknown."""
    rows = (
        IdentityChange.objects.select_for_update(of=("self",))
        .select_related("old_buyer", "new_buyer", "corrects")
        .filter(insurer_id=actor.insurer_id, public_id__in=list(changes))
        .order_by("pk")
    )
    found = {row.public_id: row for row in rows}
    for one in changes:
        if one not in found:
            raise IdentityChangeUnknown(f"There is no change of identity {one} here.", change=one)
    return [found[one] for one in dict.fromkeys(changes)]


def told_of(row: IdentityChange) -> dict[str, object]:
    """What the trail tells of a change."""
    told = {
        "kind": row.kind,
        "old": f"{row.old_buyer.country} {row.old_buyer.identifier}",
        "new": f"{row.new_country} {row.new_identifier}",
        "effective_on": row.effective_on.isoformat(),
        "reference": row.reference,
        "reason": row.reason,
        "corrects": None if row.corrects is None else row.corrects.public_id,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def _preview(actor: Actor, wish: IdentityWish, *, on: date) -> IdentityPreview:
    known = {
        (row.country, row.identifier): row
        for row in Buyer.objects.filter(
            insurer_id=actor.insurer_id, identifier__in=[wish.old_identifier, wish.new_identifier]
        )
    }
    old = known.get((wish.old_country, wish.old_identifier))
    new = known.get((wish.new_country, wish.new_identifier))
    errors = [*_wrong_buyers(actor, wish, old, new), *_wrong_words(wish)]
    if errors or old is None:
        raise FieldErrors(errors)
    if new is not None:
        company = _line(new)
    else:
        kind = IdentifierType.SIREN if wish.new_country == "FR" else IdentifierType.FOREIGN
        company = CompanyLine(
            None, wish.new_name.strip() or old.name, wish.new_country, kind.value, wish.new_identifier
        )
    return _shown(actor, wish.kind, _line(old), company, on=on)


def _preview_of_correction(actor: Actor, wish: CorrectionWish, *, on: date) -> IdentityPreview:
    was = _found(actor, wish.change)
    errors = []
    if was.status != ProposalStatus.CONFIRMED or was.kind == IdentityChangeKind.CORRECTION:
        told = _("Only a change that was confirmed is corrected; what is only proposed is taken back.")
        errors.append(FieldError("change", told, code="not_confirmed"))
    elif was.new_buyer_id and identity_changes.standing(actor, [was.old_buyer_id]).get(was.old_buyer_id) != (
        was.new_buyer_id
    ):
        told = _("This buyer is no longer followed so: another change came after this one; correct that one first.")
        errors.append(FieldError("change", told, code="changed_since"))
    elif wish.effective_on < was.effective_on:
        told = _("A correction takes effect on the day of the change or later.")
        errors.append(FieldError("effective_on", told, code="before_the_change"))
    if not wish.reason.strip():
        errors.append(FieldError("reason", _("Say why: the second person and the auditor read it."), code="required"))
    errors += _wrong_reference(wish.reference)
    if errors:
        raise FieldErrors(errors)
    assert was.new_buyer is not None
    return _shown(actor, "correction", _line(was.new_buyer), _line(was.old_buyer), on=on, corrects=was.pk)


def _shown(
    actor: Actor, kind: str, old: CompanyLine, new: CompanyLine, *, on: date, corrects: int | None = None
) -> IdentityPreview:
    assert old.id is not None
    followers = identity_changes.followers(actor, old=old.id, other=new.id, on=on, of_change=corrects)
    limits = [] if corrects else identity_changes.limits_held(actor, old=old.id, other=new.id, on=on)
    return IdentityPreview(kind, old, new, followers, limits)


def _wrong_buyers(actor: Actor, wish: IdentityWish, old: Buyer | None, new: Buyer | None) -> list[FieldError]:
    errors = []
    if old is None:
        told = _("No buyer %(identifier)s is known.") % {"identifier": wish.old_identifier}
        errors.append(FieldError("old_identifier", told, code="unknown_buyer"))
    if (wish.old_country, wish.old_identifier) == (wish.new_country, wish.new_identifier):
        told = _("Both are the same buyer.")
        errors.append(FieldError("new_identifier", told, code="same_buyer"))
    elif new is None and wish.new_country == "FR" and not is_siren(wish.new_identifier):
        told = _("%(identifier)s is not a SIREN: nine digits, the last one a check.")
        errors.append(FieldError("new_identifier", told % {"identifier": wish.new_identifier}, code="not_a_siren"))
    elif new is None and wish.kind == IdentityChangeKind.MERGER and not wish.new_name.strip():
        told = _("This buyer is not known here yet: give its name.")
        errors.append(FieldError("new_name", told, code="required"))
    elif new is not None and wish.kind == IdentityChangeKind.RENUMBERING:
        told = _("This number belongs to a buyer that is known here: say that it absorbs the other.")
        errors.append(FieldError("new_identifier", told, code="already_known"))
    moved = identity_changes.standing(actor, [row.pk for row in (old, new) if row is not None])
    for row, name in ((old, "old_identifier"), (new, "new_identifier")):
        if row is not None and row.pk in moved:
            told = _("This buyer is followed under another one already: name that one.")
            errors.append(FieldError(name, told, code="followed_already"))
    if old is not None and _is_proposed(actor, old):
        told = _("A change of this buyer is proposed already: it is confirmed or taken back first.")
        errors.append(FieldError("old_identifier", told, code="proposed_already"))
    return errors


def _is_proposed(actor: Actor, old: Buyer) -> bool:
    return IdentityChange.objects.filter(
        insurer_id=actor.insurer_id, old_buyer=old, status=ProposalStatus.PROPOSED
    ).exists()


def _wrong_words(wish: IdentityWish) -> list[FieldError]:
    errors = _wrong_reference(wish.reference)
    if wish.kind not in (IdentityChangeKind.MERGER, IdentityChangeKind.RENUMBERING):
        told = _("A change is a merger or a new number.")
        errors.append(FieldError("kind", told, code="unknown_kind"))
    return errors


def _wrong_reference(reference: str) -> list[FieldError]:
    if reference.strip():
        return []
    return [FieldError("reference", _("Name the announcement: its reference is the evidence."), code="required")]


def _met_twice(rows: Sequence[IdentityChange]) -> list[FieldError]:
    """Changes of one batch never meet: each is judged on the books as they are."""
    seen: set[tuple[str, str]] = set()
    errors = []
    for line, row in enumerate(rows, 1):
        keys = {(row.old_buyer.country, row.old_buyer.identifier), (row.new_country, row.new_identifier)}
        if keys & seen:
            told = _("A buyer may be named once in a batch: send the second change after the first.")
            errors.append(FieldError("old_identifier", told, code="met_twice", line=line))
        seen |= keys
    return errors


def _row(actor: Actor, wish: IdentityWish | CorrectionWish, seen: IdentityPreview, *, on: date) -> IdentityChange:
    corrected = _found(actor, wish.change) if isinstance(wish, CorrectionWish) else None
    return IdentityChange(
        insurer_id=actor.insurer_id,
        public_id=new_public_id("idc"),
        kind=seen.kind,
        old_buyer=Buyer.objects.get(pk=seen.old.id or 0),
        new_buyer_id=seen.new.id,
        new_country=seen.new.country,
        new_identifier_type=seen.new.identifier_type,
        new_identifier=seen.new.identifier,
        new_name=seen.new.name,
        effective_on=wish.effective_on,
        reference=wish.reference.strip(),
        reason=wish.reason.strip(),
        corrects=corrected,
        guarantees=len(seen.guarantees),
        amount=seen.amount,
        requests=len(seen.requests),
        policyholders=seen.policyholders,
        **proposer(actor, on),
    )


def _new(actor: Actor, row: IdentityChange) -> CompanyLine:
    """The other buyer as it is known today: it may have been entered since the change was proposed."""
    known = (
        row.new_buyer
        or Buyer.objects.filter(
            insurer_id=actor.insurer_id, country=row.new_country, identifier=row.new_identifier
        ).first()
    )
    if known is not None:
        return _line(known)
    return CompanyLine(None, row.new_name, row.new_country, row.new_identifier_type, row.new_identifier)


def _line(row: Buyer) -> CompanyLine:
    return CompanyLine(row.pk, row.name, row.country, row.identifier_type, row.identifier)


def _found(actor: Actor, change: str) -> IdentityChange:
    row = (
        IdentityChange.objects.select_related("old_buyer", "new_buyer", "corrects")
        .filter(insurer_id=actor.insurer_id, public_id=change)
        .first()
    )
    if row is None:
        raise IdentityChangeUnknown(f"There is no change of identity {change} here.", change=change)
    return row


def _answered(actor: Actor, change: str, event: str, *, on: date) -> None:
    with acting(actor):
        (row,) = locked(actor, [change])
        answer_proposal(actor, row, event, machine=IDENTITY_CHANGE, on=on)
        row.save(update_fields=ANSWER_COLUMNS)
        _record(actor, [_change(_ANSWERED[event], row)], on)


def _change(action: str, row: IdentityChange) -> Change:
    return Change(action, row.public_id, became=told_of(row))


def _record(actor: Actor, changes: Sequence[Change], on: date) -> None:
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
