"""A buyer absorbed by another, on screen: seen before anything is written, proposed, confirmed by another person."""

from __future__ import annotations

from django.urls import reverse

from capweb import clock
from capweb.accounts.acting import acting
from policies.commands.accept_offers import accept_offers
from policies.models import IdentityChange
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.handed_in import asked
from tests.visitors import signed_in, text_of


def changes(books):
    with acting(books.underwriter):
        return list(IdentityChange.objects.order_by("pk"))


def test_a_merger_is_seen_proposed_confirmed_by_another_and_corrected(books):
    actor = books.underwriter
    who, old, new = make.client(actor), make.buyer(actor), make.buyer(actor)
    make.notice(actor, who, old)
    row = asked(actor, make.row_for(who, old))
    (granted,) = accept_offers(actor, [row.offer], on=OPENING_DAY, at=clock.instant())
    underwriter, senior = signed_in("underwriter"), signed_in("senior underwriter")
    page, before = reverse("policies:identity_changes"), len(changes(books))
    spaced = f"{old.identifier[:3]} {old.identifier[3:6]} {old.identifier[6:]}"
    sent = {"kind": "merger", "old_country": "FR", "old_identifier": spaced, "new_country": "fr"}
    sent |= {"new_identifier": new.identifier, "effective_on": OPENING_DAY.isoformat(), "reference": "BODACC A n° 1"}
    seen = underwriter.post(page, {**sent, "step": "preview"})
    assert seen.status_code == 200
    assert granted.guarantee in text_of(seen)
    assert len(changes(books)) == before
    told = underwriter.post(page, {**seen.context["kept"], "step": "propose"}, follow=True)
    assert "Confirmer le changement" not in text_of(told)
    change = changes(books)[-1].public_id
    own, answer = (
        reverse("policies:identity_change", args=[change]),
        reverse("policies:answer_identity_change", args=[change]),
    )
    underwriter.post(answer, {"step": "confirm"})
    assert changes(books)[-1].status == "proposed"
    assert "Confirmer le changement" in text_of(senior.get(own))
    assert "la nuit" in text_of(senior.post(answer, {"step": "confirm"}, follow=True))
    shown = text_of(underwriter.get(reverse("policies:guarantee", args=[granted.guarantee])))
    assert "BODACC A n° 1" in shown
    correct = reverse("policies:correct_identity_change", args=[change])
    wrong = underwriter.post(correct, {"effective_on": "2020-06-01", "reference": "x", "reason": "homonyme"})
    assert (wrong.status_code, list(wrong.context["correction"].errors)) == (422, ["effective_on"])
    told = underwriter.post(
        correct, {"effective_on": OPENING_DAY.isoformat(), "reference": "x", "reason": "homonyme"}, follow=True
    )
    assert granted.guarantee in text_of(told)


def test_what_is_wrong_is_told_at_its_field(books):
    sent = {"kind": "merger", "old_country": "FR", "old_identifier": "404404404", "new_country": "FR"}
    sent |= {"new_identifier": "1", "effective_on": "2020-06-15", "reference": "BODACC"}
    answer = signed_in("underwriter").post(reverse("policies:identity_changes"), sent)
    assert answer.status_code == 422
    assert {"old_identifier", "new_identifier"} <= set(answer.context["form"].errors)
