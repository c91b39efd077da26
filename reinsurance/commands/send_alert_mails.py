"""Mails about ceilings to the operator's people and to the insurers' accountants, each once.

The row that says "this alert goes to this person" is committed before the mail is handed over: a crash in between loses
one mail and never sends one twice. The row keeps when it was handed over; one without was lost or refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting_as_platform
from capweb.accounts.actor import PlatformActor
from capweb.accounts.models import Membership
from capweb.http import writing
from reinsurance.commands.raise_ceiling_alerts import one_at_a_time
from reinsurance.models import AlertMail, CeilingAlert
from reinsurance.queries.books import PLATFORM

log = structlog.get_logger(__name__)
# Older alerts are history: somebody who joins later reads them on the screen.
FRESH_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class _Due:
    mail: AlertMail
    alert: CeilingAlert
    language: str
    is_operator: bool


def send_alert_mails(actor: PlatformActor, *, on: date, is_sandbox: bool) -> int:
    """Hand over what is due; how many were. Opens its own transactions, so not inside one.

    In a sandbox the mails are written as files into the data folder, whatever mail server is configured. Raises
    NotAllowed for a role without `envelopes.write`.
    """
    actor.must_be_allowed("envelopes.write")
    with acting_as_platform():
        due = _noted(on)
    if not due:
        return 0
    connection = _connection(is_sandbox=is_sandbox)
    return sum(_handed_over(one, connection) for one in due)


def _noted(on: date) -> list[_Due]:
    """The mails that this call is to hand over: rows written here and now, by nobody else."""
    one_at_a_time()
    fresh = CeilingAlert.objects.using(PLATFORM).filter(
        is_raised=True, mails__isnull=True, booked_on__gt=on - timedelta(days=FRESH_DAYS)
    )
    alerts = list(fresh.select_related("treaty").order_by("position"))
    if not alerts:
        return []
    people = _people()
    due = [
        _Due(
            AlertMail(alert=alert, user_id=person.user_id, address=person.user.email),
            alert,
            person.user.language,
            person.role == "operator",
        )
        for alert in alerts
        for person in people
        if person.role == "operator" or alert.insurer_id in (None, person.insurer_id)
    ]
    # One mail a person, however many roles.
    once = list({(one.alert.pk, one.mail.user_id): one for one in reversed(due)}.values())
    AlertMail.objects.using(PLATFORM).bulk_create([one.mail for one in once])
    return once


def _people() -> QuerySet[Membership]:
    rows = Membership.objects.using(PLATFORM).filter(is_active=True, user__is_active=True)
    return rows.filter(role__in=("operator", "reinsurance_accountant")).select_related("user").order_by("id")


def _connection(*, is_sandbox: bool) -> BaseEmailBackend:
    if is_sandbox:
        folder = str(settings.MAIL_FOLDER)
        return get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=folder)
    return get_connection()


def _handed_over(one: _Due, connection: BaseEmailBackend) -> bool:
    with translation.override(one.language):
        subject, body = _subject(one.alert), _body(one)
    try:
        EmailMessage(subject, body, to=[one.mail.address], connection=connection).send()
    except OSError as error:
        log.error("mail about a ceiling not handed over", alert=one.alert.position, error=str(error))
        return False
    AlertMail.objects.using(PLATFORM).filter(pk=one.mail.pk).update(handed_over_at=Now())
    return True


def _subject(alert: CeilingAlert) -> str:
    market = _("domestic") if alert.market == "domestic" else _("export")
    if alert.share is None:
        return _("The %(market)s envelope is frozen") % {"market": market}
    facts = {"market": market, "share": f"{alert.share * 100:.0f} %"}
    if alert.treaty_id is not None:
        return _("%(share)s of a treaty's part of the %(market)s envelope is used") % facts
    return _("%(share)s of the %(market)s envelope is used") % facts


def _body(one: _Due) -> str:
    alert = one.alert
    lines = [
        _subject(alert) + ".",
        _("Business day: %(day)s.") % {"day": date_format(alert.booked_on, "j F Y")},
    ]
    if alert.treaty is not None:
        lines.append(_("Treaty: %(treaty)s.") % {"treaty": alert.treaty.public_id})
    if alert.share is None:
        lines.append(
            _(
                "The law was reduced below what is engaged: what is in force stands, and nothing new is drawn until "
                "releases have made it good."
            )
        )
    # An insurer must not learn from a mail what the others draw.
    if one.is_operator or alert.insurer_id is not None:
        facts = {"limit": writing.money(alert.limit_amount), "room": writing.money(alert.room_amount)}
        lines.append(_("Limit: %(limit)s. Left: %(room)s.") % facts)
    return "\n\n".join([*lines, _("See the page “Envelopes”.")]) + "\n"
