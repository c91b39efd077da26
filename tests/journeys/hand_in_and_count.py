"""Run as a process of its own on the servers of a data folder: hands in a file of the sample, counts what became of it.

    python -m tests.journeys.hand_in_and_count hand-in INSURER ROWS BAD_ROWS
    python -m tests.journeys.hand_in_and_count count INSURER SUBMISSION

Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from typing import Any


def hand_in(insurer: str, rows: str, bad_rows: str) -> dict[str, Any]:
    """As the shells do: the file is stored and a task is woken by the broker."""
    from capweb import clock
    from policies.commands.sample_files import sample_request_file
    from policies.commands.submit_limit_requests import submit_file

    actor = _house(insurer)
    content = sample_request_file(actor, rows=int(rows), bad_rows=int(bad_rows))
    receipt = submit_file(actor, content, file_name="demandes.csv", media_type=None, on=clock.business_day())
    return {"submission": receipt.public_id, "rows": receipt.row_count, "bad_rows": receipt.bad_rows}


def count(insurer: str, submission: str) -> dict[str, Any]:
    """What a submission left in every table, and what the verification of the ledger finds."""
    from django.db.models import Sum

    from capweb.accounts.acting import acting
    from capweb.audit.models import TrailEntry
    from policies.models import LimitRequest, Offer, Submission, SubmissionRow
    from reinsurance.models import JournalEntry, Transfer
    from reinsurance.queries.verification import verify_ledger

    actor = _house(insurer)
    with acting(actor):
        stored = Submission.objects.get(public_id=submission)
        rows = SubmissionRow.objects.filter(submission=stored)
        requests = LimitRequest.objects.filter(submission_row__submission=stored)
        offers = Offer.objects.filter(limit_request__in=requests)
        holds = JournalEntry.objects.filter(kind="hold")
        told = TrailEntry.objects.filter(action__startswith="request.")
        found = {
            "status": stored.status,
            "rows": stored.row_count,
            "outcomes": Counter(rows.values_list("outcome", flat=True)),
            "requests": requests.count(),
            "requests_of_rows": requests.values("submission_row").distinct().count(),
            "offers": offers.count(),
            "live_offers": offers.filter(status="live").count(),
            "holds": holds.count(),
            "held": str(Transfer.objects.filter(code="hold").aggregate(held=Sum("amount"))["held"]),
            "offered": str(offers.aggregate(held=Sum("held_amount"))["held"]),
            "told": told.count(),
            "told_of": told.values("subject").distinct().count(),
        }
    verified = verify_ledger()
    return {**found, "ledger": [str(check) for check in verified.checks if check.differences]}


def _house(insurer: str) -> Any:
    from capweb.accounts.models import Organisation
    from capweb.accounts.queries import memberships

    return memberships.system_actor(Organisation.objects.get(code=insurer), name="journey")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "capweb.settings")
    import django

    django.setup()
    print(json.dumps({"hand-in": hand_in, "count": count}[sys.argv[1]](*sys.argv[2:])))
