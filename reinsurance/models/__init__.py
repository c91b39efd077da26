"""Tables of the books: treaties, the ledger, cessions. What guards them stands in reinsurance/sql and README.md."""

from reinsurance.models.capacity import DisbursementYear, TreatyAllotment
from reinsurance.models.cession import Cession, CessionChange, RunOffRelease
from reinsurance.models.ledger import AllowedPair, EnvelopeMovement, JournalEntry, LedgerAccount, Transfer
from reinsurance.models.treaty import Treaty, TreatyTerms

__all__ = [
    "AllowedPair",
    "Cession",
    "CessionChange",
    "DisbursementYear",
    "EnvelopeMovement",
    "JournalEntry",
    "LedgerAccount",
    "RunOffRelease",
    "Transfer",
    "Treaty",
    "TreatyAllotment",
    "TreatyTerms",
]
