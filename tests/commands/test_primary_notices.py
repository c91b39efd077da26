"""Notice of the insurer's decisions on its own limit (D-29, E1 to E5): days, exceptional cases, letter, message."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.audit.models import TrailEntry
from capweb.kernel.errors import FieldErrors
from policies.commands.change_buyer_limits import LimitNotice, change_buyer_limits
from policies.commands.follow_primary import follow_primary
from policies.commands.handle_exceptions import NeedsTwoPeople
from policies.commands.opt_out import NoTopUps, opt_out
from policies.commands.settle_short_notices import ShortNoticeUnknown, Verdict, settle_short_notices
from policies.commands.subscribe_buyers import Subscription, subscribe_buyers
from policies.domain.letters import from_json
from policies.domain.moves import IllegalMove
from policies.models import BuyerLimit, Letter, Message, MessageDelivery, ShortNotice
from tests import factories as make
from tests.cast import OPENING_DAY

IN_TIME = OPENING_DAY + timedelta(days=30)


@pytest.fixture
def elise(db, cast):
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return make.person(actor, "underwriter")


@pytest.fixture
def serge(elise, cast):
    return make.person(elise, "senior_underwriter")


@pytest.fixture
def pair(elise, cast):
    """A client of the broker with a limit of 200,000 in the books on a buyer."""
    who = make.client(elise, broker_id=cast.organisations["courtage-du-port"].pk)
    whom = make.buyer(elise)
    make.notice(elise, who, whom, decision="grant", amount="200000", notified_on=date(2020, 1, 6))
    return who, whom


def decision(pair, **more):
    who, whom = pair
    given = LimitNotice(
        source_reference=f"D-{whom.id}",
        policy_number=who.policy_number,
        buyer_country=whom.country,
        buyer_identifier=whom.identifier,
        decision="cessation",
        amount_before=Decimal(200_000),
        amount=Decimal(0),
        notified_on=OPENING_DAY,
        effective_on=IN_TIME,
    )
    return replace(given, **more)


def faults(actor, *notices):
    with pytest.raises(FieldErrors) as wrong:
        change_buyer_limits(actor, notices, on=OPENING_DAY)
    return [(error.line, error.field, error.code) for error in wrong.value.errors]


def exceptional(pair, **more):
    return decision(
        pair,
        effective_on=OPENING_DAY,
        exceptional_case="fraud",
        exceptional_reason="factures en double, plainte du 12 juin",
        **more,
    )


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_an_end_of_cover_is_told_by_letter_and_message_with_the_top_up_and_its_price(elise, pair):
    taken = change_buyer_limits(elise, [decision(pair)], on=OPENING_DAY)
    (given,) = taken.letters
    assert (taken.new, given.effective_on) == (1, IN_TIME)
    with acting(elise):
        letter = Letter.objects.get(number=given.number)
        message = Message.objects.get(letter=letter)
        event = TrailEntry.objects.get(action="primary_notice.given", subject=letter.public_id)
    assert (message.template, message.recipient.code) == ("primary_notice", "courtage-du-port")
    assert "CAP+ possible pour 100 000 € à 875 € par trimestre" in plain(message.body)
    assert "avec effet le 15/07/2020" in plain(message.body)
    assert given.number in message.body
    assert (event.became["top_up"], event.became["effective_on"]) == ("100000.00", "2020-07-15")
    said = from_json(__import__("json").dumps(letter.snapshot).encode())
    assert (said.top_up.amount, said.top_up.premium, said.notice_days) == (Decimal("100000.00"), Decimal("875.00"), 30)


@pytest.mark.parametrize(
    ("days", "taken"),
    [(29, False), (30, True)],
)
def test_the_thirtieth_day_after_the_notice_is_the_first_on_which_a_cut_counts(elise, pair, days, taken):
    one = decision(pair, effective_on=OPENING_DAY + timedelta(days=days))
    if taken:
        assert change_buyer_limits(elise, [one], on=OPENING_DAY).new == 1
    else:
        assert faults(elise, one) == [(1, "effective_on", "notice_too_short")]


def test_what_cuts_nothing_needs_no_notice(elise, pair, cast):
    who = pair[0]
    fresh = [make.buyer(elise) for _ in range(2)]
    same_day = {"effective_on": OPENING_DAY}
    notices = [
        # A refusal of a new request; a limit first heard of when it was reduced; a raise of one that stands.
        decision((who, fresh[0]), decision="refusal", amount_before=Decimal(0), **same_day),
        decision((who, fresh[1]), decision="reduction", amount=Decimal(50_000), **same_day),
        decision(pair, decision="grant", amount=Decimal(300_000), **same_day),
    ]
    taken = change_buyer_limits(elise, notices, on=OPENING_DAY)
    assert (taken.new, len(taken.letters), taken.waiting) == (3, 3, [])


def test_an_earlier_line_of_the_same_feed_is_what_a_cut_is_measured_by(elise):
    pair = make.client(elise), make.buyer(elise)
    grant = decision(
        pair, source_reference="G", decision="grant", amount=Decimal(90_000), effective_on=OPENING_DAY,
        amount_before=Decimal(0),
    )  # fmt: skip
    cut = decision(pair, source_reference="C", effective_on=OPENING_DAY + timedelta(days=1))
    assert faults(elise, grant, cut) == [(2, "effective_on", "notice_too_short")]


def test_an_opening_state_is_told_to_nobody_and_is_none_where_the_books_know_better(elise, pair):
    unknown = make.client(elise), make.buyer(elise)
    state = decision(unknown, effective_on=OPENING_DAY, is_opening_state=True)
    assert change_buyer_limits(elise, [state], on=OPENING_DAY).letters == []
    assert faults(elise, decision(pair, is_opening_state=True)) == [(1, "is_opening_state", "not_the_opening_state")]


def test_nothing_is_notified_on_a_day_to_come(elise, pair):
    tomorrow = OPENING_DAY + timedelta(days=1)
    late = decision(pair, notified_on=tomorrow, effective_on=tomorrow + timedelta(days=30))
    assert faults(elise, late) == [(1, "notified_on", "not_notified_yet")]


def test_an_exceptional_case_has_a_known_name_and_a_reason(elise, pair):
    assert faults(elise, replace(exceptional(pair), exceptional_reason=" ")) == [(1, "exceptional_reason", "required")]
    assert faults(elise, replace(exceptional(pair), exceptional_case="doubt")) == [
        (1, "exceptional_case", "unknown_case")
    ]


def test_an_exceptional_case_waits_for_a_second_person_and_nothing_is_told_before(elise, serge, pair):
    taken = change_buyer_limits(elise, [exceptional(pair)], on=OPENING_DAY)
    (waiting,) = taken.waiting
    assert (taken.new, taken.letters) == (1, [])
    with acting(elise):
        assert not BuyerLimit.objects.filter(source_reference=waiting.source_reference).exists()
        assert not Message.objects.exists()
    tomorrow = OPENING_DAY + timedelta(days=1)
    verdict = Verdict(case=waiting.public_id, is_confirmed=True, answer="plainte vue")
    (given,) = settle_short_notices(serge, [verdict], on=tomorrow)
    # It was to count on the opening day and was confirmed the day after: not before that.
    assert given.effective_on == tomorrow
    with acting(elise):
        limit = BuyerLimit.objects.get(source_reference=waiting.source_reference)
        message = Message.objects.get(buyer_limit=limit)
        actions = list(TrailEntry.objects.filter(subject=waiting.public_id).order_by("pk").values_list("action"))
    assert (limit.effective_on, limit.booked_on) == (tomorrow, tomorrow)
    assert "Cas exceptionnel (fraude)" in message.body
    assert actions == [("short_notice.asked",), ("short_notice.confirmed",)]
    with pytest.raises(IllegalMove):
        settle_short_notices(serge, [verdict], on=tomorrow)


def test_who_asked_for_a_cut_at_short_notice_never_confirms_it(elise, serge, pair):
    (waiting,) = change_buyer_limits(serge, [exceptional(pair)], on=OPENING_DAY).waiting
    verdict = Verdict(case=waiting.public_id, is_confirmed=True)
    with pytest.raises(NeedsTwoPeople):
        settle_short_notices(serge, [verdict], on=OPENING_DAY)
    with pytest.raises(NotAllowed):
        settle_short_notices(elise, [verdict], on=OPENING_DAY)
    with acting(serge), pytest.raises(IntegrityError, match="short_notice_by_four_eyes"), transaction.atomic():
        ShortNotice.objects.filter(public_id=waiting.public_id).update(
            status="rejected", decided_by="another name", decided_by_user_id=serge.user_id, decided_on=OPENING_DAY
        )


def test_a_rejected_case_decides_nothing(elise, serge, pair):
    (waiting,) = change_buyer_limits(elise, [exceptional(pair)], on=OPENING_DAY).waiting
    verdict = Verdict(case=waiting.public_id, is_confirmed=False, answer="aucune preuve")
    assert settle_short_notices(serge, [verdict], on=OPENING_DAY) == []
    with acting(elise):
        assert not BuyerLimit.objects.filter(source_reference=waiting.source_reference).exists()
        assert not Letter.objects.exists()
    with pytest.raises(ShortNoticeUnknown):
        settle_short_notices(serge, [Verdict(case="sho_404", is_confirmed=False)], on=OPENING_DAY)


def test_a_decision_sent_again_is_known_whether_it_waits_or_counts(elise, pair):
    other = pair[0], make.buyer(elise)
    feed = [exceptional(pair), decision(other, decision="refusal", amount_before=Decimal(0))]
    change_buyer_limits(elise, feed, on=OPENING_DAY)
    again = change_buyer_limits(elise, feed, on=OPENING_DAY)
    assert (again.new, again.letters, again.waiting) == (0, [], [])


def test_a_buyer_that_asked_for_it_is_told_of_a_cut_and_of_nothing_else(elise, pair, cast):
    who, whom = pair
    refused = make.buyer(elise)
    subscribe_buyers(
        elise,
        [
            Subscription(
                source_reference=f"S-{one.id}", buyer_country="FR", buyer_identifier=one.identifier,
                address=f"compta@{one.identifier}.example", effective_on=OPENING_DAY,
            )
            for one in (whom, refused)
        ],
        on=OPENING_DAY,
    )  # fmt: skip
    feed = [decision(pair), decision((who, refused), decision="refusal", amount_before=Decimal(0))]
    change_buyer_limits(elise, feed, on=OPENING_DAY)
    with acting(elise):
        (told,) = Message.objects.filter(template="buyer_notice")
        (mail,) = MessageDelivery.objects.filter(message=told)
    assert (told.to_buyer_id, told.recipient_id) == (whom.id, None)
    assert mail.address == f"compta@{whom.identifier}.example"
    # Neither the supplier nor what it had is named to the buyer.
    assert "Fournisseur" not in told.body
    assert "200" not in plain(told.body).replace("2020", "").replace(whom.identifier, "")
    ended = Subscription(
        source_reference="S-end", buyer_country="FR", buyer_identifier=whom.identifier, address="",
        effective_on=OPENING_DAY,
    )  # fmt: skip
    subscribe_buyers(elise, [ended], on=OPENING_DAY)
    change_buyer_limits(elise, [decision(pair, source_reference="again", amount_before=Decimal(0))], on=OPENING_DAY)
    with acting(elise):
        assert Message.objects.filter(template="buyer_notice").count() == 1


def test_who_declined_top_ups_is_proposed_none(elise, pair):
    opt_out(elise, [NoTopUps(policy_number=pair[0].policy_number)], on=OPENING_DAY)
    taken = change_buyer_limits(elise, [decision(pair)], on=OPENING_DAY)
    assert [one.outcome for one in taken.top_ups] == ["opted_out"]
    with acting(elise):
        assert "possible pour" not in Message.objects.get().body


def test_a_feed_of_many_costs_as_many_queries_as_one(elise, cast):
    broker = cast.organisations["courtage-du-port"].pk

    def queries(count):
        pairs = [(make.client(elise, broker_id=broker), make.buyer(elise)) for _ in range(count)]
        feed = [decision(one, decision="refusal", amount_before=Decimal(0)) for one in pairs]
        with CaptureQueriesContext(connections["default"]) as captured:
            assert change_buyer_limits(elise, feed, on=OPENING_DAY).new == count
        return len(captured)

    queries(1)
    assert queries(2) == queries(20)


def test_a_complement_follows_its_primary_on_the_day_the_notice_has_run_and_not_before(elise, pair):
    change_buyer_limits(elise, [decision(pair)], on=OPENING_DAY)
    at = __import__("datetime").datetime(2020, 7, 14, 1, tzinfo=__import__("datetime").UTC)
    assert follow_primary(elise, on=IN_TIME - timedelta(days=1), at=at) == {"reduced": 0, "ended": 0}
