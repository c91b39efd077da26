"""A refused or reduced request before the mediator (E29), and the policyholder that wants no top-ups (E6)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.models import Organisation
from capweb.audit.models import TrailEntry
from capweb.kernel.errors import FieldErrors
from policies.commands.change_buyer_limits import RatingNotice, record_buyer_ratings
from policies.commands.handle_mediations import (
    BuyerAskedForAnew,
    MediationAnswer,
    MediationDoesNotFit,
    MediationOpen,
    MediationUnknown,
    Referral,
    answer_mediations,
    open_mediations,
    withdraw_mediations,
)
from policies.commands.opt_out import NoTopUps, OptOutUnknown, opt_out, revoke_opt_outs
from policies.commands.settle_referred import RequestUnknown
from policies.domain.moves import IllegalMove
from policies.models import LimitRequest, MediationDossier, Offer
from policies.queries import mediations, opt_outs
from reinsurance.queries.verification import verify_ledger
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.handed_in import asked


@pytest.fixture(scope="module")
def cast(committed_once):
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    make.enter_illustrative_tariffs(cast.actor())
    return cast


@pytest.fixture
def elise(cast):
    return cast.actor()


def case(actor, *, grade=None, total="50000", broker=None):
    who, whom = make.client(actor, broker_id=broker), make.buyer(actor, grade=grade)
    make.notice(actor, who, whom)
    return who, whom, asked(actor, make.row_for(who, whom, total=total))


def refused(actor, **more):
    """Grade 9 is outside of the grid: refused."""
    return case(actor, grade="9", **more)


def referred_to_mediator(actor, row, *, referred_on=OPENING_DAY, on=OPENING_DAY):
    referral = Referral(request=row.request, referred_on=referred_on, reason="commandes en cours", reference="MED-1")
    return open_mediations(actor, [referral], on=on)[0]


def answered(actor, dossier, *, changed, on=OPENING_DAY):
    answer = MediationAnswer(dossier=dossier, changed=changed, answer="examiné à nouveau")
    return answer_mediations(actor, [answer], on=on)[0]


def request_of(actor, row):
    with acting(actor):
        return LimitRequest.objects.get(public_id=row.request)


def test_the_clock_ends_five_calendar_days_after_the_referral(elise):
    _, _, row = refused(elise)
    dossier = referred_to_mediator(elise, row, referred_on=OPENING_DAY - timedelta(days=2))
    with acting(elise):
        assert MediationDossier.objects.get(public_id=dossier).due_on == date(2020, 6, 18)


def test_overdue_ones_come_first_and_say_so(elise):
    late = referred_to_mediator(elise, refused(elise)[2], referred_on=OPENING_DAY - timedelta(days=9))
    referred_to_mediator(elise, refused(elise)[2])
    with acting(elise):
        rows = mediations.listed(elise, on=OPENING_DAY).rows
        assert mediations.overdue(elise, on=OPENING_DAY) == 1
    assert (rows[0].public_id, rows[0].is_overdue, rows[0].days_left) == (late, True, -4)
    assert not rows[1].is_overdue
    assert [one.due_on for one in rows if one.status == "opened"] == sorted(
        one.due_on for one in rows if one.status == "opened"
    )


def test_a_decision_maintained_leaves_the_request_refused(elise):
    _, _, row = refused(elise)
    dossier = referred_to_mediator(elise, row)
    assert answered(elise, dossier, changed=False) == "refused"
    with acting(elise):
        trail = list(TrailEntry.objects.filter(subject=dossier).order_by("id").values_list("action", flat=True))
    assert trail == ["mediation.opened", "mediation.maintained"]
    with pytest.raises(IllegalMove):
        answered(elise, dossier, changed=True)


def test_a_decision_changed_is_judged_anew_on_what_is_known_now(elise):
    _, whom, row = refused(elise)
    dossier = referred_to_mediator(elise, row)
    better = RatingNotice(
        source_reference=f"reviewed {whom.id}",
        buyer_country="FR",
        buyer_identifier=whom.identifier,
        effective_on=OPENING_DAY,
        grade="7",
        default_probability=Decimal("0.04"),
    )
    record_buyer_ratings(elise, [better], on=OPENING_DAY)
    assert answered(elise, dossier, changed=True) == "offered"
    with acting(elise):
        assert MediationDossier.objects.get(public_id=dossier).judged_status == "offered"
        assert Offer.objects.get(limit_request__public_id=row.request).amount == Decimal("50000.00")


def test_a_reduced_offer_ends_when_it_is_judged_anew_and_gives_back_its_hold(elise):
    _, _, row = case(elise, total="300000")
    dossier = referred_to_mediator(elise, row)
    assert answered(elise, dossier, changed=True) == "offered"
    with acting(elise):
        states = list(
            Offer.objects.filter(limit_request__public_id=row.request).order_by("pk").values_list("status", flat=True)
        )
    assert states == ["withdrawn", "live"]
    assert verify_ledger().agrees


def test_what_was_neither_refused_nor_reduced_is_not_before_the_mediator(elise):
    _, _, row = case(elise)
    with pytest.raises(MediationDoesNotFit):
        referred_to_mediator(elise, row)


def test_a_request_is_before_the_mediator_once(elise):
    _, _, row = refused(elise)
    first = referred_to_mediator(elise, row)
    with pytest.raises(MediationOpen):
        referred_to_mediator(elise, row)
    withdraw_mediations(elise, [first], on=OPENING_DAY)
    assert referred_to_mediator(elise, row) != first


def test_the_old_request_is_not_judged_beside_a_new_one(elise):
    who, whom, row = refused(elise)
    dossier = referred_to_mediator(elise, row)
    with acting(elise):
        from policies.models import BuyerRating

        BuyerRating.objects.create(
            insurer_id=elise.insurer_id, buyer_id=whom.id, grade="7", default_probability="0.04",
            effective_on=OPENING_DAY, booked_on=OPENING_DAY, source_reference=f"again {whom.id}",
        )  # fmt: skip
    asked(elise, make.row_for(who, whom))
    with pytest.raises(BuyerAskedForAnew):
        answered(elise, dossier, changed=True)
    assert request_of(elise, row).status == "refused"


def test_a_referral_of_tomorrow_is_not_known(elise):
    _, _, row = refused(elise)
    with pytest.raises(FieldErrors):
        referred_to_mediator(elise, row, referred_on=OPENING_DAY + timedelta(days=1))


def test_a_broker_tells_it_for_its_client_and_the_desk_answers(cast, elise):
    _, _, row = refused(elise, broker=cast.organisations["courtage-du-port"].pk)
    brune, luc = cast.broker(), cast.broker(organisation="cabinet-lemoine")
    with pytest.raises(RequestUnknown):
        referred_to_mediator(luc, row)
    dossier = referred_to_mediator(brune, row)
    with pytest.raises(NotAllowed):
        answered(brune, dossier, changed=False)
    with pytest.raises(MediationUnknown):
        answered(cast.actor("coface"), dossier, changed=False)
    with pytest.raises(MediationUnknown):
        withdraw_mediations(luc, [dossier], on=OPENING_DAY)
    with acting(luc):
        assert all(one.public_id != dossier for one in mediations.listed(luc, on=OPENING_DAY).rows)


def test_who_wants_no_top_ups_is_proposed_none_until_that_is_taken_back(elise):
    who, whom = make.client(elise), make.buyer(elise)
    make.notice(elise, who, whom)
    (choice,) = opt_out(elise, [NoTopUps(policy_number=who.policy_number)], on=OPENING_DAY)
    row = asked(elise, make.row_for(who, whom))
    assert (row.outcome, row.request) == ("failed", None)
    assert choice in str(row.errors)
    revoke_opt_outs(elise, [choice], on=OPENING_DAY + timedelta(days=1))
    assert asked(elise, make.row_for(who, whom), on=OPENING_DAY + timedelta(days=1)).outcome == "offered"
    with pytest.raises(OptOutUnknown):
        revoke_opt_outs(elise, [choice], on=OPENING_DAY)


def test_opting_out_of_one_buyer_leaves_the_others(elise):
    who, whom, other = make.client(elise), make.buyer(elise), make.buyer(elise)
    for one in (whom, other):
        make.notice(elise, who, one)
    wish = NoTopUps(policy_number=who.policy_number, buyer_country="FR", buyer_identifier=whom.identifier)
    assert opt_out(elise, [wish], on=OPENING_DAY) == opt_out(elise, [wish], on=OPENING_DAY)
    assert asked(elise, make.row_for(who, whom)).outcome == "failed"
    assert asked(elise, make.row_for(who, other)).outcome == "offered"
    with acting(elise):
        pairs = [(who.policy_id, whom.id), (who.policy_id, other.id)]
        assert list(opt_outs.opted_out(elise, pairs, on=OPENING_DAY)) == pairs[:1]
        assert opt_outs.opted_out(elise, pairs, on=OPENING_DAY - timedelta(days=1)) == {}


def test_a_broker_opts_out_for_its_own_clients_only(cast, elise):
    who = make.client(elise, broker_id=cast.organisations["courtage-du-port"].pk)
    with pytest.raises(FieldErrors):
        opt_out(
            cast.broker(organisation="cabinet-lemoine"), [NoTopUps(policy_number=who.policy_number)], on=OPENING_DAY
        )
    (choice,) = opt_out(cast.broker(), [NoTopUps(policy_number=who.policy_number)], on=OPENING_DAY)
    with pytest.raises(OptOutUnknown):
        revoke_opt_outs(cast.broker(organisation="cabinet-lemoine"), [choice], on=OPENING_DAY)
