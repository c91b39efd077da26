"""What handling a batch of claims must know: the claims with their invoices, locked, and the covers of their buyers.

A fixed number of queries for any batch. Amounts of invoices are in their own currency, limits in euro.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from capweb.kernel.money import EURO, ZERO
from policies.domain.claim_life import Cause
from policies.domain.claim_lines import InvoiceLine, LapseCover, PolicyRules, PrimaryStep, Rate, TopUp
from policies.domain.indemnity import Layer, Used
from policies.models import Claim, ExchangeRate
from policies.queries import scope
from reinsurance.queries.claims_anew import ceded_of_movements

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One invoice of a claim; `due_on` as it was agreed last, `first_due_on` as it was invoiced."""

    id: int
    number: str
    delivered_on: date
    invoiced_on: date
    first_due_on: date
    due_on: date
    amount: Decimal
    vat: Decimal
    currency: str
    paid: Decimal
    is_late: bool

    @property
    def line(self) -> InvoiceLine:
        """As cover is looked for: an extension does not take an invoice out of the policy's longest payment."""
        return InvoiceLine(
            number=self.number,
            delivered_on=self.delivered_on,
            invoiced_on=self.invoiced_on,
            due_on=self.first_due_on,
            amount=self.amount,
            vat=self.vat,
            currency=self.currency,
            paid=self.paid,
        )

    @property
    def open_amount(self) -> Decimal:
        return self.amount + self.vat - self.paid


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """One claim with its invoices in the order of their deliveries."""

    id: int
    public_id: str
    status: str
    cause: Cause | str
    policy_id: int
    policy_number: str
    policy_first_day: date
    buyer_id: int
    declared_on: date
    loss_amount: Decimal | None
    invoices: tuple[InvoiceFacts, ...] = ()

    @property
    def pair(self) -> Pair:
        return self.policy_id, self.buyer_id


_INVOICES: Final = """
    SELECT invoice.claim_id, invoice.id, invoice.number, invoice.delivered_on, invoice.invoiced_on, invoice.due_on,
           COALESCE((SELECT later.due_on FROM policies_duedayextension later
                     WHERE later.insurer_id = invoice.insurer_id AND later.invoice_id = invoice.id
                     ORDER BY later.id DESC LIMIT 1), invoice.due_on),
           invoice.amount, invoice.vat_amount, invoice.currency,
           COALESCE((SELECT sum(paid.amount) FROM policies_invoicepayment paid
                     WHERE paid.insurer_id = invoice.insurer_id AND paid.invoice_id = invoice.id), 0),
           invoice.is_late
    FROM policies_claiminvoice invoice
    WHERE invoice.insurer_id = %(insurer)s AND invoice.claim_id = ANY (%(claims)s)
    ORDER BY invoice.delivered_on, invoice.id
"""


def invoices_of(actor: Actor, claim_ids: Collection[int]) -> dict[int, tuple[InvoiceFacts, ...]]:
    """The invoices of claims, by row of the claim, in the order of their deliveries; one query."""
    found: dict[int, list[InvoiceFacts]] = defaultdict(list)
    if claim_ids:
        for claim_id, *values in _rows(_INVOICES, {"insurer": actor.insurer_id, "claims": sorted(set(claim_ids))}):
            found[claim_id].append(InvoiceFacts(*values))
    return {claim_id: tuple(rows) for claim_id, rows in found.items()}


