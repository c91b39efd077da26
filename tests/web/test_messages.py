"""Messages on pages: the portal's inbox with what is unread, one message with its document, the desk's log."""

from __future__ import annotations

import pytest
from django.urls import reverse
from icalendar import Calendar

from capweb.accounts.acting import acting
from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.queries import memberships
from policies.commands.write_messages import write_messages
from policies.models import Message
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of


@pytest.fixture(scope="module")
def letters(books):
    """The messages of the books, by template."""
    system = memberships.system_actor(books.cast.organisations["euler-hermes"], name="worker")
    publish_events(system)
    write_messages(system, on=OPENING_DAY)
    with acting(books.underwriter):
        return {one.template: one.public_id for one in Message.objects.order_by("-pk")}


def test_the_inbox_shows_the_unread_first_and_the_menu_counts_them(books, letters):
    broker = signed_in("broker")
    before = text_of(broker.get(reverse("policies:messages")))
    assert "4 en attente" in before
    assert broker.get(reverse("policies:message", args=[letters["guarantee_granted"]])).status_code == 200
    page = broker.get(reverse("policies:messages"))
    assert "3 en attente" in text_of(page)
    assert [row.is_read for row in page.context["rows"]] == [False, False, False, True]
    only = broker.get(reverse("policies:messages") + "?only=unread").context["rows"]
    assert len(only) == 3


def test_a_message_leads_to_its_document_and_to_what_it_is_about(books, letters):
    page = signed_in("broker").get(reverse("policies:message", args=[letters["guarantee_granted"]]))
    shown = page.content.decode()
    assert reverse("policies:endorsement_pdf", args=[books.endorsement]) in shown
    assert reverse("policies:guarantee", args=[books.guarantee]) in shown
    offer = signed_in("broker").get(reverse("policies:message", args=[letters["offer_made"]])).content.decode()
    assert "/offers/off_" in offer


def test_the_desk_reads_the_log_where_the_case_is_and_sends_again(books, letters):
    desk = signed_in("underwriter")
    guarantee = desk.get(reverse("policies:guarantee", args=[books.guarantee])).content.decode()
    assert reverse("policies:message", args=[letters["guarantee_granted"]]) in guarantee
    request = desk.get(reverse("policies:request", args=[books.refused.request])).content.decode()
    assert reverse("policies:message", args=[letters["request_refused"]]) in request
    address = reverse("policies:message", args=[letters["request_refused"]])
    assert "Pas encore" in text_of(desk.get(address)) or "pas encore" in text_of(desk.get(address))
    answer = desk.post(address + "/send-again", follow=True)
    assert "Le message est renvoyé à une adresse." in text_of(answer)
    assert signed_in("broker").post(address + "/send-again").status_code == 403


def test_what_the_desk_opens_stays_unread_for_the_broker(books, letters):
    address = reverse("policies:message", args=[letters["request_refused"]])
    signed_in("underwriter").get(address)
    with acting(books.underwriter):
        assert Message.objects.get(public_id=letters["request_refused"]).read_at is None


def test_nobody_else_reads_it(books, letters):
    for who in ("other insurer", "other broker"):
        for public_id in letters.values():
            assert signed_in(who).get(reverse("policies:message", args=[public_id])).status_code == 404
        assert signed_in(who).get(reverse("policies:messages")).context["rows"] == []


def test_the_calendar_tells_the_last_days_with_alarms_on_the_days_of_the_notices(books):
    answer = signed_in("broker").get(reverse("policies:renewals_calendar"))
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    (event,) = calendar.walk("VEVENT")
    # A term from 15 June: covered to 14 September, notices on 16 and 31 August and on 10 September.
    assert str(event.decoded("dtstart")) == "2020-09-14"
    assert event["uid"] == f"{books.guarantee}.1@capweb"
    alarms = [event.decoded("dtstart") + alarm.decoded("trigger") for alarm in event.walk("VALARM")]
    assert [str(day) for day in alarms] == ["2020-08-16", "2020-08-31", "2020-09-10"]
    assert "CAP+" in event["summary"]
    assert signed_in("other broker").get(reverse("policies:renewals_calendar")).content.count(b"VEVENT") == 0
