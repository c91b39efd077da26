"""The statement that a policyholder may seek cover on a buyer elsewhere: the exclusivity clause is waived (E19).

The scheme's words: who sees its cover on a buyer withdrawn or reduced although CAP and Cap Francexport are available
may turn to another insurer for that buyer. Read so: the insurer's last decision on the buyer is a reduction or an end,
the rules allow a top-up or leave it to somebody to decide, and none is in force or offered. Whether the policyholder
wanted the top-up is not asked: it is free to choose. To the lawyer: is that the meaning of "malgré la disponibilité"?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.models import Organisation
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from eligibility.domain.decision import REFUSE
from policies.commands.give_notice import (
    WrittenLetter,
    buyer_named,
    insurer_named,
    policyholder_named,
    top_up_of,
    write_letters,
)
from policies.commands.propose_top_ups import TopUpPossible, top_ups_after
from policies.commands.write_messages import write_drafts
from policies.domain.letters import LetterSnapshot
from policies.domain.messages import COVER_ELSEWHERE, Draft, MessageFacts
from policies.models import Buyer, BuyerLimit, GuaranteeTerm, Letter, LetterKind, LimitDecision, Offer, Policy
from policies.queries import scope

CUTS = (LimitDecision.REDUCTION, LimitDecision.CESSATION)
Pair = tuple[int, int]


class CoverNotCut(DomainError):
    """The insurer's last decision on the buyer took nothing away, so there is nothing to seek elsewhere."""

    code = "cover_not_cut"


class TopUpStands(DomainError):
    """A top-up on the buyer is in force, or offered and not answered yet."""

    code = "top_up_stands"


class TopUpNotAvailable(DomainError):
    """The rules give no top-up on the buyer; the waiver is for those who lose cover although there is one."""

    code = "top_up_not_available"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementWish:
    """Under which policy and on which buyer cover is to be sought elsewhere."""

    policy_number: str
    buyer_country: str
    buyer_identifier: str


@dataclass(frozen=True, slots=True)
class StatementGiven:
    """The statement by the number of its letter; `is_repeat`: it had been made before."""

    policy_number: str
    buyer_identifier: str
    number: str
    is_repeat: bool


def state_cover_elsewhere(actor: Actor, wishes: Sequence[StatementWish], *, on: date) -> list[StatementGiven]:
    """State it for each, all or none, in order; asked again, the first statement answers. A fixed number of queries.

    Raises NotAllowed, FieldErrors by line, CoverNotCut, TopUpStands, TopUpNotAvailable.
    """
    actor.must_be_allowed("statements.ask")
    with acting(actor):
        policies, buyers = _known(actor, wishes, on=on)
        pairs = [(policies[one.policy_number].pk, buyers[_key(one)].pk) for one in wishes]
        limits = _cuts(actor, wishes, pairs, on=on)
        known = {
            row.buyer_limit_id: row.number
            for row in Letter.objects.filter(
                insurer_id=actor.insurer_id, kind=LetterKind.COVER_ELSEWHERE, buyer_limit__in=limits.values()
            )
        }
        fresh = {pair: row for pair, row in limits.items() if row.pk not in known}
        _must_not_stand(actor, fresh)
        possible = dict(zip(fresh, top_ups_after(actor, list(fresh.values()), on=on), strict=True))
        _must_be_available(fresh, possible)
        written = _written(actor, fresh, policies, possible, on=on)
        known |= {row.pk: letter.snapshot.number for row, letter in zip(fresh.values(), written, strict=True)}
    return [
        StatementGiven(one.policy_number, one.buyer_identifier, known[limits[pair].pk], is_repeat=pair not in fresh)
        for one, pair in zip(wishes, pairs, strict=True)
    ]


def _key(one: StatementWish) -> tuple[str, str]:
    return one.buyer_country, one.buyer_identifier


def _known(
    actor: Actor, wishes: Sequence[StatementWish], *, on: date
) -> tuple[dict[str, Policy], dict[tuple[str, str], Buyer]]:
    """Policies that the actor may act for, and buyers. Raises FieldErrors."""
    policies = {
        row.number: row
        for row in Policy.objects.select_related("policyholder").filter(
            scope.of_policies(actor, on=on),
            insurer_id=actor.insurer_id,
            number__in=[one.policy_number for one in wishes],
        )
    }
    buyers = {
        (row.country, row.identifier): row
        for row in Buyer.objects.filter(
            insurer_id=actor.insurer_id, identifier__in=[one.buyer_identifier for one in wishes]
        )
    }
    errors = []
    for line, one in enumerate(wishes, 1):
        if one.policy_number not in policies:
            errors.append(FieldError("policy_number", _("There is no such policy here."), code="unknown", line=line))
        if _key(one) not in buyers:
            errors.append(FieldError("buyer_identifier", _("There is no such buyer here."), code="unknown", line=line))
    if errors:
        raise FieldErrors(errors)
    return policies, buyers


