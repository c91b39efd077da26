"""Whatever two insurers, the law and the reinsurer's accountants do in whatever order: the books are what a model of a
few numbers says, no ceiling is passed, and at the end everything agrees, seals included.

The machine drives the real commands on the real database, and breaks some of them off in the middle.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from capweb.accounts.acting import acting, acting_as_platform
from capweb.kernel.money import to_cent_half_up
from reinsurance.commands.allot_capacity import (
    Allotment,
    AllotmentBelowUse,
    HoldsUnderWay,
    allot_capacity,
)
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.cede import cede
from reinsurance.commands.cede_claims import cede_claims
from reinsurance.commands.cede_recoveries import cede_recoveries
from reinsurance.commands.claim_refusals import (
    CorrectionExceedsMovement,
    DisbursementLimitReached,
    IndemnityAboveLimit,
    RecoveryAboveIndemnity,
)
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.hold_capacity import hold_capacity, void_holds
from reinsurance.commands.open_disbursement_years import open_disbursement_years
from reinsurance.commands.refusals import CeilingReached
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.commands.seal_journal import seal_journal
from reinsurance.domain.cession import Amendment, Ending
from reinsurance.domain.claim import (
    CorrectionOrder,
    DisbursementOpening,
    IndemnityOrder,
    RecoveryOrder,
    ReserveOrder,
)
from reinsurance.queries.verification import verify_ledger
from tests.books import RATIOS, RISK, hold, open_books, order, set_ceilings
from tests.cast import OPENING_DAY
from tests.properties.ledger_model import Ceded, Held, LedgerModel, Paid, TreatyModel

INSURERS = ("coface", "euler-hermes")
KINDS = ("complement", "substitution")
SPAN = Decimal("150000.00")
YEAR_LIMIT = Decimal("40000.00")
COMMISSION = Decimal("0.05")
RUN_OFF_END = OPENING_DAY + timedelta(days=30)
cents = {"allow_nan": False, "allow_infinity": False, "places": 2}
amounts = st.decimals(min_value=1, max_value=50_000, **cents)
percents = st.integers(min_value=1, max_value=100)
insurers = st.sampled_from(INSURERS)
kinds = st.sampled_from(KINDS)
places = st.integers(min_value=0, max_value=50)
treaties = st.tuples(insurers, kinds)

_STANDING = """
    SELECT o.code, t.kind, t.public_id,
           (SELECT r.amount FROM reinsurance_treatyallotment r
            WHERE r.treaty_id = t.id ORDER BY r.position DESC LIMIT 1),
           sum(a.credits_posted - a.debits_posted - a.debits_pending) FILTER (WHERE account_class = 'allotment'),
           json_object_agg(a.account_class, a.credits_posted - a.debits_posted),
           sum(a.credits_pending) FILTER (WHERE account_class = 'live')
    FROM reinsurance_treaty t JOIN accounts_organisation o ON o.id = t.insurer_id
    JOIN reinsurance_ledgeraccount a ON a.treaty_id = t.id
    WHERE t.market = 'domestic' AND o.code = ANY (%s)
    GROUP BY o.code, t.id
"""
_SHARED = """
    SELECT sum(debits_posted - credits_posted) FILTER (WHERE account_class = 'authority'),
           sum(credits_posted - debits_posted - debits_pending) FILTER (WHERE account_class = 'envelope')
    FROM reinsurance_ledgeraccount WHERE market = 'domestic' AND account_class IN ('authority', 'envelope')
"""
_YEARS = """
    SELECT o.code, a.credits_posted - a.debits_posted
    FROM reinsurance_disbursementyear y JOIN accounts_organisation o ON o.id = y.insurer_id
    JOIN reinsurance_ledgeraccount a ON a.disbursement_year_id = y.id AND a.account_class = 'disbursement_room'
    WHERE y.policy_number = %s
