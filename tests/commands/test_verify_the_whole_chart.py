"""verify_ledger over the whole chart: true books agree, and a lie on any account, part, year, claim or seal is told."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connections

from capweb.accounts.acting import acting, acting_as_platform
from reinsurance.commands.advise_accounts import Advice, advise_accounts
from reinsurance.commands.allot_capacity import Allotment, allot_capacity
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.cede import cede
from reinsurance.commands.cede_claims import cede_claims
from reinsurance.commands.cede_recoveries import cede_recoveries
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.open_disbursement_years import open_disbursement_years
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.commands.seal_journal import seal_journal
from reinsurance.domain.cession import Amendment, Ending
from reinsurance.domain.claim import DisbursementOpening, IndemnityOrder, RecoveryOrder
from reinsurance.models import Treaty
from reinsurance.queries.verification import verify_ledger
from tests import treaties
from tests.books import open_books, order, term
from tests.cast import OPENING_DAY

AUTUMN = date(2020, 9, 15)


@pytest.fixture
def books(committed, cast):
    """Something on every account of the chart but settlement: that is told in tests/commands of settlement."""
    open_books(cast, commission=Decimal("0.05"))
    with acting_as_platform() as using:
        mine = Treaty.objects.using(using).filter(insurer__code="euler-hermes", market="domestic")
        by_kind = {treaty.kind: treaty.public_id for treaty in mine}
        part = Allotment(treaty_id=by_kind["substitution"], amount=Decimal("500000.00"), reference="arrêté")
        allot_capacity(cast.operator, [part], on=OPENING_DAY)
        advice = Advice(
            reinsurer="ccr",
            market="domestic",
            kind="complement",
            code="result_advised",
            amount=Decimal("10.00"),
            reference="A-1",
            effective_on=OPENING_DAY,
        )
        advise_accounts(cast.operator, [advice], on=OPENING_DAY)
    actor = cast.actor(role="reinsurance_accountant")
    with acting(actor):
        year = open_disbursement_years(actor, [_year()], on=OPENING_DAY)[0].disbursement_year_id
        a, b, c = (r.cession_id for r in cede(actor, [order("a"), order("b"), order("c")], on=OPENING_DAY))
        cede_claims(actor, [_indemnity(a, year)], on=OPENING_DAY)
        cede_recoveries(actor, [_recovery(a)], on=OPENING_DAY)
    with acting(actor):
        lower = Amendment(
            cession_id=c, amount=Decimal("70000.00"), effective_on=OPENING_DAY, run_off_until=date(2020, 7, 1)
        )
        amend_cessions(actor, [lower], on=OPENING_DAY)
        more = {"replaces_cession_id": a, "run_off_until": date(2020, 12, 1)}
        cede(actor, [order("a2", amount="60000.00", term=term(1), **more)], on=AUTUMN)
        end_cessions(actor, [Ending(cession_id=b, effective_on=AUTUMN, run_off_until=date(2020, 12, 1))], on=AUTUMN)
        release_run_off(actor, on=AUTUMN)
    treaties.agree(cast, "end", {"treaty": by_kind["complement"], "end_day": "2020-12-31", "reference": "Fin"})
    with acting_as_platform():
        seal_journal(cast.operator, on=AUTUMN)
    return cast


def _year():
    return DisbursementOpening(
        policy_number="EH-2020-001",
        market="domestic",
        first_day=OPENING_DAY,
        end_day=date(2021, 6, 15),
        limit_amount=Decimal("50000.00"),
        reference="police",
    )


def _indemnity(cession, year):
    return IndemnityOrder(
        source_key="i",
        effective_on=OPENING_DAY,
        cession_id=cession,
        claim_reference="S",
        amount=Decimal("1000.00"),
        disbursement_year_id=year,
        reserve_level=Decimal("500.00"),
    )


def _recovery(cession):
    return RecoveryOrder(
        source_key="r", effective_on=OPENING_DAY, cession_id=cession, claim_reference="S", received=Decimal("100.00")
    )


def test_true_books_agree(books):
    found = verify_ledger()
    assert found.agrees, found.differences
    compared = {check.name: check.compared for check in found.checks}
    assert all(compared[name] for name in ("allotments", "disbursement years", "memorandum accounts", "sealed entries"))


@pytest.mark.parametrize(
    ("statement", "told_by"),
    [
        ("UPDATE reinsurance_allowedpair SET code = 'gift' WHERE code = 'loss_advised'", "chart of accounts"),
        (
            "UPDATE reinsurance_claimmovement SET ceded_amount = 949.99 WHERE source_key = 'i'",
            "cessions against accounts",
        ),
        (
            "UPDATE reinsurance_claimmovement SET is_reversal = true, level_amount = 0 WHERE kind = 'reserve'",
            "sealed entries",
        ),
        (
            "UPDATE reinsurance_claimmovement SET ceded_amount = ceded_amount - 1 WHERE kind = 'recovery'",
            "cessions against accounts",
        ),
        ("UPDATE reinsurance_cessionchange SET run_off_amount = 1 WHERE kind = 'ended'", "exposure of entries"),
        (
            "UPDATE reinsurance_transfer SET amount = amount + 1 WHERE code = 'run_off_released'",
            "exposure of entries",
        ),
        ("UPDATE reinsurance_treatyallotment SET amount = amount + 1", "allotments"),
        (
            "UPDATE reinsurance_ledgeraccount SET debits_pending = 1 WHERE account_class = 'allotment'",
            "allotments",
        ),
        ("UPDATE reinsurance_disbursementyear SET limit_amount = limit_amount + 1", "disbursement years"),
        ("UPDATE reinsurance_claimmovement SET excess_amount = 5 WHERE source_key = 'i'", "disbursement years"),
        ("UPDATE reinsurance_accountadvice SET amount = amount + 1", "memorandum accounts"),
        ("UPDATE reinsurance_treaty SET ended_on = '2024-01-01' WHERE ended_on IS NOT NULL", "ends of treaties"),
        ("UPDATE reinsurance_treaty SET ended_on = '2024-01-01' WHERE ended_on IS NULL", "sealed records"),
        ("UPDATE reinsurance_envelopemovement SET free_after = free_after - 1 WHERE position = 1", "envelope history"),
        ("UPDATE reinsurance_checkpoint SET root = sha256('x') WHERE number = 1", "checkpoints"),
        ("UPDATE reinsurance_sealedentry SET manifest = manifest || 'x' WHERE position = 1", "sealed entries"),
    ],
)
def test_every_lie_is_told(books, statement, told_by):
    table = statement.split()[1]
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        assert cursor.rowcount
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    telling = {check.name for check in verify_ledger().checks if check.differences}
    assert told_by in telling


def test_an_exposure_moved_without_a_cession_is_told_although_it_is_in_form(books):
    """A draw that no cession stands behind frees nothing, so the database lets it pass; verify_ledger does not."""
    insurer = books.organisations["euler-hermes"].pk
    with connections["platform"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "INSERT INTO reinsurance_journalentry (insurer_id, kind, source_key, booked_on) "
            "VALUES (%s, 'cession', 'from nowhere', %s) RETURNING id",
            [insurer, AUTUMN],
        )
        (entry,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO reinsurance_transfer (insurer_id, entry_id, debit_account_id, debit_class, credit_account_id,"
            " credit_class, code, state, amount) SELECT %s, %s, e.id, 'envelope', l.id, 'live', 'ceded', 'posted', 1 "
            "FROM reinsurance_ledgeraccount e, reinsurance_ledgeraccount l "
            "JOIN reinsurance_treaty t ON t.id = l.treaty_id WHERE e.account_class = 'envelope' "
            "AND e.market = 'domestic' AND l.account_class = 'live' "
            "AND l.insurer_id = %s AND t.market = 'domestic' AND t.kind = 'complement'",
            [insurer, entry, insurer],
        )
        cursor.execute("COMMIT")
    exposure = next(check for check in verify_ledger().checks if check.name == "exposure of entries")
    assert f"entry {entry}: moves 1.00 live" in exposure.differences[0]
