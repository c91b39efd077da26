"""A request handed in and decided, as the tests of what comes after it need one: what became of its row."""

from __future__ import annotations

import uuid
from datetime import date

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_request
from policies.domain.bulk_rows import RequestRow
from policies.queries import submissions
from policies.queries.submissions import RowState
from tests.cast import OPENING_DAY


def asked(actor: Actor, row: RequestRow, *, on: date = OPENING_DAY) -> RowState:
    """Hand in one row and have it decided; `request` and `offer` are public ids."""
    receipt = submit_request(actor, row, key=uuid.uuid4().hex, on=on)
    decide_submission(actor, receipt.public_id, on=on, holder="tests")
    with acting(actor):
        return submissions.rows_of(actor, receipt.public_id)[0]
