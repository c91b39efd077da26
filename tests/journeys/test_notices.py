"""The insurer's decision on its own limit, from the screen or the feed to letter, event and messages (E1 to E5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.models import Organisation
from capweb.accounts.queries import memberships
from policies.commands.open_night import open_night
from policies.commands.send_mails import send_mails
from policies.documents.letter_pdf import verify_letter
from policies.models import Message
from tests import callers
from tests import factories as make
from tests.books import open_books
from tests.callers import Caller
from tests.cast import OPENING_DAY, Cast
from tests.messages import NOON
from tests.visitors import signed_in, text_of

IN_TIME = OPENING_DAY + timedelta(days=30)


@pytest.fixture(scope="module")
def cast(committed_once: None) -> Cast:
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    make.enter_illustrative_tariffs(cast.actor())
    return cast


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Addresses of static files without the manifest that collectstatic writes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def actor(cast: Cast) -> Actor:
    return cast.actor()


@pytest.fixture
def elise() -> Caller:
    return callers.person("elise@euler-hermes.example")


def limit_of(actor: Actor, cast: Cast, amount: str = "200000") -> tuple[make.Client, make.Known]:
    """The broker's client with a limit on a buyer."""
    who = make.client(actor, broker_id=cast.organisations["courtage-du-port"].pk)
    whom = make.buyer(actor)
    make.notice(actor, who, whom, decision="grant", amount=amount, notified_on=make.LONG_AGO)
    return who, whom


def row(who: make.Client, whom: make.Known, **more: Any) -> dict[str, Any]:
    return {
        "source_reference": f"decision {whom.id}",
        "policy_number": who.policy_number,
        "buyer_identifier": whom.identifier,
        "decision": "cessation",
        "notified_on": OPENING_DAY.isoformat(),
        "effective_on": IN_TIME.isoformat(),
        "amount_before": "200000",
        "amount": "0",
        **more,
    }


def events(caller: Caller, house: Cast) -> list[dict[str, Any]]:
    publish_events(memberships.system_actor(house.organisations["euler-hermes"], name="worker"))
    return list(caller.get("/events?limit=200").json()["results"])


def test_an_end_of_cover_by_the_feed_ends_in_letter_message_mail_event_and_notice_to_the_buyer(actor, cast, elise):
    who, whom = limit_of(actor, cast)
    subscribed = {
        "source_reference": f"portal {whom.id}", "buyer_identifier": whom.identifier,
        "address": "compta@acheteur.example", "effective_on": OPENING_DAY.isoformat(),
    }  # fmt: skip
    assert elise.post("/buyer-portal-addresses/bulk", [subscribed]).json()["new"] == 1
    too_soon = elise.post("/buyer-limits/bulk", [row(who, whom, effective_on="2020-07-14")])
    (error,) = too_soon.json()["errors"]
    assert (too_soon.status_code, error["line"], error["field"]) == (422, 1, "effective_on")
    answer = elise.post("/buyer-limits/bulk", [row(who, whom)]).json()
    (letter,), (top_up,) = answer["letters"], answer["top_ups"]
    assert (top_up["amount"], top_up["premium"], letter["effective_on"]) == ("100000.00", "875.00", "2020-07-15")
    # The document: the broker may read it, and it says what was decided.
    brune = signed_in("broker")
    pdf = brune.get(reverse("policies:letter_pdf", args=[letter["number"]]))
    found = verify_letter(pdf.content)
    assert (found.is_intact, found.snapshot.buyer.identifier) == (True, whom.identifier)
    # The event, the messages and their mails.
    told = [one for one in events(elise, cast) if one["type"] == "primary_notice.given"][-1]
    assert told["became"]["letter"] == letter["number"]
    with acting(actor):
        to_broker, to_buyer = Message.objects.filter(buyer_limit__source_reference=f"decision {whom.id}").order_by("pk")
    assert (to_broker.template, to_buyer.template) == ("primary_notice", "buyer_notice")
    worker = memberships.system_actor(cast.organisations["euler-hermes"], name="worker")
    assert send_mails(worker, at=NOON, is_sandbox=True).failed == 0
    assert "CAP+" in text_of(brune.get(reverse("policies:message", args=[to_broker.public_id])))
    assert brune.get(reverse("policies:message", args=[to_buyer.public_id])).status_code == 404


def test_a_cut_by_the_screen_is_held_by_its_notice_or_by_a_second_person(actor, cast):
    who, whom = limit_of(actor, cast)
    desk, senior = signed_in("underwriter"), signed_in("senior underwriter")
    form = {
        "policy_number": who.policy_number, "buyer_country": "FR", "buyer_identifier": whom.identifier,
        "decision": "reduction", "requested_amount": "", "amount_before": "200 000", "amount": "50 000",
        "notified_on": OPENING_DAY.isoformat(), "effective_on": OPENING_DAY.isoformat(), "exceptional_case": "",
        "exceptional_reason": "",
    }  # fmt: skip
    page = reverse("policies:new_primary_notice")
    refused = desk.post(page, form)
    assert refused.status_code == 422
    assert "30" in text_of(refused)
    urgent = {**form, "exceptional_case": "overdue", "exceptional_reason": "trois échéances impayées"}
    case = desk.post(page, urgent)["Location"]
    assert desk.post(f"{case}/settle", {"verdict": "confirm"}).status_code == 403
    assert _listed(senior, "waiting", whom)
    assert senior.post(f"{case}/settle", {"verdict": "confirm", "answer": "relances vues"}).status_code == 302
    shown = text_of(senior.get(case))
    assert "relances vues" in shown
    assert "/letters/EULER-HERMES-L-2020-" in senior.get(case).content.decode()
    assert _listed(desk, "past", whom)


def test_a_complement_follows_its_primary_on_the_day_that_the_notice_names(actor, cast, elise):
    who, whom = limit_of(actor, cast, amount="400000")
    make.notice(actor, who, whom, decision="reduction", before="400000", amount="150000", notified_on=make.LONG_AGO)
    asked = elise.post(
        "/limit-requests",
        {"policy_number": who.policy_number, "buyer_identifier": whom.identifier, "buyer_country": "FR",
         "requested_total": "400000"},
    ).json()  # fmt: skip
    granted = elise.post(f"/offers/{asked['offer']['id']}/accept").json()["guarantee"]
    down = row(who, whom, decision="reduction", amount_before="150000", amount="100000")
    assert elise.post("/buyer-limits/bulk", [down]).json()["new"] == 1

    def amount() -> str:
        return str(elise.get(f"/guarantees/{granted}").json()["terms"][-1]["amount"])

    assert amount() == "75000.00"
    open_night(IN_TIME - timedelta(days=1), at=NOON)
    assert amount() == "75000.00"
    open_night(IN_TIME, at=NOON)
    assert amount() == "50000.00"


def _listed(browser: Client, state: str, whom: make.Known) -> bool:
    # A made-up buyer is called by the first eight figures of its number.
    return f"Acheteur {whom.identifier[:8]}" in text_of(browser.get(f"/primary-notices?state={state}"))
