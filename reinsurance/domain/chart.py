"""Which accounts exist, and which movement between two of them has a sense.

A transfer is allowed when its (debit class, credit class, code, state) stands in PAIRS; the database holds the same
table and a foreign key to it (ADR 0003), so that capacity cannot be minted by a balanced but senseless transfer.
Accounts hold what their credits exceed their debits by, save `authority` and `ceded_premium`, which hold the reverse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Market = Literal["domestic", "export"]
Kind = Literal["complement", "substitution"]
AccountClass = Literal["authority", "envelope", "live", "run_off", "ceded_premium", "commission", "current_account"]
State = Literal["posted", "pending", "post", "void"]

MARKETS: Final[tuple[Market, ...]] = ("domestic", "export")
KINDS: Final[tuple[Kind, ...]] = ("complement", "substitution")

# One of each per market, shared by all insurers: what the law authorised, and what of it is free.
MARKET_CLASSES: Final[tuple[AccountClass, ...]] = ("authority", "envelope")
# One of each per treaty: cover running, cover ended but still engaged, and the technical account's lines.
TREATY_CLASSES: Final[tuple[AccountClass, ...]] = (
    "live",
    "run_off",
    "ceded_premium",
    "commission",
    "current_account",
)
DEBIT_NORMAL: Final[frozenset[AccountClass]] = frozenset({"authority", "ceded_premium"})


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """One allowed movement: from a debit class to a credit class, under a code, in a state."""

    debit_class: AccountClass
    credit_class: AccountClass
    code: str
    state: State


PAIRS: Final[tuple[Pair, ...]] = (
    # The law opens and closes the envelope; the platform role alone writes these two (D-4, D-18).
    Pair("authority", "envelope", "authorised", "posted"),
    Pair("envelope", "authority", "law_reduced", "posted"),
    # An offer holds, an acceptance posts what was held, a refusal or an expiry voids it (D-22).
    Pair("envelope", "live", "hold", "pending"),
    Pair("envelope", "live", "hold_posted", "post"),
    Pair("envelope", "live", "hold_voided", "void"),
    # A cession draws; a replacement under another treaty takes over what the old one had drawn.
    Pair("envelope", "live", "ceded", "posted"),
    Pair("live", "live", "taken_over", "posted"),
    # What ends or falls stays engaged until its run-off has passed (D-36).
    Pair("live", "run_off", "end_of_term", "posted"),
    Pair("live", "run_off", "reduced", "posted"),
    Pair("run_off", "envelope", "run_off_released", "posted"),
    # A cession made on a wrong fact is taken back from its first day (D-39).
    Pair("live", "envelope", "reversed", "posted"),
    # Premium and commission of the treaty, and their return (D-23, D-28, D-43).
    Pair("ceded_premium", "current_account", "premium_ceded", "posted"),
    Pair("current_account", "ceded_premium", "premium_credited", "posted"),
    Pair("current_account", "commission", "commission_earned", "posted"),
    Pair("commission", "current_account", "commission_returned", "posted"),
)

# The codes that give an entry of each kind its sense; verify_ledger reports a transfer found elsewhere.
_PREMIUMS: Final = frozenset({"premium_ceded", "premium_credited", "commission_earned", "commission_returned"})
CODES_BY_ENTRY_KIND: Final[dict[str, frozenset[str]]] = {
    "authorisation": frozenset({"authorised"}),
    "law_reduction": frozenset({"law_reduced"}),
    "hold": frozenset({"hold"}),
    "hold_voided": frozenset({"hold_voided"}),
    "cession": frozenset({"hold_posted", "hold_voided", "ceded"}) | _PREMIUMS,
    "replacement": frozenset({"hold_posted", "hold_voided", "ceded", "taken_over", "reduced"}) | _PREMIUMS,
    "amendment": frozenset({"reduced"}) | _PREMIUMS,
    "correction": frozenset({"reversed"}) | _PREMIUMS,
    "ending": frozenset({"end_of_term"}) | _PREMIUMS,
    "release": frozenset({"run_off_released"}),
}
ENTRY_KINDS: Final[tuple[str, ...]] = tuple(CODES_BY_ENTRY_KIND)
PLATFORM_CODES: Final[frozenset[str]] = frozenset({"authorised", "law_reduced"})