def locked_claims(actor: Actor, public_ids: Collection[str], *, on: date) -> dict[str, ClaimFacts]:
    """The claims that the actor may handle, by public id, locked in the order of their rows until the transaction ends.

    Two queries; inside acting(actor).
    """
    rows = list(
        Claim.objects.filter(
            scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id, public_id__in=public_ids
        )
        .select_related("policy")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    invoices = invoices_of(actor, [row.pk for row in rows])
    return {
        row.public_id: ClaimFacts(
            id=row.pk,
            public_id=row.public_id,
            status=row.status,
            cause=row.cause,
            policy_id=row.policy_id,
            policy_number=row.policy.number,
            policy_first_day=row.policy.first_day,
            buyer_id=row.buyer_id,
            declared_on=row.declared_on,
            loss_amount=row.loss_amount,
            invoices=invoices.get(row.pk, ()),
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class PolicySays:
    """The terms of a policy from a day on."""

    from_day: date
    insured_ratio: Decimal
    longest_payment_days: int
    declaration_delay_days: int
    invoicing_delay_days: int | None
    waiting_period_days: int | None

    def rules(self, lapse_cover: LapseCover) -> PolicyRules:
        return PolicyRules(
            insured_ratio=self.insured_ratio,
            longest_payment_days=self.longest_payment_days,
            invoicing_delay_days=self.invoicing_delay_days,
            lapse_cover=lapse_cover,
        )


@dataclass(slots=True)
class Covers:
    """Everything that may bear a loss of one policy on one buyer; `used` is what earlier claims have used."""

    top_ups: list[TopUp]
    primary: list[PrimaryStep]
    terms: list[PolicySays]
    used: Used = field(default_factory=Used)

    def says(self, day: date) -> PolicySays | None:
        """The policy's terms on a day; before the first of them, the first."""
        known = [one for one in self.terms if one.from_day <= day]
        return known[-1] if known else next(iter(self.terms), None)


# A term replaced on its own first day never covered anything. One that followed a buyer into another covers, on each of
# the two, what was delivered while it stood there (ADR 0018).
_TOP_UPS: Final = """
    SELECT asked.policy_id, asked.buyer_id, term.id, GREATEST(term.cover_first, came.on_day),
           LEAST(term.cover_end, went.on_day), term.granted_amount,
           term.insured_ratio, cession.ceded_ratio, COALESCE(says.loss_order, 'primary_first'),
           cuts.days, cuts.amounts
    FROM unnest(%(policies)s::bigint[], %(buyers)s::bigint[]) AS asked (policy_id, buyer_id)
    CROSS JOIN LATERAL (
        SELECT own.id FROM policies_guaranteeterm own
        WHERE own.insurer_id = %(insurer)s AND own.policy_id = asked.policy_id AND own.buyer_id = asked.buyer_id
        UNION
        SELECT moved.term_id FROM policies_identitymove moved
        WHERE moved.insurer_id = %(insurer)s AND moved.from_buyer_id = asked.buyer_id) held
    JOIN policies_guaranteeterm term ON term.insurer_id = %(insurer)s AND term.id = held.id
         AND term.policy_id = asked.policy_id AND term.status <> 'replaced_at_once'
         AND term.cover_end > term.cover_first
    LEFT JOIN LATERAL (
        SELECT max(moved.effective_on) AS on_day FROM policies_identitymove moved
        WHERE moved.insurer_id = %(insurer)s AND moved.term_id = term.id AND moved.to_buyer_id = asked.buyer_id
          AND asked.buyer_id <> COALESCE(term.former_buyer_id, term.buyer_id)) came ON true
    LEFT JOIN LATERAL (
        SELECT min(moved.effective_on) AS on_day FROM policies_identitymove moved
        WHERE moved.insurer_id = %(insurer)s AND moved.term_id = term.id AND moved.from_buyer_id = asked.buyer_id
          AND term.buyer_id <> asked.buyer_id) went ON true
    JOIN reinsurance_cession cession ON cession.insurer_id = %(insurer)s AND cession.id = term.cession_id
    LEFT JOIN LATERAL (
        SELECT loss_order FROM reinsurance_treatyterms
        WHERE insurer_id = %(insurer)s AND treaty_id = cession.treaty_id AND first_day <= term.granted_first
        ORDER BY first_day DESC LIMIT 1) says ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(effective_on ORDER BY position) AS days, array_agg(live_amount ORDER BY position) AS amounts
        FROM reinsurance_cessionchange
        WHERE insurer_id = %(insurer)s AND cession_id = cession.id AND kind = 'amended') cuts ON true
    WHERE GREATEST(term.cover_first, came.on_day) < LEAST(term.cover_end, went.on_day)
    ORDER BY term.cover_first, term.id
"""
_PRIMARY: Final = """
    SELECT DISTINCT ON (lim.policy_id, lim.buyer_id, lim.effective_on)
           lim.policy_id, lim.buyer_id, lim.effective_on, lim.amount, lim.amount_before
    FROM unnest(%(policies)s::bigint[], %(buyers)s::bigint[]) AS asked (policy_id, buyer_id)
    JOIN policies_buyerlimit lim ON lim.insurer_id = %(insurer)s AND lim.policy_id = asked.policy_id
         AND lim.buyer_id = asked.buyer_id
    ORDER BY lim.policy_id, lim.buyer_id, lim.effective_on, lim.id DESC
"""
_TERMS: Final = """
    SELECT DISTINCT ON (policy_id, effective_on)
           policy_id, effective_on, insured_ratio, longest_payment_days, declaration_delay_days, invoicing_delay_days,
           waiting_period_days
    FROM policies_policyterms WHERE insurer_id = %(insurer)s AND policy_id = ANY (%(policies)s)
    ORDER BY policy_id, effective_on, id DESC
"""
# What was indemnified stays used until the claim is closed; on a buyer that was absorbed, on the one that remains too.
_USED: Final = """
    SELECT asked.policy_id, asked.buyer_id,
           COALESCE(sum(share.loss_amount) FILTER (WHERE share.layer = 'primary'), 0),
           COALESCE(sum(share.loss_amount) FILTER (WHERE share.layer = 'top_up'), 0)
    FROM unnest(%(policies)s::bigint[], %(buyers)s::bigint[]) AS asked (policy_id, buyer_id)
    JOIN policies_claim claim ON claim.insurer_id = %(insurer)s AND claim.policy_id = asked.policy_id
         AND asked.buyer_id IN (claim.buyer_id, policies_standing_buyer(%(insurer)s, claim.buyer_id))
         AND claim.status = 'indemnified'
    JOIN policies_claimshare share ON share.insurer_id = claim.insurer_id AND share.claim_id = claim.id
    GROUP BY asked.policy_id, asked.buyer_id
"""


def covers_of(actor: Actor, pairs: Collection[Pair]) -> dict[Pair, Covers]:
    """The covers of policies on buyers, by the two rows; four queries. Inside acting(actor)."""
    asked = sorted(set(pairs))
    found = {pair: Covers([], [], []) for pair in asked}
    if not asked:
        return found
    given = {
        "insurer": actor.insurer_id,
        "policies": [policy for policy, _ in asked],
        "buyers": [buyer for _, buyer in asked],
    }
    for policy, buyer, *values in _rows(_TOP_UPS, given):
        found[policy, buyer].top_ups.append(_top_up(values))
    for policy, buyer, day, amount, before in _rows(_PRIMARY, given):
        steps = found[policy, buyer].primary
        if not steps and before:
            # What the first notice that is known found standing.
            steps.append(PrimaryStep(date.min, before))
        steps.append(PrimaryStep(day, amount))
    terms: dict[int, list[PolicySays]] = defaultdict(list)
    for policy, *values in _rows(_TERMS, given):
        terms[policy].append(PolicySays(*values))
    for policy, buyer, primary, top_ups in _rows(_USED, given):
        found[policy, buyer].used = Used(primary, top_ups)
    for (policy, _), covers in found.items():
        covers.terms = terms[policy]
    return found


_DELIVERED_TO: Final = """
    SELECT asked.name, guarantee.policy_id,
           COALESCE((SELECT moved.to_buyer_id FROM policies_identitymove moved
                     JOIN policies_guaranteeterm term ON term.id = moved.term_id
                     WHERE moved.insurer_id = %(insurer)s AND term.guarantee_id = guarantee.id
                       AND moved.effective_on <= asked.day
                     ORDER BY moved.effective_on DESC, moved.id DESC LIMIT 1), guarantee.buyer_id)
    FROM unnest(%(names)s::text[], %(days)s::date[]) AS asked (name, day)
    JOIN policies_guarantee guarantee ON guarantee.insurer_id = %(insurer)s AND guarantee.public_id = asked.name
"""


def delivered_to(actor: Actor, deliveries: Collection[tuple[str, date]]) -> dict[str, set[Pair]]:
    """By guarantee, under which policy and to which buyers was delivered: who was absorbed since was another then.

    One query; inside acting(actor).
    """
    asked = sorted(set(deliveries))
    found: dict[str, set[Pair]] = defaultdict(set)
    given = {
        "insurer": actor.insurer_id,
        "names": [name for name, _ in asked],
        "days": [day for _, day in asked],
    }
    for name, policy, buyer in _rows(_DELIVERED_TO, given) if asked else ():
        found[name].add((policy, buyer))
    return found


def _top_up(values: Sequence[Any]) -> TopUp:
    term_id, first, end, limit, insured, ceded, order, days, amounts = values
    return TopUp(
        term_id=term_id,
        first=first,
        end=end,
        limit=limit,
        insured_ratio=insured,
        ceded_ratio=ceded,
        loss_order=order,
        cuts=tuple(zip(days or (), amounts or (), strict=True)),
    )


def rates_of(actor: Actor, currencies: Collection[str]) -> dict[str, list[Rate]]:
    """The rates that the insurer holds of some currencies, by currency; one query, none where all is in euro."""
    found: dict[str, list[Rate]] = defaultdict(list)
    foreign = {currency for currency in currencies if currency != EURO}
    if foreign:
        rows = ExchangeRate.objects.filter(insurer_id=actor.insurer_id, currency__in=foreign).order_by("day")
        for currency, day, units in rows.values_list("currency", "day", "units_per_euro"):
            found[currency].append(Rate(day, units))
    return found


@dataclass(frozen=True, slots=True)
class ShareFacts:
    """What one cover owes of a claim, what was paid on it, what came back; the cession that carries it.

    `ceded` and `ceded_back` are what the books hold today: less than on the day of payment, where the cession was
    corrected since (D-39). `right_amount` is the most of the term that is ceded then, before the treaty's ratio.
    """

    id: int
    layer: Layer
    term_id: int | None
    loss: Decimal
    due: Decimal
    cession_id: int | None
    guarantee: str
    sequence: int
    kind: str
    market: str
    term_first: date | None
    paid: Decimal = ZERO
    ceded: Decimal = ZERO
    recovered: Decimal = ZERO
    ceded_back: Decimal = ZERO
    ceded_ratio: Decimal = ZERO
    right_amount: Decimal | None = None

    @property
    def out(self) -> Decimal:
        return self.paid - self.recovered


# Where a row of shares names the movement that ceded what was paid, and those that ceded what came back.
_PAID, _BACK = 13, 15
_SHARES: Final = """
    SELECT share.claim_id, share.id, share.layer, share.term_id, share.loss_amount, share.due_amount, term.cession_id,
           COALESCE(guarantee.public_id, ''), COALESCE(term.sequence, 0), COALESCE(guarantee.kind, ''),
           COALESCE(guarantee.market, ''), term.granted_first,
           COALESCE(paid.amount, 0), COALESCE(paid.movement, ''), COALESCE(back.amount, 0), back.movements,
           COALESCE(term.ceded_ratio, 0), term.right_amount
    FROM policies_claimshare share
    LEFT JOIN policies_guaranteeterm term ON term.insurer_id = share.insurer_id AND term.id = share.term_id
    LEFT JOIN policies_guarantee guarantee
           ON guarantee.insurer_id = term.insurer_id AND guarantee.id = term.guarantee_id
    LEFT JOIN policies_indemnitypayment paid ON paid.insurer_id = share.insurer_id AND paid.share_id = share.id
    LEFT JOIN LATERAL (
        SELECT sum(amount) AS amount, array_agg(movement) AS movements FROM policies_recoveryshare
        WHERE insurer_id = share.insurer_id AND share_id = share.id) back ON true
    WHERE share.insurer_id = %(insurer)s AND share.claim_id = ANY (%(claims)s)
    ORDER BY share.claim_id, share.id
"""


def shares_of(actor: Actor, claim_ids: Collection[int]) -> dict[int, list[ShareFacts]]:
    """The shares of claims, by row of the claim, the primary's first; two queries. Inside acting(actor)."""
    found: dict[int, list[ShareFacts]] = {claim_id: [] for claim_id in claim_ids}
    rows = _rows(_SHARES, {"insurer": actor.insurer_id, "claims": sorted(set(claim_ids))}) if claim_ids else []
    ceded = ceded_of_movements(actor, {name for row in rows for name in (row[_PAID], *(row[_BACK] or ())) if name})
    for claim_id, *values in rows:
        movement, movements = values[_PAID - 1], values[_BACK - 1] or ()
        values[_PAID - 1] = ceded.get(movement, ZERO)
        values[_BACK - 1] = sum((ceded.get(one, ZERO) for one in movements), ZERO)
        found[claim_id].append(ShareFacts(*values))
    return found


_RETURNED: Final = """
    SELECT claim_id, sum(policyholder_amount) FROM policies_claimrecovery
    WHERE insurer_id = %(insurer)s AND claim_id = ANY (%(claims)s) GROUP BY claim_id
"""


def returned_to_policyholders(actor: Actor, claim_ids: Collection[int]) -> dict[int, Decimal]:
    """What of earlier recoveries fell to the policyholder, by row of the claim; one query."""
    if not claim_ids:
        return {}
    return dict(_rows(_RETURNED, {"insurer": actor.insurer_id, "claims": sorted(set(claim_ids))}))


_BENEFICIARIES: Final = """
    SELECT asked.policy_id, asked.buyer_id, asked.day, named.id
    FROM unnest(%(policies)s::bigint[], %(buyers)s::bigint[], %(days)s::date[]) AS asked (policy_id, buyer_id, day)
    JOIN LATERAL (
        SELECT id FROM policies_beneficiary
        WHERE insurer_id = %(insurer)s AND policy_id = asked.policy_id
          AND (buyer_id = asked.buyer_id OR buyer_id IS NULL)
          AND first_day <= asked.day AND (end_day IS NULL OR asked.day < end_day)
        ORDER BY (buyer_id IS NULL), first_day DESC, id DESC LIMIT 1) named ON true
"""


def beneficiaries_on(actor: Actor, asked: Collection[tuple[Pair, date]]) -> dict[tuple[Pair, date], int]:
    """To whom indemnities of a policy on a buyer go on a day, by its row; who is left out has delegated to nobody.

    A delegation for the buyer goes before one for all buyers. One query.
    """
    wanted = sorted(set(asked))
    if not wanted:
        return {}
    rows = _rows(
        _BENEFICIARIES,
        {
            "insurer": actor.insurer_id,
            "policies": [policy for (policy, _), _ in wanted],
            "buyers": [buyer for (_, buyer), _ in wanted],
            "days": [day for _, day in wanted],
        },
    )
    return {((policy, buyer), day): named for policy, buyer, day, named in rows}


def _rows(query: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())
