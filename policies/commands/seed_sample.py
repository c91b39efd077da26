"""Fill a sandbox with the sample portfolio: people, policies, buyers, notices, treaties, envelopes.

Written by the ordinary roles as everybody else writes: an insurer's rows by that insurer, shared rows by the platform.
The same size and seed give the same portfolio on any machine; an insurer whose books have begun is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.commands.enter_people import begin_sandbox, enter_memberships, enter_organisations
from capweb.accounts.models import Installation, Organisation, User
from capweb.accounts.queries import memberships
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError
from policies.commands import sample_people, sample_portfolio, sample_scheme, sample_writing
from policies.commands.sample_companies import OPENING_DAY
from policies.commands.sample_people import SignIn
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


@dataclass(frozen=True, slots=True)
class WhoMaySignIn:
    """The people of the sample that are there, and their password while it is still the sample's own."""

    people: list[SignIn]
    password: str | None


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
    if Installation.objects.using("platform").filter(is_sandbox=True, business_day=OPENING_DAY).exists():
        # Later, the envelopes have gone on with the law and are not brought back.
        sample_scheme.enter_scheme(_operator(houses), insurers=list(sample_people.INSURER_SHARES), on=OPENING_DAY)
        tell("treaties, envelopes, tariffs")
    written = []
    for code, notices in sample_portfolio.sizes_by_insurer(size).items():
        written.append(_seed_insurer(houses, code, size=notices, seed=seed))
        tell(code)
    return written


def who_may_sign_in() -> WhoMaySignIn:
    """The people of the sample that this installation knows: none before the sample has been entered."""
    people = sample_people.sign_ins()
    known = {user.email: user for user in User.objects.filter(email__in=[one.email for one in people], is_active=True)}
    there = [one for one in people if one.email in known]
    # One hash is compared for all, since everybody was given the same password.
    has_demo_password = bool(there) and known[there[0].email].check_password(sample_people.DEMO_PASSWORD)
    return WhoMaySignIn(there, sample_people.DEMO_PASSWORD if has_demo_password else None)


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


def _person_of(actor: Actor, role: str) -> Actor:
    """The first person of the insurer's own who has that role there."""
    return next(one for one in memberships.people_of(actor.insurer_id) if one.role == role)


def _seed_insurer(houses: dict[str, Organisation], code: str, *, size: int, seed: int) -> Seeded:
    actor = system_actor(houses[code])
    with acting(actor):
        if Policy.objects.exists():
            return Seeded(code)
        books = sample_portfolio.portfolio(code, size=size, seed=seed)
        sample_writing.write_portfolio(actor, books, houses={one: house.pk for one, house in houses.items()})
        administrator, senior = (_person_of(actor, role) for role in ("administrator", "senior_underwriter"))
        sample_scheme.enter_illustrative_tariffs(administrator, senior, on=OPENING_DAY)
        record_changes(
            [Change("sample.entered", f"insurer:{code}", became={"notices": size, "seed": seed})],
            insurer_id=actor.insurer_id,
            actor=actor.name,
            actor_role=actor.role,
            booked_on=OPENING_DAY,
        )
    return Seeded(code, policies=len(books.policies), buyers=len(books.buyers), notices=size)
