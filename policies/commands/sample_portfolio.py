"""What does one insurer of the sample have in its books: policies, buyers, and the notices that open a top-up?

Proportions follow what was reported of such schemes: about 25,000 € a relation, three quarters of them domestic, small
firms four fifths of those who take a substitution and three fifths of those who take a complement (autumn 2009:
1.1 Md€ for 44,000 relations).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from random import Random
from typing import Final

from capweb.kernel.identifiers import siren_from_serial
from policies.commands import sample_companies, sample_people
from policies.commands.sample_companies import OPENING_DAY, Company, Opinion

_NOTHING: Final = Decimal("0.00")
_THOUSAND: Final = Decimal("1E3")
_NOTICES_A_POLICY: Final = 9
_FIRST_NOTICE: Final = date(2020, 5, 4)
# A reduction or an end takes effect after its notice: told by the middle of May, it counts when the books open.
_LAST_IN_EFFECT: Final = date(2020, 5, 16)
_LAST_NOTICE: Final = date(2020, 6, 12)
_OWN_NOTICES: Final = 4
_NOTICE_DAYS: Final = 30
# How likely a notice asks for a substitution, by the size of the policyholder: two thirds and three sevenths.
_SUBSTITUTION: Final = {"small": 0.667, "factor": 0.667, "mid": 0.43, "large": 0.43}
_SIZES: Final = (("small", 72), ("mid", 25), ("large", 2), ("factor", 1))
# Thousands of euro, from the most usual to the rare: on average about 28 for what is refused or ended, and about 25
# for what a complement can add to what is left.
_REFUSED: Final = (
    (5, 14),
    (8, 14),
    (10, 16),
    (15, 15),
    (20, 13),
    (30, 11),
    (40, 7),
    (60, 5),
    (100, 3),
    (150, 1),
    (250, 1),
)
_BEFORE: Final = ((20, 8), (30, 12), (40, 14), (60, 18), (80, 15), (100, 13), (150, 10), (200, 6), (400, 3), (800, 1))


@dataclass(frozen=True, slots=True)
class SamplePolicy:
    """A policy with its holder: who brings it, its form, its terms."""

    number: str
    holder: Company
    holder_status: str
    size: str
    organisation: str | None
    broker: str | None
    form: str
    first_day: date
    end_day: date | None
    insured_ratio: Decimal
    limits_set_by: str
    longest_payment_days: int
    mandated_on: date


@dataclass(frozen=True, slots=True)
class SampleBuyer:
    """A buyer as one insurer knows it."""

    company: Company
    market: str
    opinions: list[Opinion]


@dataclass(frozen=True, slots=True)
class SampleNotice:
    """A decision of the insurer on its own limit. `policy` and `buyer` are places in the portfolio's lists."""

    policy: int
    buyer: int
    decision: str
    requested_amount: Decimal | None
    amount_before: Decimal
    amount: Decimal
    notified_on: date
    effective_on: date


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All that one insurer's books begin with. `notices` hold the old grants first, then what opens a top-up."""

    policies: list[SamplePolicy]
    buyers: list[SampleBuyer]
    notices: list[SampleNotice]


