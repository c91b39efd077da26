"""Tables of the books: treaties, the ledger, cessions. What guards them stands in reinsurance/sql and README.md."""

from reinsurance.models.alert import AlertMail, CeilingAlert
from reinsurance.models.bordereau import Bordereau, BordereauLine, ClosingRun, LossAdvice, TechnicalAccount
from reinsurance.models.capacity import DisbursementYear, TreatyAllotment
from reinsurance.models.cession import Cession, CessionChange, RunOffRelease
from reinsurance.models.claim import ClaimMovement
from reinsurance.models.ledger import AllowedPair, EnvelopeMovement, JournalEntry, LedgerAccount, Transfer
from reinsurance.models.seal import Checkpoint, LedgerVerification, SealedEntry, SealedRecord
from reinsurance.models.settlement import (
    AccountAdvice,
    AccountStatement,
    LineAnswer,
    Payment,
    PaymentMatch,
    SettledLine,
)
from reinsurance.models.treaty import CountryAmendment, Treaty, TreatyTerms
from reinsurance.models.treaty_proposal import TreatyDecision, TreatyProposal

__all__ = [
    "AccountAdvice",
    "AccountStatement",
    "AlertMail",
    "AllowedPair",
    "Bordereau",
    "BordereauLine",
    "CeilingAlert",
    "Cession",
    "CessionChange",
    "Checkpoint",
    "ClaimMovement",
    "ClosingRun",
    "CountryAmendment",
    "DisbursementYear",
    "EnvelopeMovement",
    "JournalEntry",
    "LedgerAccount",
    "LedgerVerification",
    "LineAnswer",
    "LossAdvice",
    "Payment",
    "PaymentMatch",
    "RunOffRelease",
    "SealedEntry",
    "SealedRecord",
    "SettledLine",
    "TechnicalAccount",
    "Transfer",
    "Treaty",
    "TreatyAllotment",
    "TreatyDecision",
    "TreatyProposal",
    "TreatyTerms",
]
