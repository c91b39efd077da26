"""The broker's portal: answering offers one by one or many at once, asking for renewals."""

from __future__ import annotations

from django.urls import reverse

from tests.visitors import signed_in, text_of

PORTAL = "/portal"


def test_the_portal_shows_what_awaits_an_answer(books):
    answer = signed_in("broker").get(PORTAL)
    assert books.offered.offer in {offer.public_id for offer in answer.context["offers"]}
    assert {line.policyholder for line in answer.context["policies"]}


def test_another_broker_sees_none_of_it(books):
    answer = signed_in("other broker").get(PORTAL)
    assert answer.context["offers"] == []
    assert answer.context["policies"] == []
    assert answer.context["submissions"] == []


def test_an_accepted_offer_leads_to_its_guarantee(books):
    case = books.asked()
    answer = signed_in("broker").post(reverse("policies:accept_offer", args=[case.offer]), follow=True)
    assert answer.resolver_match.view_name == "policies:guarantee"
    assert "Acceptée : la garantie commence" in text_of(answer)


def test_the_second_answer_is_told_that_there_was_a_first(books):
    case = books.asked()
    browser = signed_in("broker")
    browser.post(reverse("policies:accept_offer", args=[case.offer]))
    answer = browser.post(reverse("policies:accept_offer", args=[case.offer]), follow=True)
    assert "déjà été répondu" in text_of(answer)
    assert not answer.context["may_answer"]


def test_a_declined_offer_gives_back_what_it_held(books):
    case = books.asked()
    answer = signed_in("broker").post(reverse("policies:decline_offer", args=[case.offer]), follow=True)
    assert "ce que la proposition réservait est rendu" in text_of(answer)
    assert case.offer not in {offer.public_id for offer in answer.context["offers"]}


def test_many_offers_are_accepted_at_once(books):
    cases = [books.asked() for _ in range(3)]
    chosen = [case.offer for case in cases]
    answer = signed_in("broker").post(reverse("policies:accept_offers"), {"offer": chosen}, follow=True)
    assert "3 propositions acceptées." in text_of(answer)


def test_offers_that_cannot_be_accepted_are_counted(books):
    case = books.asked()
    chosen = [case.offer, "off_none"]
    answer = signed_in("broker").post(reverse("policies:accept_offers"), {"offer": chosen}, follow=True)
    page = text_of(answer)
    assert "1 proposition acceptée." in page
    assert "1 proposition n’a pu être acceptée" in page


def test_nothing_chosen_is_said_so(books):
    answer = signed_in("broker").post(reverse("policies:accept_offers"), {}, follow=True)
    assert "Cochez d’abord au moins une ligne." in text_of(answer)


def test_a_renewal_is_asked_for_once(books):
    browser = signed_in("broker")
    address = reverse("policies:renew", args=[books.guarantee])
    assert "Renouvellement demandé" in text_of(browser.post(address, follow=True))
    assert not browser.get(books.pages["guarantee"]).context["may_renew"]


def test_a_renewal_of_somebody_elses_guarantee_is_refused(books):
    answer = signed_in("other broker").post(
        reverse("policies:ask_renewals"), {"guarantee": [books.guarantee]}, follow=True
    )
    assert "Aucune de ces garanties" in text_of(answer)
