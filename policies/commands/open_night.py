"""Open the night: everything that a new business day brings, in one order, once.

Expire offers → renew what was asked for → lapse the rest → complements follow their primary → notices → run-off that
has passed → envelopes to law and ceilings checked → journal sealed and the whole ledger verified. Unique per day, so a
missed night can be replayed, and a second run changes nothing. A mismatch is an alert, never a silent fix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog
from django.db.models.functions import Now

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.commands.enter_people import move_business_day
from capweb.accounts.models import Installation
from capweb.accounts.queries import memberships
from capweb.kernel.errors import DomainError
from policies.commands.accept_offers import end_offers
from policies.commands.chunks import CHUNK_ROWS
from policies.commands.follow_primary import follow_primary
from policies.commands.reconcile_cessions import ceilings_on, reconcile_cessions
from policies.commands.renew_guarantees import lapse_terms, renew_terms
from policies.models import GuaranteeTerm, Night, NightRun, Notice, OfferStatus, RequestStatus, TermStatus
from policies.queries import offers as offer_rows
from reinsurance.commands.authorise_capacity import bring_envelopes_to_law
from reinsurance.commands.raise_ceiling_alerts import raise_ceiling_alerts
from reinsurance.commands.record_verification import record_verification
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.commands.seal_journal import seal_journal
from reinsurance.commands.send_alert_mails import send_alert_mails
from reinsurance.queries.verification import verify_ledger

log = structlog.get_logger(__name__)

NOTICE_DAYS: Final = (30, 15, 5)
Progress = Callable[[str], None]


class DayNotNext(DomainError):
    """Nights are opened one after another: each business day once, none before the last one."""

    code = "day_not_next"


@dataclass(frozen=True, slots=True)
class NightReport:
    """What the night of a day did, for each insurer by code, and what verifying the ledger found."""

    day: date
    insurers: dict[str, dict[str, int]]
    ledger_differences: list[str]
    is_repeat: bool = False


def open_night(day: date, *, at: datetime, progress: Progress | None = None) -> NightReport:
    """Run the night that opens a business day; the report of the first run when it was already done.

    In a sandbox the business day becomes this day. Raises DayNotNext for a day before the last night.
    """
    platform = PlatformActor(name="night", role="operator")
    with acting_as_platform() as alias:
        latest = Night.objects.using(alias).filter(finished_at__isnull=False).order_by("-day").first()
        if latest is not None and day < latest.day:
            raise DayNotNext(f"The night of {latest.day} has been opened; {day} lies before it.", day=day)
        night, _ = Night.objects.using(alias).get_or_create(day=day)
        if night.finished_at is not None:
            return _stored(night)
    if Installation.objects.using("platform").filter(is_sandbox=True, business_day__lt=day).exists():
        move_business_day(day)
    _envelopes_to_law(platform, day)
    insurers = {}
    for house in memberships.insurers(using="platform"):
        actor = memberships.system_actor(house, name="night")
        insurers[house.code] = _night_of(actor, day, at=at)
        if progress is not None:
            progress(house.code)
    with acting_as_platform():
        release_run_off(platform, on=day)
        raise_ceiling_alerts(platform, on=day)
    # Each in a transaction of its own: what is sealed has been committed, and is verified in one snapshot.
    with acting_as_platform():
        seal_journal(platform, on=day)
    found = verify_ledger()
    differences = found.differences
    with acting_as_platform() as alias:
        checks = reconcile_cessions(platform, on=day)
        differences += [f"{check.name}: {told}" for check in checks for told in check.differences]
        record_verification(platform, found, on=day)
        report = NightReport(day=day, insurers=insurers, ledger_differences=differences)
        Night.objects.using(alias).filter(pk=night.pk, finished_at__isnull=True).update(
            finished_at=Now(), report={"insurers": insurers, "ledger_differences": differences}
        )
    send_alert_mails(platform, on=day, is_sandbox=_is_sandbox())
    if differences:
        log.error("the ledger does not agree with its transfers", day=str(day), differences=differences)
    return report


def _night_of(actor: Actor, day: date, *, at: datetime) -> dict[str, int]:
    """One insurer's night. Every step finds its own work, so a run that was cut off is simply run again."""
    with acting(actor):
        done = NightRun.objects.filter(day=day).first()
        if done is not None:
            return dict(done.report)
    # Offers first: what they held is room for the renewals.
    expired = _expire_offers(actor, day)
    renewed = renew_terms(actor, on=day, at=at)
    report = {
        "offers_expired": expired,
        "renewed": renewed.renewed,
        "renewals_refused": renewed.refused,
        "renewals_referred": renewed.referred,
        "lapsed": lapse_terms(actor, on=day),
        **{f"complements_{what}": count for what, count in follow_primary(actor, on=day, at=at).items()},
        "notices": _send_notices(actor, day),
    }
    with acting(actor):
        NightRun.objects.get_or_create(insurer_id=actor.insurer_id, day=day, defaults={"report": report})
    return report


def _expire_offers(actor: Actor, day: date) -> int:
    count = 0
    while True:
        with acting(actor):
            due = offer_rows.due_to_expire(actor, on=day, limit=CHUNK_ROWS)
            if not due:
                return count
            end_offers(actor, due, offer=OfferStatus.EXPIRED, request=RequestStatus.EXPIRED, on=day)
            count += len(due)


def _send_notices(actor: Actor, day: date) -> int:
    """Tell the policyholder that a term is ending: once each at 30, 15 and 5 days before."""
    count = 0
    with acting(actor):
        for days in NOTICE_DAYS:
            ending = GuaranteeTerm.objects.filter(status=TermStatus.RUNNING, cover_end=day + timedelta(days=days))
            made = [
                Notice(insurer_id=actor.insurer_id, term_id=term_id, days_before=days, sent_on=day)
                for term_id in ending.exclude(notices__days_before=days).values_list("pk", flat=True)
            ]
            Notice.objects.bulk_create(made, ignore_conflicts=True, batch_size=2_000)
            count += len(made)
    return count


def _envelopes_to_law(platform: PlatformActor, day: date) -> None:
    with acting_as_platform():
        bring_envelopes_to_law(platform, ceilings_on(day), on=day)


def _is_sandbox() -> bool:
    return Installation.objects.using("platform").filter(is_sandbox=True).exists()


def _stored(night: Night) -> NightReport:
    report: dict[str, Any] = night.report or {}
    return NightReport(night.day, report.get("insurers", {}), report.get("ledger_differences", []), is_repeat=True)
