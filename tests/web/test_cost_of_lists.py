"""A list costs the same number of queries however many rows it shows."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.visitors import signed_in

LISTS = {
    "policies:queue": "underwriter",
    "policies:guarantees": "underwriter",
    "policies:claims": "underwriter",
    "policies:portal": "broker",
    "policies:renewals": "broker",
    "policies:referred_renewals": "underwriter",
    "policies:messages": "broker",
    "policies:upload": "broker",
    "reinsurance:envelopes": "accountant",
    "reinsurance:treaties": "accountant",
    "policies:treaty_proposals": "accountant",
    "policies:outlook": "accountant",
    "reinsurance:entries": "accountant",
    "reinsurance:bordereaux": "accountant",
    "reinsurance:technical_accounts": "accountant",
    "eligibility:law": "underwriter",
    "eligibility:law_compare": "underwriter",
    "eligibility:ratings": "underwriter",
    "eligibility:readings": "administrator",
    "eligibility:contracts": "administrator",
    "eligibility:proposals": "administrator",
    "eligibility:simulator": "broker",
}
MOST = 20
# A page that judges reads facts, law, treaties and room as well.
MOST_OF = {"policies:renewals": 26, "policies:referred_renewals": 26}


def cost(page):
    browser = signed_in(LISTS[page])
    address = reverse(page) + {"policies:queue": "?status=all", "policies:renewals": "?days=92"}.get(page, "")
    browser.get(address)
    with ExitStack() as stack:
        seen = [stack.enter_context(CaptureQueriesContext(connections[a])) for a in ("default", "platform")]
        assert browser.get(address).status_code == 200
    return sum(len(one) for one in seen)


@pytest.mark.parametrize("page", LISTS)
def test_a_list_costs_a_fixed_number_of_queries(books, page):
    before = cost(page)
    browser = signed_in("broker")
    for _ in range(3):
        case = books.asked()
        browser.post(reverse("policies:accept_offer", args=[case.offer]))
        books.asked()
    assert cost(page) == before
    assert before <= MOST_OF.get(page, MOST)
