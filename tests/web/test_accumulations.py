"""What is engaged on groups, on screen and as a file; a limit proposed by one person and confirmed by another."""

from __future__ import annotations

from django.urls import reverse

from capweb.accounts.acting import acting
from policies.commands.group_buyers import MembershipNotice, record_group_memberships
from policies.models import BuyerGroup, GroupLimit
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of


def test_a_group_is_listed_exported_and_limited_by_two_people(books):
    actor = books.underwriter
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom, decision="reduction", before="90000", amount="40000")
    told = MembershipNotice("web group", "FR", whom.identifier, OPENING_DAY, "WEB", "=Groupe Web")
    record_group_memberships(actor, [told], on=OPENING_DAY)
    underwriter, senior = signed_in("underwriter"), signed_in("senior underwriter")
    for by in ("group", "buyer"):
        for sort in ("total", "-used", "nonsense"):
            assert "40 000 €" in text_of(underwriter.get(reverse("policies:accumulations"), {"by": by, "sort": sort}))
    written = underwriter.get(reverse("policies:accumulations_file")).content.decode()
    assert "'=Groupe Web;WEB" in written
    with acting(actor):
        group = BuyerGroup.objects.get(reference="WEB").public_id
    page = reverse("policies:buyer_group", args=[group])
    assert underwriter.post(page, {"amount": "1"}).status_code == 422
    wish = {"amount": "30000", "effective_on": OPENING_DAY.isoformat(), "reason": "concentration"}
    assert signed_in("auditor").post(page, wish).status_code == 403
    assert "30 000 €" in text_of(underwriter.post(page, wish, follow=True))
    with acting(actor):
        limit = GroupLimit.objects.get(group__public_id=group)
    answer = reverse("policies:answer_group_limit", args=[group, limit.public_id])
    underwriter.post(answer, {"step": "confirm"})
    assert "plus que les" not in text_of(underwriter.get(page))
    assert "plus que les 30 000 €" in text_of(senior.post(answer, {"step": "confirm"}, follow=True))
