"""Tasks of the books: shells around commands. A message may come twice; further arguments are ignored."""

from __future__ import annotations

import uuid

from celery import shared_task

from capweb import clock
from capweb.accounts.acting import acting_as_platform
from capweb.accounts.actor import PlatformActor
from capweb.accounts.models import Organisation
from capweb.accounts.queries import memberships
from capweb.audit.outbox import wake_after_commit
from reinsurance.commands.closing_runs import close_as_asked
from reinsurance.commands.raise_ceiling_alerts import raise_ceiling_alerts
from reinsurance.commands.send_alert_mails import send_alert_mails
from reinsurance.queries import closing_runs


@shared_task(name="reinsurance.watch_ceilings")
def watch_ceilings(**_extra: object) -> None:
    """Tell what draws have crossed since the last look, and hand the mails over."""
    watcher = PlatformActor(name="watch", role="operator")
    installation = clock.installation()
    day = clock.business_day()
    with acting_as_platform():
        raise_ceiling_alerts(watcher, on=day)
    send_alert_mails(watcher, on=day, is_sandbox=installation.is_sandbox)


@shared_task(name="reinsurance.close_period")
def close_period(*, run: str, insurer: int, **_extra: object) -> None:
    """Close a period as somebody asked, in that person's name."""
    house = Organisation.objects.get(pk=insurer)
    actor = memberships.system_actor(house, name=closing_runs.asked_by(run) or "worker")
    close_as_asked(actor, run, holder=uuid.uuid4().hex)


@shared_task(name="reinsurance.resend_closing_runs")
def resend_closing_runs(**_extra: object) -> None:
    """Wake a worker for every close that is open and that nobody is at."""
    for waiting in closing_runs.without_live_lease():
        wake_after_commit("reinsurance.close_period", run=waiting.public_id, insurer=waiting.insurer_id)