"""


class _Broken(Exception):
    """The power fails in the middle of a command."""


def _read(policy):
    """The books of the two insurers at home, as the model keeps them."""
    with connections["platform"].cursor() as cursor:
        cursor.execute(_STANDING, [list(INSURERS)])
        standing = {}
        for insurer, kind, _id, part, left, balances, held in cursor.fetchall():
            b = {name: Decimal(str(value)).quantize(Decimal("0.01")) for name, value in balances.items()}
            standing[insurer, kind] = TreatyModel(
                part=part,
                left=left,
                live=b["live"],
                held=held,
                run_off=b["run_off"],
                premium=-b["ceded_premium"],
                commission=b["commission"],
                indemnity=b["ceded_indemnity"],
                recovered=-b["recoveries"],
                outstanding=-b["claims_outstanding"],
            )
        cursor.execute(_SHARED)
        limit, room = cursor.fetchone()
        cursor.execute(_YEARS, [policy])
        return LedgerModel(limit, room, standing, dict(cursor.fetchall()))


def _machine(cast):
    class Books(RuleBasedStateMachine):
        examples = 0

        def __init__(self):
            super().__init__()
            Books.examples += 1
            self.keys = 0
            self.policy = f"P-{Books.examples}"
            self._release()
            before = _read(self.policy)
            used = before.limit - before.room
            set_ceilings(cast, {"domestic": used + SPAN}, on=OPENING_DAY + timedelta(days=Books.examples))
            self.year_ids = {insurer: self._opened_year(insurer) for insurer in INSURERS}
            self.model = _read(self.policy)

        # Exposure ---------------------------------------------------------------------------------------------------

        @rule(treaty=treaties, amount=amounts)
        def hold(self, treaty, amount):
            key = self._key("ofr")
            with self._may_raise(CeilingReached if self.model.is_refused(treaty, amount) else None):
                with self._acting(treaty) as actor:
                    hold_capacity(actor, [hold(key, kind=treaty[1], increment=str(amount))], on=OPENING_DAY)
                self.model.hold(Held(key, treaty, amount))

        @precondition(lambda self: self.model.holds)
        @rule(place=places)
        def void(self, place):
            held = self._one(self.model.holds, place)
            with self._acting(held.treaty) as actor:
                void_holds(actor, [held.key], on=OPENING_DAY)
            self.model.void(held)

        @rule(treaty=treaties, amount=amounts)
        def cede(self, treaty, amount):
            self._cede(treaty, amount)

        @precondition(lambda self: self.model.holds)
        @rule(place=places, amount=amounts)
        def accept(self, place, amount):
            held = self._one(self.model.holds, place)
            self._cede(held.treaty, amount, held=held)

        @precondition(lambda self: self.model.live)
        @rule(place=places, kind=kinds, amount=amounts)
        def renew(self, place, kind, amount):
            old = self._one(self.model.live, place)
            self._cede((old.treaty[0], kind), amount, old=old)

        @precondition(lambda self: self.model.live and self.model.holds)
        @rule(place=places, which=places, amount=amounts)
        def replace_by_an_offer(self, place, which, amount):
            """A replacement posts the hold of its offer and takes over from the old cession in one entry."""
            held = self._one(self.model.holds, which)
            own = [one for one in self.model.live if one.treaty[0] == held.treaty[0]]
            if own:
                self._cede(held.treaty, amount, held=held, old=self._one(own, place))

        @precondition(lambda self: self.model.live)
        @rule(place=places, percent=percents)
        def amend(self, place, percent):
            one = self._one(self.model.live, place)
            amount = max(to_cent_half_up(one.live_amount * percent / 100), Decimal("0.01"))
            amendment = Amendment(
                cession_id=one.cession_id, amount=amount, effective_on=OPENING_DAY, run_off_until=RUN_OFF_END
            )
            with self._acting(one.treaty) as actor:
                (receipt,) = amend_cessions(actor, [amendment], on=OPENING_DAY)
            assert receipt.is_repeat is (amount == one.live_amount)
            self.model.fall(one, to_cent_half_up(amount * one.ratio))
            one.live_amount = amount

        @precondition(lambda self: self.model.cessions)
        @rule(place=places, percent=st.integers(min_value=0, max_value=110))
        def correct(self, place, percent):
            """Of a cession that runs or has ended."""
            one = self._one(self.model.cessions, place)
            amount = to_cent_half_up(one.bound * percent / 100)
            wrong = Amendment(cession_id=one.cession_id, amount=amount, effective_on=OPENING_DAY, is_correction=True)
            with self._acting(one.treaty) as actor:
                (receipt,) = amend_cessions(actor, [wrong], on=OPENING_DAY)
            assert receipt.is_repeat is (amount >= one.bound)
            if amount < one.bound:
                self.model.correct(one, to_cent_half_up(amount * one.ratio))
                one.live_amount, one.right = min(one.live_amount, amount), amount

        @precondition(lambda self: self.model.live)
        @rule(place=places)
        def end(self, place):
            one = self._one(self.model.live, place)
            ending = Ending(cession_id=one.cession_id, effective_on=OPENING_DAY, run_off_until=RUN_OFF_END)
            with self._acting(one.treaty) as actor:
                end_cessions(actor, [ending], on=OPENING_DAY)
            self.model.fall(one, Decimal("0.00"))
            one.live_amount = Decimal("0.00")

        @precondition(lambda self: any(treaty.run_off for treaty in self.model.treaties.values()))
        @rule()
        def release(self):
            self._release()
            self.model.release()

        # The law and its parts --------------------------------------------------------------------------------------

        @rule(change=st.decimals(min_value=-80_000, max_value=120_000, **cents))
        def change_the_law(self, change):
            limit = max(self.model.limit + change, Decimal("0.00"))
            set_ceilings(cast, {"domestic": limit})
            self.model.room += limit - self.model.limit
            self.model.limit = limit

        @rule(treaty=treaties, percent=st.integers(min_value=-20, max_value=110))
        def allot(self, treaty, percent):
            """A part is what the treaty has engaged, what it has left, and a share of the shared room."""
            model = self.model.treaties[treaty]
            more = to_cent_half_up(max(self.model.room, Decimal(0)) * percent / 100)
            self._allot(treaty, model.engaged + model.held + model.left + more)

        @rule(treaty=treaties)
        def give_the_part_back(self, treaty):
            self._allot(treaty, None)

        def _allot(self, treaty, amount):
            model = self.model.treaties[treaty]
            if amount is not None and amount <= 0:
                return
            refusal = None
            if amount != model.part:
                target = Decimal(0) if amount is None else amount - model.engaged - model.held
                if model.held and (amount is None) != (model.part is None):
                    refusal = HoldsUnderWay
                elif target < 0:
                    refusal = AllotmentBelowUse
                elif target - model.left > max(self.model.room, Decimal(0)):
                    refusal = CeilingReached
            with self._may_raise(refusal):
                with acting_as_platform():
                    allotment = Allotment(treaty_id=self._public_id(treaty), amount=amount, reference="arrêté")
                    allot_capacity(cast.operator, [allotment], on=OPENING_DAY)
                if amount != model.part:
                    self.model.allot(treaty, amount)

        # Claims -----------------------------------------------------------------------------------------------------

        @precondition(lambda self: self.model.cessions)
        @rule(place=places, percent=percents, uses_year=st.booleans())
        def indemnify(self, place, percent, uses_year):
            one = self._one(self.model.cessions, place)
            insurer, key = one.treaty[0], self._key("ind")
            amount = max(to_cent_half_up(one.amount * percent / 100), Decimal("0.01"))
            refusals = []
            if one.right is None and one.paid + amount > one.amount:
                refusals.append(IndemnityAboveLimit)
            if uses_year and amount > self.model.years[insurer]:
                refusals.append(DisbursementLimitReached)
            asked = IndemnityOrder(
                source_key=key,
                effective_on=OPENING_DAY,
                cession_id=one.cession_id,
                claim_reference="S",
                amount=amount,
                disbursement_year_id=self.year_ids[insurer] if uses_year else None,
            )
            with self._may_raise(*refusals):
                with self._acting(one.treaty) as actor:
                    (receipt,) = cede_claims(actor, [asked], on=OPENING_DAY)
                assert receipt.amount + receipt.excess_amount == amount
                assert receipt.ceded_amount == to_cent_half_up(receipt.amount * one.ratio)
                one.paid += amount
                one.indemnities.append(Paid(key, amount, receipt.ceded_amount, uses_year))
                self.model.treaties[one.treaty].indemnity += receipt.ceded_amount
                self.model.years[insurer] -= amount if uses_year else 0

        @precondition(lambda self: any(one.indemnities for one in self.model.cessions))
        @rule(place=places)
        def take_an_indemnity_back(self, place):
            one = self._one([one for one in self.model.cessions if one.indemnities], place)
            paid = one.indemnities[-1]
            back = CorrectionOrder(source_key=self._key("cor"), corrects=paid.key, effective_on=OPENING_DAY)
            with self._may_raise(CorrectionExceedsMovement if one.paid - paid.gross < one.recovered else None):
                with self._acting(one.treaty) as actor:
                    (receipt,) = cede_claims(actor, [back], on=OPENING_DAY)
                assert receipt.ceded_amount == paid.ceded
                one.indemnities.remove(paid)
                one.paid -= paid.gross
                self.model.treaties[one.treaty].indemnity -= paid.ceded
                self.model.years[one.treaty[0]] += paid.gross if paid.uses_year else 0

        @precondition(lambda self: self.model.cessions)
        @rule(place=places, percent=st.integers(min_value=0, max_value=100))
        def set_a_reserve(self, place, percent):
            one = self._one(self.model.cessions, place)
            level = to_cent_half_up(one.amount * percent / 100)
            asked = ReserveOrder(
                source_key=self._key("res"),
                effective_on=OPENING_DAY,
                cession_id=one.cession_id,
                claim_reference="S",
                level=level,
            )
            with self._acting(one.treaty) as actor:
                cede_claims(actor, [asked], on=OPENING_DAY)
            ceded = to_cent_half_up(min(level, one.bound) * one.ratio)
            self.model.treaties[one.treaty].outstanding += ceded - one.reserve
            one.reserve = ceded

        @precondition(lambda self: any(one.paid for one in self.model.cessions))
        @rule(place=places, percent=st.integers(min_value=1, max_value=130))
        def recover(self, place, percent):
            one = self._one([one for one in self.model.cessions if one.paid], place)
            amount = max(to_cent_half_up(one.paid * percent / 100), Decimal("0.01"))
            asked = RecoveryOrder(
                source_key=self._key("rec"),
                effective_on=OPENING_DAY,
                cession_id=one.cession_id,
                claim_reference="S",
                received=amount,
            )
            with self._may_raise(RecoveryAboveIndemnity if one.recovered + amount > one.paid else None):
                with self._acting(one.treaty) as actor:
                    (receipt,) = cede_recoveries(actor, [asked], on=OPENING_DAY)
                one.recovered += amount
                self.model.treaties[one.treaty].recovered += receipt.ceded_amount

        # Accidents, and the publisher -------------------------------------------------------------------------------

        @rule(treaty=treaties, amount=amounts, place=places, is_draw=st.booleans())
        def the_power_fails(self, treaty, amount, place, is_draw):
            """What a broken-off command has written is gone with it."""
            own = [one for one in self.model.live if one.treaty[0] == treaty[0]]
            with pytest.raises((_Broken, CeilingReached)):
                self._broken_off(treaty, amount if is_draw else None, self._one(own, place) if own else None)

        @rule()
        def seal(self):
            with acting_as_platform():
                seal_journal(cast.operator, on=OPENING_DAY)

        # What must hold ---------------------------------------------------------------------------------------------

        @invariant()
        def the_books_are_what_the_model_says(self):
            found = _read(self.policy)
            assert (found.limit, found.room, found.years) == (self.model.limit, self.model.room, self.model.years)
            assert found.treaties == self.model.treaties

        def teardown(self):
            # The next example finds no holds, and no part of the envelope given: it begins as this one did.
            for held in list(self.model.holds):
                with self._acting(held.treaty) as actor:
                    void_holds(actor, [held.key], on=OPENING_DAY)
            self.model.holds.clear()
            for key, treaty in self.model.treaties.items():
                treaty.held = Decimal(0)
                if treaty.part is not None:
                    self._allot(key, None)
            self.seal()
            found = verify_ledger()
            assert found.agrees, found.differences

        # ------------------------------------------------------------------------------------------------------------

        def _cede(self, treaty, amount, *, held=None, old=None):
            ratio = RATIOS[treaty[1]]
            ceded = to_cent_half_up(amount * ratio)
            taken = self.model.taken_by(treaty, ceded, held=held, old=old)
            more = {} if held is None else {"hold_source_key": held.key}
            if old is not None:
                more |= {"replaces_cession_id": old.cession_id, "run_off_until": RUN_OFF_END}
            risk = replace(RISK, policy_number=self.policy)
            asked = order(self._key("gar"), kind=treaty[1], amount=str(amount), risk=risk, **more)
            with self._may_raise(CeilingReached if self.model.is_refused(treaty, taken) else None):
                with self._acting(treaty) as actor:
                    (receipt,) = cede(actor, [asked], on=OPENING_DAY)
                assert receipt.shares.ceded_amount == ceded
                self.model.cede(Ceded(receipt.cession_id, treaty, amount, ratio, amount, ceded), held=held, old=old)
                model = self.model.treaties[treaty]
                model.premium += receipt.shares.ceded_premium
                model.commission += receipt.shares.commission
                assert receipt.shares.commission == to_cent_half_up(receipt.shares.ceded_premium * COMMISSION)

        def _broken_off(self, treaty, amount, live):
            with self._acting(treaty) as actor:
                if amount is not None:
                    hold_capacity(actor, [hold(self._key("off"), increment="1.00")], on=OPENING_DAY)
                    cede(actor, [order(self._key("off"), kind=treaty[1], amount=str(amount))], on=OPENING_DAY)
                if live is not None:
                    ending = Ending(cession_id=live.cession_id, effective_on=OPENING_DAY, run_off_until=RUN_OFF_END)
                    end_cessions(actor, [ending], on=OPENING_DAY)
                raise _Broken

        def _opened_year(self, insurer):
            opening = DisbursementOpening(
                policy_number=self.policy,
                market="domestic",
                first_day=OPENING_DAY,
                end_day=date(2021, 6, 15),
                limit_amount=YEAR_LIMIT,
                reference="police",
            )
            with self._acting((insurer, "")) as actor:
                return open_disbursement_years(actor, [opening], on=OPENING_DAY)[0].disbursement_year_id

        def _acting(self, treaty):
            return acting(cast.actor(treaty[0], role="reinsurance_accountant"))

        def _public_id(self, treaty):
            with connections["platform"].cursor() as cursor:
                cursor.execute(_STANDING, [list(INSURERS)])
                return next(row[2] for row in cursor.fetchall() if row[:2] == treaty)

        def _one(self, of, place):
            return of[place % len(of)]

        def _key(self, prefix):
            self.keys += 1
            return f"{prefix}_{Books.examples}_{self.keys}"

        def _may_raise(self, *refusals):
            expected = tuple(refusal for refusal in refusals if refusal is not None)
            return pytest.raises(expected) if expected else _Nothing()

        def _release(self):
            with acting_as_platform():
                release_run_off(cast.operator, on=OPENING_DAY + timedelta(days=365))

    return Books


class _Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return False


def test_the_books_agree_under_any_interleaving(committed, cast):
    open_books(cast, commission=COMMISSION)
    run_state_machine_as_test(
        _machine(cast),
        settings=settings(
            max_examples=15,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
