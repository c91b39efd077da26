"""Exceptions on screen, from a request that waits for the ministry to the offer, by two people."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from capweb.accounts.acting import acting
from policies.models import ExceptionDossier, LimitRequest
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.handed_in import asked
from tests.visitors import signed_in, text_of


@pytest.fixture
def files(settings, tmp_path):
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": where}


@pytest.fixture
def referred(books):
    """A large exporter's request: it waits for the ministry."""
    actor = books.underwriter
    who, whom = make.client(actor, turnover="2000000000"), make.buyer(actor, country="MA", probability=None)
    make.notice(actor, who, whom)
    return asked(actor, make.row_for(who, whom, total="200000")).request


def opened(who, request, **more):
    sent = {"asked_amount": "200 000", "scope": "every", "reason": "Commande de trois ans", **more}
    return signed_in(who).post(reverse("policies:open_exception", args=[request]), sent, follow=True)


def latest(books) -> str:
    with acting(books.underwriter):
        return ExceptionDossier.objects.latest("pk").public_id


def step(who, dossier, name):
    return signed_in(who).post(reverse("policies:move_exception", args=[dossier]), {"step": name}, follow=True)


def decide(who, dossier, answer="favourable", **sent):
    given = {"reference": "DGT/2020/7", "granted_on": OPENING_DAY.isoformat(), "answer": answer, **sent}
    return signed_in(who).post(reverse("policies:decide_exception", args=[dossier]), given, follow=True)


def test_from_the_request_to_the_offer_by_two_people(books, referred, files):
    page = text_of(signed_in("underwriter").get(reverse("policies:request", args=[referred])))
    assert "Demander une dérogation" in page
    assert "Le dossier est ouvert" in text_of(opened("underwriter", referred))
    dossier = latest(books)
    letter = SimpleUploadedFile("Lettre à Bpifrance.pdf", b"%PDF-1.7 lettre", content_type="application/pdf")
    kept = signed_in("underwriter").post(
        reverse("policies:add_evidence", args=[dossier]), {"file": letter}, follow=True
    )
    assert "Lettre à Bpifrance.pdf" in text_of(kept)
    step("underwriter", dossier, "send")
    assert "Chez le ministre" in text_of(step("underwriter", dossier, "pass_on"))
    shown = text_of(decide("senior underwriter", dossier, amount="150 000"))
    assert "la demande a été jugée à nouveau" in shown
    assert "150 000 €" in shown
    with acting(books.underwriter):
        request = LimitRequest.objects.get(public_id=referred)
        assert request.status == "offered"
        assert request.offers.get().amount == 150_000
    again = text_of(signed_in("auditor").get(reverse("policies:exception", args=[dossier])))
    assert "DGT/2020/7" in again
    assert "serge@euler-hermes.example" in again
    assert "Demander une dérogation" not in text_of(
        signed_in("underwriter").get(reverse("policies:request", args=[referred]))
    )


def test_a_kept_file_is_saved_and_not_shown_in_a_page(books, referred, files):
    opened("underwriter", referred)
    dossier = latest(books)
    letter = SimpleUploadedFile("a.pdf", b"%PDF-1.7 lettre", content_type="text/html")
    page = signed_in("underwriter").post(
        reverse("policies:add_evidence", args=[dossier]), {"file": letter}, follow=True
    )
    digest = page.context["found"].files[0].digest
    answer = signed_in("auditor").get(reverse("policies:evidence", args=[dossier, digest]))
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "application/pdf",
        'attachment; filename="a.pdf"',
    )
    assert answer.content == b"%PDF-1.7 lettre"
    assert signed_in("auditor").get(reverse("policies:evidence", args=[dossier, "0" * 64])).status_code == 404


def test_what_is_no_document_is_refused_in_words(books, referred, files):
    opened("underwriter", referred)
    bad = SimpleUploadedFile("a.pdf", b"<html>", content_type="application/pdf")
    page = signed_in("underwriter").post(
        reverse("policies:add_evidence", args=[latest(books)]), {"file": bad}, follow=True
    )
    assert "un PDF, PNG ou JPEG" in text_of(page)


def test_who_opened_it_is_told_that_another_person_decides(books, referred):
    opened("senior underwriter", referred)
    dossier = latest(books)
    step("senior underwriter", dossier, "send")
    step("senior underwriter", dossier, "pass_on")
    told = "une autre personne saisit la décision"
    assert told in text_of(signed_in("senior underwriter").get(reverse("policies:exception", args=[dossier])))
    answer = decide("senior underwriter", dossier)
    assert answer.status_code == 422
    assert decide("underwriter", dossier).status_code == 403


def test_a_decision_without_its_letter_is_told_at_the_field(books, referred):
    opened("underwriter", referred)
    dossier = latest(books)
    step("underwriter", dossier, "send")
    step("underwriter", dossier, "pass_on")
    answer = decide("senior underwriter", dossier, reference="", granted_on="2020-07-01")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"reference"}
    answer = decide("senior underwriter", dossier, granted_on="2020-07-01")
    assert set(answer.context["form"].errors) == {"granted_on"}


def test_a_step_out_of_order_is_told_in_words(books, referred):
    opened("underwriter", referred)
    assert "Ce n'est pas possible" in text_of(step("underwriter", latest(books), "pass_on"))


def test_a_second_dossier_for_the_same_is_refused_in_words(books, referred):
    opened("underwriter", referred)
    assert "n'est pas encore tranchée" in text_of(opened("underwriter", referred))


def test_an_auditor_reads_and_does_nothing(books, referred):
    opened("underwriter", referred)
    page = text_of(signed_in("auditor").get(reverse("policies:exception", args=[latest(books)])))
    assert "Transmise à Bpifrance" not in page
    assert step("auditor", latest(books), "send").status_code == 403


def test_a_broker_sees_no_dossier(books, referred):
    opened("underwriter", referred)
    assert signed_in("broker").get(reverse("policies:exception", args=[latest(books)])).status_code == 403
