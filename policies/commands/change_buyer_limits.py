"""The insurer's own feeds: decisions on primary limits, and ratings of buyers. Stored once by their source reference.

D-29 (E5): a cut of a limit that stands takes effect when its notice has run, thirty days after it was notified. One
that is to count earlier is refused, unless an exceptional case is named with its reason: then it waits for a second
person (`settle_short_notices`). A limit first heard of, or the refusal of a new one, cuts nothing and needs no notice.
Every decision that changes what is covered is told at once (`give_notice`), with the top-up that is possible; it does
nothing before its effective day, on which the night lets complements follow (D-27).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import draw_ids
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from eligibility.queries.law_book import current_law_book
from policies.commands.give_notice import LetterGiven, give_notice
from policies.commands.propose_top_ups import TopUpPossible, propose_top_ups
from policies.domain.letters import first_effective_day
from policies.models import (
    Buyer,
    BuyerLimit,
    BuyerRating,
    ExceptionalCase,
    LimitDecision,
    Policy,
    ShortNotice,
)
from policies.queries import limits_standing
from policies.queries.identity_changes import standing
from policies.queries.limits_standing import Limit, Place


@dataclass(frozen=True, slots=True)
class LimitNotice:
    """One decision of the insurer on its own limit, in euro. `source_reference` is the insurer's own and unique.

    `exceptional_case` (insolvency, fraud, overdue) with its reason asks that a cut count before its notice has run.
    `is_opening_state`: how the limit stood when the books were opened; told long ago, so that nothing is announced.
    """

    source_reference: str
    policy_number: str
    buyer_country: str
    buyer_identifier: str
    decision: str
    amount_before: Decimal
    amount: Decimal
    notified_on: date
    effective_on: date
    requested_amount: Decimal | None = None
    exceptional_case: str = ""
    exceptional_reason: str = ""
    is_opening_state: bool = False


@dataclass(frozen=True, slots=True)
class RatingNotice:
    """One assessment of a buyer, in force from `effective_on`; default probability as a ratio."""

    source_reference: str
    buyer_country: str
    buyer_identifier: str
    effective_on: date
    grade: str = ""
    default_probability: Decimal | None = None
    is_insolvent: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision that waits for a second person before it is one: its reference, and the case to confirm."""

    source_reference: str
    public_id: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for cuts at short notice, where it is not whoever enters them: the first person of a wave."""

    name: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class LimitsTaken:
    """What a feed of limits brought: decisions stored, those that wait, letters written, top-ups possible."""

    new: int
    waiting: list[Waiting] = field(default_factory=list)
    letters: list[LetterGiven] = field(default_factory=list)
    top_ups: list[TopUpPossible] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """A new decision with its rows, and the limit that it meets; None for one never heard of."""

    number: int
    one: LimitNotice
    policy_id: int
    buyer_id: int
    meets: Limit | None

    @property
    def is_cut(self) -> bool:
        return self.meets is not None and self.one.amount < self.meets.amount

    @property
    def is_told(self) -> bool:
        """Whether the policyholder hears of it: all but a limit in full that nobody had or that stays as it is."""
        if self.one.is_opening_state:
            return False
        is_known = self.meets is not None and self.meets.amount != self.one.amount
        return is_known or self.one.decision != LimitDecision.GRANT


def change_buyer_limits(
    actor: Actor, notices: Sequence[LimitNotice], *, on: date, asked_by: Asker | None = None
) -> LimitsTaken:
    """Store the decisions, tell them, and say what top-ups are possible; all of them or none.

    A cut at short notice is asked for by the actor, or by `asked_by` where the actor enters what another proposed.
    Raises NotAllowed, and FieldErrors naming every line that cannot be taken: `notice_too_short` for a cut that is to
    count before its notice has run.
    """
    actor.must_be_allowed("buyer_limits.write")
    with acting(actor):
        policies = {
            number: pk
            for pk, number in Policy.objects.filter(
                insurer_id=actor.insurer_id, number__in=[one.policy_number for one in notices]
            ).values_list("pk", "number")
        }
        buyers = _buyers(actor, [(one.buyer_country, one.buyer_identifier) for one in notices])
        errors = [error for line, one in enumerate(notices, 1) for error in _errors(line, one, policies, buyers)]
        if errors:
            raise FieldErrors(errors)
        notice_days = current_law_book(actor).on(on).counts["contracts/settings/notice_days"]
        lines = _new_lines(actor, notices, policies, buyers, on=on)
        errors = [error for line in lines for error in _untimely(line, notice_days=notice_days, on=on)]
        if errors:
            raise FieldErrors(errors)
        waiting = [line for line in lines if _is_early(line, notice_days)]
        stored = _stored(actor, [line for line in lines if not _is_early(line, notice_days)], on=on)
        asker = asked_by or Asker(actor.name, actor.user_id)
        asked = _ask(actor, waiting, asker, notice_days=notice_days, on=on)
        top_ups = propose_top_ups(actor, [one.source_reference for one in notices], on=on)
        told = {line.one.source_reference for line in lines if line.is_told}
        given = give_notice(
            actor,
            [row for row in stored if row.source_reference in told],
            top_ups={one.source_reference: one for one in top_ups},
            short={},
            notice_days=notice_days,
            on=on,
        )
        _record(actor, "buyer_limits.changed", len(stored), on)
    return LimitsTaken(
        new=len(stored) + len(asked),
        waiting=[Waiting(row.source_reference, row.public_id) for row in asked],
        letters=given,
        top_ups=top_ups,
    )


def _new_lines(
    actor: Actor,
    notices: Sequence[LimitNotice],
    policies: dict[str, int],
    buyers: dict[tuple[str, str], int],
    *,
    on: date,
) -> list[_Line]:
    """What is not known by its reference, with the limit that it meets: of the books, or of an earlier line."""
    references = [one.source_reference for one in notices]
    ours = {"insurer_id": actor.insurer_id, "source_reference__in": references}
    known = set(BuyerLimit.objects.filter(**ours).values_list("source_reference", flat=True))
    known |= set(ShortNotice.objects.filter(**ours).values_list("source_reference", flat=True))
    fresh = []
    for number, one in enumerate(notices, 1):
        if one.source_reference not in known:
            known.add(one.source_reference)
            policy, buyer = policies[one.policy_number], buyers[one.buyer_country, one.buyer_identifier]
            fresh.append((number, one, Place(policy, buyer, one.effective_on)))
    in_the_books = limits_standing.standing(actor, [place for _number, _one, place in fresh], on=on)
    earlier: dict[tuple[int, int], list[Limit]] = defaultdict(list)
    lines = []
    for number, one, place in fresh:
        beside = earlier[place.policy_id, place.buyer_id]
        met = [in_the_books[place]] if place in in_the_books else []
        met += [limit for limit in beside if limit.effective_on <= one.effective_on]
        # Of two from the same day the one entered later counts, as in the books.
        meets = max(enumerate(met), key=lambda each: (each[1].effective_on, each[0]))[1] if met else None
        lines.append(_Line(number, one, place.policy_id, place.buyer_id, meets))
        beside.append(Limit(one.effective_on, one.amount))
    return lines


def _is_early(line: _Line, notice_days: int) -> bool:
    return line.is_cut and line.one.effective_on < first_effective_day(line.one.notified_on, notice_days=notice_days)


def _untimely(line: _Line, *, notice_days: int, on: date) -> list[FieldError]:
    """What the days of a new decision do not allow."""
    one, number = line.one, line.number
    if one.is_opening_state and line.meets is not None:
        message = _("The books hold a limit on this buyer already: this is a decision, no opening state.")
        return [FieldError("is_opening_state", message, code="not_the_opening_state", line=number)]
    if one.notified_on > on:
        message = _("It is notified on %(day)s, which has not come yet.") % {"day": one.notified_on}
        return [FieldError("notified_on", message, code="not_notified_yet", line=number)]
    if one.exceptional_case and not one.exceptional_reason.strip():
        message = _("An exceptional case has a reason that a second person can check.")
        return [FieldError("exceptional_reason", message, code="required", line=number)]
    if _is_early(line, notice_days) and not one.exceptional_case:
        message = _(
            "A cut notified on %(notified)s takes effect on %(first)s at the earliest, after %(days)s days of notice; "
            "without them only for insolvency, fraud or long overdue, with a reason."
        ) % {
            "notified": one.notified_on,
            "first": first_effective_day(one.notified_on, notice_days=notice_days),
            "days": notice_days,
        }
        return [FieldError("effective_on", message, code="notice_too_short", line=number)]
    return []


def _stored(actor: Actor, lines: Sequence[_Line], *, on: date) -> list[BuyerLimit]:
    """The rows that this call wrote: another that was quicker with the same reference keeps its own."""
    ids = draw_ids("policies_buyerlimit", len(lines))
    BuyerLimit.objects.bulk_create(
        [
            BuyerLimit(
                pk=pk,
                insurer_id=actor.insurer_id,
                policy_id=line.policy_id,
                buyer_id=line.buyer_id,
                decision=line.one.decision,
                requested_amount=line.one.requested_amount,
                amount_before=line.one.amount_before,
                amount=line.one.amount,
                notified_on=line.one.notified_on,
                effective_on=line.one.effective_on,
                booked_on=on,
                source_reference=line.one.source_reference,
            )
            for pk, line in zip(ids, lines, strict=True)
        ],
        ignore_conflicts=True,
        batch_size=2_000,
    )
    return list(BuyerLimit.objects.filter(insurer_id=actor.insurer_id, pk__in=ids).order_by("pk"))


def _ask(actor: Actor, lines: Sequence[_Line], asker: Asker, *, notice_days: int, on: date) -> list[ShortNotice]:
    """Exceptional cases, each waiting for somebody else."""
    rows = ShortNotice.objects.bulk_create(
        [
            ShortNotice(
                insurer_id=actor.insurer_id,
                public_id=new_public_id("sho"),
                policy_id=line.policy_id,
                buyer_id=line.buyer_id,
                decision=line.one.decision,
                requested_amount=line.one.requested_amount,
                amount_before=line.one.amount_before,
                amount=line.one.amount,
                notified_on=line.one.notified_on,
                effective_on=line.one.effective_on,
                full_notice_on=first_effective_day(line.one.notified_on, notice_days=notice_days),
                source_reference=line.one.source_reference,
                exceptional_case=line.one.exceptional_case,
                reason=line.one.exceptional_reason.strip(),
                asked_by=asker.name,
                asked_by_user_id=asker.user_id,
                booked_on=on,
            )
            for line in lines
        ]
    )
    record_changes(
        [
            Change(
                "short_notice.asked",
                row.public_id,
                was={"amount": str(row.amount_before)},
                became={
                    "amount": str(row.amount),
                    "case": str(row.exceptional_case),
                    "effective_on": row.effective_on.isoformat(),
                },
            )
            for row in rows
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )
    return rows


def record_buyer_ratings(actor: Actor, notices: Sequence[RatingNotice], *, on: date) -> int:
    """Store the ratings; how many were new. Raises FieldErrors naming every line that cannot be taken, NotAllowed."""
    actor.must_be_allowed("buyer_limits.write")
    with acting(actor):
        buyers = _buyers(actor, [(one.buyer_country, one.buyer_identifier) for one in notices], as_itself=True)
        errors = [
            _unknown_buyer(line, one.buyer_identifier)
            for line, one in enumerate(notices, 1)
            if (one.buyer_country, one.buyer_identifier) not in buyers
        ]
        if errors:
            raise FieldErrors(errors)
        before = BuyerRating.objects.count()
        BuyerRating.objects.bulk_create(
            [
                BuyerRating(
                    insurer_id=actor.insurer_id,
                    buyer_id=buyers[one.buyer_country, one.buyer_identifier],
                    grade=one.grade,
                    default_probability=one.default_probability,
                    is_insolvent=one.is_insolvent,
                    effective_on=one.effective_on,
                    booked_on=on,
                    source_reference=one.source_reference,
                )
                for one in notices
            ],
            ignore_conflicts=True,
            batch_size=2_000,
        )
        new = BuyerRating.objects.count() - before
        _record(actor, "buyer_ratings.recorded", new, on)
    return new


def _buyers(actor: Actor, keys: Sequence[tuple[str, str]], *, as_itself: bool = False) -> dict[tuple[str, str], int]:
    """The buyers of these numbers, each as the one that it is followed under today.

    `as_itself`: only under another number of its own; what is assessed of a buyer is nothing of who absorbed it.
    """
    rows = Buyer.objects.filter(insurer_id=actor.insurer_id, identifier__in=[identifier for _, identifier in keys])
    found = {(country, identifier): pk for pk, country, identifier in rows.values_list("pk", "country", "identifier")}
    moved = standing(actor, found.values(), as_itself=as_itself)
    return {key: moved.get(pk, pk) for key, pk in found.items()}


def _errors(
    line: int, one: LimitNotice, policies: dict[str, int], buyers: dict[tuple[str, str], int]
) -> list[FieldError]:
    found = []
    if one.policy_number not in policies:
        found.append(
            FieldError("policy_number", f"No policy {one.policy_number} is known.", code="unknown_policy", line=line)
        )
    if (one.buyer_country, one.buyer_identifier) not in buyers:
        found.append(_unknown_buyer(line, one.buyer_identifier))
    if one.decision not in LimitDecision.values:
        known = ", ".join(LimitDecision.values)
        found.append(
            FieldError("decision", f"{one.decision} is not one of {known}.", code="unknown_decision", line=line)
        )
    if one.effective_on < one.notified_on:
        found.append(
            FieldError(
                "effective_on",
                f"A decision notified on {one.notified_on} cannot take effect on {one.effective_on}, before it.",
                code="effect_before_notice",
                line=line,
            )
        )
    if one.exceptional_case and one.exceptional_case not in ExceptionalCase.values:
        known = ", ".join(ExceptionalCase.values)
        found.append(
            FieldError(
                "exceptional_case", f"{one.exceptional_case} is not one of {known}.", code="unknown_case", line=line
            )
        )
    if not _amounts_fit(one):
        found.append(
            FieldError(
                "amount",
                f"{one.amount} after {one.amount_before} does not fit a {one.decision}.",
                code="amount_does_not_fit",
                line=line,
            )
        )
    return found


def _amounts_fit(one: LimitNotice) -> bool:
    if one.amount < 0 or one.amount_before < 0:
        return False
    if one.decision in ("refusal", "cessation"):
        return one.amount == 0
    if one.decision == "reduction":
        return 0 < one.amount < one.amount_before
    return one.amount > 0


def _unknown_buyer(line: int, identifier: str) -> FieldError:
    return FieldError("buyer_identifier", f"No buyer {identifier} is known.", code="unknown_buyer", line=line)


def _record(actor: Actor, action: str, count: int, on: date) -> None:
    if count:
        record_changes(
            [Change(action, actor.insurer_code, became={"count": count})],
            insurer_id=actor.insurer_id,
            actor=actor.name,
            actor_role=actor.role,
            booked_on=on,
        )
