"""The contracts around the sample: treaties of every insurer, envelopes as the law has them, illustrative tariffs.

Ratios, reinsurers and ceilings are read from the law in force on the opening day; nothing of the scheme is invented
here. Tariffs that no source gives are entered with their mark, which is shown wherever the rate is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor, PlatformActor
from eligibility.commands.propose_changes import ProposedChange, propose_changes
from eligibility.commands.settle_proposals import approve_proposals
from eligibility.domain import law_files, table_columns
from eligibility.domain.law import LawInForce
from reinsurance.commands.authorise_capacity import bring_envelopes_to_law
from reinsurance.commands.open_treaties import open_treaties
from reinsurance.domain.chart import KINDS, MARKETS, Kind, Market
from reinsurance.domain.treaty import TreatyOpening

# The products went on sale on this day; the treaties of the sample begin with it.
TREATIES_FROM: Final = date(2020, 4, 15)
WHY: Final = "Taux de l'échantillon : aucune source ne les donne."


def enter_illustrative_tariffs(administrator: Actor, senior_underwriter: Actor, *, on: date) -> None:
    """Enter the rates that no source gives, each with its mark, for one insurer: one proposes, the other approves.

    Runs inside acting() of that insurer.
    """
    rows = [table_columns.of_tariff(row) for row in law_files.illustrative_tables().tariffs]
    with acting(administrator):
        ids = propose_changes(administrator, [ProposedChange("tariff", rows)], reason=WHY, booked_on=on)
    with acting(senior_underwriter):
        approve_proposals(senior_underwriter, ids, booked_on=on)


def enter_scheme(operator: PlatformActor, *, insurers: Sequence[str], on: date) -> None:
    """Open the treaties, bring the envelopes to their ceilings. Run twice, it changes nothing the second time."""
    law = law_files.shipped_law_book().on(on)
    openings = [_opening(law, insurer, kind, market) for insurer in insurers for kind in KINDS for market in MARKETS]
    with acting_as_platform():
        open_treaties(operator, openings, on=on)
        ceilings = {market: law.amounts[f"envelopes/{market}/ceiling"] for market in MARKETS}
        bring_envelopes_to_law(operator, ceilings, on=on)


def _opening(law: LawInForce, insurer: str, kind: Kind, market: Market) -> TreatyOpening:
    return TreatyOpening(
        insurer_code=insurer,
        reinsurer_code=law.choices[f"scheme/{market}/reinsurer"],
        kind=kind,
        market=market,
        first_day=TREATIES_FROM,
        ceded_ratio=law.amounts[f"{kind}/{market}/ceded_ratio"],
        reference="sample",
    )
