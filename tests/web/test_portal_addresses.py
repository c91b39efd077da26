"""Buyers that asked to be told of cuts, on screen: entered with a day and a language, ended, never overwritten."""

from __future__ import annotations

from django.urls import reverse

from tests import factories as make
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of

PAGE = reverse("policies:portal_addresses")


def given(whom, **more):
    return {
        "buyer_country": "FR",
        "buyer_identifier": whom.identifier,
        "address": "compta@acheteur.example",
        "language": "fr",
        "effective_on": OPENING_DAY.isoformat(),
        **more,
    }


def test_a_buyer_is_entered_and_later_no_longer_told_and_both_stay_to_be_read(books):
    whom, underwriter = make.buyer(books.underwriter), signed_in("underwriter")
    assert "compta@acheteur.example" in text_of(underwriter.post(PAGE, given(whom), follow=True))
    shown = underwriter.post(PAGE, given(whom, address=""), follow=True)
    ended, first = (one for one in shown.context["rows"] if one.identifier == whom.identifier)
    assert (ended.address, ended.is_latest, first.is_latest) == ("", True, False)


def test_what_is_wrong_is_told_at_its_field(books):
    whom = make.buyer(books.underwriter)
    for sent, field in [
        (given(whom, address="pas une adresse"), "address"),
        (given(whom, buyer_identifier="404404404"), "buyer_identifier"),
        (given(whom, effective_on=""), "effective_on"),
    ]:
        answer = signed_in("underwriter").post(PAGE, sent)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
