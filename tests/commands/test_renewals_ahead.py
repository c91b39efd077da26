"""What renewals would give before they fall due, and the referred ones that two people answer (E9, D-7, D-35)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting
from capweb.accounts.models import Organisation
from capweb.audit.models import TrailEntry
from policies.commands import foresee_renewals
from policies.commands.accept_offers import accept_offers
from policies.commands.foresee_renewals import foresee, look_ahead, with_headroom
from policies.commands.renew_guarantees import ask_for_renewals, lapse_terms, renew_terms
from policies.commands.settle_renewals import (
    RenewalAnswer,
    SettlementUnknown,
    confirm_renewal_answers,
    propose_renewal_answers,
    take_back_renewal_answers,
    turn_down_renewal_answers,
)
from policies.commands.two_people import ConfirmedByAnother
from policies.domain.moves import IllegalMove
from policies.models import GuaranteeTerm, RenewalRequest, RenewalSettlement
from policies.queries import renewal_radar
from reinsurance.queries.verification import verify_ledger
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.handed_in import asked

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
END = date(2020, 9, 15)
BEFORE = date(2020, 8, 20)


@pytest.fixture(scope="module")
def cast(committed_once):
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    open_books(cast)
    make.enter_illustrative_tariffs(cast.actor())
    return cast


@pytest.fixture
def underwriter(cast):
    return make.person(cast.actor(), "underwriter")


@pytest.fixture
def senior(cast):
    return make.person(cast.actor(), "senior_underwriter")


def running(actor, *, total="50000", then=None, broker_id=None, on=OPENING_DAY, **rating):
    """A substitution on a buyer of grade 7 that ends on END; rated `then` afterwards. Its guarantee and the buyer."""
    who, whom = make.client(actor, broker_id=broker_id), make.buyer(actor)
    make.notice(actor, who, whom)
    row = asked(actor, make.row_for(who, whom, total=total), on=on)
    (answer,) = accept_offers(actor, [row.offer], on=on, at=NOON)
    if then is not None or rating:
        make.rated(actor, whom, on=date(2020, 8, 1), grade=then, **rating)
    return answer.guarantee


def foreseen(actor, *guarantees, on=BEFORE):
    with acting(actor):
        rows = renewal_radar.named(actor, guarantees, on=on)
        lines = with_headroom(foresee(actor, rows, on=on))
        found = {one.row.guarantee: one for one in lines}
    return [found[one] for one in guarantees]


def answer(guarantee, *, approve=True, amount=None, reason="client suivi"):
    return RenewalAnswer(guarantee=guarantee, approve=approve, reason=reason, amount=amount)


def night(actor, on=END):
    counts = {}

    def kept(more):
        for name, count in more.items():
            counts[name] = counts.get(name, 0) + count

    renew_terms(actor, on=on, at=NOON, kept=kept)
    lapse_terms(actor, on=on, kept=kept)
    return counts


def terms_of(actor, guarantee):
    with acting(actor):
        rows = GuaranteeTerm.objects.filter(guarantee__public_id=guarantee).order_by("sequence")
        return list(rows.values_list("status", "cover_first", "cover_end", "amount"))


def test_each_guarantee_is_told_what_todays_rules_would_give(underwriter):
    same = running(underwriter)
    larger = running(underwriter, total="100000", then="6")
    refused = running(underwriter, then="9")
    referred = running(underwriter, then="8")
    unlikely = running(underwriter, probability="0.07")
    kept, grown, gone, waits, out = foreseen(underwriter, same, larger, refused, referred, unlikely)
    assert (kept.outlook, kept.amount, kept.premium, kept.premium_change) == (
        "renewed",
        Decimal("50000.00"),
        Decimal("437.50"),
        Decimal("0.00"),
    )
    assert (grown.outlook, grown.amount) == ("renewed", Decimal("100000.00"))
    assert (gone.outlook, gone.amount, gone.premium) == ("refused", None, None)
    assert gone.reasons
    assert any("buyer.grade" in room.changed for room in gone.headroom)
    assert (waits.outlook, waits.referred_to, waits.approvable) == ("referred", "underwriter", Decimal("50000.00"))
    assert out.outlook == "refused"
    assert any(room.changed == {"buyer.default_probability": Decimal("0.06")} for room in out.headroom)


def test_a_worse_category_gives_less_for_a_lower_premium(underwriter):
    who, whom = make.client(underwriter), make.buyer(underwriter, grade="6")
    make.notice(underwriter, who, whom)
    row = asked(underwriter, make.row_for(who, whom, total="150000"))
    (accepted,) = accept_offers(underwriter, [row.offer], on=OPENING_DAY, at=NOON)
    make.rated(underwriter, whom, on=date(2020, 8, 1))
    (one,) = foreseen(underwriter, accepted.guarantee)
    assert (one.outlook, one.amount) == ("lower", Decimal("100000.00"))
    assert (one.row.premium, one.premium) == (Decimal("1312.50"), Decimal("875.00"))
    assert one.premium_change == Decimal("-437.50")
    assert [reason.verdict for reason in one.reasons] == ["cap"] * len(one.reasons)


def test_a_resumed_primary_leaves_nothing_to_renew(underwriter):
    who, whom = make.client(underwriter), make.buyer(underwriter)
    make.notice(underwriter, who, whom)
    row = asked(underwriter, make.row_for(who, whom))
    (accepted,) = accept_offers(underwriter, [row.offer], on=OPENING_DAY, at=NOON)
    make.notice(underwriter, who, whom, decision="grant", amount="80000", notified_on=date(2020, 8, 1))
    (one,) = foreseen(underwriter, accepted.guarantee)
    assert (one.outlook, one.why) == ("refused", "primary_resumed")


def test_looking_costs_a_fixed_number_of_queries_and_writes_nothing(underwriter):
    def cost(guarantees):
        with CaptureQueriesContext(connections["default"]) as seen:
            foreseen(underwriter, *guarantees)
        return seen.captured_queries

    one, other, *more = [running(underwriter, then=grade) for grade in ("8", None, "9", None)]
    cost([one])
    few, many = cost([one, other]), cost([one, other, *more])
    assert len(few) == len(many)
    assert not [query["sql"] for query in many if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_wave_is_told_by_week_and_product_with_what_would_become_of_it(cast, underwriter):
    coface = cast.actor("coface")
    make.enter_illustrative_tariffs(coface)
    for grade in (None, None, "1"):
        running(coface, total="40000", then=grade)
    with acting(coface):
        (week,), lines = look_ahead(coface, after=BEFORE, last=END, week=None, on=BEFORE)
        assert look_ahead(coface, after=BEFORE, last=END - timedelta(days=1), week=None, on=BEFORE) == ([], [])
        assert renewal_radar.wave(coface, after=BEFORE, last=END, on=BEFORE) == week.products
    assert len(lines) == 3
    assert week.week == date(2020, 9, 14)
    assert [(one.product, one.count, one.asked, one.amount) for one in week.products] == [
        ("cap_plus", 3, 0, Decimal("120000.00"))
    ]
    told = {outlook: (one.count, one.then) for outlook, one in week.outlooks.items()}
    assert told["renewed"] == (2, Decimal("80000.00"))
    assert sum(count for count, _ in told.values()) == 3


def test_a_wave_too_large_to_judge_is_counted_and_judged_week_by_week(cast, underwriter, monkeypatch):
    atradius = cast.actor("atradius")
    make.enter_illustrative_tariffs(atradius)
    for later in (0, 0, 8):
        running(atradius, on=OPENING_DAY + timedelta(days=later))
    monkeypatch.setattr(foresee_renewals, "MOST_JUDGED", 2)
    span = {"after": BEFORE, "last": END + timedelta(days=30), "on": BEFORE}
    with acting(atradius):
        weeks, lines = look_ahead(atradius, week=None, **span)
        assert ([week.count for week in weeks], lines) == ([2, 1], None)
        assert not any(week.outlooks for week in weeks)
        weeks, lines = look_ahead(atradius, week=weeks[0].week, **span)
    assert [bool(week.outlooks) for week in weeks] == [True, False]
    assert [one.outlook for one in lines] == ["renewed", "renewed"]


def test_a_broker_sees_the_guarantees_of_its_own_clients_alone(cast, underwriter):
    own = running(underwriter, broker_id=cast.organisations["cabinet-lemoine"].pk)
    stranger = running(underwriter)
    broker = cast.broker(organisation="cabinet-lemoine")
    with acting(broker):
        found = [row.guarantee for row in renewal_radar.lines(broker, after=BEFORE, last=END, on=BEFORE, limit=500)]
    assert own in found
    assert stranger not in found


def test_another_insurer_answers_no_renewal_of_ours(cast, underwriter):
    guarantee = running(underwriter, then="8")
    ask_for_renewals(underwriter, [guarantee], on=BEFORE)
    (told,) = propose_renewal_answers(cast.actor("coface"), [answer(guarantee)], on=BEFORE)
    assert told.code == "renewal_not_asked"


def test_a_referred_renewal_is_approved_by_two_people_and_follows_without_a_gap(underwriter, senior):
    guarantee, left = running(underwriter, then="8"), running(underwriter, then="8")
    ask_for_renewals(underwriter, [guarantee, left], on=BEFORE)
    (told,) = propose_renewal_answers(underwriter, [answer(guarantee, amount=Decimal(30000))], on=BEFORE)
    assert confirm_renewal_answers(senior, [told.settlement], on=BEFORE) == [guarantee]
    night(underwriter)
    assert terms_of(underwriter, guarantee) == [
        ("renewed", OPENING_DAY, END, Decimal("50000.00")),
        ("running", END, date(2020, 12, 15), Decimal("30000.00")),
    ]
    # Nobody answered for the other one: it is referred in the night, and lapses.
    assert terms_of(underwriter, left) == [("lapsed", OPENING_DAY, END, Decimal("50000.00"))]
    with acting(underwriter):
        outcomes = dict(RenewalRequest.objects.values_list("term__guarantee__public_id", "outcome"))
        told_of = set(TrailEntry.objects.filter(subject=left).values_list("action", flat=True))
    assert (outcomes[guarantee], outcomes[left]) == ("renewed", "referred")
    assert "renewal.referred" in told_of
    before = terms_of(underwriter, guarantee)
    assert "renewed" not in night(underwriter)
    assert terms_of(underwriter, guarantee) == before
    assert verify_ledger().agrees


def test_what_the_rules_refuse_by_then_is_refused_whatever_was_approved(underwriter, senior):
    who, whom = make.client(underwriter), make.buyer(underwriter)
    make.notice(underwriter, who, whom)
    row = asked(underwriter, make.row_for(who, whom))
    (accepted,) = accept_offers(underwriter, [row.offer], on=OPENING_DAY, at=NOON)
    make.rated(underwriter, whom, on=date(2020, 8, 1), grade="8")
    ask_for_renewals(underwriter, [accepted.guarantee], on=BEFORE)
    (told,) = propose_renewal_answers(underwriter, [answer(accepted.guarantee)], on=BEFORE)
    confirm_renewal_answers(senior, [told.settlement], on=BEFORE)
    make.rated(underwriter, whom, on=date(2020, 9, 10), grade="9")
    night(underwriter)
    assert [status for status, *_ in terms_of(underwriter, accepted.guarantee)] == ["lapsed"]
    with acting(underwriter):
        assert RenewalRequest.objects.get(term__guarantee__public_id=accepted.guarantee).outcome == "refused"


@pytest.mark.parametrize("how", ["proposed", "refused", "turned_down", "taken_back"])
def test_without_a_confirmed_approval_a_referred_renewal_lapses(underwriter, senior, how):
    guarantee = running(underwriter, then="8")
    ask_for_renewals(underwriter, [guarantee], on=BEFORE)
    (told,) = propose_renewal_answers(underwriter, [answer(guarantee, approve=how != "refused")], on=BEFORE)
    if how in ("refused", "taken_back"):
        confirm_renewal_answers(senior, [told.settlement], on=BEFORE)
    if how == "turned_down":
        turn_down_renewal_answers(senior, [told.settlement], on=BEFORE)
    if how == "taken_back":
        take_back_renewal_answers(underwriter, [told.settlement], on=BEFORE)
    night(underwriter)
    assert [status for status, *_ in terms_of(underwriter, guarantee)] == ["lapsed"]


def test_nobody_confirms_what_they_proposed_and_the_database_holds_it(underwriter, senior):
    guarantee = running(underwriter, then="8")
    ask_for_renewals(underwriter, [guarantee], on=BEFORE)
    (told,) = propose_renewal_answers(senior, [answer(guarantee)], on=BEFORE)
    with pytest.raises(ConfirmedByAnother):
        confirm_renewal_answers(senior, [told.settlement], on=BEFORE)
    with acting(senior):
        row = RenewalSettlement.objects.filter(public_id=told.settlement)
        for changed, constraint in [
            (
                {
                    "status": "confirmed",
                    "answered_by": "x",
                    "answered_on": BEFORE,
                    "answered_by_user_id": senior.user_id,
                },
                "renewal_settlement_by_four_eyes",
            ),
            (
                {"status": "confirmed", "answered_by": senior.name, "answered_on": BEFORE},
                "renewal_settlement_by_four_eyes",
            ),
            ({"amount": Decimal(1)}, "renewal_settlement_stands"),
            ({"status": "turned_down"}, "renewal_settlement_answered_by_somebody"),
        ]:
            with pytest.raises(IntegrityError) as caught, transaction.atomic():
                row.update(**changed)
            assert caught.value.__cause__.diag.constraint_name == constraint
    take_back_renewal_answers(senior, [told.settlement], on=BEFORE)
    with pytest.raises(IllegalMove):
        take_back_renewal_answers(senior, [told.settlement], on=BEFORE)
    with pytest.raises(SettlementUnknown):
        confirm_renewal_answers(senior, ["rst_unknown"], on=BEFORE)


def test_a_batch_of_answers_tells_of_each_why_it_was_not_taken(underwriter):
    ready, kept, unasked, twice = (running(underwriter, then=grade) for grade in ("8", None, "8", "8"))
    ask_for_renewals(underwriter, [ready, kept, twice], on=BEFORE)
    propose_renewal_answers(underwriter, [answer(twice)], on=BEFORE)
    wishes = [
        answer(ready, amount=Decimal("50000.01")),
        answer(ready, reason=" "),
        answer(kept),
        answer(unasked),
        answer("gar_unknown"),
        answer(twice),
        answer(ready),
        answer(ready),
    ]
    told = propose_renewal_answers(underwriter, wishes, on=BEFORE)
    assert [one.code for one in told] == [
        "above_maximum",
        "reason_missing",
        "not_referred_to_underwriter",
        "renewal_not_asked",
        "renewal_not_asked",
        "renewal_answered",
        "",
        "renewal_answered",
    ]
    assert all(one.message for one in told if one.code)
    assert told[6].settlement.startswith("rst_")
