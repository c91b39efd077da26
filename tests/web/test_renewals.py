"""The renewal radar on screen: what ends, what today's rules would give, asking by tick and by file, two people."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from capweb import clock
from capweb.accounts.acting import acting
from policies.commands.accept_offers import accept_offers
from policies.commands.renew_guarantees import ask_for_renewals
from policies.models import Endorsement, RenewalRequest, RenewalSettlement
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.handed_in import asked
from tests.visitors import signed_in, text_of

SPAN = "?days=92"


def running(books, *, then=None, broker=True):
    """A guarantee that ends in 92 days, on a buyer rated `then` since."""
    actor = books.underwriter
    who = make.client(actor, broker_id=books.broker.organisation_id if broker else None)
    whom = make.buyer(actor)
    make.notice(actor, who, whom)
    row = asked(actor, make.row_for(who, whom))
    (answer,) = accept_offers(actor, [row.offer], on=OPENING_DAY, at=clock.instant())
    if then is not None:
        make.rated(actor, whom, on=OPENING_DAY, grade=then)
    return answer.guarantee


def asked_for(books, guarantee):
    with acting(books.underwriter):
        return RenewalRequest.objects.filter(term__guarantee__public_id=guarantee).exists()


def radar(who, more=""):
    return signed_in(who).get(reverse("policies:renewals") + SPAN + more)


@pytest.fixture(scope="module")
def referred(books):
    return running(books, then="8")


def test_a_broker_reads_what_todays_rules_would_give_and_asks_with_one_click(books):
    kept, refused = running(books), running(books, then="9")
    page = radar("broker")
    lines = {shown.one.row.guarantee: shown for shown in page.context["rows"]}
    assert lines[kept].one.outlook == "renewed"
    assert lines[refused].one.outlook == "refused"
    assert lines[refused].why
    assert any("Note de l'acheteur" in one or "Note" in one for one in lines[refused].would)
    words = text_of(page)
    assert "Serait renouvelée" in words
    assert "Serait refusée" in words
    sent = {"from": "renewals", "guarantee": [kept]}
    answer = signed_in("broker").post(reverse("policies:ask_renewals"), sent)
    assert answer["Location"] == reverse("policies:renewals")
    assert asked_for(books, kept)
    assert not asked_for(books, refused)


def test_the_underwriter_sees_the_wave_by_week(books):
    running(books)
    page = radar("underwriter")
    (shown,) = page.context["weeks"]
    assert shown.week.week == date(2020, 9, 14)
    assert shown.week.count == page.context["page"].total
    assert sum(count for _code, count, _amount in shown.parts) == shown.week.count
    nothing = signed_in("underwriter").get(reverse("policies:renewals") + "?days=30")
    assert "Aucune garantie ne se termine" in text_of(nothing)
    other_week = radar("underwriter", "&week=2020-09-07")
    assert other_week.context["page"].total == 0


def test_the_filters_count_what_they_show(books):
    guarantee = running(books)
    ask_for_renewals(books.underwriter, [guarantee], on=OPENING_DAY)
    for more in ("&asked=yes", "&asked=no", "&product=cap_plus", "&product=cap", "&outlook=renewed"):
        page = radar("underwriter", more)
        assert len(page.context["rows"]) == min(page.context["page"].total, 50), more
    assert guarantee in {shown.one.row.guarantee for shown in radar("underwriter", "&asked=yes").context["rows"]}


def test_a_file_asks_line_by_line(books):
    kept, known, stranger = running(books), running(books), running(books, broker=False)
    ask_for_renewals(books.underwriter, [known], on=OPENING_DAY)
    with acting(books.underwriter):
        number = Endorsement.objects.get(term__guarantee__public_id=kept).number
    lines = [
        "avenant;remarque",
        f"{number};x",
        f"{kept};",
        f"{known};",
        f"{stranger};",
        "gar_nowhere;",
        ";vide",
        '"a"b;',
    ]
    file = SimpleUploadedFile("à renouveler.csv", "\n".join(lines).encode("cp1252"), content_type="text/csv")
    page = signed_in("broker").post(reverse("policies:renewal_file"), {"file": file})
    outcomes = {
        line.line: (line.outcome, line.error.code if line.error else "") for line in page.context["receipt"].lines
    }
    assert outcomes == {
        2: ("asked", ""),
        3: ("refused", "renewal_twice"),
        4: ("asked_before", ""),
        5: ("refused", "renewal_unknown"),
        6: ("refused", "renewal_unknown"),
        7: ("refused", "renewal_missing"),
        8: ("refused", "bad_quotes"),
    }
    assert asked_for(books, kept)
    assert not asked_for(books, stranger)
    assert "figure déjà à la ligne 2" in text_of(page)


def test_a_file_without_a_column_of_guarantees_is_refused_in_words(books):
    file = SimpleUploadedFile("x.csv", b"nom\nDurand\n", content_type="text/csv")
    page = signed_in("broker").post(reverse("policies:renewal_file"), {"file": file})
    assert page.status_code == 422
    assert "guarantee (garantie)" in text_of(page)


def test_a_referred_renewal_is_proposed_by_one_and_confirmed_by_another(books, referred):
    ask_for_renewals(books.underwriter, [referred], on=OPENING_DAY)
    page = reverse("policies:referred_renewals")
    first, second = signed_in("underwriter"), signed_in("senior underwriter")
    assert referred in {shown.one.row.guarantee for shown in first.get(page).context["open"]}
    sent = {"guarantee": [referred], "amount": "30 000", "reason": "client suivi", "answer": "approve"}
    told = first.post(reverse("policies:propose_renewal_answers"), sent, follow=True)
    assert "une autre personne" in text_of(told)
    (waiting,) = told.context["proposed"]
    step = {"settlement": [waiting.one.row.settlement], "step": "confirm"}
    assert "Approuver 30 000 €" in text_of(told)
    refused = first.post(reverse("policies:answer_renewal_proposals"), step, follow=True)
    assert "Votre rôle ne le permet pas" in text_of(refused)
    done = second.post(reverse("policies:answer_renewal_proposals"), step, follow=True)
    assert [shown.one.row.guarantee for shown in done.context["confirmed"]] == [referred]
    with acting(books.underwriter):
        row = RenewalSettlement.objects.get(renewal__term__guarantee__public_id=referred)
    assert (row.status, row.proposed_by, row.answered_by) == (
        "confirmed",
        "elise@euler-hermes.example",
        "serge@euler-hermes.example",
    )


def test_a_senior_does_not_confirm_what_it_proposed(books):
    guarantee = running(books, then="8")
    ask_for_renewals(books.underwriter, [guarantee], on=OPENING_DAY)
    senior = signed_in("senior underwriter")
    sent = {"guarantee": [guarantee], "reason": "client suivi", "answer": "refuse"}
    told = senior.post(reverse("policies:propose_renewal_answers"), sent, follow=True)
    mine = next(one for one in told.context["proposed"] if one.one.row.guarantee == guarantee)
    step = {"settlement": [mine.one.row.settlement], "step": "confirm"}
    answer = senior.post(reverse("policies:answer_renewal_proposals"), step, follow=True)
    assert "une autre personne" in text_of(answer)
    back = senior.post(reverse("policies:answer_renewal_proposals"), {**step, "step": "take_back"}, follow=True)
    assert guarantee in {shown.one.row.guarantee for shown in back.context["open"]}


def test_an_answer_without_a_reason_keeps_the_ticks_and_says_so(books):
    guarantee = running(books, then="8")
    ask_for_renewals(books.underwriter, [guarantee], on=OPENING_DAY)
    sent = {"guarantee": [guarantee], "reason": "", "answer": "approve"}
    answer = signed_in("underwriter").post(reverse("policies:propose_renewal_answers"), sent)
    assert answer.status_code == 422
    assert answer.context["chosen"] == [guarantee]
    assert set(answer.context["form"].errors) == {"reason"}


@pytest.mark.parametrize("who", ["broker", "auditor", "accountant"])
def test_answering_is_for_underwriters(books, who):
    for page in ("propose_renewal_answers", "answer_renewal_proposals"):
        assert signed_in(who).post(reverse(f"policies:{page}"), {}).status_code == 403
