"""A wave of limits on screen: seen before anything is written, proposed, confirmed by another, proved line by line."""

from __future__ import annotations

import csv
import io

from django.urls import reverse

from capweb.accounts.acting import acting
from policies.models import BuyerLimit, LimitWave
from tests import factories as make
from tests.visitors import signed_in, text_of


def limited(books):
    """A client of the broker with a limit of 200,000 euro on a buyer."""
    actor = books.underwriter
    who, whom = make.client(actor, broker_id=books.broker.organisation_id), make.buyer(actor)
    make.notice(actor, who, whom, decision="grant", amount="200000")
    return who, whom


def waves(books):
    with acting(books.underwriter):
        return list(LimitWave.objects.order_by("pk"))


def test_a_wave_is_seen_proposed_confirmed_by_another_and_proved(books):
    who, whom = limited(books)
    underwriter, senior = signed_in("underwriter"), signed_in("senior underwriter")
    page, before = reverse("policies:limit_waves"), len(waves(books))
    sent = {"buyers": whom.identifier, "measure": "end", "reason": "secteur en crise"}
    seen = underwriter.post(page, {**sent, "step": "preview"})
    words = text_of(seen)
    assert "CAP+ 100 000 €" in words
    assert "875,00 € par trimestre" in words
    assert len(waves(books)) == before
    told = underwriter.post(page, {**seen.context["kept"], "step": "propose"}, follow=True)
    assert "Confirmer la vague" not in text_of(told)
    wave = waves(books)[-1].public_id
    # The menu of who may answer it counts it; that of who proposed it does not.
    assert "Vagues d’agréments 1 en attente" in text_of(senior.get(page))
    assert "en attente" not in text_of(underwriter.get(page))
    proof = reverse("policies:proof_of_notice", args=[wave])
    assert underwriter.get(proof).status_code == 404
    answer = reverse("policies:answer_limit_wave", args=[wave])
    underwriter.post(answer, {"step": "confirm"})
    assert waves(books)[-1].status == "proposed"
    done = text_of(senior.post(answer, {"step": "confirm"}, follow=True))
    assert "Vagues d’agréments 1" not in done
    assert "chaque assuré est prévenu" in done
    with acting(books.underwriter):
        assert BuyerLimit.objects.filter(buyer_id=whom.id).latest("id").decision == "cessation"
    words = text_of(underwriter.get(proof))
    assert who.policy_number in words
    assert "30 jours" in words
    assert "À envoyer" in words
    file = signed_in("auditor").get(reverse("policies:proof_of_notice_file", args=[wave]))
    heads, line = csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";")
    row = dict(zip(heads, line, strict=True))
    assert (row["Suite donnée"], row["Jours de préavis"]) == ("told", "30")
    assert row["Courrier"].startswith("EULER-HERMES-L-")
    assert row["Message"].startswith("msg_")
    assert len(row["SHA-256 de la lettre"]) == 64


def test_what_is_wrong_is_told_at_its_field(books):
    page = reverse("policies:limit_waves")
    for sent, field in [
        ({"measure": "end"}, "sector"),
        ({"measure": "share", "sector": "49"}, "share"),
        ({"measure": "share", "share": "100 %", "sector": "49"}, "share"),
        ({"measure": "to_amount", "sector": "49", "to_amount": "0"}, "to_amount"),
        ({"measure": "end", "sector": "01", "step": "propose"}, "reason"),
    ]:
        answer = signed_in("underwriter").post(page, sent)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors


def test_the_proof_is_the_insurers_own(books):
    _, whom = limited(books)
    sent = {"buyers": whom.identifier, "measure": "end", "reason": "essai", "step": "propose"}
    signed_in("underwriter").post(reverse("policies:limit_waves"), sent)
    wave = waves(books)[-1].public_id
    signed_in("senior underwriter").post(reverse("policies:answer_limit_wave", args=[wave]), {"step": "confirm"})
    for who in ("broker", "other insurer"):
        assert signed_in(who).get(reverse("policies:proof_of_notice", args=[wave])).status_code == 404
