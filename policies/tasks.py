"""Tasks: shells around commands. A message is a wake-up and may come twice; further arguments are ignored."""

from __future__ import annotations

import time
import uuid
from datetime import date, timedelta
from typing import Final

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from capweb import clock
from capweb.accounts.actor import Actor
from capweb.accounts.models import Organisation
from capweb.accounts.queries import memberships
from capweb.audit.leases import LeaseLost
from capweb.audit.outbox import wake_after_commit
from policies.commands import render_endorsements as rendering
from policies.commands.close_night import close_night
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.insurers_night import run_insurers_night
from policies.commands.open_night import PLATFORM, actor_of, ask_for_nights, begin_night
from policies.commands.send_mails import send_mails
from policies.commands.what_if import work_at
from policies.commands.write_messages import write_messages
from policies.queries import nights, submissions, what_if_runs

log = structlog.get_logger(__name__)

SLICE_SECONDS: Final = 10.0
DOCUMENTS_SECONDS: Final = 5.0


@shared_task(name="policies.decide_submission")
def decide(*, submission: str, insurer: int, **_extra: object) -> None:
    """Decide the open rows of a submission, as whoever handed it in."""
    actor = submissions.submitter(submission, insurer_id=insurer)
    try:
        decide_submission(actor, submission, on=clock.business_day(), holder=uuid.uuid4().hex)
    except LeaseLost as lost:
        log.warning("another worker took over", submission=submission, detail=lost.message)


@shared_task(name="policies.resend_unfinished")
def resend_unfinished(**_extra: object) -> None:
    """Wake a worker for every submission that waits and that nobody is at."""
    for waiting in submissions.without_live_lease():
        wake_after_commit("policies.decide_submission", submission=waiting.public_id, insurer=waiting.insurer_id)


@shared_task(name="policies.run_what_if")
def run_what_if(*, run: str, insurer: int, **_extra: object) -> None:
    """Work at a what-if run for a slice of time, then queue up again: decisions wait for a slice at most."""
    begun = time.monotonic()
    try:
        is_open = work_at(
            _system(insurer), run, holder=uuid.uuid4().hex, go_on=lambda: time.monotonic() - begun < SLICE_SECONDS
        )
    except LeaseLost as lost:
        log.warning("another worker took over", run=run, detail=lost.message)
        return
    if is_open:
        wake_after_commit("policies.run_what_if", run=run, insurer=insurer)


@shared_task(name="policies.resend_what_if_runs")
def resend_what_if_runs(**_extra: object) -> None:
    """Wake a worker for every what-if run that is open and that nobody is at."""
    for waiting in what_if_runs.without_live_lease():
        wake_after_commit("policies.run_what_if", run=waiting.public_id, insurer=waiting.insurer_id)


@shared_task(name="policies.render_endorsements")
def render(*, insurer: int, **_extra: object) -> None:
    """Make PDFs that this insurer's endorsements lack for a slice of time, then queue up again: other insurers have
    their turn, and a worker that is asked to stop does so between two documents.
    """
    ends = time.monotonic() + DOCUMENTS_SECONDS
    made = rendering.render_endorsements(_system(insurer), go_on=lambda: time.monotonic() < ends)
    if made and time.monotonic() >= ends:
        wake_after_commit("policies.render_endorsements", insurer=insurer)


@shared_task(name="policies.resend_unrendered")
def resend_unrendered(**_extra: object) -> None:
    """Wake the documents' queue for every insurer with endorsements that have no PDF yet."""
    for insurer_id in submissions.insurers_with_unrendered():
        wake_after_commit("policies.render_endorsements", insurer=insurer_id)


@shared_task(name="policies.open_due_nights")
def open_due_nights(**_extra: object) -> None:
    """Ask for every night up to today that was missed (a sandbox's are asked for by hand), and wake workers for the
    earliest one that is open: one for each insurer's part that nobody is at, or one to close it.
    """
    installation = clock.installation()
    if not settings.SANDBOX and not installation.is_sandbox:
        today = clock.business_day()
        last = nights.last_night()
        ask_for_nights(today if last is None else last + timedelta(days=1), today)
    day = nights.next_open()
    if day is None:
        return
    begin_night(day, at=clock.moment_on(day))
    if not nights.missing(day):
        wake_after_commit("policies.close_night", day=str(day))
    for insurer_id in nights.without_worker(day):
        wake_after_commit("policies.open_insurers_night", day=str(day), insurer=insurer_id)


@shared_task(name="policies.open_insurers_night")
def open_insurers_night(*, day: str, insurer: int, **_extra: object) -> None:
    """Do one insurer's part of a night; who ends last closes the night."""
    on = date.fromisoformat(day)
    if nights.next_open() != on:
        return
    begun = begin_night(on, at=clock.moment_on(on))
    try:
        run_insurers_night(actor_of(insurer), on, at=begun.moment, holder=uuid.uuid4().hex)
    except LeaseLost as lost:
        log.warning("another worker took over", night=day, insurer=insurer, detail=lost.message)
        return
    close(day=day)


@shared_task(name="policies.close_night")
def close(*, day: str, **_extra: object) -> None:
    """Close a night whose parts are all done, and go on with the next one that was asked for."""
    on = date.fromisoformat(day)
    if nights.next_open() != on:
        return
    try:
        report = close_night(PLATFORM, on, holder=uuid.uuid4().hex)
    except LeaseLost as lost:
        log.warning("another worker took over", night=day, detail=lost.message)
        return
    if report is not None and nights.next_open() is not None:
        wake_after_commit("policies.open_due_nights")


@shared_task(name="policies.write_messages")
def write_one(*, insurer: int, **_extra: object) -> None:
    """Write this insurer's messages about what its stream of events tells and about terms that are ending."""
    write_messages(_system(insurer), on=clock.business_day())


@shared_task(name="policies.write_all_messages")
def write_all(**_extra: object) -> None:
    """Wake the writer for every insurer: notices are no events, and a wake-up may have been lost."""
    for house in memberships.insurers():
        wake_after_commit("policies.write_messages", insurer=house.pk)


@shared_task(name="policies.send_mails")
def send_one(*, insurer: int, **_extra: object) -> None:
    """Hand this insurer's mails over."""
    # The real time, not a sandbox's: waiting before the next try is for servers, not for books.
    send_mails(_system(insurer), at=timezone.now(), is_sandbox=clock.installation().is_sandbox)


@shared_task(name="policies.send_all_mails")
def send_all(**_extra: object) -> None:
    """Wake the sender for every insurer: failed mails are due again, and a wake-up may have been lost."""
    for house in memberships.insurers():
        wake_after_commit("policies.send_mails", insurer=house.pk)


def _system(insurer_id: int) -> Actor:
    return memberships.system_actor(Organisation.objects.get(pk=insurer_id), name="worker")
