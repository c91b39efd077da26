"""The books as tests find them open: treaties for the five insurers, envelopes at a stated ceiling, orders to cede.

Everything goes through the real commands; ask for the fixture `committed` beside these, since two roles write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from capweb.accounts.acting import acting_as_platform
from capweb.kernel.periods import Term, nth_term
from reinsurance.commands.authorise_capacity import bring_envelopes_to_law
from reinsurance.commands.open_treaties import open_treaties
from reinsurance.domain.cession import CededRisk, CessionOrder, HoldOrder
from reinsurance.domain.treaty import TreatyOpening
from tests.cast import INSURERS, OPENING_DAY, Cast

TEN_BILLION = Decimal("10000000000.00")
TREATIES_OPEN_ON = date(2020, 4, 15)
RATIOS = {"complement": Decimal(1), "substitution": Decimal("0.95")}
RISK = CededRisk(
    guarantee_id="gar_1",
    product="cap_plus",
    policy_number="EH-2020-001",
    policyholder_id="732829320",
    policyholder_name="Ateliers Durand",
    buyer_id="552100554",
    buyer_name="Garage Martin",
    buyer_country="FR",
)


def openings(*, insurers: tuple[str, ...] = INSURERS, commission: Decimal = Decimal(0)) -> list[TreatyOpening]:
    """Complement and substitution at home (CCR) and abroad (Bpifrance), for each insurer."""
    return [
        TreatyOpening(
            insurer_code=insurer,
            reinsurer_code="ccr" if market == "domestic" else "bpifrance",
            kind=kind,
            market=market,
            first_day=TREATIES_OPEN_ON,
            ceded_ratio=RATIOS[kind],
            ceding_commission=commission,
        )
        for insurer in insurers
        for kind in ("complement", "substitution")
        for market in ("domestic", "export")
    ]


def open_books(
    cast: Cast,
    *,
    domestic: Decimal = TEN_BILLION,
    export: Decimal = Decimal("5000000000.00"),
    commission: Decimal = Decimal(0),
    insurers: tuple[str, ...] = INSURERS,
) -> None:
    """Open the treaties of the insurers and bring both envelopes to their ceilings, committed."""
    with acting_as_platform():
        open_treaties(cast.operator, openings(insurers=insurers, commission=commission), on=TREATIES_OPEN_ON)
    set_ceilings(cast, {"domestic": domestic, "export": export})


def set_ceilings(cast: Cast, ceilings: Mapping[str, Decimal], *, on: date = OPENING_DAY) -> None:
    with acting_as_platform():
        bring_envelopes_to_law(cast.operator, ceilings, on=on)


def order(source_key: str, *, amount: str = "100000.00", **changed: object) -> CessionOrder:
    """A domestic substitution of three months from the opening day, at the sourced rate."""
    given = CessionOrder(
        source_key=source_key,
        kind="substitution",
        market="domestic",
        risk=replace(RISK, guarantee_id=f"gar_{source_key}"),
        term=nth_term(OPENING_DAY, 0, months=3),
        amount=Decimal(amount),
        premium=(Decimal(amount) * Decimal("0.00875")).quantize(Decimal("0.01")),
        premium_rate=Decimal("0.00875"),
        is_illustrative=False,
    )
    return replace(given, **changed)


def hold(source_key: str, *, increment: str = "95000.00", **changed: object) -> HoldOrder:
    given = HoldOrder(
        source_key=source_key, market="domestic", kind="substitution", increment_amount=Decimal(increment)
    )
    return replace(given, **changed)


def term(index: int) -> Term:
    """The term number `index` of what began on the opening day."""
    return nth_term(OPENING_DAY, index, months=3)
