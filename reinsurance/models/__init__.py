"""Tables of the books: treaties, the ledger, cessions. What guards them stands in reinsurance/sql and README.md."""

from reinsurance.models.bordereau import Bordereau, BordereauLine, ClosingRun, LossAdvice, TechnicalAccount
from reinsurance.models.capacity import DisbursementYear, TreatyAllotment
from reinsurance.models.cession import Cession, CessionChange, RunOffRelease
from reinsurance.models.ledger import AllowedPair, EnvelopeMovement, JournalEntry, LedgerAccount, Transfer
from reinsurance.models.treaty import Treaty, TreatyTerms

__all__ = [
    "AllowedPair",
    "Bordereau",
    "BordereauLine",
    "Cession",
    "CessionChange",
    "ClosingRun",
    "DisbursementYear",
    "EnvelopeMovement",
    "JournalEntry",
    "LedgerAccount",
    "LossAdvice",
    "RunOffRelease",
    "TechnicalAccount",
    "Transfer",
    "Treaty",
    "TreatyAllotment",
    "TreatyTerms",
]