def _cuts(actor: Actor, wishes: Sequence[StatementWish], pairs: Sequence[Pair], *, on: date) -> dict[Pair, BuyerLimit]:
    """The insurer's last decision on each pair, announced or in effect. Raises CoverNotCut where it is no cut."""
    rows = BuyerLimit.objects.select_related("buyer").filter(
        insurer_id=actor.insurer_id,
        policy__in={policy for policy, _buyer in pairs},
        buyer__in={buyer for _policy, buyer in pairs},
        booked_on__lte=on,
        notified_on__lte=on,
    )
    last = {(row.policy_id, row.buyer_id): row for row in rows.order_by("effective_on", "pk")}
    for one, pair in zip(wishes, pairs, strict=True):
        if pair not in last or last[pair].decision not in CUTS:
            raise CoverNotCut(
                f"The limit on {one.buyer_identifier} under {one.policy_number} was neither reduced nor ended.",
                policy_number=one.policy_number,
                buyer_identifier=one.buyer_identifier,
            )
    return {pair: last[pair] for pair in pairs}


def _must_not_stand(actor: Actor, fresh: dict[Pair, BuyerLimit]) -> None:
    ours = {"insurer_id": actor.insurer_id}
    terms = GuaranteeTerm.objects.filter(
        **ours, status="running", policy__in=[pair[0] for pair in fresh], buyer__in=[pair[1] for pair in fresh]
    ).values_list("policy_id", "buyer_id")
    offers = Offer.objects.filter(
        **ours, status="live", limit_request__policy__in=[pair[0] for pair in fresh]
    ).values_list("limit_request__policy_id", "limit_request__buyer_id")
    standing = {*terms, *offers}
    for pair, row in fresh.items():
        if pair in standing:
            raise TopUpStands(
                f"A top-up on {row.buyer.identifier} is in force or offered: cover is not lacking.",
                buyer_identifier=row.buyer.identifier,
            )


def _must_be_available(fresh: dict[Pair, BuyerLimit], possible: dict[Pair, TopUpPossible]) -> None:
    for pair, row in fresh.items():
        if possible[pair].outcome == REFUSE:
            raise TopUpNotAvailable(
                f"The rules give no top-up on {row.buyer.identifier}; the waiver is for those who could have one.",
                buyer_identifier=row.buyer.identifier,
            )


def _written(
    actor: Actor,
    fresh: dict[Pair, BuyerLimit],
    policies: dict[str, Policy],
    possible: dict[Pair, TopUpPossible],
    *,
    on: date,
) -> list[WrittenLetter]:
    if not fresh:
        return []
    house = Organisation.objects.get(pk=actor.insurer_id)
    by_id = {row.pk: row for row in policies.values()}
    snapshots = [
        LetterSnapshot(
            kind="cover_elsewhere",
            number="",
            issued_on=on,
            insurer=insurer_named(house),
            policyholder=policyholder_named(by_id[pair[0]].policyholder),
            policy_number=by_id[pair[0]].number,
            buyer=buyer_named(row.buyer),
            decision=row.decision,
            amount_before=row.amount_before,
            amount=row.amount,
            requested_amount=row.requested_amount,
            notified_on=row.notified_on,
            effective_on=row.effective_on,
            notice_days=(row.effective_on - row.notified_on).days,
            top_up=top_up_of(possible[pair]),
        )
        for pair, row in fresh.items()
    ]
    rows = list(fresh.values())
    written = write_letters(actor, LetterKind.COVER_ELSEWHERE, rows, snapshots, on=on)
    write_drafts(actor, [_draft(row, letter) for row, letter in zip(rows, written, strict=True)], on=on)
    record_changes(
        [
            Change(
                "cover_elsewhere.stated",
                letter.public_id,
                became={
                    "letter": letter.snapshot.number,
                    "policy": letter.snapshot.policy_number,
                    "buyer": letter.snapshot.buyer.identifier,
                },
            )
            for letter in written
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )
    return written


def _draft(row: BuyerLimit, letter: WrittenLetter) -> Draft:
    said = letter.snapshot
    return Draft(
        source_key=f"cover_elsewhere:{row.pk}",
        template=COVER_ELSEWHERE,
        policy_id=row.policy_id,
        buyer_limit_id=row.pk,
        letter_id=letter.row_id,
        facts=MessageFacts(
            policyholder=said.policyholder.name,
            policy_number=said.policy_number,
            buyer=said.buyer.name,
            buyer_identifier=said.buyer.identifier,
            product="",
            on=said.issued_on,
            letter=said.number,
        ),
    )
