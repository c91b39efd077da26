"""Claims from the overdue to what comes back: each act once, in order, ceded to the cent, within every limit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connections, transaction

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.kernel.errors import FieldErrors
from policies.commands import claim_errors as refused
from policies.commands.declare_overdues import OverdueDeclaration, declare_overdues
from policies.commands.name_beneficiaries import Delegation, name_beneficiaries
from policies.commands.pursue_claims import (
    BuyerPayment,
    ClaimEnding,
    CollectionAct,
    Extension,
    end_claims,
    extend_due_days,
    record_buyer_payments,
    record_collection,
)
from policies.commands.record_exchange_rates import GivenRate, record_exchange_rates
from policies.commands.record_recoveries import GivenRecovery, record_recoveries
from policies.commands.settle_claims import Settlement, settle_claims
from policies.domain.moves import IllegalMove
from policies.models import Claim, ClaimInvoice, ClaimShare, IndemnityPayment, PolicyTerms
from policies.queries import claims
from reinsurance.commands.open_disbursement_years import open_disbursement_years
from reinsurance.domain.claim import DisbursementOpening
from reinsurance.models import ClaimMovement
from reinsurance.queries.verification import verify_ledger
from tests import factories as make
from tests.books import open_books
from tests.claims import DECLARED, DELIVERED, DUE, PAID, covered, declared, invoice, lost

pytestmark = pytest.mark.usefixtures("committed")


def D(text):
    return Decimal(text)


@pytest.fixture
def desk(committed, cast):
    open_books(cast)
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return actor


@pytest.fixture
def rita(desk, cast):
    """The accountant, who pays."""
    return cast.actor(role="reinsurance_accountant")


def settled(rita, *claims, on=PAID):
    with acting(rita):
        return settle_claims(rita, [Settlement(claim=one, paid_on=on) for one in claims], on=on)


def recovered(rita, claim, amount, *, reference="r1", on=PAID, **more):
    one = GivenRecovery(source_reference=reference, claim=claim, received_on=on, amount=D(amount), **more)
    with acting(rita):
        return record_recoveries(rita, [one], on=on)[0]


def ledger_agrees():
    found = verify_ledger()
    assert found.agrees, [check for check in found.checks if check.differences]


def test_a_substitution_is_paid_and_ceded_as_the_worked_check_says(desk, rita):
    cover = covered(desk)
    claim = declared(desk, cover, invoice("120000.00", vat=D("24000.00"))).claim
    loss = lost(desk, claim)
    assert (loss.loss, loss.amount, loss.uninsured) == (D("120000.00"), D("80000.00"), D("40000.00"))
    (paid,) = settled(rita, claim)
    assert (paid.paid, paid.ceded, paid.held_back) == (D("80000.00"), D("76000.00"), D("0.00"))
    with acting(rita):
        movement = ClaimMovement.objects.get(claim_reference=claim, kind="indemnity")
        assert (movement.kind, movement.amount, movement.ceded_amount) == ("indemnity", D("80000.00"), D("76000.00"))
        assert Claim.objects.get(public_id=claim).status == "indemnified"
    ledger_agrees()


def outstanding(actor, claim, on=PAID):
    """The reinsurer's part of what is fixed and not paid, as the claim's page and the ledger have it."""
    with acting(actor):
        shown = claims.detail(actor, claim, on=on).outstanding
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT COALESCE(sum(CASE WHEN move.code = 'reserve_raised' THEN move.amount ELSE -move.amount END), 0)"
                " FROM reinsurance_transfer move JOIN reinsurance_journalentry entry ON entry.id = move.entry_id"
                " WHERE move.code IN ('reserve_raised', 'reserve_reduced') AND entry.source_key LIKE %s",
                [f"claim:{claim}:%"],
            )
            (booked,) = cursor.fetchone()
    assert shown == booked
    return shown


def test_what_is_fixed_and_not_paid_is_the_case_reserve_and_payment_releases_it(desk, rita):
    claim = declared(desk, covered(desk), invoice("50000.00")).claim
    assert outstanding(desk, claim) == D("0.00")
    lost(desk, claim)
    # 50,000 at 80 %, of which 95 % are ceded.
    assert outstanding(desk, claim) == D("38000.00")
    settled(rita, claim)
    assert outstanding(desk, claim) == D("0.00")
    with acting(desk):
        moved = ClaimMovement.objects.filter(claim_reference=claim).order_by("pk")
        told = [(one.kind, one.is_reversal, one.ceded_amount, one.level_amount) for one in moved]
    assert told == [
        ("reserve", False, D("38000.00"), D("40000.00")),
        ("indemnity", False, D("38000.00"), None),
        ("reserve", True, D("38000.00"), D("0.00")),
    ]
    ledger_agrees()


def test_a_loss_that_is_closed_unpaid_leaves_no_reserve(desk):
    claim = declared(desk, covered(desk), invoice("50000.00")).claim
    lost(desk, claim)
    with acting(desk):
        end_claims(desk, [ClaimEnding(claim=claim, act="close", reason="réglé par l'acheteur")], on=PAID)
    assert outstanding(desk, claim) == D("0.00")
    ledger_agrees()


def test_a_primary_reserves_nothing_with_the_reinsurer(desk):
    cover = covered(desk, total="400000", decision="reduction", before="400000", amount="150000")
    claim = declared(desk, cover, invoice("200000.00")).claim
    lost(desk, claim)
    assert outstanding(desk, claim) == D("45000.00")


def test_what_comes_back_is_shared_as_the_loss_was_borne(desk, rita):
    claim = declared(desk, covered(desk), invoice("100000.00")).claim
    lost(desk, claim)
    settled(rita, claim)
    back = recovered(rita, claim, "11000.00", costs=D("1000.00"))
    assert (back.net, back.policyholder, back.kept, back.ceded) == (
        D("10000.00"),
        D("2000.00"),
        D("400.00"),
        D("7600.00"),
    )
    again = recovered(rita, claim, "11000.00", costs=D("1000.00"))
    assert again.is_repeat
    assert (again.public_id, again.ceded, again.kept) == (back.public_id, back.ceded, back.kept)
    with pytest.raises(refused.RecoveryAboveLoss):
        recovered(rita, claim, "90000.01", reference="r2")
    rest = recovered(rita, claim, "90000.00", reference="r2")
    assert (rest.policyholder, rest.ceded) == (D("18000.00"), D("68400.00"))
    ledger_agrees()


def test_a_complement_pays_what_passes_the_primary_and_none_of_the_primary_is_ceded(desk, rita):
    cover = covered(desk, total="400000", decision="reduction", before="400000", amount="150000")
    claim = declared(desk, cover, invoice("200000.00")).claim
    loss = lost(desk, claim)
    assert [(part.layer, part.indemnity) for part in loss.parts] == [
        ("primary", D("135000.00")),
        ("top_up", D("45000.00")),
    ]
    (paid,) = settled(rita, claim)
    assert (paid.paid, paid.ceded) == (D("180000.00"), D("45000.00"))
    ledger_agrees()


def test_each_act_is_taken_once_and_the_claim_moves_on(desk, rita):
    cover = covered(desk)
    first = declared(desk, cover, invoice("50000.00"))
    again = declared(desk, cover, invoice("50000.00"))
    assert (again.claim, again.is_repeat, first.is_repeat) == (first.claim, True, False)
    with pytest.raises(refused.ClaimUnderWay):
        declared(desk, cover, invoice("1.00"), reference="another")
    claim = first.claim
    later = Extension(
        source_reference="x1", claim=claim, invoice="F1", due_on=date(2020, 9, 30), agreed_on=DECLARED, reason="plan"
    )
    step = CollectionAct(
        source_reference="c1", claim=claim, kind="amicable", done_on=DECLARED, description="relance", costs=D("40.00")
    )
    payment = BuyerPayment(source_reference="p1", claim=claim, invoice="F1", received_on=DECLARED, amount=D("10000.00"))
    with acting(desk):
        assert [extend_due_days(desk, [later], on=DECLARED) for _ in range(2)] == [1, 0]
        assert [record_collection(desk, [step], on=DECLARED) for _ in range(2)] == [1, 0]
        assert [record_buyer_payments(desk, [payment], on=DECLARED) for _ in range(2)] == [1, 0]
        assert Claim.objects.get().status == "in_collection"
    assert lost(desk, claim).loss == D("40000.00")
    with pytest.raises(IllegalMove):
        lost(desk, claim)
    (paid,), (repeat,) = settled(rita, claim), settled(rita, claim)
    assert (repeat.paid, repeat.ceded, repeat.is_repeat) == (paid.paid, paid.ceded, True)
    with acting(desk):
        assert end_claims(desk, [ClaimEnding(claim=claim, act="close", reason="soldé")], on=PAID) == 1
        assert end_claims(desk, [ClaimEnding(claim=claim, act="close", reason="soldé")], on=PAID) == 0
    # Money may come after the file was closed.
    assert recovered(rita, claim, "100.00").net == D("100.00")


def test_a_protracted_default_waits_for_the_policys_waiting_period_after_the_last_due_day(desk):
    claim = declared(desk, covered(desk), invoice("1000.00")).claim
    ripe = DUE + timedelta(days=150)
    with pytest.raises(refused.LossNotConstituted) as early:
        lost(desk, claim, cause="protracted_default", caused_on=None, on=ripe - timedelta(days=1))
    assert early.value.facts["from_day"] == ripe
    assert lost(desk, claim, cause="protracted_default", caused_on=None, on=ripe).loss == D("1000.00")


def test_a_delay_that_the_policy_does_not_tell_is_asked_for_and_never_guessed(desk):
    cover = covered(desk)
    with acting(desk):
        PolicyTerms.objects.create(
            insurer_id=desk.insurer_id,
            policy_id=cover.who.policy_id,
            insured_ratio="0.90",
            effective_on=date(2020, 1, 1),
            booked_on=date(2020, 1, 1),
            source_reference="silent terms",
        )
    late_invoice = invoice(
        "10.00", delivered_on=date(2020, 9, 14), invoiced_on=date(2020, 9, 20), due_on=date(2020, 9, 25)
    )
    claim = declared(desk, cover, late_invoice).claim
    for missing, cause, day in (
        ("waiting_period_days", "protracted_default", None),
        ("invoicing_delay_days", "insolvency", DECLARED),
    ):
        with pytest.raises(refused.PolicyDoesNotTell) as silent:
            lost(desk, claim, cause=cause, caused_on=day)
        assert silent.value.facts["missing"] == missing


def test_an_invoice_declared_late_is_named_and_somebody_decides(desk):
    old = invoice("1000.00", "OLD", due_on=date(2020, 8, 1))
    receipt = declared(desk, covered(desk), old, invoice("500.00"))
    assert receipt.late == ("OLD",)
    with pytest.raises(refused.LateLinesUndecided):
        lost(desk, receipt.claim)
    with pytest.raises(refused.ReasonMissing):
        lost(desk, receipt.claim, late_lines="left_out")
    assert lost(desk, receipt.claim, late_lines="left_out", late_reason="hors délai").loss == D("500.00")


def test_each_invoice_is_told_its_cover_or_why_it_has_none(desk):
    cover = covered(desk)
    early = invoice("10.00", "EARLY", delivered_on=date(2020, 6, 14), invoiced_on=date(2020, 6, 14))
    past = invoice(
        "10.00", "PAST", delivered_on=date(2020, 9, 15), invoiced_on=date(2020, 9, 15), due_on=date(2020, 9, 20)
    )
    claim = declared(desk, cover, early, invoice("10.00"), past).claim
    loss = lost(desk, claim)
    assert (loss.loss, loss.amount) == (D("30.00"), D("8.00"))
    with acting(desk):
        told = dict(ClaimInvoice.objects.values_list("number", "outside"))
    assert told == {"EARLY": "before_first_day", "F1": "", "PAST": "after_end"}


def test_dollars_count_at_the_rate_of_the_invoice_and_of_the_receipt(desk, rita):
    claim = declared(desk, covered(desk), invoice("11224.00", currency="USD")).claim
    with pytest.raises(refused.RateMissing):
        lost(desk, claim)
    rates = [
        GivenRate(currency="USD", day=day, units_per_euro=D(units), source="BCE, taux de référence")
        for day, units in ((DELIVERED, "1.1224"), (PAID, "1.1652"))
    ]
    with acting(desk):
        assert [record_exchange_rates(desk, rates, on=PAID) for _ in range(2)] == [2, 0]
    loss = lost(desk, claim, on=PAID)
    assert (loss.loss, loss.amount) == (D("10000.00"), D("8000.00"))
    settled(rita, claim)
    back = recovered(rita, claim, "1165.20", currency="USD")
    assert (back.net, back.policyholder, back.ceded) == (D("1000.00"), D("200.00"), D("760.00"))


def test_the_disbursement_limit_holds_back_what_passes_the_policy_year(desk, rita):
    one = covered(desk)
    other = covered(desk, who=one.who)
    opening = DisbursementOpening(
        policy_number=one.who.policy_number,
        market="domestic",
        first_day=date(2020, 1, 1),
        end_day=date(2021, 1, 1),
        limit_amount=D("100000.00"),
        reference="a limit of this test",
    )
    with acting(rita):
        open_disbursement_years(rita, [opening], on=DECLARED)
    claims_made = [declared(desk, cover, invoice("100000.00")).claim for cover in (one, other)]
    for claim in claims_made:
        assert lost(desk, claim).amount == D("80000.00")
    first, second = settled(rita, *claims_made)
    assert (first.paid, second.paid, second.held_back) == (D("80000.00"), D("20000.00"), D("60000.00"))
    assert second.ceded == D("19000.00")
    # What the limit holds back is not owed, so that nothing stays reserved for it.
    assert [outstanding(desk, claim) for claim in claims_made] == [D("0.00"), D("0.00")]
    third = covered(desk, who=one.who)
    claim = declared(desk, third, invoice("100.00")).claim
    lost(desk, claim)
    with pytest.raises(refused.NothingToPay):
        settled(rita, claim)
    ledger_agrees()


def test_indemnities_go_to_the_bank_or_factor_to_which_they_were_delegated(desk, rita):
    cover = covered(desk)
    delegation = Delegation(
        source_reference="d1",
        policy_number=cover.who.policy_number,
        kind="factor",
        name="Affacturage du Rhône",
        first_day=date(2020, 1, 1),
        end_day=date(2021, 1, 1),
    )
    with acting(desk):
        assert [name_beneficiaries(desk, [delegation], on=DECLARED) for _ in range(2)] == [1, 0]
    claim = declared(desk, cover, invoice("1000.00")).claim
    lost(desk, claim)
    settled(rita, claim)
    with acting(rita):
        assert IndemnityPayment.objects.get().beneficiary.name == "Affacturage du Rhône"


def test_who_declares_and_fixes_does_not_pay(desk, rita, cast):
    claim = declared(desk, covered(desk), invoice("1000.00")).claim
    with pytest.raises(NotAllowed):
        lost(rita, claim)
    lost(desk, claim)
    with pytest.raises(NotAllowed):
        settled(desk, claim)
    stranger = cast.actor("coface", role="reinsurance_accountant")
    with pytest.raises(refused.ClaimUnknown):
        settled(stranger, claim)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": D("0.00")}, "amount_not_positive"),
        ({"due_on": DECLARED}, "not_overdue"),
        ({"due_on": date(2020, 6, 30)}, "due_too_early"),
        ({"paid": D("1000.00"), "paid_on": DUE}, "paid_out_of_range"),
        ({"paid": D("10.00")}, "day_of_payment"),
        ({"currency": "usd"}, "unknown_currency"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_told_by_field(desk, change, code):
    given = {"amount": "1000.00", **change}
    one = OverdueDeclaration(
        source_reference="bad", guarantee="gar_x", invoices=(invoice(str(given.pop("amount")), **given),)
    )
    with acting(desk), pytest.raises(FieldErrors) as found:
        declare_overdues(desk, [one], on=DECLARED)
    assert [error.code for error in found.value.errors] == [code]


def test_a_batch_of_any_size_asks_the_same_number_of_queries(desk, rita, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    def cost(count):
        claims = [declared(desk, covered(desk), invoice("1000.00")).claim for _ in range(count)]
        for claim in claims:
            lost(desk, claim)
        with CaptureQueriesContext(connections["default"]) as seen:
            settled(rita, *claims)
        recoveries = [
            GivenRecovery(source_reference=f"r {claim}", claim=claim, received_on=PAID, amount=D("10.00"))
            for claim in claims
        ]
        with CaptureQueriesContext(connections["default"]) as back, acting(rita):
            record_recoveries(rita, recoveries, on=PAID)
        return len(seen), len(back)

    cost(1)  # the law book is read once
    one, three = cost(1), cost(3)
    # Each policy has a year of its own to be opened, in one go.
    assert three == one


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE policies_claiminvoice SET amount = 1", "claim_invoice_stands"),
        ("UPDATE policies_claim SET loss_amount = 1", "claim_stands"),
        (
            (
                "INSERT INTO policies_indemnitypayment (insurer_id, claim_id, share_id, amount, ceded_amount, movement,"
                " paid_on, booked_on) SELECT insurer_id, claim_id, id, due_amount + 1, 0, '', booked_on, booked_on"
                " FROM policies_claimshare"
            ),
            "indemnity_within_share",
        ),
    ],
)
def test_the_books_refuse_nonsense_whoever_writes(desk, sql, constraint):
    claim = declared(desk, covered(desk), invoice("1000.00")).claim
    lost(desk, claim)
    with acting(desk):
        assert ClaimShare.objects.count() == 1
        with pytest.raises(IntegrityError) as told, transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute(sql)
    assert told.value.__cause__.diag.constraint_name == constraint
