"""verify_ledger: silent on true books, loud on every kind of lie; a quarter's bordereau equals the ledger."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connections

from capweb.accounts.acting import acting, acting_as_platform
from capweb.kernel.periods import Term
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.authorise_capacity import authorise_capacity
from reinsurance.commands.cede import cede
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.hold_capacity import hold_capacity
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.domain.cession import Amendment, Ending
from reinsurance.queries.balances import balances
from reinsurance.queries.statement import statement
from reinsurance.queries.treaties import treaties
from reinsurance.queries.verification import verify_ledger
from tests.books import hold, open_books, order, set_ceilings, term
from tests.cast import OPENING_DAY

AUTUMN = date(2020, 9, 15)


@pytest.fixture
def insurer(committed, cast):
    """Six months of a small insurer: cessions, an amendment, a renewal at less, a lapse, a release."""
    open_books(cast, commission=Decimal("0.05"))
    actor = cast.actor(role="auditor")
    with acting(actor):
        hold_capacity(actor, [hold("ofr_1"), hold("ofr_2", increment="10.00")], on=OPENING_DAY)
        made = cede(
            actor,
            [order("a", hold_source_key="ofr_1"), order("b", amount="33333.33"), order("c"), order("d")],
            on=OPENING_DAY,
        )
    a, _b, c, d = (receipt.cession_id for receipt in made)
    with acting(actor):
        amendment = Amendment(
            cession_id=d,
            amount=Decimal("70000.00"),
            effective_on=date(2020, 7, 2),
            is_correction=True,
            premium_credited=Decimal("100.01"),
        )
        amend_cessions(actor, [amendment], on=date(2020, 7, 2))
        renewal = order(
            "a2",
            amount="60000.00",
            term=term(1),
            replaces_cession_id=a,
            run_off_until=date(2020, 12, 15),
            premium_credited=Decimal("12.34"),
        )
        cede(actor, [renewal], on=AUTUMN)
        lapse = Ending(cession_id=c, effective_on=AUTUMN, run_off_until=date(2020, 10, 15))
        end_cessions(actor, [lapse], on=AUTUMN)
        release_run_off(actor, on=date(2020, 10, 15))
    return actor


def _substitution(actor):
    with acting(actor):
        rows = treaties(actor, on=OPENING_DAY)
    return next(row for row in rows if (row.kind, row.market) == ("substitution", "domestic"))


def test_true_books_agree(insurer):
    found = verify_ledger()
    assert found.agrees, found
    assert {check.name: check.compared for check in found.checks}["cessions against accounts"] == 20


def test_the_command_tells_and_its_status_says_so(insurer, capsys):
    call_command("verify_ledger", "--json")
    assert json.loads(capsys.readouterr().out)["agrees"] is True
    _as_owner(
        "UPDATE reinsurance_ledgeraccount SET credits_posted = credits_posted + 0.01 WHERE account_class = 'live'"
    )
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger")
    assert ended.value.code == 1
    assert "does NOT agree" in capsys.readouterr().out


def _as_owner(statement, *, past=()):
    """A lie by the tables' owner, who alone can switch the guards off."""
    with connections["owner"].cursor() as cursor:
        for table in past:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        for table in past:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    ("table", "statement", "told_by"),
    [
        ("transfer", "SET amount = amount + 0.01 WHERE code = 'ceded'", "account totals"),
        ("transfer", "SET code = 'reduced' WHERE code = 'end_of_term'", "sense of entries"),
        ("envelopemovement", "SET free_after = free_after - 1 WHERE position = 2", "envelope history"),
        ("envelopemovement", "SET position = position + 100 WHERE position > 2", "envelope history"),
        ("cession", "SET ceded_amount = ceded_amount - 0.01 WHERE source_key = 'b'", "cessions against accounts"),
        ("cession", "SET ceded_amount = ceded_amount - 0.01 WHERE source_key = 'b'", "shares of cessions"),
        (
            "cessionchange",
            "SET run_off_amount = run_off_amount + 1 WHERE kind = 'replaced'",
            "cessions against accounts",
        ),
        ("journalentry", "SET source_key = 'cession:x' WHERE source_key = 'cession:b'", "cessions entered"),
        ("journalentry", "SET kind = 'release' WHERE source_key = 'cession:b'", "sense of entries"),
    ],
)
def test_every_lie_is_told(insurer, table, statement, told_by):
    _as_owner(f"UPDATE reinsurance_{table} {statement}", past=[f"reinsurance_{table}"])
    telling = {check.name for check in verify_ledger().checks if check.differences}
    assert told_by in telling


def test_an_envelope_drawn_beyond_its_ceiling_is_told(insurer):
    """Room taken away from the beginning of the history makes every later draw one too many."""
    _as_owner(
        "UPDATE reinsurance_envelopemovement SET change = change - 10000000000, free_after = free_after - 10000000000 "
        "WHERE position = 1 AND change > 0",
        past=["reinsurance_envelopemovement"],
    )
    history = next(check for check in verify_ledger().checks if check.name == "envelope history")
    assert history.differences


def test_balances_as_of_a_day_leave_out_what_was_booked_later(insurer):
    row = _substitution(insurer)
    with acting(insurer):
        then = {b.account_class: b.balance for b in balances(insurer, as_of=OPENING_DAY) if b.treaty == row.public_id}
        now = {b.account_class: b.balance for b in balances(insurer) if b.treaty == row.public_id}
    assert (then["live"], then["run_off"]) == (Decimal("316666.66"), 0)
    assert (now["live"], now["run_off"], now["ceded_premium"]) == (row.live, row.run_off, row.ceded_premium)


def test_a_statement_opens_where_the_one_before_closed(insurer):
    public_id = _substitution(insurer).public_id
    with acting(insurer):
        spring = statement(insurer, public_id, Term(date(2020, 4, 1), date(2020, 7, 1)))
        summer = statement(insurer, public_id, Term(date(2020, 7, 1), date(2020, 10, 1)))
    assert (spring.opening_balance, spring.closing_balance) == (0, summer.opening_balance)
    assert summer.closing_balance == _substitution(insurer).current_account
    assert {line.code for line in summer.lines} == {
        "premium_ceded",
        "premium_credited",
        "commission_earned",
        "commission_returned",
    }


def test_bringing_an_envelope_to_the_law_twice_changes_nothing(insurer, cast):
    for _time in range(2):
        set_ceilings(cast, {"domestic": Decimal("8000000000.00")}, on=date(2020, 8, 1))
    with acting_as_platform():
        receipt = authorise_capacity(
            cast.operator, market="domestic", amount=Decimal("1.00"), reference="arrêté", on=date(2020, 8, 1)
        )
    assert receipt.limit == Decimal("8000000001.00")
    with acting_as_platform():
        again = authorise_capacity(
            cast.operator, market="domestic", amount=Decimal("1.00"), reference="arrêté", on=date(2020, 8, 1)
        )
    assert again.limit == receipt.limit
    assert verify_ledger().agrees
