"""The thread of the house: a file in, offers out, one accepted, counted in the ledger, renewed or lapsed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from capweb.accounts.acting import acting
from policies import tasks
from policies.commands.accept_offers import accept_offers, decline_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.open_night import open_night
from policies.commands.render_endorsements import render_endorsements
from policies.commands.renew_guarantees import ask_for_renewals
from policies.commands.settle_referred import AboveMaximum, NotReferredToYou, Settlement, settle_referred
from policies.commands.submit_limit_requests import submit_file
from policies.models import Endorsement, GuaranteeTerm, LimitRequest, Offer, RenderedEndorsement, SubmissionRow
from policies.queries import guarantees, requests
from reinsurance.queries.verification import verify_ledger
from tests import factories as make
from tests.books import TEN_BILLION, open_books, set_ceilings
from tests.cast import OPENING_DAY

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def world(committed, cast):
    open_books(cast)
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return actor


def hand_in(actor, rows, *, on=OPENING_DAY, name="demandes.csv"):
    receipt = submit_file(actor, make.csv_of(rows), file_name=name, media_type="text/csv", on=on)
    assert decide_submission(actor, receipt.public_id, on=on, holder="test")
    with acting(actor):
        return list(SubmissionRow.objects.filter(submission__public_id=receipt.public_id).order_by("line"))


def offers_of(actor):
    with acting(actor):
        return list(Offer.objects.order_by("pk").values_list("public_id", flat=True))


def ledger_agrees():
    found = verify_ledger()
    assert found.agrees, [check for check in found.checks if check.differences]


def test_every_row_of_a_file_ends_with_exactly_one_outcome(world):
    actor = world
    who = make.client(actor)
    refused_buyer, cut_buyer, case_by_case, unrated, good = (
        make.buyer(actor),
        make.buyer(actor),
        make.buyer(actor, grade="8"),
        make.buyer(actor, probability=None),
        make.buyer(actor, grade="9"),
    )
    for whom in (refused_buyer, case_by_case, unrated, good):
        make.notice(actor, who, whom)
    make.notice(actor, who, cut_buyer, decision="reduction", before="400000", amount="150000", effective_on=OPENING_DAY)
    stranger = make.buyer(actor)
    rows = hand_in(
        actor,
        [
            make.row_for(who, refused_buyer, total="300000", reference="a"),
            make.row_for(who, cut_buyer, total="400000", reference="b"),
            make.row_for(who, case_by_case, total="300000", reference="c"),
            make.row_for(who, unrated, total="300000", reference="d"),
            make.row_for(who, good, total="300000", reference="e"),
            make.row_for(who, stranger, total="300000", reference="f"),
        ],
    )
    outcomes = {row.client_reference: row.outcome for row in rows}
    assert outcomes == {"a": "offered", "b": "offered", "c": "referred", "d": "referred", "e": "refused", "f": "failed"}
    with acting(actor):
        amounts = dict(Offer.objects.values_list("limit_request__client_reference", "amount"))
        assert amounts == {"a": Decimal("100000.00"), "b": Decimal("75000.00")}
        waits = dict(LimitRequest.objects.filter(status="referred").values_list("client_reference", "referred_to"))
        assert waits == {"c": "underwriter", "d": "requester"}
    ledger_agrees()


def test_an_accepted_offer_becomes_a_ceded_guarantee_with_a_numbered_endorsement(world):
    actor = world
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom)
    hand_in(actor, [make.row_for(who, whom, total="300000")])
    (offer,) = offers_of(actor)
    (answer,) = accept_offers(actor, [offer], on=OPENING_DAY, at=NOON)
    assert (answer.outcome, answer.endorsement) == ("accepted", "EULER-HERMES-2020-000001")
    with acting(actor):
        term = GuaranteeTerm.objects.select_related("cession").get()
        assert (term.granted_first, term.granted_end) == (OPENING_DAY, date(2020, 9, 15))
        assert (term.amount, term.premium) == (Decimal("100000.00"), Decimal("875.00"))
        snapshot = Endorsement.objects.get().snapshot
        assert snapshot["amounts"]["granted"] == "100000.00"
    ledger_agrees()
    again = accept_offers(actor, [offer], on=OPENING_DAY, at=NOON)
    assert again[0].code == "offer_closed"


def test_a_declined_offer_gives_back_what_it_held(world):
    actor = world
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom)
    hand_in(actor, [make.row_for(who, whom)])
    (offer,) = offers_of(actor)
    assert decline_offers(actor, [offer], on=OPENING_DAY)[0].outcome == "declined"
    ledger_agrees()
    with acting(actor):
        assert LimitRequest.objects.get().status == "declined"


def test_the_same_file_sent_twice_is_one_submission(world):
    actor = world
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom)
    content = make.csv_of([make.row_for(who, whom)])
    first = submit_file(actor, content, file_name="a.csv", media_type=None, on=OPENING_DAY)
    second = submit_file(actor, content, file_name="b.csv", media_type=None, on=OPENING_DAY)
    assert (second.public_id, second.is_repeat) == (first.public_id, True)
    decide_submission(actor, first.public_id, on=OPENING_DAY, holder="one")
    decide_submission(actor, first.public_id, on=OPENING_DAY, holder="two")
    with acting(actor):
        assert LimitRequest.objects.count() == 1


def test_an_underwriter_settles_a_case_referred_to_an_underwriter_up_to_the_maximum(world):
    actor = world
    who, whom = make.client(actor), make.buyer(actor, grade="8")
    make.notice(actor, who, whom)
    hand_in(actor, [make.row_for(who, whom, total="300000")])
    with acting(actor):
        request = LimitRequest.objects.get().public_id
    too_much = Settlement(request=request, approve=True, reason="connu", amount=Decimal("100000.01"))
    with pytest.raises(AboveMaximum):
        settle_referred(actor, too_much, on=OPENING_DAY)
    settled = settle_referred(
        actor, Settlement(request=request, approve=True, reason="bien connu", amount=Decimal("80000")), on=OPENING_DAY
    )
    assert settled.status == "offered"
    (answer,) = accept_offers(actor, [settled.offer_public_id], on=OPENING_DAY, at=NOON)
    assert answer.outcome == "accepted"
    with acting(actor):
        assert GuaranteeTerm.objects.get().amount == Decimal("80000.00")
    with pytest.raises(NotReferredToYou):
        settle_referred(actor, Settlement(request=request, approve=True, reason="encore"), on=OPENING_DAY)
    ledger_agrees()


def test_a_refused_referral_ends_the_request_without_an_offer(world):
    actor = world
    who, whom = make.client(actor), make.buyer(actor, grade="8")
    make.notice(actor, who, whom)
    hand_in(actor, [make.row_for(who, whom, total="300000")])
    with acting(actor):
        request = LimitRequest.objects.get().public_id
    settled = settle_referred(actor, Settlement(request=request, approve=False, reason="trop risqué"), on=OPENING_DAY)
    assert (settled.status, settled.offer_public_id) == ("refused", None)


def test_a_missing_tariff_keeps_the_request_waiting_and_offers_nothing(committed, cast):
    open_books(cast)
    actor = cast.actor()
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom, decision="reduction", before="400000", amount="150000", effective_on=OPENING_DAY)
    hand_in(actor, [make.row_for(who, whom, total="400000")])
    with acting(actor):
        row = LimitRequest.objects.get()
        assert (row.status, row.referred_to, row.waits_for) == ("referred", "administrator", "tariff")
        assert not Offer.objects.exists()


def test_without_an_open_treaty_nothing_is_offered(committed, cast):
    set_ceilings(cast, {"domestic": TEN_BILLION})
    actor = cast.actor()
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom)
    hand_in(actor, [make.row_for(who, whom)])
    with acting(actor):
        assert LimitRequest.objects.get().waits_for == "treaty"


def test_what_was_asked_for_is_renewed_and_the_rest_lapses(world):
    actor = world
    who = make.client(actor)
    kept, left = make.buyer(actor), make.buyer(actor)
    for whom in (kept, left):
        make.notice(actor, who, whom)
    hand_in(actor, [make.row_for(who, kept), make.row_for(who, left)])
    answers = accept_offers(actor, offers_of(actor), on=OPENING_DAY, at=NOON)
    ask_for_renewals(actor, [answers[0].guarantee], on=date(2020, 9, 1))
    end = date(2020, 9, 15)
    report = open_night(end, at=NOON)
    assert report.ledger_differences == []
    done = report.insurers["euler-hermes"]
    assert (done["renewed"], done["lapsed"]) == (1, 1)
    with acting(actor):
        terms = list(GuaranteeTerm.objects.order_by("pk").values_list("status", "granted_first", "granted_end"))
    assert terms == [
        ("renewed", OPENING_DAY, end),
        ("lapsed", OPENING_DAY, end),
        ("running", end, date(2020, 12, 15)),
    ]
    ledger_agrees()
    again = open_night(end, at=NOON)
    assert again.is_repeat
    assert again.insurers["euler-hermes"] == done


def test_an_offer_nobody_answers_expires_in_the_night_and_frees_what_it_held(world):
    actor = world
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom)
    hand_in(actor, [make.row_for(who, whom)])
    open_night(date(2020, 6, 30), at=NOON)
    with acting(actor):
        assert Offer.objects.get().status == "expired"
        assert LimitRequest.objects.get().status == "expired"
    ledger_agrees()


def test_a_complement_follows_its_primary_down_and_ends_with_it(world):
    actor = world
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom, decision="reduction", before="400000", amount="150000", effective_on=OPENING_DAY)
    hand_in(actor, [make.row_for(who, whom, total="400000")])
    accept_offers(actor, offers_of(actor), on=OPENING_DAY, at=NOON)
    make.notice(
        actor, who, whom, decision="reduction", before="150000", amount="60000",
        notified_on=date(2020, 6, 20), effective_on=date(2020, 7, 20),
    )  # fmt: skip
    report = open_night(date(2020, 7, 20), at=NOON)
    assert report.insurers["euler-hermes"]["complements_reduced"] == 1
    with acting(actor):
        assert GuaranteeTerm.objects.get().amount == Decimal("30000.00")
    make.notice(
        actor, who, whom, decision="cessation", before="60000", amount="0",
        notified_on=date(2020, 7, 20), effective_on=date(2020, 8, 19),
    )  # fmt: skip
    report = open_night(date(2020, 8, 19), at=NOON)
    assert report.insurers["euler-hermes"]["complements_ended"] == 1
    with acting(actor):
        term = GuaranteeTerm.objects.get()
        assert (term.status, term.cover_end) == ("ended", date(2020, 8, 19))
        causes = list(Endorsement.objects.order_by("pk").values_list("cause", "position"))
    assert causes == [("grant", 1), ("primary_reduced", 2), ("primary_ended", 3)]
    ledger_agrees()


def test_every_endorsement_gets_its_pdf_once(world):
    actor = world
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom)
    hand_in(actor, [make.row_for(who, whom)])
    accept_offers(actor, offers_of(actor), on=OPENING_DAY, at=NOON)
    assert render_endorsements(actor) == 1
    assert render_endorsements(actor) == 0
    with acting(actor):
        assert RenderedEndorsement.objects.get().byte_count > 10_000


def test_documents_are_made_slice_by_slice_and_none_is_left_out(world, monkeypatch):
    """A worker that is asked to stop ends after the document that it is at; the message that it leaves goes on."""
    actor = world
    who = make.client(actor)
    for place in range(3):
        whom = make.buyer(actor)
        make.notice(actor, who, whom)
        hand_in(actor, [make.row_for(who, whom)], name=f"{place}.csv")
    accept_offers(actor, offers_of(actor), on=OPENING_DAY, at=NOON)
    assert render_endorsements(actor, go_on=lambda: False) == 1
    monkeypatch.setattr(tasks, "DOCUMENTS_SECONDS", 0.0)
    sent = []
    monkeypatch.setattr("capweb.audit.outbox.current_app.send_task", lambda task, **_: sent.append(task))
    for made, messages in ((2, 1), (3, 2), (3, 2)):
        tasks.render(insurer=actor.insurer_id)
        with acting(actor):
            assert RenderedEndorsement.objects.count() == made
        assert sent == ["policies.render_endorsements"] * messages


def test_a_broker_finds_the_policies_of_its_own_clients_only(world, cast):
    actor = world
    port = cast.organisations["courtage-du-port"].pk
    own, other = make.client(actor, broker_id=port), make.client(actor)
    whom = make.buyer(actor)
    make.notice(actor, own, whom)
    make.notice(actor, other, whom)
    rows = hand_in(cast.broker(), [make.row_for(own, whom, reference="own"), make.row_for(other, whom, reference="x")])
    assert {row.client_reference: row.outcome for row in rows} == {"own": "offered", "x": "failed"}
    assert rows[1].errors[0]["code"] == "unknown_policy"
    with acting(cast.broker()):
        page = requests.queue(cast.broker(), requests.QueueFilter(), on=OPENING_DAY)
        assert [line.client_reference for line in page.rows] == ["own"]
        assert len(guarantees.offers_open(cast.broker(), on=OPENING_DAY)) == 1
    lemoine = cast.broker(organisation="cabinet-lemoine")
    with acting(lemoine):
        assert requests.queue(lemoine, requests.QueueFilter(), on=OPENING_DAY).total == 0