def sizes_by_insurer(size: int) -> dict[str, int]:
    """How many opening notices each insurer gets of `size` in all.

    >>> sizes_by_insurer(5000)
    {'euler-hermes': 2000, 'coface': 1400, 'atradius': 700, 'groupama': 500, 'axa-assurcredit': 400}
    """
    shares = sample_people.INSURER_SHARES
    sizes = {insurer: size * share // 100 for insurer, share in shares.items()}
    sizes[next(iter(shares))] += size - sum(sizes.values())
    return sizes


def portfolio(insurer: str, *, size: int, seed: int) -> Portfolio:
    """The books of one insurer with `size` opening notices; the same for the same arguments, on any machine."""
    random = Random(f"{seed} {insurer}")  # noqa: S311  a sample, no secret
    place = list(sample_people.INSURER_SHARES).index(insurer)
    policies = list(_policies(random, insurer, seed=seed, first=place * 100_000, count=2 + size // _NOTICES_A_POLICY))
    buyers: list[SampleBuyer] = []
    notices: list[SampleNotice] = []
    known: dict[tuple[str, str], list[int]] = {}
    taken: set[tuple[int, int]] = set()
    for number in range(size):
        # The first policy is that of the policyholder who signs in. The last has ended: to be asked for in vain.
        policy = 0 if number < _OWN_NOTICES else random.randrange(len(policies) - 1)
        kind = "substitution" if random.random() < _SUBSTITUTION[policies[policy].size] else "complement"
        market = "domestic" if random.random() < 0.75 else "export"
        alike = known.setdefault((kind, market), [])
        if alike and random.random() < 0.12 and (policy, shared := random.choice(alike)) not in taken:
            buyer = shared
        else:
            buyer = len(buyers)
            buyers.append(_buyer(random, insurer, buyer, kind=kind, market=market, seed=seed))
            alike.append(buyer)
        taken.add((policy, buyer))
        notices.append(_notice(random, policy, buyer, kind=kind))
    untouched = _granted(random, insurer, buyers, policies=len(policies) - 1, count=1 + size // 10, seed=seed)
    return Portfolio(policies, buyers, [*_former_grants(notices), *untouched, *notices])


def _policies(random: Random, insurer: str, *, seed: int, first: int, count: int) -> Iterator[SamplePolicy]:
    brokers = [code for code, (_, insurers) in sample_people.BROKERS.items() if insurer in insurers]
    for place in range(count):
        size = random.choices([name for name, _ in _SIZES], weights=[weight for _, weight in _SIZES])[0]
        is_applicant = random.random() < 0.05
        own = sample_people.POLICYHOLDER_ORGANISATIONS.get(insurer) if place == 0 else None
        holder = sample_companies.policyholder(first + place, seed=seed, size="small" if own else size)
        yield SamplePolicy(
            number=f"{sample_people.POLICY_PREFIXES[insurer]}-{100_001 + place}",
            holder=_named(holder, own) if own else holder,
            holder_status="applicant" if is_applicant and not own else "in_being",
            size="small" if own else size,
            organisation=own[0] if own else None,
            broker=brokers[0] if place in (0, count - 1) else _broker(random, brokers),
            form="cap_policy" if is_applicant or random.random() < 0.08 else "endorsement",
            first_day=OPENING_DAY - timedelta(days=random.randint(40, 2600)),
            end_day=date(2020, 6, 1) if place == count - 1 else None,
            insured_ratio=Decimal(random.choice(("0.90", "0.90", "0.90", "0.85", "0.80", "0.95"))),
            limits_set_by="policyholder" if size == "factor" and random.random() < 0.3 else "insurer",
            longest_payment_days=random.choice((60, 60, 90, 90, 120, 180)),
            mandated_on=date(random.randint(2012, 2019), 1, 1),
        )


def _named(holder: Company, own: tuple[str, str, int]) -> Company:
    """The policyholder whose people sign in bears the name and number of its organisation."""
    _, name, serial = own
    return replace(holder, name=name, identifier=siren_from_serial(serial))


def _broker(random: Random, brokers: list[str]) -> str | None:
    """The first broker brings half of those who have one; one policyholder in five has none."""
    if random.random() < 0.2:
        return None
    return random.choices(brokers, weights=[len(brokers) - 1 if i == 0 else 1 for i in range(len(brokers))])[0]


def _buyer(random: Random, insurer: str, number: int, *, kind: str, market: str, seed: int) -> SampleBuyer:
    # Every third buyer is known to all insurers by the same number, the others to this one alone.
    own_range = 100_000 + 150_000 * list(sample_people.INSURER_SHARES).index(insurer)
    serial = number if number % 3 == 0 else own_range + number
    return SampleBuyer(
        company=sample_companies.buyer(serial, seed=seed, is_abroad=market == "export"),
        market=market,
        opinions=sample_companies.opinions(random, insurer=insurer, kind=kind, market=market),
    )


def _notice(random: Random, policy: int, buyer: int, *, kind: str) -> SampleNotice:
    if kind == "substitution":
        amount = _thousands(random, _REFUSED)
        if random.random() < 0.55:
            return _told(random, policy, buyer, "refusal", asked=amount, before=_NOTHING, left=_NOTHING)
        return _told(random, policy, buyer, "cessation", asked=None, before=amount, left=_NOTHING)
    whole = _thousands(random, _BEFORE)
    left = (whole * random.randint(35, 75) / 100).quantize(_THOUSAND, rounding=ROUND_UP).quantize(Decimal("0.01"))
    if random.random() < 0.35:
        return _told(random, policy, buyer, "partial_grant", asked=whole, before=_NOTHING, left=left)
    return _told(random, policy, buyer, "reduction", asked=None, before=whole, left=left)


def _told(
    random: Random,
    policy: int,
    buyer: int,
    decision: str,
    *,
    asked: Decimal | None,
    before: Decimal,
    left: Decimal,
) -> SampleNotice:
    has_notice_period = decision in ("reduction", "cessation")
    last = _LAST_IN_EFFECT if has_notice_period and random.random() < 0.75 else _LAST_NOTICE
    notified_on = _FIRST_NOTICE + timedelta(days=random.randint(0, (last - _FIRST_NOTICE).days))
    return SampleNotice(
        policy=policy,
        buyer=buyer,
        decision=decision,
        requested_amount=asked,
        amount_before=before,
        amount=left,
        notified_on=notified_on,
        effective_on=notified_on + timedelta(days=_NOTICE_DAYS if has_notice_period else 0),
    )


def _thousands(random: Random, table: tuple[tuple[int, int], ...]) -> Decimal:
    """An amount of the table, a fifth more or less, in whole thousands."""
    (amount,) = random.choices([one for one, _ in table], weights=[weight for _, weight in table])
    return Decimal(max(2, amount * random.randint(80, 120) // 100) * 1000).quantize(Decimal("0.01"))


def _granted(
    random: Random, insurer: str, buyers: list[SampleBuyer], *, policies: int, count: int, seed: int
) -> list[SampleNotice]:
    """Limits that stand as they were granted, on buyers of their own: nothing to be topped up there."""
    notices = []
    for _ in range(count):
        place = len(buyers)
        buyers.append(_buyer(random, insurer, place, kind="complement", market="domestic", seed=seed))
        granted_on = _FIRST_NOTICE - timedelta(days=random.randint(30, 700))
        amount = _thousands(random, _BEFORE)
        notices.append(_grant(random.randrange(policies), place, amount, on=granted_on))
    return notices


def _grant(policy: int, buyer: int, amount: Decimal, *, on: date) -> SampleNotice:
    return SampleNotice(
        policy=policy,
        buyer=buyer,
        decision="grant",
        requested_amount=amount,
        amount_before=_NOTHING,
        amount=amount,
        notified_on=on,
        effective_on=on,
    )


def _former_grants(notices: list[SampleNotice]) -> Iterator[SampleNotice]:
    """What stood before it was reduced or ended."""
    for notice in notices:
        if notice.amount_before:
            granted_on = notice.notified_on - timedelta(days=365)
            yield _grant(notice.policy, notice.buyer, notice.amount_before, on=granted_on)
