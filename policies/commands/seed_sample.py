"""Fill a sandbox with the sample portfolio: people, policies, buyers, notices, treaties, envelopes.

Written by the ordinary roles as everybody else writes: an insurer's rows by that insurer, shared rows by the platform.
The same size and seed give the same portfolio on any machine; an insurer whose books have begun is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.commands.enter_people import begin_sandbox, enter_memberships, enter_organisations
from capweb.accounts.models import Installation, Organisation
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError
from capweb.kernel.identifiers import new_public_id
from policies.commands import sample_people, sample_portfolio, sample_scheme
from policies.commands.sample_companies import OPENING_DAY
from policies.commands.sample_portfolio import Portfolio
from policies.models import Policy

LARGEST_SIZE: Final = 100_000
DEFAULT_SEED: Final = 2020


class NotASandbox(DomainError):
    """The sample is refused where real books may be."""

    code = "not_a_sandbox"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was written for one insurer; all zero where its books had begun before."""

    insurer: str
    policies: int = 0
    buyers: int = 0
    notices: int = 0


def seed_sample(
    *,
    size: int,
    seed: int = DEFAULT_SEED,
    password: str = sample_people.DEMO_PASSWORD,
    progress: Callable[[str], None] | None = None,
) -> list[Seeded]:
    """Write the sample with `size` notices that open a top-up; what was written for each insurer.

    Raises NotASandbox where an installation runs on real days or holds policies of its own, ValueError for a size out
    of range. Interrupted and run again, it goes on with the insurers that are still missing.
    """
    if not 1 <= size <= LARGEST_SIZE:
        raise ValueError(f"the sample has 1 to {LARGEST_SIZE} notices, not {size}")
    tell = progress or (lambda _: None)
    houses = _enter_people(password=password)
    tell("people")
    sample_scheme.enter_scheme(_operator(houses), insurers=list(sample_people.INSURER_SHARES), on=OPENING_DAY)
    tell("treaties, envelopes, tariffs")
    written = []
    for code, notices in sample_portfolio.sizes_by_insurer(size).items():
        written.append(_seed_insurer(houses, code, size=notices, seed=seed))
        tell(code)
    return written


def _enter_people(*, password: str) -> dict[str, Organisation]:
    with acting_as_platform() as alias:
        installation = Installation.objects.using(alias).first()
        if installation is None and Policy.objects.using(alias).exists():
            raise NotASandbox("This installation holds policies already: the sample is for an empty one.")
        if installation is not None and not installation.is_sandbox:
            raise NotASandbox("This installation runs on real days: the sample is for a sandbox.")
        begin_sandbox(OPENING_DAY)
        houses = enter_organisations(sample_people.organisations())
        enter_memberships(sample_people.memberships(), password=password)
    return houses


def _operator(houses: dict[str, Organisation]) -> PlatformActor:
    return PlatformActor(name="sample", role="operator", organisation_id=houses["exploitant"].pk)


def system_actor(house: Organisation) -> Actor:
    """The insurer itself, where no person acts."""
    return Actor(
        name="sample",
        role="system",
        insurer_id=house.pk,
        insurer_code=house.code,
        organisation_id=house.pk,
        organisation_kind="insurer",
    )


