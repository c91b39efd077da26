"""Whatever is paid, recovered and corrected in whatever order: the ceded part keeps its proportion, and what is
taken back in full comes back to the cent.
"""

from __future__ import annotations

import itertools
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capweb.accounts.acting import acting
from reinsurance.commands.book_claims import claim_outcomes
from reinsurance.commands.cede import cede
from reinsurance.domain.claim import ClaimReceipt, CorrectionOrder, IndemnityOrder, RecoveryOrder, ReserveOrder
from reinsurance.models import ClaimMovement, LedgerAccount
from tests.books import open_books, order
from tests.cast import OPENING_DAY

HALF_A_CENT = Decimal("0.005")
LIMIT = Decimal("1000.00")
ratios = st.sampled_from([Decimal("0.95"), Decimal("0.3333"), Decimal(1), Decimal("0.01")])
amounts = st.one_of(
    st.decimals(min_value=Decimal("0.01"), max_value=Decimal("0.30"), places=2),
    st.decimals(min_value=Decimal("0.01"), max_value=Decimal("600.00"), places=2),
)
acts = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "recover", "correct", "correct fully", "reserve"]), amounts, st.integers(0, 30)
    ),
    max_size=14,
)
_serials = itertools.count()


def _ordered(acts, cession, serial):
    """The acts as orders: a correction names one of the movements before it."""
    orders = []
    for place, (act, amount, which) in enumerate(acts):
        key = {"source_key": f"{serial}-{place}", "effective_on": OPENING_DAY}
        claim = {**key, "cession_id": cession, "claim_reference": f"S{which % 2}"}
        if act == "pay":
            orders.append(IndemnityOrder(**claim, amount=amount))
        elif act == "recover":
            orders.append(RecoveryOrder(**claim, received=amount))
        elif act == "reserve":
            orders.append(ReserveOrder(**claim, level=amount))
        elif place:
            corrects = f"{serial}-{which % place}"
            orders.append(CorrectionOrder(**key, corrects=corrects, amount=amount if act == "correct" else None))
    return orders


def _sums(rows):
    """Gross, ceded and number of movements, by kind; corrections count against."""
    gross, ceded, count = Counter(), Counter(), Counter()
    for row in rows:
        sign = -1 if row.is_reversal else 1
        gross[row.kind] += sign * row.amount
        ceded[row.kind] += sign * row.ceded_amount
        count[row.kind] += 1
    return gross, ceded, count


@pytest.fixture
def accountant(committed, cast):
    open_books(cast)
    return cast.actor(role="reinsurance_accountant")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_is_ceded_keeps_its_proportion_and_comes_back_whole(accountant):
    @settings(max_examples=60, suppress_health_check=list(HealthCheck), derandomize=True, deadline=None)
    @given(acts=acts, ratio=ratios)
    def holds(acts, ratio):
        serial = next(_serials)
        with acting(accountant):
            before = _current_account(accountant)
            (made,) = cede(
                accountant,
                [order(f"c{serial}", amount=str(LIMIT), premium=Decimal(0), ceded_ratio=ratio)],
                on=OPENING_DAY,
            )
            orders = _ordered(acts, made.cession_id, serial)
            outcomes = claim_outcomes(accountant, orders, on=OPENING_DAY)
            rows = list(ClaimMovement.objects.filter(cession_id=made.cession_id).order_by("id"))
            gross, ceded, count = _sums(rows)
            # In proportion, within half a cent for each movement; never beyond the limit, never back more than paid.
            for kind in ("indemnity", "recovery"):
                assert abs(ceded[kind] - ratio * gross[kind]) <= HALF_A_CENT * count[kind]
            assert abs(ceded["reserve"] - ratio * gross["reserve"]) <= HALF_A_CENT * 2  # two claims, each at its level
            assert gross["recovery"] <= gross["indemnity"] <= LIMIT
            assert 0 <= ceded["recovery"] <= ceded["indemnity"]
            # The current account is the sum of the lines.
            assert _current_account(accountant) - before == ceded["recovery"] - ceded["indemnity"]
            # Told again, what was booked answers with what it was, and changes nothing.
            told = [
                (one, became.public_id)
                for one, became in zip(orders, outcomes, strict=True)
                if isinstance(became, ClaimReceipt)
            ]
            again = claim_outcomes(accountant, [one for one, _ in told], on=OPENING_DAY)
            assert [(one.public_id, one.is_repeat) for one in again] == [(public_id, True) for _, public_id in told]
            # Recoveries first, then indemnities: taken back in full, nothing is left of either side.
            back = [
                row for kind in ("recovery", "indemnity") for row in rows if row.kind == kind and not row.is_reversal
            ]
            undone = [
                CorrectionOrder(source_key=f"u-{row.source_key}", corrects=row.source_key, effective_on=OPENING_DAY)
                for row in back
            ]
            claim_outcomes(accountant, undone, on=OPENING_DAY)
            gross, ceded, _ = _sums(ClaimMovement.objects.filter(cession_id=made.cession_id))
            assert (gross["indemnity"], gross["recovery"]) == (0, 0)
            assert (ceded["indemnity"], ceded["recovery"]) == (0, 0)
            assert _current_account(accountant) == before

    holds()


def _current_account(actor):
    account = LedgerAccount.objects.get(
        insurer_id=actor.insurer_id,
        treaty__kind="substitution",
        market="domestic",
        account_class="current_account",
    )
    return account.credits_posted - account.debits_posted
