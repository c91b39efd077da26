"""The peer of `bench.cessions`: django-hordak as its documentation shows it, `account.transfer_to(other, amount)`.

A call and a commit each, in a process of its own; prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.hordak_peer", description=__doc__)
    parser.add_argument("--transfers", type=int, default=2_000)
    chosen = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.hordak_settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from hordak.models import Account, AccountType
    from moneyed import Money

    envelope = Account.objects.create(name="Envelope", type=AccountType.liability, code="1", currencies=["EUR"])
    live = Account.objects.create(name="Live", type=AccountType.liability, code="2", currencies=["EUR"])
    begun = time.perf_counter()
    for number in range(chosen.transfers):
        envelope.transfer_to(live, Money(10_000 + number, "EUR"), description=f"cession {number}")
    json.dump({"transfers": chosen.transfers, "seconds": time.perf_counter() - begun}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
