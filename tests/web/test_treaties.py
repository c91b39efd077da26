"""Treaties on screen: one proposes, another approves, the page of a treaty shows what was agreed and by whom."""

from datetime import date

import pytest
from django.urls import reverse

from capweb.accounts.acting import acting, acting_as_platform
from reinsurance.models import Treaty, TreatyProposal
from reinsurance.queries.treaties import treaties
from tests.books import open_books
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of

NEW = reverse("policies:propose_treaty_change")
TERMS = {
    "first_day": "2020-07-01",
    "ceded_ratio": "90 %",
    "ceding_commission": "",
    "reporting_months": "1",
    "settlement_days": "45",
    "large_loss_amount": "500 000,00",
    "cash_call_amount": "",
    "loss_order": "pro_rata",
    "reference": "Avenant 1",
    "why": "Signé le 1er juin.",
}


@pytest.fixture
def euler(committed, cast):
    from capweb.accounts.commands.enter_people import begin_sandbox

    open_books(cast)
    begin_sandbox(OPENING_DAY)
    return cast.actor(role="reinsurance_accountant")


def treaty(euler, *, kind="substitution", market="domestic") -> str:
    with acting(euler):
        rows = treaties(euler, on=OPENING_DAY)
    return next(row.public_id for row in rows if (row.kind, row.market) == (kind, market))


def address(euler, kind, **which) -> str:
    return f"{NEW}?kind={kind}&treaty={treaty(euler, **which)}"


def proposal(euler) -> str:
    with acting(euler):
        return TreatyProposal.objects.latest("id").public_id


def decide(who: str, public_id: str, answer: str, reason: str = ""):
    url = reverse("policies:decide_treaty_proposal", args=[public_id])
    return signed_in(who).post(url, {"answer": answer, "reason": reason}, follow=True)


def test_new_terms_go_from_the_accountant_to_the_administrator_and_onto_the_page(euler):
    answer = signed_in("accountant").post(address(euler, "terms"), TERMS, follow=True)
    shown = text_of(answer)
    assert "95 %" in shown
    assert "90 %" in shown
    assert decide("accountant", proposal(euler), "approve").status_code == 422
    waiting = text_of(signed_in("administrator").get(reverse("reinsurance:treaty", args=[treaty(euler)])))
    assert "rita@euler-hermes.example" not in waiting
    assert decide("administrator", proposal(euler), "approve").status_code == 200
    page = text_of(signed_in("auditor").get(reverse("reinsurance:treaty", args=[treaty(euler)])))
    for words in ("90 %", "Avenant 1", "rita@euler-hermes.example, ada@euler-hermes.example", "500 000 €", "45"):
        assert words in page, words


def test_a_ratio_above_the_law_s_is_told_at_its_field(euler):
    answer = signed_in("accountant").post(address(euler, "terms"), {**TERMS, "ceded_ratio": "96 %"})
    assert answer.status_code == 422
    assert "0.95" in answer.context["form"].errors["ceded_ratio"][0]


def test_a_rejection_needs_a_reason_and_is_kept_with_it(euler):
    signed_in("accountant").post(address(euler, "terms"), TERMS)
    assert decide("administrator", proposal(euler), "reject").status_code == 422
    decide("administrator", proposal(euler), "reject", "Le taux est faux.")
    inbox = text_of(signed_in("auditor").get(reverse("policies:treaty_proposals")))
    assert "Le taux est faux." in inbox


def test_the_proposer_withdraws_and_nobody_else(euler):
    signed_in("accountant").post(address(euler, "terms"), TERMS)
    assert decide("administrator", proposal(euler), "withdraw", "x").status_code == 422
    assert decide("accountant", proposal(euler), "withdraw", "Trop tôt.").status_code == 200


def test_a_country_is_taken_out_of_an_export_treaty_on_screen(euler):
    fields = {"country": "br", "zone": "", "is_covered": "no", "first_day": "2020-07-01", "reference": "A2", "why": "x"}
    signed_in("accountant").post(address(euler, "country_amendment", market="export"), fields)
    decide("administrator", proposal(euler), "approve")
    page = signed_in("reinsurer").get(reverse("reinsurance:treaty", args=[treaty(euler, market="export")]))
    assert page.status_code == 404, "CCR reinsures at home"
    own = text_of(signed_in("accountant").get(reverse("reinsurance:treaty", args=[treaty(euler, market="export")])))
    assert "BR" in own
    assert "non couvert" in own or "not covered" in own


def test_a_treaty_is_ended_on_screen(euler):
    fields = {"end_day": "2020-12-01", "reference": "Dénonciation", "why": "x"}
    signed_in("accountant").post(address(euler, "end"), fields)
    decide("administrator", proposal(euler), "approve")
    with acting_as_platform() as using:
        row = Treaty.objects.using(using).get(public_id=treaty(euler))
    assert row.ended_on == date(2020, 12, 1)


@pytest.mark.parametrize("who", ["auditor", "reinsurer", "operator", "underwriter"])
def test_who_may_not_propose_gets_no_form(euler, who):
    assert signed_in(who).get(f"{NEW}?kind=open").status_code == 403


@pytest.mark.parametrize("query", ["?kind=nothing", "?kind=terms&treaty=trt_unknown", "?kind=terms"])
def test_an_address_that_names_nothing_is_not_found(euler, query):
    assert signed_in("accountant").get(NEW + query).status_code == 404


def test_every_form_opens_and_an_empty_one_tells_what_it_lacks(euler):
    for kind in ("open", "terms", "end", "country_amendment"):
        page = address(euler, kind, market="export")
        assert signed_in("accountant").get(page).status_code == 200
        assert signed_in("accountant").post(page, {}).status_code == 422
