"""Tables of the books: treaties, the ledger, cessions. What guards them stands in reinsurance/sql and README.md."""

from reinsurance.models.alert import AlertMail, CeilingAlert
from reinsurance.models.bordereau import Bordereau, BordereauLine, ClosingRun, LossAdvice, TechnicalAccount
from reinsurance.models.capacity import DisbursementYear, TreatyAllotment
from reinsurance.models.cession import Cession, CessionChange, RunOffRelease
from reinsurance.models.ledger import AllowedPair, EnvelopeMovement, JournalEntry, LedgerAccount, Transfer
from reinsurance.models.seal import Checkpoint, SealedEntry, SealedRecord
from reinsurance.models.treaty import CountryAmendment, Treaty, TreatyTerms
from reinsurance.models.treaty_proposal import TreatyDecision, TreatyProposal

__all__ = [
    "AlertMail",
    "AllowedPair",
    "Bordereau",
    "BordereauLine",
    "CeilingAlert",
    "Cession",
    "CessionChange",
    "Checkpoint",
    "ClosingRun",
    "CountryAmendment",
    "DisbursementYear",
    "EnvelopeMovement",
    "JournalEntry",
    "LedgerAccount",
    "LossAdvice",
    "RunOffRelease",
    "SealedEntry",
    "SealedRecord",
    "TechnicalAccount",
    "Transfer",
    "Treaty",
    "TreatyAllotment",
    "TreatyDecision",
    "TreatyProposal",
    "TreatyTerms",
]
