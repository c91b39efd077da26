"""Another insurer (E19), and top-ups declined by API (E6): by screen and API to document, event and message."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor, NotAllowed
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.models import Organisation
from capweb.accounts.queries import memberships
from capweb.kernel.errors import FieldErrors
from policies.commands.state_cover_elsewhere import (
    CoverNotCut,
    StatementWish,
    TopUpNotAvailable,
    TopUpStands,
    state_cover_elsewhere,
)
from policies.documents.letter_pdf import verify_letter
from policies.models import Letter, Message
from tests import callers
from tests import factories as make
from tests.books import open_books
from tests.callers import Caller
from tests.cast import OPENING_DAY, Cast
from tests.handed_in import asked
from tests.visitors import signed_in, text_of


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


def lost(actor: Actor, cast: Cast, *, decision: str = "cessation", amount: str = "0", **buyer: Any) -> Any:
    """The broker's client whose limit of 200,000 was ended, or as said."""
    who = make.client(actor, broker_id=cast.organisations["courtage-du-port"].pk)
    whom = make.buyer(actor, **buyer)
    make.notice(actor, who, whom, decision=decision, before="200000", amount=amount)
    return who, whom


def wish(who: make.Client, whom: make.Known) -> StatementWish:
    return StatementWish(policy_number=who.policy_number, buyer_country=whom.country, buyer_identifier=whom.identifier)


def test_who_lost_its_cover_may_turn_to_another_insurer_and_holds_the_statement(actor, cast, elise):
    who, whom = lost(actor, cast)
    brune = callers.person("brune@courtage-du-port.example", insurer="euler-hermes")
    body = {"policy_number": who.policy_number, "buyer_identifier": whom.identifier}
    stated = brune.post("/cover-elsewhere", body)
    assert (stated.status_code, stated.json()["is_repeat"]) == (201, False)
    number = stated.json()["letter"]
    again = brune.post("/cover-elsewhere", body).json()
    assert (again["letter"], again["is_repeat"]) == (number, True)
    found = verify_letter(brune.get(f"/letters/{number}.pdf").content)
    assert (found.is_intact, found.snapshot.kind, found.snapshot.buyer.identifier) == (
        True, "cover_elsewhere", whom.identifier,
    )  # fmt: skip
    publish_events(memberships.system_actor(cast.organisations["euler-hermes"], name="worker"))
    (event,) = [
        one for one in elise.get("/events?limit=200").json()["results"] if one["type"] == "cover_elsewhere.stated"
    ]
    assert (event["became"]["letter"], event["became"]["buyer"]) == (number, whom.identifier)
    with acting(actor):
        message = Message.objects.get(letter__number=number)
    assert (message.template, message.recipient_id) == (
        "cover_elsewhere", cast.organisations["courtage-du-port"].pk,
    )  # fmt: skip
    assert "la clause d’exclusivité de votre police est levée" in message.body


def test_it_is_asked_for_on_the_page_of_the_request_that_came_to_nothing(actor, cast):
    who, whom = lost(actor, cast)
    row = asked(actor, make.row_for(who, whom))
    brune = signed_in("broker")
    page = reverse("policies:request", args=[row.request])
    button = reverse("policies:cover_elsewhere_of_request", args=[row.request])
    assert button not in brune.get(page).content.decode()
    # An offer is open: cover is not lacking.
    assert "alert" in brune.post(button, follow=True).content.decode()
    brune.post(reverse("policies:decline_offer", args=[row.offer]))
    assert button in brune.get(page).content.decode()
    answer = brune.post(button)
    assert answer["Location"].startswith("/letters/EULER-HERMES-L-2020-")
    assert "Levée de la clause" not in text_of(brune.get(page))
    with acting(actor):
        assert Letter.objects.filter(kind="cover_elsewhere", policy_id=who.policy_id).count() == 1


def test_the_statement_is_for_those_who_could_have_a_top_up_and_have_none(actor, cast):
    kept = lost(actor, cast, decision="grant", amount="200000")
    with pytest.raises(CoverNotCut):
        state_cover_elsewhere(actor, [wish(*kept)], on=OPENING_DAY)
    offered = lost(actor, cast)
    asked(actor, make.row_for(*offered))
    with pytest.raises(TopUpStands):
        state_cover_elsewhere(actor, [wish(*offered)], on=OPENING_DAY)
    hopeless = lost(actor, cast, grade="9")
    with pytest.raises(TopUpNotAvailable):
        state_cover_elsewhere(actor, [wish(*hopeless)], on=OPENING_DAY)
    with pytest.raises(NotAllowed):
        state_cover_elsewhere(cast.actor(role="auditor"), [wish(*lost(actor, cast))], on=OPENING_DAY)
    stranger = cast.broker(organisation="cabinet-lemoine")
    with pytest.raises(FieldErrors):
        state_cover_elsewhere(stranger, [wish(*lost(actor, cast))], on=OPENING_DAY)


def test_top_ups_are_declined_and_wanted_again_by_api(actor, cast, elise):
    who, whom = lost(actor, cast)
    brune = callers.person("brune@courtage-du-port.example", insurer="euler-hermes")
    choice = {"policy_number": who.policy_number, "buyer_identifier": whom.identifier, "reason": "trop cher"}
    declined = brune.post("/opt-outs", [choice])
    (public_id,) = declined.json()["opt_outs"]
    assert declined.status_code == 201
    body = {**choice, "buyer_country": "FR", "requested_total": "50000"}
    del body["reason"]
    assert elise.post("/limit-requests", body).json()["status"] != "offered"
    (shown,) = [one for one in brune.get("/opt-outs").json()["results"] if one["id"] == public_id]
    assert (shown["policy_number"], shown["end_day"]) == (who.policy_number, None)
    assert brune.post(f"/opt-outs/{public_id}/revoke").status_code == 200
    assert brune.post(f"/opt-outs/{public_id}/revoke").json()["code"] == "opt_out_unknown"
    assert elise.post("/limit-requests", body).json()["status"] == "offered"
