"""A wave of ratings on screen: seen before anything is written, proposed, and confirmed by another person."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from capweb import clock
from capweb.accounts.acting import acting
from policies.commands.accept_offers import accept_offers
from policies.models import BuyerRating, RatingWave
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.handed_in import asked
from tests.visitors import signed_in, text_of


def running(books):
    """A buyer of grade 6 with a guarantee of 150,000 euro."""
    actor = books.underwriter
    who, whom = make.client(actor), make.buyer(actor, grade="6")
    make.notice(actor, who, whom)
    row = asked(actor, make.row_for(who, whom, total="150000"))
    accept_offers(actor, [row.offer], on=OPENING_DAY, at=clock.instant())
    return whom


def waves(books):
    with acting(books.underwriter):
        return list(RatingWave.objects.order_by("pk"))


def test_a_wave_is_seen_proposed_and_confirmed_by_another(books):
    whom = running(books)
    underwriter, senior = signed_in("underwriter"), signed_in("senior underwriter")
    page, before = reverse("policies:rating_waves"), len(waves(books))
    listed = SimpleUploadedFile("a.csv", f"SIREN\n{whom.identifier}\n404404404".encode(), content_type="text/csv")
    sent = {"to_grade": "7", "reason": "secteur en crise"}
    seen = underwriter.post(page, {**sent, "file": listed, "step": "preview"})
    words = text_of(seen)
    assert "100 000 €" in words
    assert "404404404" in words
    assert len(waves(books)) == before
    told = underwriter.post(page, {**seen.context["kept"], "step": "propose"}, follow=True)
    assert "Confirmer la vague" not in text_of(told)
    wave = waves(books)[-1]
    answer = reverse("policies:answer_rating_wave", args=[wave.public_id])
    underwriter.post(answer, {"step": "confirm"})
    assert waves(books)[-1].status == "proposed"
    assert "Confirmer la vague" in text_of(senior.get(reverse("policies:rating_wave", args=[wave.public_id])))
    done = text_of(senior.post(answer, {"step": "confirm"}, follow=True))
    assert "la nuit annonce les réductions" in done
    with acting(books.underwriter):
        assert BuyerRating.objects.filter(buyer_id=whom.id).latest("id").grade == "7"


def test_what_is_wrong_is_told_at_its_field(books):
    page = reverse("policies:rating_waves")
    for sent, field in [
        ({"to_grade": "7"}, "sector"),
        ({"to_grade": "7", "sector": "4941"}, "sector"),
        ({"to_grade": "Z", "sector": "49"}, "to_grade"),
        ({"to_grade": "7", "sector": "01", "step": "propose"}, "reason"),
    ]:
        answer = signed_in("underwriter").post(page, sent)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors


def test_a_wave_is_for_underwriters(books):
    for who in ("broker", "auditor", "accountant"):
        assert signed_in(who).get(reverse("policies:rating_waves")).status_code == 403
