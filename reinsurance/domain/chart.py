"""Which accounts exist, and which movement between two of them has a sense.

A transfer is allowed when its (debit class, credit class, code, state) stands in PAIRS; the database holds the same
table and a foreign key to it (ADR 0003), so that capacity cannot be minted by a balanced but senseless transfer.
Accounts hold what their credits exceed their debits by, save those of DEBIT_NORMAL, which hold the reverse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Market = Literal["domestic", "export"]
Kind = Literal["complement", "substitution"]
AccountClass = Literal[
    "authority",
    "envelope",
    "allotment",
    "live",
    "run_off",
    "ceded_premium",
    "commission",
    "ceded_indemnity",
    "recoveries",
    "claims_outstanding",
    "reserve_movements",
    "current_account",
    "settlement",
    "bank",
    "disbursement_limit",
    "disbursement_room",
    "reinsurer_advice",
    "category_account",
    "special_reserve",
]
State = Literal["posted", "pending", "post", "void"]

MARKETS: Final[tuple[Market, ...]] = ("domestic", "export")
KINDS: Final[tuple[Kind, ...]] = ("complement", "substitution")

# One of each per market, shared by all insurers: what the law authorised, and what of it is free.
MARKET_CLASSES: Final[tuple[AccountClass, ...]] = ("authority", "envelope")
# The exposure book of a treaty: what is reserved to it of the envelope and free, cover running, cover that has ended
# and is still engaged.
EXPOSURE_CLASSES: Final[tuple[AccountClass, ...]] = ("allotment", "live", "run_off")
# The cash book of a treaty. What is booked stands on the current account until a statement settles it, then on
# settlement until it is paid, then on the bank. Outstanding claims are valued, not owed: they move apart.
CASH_CLASSES: Final[tuple[AccountClass, ...]] = (
    "ceded_premium",
    "commission",
    "ceded_indemnity",
    "recoveries",
    "claims_outstanding",
    "reserve_movements",
    "current_account",
    "settlement",
    "bank",
)
TREATY_CLASSES: Final[tuple[AccountClass, ...]] = EXPOSURE_CLASSES + CASH_CLASSES
# One of each for a policy's insurance year: what may be paid in it at most, and what of that is left (D-17).
DISBURSEMENT_CLASSES: Final[tuple[AccountClass, ...]] = ("disbursement_limit", "disbursement_room")
# Memorandum accounts, which mirror what the reinsurer advises and enter no insurer's balance: CCR keeps one account and
# one special reserve for each category (décret 2020-397, articles 6 and 7), Bpifrance one account for the State.
MEMORANDUM_CLASSES: Final[tuple[AccountClass, ...]] = ("reinsurer_advice", "category_account", "special_reserve")

# What exposure is drawn from: the shared envelope, or the part of it that is reserved to a treaty.
CAPACITY_CLASSES: Final[frozenset[AccountClass]] = frozenset({"envelope", "allotment"})
# These hold what their debits exceed their credits by; all others the reverse.
DEBIT_NORMAL: Final[frozenset[AccountClass]] = frozenset(
    {"authority", "ceded_premium", "recoveries", "claims_outstanding", "disbursement_limit"}
)
# These cannot be overdrawn on their own side, whoever writes.
NEVER_OVERDRAWN: Final[frozenset[AccountClass]] = frozenset(
    {
        "authority",
        "live",
        "run_off",
        "ceded_premium",
        "commission",
        "ceded_indemnity",
        "recoveries",
        "claims_outstanding",
        "disbursement_limit",
        "disbursement_room",
        "special_reserve",
    }
)


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
    # A part of the envelope is reserved to a treaty, and given back; the platform role alone.
    Pair("envelope", "allotment", "allotted", "posted"),
    Pair("allotment", "envelope", "allotment_returned", "posted"),
    # An offer holds, an acceptance posts what was held, a refusal or an expiry voids it (D-22).
    Pair("envelope", "live", "hold", "pending"),
    Pair("envelope", "live", "hold_posted", "post"),
    Pair("envelope", "live", "hold_voided", "void"),
    Pair("allotment", "live", "hold", "pending"),
    Pair("allotment", "live", "hold_posted", "post"),
    Pair("allotment", "live", "hold_voided", "void"),
    # A cession draws; a replacement under another treaty takes over what the old one had drawn.
    Pair("envelope", "live", "ceded", "posted"),
    Pair("allotment", "live", "ceded", "posted"),
    Pair("live", "live", "taken_over", "posted"),
    # Where one of the two treaties has a part of the envelope of its own, what was drawn goes back to where it came
    # from and is drawn anew.
    Pair("live", "envelope", "draw_moved", "posted"),
    Pair("live", "allotment", "draw_moved", "posted"),
    # What ends or falls stays engaged until its run-off has passed (D-36).
    Pair("live", "run_off", "end_of_term", "posted"),
    Pair("live", "run_off", "reduced", "posted"),
    Pair("run_off", "envelope", "run_off_released", "posted"),
    Pair("run_off", "allotment", "run_off_released", "posted"),
    # A cession made on a wrong fact is taken back from its first day, also what of it has ended and runs off (D-39).
    Pair("live", "envelope", "reversed", "posted"),
    Pair("live", "allotment", "reversed", "posted"),
    Pair("run_off", "envelope", "reversed", "posted"),
    Pair("run_off", "allotment", "reversed", "posted"),
    # Premium and commission of the treaty, and their return (D-23, D-28, D-43).
    Pair("ceded_premium", "current_account", "premium_ceded", "posted"),
    Pair("current_account", "ceded_premium", "premium_credited", "posted"),
    Pair("current_account", "commission", "commission_earned", "posted"),
    Pair("commission", "current_account", "commission_returned", "posted"),
    # The reinsurer's part of indemnities paid and of recoveries received, and their correction (D-23, D-42, D-43).
    Pair("current_account", "ceded_indemnity", "indemnity_ceded", "posted"),
    Pair("ceded_indemnity", "current_account", "indemnity_reversed", "posted"),
    Pair("recoveries", "current_account", "recovery_ceded", "posted"),
    Pair("current_account", "recoveries", "recovery_reversed", "posted"),
    # Its part of what is still expected to be paid, case by case.
    Pair("claims_outstanding", "reserve_movements", "reserve_raised", "posted"),
    Pair("reserve_movements", "claims_outstanding", "reserve_reduced", "posted"),
    # A statement settles what the reinsurer has acknowledged, in favour of the reinsurer or of the insurer; then it is
    # paid, either way.
    Pair("current_account", "settlement", "stated_owed", "posted"),
    Pair("settlement", "current_account", "stated_due", "posted"),
    Pair("settlement", "bank", "paid", "posted"),
    Pair("bank", "settlement", "received", "posted"),
    # A policy year's limit is opened once, and used by what is paid, before cession (D-17).
    Pair("disbursement_limit", "disbursement_room", "limit_opened", "posted"),
    Pair("disbursement_room", "disbursement_limit", "disbursed", "posted"),
    Pair("disbursement_limit", "disbursement_room", "disbursed_reversed", "posted"),
    # What CCR or Bpifrance advises of its own accounts, kept as memorandum by the platform role alone.
    Pair("reinsurer_advice", "category_account", "result_advised", "posted"),
    Pair("category_account", "reinsurer_advice", "loss_advised", "posted"),
    Pair("category_account", "special_reserve", "reserve_allocated", "posted"),
    Pair("special_reserve", "category_account", "reserve_used", "posted"),
)

# The codes that give an entry of each kind its sense; verify_ledger reports a transfer found elsewhere.
_PREMIUMS: Final = frozenset({"premium_ceded", "premium_credited", "commission_earned", "commission_returned"})
CODES_BY_ENTRY_KIND: Final[dict[str, frozenset[str]]] = {
    "authorisation": frozenset({"authorised"}),
    "law_reduction": frozenset({"law_reduced"}),
    "allotment": frozenset({"allotted", "allotment_returned"}),
    "hold": frozenset({"hold"}),
    "hold_voided": frozenset({"hold_voided"}),
    "cession": frozenset({"hold_posted", "hold_voided", "ceded"}) | _PREMIUMS,
    "replacement": frozenset({"hold_posted", "hold_voided", "ceded", "taken_over", "draw_moved", "reduced"})
    | _PREMIUMS,
    "amendment": frozenset({"reduced"}) | _PREMIUMS,
    "correction": frozenset({"reversed", "reduced"}) | _PREMIUMS,
    "ending": frozenset({"end_of_term"}) | _PREMIUMS,
    "release": frozenset({"run_off_released"}),
    "claim": frozenset({"indemnity_ceded", "reserve_raised", "reserve_reduced", "disbursed"}),
    "claim_correction": frozenset(
        {"indemnity_reversed", "recovery_reversed", "reserve_raised", "reserve_reduced", "disbursed_reversed"}
    ),
    "recovery": frozenset({"recovery_ceded"}),
    "disbursement": frozenset({"limit_opened"}),
    "statement": frozenset({"stated_owed", "stated_due"}),
    "payment": frozenset({"paid", "received"}),
    "advice": frozenset({"result_advised", "loss_advised", "reserve_allocated", "reserve_used"}),
}
ENTRY_KINDS: Final[tuple[str, ...]] = tuple(CODES_BY_ENTRY_KIND)
# Entries of no insurer: the law's own, and the memorandum of what a reinsurer advises.
KINDS_WITHOUT_INSURER: Final[frozenset[str]] = frozenset({"authorisation", "law_reduction", "advice"})
CODES_WITHOUT_INSURER: Final[frozenset[str]] = frozenset(
    code for kind in KINDS_WITHOUT_INSURER for code in CODES_BY_ENTRY_KIND[kind]
)
# What the platform role alone may write: the above, and what is reserved to a treaty.
PLATFORM_CODES: Final[frozenset[str]] = CODES_WITHOUT_INSURER | CODES_BY_ENTRY_KIND["allotment"]
