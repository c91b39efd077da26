"""Tasks of the books: shells around commands. A message may come twice; further arguments are ignored."""

from __future__ import annotations

from celery import shared_task

from capweb import clock
from capweb.accounts.acting import acting_as_platform
from capweb.accounts.actor import PlatformActor
from reinsurance.commands.raise_ceiling_alerts import raise_ceiling_alerts
from reinsurance.commands.send_alert_mails import send_alert_mails


@shared_task(name="reinsurance.watch_ceilings")
def watch_ceilings(**_extra: object) -> None:
    """Tell what draws have crossed since the last look, and hand the mails over."""
    watcher = PlatformActor(name="watch", role="operator")
    installation = clock.installation()
    day = clock.business_day()
    with acting_as_platform():
        raise_ceiling_alerts(watcher, on=day)
    send_alert_mails(watcher, on=day, is_sandbox=installation.is_sandbox)
