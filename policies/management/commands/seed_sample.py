"""`seed_sample --size N [--with-business] [--seed 2020]`: fills an empty sandbox with the sample portfolio.

`--with-business` also hands in, decides and answers a first day's requests, so that the screens have something to show.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from capweb import clock
from capweb.kernel.errors import DomainError
from policies.commands import sample_people
from policies.commands.sample_business import begin_sample_business
from policies.commands.seed_sample import DEFAULT_SEED, LARGEST_SIZE, Seeded, seed_sample


class Command(BaseCommand):
    help = "Fill an empty sandbox with the sample portfolio."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", type=int, required=True, metavar="N", help=f"notices in all, 1 to {LARGEST_SIZE}")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the same seed gives the same portfolio")
        parser.add_argument(
            "--with-business", action="store_true", help="and a first day's requests, offers and guarantees"
        )
        parser.add_argument("--password", default=sample_people.DEMO_PASSWORD, help="of everybody who may sign in")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002  Django's signature
        try:
            written = seed_sample(
                size=options["size"], seed=options["seed"], password=options["password"], progress=self._step
            )
        except (DomainError, ValueError) as refusal:
            raise CommandError(str(refusal)) from refusal
        for one in written:
            self.stdout.write(_told(one))
        if options["with_business"]:
            self._business(seed=options["seed"])
        if any(one.notices for one in written):
            self.stdout.write(f"Everybody signs in with the password: {options['password']}")
            self.stdout.write("Who may sign in: manage.py sign_ins")

    def _business(self, *, seed: int) -> None:
        for one in begin_sample_business(
            on=clock.business_day(),
            at=clock.instant(),
            seed=seed,
            progress=lambda code: self._step(f"business of {code}"),
        ):
            self.stdout.write(
                f"{one.insurer}: {one.requests} requests, {one.waiting} waiting, {one.live_offers} offers to answer, "
                f"{one.guarantees} guarantees"
            )

    def _step(self, what: str) -> None:
        self.stdout.write(f"  {what} done", self.style.SUCCESS)
        self.stdout.flush()


def _told(one: Seeded) -> str:
    if not one.notices:
        return f"{one.insurer}: its books had begun, nothing was written."
    return f"{one.insurer}: {one.policies} policies, {one.buyers} buyers, {one.notices} notices"
