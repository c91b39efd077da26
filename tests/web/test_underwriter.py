"""The underwriter's day: the queue and its filters, one case with its reasons, settling what is referred."""

from __future__ import annotations

from django.urls import reverse

from capweb.accounts.acting import acting
from policies.models import GuaranteeTerm
from tests.visitors import signed_in, text_of

QUEUE = "/requests"


def shown(answer):
    return {row.line.public_id for row in answer.context["rows"]}


def test_the_queue_begins_with_what_waits_for_somebody(books):
    answer = signed_in("underwriter").get(QUEUE)
    assert books.referred.request in shown(answer)
    assert books.offered.request not in shown(answer)


def test_a_broker_begins_with_all_its_requests(books):
    rows = shown(signed_in("broker").get(QUEUE))
    assert {books.referred.request, books.refused.request, books.offered.request} <= rows


def test_tabs_count_what_stands_in_each_state(books):
    answer = signed_in("underwriter").get(QUEUE, {"status": "refused"})
    counts = {tab.code: tab.count for tab in answer.context["tabs"]}
    assert len(answer.context["rows"]) == counts["refused"]
    assert sum(count for code, count in counts.items() if code != "all") == counts["all"]


def test_a_buyer_is_found_by_name_and_by_number(books):
    browser = signed_in("underwriter")
    line = browser.get(reverse("policies:request", args=[books.refused.request])).context["line"]
    for text in (line.buyer, line.buyer_identifier, books.refused.request):
        assert shown(browser.get(QUEUE, {"status": "all", "text": text})) == {books.refused.request}


def test_filters_that_match_nothing_say_what_to_do(books):
    page = text_of(signed_in("underwriter").get(QUEUE, {"status": "all", "text": "zzz"}))
    assert "Retirez un filtre" in page


def test_a_page_number_that_is_none_shows_the_first_page(books):
    answer = signed_in("underwriter").get(QUEUE, {"status": "all", "page": "-3 OR 1=1"})
    assert answer.context["page"].first == 1


def test_a_case_tells_every_reason_with_its_article(books):
    answer = signed_in("underwriter").get(reverse("policies:request", args=[books.refused.request]))
    reasons = answer.context["reasons"]
    assert reasons[0]["verdict"] == "fail"
    page = text_of(answer)
    for reason in reasons:
        assert reason["code"] in page
        assert reason["reference"]["url"] in answer.content.decode()


def test_a_referred_case_is_approved_up_to_the_maximum(books):
    case = books.asked(grade="8")
    answer = signed_in("underwriter").post(
        reverse("policies:settle", args=[case.request]),
        {"answer": "approve", "reason": "Bilan reçu.", "amount": "20 000,00"},
        follow=True,
    )
    page = text_of(answer)
    assert "Le dossier est tranché : Proposée" in page
    assert "Bilan reçu." in page
    assert [offer.amount for offer in answer.context["found"].detail.offers] == [20000]


def test_more_than_the_maximum_is_not_approved(books):
    case = books.asked(grade="8", total="900000")
    answer = signed_in("underwriter").post(
        reverse("policies:settle", args=[case.request]), {"answer": "approve", "reason": "Trop.", "amount": "900000"}
    )
    assert answer.status_code == 422
    assert "dépasse le maximum" in text_of(answer)
    assert answer.context["line"].status == "referred"


def test_a_decision_needs_its_reason(books):
    case = books.asked(grade="8")
    answer = signed_in("underwriter").post(reverse("policies:settle", args=[case.request]), {"answer": "approve"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"]
    assert 'aria-invalid="true"' in answer.content.decode()


def test_a_referred_case_is_refused_for_good(books):
    case = books.asked(grade="8")
    browser = signed_in("underwriter")
    browser.post(reverse("policies:settle", args=[case.request]), {"answer": "refuse", "reason": "Impayés."})
    answer = browser.get(reverse("policies:request", args=[case.request]))
    assert answer.context["line"].status == "refused"
    assert not answer.context["may_settle"]


def test_a_referred_case_is_judged_again(books):
    case = books.asked(grade="8")
    address = reverse("policies:judge_again", args=[case.request])
    assert "Jugée de nouveau" in text_of(signed_in("underwriter").post(address, follow=True))


def test_the_guarantee_shows_terms_documents_exposure_and_cession(books):
    page = text_of(signed_in("underwriter").get(books.pages["guarantee"]))
    for what in (books.endorsement, "Engagement sur cet acheteur", "47 500,00 €", "Demander le renouvellement"):
        assert what in page
    assert "47 500,00 €" not in text_of(signed_in("broker").get(books.pages["guarantee"]))


def test_the_endorsement_is_a_pdf_made_once(books):
    browser = signed_in("broker")
    first, second = browser.get(books.pages["endorsement"]), browser.get(books.pages["endorsement"])
    assert first["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content


def test_envelopes_are_rounded_for_an_insurer_and_exact_for_the_platform(books):
    own = signed_in("underwriter").get("/envelopes").context["gauges"][0][0].row
    exact = signed_in("operator").get("/envelopes").context["gauges"][0][0].row
    assert own.is_rounded
    assert own.room % 10_000_000 == 0
    assert not exact.is_rounded
    assert own.room <= exact.room


def test_the_journal_of_one_treaty_holds_its_entries_alone(books):
    browser = signed_in("accountant")
    treaties = browser.get("/treaties").context["rows"]
    substitution = next(row for row in treaties if (row.kind, row.market) == ("substitution", "domestic"))
    complement = next(row for row in treaties if (row.kind, row.market) == ("complement", "domestic"))
    assert browser.get("/journal", {"treaty": substitution.public_id}).context["rows"]
    assert not browser.get("/journal", {"treaty": complement.public_id}).context["rows"]
    assert not browser.get("/journal", {"as_of": "2020-06-01"}).context["rows"]
    assert browser.get("/journal", {"treaty": "trt_none"}).status_code == 404
    assert browser.get("/journal", {"as_of": "no day"}).status_code == 200


def test_what_the_insurer_carries_alone_is_told_beside_the_cession(books):
    with acting(books.underwriter):
        GuaranteeTerm.objects.filter(guarantee__public_id=books.guarantee).update(right_amount="12345.67")
    page = text_of(signed_in("underwriter").get(reverse("policies:guarantee", args=[books.guarantee])))
    assert "À la charge du seul assureur 37 654,33 €" in page
    assert "seul assureur" not in text_of(
        signed_in("broker").get(reverse("policies:guarantee", args=[books.guarantee]))
    )
