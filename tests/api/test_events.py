"""The stream of events through its door: in order from a position on, with a scope, and nobody else's."""

from __future__ import annotations

from capweb.accounts.commands.enter_api_clients import NewApiClient, enter_api_client
from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.queries import memberships
from tests.callers import client, person
from tests.cast import Cast


def published(cast: Cast, insurer: str = "euler-hermes") -> int:
    return publish_events(memberships.system_actor(cast.organisations[insurer], name="publisher"))


def everything(caller) -> list[dict]:
    found, after = [], 0
    while True:
        page = caller.get(f"/events?after={after}&limit=2").json()
        found += page["results"]
        after = page["after"]
        if not page["has_more"]:
            return found


def test_a_grant_is_read_in_the_order_in_which_it_happened(world):
    published(world.cast)
    before = len(everything(world.elise))
    granted = world.granted()
    assert len(everything(world.elise)) == before
    published(world.cast)
    told = everything(world.elise)
    assert [one["position"] for one in told] == list(range(1, len(told) + 1))
    assert [one["type"] for one in told[before:]] == ["submission.handed_in", "request.offered", "offer.accepted"]
    assert told[-1]["became"] == {"guarantee": granted["guarantee"], "endorsement": granted["endorsement"]}
    assert told[-1]["subject"] == granted["offer"]


def test_whoever_knows_all_is_told_where_to_ask_next(world):
    published(world.cast)
    last = everything(world.elise)[-1]["position"]
    answer = world.elise.get(f"/events?after={last}").json()
    assert answer == {"results": [], "after": last, "has_more": False}


def test_another_insurer_and_a_broker_read_nothing_of_it(world):
    world.granted(broker="courtage-du-port")
    published(world.cast)
    assert person("karim@coface.example").get("/events").json()["results"] == []
    assert person("brune@courtage-du-port.example", insurer="euler-hermes").get("/events").status_code == 403


def test_a_client_needs_the_scope(world):
    credentials = enter_api_client(NewApiClient("stream", "euler-hermes", "underwriter", "euler-hermes"))
    assert client(credentials, scope="requests:read").get("/events").status_code == 403
    assert client(credentials, scope="events:read").get("/events").status_code == 200


def test_a_position_that_is_no_number_is_refused_with_its_reason(world):
    for wrong in ("x", "-1", "1e3", "9" * 19):
        answer = world.elise.get(f"/events?after={wrong}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "position_unreadable"
