"""Mediation and declined top-ups on screen, from the broker's word to the insurer's answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from capweb.accounts.acting import acting
from policies.models import MediationDossier, OptOut, Policy
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of


def entered(who, request, *, referred_on=OPENING_DAY):
    sent = {"referred_on": referred_on.isoformat(), "reference": "MED-7", "reason": "Commandes en cours"}
    return signed_in(who).post(reverse("policies:open_mediation", args=[request]), sent, follow=True)


def latest(books) -> str:
    with acting(books.underwriter):
        return MediationDossier.objects.latest("pk").public_id


def answer(who, dossier, decision):
    sent = {"answer": "Examiné à nouveau", "decision": decision}
    return signed_in(who).post(reverse("policies:answer_mediation", args=[dossier]), sent, follow=True)


@pytest.fixture
def refused(books):
    return books.asked(grade="9").request


def test_a_broker_tells_it_and_the_desk_answers(books, refused):
    assert "Saisir une médiation" in text_of(signed_in("broker").get(reverse("policies:request", args=[refused])))
    page = text_of(entered("broker", refused))
    assert "le délai court" in page
    assert "20/06/2020" in page
    dossier = latest(books)
    assert "Maintenir" not in text_of(signed_in("broker").get(reverse("policies:mediation", args=[dossier])))
    assert answer("broker", dossier, "maintained").status_code == 403
    assert "la décision est maintenue" in text_of(answer("underwriter", dossier, "maintained"))
    told = text_of(signed_in("broker").get(reverse("policies:mediation", args=[dossier])))
    assert "Examiné à nouveau" in told
    assert "réponse dans les délais" in told


def test_a_changed_decision_says_how_the_request_stands(books, refused):
    entered("underwriter", refused)
    page = text_of(answer("underwriter", latest(books), "changed"))
    assert "La demande a été jugée à nouveau : Refusée" in page


def test_overdue_answers_are_told_on_top(books, refused):
    entered("underwriter", refused, referred_on=OPENING_DAY - timedelta(days=8))
    page = signed_in("underwriter").get(reverse("policies:mediations"))
    assert page.context["rows"][0].public_id == latest(books)
    assert "en retard" in text_of(page)


def test_a_request_granted_in_full_has_no_mediator(books):
    request = books.asked().request
    assert "Saisir une médiation" not in text_of(signed_in("broker").get(reverse("policies:request", args=[request])))
    assert "ni l'un ni l'autre" in text_of(entered("broker", request))


def test_another_broker_sees_nothing_of_it(books, refused):
    entered("broker", refused)
    dossier = latest(books)
    assert signed_in("other broker").get(reverse("policies:mediation", args=[dossier])).status_code == 404
    assert entered("other broker", refused).status_code == 404


def test_top_ups_are_declined_and_taken_back(books):
    with acting(books.underwriter):
        number = Policy.objects.filter(limit_requests__public_id=books.asked().request).get().number
    page = reverse("policies:opt_outs")
    assert "Enregistré" in text_of(signed_in("broker").post(page, {"policy_number": number}, follow=True))
    with acting(books.underwriter):
        choice = OptOut.objects.latest("pk").public_id
    revoke = reverse("policies:revoke_opt_out", args=[choice])
    assert signed_in("other broker").post(revoke).status_code == 404
    assert "de nouveau proposés" in text_of(signed_in("broker").post(revoke, follow=True))
    wrong = signed_in("other broker").post(page, {"policy_number": number})
    assert wrong.status_code == 422
    assert "policy_number" in wrong.context["form"].errors
