"""Mails of messages: sent once, outside of any transaction, tried again when refused, sent again by a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import ClassVar

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, connections

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.accounts.models import Membership
from capweb.audit.models import TrailEntry
from policies.commands import send_mails as sending
from policies.commands.send_mails import NobodyToWriteTo, Sent, send_again, send_mails
from policies.models import MessageDelivery
from policies.queries import messages
from tests.cast import OPENING_DAY
from tests.messages import House, house
from tests.threads import at_once, no_error_in


@pytest.fixture
def ours(committed, cast, settings, tmp_path) -> House:
    settings.MAIL_FOLDER = tmp_path / "mail"
    settings.PUBLIC_ADDRESS = "https://capweb.example"
    return house(cast)


class Refusing(BaseEmailBackend):
    """A mail server that is away."""

    def send_messages(self, email_messages):
        raise ConnectionRefusedError("nobody answers on port 25")


class Watching(BaseEmailBackend):
    """A mail server that notes what it was given, and that no transaction was open meanwhile."""

    seen: ClassVar[list[EmailMessage]] = []

    def send_messages(self, email_messages):
        assert not connections["default"].in_atomic_block
        Watching.seen += email_messages
        return len(email_messages)


def later(minutes: int = 0) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1, minutes=minutes)


def deliveries(ours: House) -> list[MessageDelivery]:
    with acting(ours.underwriter):
        return list(MessageDelivery.objects.select_related("message").order_by("pk"))


def test_in_a_sandbox_mails_are_files_whatever_server_is_set(ours, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    ours.asked(None)
    ours.pumped()
    assert send_mails(ours.system, at=later(), is_sandbox=True) == Sent(1, 0)
    (file,) = Path(settings.MAIL_FOLDER).iterdir()
    mail = message_from_bytes(file.read_bytes().partition(b"\n-----")[0], policy=default)
    (delivery,) = deliveries(ours)
    assert mail["To"] == "brune@courtage-du-port.example"
    assert mail["Subject"].strip() == delivery.message.subject
    assert mail["From"].startswith("Euler-Hermes <")
    assert f"https://capweb.example/messages/{delivery.message.public_id}" in mail.get_content()
    assert (delivery.status, delivery.attempts) == ("sent", 1)


def test_a_mail_is_sent_once_by_however_many_senders(ours, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Watching"
    Watching.seen = []
    ours.asked(*([None] * 12))
    ours.pumped()
    at = later()
    done = no_error_in(at_once(3, lambda _: send_mails(ours.system, at=at, is_sandbox=False, limit=2)))
    assert sum(one.sent for one in done) == 12
    assert len({mail.extra_headers["Message-ID"] for mail in Watching.seen}) == len(Watching.seen) == 12
    assert send_mails(ours.system, at=later(600), is_sandbox=False) == Sent(0, 0)


def test_a_refused_mail_waits_longer_each_time_is_seen_and_given_up(ours, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    ours.asked(None)
    ours.pumped()
    at = later()
    assert send_mails(ours.system, at=at, is_sandbox=False) == Sent(0, 1)
    assert send_mails(ours.system, at=at, is_sandbox=False) == Sent(0, 0)
    (delivery,) = deliveries(ours)
    assert delivery.failure == "ConnectionRefusedError: nobody answers on port 25"
    with acting(ours.underwriter):
        page = messages.inbox(ours.underwriter, on=OPENING_DAY, only="failed")
    assert [row.mail for row in page.rows] == ["failed"]
    for minutes in (1, 5, 30, 180):
        at += timedelta(minutes=minutes)
        assert send_mails(ours.system, at=at, is_sandbox=False) == Sent(0, 1)
    assert send_mails(ours.system, at=at + timedelta(days=30), is_sandbox=False) == Sent(0, 0)
    assert deliveries(ours)[0].next_try_at is None


def test_a_mail_whose_sender_died_is_taken_up_under_the_same_name(ours, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Watching"
    Watching.seen = []
    ours.asked(None)
    ours.pumped()
    with acting(ours.system):
        (claimed,) = sending._claimed(ours.system, at=later(), limit=10)
    assert send_mails(ours.system, at=later(), is_sandbox=False) == Sent(0, 0)
    assert send_mails(ours.system, at=later(sending.SILENT_MINUTES), is_sandbox=False) == Sent(1, 0)
    assert Watching.seen[0].extra_headers["Message-ID"].startswith(f"<{claimed.message}.{claimed.delivery_id}@")


def test_an_underwriter_sends_again_and_the_trail_says_so(ours, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    ours.asked(None)
    ours.pumped()
    send_mails(ours.system, at=later(), is_sandbox=False)
    (message,) = ours.written()
    with pytest.raises(NotAllowed):
        send_again(ours.broker, message.public_id, on=OPENING_DAY)
    assert send_again(ours.underwriter, message.public_id, on=OPENING_DAY) == 1
    settings.EMAIL_BACKEND = f"{__name__}.Watching"
    Watching.seen = []
    # The refused one of the first round is not tried again beside it.
    assert send_mails(ours.system, at=later(600), is_sandbox=False) == Sent(1, 0)
    assert [(one.round, one.status, one.asked_by) for one in deliveries(ours)] == [
        (1, "failed", ""),
        (2, "sent", ours.underwriter.name),
    ]
    with acting(ours.underwriter):
        assert TrailEntry.objects.filter(action="message.sent_again", subject=message.public_id).count() == 1
        assert messages.detail(ours.underwriter, message.public_id, on=OPENING_DAY).line.mail == "sent"


def test_where_nobody_has_an_address_the_letter_goes_by_post(ours):
    Membership.objects.using("owner").filter(organisation__code="courtage-du-port").update(is_active=False)
    ours.asked(None)
    ours.pumped()
    assert deliveries(ours) == []
    (message,) = ours.written()
    with pytest.raises(NobodyToWriteTo):
        send_again(ours.underwriter, message.public_id, on=OPENING_DAY)


def test_what_happened_long_ago_is_in_the_inbox_and_not_mailed(ours):
    ours.asked(None)
    assert ours.pumped(on=OPENING_DAY + timedelta(days=8)) == 1
    assert deliveries(ours) == []


def test_a_mail_that_went_stays_so(ours):
    ours.asked(None)
    ours.pumped()
    send_mails(ours.system, at=later(), is_sandbox=True)
    with pytest.raises(IntegrityError, match="delivery_stands"), acting(ours.underwriter):
        MessageDelivery.objects.update(status="failed", failure="x", sent_at=None)
