"""The insurer's decision on its own limit, told (D-29, E5): a letter, a message, a notice to the buyer where it asked.

The convention of 2013: no abrupt cut, and what takes the place of the lost cover is told in the same step. A letter is
written once for a decision, under the next number, and frozen with its digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from capweb.accounts.actor import Actor
from capweb.accounts.models import Organisation
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.numbering import take_numbers
from capweb.audit.trail import Change, record_changes
from capweb.kernel.identifiers import new_public_id
from policies.commands.propose_top_ups import TopUpPossible
from policies.commands.write_messages import write_drafts
from policies.domain import letters
from policies.domain.letters import BuyerNamed, LetterSnapshot, Party, TopUp
from policies.domain.messages import BUYER_NOTICE, PRIMARY_NOTICE, Draft, MessageFacts, ToBuyer
from policies.models import Buyer, BuyerLimit, LetterKind, LimitDecision, Policy, ShortNotice
from policies.queries import portal_addresses

_COLUMNS: Final = (
    "id", "insurer_id", "public_id", "number", "series", "position", "kind", "policy_id", "buyer_id", "buyer_limit_id",
    "snapshot", "digest", "template_version", "booked_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LetterGiven:
    """The letter about one decision, by the decision's source reference."""

    source_reference: str
    number: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """A letter as it was stored."""

    row_id: int
    public_id: str
    snapshot: LetterSnapshot


def give_notice(
    actor: Actor,
    limits: Sequence[BuyerLimit],
    *,
    top_ups: Mapping[str, TopUpPossible],
    short: Mapping[int, ShortNotice],
    notice_days: int,
    on: date,
) -> list[LetterGiven]:
    """Write letters and messages about decisions just stored; the letters, in order. Inside acting(actor).

    `top_ups` by source reference; `short` the confirmed exceptional case of a decision, by its row id. A fixed number
    of queries for any number of decisions.
    """
    if not limits:
        return []
    policies = Policy.objects.select_related("policyholder").in_bulk([row.policy_id for row in limits])
    buyers = Buyer.objects.in_bulk([row.buyer_id for row in limits])
    house = Organisation.objects.get(pk=actor.insurer_id)
    told = portal_addresses.of_buyers(actor, {row.buyer_id for row in limits if _is_cut(row)}, on=on)
    snapshots = []
    for row in limits:
        policy, case = policies[row.policy_id], short.get(row.pk)
        snapshots.append(
            LetterSnapshot(
                kind="primary_notice",
                number="",
                issued_on=on,
                insurer=insurer_named(house),
                policyholder=policyholder_named(policy.policyholder),
                policy_number=policy.number,
                buyer=buyer_named(buyers[row.buyer_id]),
                decision=row.decision,
                amount_before=row.amount_before,
                amount=row.amount,
                requested_amount=row.requested_amount,
                notified_on=row.notified_on,
                effective_on=row.effective_on,
                notice_days=notice_days,
                exceptional_case="" if case is None else case.exceptional_case,
                exceptional_reason="" if case is None else case.reason,
                top_up=top_up_of(top_ups.get(row.source_reference)),
            )
        )
    written = write_letters(actor, LetterKind.PRIMARY_NOTICE, limits, snapshots, on=on)
    drafts = [
        draft
        for row, letter in zip(limits, written, strict=True)
        for draft in _drafts(row, letter, told.get(row.buyer_id) if _is_cut(row) else None)
    ]
    write_drafts(actor, drafts, on=on)
    _record(actor, limits, written, on=on)
    return [
        LetterGiven(row.source_reference, letter.snapshot.number, row.effective_on)
        for row, letter in zip(limits, written, strict=True)
    ]


