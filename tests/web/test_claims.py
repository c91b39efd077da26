"""Claims on screen: from a guarantee's page to the indemnity and what comes back; errors stand at their fields."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.commands.enter_people import move_business_day
from policies.commands.review_buyers import review_buyers
from policies.models import GuaranteeTerm
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of

OVERDUE_DAY = date(2020, 9, 1)
LINE = {
    "line0-number": "F-2020-118",
    "line0-delivered_on": "2020-06-15",
    "line0-invoiced_on": "2020-06-16",
    "line0-due_on": "2020-07-31",
    "line0-amount": "60 000,00",
    "line0-vat": "12 000",
    "line0-currency": "EUR",
}


@pytest.fixture(scope="module")
def autumn(books):
    move_business_day(OVERDUE_DAY)
    return books


def sent(browser, address, **typed):
    """A form of the page, with the hidden key that it carries."""
    page = browser.get(address) if address.endswith("/overdue") else None
    key = page.context["form"]["key"].value() if page is not None else typed.pop("key", "act_1")
    return browser.post(address, {"key": key, **typed})


def test_a_claim_by_screen_from_the_overdue_to_what_comes_back(autumn):
    underwriter, accountant = signed_in("underwriter"), signed_in("accountant")
    guarantee = underwriter.get(reverse("policies:guarantee", args=[autumn.guarantee]))
    declare = reverse("policies:declare_overdue", args=[autumn.guarantee])
    assert declare in guarantee.content.decode()
    wrong = sent(underwriter, declare, **{**LINE, "line0-due_on": "2020-09-01"})
    assert wrong.status_code == 422
    assert "pas encore" in text_of(wrong)
    done = sent(underwriter, declare, **LINE)
    assert done.status_code == 302, text_of(done)
    page = done["Location"]
    claim = page.rsplit("/", 1)[-1]
    act = {name: reverse(f"policies:claim_{name}", args=[claim]) for name in ("collect", "fix", "settle", "recover")}
    step = {"kind": "amicable", "done_on": "2020-09-01", "description": "Relance", "costs": "35"}
    assert sent(underwriter, act["collect"], **step).status_code == 302
    waiting = sent(underwriter, act["fix"], cause="protracted_default")
    assert waiting.status_code == 422
    assert "2020-12-28" in text_of(waiting)
    assert sent(underwriter, act["fix"], cause="insolvency", caused_on="2020-08-20").status_code == 302
    assert "Tel que dû" in text_of(underwriter.get(page))
    assert act["settle"] not in underwriter.get(page).content.decode()  # who fixes the loss does not pay it
    assert sent(accountant, act["settle"], paid_on="2020-09-01").status_code == 302
    back = {"received_on": "2020-09-01", "amount": "6 500,00", "costs": "500", "currency": "EUR"}
    assert sent(accountant, act["recover"], key="rec_1", **back).status_code == 302
    assert sent(accountant, act["recover"], key="rec_1", **back).status_code == 302  # pressed twice
    shown = text_of(accountant.get(page))
    for figure in ("60 000,00 €", "40 000,00 €", "38 000,00 €", "34 200,00 €", "6 000,00 €"):
        assert figure in shown, figure
    listed = text_of(accountant.get(reverse("policies:claims")))
    assert "Indemnisé" in listed
    # What is ceded is between the insurer and its reinsurer.
    outside = text_of(signed_in("broker").get(page))
    assert "34 200,00 €" not in outside
    assert "Réassureur" not in outside
    _rating_proves_wrong(autumn)
    # Nothing of it is the State's: its part of the indemnity is told as it is, and as it was on that day.
    assert "0,00 € 38 000,00 € ce jour-là" in text_of(accountant.get(page))
    assert "ce jour-là" not in text_of(signed_in("broker").get(page))


def _rating_proves_wrong(books):
    with acting(books.underwriter):
        term = GuaranteeTerm.objects.get(guarantee__public_id=books.guarantee)
        whom = make.Known(term.buyer_id, term.buyer.country, term.buyer.identifier)
    make.rated(books.underwriter, whom, on=OPENING_DAY, booked_on=OVERDUE_DAY, grade="9")
    assert review_buyers(books.underwriter, on=OVERDUE_DAY + timedelta(days=1), at=clock.instant()).corrected == 1


def test_a_claim_is_for_those_whose_it_is(autumn):
    broker = signed_in("broker")
    assert broker.get(reverse("policies:claims")).status_code == 200
    assert (
        signed_in("other broker").get(reverse("policies:declare_overdue", args=[autumn.guarantee])).status_code == 404
    )
