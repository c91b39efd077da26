"""`sign_ins`: who of the sample may sign in, with which role, and the password where it is still the sample's own."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from policies.commands.seed_sample import who_may_sign_in


class Command(BaseCommand):
    help = "List the sign-ins of the sample."

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002  Django's signature
        found = who_may_sign_in()
        if not found.people:
            self.stdout.write("The sample portfolio has not been entered: there is nobody to sign in.")
            return
        width = max(len(one.email) for one in found.people)
        for one in found.people:
            self.stdout.write(f"{one.email:{width}}  {one.full_name}: {'; '.join(one.roles)}")
        if found.password:
            self.stdout.write(f"Password of everybody: {found.password}")
