"""Which pages open for whom: by role, by insurer, by the broker's mandate."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.visitors import PEOPLE, signed_in

DESK = {"underwriter", "senior underwriter", "administrator", "auditor", "accountant"}
INSURERS = DESK | {"other insurer"}
BROKERS = {"broker", "other broker"}
PLATFORM = {"reinsurer", "operator"}
MAY_ASK = {"underwriter", "senior underwriter", "other insurer"} | BROKERS
OPEN_TO = {
    "policies:queue": INSURERS | BROKERS,
    "policies:guarantees": INSURERS | BROKERS,
    "policies:new_request": MAY_ASK,
    "policies:upload": MAY_ASK,
    "policies:messages": INSURERS | BROKERS,
    "policies:renewals_calendar": INSURERS | BROKERS,
    "policies:renewals": INSURERS | BROKERS,
    "policies:referred_renewals": INSURERS,
    "policies:rating_waves": {"underwriter", "senior underwriter", "other insurer"},
    "policies:accumulations": INSURERS,
    "policies:watch_list": INSURERS,
    "policies:identity_changes": {"underwriter", "senior underwriter", "other insurer"},
    "policies:limit_waves": {"underwriter", "senior underwriter", "other insurer"},
    "policies:portal": INSURERS | BROKERS,
    "policies:exceptions": INSURERS,
    "policies:mediations": INSURERS | BROKERS,
    "policies:opt_outs": MAY_ASK,
    "policies:primary_notices": INSURERS | BROKERS,
    "policies:portal_addresses": MAY_ASK - BROKERS,
    "policies:new_primary_notice": MAY_ASK - BROKERS,
    "policies:business_day": {"operator"},
    "reinsurance:envelopes": INSURERS | PLATFORM,
    "policies:outlook": INSURERS | PLATFORM,
    "reinsurance:allotments": INSURERS | PLATFORM,
    "reinsurance:treaties": {"accountant", "administrator", "auditor", "reinsurer"},
    "policies:treaty_proposals": {"accountant", "administrator", "auditor"},
    "policies:propose_treaty_change": {"accountant", "administrator"},
    "reinsurance:entries": {"accountant", "auditor", "reinsurer"},
    "reinsurance:bordereaux": {"accountant", "auditor", "reinsurer"},
    "reinsurance:technical_accounts": {"accountant", "auditor", "reinsurer"},
    "reinsurance:answers": {"accountant", "auditor", "reinsurer"},
    "reinsurance:settlement": {"accountant", "auditor", "reinsurer"},
    "reinsurance:memorandum": PLATFORM,
    "policies:claim_movements": {"accountant"},
    "policies:claims": (INSURERS | BROKERS) - {"administrator"},
}


@pytest.mark.parametrize("page", OPEN_TO)
@pytest.mark.parametrize("who", PEOPLE)
def test_a_page_opens_for_those_whose_role_gives_it(books, page, who):
    expected = 200 if who in OPEN_TO[page] else 403
    assert signed_in(who).get(reverse(page)).status_code == expected


@pytest.mark.parametrize("page", OPEN_TO)
def test_a_visitor_is_sent_to_the_door(books, page):
    answer = Client().get(reverse(page))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/login/")


@pytest.mark.parametrize("who", PEOPLE)
def test_every_entry_of_the_menu_opens(books, who):
    browser = signed_in(who)
    home = browser.get("/", follow=True)
    assert home.status_code == 200
    addresses = [entry.address for section in home.context["navigation"] for entry in section.entries]
    assert addresses
    assert [browser.get(address).status_code for address in addresses] == [200] * len(addresses)


@pytest.mark.parametrize("who", ["underwriter", "broker"])
def test_a_case_opens_for_its_insurer_and_its_broker(books, who):
    browser = signed_in(who)
    assert {name: browser.get(address).status_code for name, address in books.pages.items()} == {
        "request": 200, "offer": 200, "guarantee": 200, "submission": 200, "endorsement": 200
    }  # fmt: skip


@pytest.mark.parametrize("who", ["other insurer", "other broker"])
def test_a_case_does_not_exist_for_another_insurer_or_broker(books, who):
    browser = signed_in(who)
    for name, address in books.pages.items():
        assert browser.get(address).status_code == 404, name


@pytest.mark.parametrize("who", ["other insurer", "other broker"])
def test_nobody_else_answers_an_offer(books, who):
    case = books.asked()
    browser = signed_in(who)
    browser.post(reverse("policies:accept_offer", args=[case.offer]))
    browser.post(reverse("policies:decline_offer", args=[case.offer]))
    assert (
        "En attente de réponse"
        in signed_in("broker").get(reverse("policies:offer", args=[case.offer])).content.decode()
    )


@pytest.mark.parametrize("who", ["broker", "auditor", "accountant"])
def test_settling_a_case_is_for_underwriters(books, who):
    address = reverse("policies:settle", args=[books.referred.request])
    assert signed_in(who).post(address, {"answer": "approve", "reason": "oui"}).status_code == 403


def test_a_broker_does_not_see_what_the_insurer_knows_of_a_buyer(books):
    address = reverse("policies:request", args=[books.offered.request])
    assert signed_in("underwriter").get(address).context["facts"]
    assert signed_in("broker").get(address).context["facts"] == []


def test_only_the_platform_moves_the_day(books):
    assert signed_in("underwriter").post(reverse("policies:business_day"), {"step": "day"}).status_code == 403
