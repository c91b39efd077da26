"""A first day's business on the sample: a file of each insurer decided, most offers accepted, the rest left to people.

So that whoever opens the product finds a queue to settle, offers to answer and guarantees in force. Every step goes
through the commands that the screens use.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Final

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.queries import memberships
from policies.commands.accept_offers import accept_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.sample_files import sample_request_file
from policies.commands.sample_notices import books_of
from policies.commands.submit_limit_requests import submit_file
from policies.models import LimitRequest, Offer, RequestStatus

# Of the notices that an insurer has: what is asked for, and what of that was typed wrongly.
ASKED: Final = 0.25
BAD: Final = 0.04
ACCEPTED: Final = 0.7


@dataclass(frozen=True, slots=True)
class Business:
    """What came of one insurer's file; all zero where requests were there already."""

    insurer: str
    requests: int = 0
    waiting: int = 0
    guarantees: int = 0
    live_offers: int = 0


def begin_sample_business(
    *, on: date, at: datetime, seed: int, progress: Callable[[str], None] | None = None
) -> list[Business]:
    """Hand in, decide and answer for every insurer of the sample that has no request yet. The same sample and seed give
    the same business.
    """
    tell = progress or (lambda _: None)
    found = []
    for house in memberships.insurers():
        found.append(_begin(memberships.system_actor(house, name="sample"), on=on, at=at, seed=seed))
        tell(house.code)
    return found


def _begin(desk: Actor, *, on: date, at: datetime, seed: int) -> Business:
    with acting(desk):
        if LimitRequest.objects.exists():
            return Business(desk.insurer_code)
        notices = len(books_of(desk, on=on).notices)
    rows = int(notices * ASKED)
    if rows < 1:
        return Business(desk.insurer_code)
    content = sample_request_file(desk, rows=rows, bad_rows=int(rows * BAD), seed=seed, on=on)
    receipt = submit_file(desk, content, file_name=f"{desk.insurer_code}.csv", media_type=None, on=on)
    decide_submission(desk, receipt.public_id, on=on, holder=uuid.uuid4().hex)
    with acting(desk):
        offers = list(Offer.objects.filter(status="live").order_by("pk").values_list("public_id", flat=True))
    Random(f"{seed} business {desk.insurer_code}").shuffle(offers)  # noqa: S311  a sample, no secret
    wanted = offers[: int(len(offers) * ACCEPTED)]
    accepted = sum(answer.outcome == "accepted" for answer in accept_offers(desk, wanted, on=on, at=at))
    with acting(desk):
        waiting = LimitRequest.objects.filter(status=RequestStatus.REFERRED).count()
    return Business(desk.insurer_code, rows, waiting, accepted, len(offers) - len(wanted))