def write_letters(
    actor: Actor, kind: str, limits: Sequence[BuyerLimit], snapshots: Sequence[LetterSnapshot], *, on: date
) -> list[WrittenLetter]:
    """Store letters under the next numbers; as stored, in order. Inside acting(actor)."""
    series = f"letter-{on.year}"
    ids = draw_ids("policies_letter", len(snapshots))
    written, rows = [], []
    numbers = take_numbers(actor.insurer_id, series, count=len(snapshots))
    for row, snapshot, letter_id, position in zip(limits, snapshots, ids, numbers, strict=True):
        number = f"{actor.insurer_code.upper()}-L-{on.year}-{position:06d}"
        one = WrittenLetter(letter_id, new_public_id("let"), letters.numbered(snapshot, number))
        written.append(one)
        rows.append(
            (letter_id, actor.insurer_id, one.public_id, number, series, position, str(kind), row.policy_id,
             row.buyer_id, row.pk, letters.to_json(one.snapshot).decode(), letters.digest(one.snapshot),
             one.snapshot.template_version, on)
        )  # fmt: skip
    copy_rows("policies_letter", _COLUMNS, rows)
    return written


def insurer_named(house: Organisation) -> Party:
    lines = (house.street, f"{house.postal_code} {house.town}".strip())
    return Party(name=house.name, identifier=house.siren, lines=tuple(line for line in lines if line))


def policyholder_named(holder: Any) -> Party:
    lines = (holder.street, f"{holder.postal_code} {holder.town}".strip())
    return Party(
        name=holder.name,
        identifier=holder.identifier,
        lines=tuple(line for line in lines if line),
        country=holder.country,
    )


def buyer_named(buyer: Buyer) -> BuyerNamed:
    return BuyerNamed(name=buyer.name, identifier=buyer.identifier, country=buyer.country)


def _is_cut(row: BuyerLimit) -> bool:
    return row.decision in (LimitDecision.REDUCTION, LimitDecision.CESSATION) or row.amount < row.amount_before


def top_up_of(found: TopUpPossible | None) -> TopUp | None:
    if found is None or found.amount is None or found.product is None:
        return None
    return TopUp(
        product=found.product,
        amount=found.amount,
        premium=found.premium,
        is_premium_illustrative=found.is_premium_illustrative,
    )


def _drafts(row: BuyerLimit, letter: WrittenLetter, buyer: ToBuyer | None) -> list[Draft]:
    said = letter.snapshot
    facts = MessageFacts(
        policyholder=said.policyholder.name,
        policy_number=said.policy_number,
        buyer=said.buyer.name,
        buyer_identifier=said.buyer.identifier,
        product="",
        on=said.issued_on,
        requested_total=said.requested_amount,
        amount=said.amount,
        amount_before=said.amount_before,
        decision=said.decision,
        notified_on=said.notified_on,
        effective_on=said.effective_on,
        exceptional_case=said.exceptional_case,
        letter=said.number,
        top_up_product=said.top_up.product if said.top_up else "",
        top_up_amount=said.top_up.amount if said.top_up else None,
        top_up_premium=said.top_up.premium if said.top_up else None,
        is_premium_illustrative=bool(said.top_up and said.top_up.is_premium_illustrative),
    )
    about: dict[str, Any] = {"policy_id": row.policy_id, "buyer_limit_id": row.pk, "facts": facts}
    drafts = [Draft(source_key=f"buyer_limit:{row.pk}", template=PRIMARY_NOTICE, letter_id=letter.row_id, **about)]
    if buyer is not None:
        drafts.append(Draft(source_key=f"buyer_limit:{row.pk}:buyer", template=BUYER_NOTICE, to_buyer=buyer, **about))
    return drafts


def _record(actor: Actor, limits: Sequence[BuyerLimit], written: Sequence[WrittenLetter], *, on: date) -> None:
    record_changes(
        [
            Change(
                "primary_notice.given",
                letter.public_id,
                was={"amount": str(row.amount_before)},
                became={
                    "decision": str(row.decision),
                    "amount": str(row.amount),
                    "notified_on": row.notified_on.isoformat(),
                    "effective_on": row.effective_on.isoformat(),
                    "letter": letter.snapshot.number,
                    "source_reference": row.source_reference,
                    **_possible(letter.snapshot.top_up),
                },
            )
            for row, letter in zip(limits, written, strict=True)
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )


def _possible(top_up: TopUp | None) -> dict[str, str]:
    return {} if top_up is None else {"product": top_up.product, "top_up": str(top_up.amount)}
