"""How amounts of claims fall: carried, above the limit, ceded; and back to the cent. How statements are matched."""

from datetime import date
from decimal import Decimal

import pytest

from reinsurance.domain.answer_rows import UnreadableAnswers, read_answers
from reinsurance.domain.claim import (
    CessionLimit,
    ClaimPosition,
    IndemnityOrder,
    Parts,
    RecoveryOrder,
    parts_of_indemnity,
    parts_of_recovery,
    parts_of_reserve,
    parts_taken_back,
)
from reinsurance.domain.settlement import OpenAmount, StatedAmounts, age, due_day, matched

THIRD = CessionLimit(Decimal(100), None, Decimal("0.3333"))
CORRECTED = CessionLimit(Decimal(100), Decimal(60), Decimal("0.95"))
DAY = date(2020, 6, 15)


def D(text):
    return Decimal(text)


def test_parts_that_round_to_nothing_leave_their_cent_to_the_last():
    left = parts_of_indemnity(D("0.03"), THIRD, paid_before=D(0))
    assert left.ceded == D("0.01")
    taken = []
    for _ in range(3):
        part = parts_taken_back(D("0.01"), left, THIRD, kind="indemnity")
        taken.append(part.ceded)
        left = left.minus(part)
    assert taken == [0, 0, D("0.01")]
    assert left == Parts(D(0), D(0), D(0))


def test_an_indemnity_passes_the_limit_of_its_term_on_a_corrected_cession_only():
    assert parts_of_indemnity(D("60.01"), THIRD, paid_before=D(40)) is None
    assert parts_of_indemnity(D("60.00"), THIRD, paid_before=D(40)).carried == D("60.00")
    assert parts_of_indemnity(D("100.00"), CORRECTED, paid_before=D(50)) == Parts(D(10), D("90.00"), D("9.50"))
    assert parts_of_indemnity(D("1.00"), CORRECTED, paid_before=D(60)) == Parts(D(0), D("1.00"), D("0.00"))


def test_what_lay_above_the_limit_is_taken_back_first():
    left = Parts(D("60.00"), D("40.00"), D("57.00"))
    assert parts_taken_back(D("30.00"), left, CORRECTED, kind="indemnity") == Parts(D(0), D("30.00"), D("0.00"))
    assert parts_taken_back(D("50.00"), left, CORRECTED, kind="indemnity").carried == D("10.00")
    assert parts_taken_back(D("50.00"), left, CORRECTED, kind="recovery") == Parts(D("30.00"), D("20.00"), D("28.50"))


def test_the_last_recovery_brings_back_exactly_what_is_left():
    paid = Parts(D("0.03"), D("0.00"), D("0.01"))
    first = parts_of_recovery(D("0.01"), ClaimPosition(paid=paid), THIRD)
    last = parts_of_recovery(D("0.02"), ClaimPosition(paid=paid, recovered=first), THIRD)
    assert (first.ceded, last.ceded) == (0, D("0.01"))
    assert parts_of_recovery(D("0.04"), ClaimPosition(paid=paid), THIRD) is None


def test_a_reserve_stays_within_the_term_and_within_what_the_right_fact_allowed():
    assert parts_of_reserve(D("100.01"), CORRECTED) is None
    assert parts_of_reserve(D("100.00"), CORRECTED) == Parts(D(60), D("0.00"), D("57.00"))


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN"])
def test_an_amount_is_above_nothing_and_in_whole_cents(amount):
    with pytest.raises(ValueError, match=r"indemnity"):
        IndemnityOrder(source_key="a", effective_on=DAY, cession_id=1, claim_reference="S", amount=D(amount))


def test_a_recovery_is_more_than_its_costs():
    with pytest.raises(ValueError, match="costs"):
        RecoveryOrder(
            source_key="a", effective_on=DAY, cession_id=1, claim_reference="S", received=D("5.00"), costs=D("5.00")
        )


def test_a_statement_adds_up_what_is_owed_either_way():
    amounts = StatedAmounts(D(100), D(-20), D(-30), D(5))
    assert (amounts.owed, amounts.due, amounts.balance) == (105, 50, 55)


def test_a_received_payment_pays_what_the_reinsurer_owes():
    standing = [OpenAmount(1, D(30)), OpenAmount(2, D(-9)), OpenAmount(3, D(-4))]
    assert [(one.statement_id, one.amount) for one in matched(D(10), standing, direction="received")] == [
        (2, 9),
        (3, 1),
    ]
    assert matched(D(10), [OpenAmount(2, D(-9))], direction="paid") == []


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (-1, "not_due"),
        (0, "to_30"),
        (30, "to_30"),
        (31, "to_60"),
        (60, "to_60"),
        (61, "to_90"),
        (90, "to_90"),
        (91, "over_90"),
    ],
)
def test_a_statement_ages_from_the_day_on_which_it_is_due(days, wanted):
    due_on = due_day(date(2020, 10, 1), settlement_days=30)
    assert due_on == date(2020, 10, 31)
    assert age(due_on, on=date.fromordinal(due_on.toordinal() + days)) == wanted
    assert age(None, on=DAY) == "no_due_day"


def test_a_file_of_answers_is_read_in_both_languages_with_its_lines():
    rows = read_answers(
        "bordereau;ligne;réponse;motif;note\n\nb;1;Acceptée;;\nb;2;contestée;amount;ok\nb;x;?;;\n".encode()
    )
    assert [(row.line, row.number, row.answer, row.reason) for row in rows[:2]] == [
        (3, 1, "acknowledged", ""),
        (4, 2, "disputed", "amount"),
    ]
    assert [error.field for error in rows[2].errors] == ["line", "answer"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no_rows"),
        (b"a;b\n1;2\n", "missing_columns"),
        (b"bordereau;line;answer\n", "no_rows"),
        (b"\x00\x01", "not_text"),
    ],
)
def test_a_file_that_holds_no_answers_says_why(content, reason):
    with pytest.raises(UnreadableAnswers, match=reason):
        read_answers(content)
