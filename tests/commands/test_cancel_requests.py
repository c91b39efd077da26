"""Cancelling requests, one answer each; and who may touch a request at all: no broker without a mandate."""

from __future__ import annotations

import uuid

import pytest

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.models import Organisation
from capweb.audit.models import TrailEntry
from policies.commands.accept_offers import accept_offers
from policies.commands.cancel_requests import cancel_requests
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.settle_referred import RequestUnknown, Settlement, judge_again, settle_referred
from policies.commands.submit_limit_requests import submit_request
from policies.models import LimitRequest, Offer
from policies.queries import submissions
from reinsurance.queries.verification import verify_ledger
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.commands.test_request_to_ledger import NOON


@pytest.fixture(scope="module")
def cast(committed_once):
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    return cast


def asked(cast, *, grade=None, broker="courtage-du-port"):
    """A request of a broker's client: offered, or referred with grade 8."""
    actor = cast.actor()
    who = make.client(actor, broker_id=cast.organisations[broker].pk)
    whom = make.buyer(actor, grade=grade)
    make.notice(actor, who, whom)
    receipt = submit_request(actor, make.row_for(who, whom), key=uuid.uuid4().hex, on=OPENING_DAY)
    decide_submission(actor, receipt.public_id, on=OPENING_DAY, holder="tests")
    with acting(actor):
        return submissions.rows_of(actor, receipt.public_id)[0]


def status_of(cast, request):
    with acting(cast.actor()):
        return LimitRequest.objects.get(public_id=request).status


def test_many_are_cancelled_each_with_its_own_answer(cast):
    actor = cast.actor()
    offered, referred, granted = asked(cast), asked(cast, grade="8"), asked(cast)
    accept_offers(actor, [granted.offer], on=OPENING_DAY, at=NOON)
    wanted = [granted.request, offered.request, "req_unknown", referred.request]
    answers = cancel_requests(actor, wanted, on=OPENING_DAY)
    assert [(one.request, one.outcome, one.code) for one in answers] == [
        (granted.request, "failed", "request_closed"),
        (offered.request, "cancelled", ""),
        ("req_unknown", "failed", "request_unknown"),
        (referred.request, "cancelled", ""),
    ]
    with acting(actor):
        assert Offer.objects.get(public_id=offered.offer).status == "withdrawn"
        trail = TrailEntry.objects.filter(subject=offered.request).values_list("action", flat=True)
        assert list(trail)[-1] == "request.cancelled"
    assert status_of(cast, granted.request) == "granted"
    assert verify_ledger().agrees


def test_cancelling_twice_leaves_one_entry_in_the_trail(cast):
    actor, one = cast.actor(), asked(cast)
    for _ in range(2):
        assert cancel_requests(actor, [one.request], on=OPENING_DAY)[0].outcome == "cancelled"
    with acting(actor):
        assert TrailEntry.objects.filter(subject=one.request, action="request.cancelled").count() == 1


def test_a_broker_cancels_for_its_own_client_only(cast):
    one = asked(cast)
    stranger, own = cast.broker(organisation="cabinet-lemoine"), cast.broker()
    assert cancel_requests(stranger, [one.request], on=OPENING_DAY)[0].code == "request_unknown"
    assert status_of(cast, one.request) == "offered"
    assert cancel_requests(own, [one.request], on=OPENING_DAY)[0].outcome == "cancelled"


def test_an_auditor_cancels_nothing(cast):
    with pytest.raises(NotAllowed):
        cancel_requests(cast.actor(role="auditor"), ["req_x"], on=OPENING_DAY)


def test_a_broker_without_mandate_has_no_request_judged_again(cast):
    one = asked(cast, grade="8")
    with acting(cast.actor()):
        before = LimitRequest.objects.get(public_id=one.request).decision_id
    assert judge_again(cast.broker(organisation="cabinet-lemoine"), [one.request], on=OPENING_DAY) == []
    with acting(cast.actor()):
        assert LimitRequest.objects.get(public_id=one.request).decision_id == before
    assert len(judge_again(cast.broker(), [one.request], on=OPENING_DAY)) == 1


def test_another_insurers_request_is_not_settled(cast):
    one = asked(cast, grade="8")
    settlement = Settlement(one.request, approve=True, reason="tests")
    with pytest.raises(RequestUnknown):
        settle_referred(cast.actor("coface"), settlement, on=OPENING_DAY)
    assert status_of(cast, one.request) == "referred"
