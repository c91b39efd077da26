"""Worked examples of textbooks and standards, replayed through the real commands to the cent.

Each file of tests/scenarios/reinsurance_examples names its source, what of it was read, and what was added to it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from capweb.accounts.acting import acting, acting_as_platform
from capweb.kernel.periods import Term
from reinsurance.commands.book_payments import PaymentOrder, book_payments
from reinsurance.commands.cede import cede
from reinsurance.commands.cede_claims import cede_claims
from reinsurance.commands.open_treaties import open_treaties
from reinsurance.domain.cession import CessionOrder
from reinsurance.domain.chart import DEBIT_NORMAL
from reinsurance.domain.claim import IndemnityOrder, ReserveOrder
from reinsurance.domain.treaty import TreatyOpening
from reinsurance.models import CessionChange, LedgerAccount, Treaty
from reinsurance.queries.verification import verify_ledger
from tests.books import RISK, set_ceilings

FILES = sorted((Path(__file__).parents[1] / "scenarios" / "reinsurance_examples").glob("*.yaml"))
BOOKED_ON = date(2022, 1, 3)


class Replay:
    """One example's books: a treaty of Coface with CCR on the example's terms, and what each step has made."""

    def __init__(self, cast, example):
        self.cast, self.example = cast, example
        self.actor = cast.actor("coface", role="reinsurance_accountant")
        self.cessions: dict[str, int] = {}
        terms = example["treaty"]
        opening = TreatyOpening(
            insurer_code="coface",
            reinsurer_code="ccr",
            kind="substitution",
            market="domestic",
            first_day=terms["first_day"],
            ceded_ratio=Decimal(terms["ceded_ratio"]),
            ceding_commission=Decimal(terms["ceding_commission"]),
        )
        with acting_as_platform() as alias:
            open_treaties(cast.operator, [opening], on=terms["first_day"])
            if "end_day" in terms:
                Treaty.objects.using(alias).filter(insurer__code="coface").update(ended_on=terms["end_day"])
        set_ceilings(cast, {"domestic": Decimal("10000000000.00"), "export": Decimal("1.00")}, on=terms["first_day"])

    def run(self, step):
        (kind,) = set(step) - {"expect"}
        found = getattr(self, kind)(**step[kind])
        wanted = {name: value if isinstance(value, int) else Decimal(value) for name, value in step["expect"].items()}
        assert {name: found[name] for name in wanted} == wanted, step

    def cede(self, *, key, amount, premium, first, end, ratio=None, replaces=None, credited="0.00"):
        given = CessionOrder(
            source_key=key,
            kind="substitution",
            market="domestic",
            risk=replace(RISK, guarantee_id=f"gar_{key}"),
            term=Term(first, end),
            amount=Decimal(amount),
            premium=Decimal(premium),
            premium_rate=Decimal("0.01"),
            is_illustrative=True,
            ceded_ratio=None if ratio is None else Decimal(ratio),
            replaces_cession_id=None if replaces is None else self.cessions[replaces],
            premium_credited=Decimal(credited),
        )
        with acting(self.actor):
            (receipt,) = cede(self.actor, [given], on=BOOKED_ON)
            changes = CessionChange.objects.filter(cession_id=given.replaces_cession_id)
            back = sum((change.ceded_premium_credited for change in changes), Decimal(0))
        self.cessions[key] = receipt.cession_id
        shares = receipt.shares
        return {
            "ceded_amount": shares.ceded_amount,
            "ceded_premium": shares.ceded_premium,
            "commission": shares.commission,
            "treaty_year": receipt.treaty_year,
            "credited": back,
        }

    def indemnity(self, *, key, cession, amount, day, reserve=None):
        order = IndemnityOrder(
            source_key=key,
            cession_id=self.cessions[cession],
            claim_reference="claim",
            amount=Decimal(amount),
            effective_on=day,
            reserve_level=None if reserve is None else Decimal(reserve),
        )
        before = self._balance("claims_outstanding")
        with acting(self.actor):
            (receipt,) = cede_claims(self.actor, [order], on=BOOKED_ON)
        assert reserve is None or receipt.reserve.ceded_amount == before - self._balance("claims_outstanding")
        return {"ceded": receipt.ceded_amount, "reserve": self._balance("claims_outstanding")}

    def reserve(self, *, key, cession, level, day):
        order = ReserveOrder(
            source_key=key,
            cession_id=self.cessions[cession],
            claim_reference="claim",
            level=Decimal(level),
            effective_on=day,
        )
        with acting(self.actor):
            cede_claims(self.actor, [order], on=BOOKED_ON)
        return {"ceded": self._balance("claims_outstanding")}

    def received(self, *, key, amount, day):
        with acting(self.actor):
            treaty = Treaty.objects.get().public_id
            order = PaymentOrder(
                treaty_id=treaty, reference=key, direction="received", amount=Decimal(amount), paid_on=day
            )
            (receipt,) = book_payments(self.actor, [order], on=BOOKED_ON)
        return {"unmatched": receipt.unmatched}

    def _balance(self, name):
        return self.balances()[name]

    def balances(self):
        with acting(self.actor):
            rows = LedgerAccount.objects.filter(treaty__isnull=False)
            return {
                row.account_class: (row.credits_posted - row.debits_posted)
                * (-1 if row.account_class in DEBIT_NORMAL else 1)
                for row in rows
            }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_worked_example_is_replayed_to_the_cent(committed, cast, file):
    example = yaml.safe_load(file.read_text(encoding="utf-8"))
    replay = Replay(cast, example)
    for step in example["steps"]:
        replay.run(step)
    wanted = {name: Decimal(value) for name, value in example["accounts"].items()}
    found = replay.balances()
    assert {name: found[name] for name in wanted} == wanted
    assert not [check for check in verify_ledger().checks if check.differences]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_example_says_where_it_stands_and_what_was_added(file):
    source = yaml.safe_load(file.read_text(encoding="utf-8"))["source"]
    assert all(source[name] for name in ("author", "title", "place", "read"))
    assert isinstance(source["not_in_the_source"], list)


def test_there_are_at_least_six():
    assert len(FILES) >= 6
