"""The memorandum mirrors what a reinsurer advises, by category and with its document; no insurer's balance has it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import ProgrammingError

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import NotAllowed, PlatformActor
from reinsurance.commands import settlement_refusals as refused
from reinsurance.commands.advise_accounts import Advice, advise_accounts
from reinsurance.models import AccountAdvice, LedgerAccount
from reinsurance.queries.balances import balances
from reinsurance.queries.memorandum import advices, memorandum
from reinsurance.queries.verification import verify_ledger
from tests.books import open_books

pytestmark = pytest.mark.usefixtures("committed")
TODAY = date(2021, 3, 1)


@pytest.fixture
def ccr(committed, cast):
    open_books(cast)
    return PlatformActor(name="ccr", role="reinsurer", organisation_id=cast.organisations["ccr"].pk)


def _advice(code, amount, reference, *, kind="substitution", market="domestic", reinsurer="ccr", on=TODAY):
    return Advice(
        reinsurer=reinsurer,
        market=market,
        kind=kind,
        code=code,
        amount=Decimal(amount),
        reference=reference,
        effective_on=on,
    )


def _advise(actor, *given):
    with acting_as_platform():
        return advise_accounts(actor, given, on=TODAY)


def _standing(actor):
    with acting_as_platform():
        return {(row.market, row.kind): (row.balance, row.special_reserve) for row in memorandum(actor)}


def test_a_result_feeds_the_account_of_its_category_and_a_part_of_it_the_reserve(ccr):
    _advise(
        ccr,
        _advice("result_advised", "1000.00", "CCR-1"),
        _advice("reserve_allocated", "400.00", "CCR-2"),
        _advice("loss_advised", "700.00", "CCR-3"),
        _advice("reserve_used", "100.00", "CCR-4"),
    )
    assert _standing(ccr) == {
        ("domestic", "complement"): (0, 0),
        ("domestic", "substitution"): (Decimal("0.00"), Decimal("300.00")),
    }
    with acting_as_platform():
        assert [row.reference for row in advices(ccr)] == ["CCR-4", "CCR-3", "CCR-2", "CCR-1"]
    assert verify_ledger().agrees


def test_it_is_in_no_insurers_balance_and_no_insurer_sees_it(ccr, cast):
    actor = cast.actor(role="reinsurance_accountant")
    with acting(actor):
        before = balances(actor)
    _advise(ccr, _advice("result_advised", "1000.00", "CCR-1"))
    with acting(actor):
        assert balances(actor) == before
        assert not LedgerAccount.objects.filter(account_class="category_account").exists()
    with pytest.raises(ProgrammingError, match="permission denied"), acting(actor):
        AccountAdvice.objects.exists()


def test_no_more_of_a_reserve_is_used_than_was_allocated(ccr):
    with pytest.raises(refused.ReserveExceeded):
        _advise(ccr, _advice("reserve_used", "0.01", "CCR-1"))


def test_an_advice_is_entered_once_under_its_reference(ccr):
    given = _advice("result_advised", "1000.00", "CCR-1")
    (first,), (again,) = _advise(ccr, given), _advise(ccr, given)
    assert (again.public_id, again.is_repeat) == (first.public_id, True)
    with pytest.raises(refused.AdviceBookedDifferently):
        _advise(ccr, _advice("result_advised", "1000.01", "CCR-1"))


def test_a_reinsurer_advises_of_its_own_accounts_as_it_keeps_them(ccr, cast):
    bpifrance = PlatformActor(name="bpi", role="reinsurer", organisation_id=cast.organisations["bpifrance"].pk)
    unfit = [
        (bpifrance, _advice("result_advised", "1.00", "B-1")),
        (ccr, _advice("result_advised", "1.00", "C-1", market="export", kind=None)),
        (ccr, _advice("result_advised", "1.00", "C-1", kind=None)),
        (bpifrance, _advice("result_advised", "1.00", "B-1", market="export", reinsurer="bpifrance")),
        (bpifrance, _advice("reserve_allocated", "1.00", "B-1", market="export", kind=None, reinsurer="bpifrance")),
        (ccr, _advice("result_advised", "1.00", "C-1", on=date(2021, 3, 2))),
    ]
    for actor, given in unfit:
        with pytest.raises(refused.AdviceUnfit):
            _advise(actor, given)
    _advise(bpifrance, _advice("loss_advised", "5.00", "B-1", market="export", kind=None, reinsurer="bpifrance"))
    assert _standing(bpifrance) == {("export", None): (-Decimal("5.00"), None)}
    _advise(cast.operator, _advice("result_advised", "7.00", "C-1"))
    with pytest.raises(NotAllowed):
        _advise(PlatformActor(name="x", role="system"), _advice("result_advised", "1.00", "C-2"))
