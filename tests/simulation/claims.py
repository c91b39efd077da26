"""Claims as a seed plays them: an overdue declared in time or late, put off, pursued, lost, paid, ceded, recovered.

`claim` takes one claim a step further by what it has come to, sometimes by a step that is not its turn.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from capweb.accounts.acting import acting
from capweb.kernel.money import to_cent_half_up
from policies.commands.declare_overdues import GivenInvoice, OverdueDeclaration, declare_overdues
from policies.commands.fix_losses import LossFixing, fix_losses
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
from policies.commands.record_recoveries import GivenRecovery, record_recoveries
from policies.commands.settle_claims import Settlement, settle_claims
from tests.simulation.reading import rows
from tests.simulation.world import House

Act = tuple[str, Callable[[], object]]
INVOICES = (("12000.10",), ("40000", "7000.55"), ("95000.01", "80000", "500"))
RECOVERED = ("900.33", "5000", "20000.01", "20.00")
# What may come next, by what the claim has come to; any of them now and then.
NEXT = {
    "overdue_declared": ("fix",) * 6 + ("extend", "paid_in", "amicable", "judicial"),
    "in_collection": ("fix",) * 4 + ("paid_in", "judicial"),
    "loss_fixed": ("pay",) * 4 + ("judicial",),
    "indemnified": ("recover", "recover", "recover", "judicial", "amicable", "close"),
}
STEPS = ("fix", "pay", "recover", "paid_in", "extend", "amicable", "judicial", "close", "withdraw")


class ClaimActs:
    """The acts of one seed about claims."""

    seed: Random

    def _next(self) -> int:
        raise NotImplementedError

    def overdue(self, house: House, on: date) -> Act | None:
        """Invoices delivered under a term, or beside it; due long ago, just now, or ahead where the buyer failed."""
        found = rows(
            "SELECT g.id, g.public_id, t.cover_first, t.cover_end FROM policies_guarantee g "
            "JOIN policies_guaranteeterm t ON t.guarantee_id = g.id WHERE g.insurer_id = %s AND t.cover_first < %s "
            "AND t.cover_end > t.cover_first ORDER BY g.id, t.id",
            house.insurer_id, on,
        )  # fmt: skip
        if not found:
            return None
        number, name, first, end = self.seed.choice(found)
        last = min(end, on) - timedelta(days=1)
        delivered = first + timedelta(days=self.seed.randint(0, (last - first).days))
        if self.seed.random() < 0.1:
            delivered = first - timedelta(days=3)
        failed = self.seed.random() < 0.35
        due = delivered + timedelta(days=self.seed.choice((30, 60)) if failed else self.seed.choice((0, 0, 5, 20)))
        if not failed:
            due = max(delivered, min(due, on - timedelta(days=1)))
        invoices = tuple(
            GivenInvoice(
                number=f"F{place}", delivered_on=delivered, invoiced_on=delivered, due_on=due, amount=Decimal(amount),
                vat=to_cent_half_up(Decimal(amount) / 5) if place else Decimal(0),
            )
            for place, amount in enumerate(self.seed.choice(INVOICES))
        )  # fmt: skip
        one = OverdueDeclaration(
            source_reference=f"imp-{self._next()}", guarantee=name, invoices=invoices,
            cause="insolvency" if failed else "", caused_on=on if failed else None,
        )  # fmt: skip
        told = f"{house.code} overdue on guarantee {number}: {len(invoices)} delivered {delivered} due {due}"

        def work() -> object:
            with acting(house.underwriter):
                return f"late {list(declare_overdues(house.underwriter, [one], on=on)[0].late)}"

        return told, work

    def claim(self, house: House, on: date) -> Act | None:
        """The next step of a claim, or one that is not its turn."""
        found = rows(
            "SELECT c.id, c.public_id, c.status, "
            "(SELECT max(COALESCE((SELECT e.due_on FROM policies_duedayextension e WHERE e.invoice_id = i.id "
            "ORDER BY e.agreed_on DESC, e.id DESC LIMIT 1), i.due_on)) FROM policies_claiminvoice i "
            "WHERE i.claim_id = c.id) FROM policies_claim c WHERE c.insurer_id = %s ORDER BY c.id",
            house.insurer_id,
        )
        if not found:
            return None
        live = [one for one in found if one[2] in NEXT]
        number, name, status, due = self.seed.choice(live if live and self.seed.random() < 0.9 else found)
        own = status in NEXT and self.seed.random() < 0.9
        step = self.seed.choice(NEXT[status] if own else STEPS)
        act = getattr(self, f"_{step}")(house, name, on, due)
        return f"{house.code} claim {number} ({status}): {step}", act

    def _fix(self, house: House, name: str, on: date, due: date) -> Callable[[], object]:
        # After the waiting period (30 days in every policy here), an insolvency otherwise; now and then too early.
        waited = due + timedelta(days=30) <= on
        defaulted = self.seed.random() < (0.7 if waited else 0.1)
        one = LossFixing(
            claim=name, cause="protracted_default" if defaulted else "insolvency", caused_on=None if defaulted else on,
            late_lines=self.seed.choice(("excused", "excused", "left_out", "")), late_reason="Trêve accordée",
        )  # fmt: skip
        return self._as(house.underwriter, lambda actor: fix_losses(actor, [one], on=on)[0].loss)

    def _pay(self, house: House, name: str, on: date, _due: date) -> Callable[[], object]:
        return self._as(
            house.accountant,
            lambda actor: _told(settle_claims(actor, [Settlement(claim=name, paid_on=on)], on=on)[0], "paid", "ceded"),
        )

    def _recover(self, house: House, name: str, on: date, _due: date) -> Callable[[], object]:
        got = GivenRecovery(
            source_reference=f"rec-{self._next()}", claim=name, received_on=on,
            amount=Decimal(self.seed.choice(RECOVERED)), costs=Decimal(self.seed.choice(("0", "30.07", "450"))),
        )  # fmt: skip
        return self._as(
            house.accountant,
            lambda actor: _told(record_recoveries(actor, [got], on=on)[0], "policyholder", "kept", "ceded"),
        )

    def _paid_in(self, house: House, name: str, on: date, _due: date) -> Callable[[], object]:
        paid = BuyerPayment(
            source_reference=f"pay-{self._next()}", claim=name, invoice="F0", received_on=on,
            amount=Decimal(self.seed.choice(RECOVERED)),
        )  # fmt: skip
        return self._as(house.underwriter, lambda actor: record_buyer_payments(actor, [paid], on=on))

    def _extend(self, house: House, name: str, on: date, due: date) -> Callable[[], object]:
        later = Extension(
            source_reference=f"ext-{self._next()}", claim=name, invoice="F0", agreed_on=on,
            due_on=due + timedelta(days=self.seed.choice((-1, 5, 20))), reason="Échéancier accepté",
        )  # fmt: skip
        return self._as(house.underwriter, lambda actor: extend_due_days(actor, [later], on=on))

    def _amicable(self, house: House, name: str, on: date, _due: date) -> Callable[[], object]:
        return self._collect(house, name, on, "amicable")

    def _judicial(self, house: House, name: str, on: date, _due: date) -> Callable[[], object]:
        return self._collect(house, name, on, "judicial")

    def _collect(self, house: House, name: str, on: date, kind: Any) -> Callable[[], object]:
        step = CollectionAct(
            source_reference=f"col-{self._next()}", claim=name, kind=kind, done_on=on, description="Mise en demeure",
            costs=Decimal(self.seed.choice(("0", "120.50", "1800"))),
        )  # fmt: skip
        return self._as(house.underwriter, lambda actor: record_collection(actor, [step], on=on))

    def _close(self, house: House, name: str, on: date, _due: date) -> Callable[[], object]:
        return self._end(house, ClaimEnding(claim=name, act="close", reason="Plus rien n'est attendu"), on)

    def _withdraw(self, house: House, name: str, on: date, _due: date) -> Callable[[], object]:
        return self._end(house, ClaimEnding(claim=name, act="withdraw", reason="L'acheteur a payé"), on)

    def _end(self, house: House, ending: ClaimEnding, on: date) -> Callable[[], object]:
        return self._as(house.underwriter, lambda actor: end_claims(actor, [ending], on=on))

    def _as(self, actor: Any, work: Callable[[Any], object]) -> Callable[[], object]:
        def done() -> object:
            with acting(actor):
                return str(work(actor))

        return done


def _told(receipt: Any, *names: str) -> str:
    return ", ".join(f"{name} {getattr(receipt, name)}" for name in names)
