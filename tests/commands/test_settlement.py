"""Settlement: the reinsurer answers its lines, a statement settles what it acknowledged, payments meet statements."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import NotAllowed, PlatformActor
from reinsurance.commands import settlement_refusals as refused
from reinsurance.commands.answer_lines import GivenAnswer, answer_lines, answer_matching, answer_outcomes
from reinsurance.commands.book_payments import PaymentOrder, book_payments, match_credits
from reinsurance.commands.state_account import state_account
from reinsurance.models import (
    AccountStatement,
    BordereauLine,
    LedgerAccount,
    LineAnswer,
    Payment,
    PaymentMatch,
    SettledLine,
    Treaty,
    TreatyTerms,
)
from reinsurance.queries import settlements
from reinsurance.queries.line_answers import LineFilter, answered_bordereaux, line_rows
from reinsurance.queries.verification import verify_ledger
from tests.closing import AUTUMN, SPRING, SUMMER, close, live_through_2020, substitution_of

pytestmark = pytest.mark.usefixtures("committed")
TODAY = date(2021, 1, 15)


@pytest.fixture
def accountant(committed, cast):
    return live_through_2020(cast)


@pytest.fixture
def closed(accountant):
    """Every bordereau of the year, by period and kind."""
    return {
        (period, kind): one for period in (SPRING, SUMMER, AUTUMN) for kind, one in close(accountant, period).items()
    }


@pytest.fixture
def ccr(cast):
    return _reinsurer(cast, "ccr")


def _reinsurer(cast, code):
    return PlatformActor(name=f"{code}@{code}.example", role="reinsurer", organisation_id=cast.organisations[code].pk)


def _answer(actor, *answers, on=TODAY):
    with acting_as_platform():
        return answer_lines(actor, answers, on=on)


def _all(actor, bordereau, answer="acknowledged", **more):
    with acting_as_platform():
        return answer_matching(actor, LineFilter(bordereau=bordereau), answer=answer, on=TODAY, **more)


def _state(actor, *, up_to=date(2020, 12, 31), on=TODAY):
    with acting(actor):
        return state_account(actor, [substitution_of(actor)], up_to=up_to, on=on)


def _pay(actor, *payments, on=TODAY):
    with acting(actor):
        return book_payments(actor, payments, on=on)


def _payment(actor, reference, amount, *, direction="paid", paid_on=TODAY, **more):
    return PaymentOrder(
        treaty_id=substitution_of(actor),
        reference=reference,
        direction=direction,
        amount=Decimal(amount),
        paid_on=paid_on,
        **more,
    )


def _balance(actor, account_class):
    with acting(actor):
        account = LedgerAccount.objects.get(treaty__public_id=substitution_of(actor), account_class=account_class)
    return account.credits_posted - account.debits_posted


def _settlement_days(actor, days):
    with acting(actor):
        last = TreatyTerms.objects.filter(treaty__public_id=substitution_of(actor)).latest("first_day")
        last.pk, last.first_day, last.settlement_days = None, last.first_day + timedelta(days=1), days
        last.booked_on = TODAY
    with acting_as_platform() as alias:
        last.save(using=alias, force_insert=True)


def test_the_statement_settles_exactly_the_current_account_of_what_was_acknowledged(accountant, closed, ccr):
    owed = _balance(accountant, "current_account")
    for one in closed.values():
        _all(ccr, one.public_id)
    (receipt,) = _state(accountant)
    assert receipt.balance == owed != 0
    assert _balance(accountant, "current_account") == 0
    assert _balance(accountant, "settlement") == owed
    with acting(accountant):
        moved = BordereauLine.objects.exclude(current_account_change=0)
        assert receipt.line_count == moved.count() == SettledLine.objects.count()
        assert sum(moved.values_list("current_account_change", flat=True)) == owed
    assert _state(accountant) == []
    assert verify_ledger().agrees


def test_a_disputed_line_stays_out_until_it_is_acknowledged(accountant, closed, ccr):
    bordereau = closed[SPRING, "premium"].public_id
    _all(ccr, bordereau)
    _answer(ccr, GivenAnswer(bordereau=bordereau, line=1, answer="disputed", reason="amount", note="trop"))
    (first,) = _state(accountant)
    with acting(accountant):
        (dispute,) = settlements.disputed_lines(accountant)
        assert (dispute.number, dispute.reason, dispute.note) == (1, "amount", "trop")
        (sums,) = settlements.open_line_sums(accountant)
    assert sums.disputed == 1
    _answer(ccr, GivenAnswer(bordereau=bordereau, line=1, answer="acknowledged"))
    (second,) = _state(accountant)
    assert second.line_count == 1
    with acting(accountant):
        line = BordereauLine.objects.get(bordereau__public_id=bordereau, number=1)
    assert second.balance == line.current_account_change
    assert first.public_id != second.public_id


def test_the_last_answer_holds_and_the_same_one_again_changes_nothing(accountant, closed, ccr):
    bordereau = closed[SPRING, "premium"].public_id
    given = GivenAnswer(bordereau=bordereau, line=2, answer="disputed", reason="told_twice")
    first, second = _answer(ccr, given, given)
    assert (first.is_repeat, second.is_repeat) == (False, True)
    with acting(accountant):
        assert LineAnswer.objects.count() == 1
        rows = {row.number: row.state for row in line_rows(accountant, LineFilter(bordereau=bordereau))}
    assert rows[2] == "disputed"
    assert rows[1] == "none"


def test_a_settled_line_is_answered_no_more(accountant, closed, ccr):
    bordereau = closed[SPRING, "premium"].public_id
    _all(ccr, bordereau)
    _state(accountant)
    with pytest.raises(refused.LineSettled):
        _answer(ccr, GivenAnswer(bordereau=bordereau, line=1, answer="disputed", reason="amount"))


def test_a_reinsurer_answers_lines_of_its_own_treaties_only(accountant, closed, cast):
    bordereau = closed[SPRING, "premium"].public_id
    with pytest.raises(refused.LineUnknown):
        _answer(_reinsurer(cast, "bpifrance"), GivenAnswer(bordereau=bordereau, line=1, answer="acknowledged"))
    assert _all(_reinsurer(cast, "bpifrance"), bordereau) == 0
    with pytest.raises(NotAllowed):
        _all(cast.operator, bordereau)


def test_a_dispute_names_a_listed_reason_and_an_acknowledgement_none(closed, ccr):
    bordereau = closed[SPRING, "premium"].public_id
    bad = [
        GivenAnswer(bordereau=bordereau, line=1, answer="disputed"),
        GivenAnswer(bordereau=bordereau, line=1, answer="disputed", reason="other"),
        GivenAnswer(bordereau=bordereau, line=1, answer="acknowledged", reason="amount"),
        GivenAnswer(bordereau=bordereau, line=1, answer="perhaps"),
        GivenAnswer(bordereau=bordereau, line=999, answer="acknowledged"),
    ]
    with acting_as_platform():
        outcomes = answer_outcomes(
            ccr, [*bad, GivenAnswer(bordereau=bordereau, line=1, answer="acknowledged")], on=TODAY
        )
    assert [getattr(one, "code", "written") for one in outcomes] == [
        *["dispute_says_nothing"] * 3,
        "answer_unknown",
        "line_unknown",
        "written",
    ]


def test_an_insurer_cannot_answer_for_its_reinsurer_whatever_it_writes(accountant, closed):
    with acting(accountant):
        line = BordereauLine.objects.first()
    with pytest.raises(ProgrammingError, match="permission denied"), acting(accountant):
        LineAnswer.objects.create(
            insurer_id=accountant.insurer_id,
            line=line,
            position=1,
            answer="acknowledged",
            answered_by="x",
            booked_on=TODAY,
        )


def test_the_database_settles_no_line_that_is_not_acknowledged_nor_one_twice(accountant, closed, ccr):
    with acting(accountant):
        treaty = Treaty.objects.get(public_id=substitution_of(accountant))
        line = BordereauLine.objects.get(bordereau__public_id=closed[SPRING, "premium"].public_id, number=1)
        facts = {
            "insurer_id": accountant.insurer_id,
            "treaty": treaty,
            "up_to": TODAY,
            "line_count": 1,
            "premium_amount": 1,
            "commission_amount": 0,
            "indemnity_amount": 0,
            "recovery_amount": 0,
            "booked_on": TODAY,
        }
        statement = AccountStatement.objects.create(public_id="stm_x", **facts)
    settled = {"insurer_id": accountant.insurer_id, "statement": statement, "line": line}
    with pytest.raises(IntegrityError, match="is not acknowledged"), acting(accountant):
        SettledLine.objects.create(**settled)
    _all(ccr, closed[SPRING, "premium"].public_id)
    _state(accountant)
    with pytest.raises(IntegrityError, match="line_settled_once"), acting(accountant):
        SettledLine.objects.create(**settled)
    with pytest.raises(IntegrityError, match="settled already"), acting_as_platform() as alias:
        LineAnswer.objects.using(alias).create(
            insurer_id=accountant.insurer_id,
            line_id=line.pk,
            position=2,
            answer="disputed",
            reason="amount",
            answered_by="x",
            booked_on=TODAY,
        )


def test_a_statement_is_due_when_the_treaty_says_so_and_never_otherwise(accountant, closed, ccr):
    _all(ccr, closed[SPRING, "premium"].public_id)
    (without,) = _state(accountant)
    assert without.due_on is None
    _settlement_days(accountant, 30)
    _all(ccr, closed[SUMMER, "premium"].public_id)
    (receipt,) = _state(accountant)
    assert receipt.due_on == TODAY + timedelta(days=30)
    with acting(accountant):
        rows = settlements.statements(accountant, on=TODAY)
    assert [row.age(on=TODAY + timedelta(days=62)) for row in rows] == ["no_due_day", "to_60"]
    (aged,) = settlements.ageing(rows, on=TODAY + timedelta(days=121))
    assert aged.total == sum(row.balance for row in rows)
    assert aged.amounts[0] == without.balance
    assert aged.amounts[5] == receipt.balance


def test_payments_meet_the_oldest_statement_first_in_part_and_the_rest_is_credit(accountant, closed, ccr):
    for period in (SPRING, SUMMER):
        _all(ccr, closed[period, "premium"].public_id)
        _state(accountant, up_to=period.end - timedelta(days=1))
    with acting(accountant):
        older, newer = settlements.statements(accountant, on=TODAY)
    assert older.balance > 0
    assert newer.balance > 0
    half, both = older.balance / 2, older.balance / 2 + newer.balance
    first, second = _pay(
        accountant,
        _payment(accountant, "VIR-1", half.quantize(Decimal("0.01"))),
        _payment(accountant, "VIR-2", (both + 10).quantize(Decimal("0.01"))),
    )
    assert [name for name, _ in first.matched] == [older.public_id]
    assert [name for name, _ in second.matched] == [older.public_id, newer.public_id]
    with acting(accountant):
        assert [row.open_amount for row in settlements.statements(accountant, on=TODAY)] == [0, 0]
        left = sum(row.unmatched for row in settlements.payments(accountant, on=TODAY))
    assert left == second.unmatched > 0
    assert _balance(accountant, "settlement") == -left
    # The credit waits for the next statement in the insurer's disfavour.
    with acting(accountant):
        assert match_credits(accountant, [substitution_of(accountant)], on=TODAY) == 0
    _all(ccr, closed[AUTUMN, "recoveries"].public_id)
    (third,) = _state(accountant)
    with acting(accountant):
        assert match_credits(accountant, [substitution_of(accountant)], on=TODAY) == min(left, third.balance)
    assert verify_ledger().agrees


def test_what_the_reinsurer_owes_is_paid_by_what_is_received(accountant, closed, ccr):
    _all(ccr, closed[AUTUMN, "claims"].public_id)
    (receipt,) = _state(accountant)
    assert receipt.balance < 0
    (paid,) = _pay(accountant, _payment(accountant, "VIR-1", "1.00"))
    assert paid.unmatched == Decimal("1.00")
    (received,) = _pay(accountant, _payment(accountant, "VIR-2", -receipt.balance, direction="received"))
    assert received.matched == ((receipt.public_id, -receipt.balance),)
    assert _balance(accountant, "settlement") == -Decimal("1.00")


def test_a_payment_is_booked_once_and_never_before_its_day(accountant, closed, ccr):
    order = _payment(accountant, "VIR-1", "5.00")
    _pay(accountant, order)
    (again,) = _pay(accountant, order)
    assert again.is_repeat
    with acting(accountant):
        assert Payment.objects.count() == 1
    with pytest.raises(refused.PaymentBookedDifferently):
        _pay(accountant, _payment(accountant, "VIR-1", "5.01"))
    with pytest.raises(refused.PaymentNotYetMade):
        _pay(accountant, _payment(accountant, "VIR-2", "5.00", paid_on=TODAY + timedelta(days=1)))
    with pytest.raises(refused.StatementUnknown):
        _pay(accountant, _payment(accountant, "VIR-3", "5.00", statements=("stm_nobody",)))


def test_the_database_matches_no_more_than_a_payment_has_or_a_statement_needs(accountant, closed, ccr):
    _all(ccr, closed[SPRING, "premium"].public_id)
    (receipt,) = _state(accountant)
    _pay(accountant, _payment(accountant, "VIR-1", "1.00", direction="received"))
    with acting(accountant):
        payment = Payment.objects.get()
        statement = AccountStatement.objects.get(public_id=receipt.public_id)
    with pytest.raises(IntegrityError, match="pays more than there is"), acting(accountant):
        PaymentMatch.objects.create(
            insurer_id=accountant.insurer_id, payment=payment, statement=statement, amount="1.00", booked_on=TODAY
        )


def test_bordereaux_tell_how_far_they_are_answered(accountant, closed, ccr):
    bordereau = closed[SPRING, "premium"]
    _answer(ccr, GivenAnswer(bordereau=bordereau.public_id, line=1, answer="disputed", reason="ratio"))
    with acting_as_platform():
        (row,) = answered_bordereaux(ccr, bordereau=bordereau.public_id)
        assert (row.disputed, row.to_answer) == (1, row.line_count - 1)
        assert len(answered_bordereaux(ccr)) == 12


def test_who_may_state_and_pay(accountant, closed, cast):
    for role in ("underwriter", "auditor"):
        actor = cast.actor(role=role)
        with pytest.raises(NotAllowed), acting(actor):
            state_account(actor, [substitution_of(accountant)], up_to=TODAY, on=TODAY)
        with pytest.raises(NotAllowed), acting(actor):
            book_payments(actor, [_payment(accountant, "VIR-1", "1.00")], on=TODAY)