def _seed_insurer(houses: dict[str, Organisation], code: str, *, size: int, seed: int) -> Seeded:
    actor = system_actor(houses[code])
    with acting(actor):
        if Policy.objects.exists():
            return Seeded(code)
        books = sample_portfolio.portfolio(code, size=size, seed=seed)
        writer = _Writer(actor, houses)
        policies = writer.policies(books)
        buyers = writer.buyers(books)
        writer.notices(books, policies, buyers)
        record_changes(
            [Change("sample.entered", f"insurer:{code}", became={"notices": size, "seed": seed})],
            insurer_id=actor.insurer_id,
            actor=actor.name,
            actor_role=actor.role,
            booked_on=OPENING_DAY,
        )
    return Seeded(code, policies=len(books.policies), buyers=len(books.buyers), notices=size)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the books of one insurer by COPY, ids drawn beforehand, inside acting(actor)."""

    actor: Actor
    houses: dict[str, Organisation]

    def _copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        insurer = self.actor.insurer_id
        copy_rows(f"policies_{table}", ("insurer_id", *columns), ((insurer, *row) for row in rows))

    def policies(self, books: Portfolio) -> list[int]:
        """Policyholders, their figures, mandates, policies and their terms; the ids of the policies."""
        given = books.policies
        holders = draw_ids("policies_policyholder", len(given))
        ids = draw_ids("policies_policy", len(given))
        self._copy(
            "policyholder",
            ("id", "public_id", "name", "country", "identifier_type", "identifier", "status", "is_factor")
            + ("street", "postal_code", "town", "organisation_id"),
            (
                (holder, new_public_id("pho"), one.holder.name, one.holder.country, one.holder.identifier_type)
                + (one.holder.identifier, one.holder_status, one.size == "factor", one.holder.street)
                + (one.holder.postal_code, one.holder.town, self._organisation_id(one.organisation))
                for holder, one in zip(holders, given, strict=True)
            ),
        )
        self._copy(
            "policyholderfigures",
            (*_FACT_COLUMNS, "policyholder_id", "turnover"),
            (
                (*_fact(one.mandated_on, "figures", holder), holder, one.holder.turnover)
                for holder, one in zip(holders, given, strict=True)
            ),
        )
        self._copy(
            "mandate",
            ("broker_id", "policyholder_id", "first_day", "end_day"),
            (
                (self._organisation_id(one.broker), holder, one.mandated_on, None)
                for holder, one in zip(holders, given, strict=True)
                if one.broker
            ),
        )
        self._copy(
            "policy",
            ("id", "public_id", "number", "policyholder_id", "form", "first_day", "end_day", "currency"),
            (
                (policy, new_public_id("pol"), one.number, holder, one.form, one.first_day, one.end_day, "EUR")
                for policy, holder, one in zip(ids, holders, given, strict=True)
            ),
        )
        self._copy(
            "policyterms",
            (*_FACT_COLUMNS, "policy_id", "insured_ratio", "limits_set_by")
            + ("longest_payment_days", "declaration_delay_days"),
            (
                (*_fact(one.first_day, "terms", policy), policy, one.insured_ratio, one.limits_set_by)
                + (one.longest_payment_days, 60)
                for policy, one in zip(ids, given, strict=True)
            ),
        )
        return ids

    def buyers(self, books: Portfolio) -> list[int]:
        """Buyers, their figures and what the insurer thinks of them; the ids of the buyers."""
        ids = draw_ids("policies_buyer", len(books.buyers))
        pairs = list(zip(ids, books.buyers, strict=True))
        self._copy(
            "buyer",
            ("id", "public_id", "name", "country", "identifier_type", "identifier", "created_on"),
            (
                (buyer, new_public_id("buy"), one.company.name, one.company.country, one.company.identifier_type)
                + (one.company.identifier, one.company.created_on)
                for buyer, one in pairs
            ),
        )
        self._copy(
            "buyerfigures",
            (*_FACT_COLUMNS, "buyer_id", "turnover", "balance_sheet", "headcount"),
            (
                (*_fact(_FIGURES_OF, "size", buyer), buyer, one.company.turnover, one.company.balance_sheet)
                + (one.company.headcount,)
                for buyer, one in pairs
            ),
        )
        self._copy(
            "buyerrating",
            (*_FACT_COLUMNS, "buyer_id", "grade", "default_probability", "is_insolvent"),
            (
                (*_fact(rated.effective_on, f"rating {number}", buyer), buyer, rated.grade)
                + (rated.default_probability, rated.is_insolvent)
                for buyer, one in pairs
                for number, rated in enumerate(one.opinions)
            ),
        )
        return ids

    def notices(self, books: Portfolio, policies: Sequence[int], buyers: Sequence[int]) -> None:
        """The insurer's decisions on its own limits."""
        self._copy(
            "buyerlimit",
            ("effective_on", "booked_on", "source_reference", "policy_id", "buyer_id", "decision")
            + ("requested_amount", "amount_before", "amount", "notified_on"),
            (
                (one.effective_on, one.notified_on, f"sample/limit/{number}", policies[one.policy], buyers[one.buyer])
                + (one.decision, one.requested_amount, one.amount_before, one.amount, one.notified_on)
                for number, one in enumerate(books.notices)
            ),
        )

    def _organisation_id(self, code: str | None) -> int | None:
        return self.houses[code].pk if code else None


_FACT_COLUMNS: Final = ("effective_on", "booked_on", "source_reference")
_FIGURES_OF: Final = date(2019, 12, 31)


def _fact(on: date, kind: str, number: int) -> tuple[date, date, str]:
    """The three columns of a dated fact that was learnt on the day from which it holds."""
    return on, on, f"sample/{kind}/{number}"
