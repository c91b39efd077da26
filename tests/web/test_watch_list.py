"""The watch list on screen and by API: put on with a reason, told on the pages of the buyer's cover, taken off."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from policies.commands.accept_offers import accept_offers
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.handed_in import asked
from tests.visitors import signed_in, text_of

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))


def test_a_buyer_is_put_on_told_and_taken_off(books):
    actor = books.underwriter
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom, decision="refusal", before="90000", amount="0")
    page = signed_in("underwriter")
    shown = page.post(reverse("policies:watch_list"), {"buyer_country": "FR", "buyer_identifier": "1", "reason": ""})
    assert shown.status_code == 422
    wish = {"buyer_country": "FR", "buyer_identifier": whom.identifier, "reason": "retards", "review_on": "01/07/2020"}
    assert "retards" in text_of(page.post(reverse("policies:watch_list"), wish, follow=True))
    assert "retards" not in text_of(page.get(reverse("policies:watch_list"), {"show": "due"}))
    # The pages of the buyer's cover tell it, to the insurer's own people alone.
    taken = asked(actor, make.row_for(who, whom, total="50000"))
    granted = accept_offers(actor, [taken.offer], on=OPENING_DAY, at=NOON)[0].guarantee
    for name, which in (("policies:request", taken.request), ("policies:guarantee", granted)):
        address = reverse(name, args=[which])
        assert "retards" in text_of(page.get(address))
        assert "retards" not in signed_in("broker").get(address).content.decode()
    off = {"buyer_country": "FR", "buyer_identifier": whom.identifier, "reason": ""}
    assert "retards" in text_of(page.post(reverse("policies:end_watch"), off, follow=True))
    off["reason"] = "comptes reçus"
    assert "retards" not in text_of(page.post(reverse("policies:end_watch"), off, follow=True))
    assert signed_in("auditor").post(reverse("policies:watch_list"), wish).status_code == 403
