"""Close a night, once every insurer's part is done: run-off released, alerts, seal, verification, reconciling, report.

Each step is a transaction of its own that leaves its result in the night's row, so a close that was cut off goes on
with the step where it stopped. What is sealed has been committed, and is verified in one snapshot.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import structlog
from django.db import DatabaseError
from django.db.models.functions import Now

from capweb.accounts.acting import acting_as_platform
from capweb.accounts.actor import PlatformActor
from capweb.accounts.models import Installation
from capweb.accounts.queries import memberships
from capweb.audit.leases import give_back_lease, still_held, take_lease
from policies.commands.reconcile_cessions import reconcile_cessions
from policies.domain.night import CLOSING_STEPS
from policies.models import Night, NightRun
from policies.queries import nights
from reinsurance.commands.raise_ceiling_alerts import raise_ceiling_alerts
from reinsurance.commands.record_verification import record_verification
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.commands.seal_journal import seal_journal
from reinsurance.commands.send_alert_mails import send_alert_mails
from reinsurance.queries.verification import verify_ledger

log = structlog.get_logger(__name__)

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class NightReport:
    """What the night of a day did, for each insurer by code, and what the ledger's checks found.

    `was_verified` is False for a day of a catch-up that others followed: it was reconciled, and the whole ledger was
    verified on the last of them.
    """

    day: date
    insurers: dict[str, dict[str, int]]
    ledger_differences: list[str]
    was_verified: bool = True
    is_repeat: bool = False


def close_night(platform: PlatformActor, day: date, *, holder: str, progress: Told | None = None) -> NightReport | None:
    """Close the night of a day and report it; None when an insurer's part is not done, or somebody else is closing.

    A night that was closed answers with its report. The whole ledger is verified unless a later night waits already
    (a week that was missed is caught up day by day, and verified on its last day); every day is reconciled.
    Raises LeaseLost when another worker took over meanwhile.
    """
    key = nights.closing_key(day)
    if nights.missing(day) or not take_lease(key, holder=holder):
        return None
    try:
        report = stored_report(day) or _close(platform, day, key=key, holder=holder, told=progress or _silent)
    finally:
        with suppress(DatabaseError):
            give_back_lease(key, holder=holder)
    send_alert_mails(platform, on=day, is_sandbox=_is_sandbox())
    return report


def stored_report(day: date) -> NightReport | None:
    """The report of a night that was finished; None before."""
    with acting_as_platform() as alias:
        night = Night.objects.using(alias).filter(day=day, finished_at__isnull=False).first()
    if night is None:
        return None
    report: dict[str, Any] = night.report or {}
    return NightReport(
        day,
        report.get("insurers", {}),
        report.get("ledger_differences", []),
        was_verified=report.get("was_verified", True),
        is_repeat=True,
    )


def _close(platform: PlatformActor, day: date, *, key: str, holder: str, told: Told) -> NightReport:
    for step in CLOSING_STEPS:
        told(step)
        # Heard of between the steps; a step that outlasts the lease is fenced where it writes.
        if take_lease(key, holder=holder):
            _done_once(platform, day, step, key=key, holder=holder)
    with acting_as_platform() as alias:
        still_held(key, holder=holder, using=alias)
        night = Night.objects.using(alias).get(day=day)
        found = night.closing
        report = {
            "insurers": _reports(alias, day),
            "ledger_differences": found["verify"].get("differences", []) + found["reconcile"]["differences"],
            "was_verified": "differences" in found["verify"],
        }
        Night.objects.using(alias).filter(pk=night.pk, finished_at__isnull=True).update(
            finished_at=Now(), report=report
        )
    if report["ledger_differences"]:
        log.error(
            "the ledger does not agree with its transfers", day=str(day), differences=report["ledger_differences"]
        )
    return NightReport(day, report["insurers"], report["ledger_differences"], was_verified=report["was_verified"])


def _done_once(platform: PlatformActor, day: date, step: str, *, key: str, holder: str) -> None:
    """One step of the close and its result, unless it is there."""
    with acting_as_platform() as alias:
        if step in Night.objects.using(alias).get(day=day).closing:
            return
    before = _BEFORE.get(step)
    read = None if before is None else before(day)
    with acting_as_platform() as alias:
        still_held(key, holder=holder, using=alias)
        night = Night.objects.using(alias).select_for_update().get(day=day)
        if step in night.closing:
            return
        night.closing[step] = _STEPS[step](platform, day, read)
        night.save(using=alias, update_fields=["closing"])


def _release(platform: PlatformActor, day: date, _read: Any) -> dict[str, Any]:
    return {"lots": sum(receipt.lots for receipt in release_run_off(platform, on=day))}


def _alerts(platform: PlatformActor, day: date, _read: Any) -> dict[str, Any]:
    return {"told": len(raise_ceiling_alerts(platform, on=day))}


def _seal(platform: PlatformActor, day: date, _read: Any) -> dict[str, Any]:
    return {"added": sum(receipt.added for receipt in seal_journal(platform, on=day))}


def _verified(day: date) -> Any:
    """The whole ledger read in one snapshot, outside any transaction; None when a later night will verify."""
    with acting_as_platform() as alias:
        waits = Night.objects.using(alias).filter(day__gt=day, finished_at__isnull=True).exists()
    return None if waits else verify_ledger()


def _verify(platform: PlatformActor, day: date, read: Any) -> dict[str, Any]:
    if read is None:
        return {}
    record_verification(platform, read, on=day)
    return {"compared": read.compared, "differences": read.differences}


def _reconcile(platform: PlatformActor, day: date, _read: Any) -> dict[str, Any]:
    checks = reconcile_cessions(platform, on=day)
    return {"differences": [f"{check.name}: {told}" for check in checks for told in check.differences]}


_BEFORE: Final[dict[str, Callable[[date], Any]]] = {"verify": _verified}
_STEPS: Final[dict[str, Callable[[PlatformActor, date, Any], dict[str, Any]]]] = {
    "release": _release,
    "alerts": _alerts,
    "seal": _seal,
    "verify": _verify,
    "reconcile": _reconcile,
}


def _reports(alias: str, day: date) -> dict[str, dict[str, int]]:
    by_id = dict(NightRun.objects.using(alias).filter(day=day).values_list("insurer_id", "report"))
    return {house.code: by_id[house.pk] for house in memberships.insurers(using=alias) if house.pk in by_id}


def _is_sandbox() -> bool:
    return Installation.objects.using("platform").filter(is_sandbox=True).exists()


def _silent(_step: str) -> None:
    """Nobody watches."""
