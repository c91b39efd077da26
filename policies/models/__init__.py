"""The tables of policies. Private to this app's commands, queries, admin and migrations."""

from policies.models.buyer_limit import BuyerLimit, LimitDecision
from policies.models.endorsement import Endorsement, EndorsementCause, RenderedEndorsement
from policies.models.exception import EvidenceFile, ExceptionDossier, ExceptionKind, ExceptionStatus
from policies.models.guarantee import (
    Guarantee,
    GuaranteeKind,
    GuaranteeTerm,
    Notice,
    RenewalOutcome,
    RenewalRequest,
    TermStatus,
)
from policies.models.limit_request import UNDER_WAY, LimitRequest, Market, Offer, OfferStatus, RequestStatus
from policies.models.moves import AllowedMove
from policies.models.night import Night, NightRun, NightStep, NightStepName
from policies.models.parties import (
    Buyer,
    BuyerFigures,
    BuyerRating,
    IdentifierType,
    Policyholder,
    PolicyholderFigures,
    PolicyholderStatus,
)
from policies.models.policy import LimitsSetBy, Mandate, Policy, PolicyForm, PolicyTerms
from policies.models.submission import RowOutcome, Submission, SubmissionMode, SubmissionRow, SubmissionStatus
from policies.models.what_if import UNFINISHED, WhatIfPart, WhatIfRun, WhatIfStatus

__all__ = [
    "UNDER_WAY",
    "UNFINISHED",
    "AllowedMove",
    "Buyer",
    "BuyerFigures",
    "BuyerLimit",
    "BuyerRating",
    "Endorsement",
    "EndorsementCause",
    "EvidenceFile",
    "ExceptionDossier",
    "ExceptionKind",
    "ExceptionStatus",
    "Guarantee",
    "GuaranteeKind",
    "GuaranteeTerm",
    "IdentifierType",
    "LimitDecision",
    "LimitRequest",
    "LimitsSetBy",
    "Mandate",
    "Market",
    "Night",
    "NightRun",
    "NightStep",
    "NightStepName",
    "Notice",
    "Offer",
    "OfferStatus",
    "Policy",
    "PolicyForm",
    "PolicyTerms",
    "Policyholder",
    "PolicyholderFigures",
    "PolicyholderStatus",
    "RenderedEndorsement",
    "RenewalOutcome",
    "RenewalRequest",
    "RequestStatus",
    "RowOutcome",
    "Submission",
    "SubmissionMode",
    "SubmissionRow",
    "SubmissionStatus",
    "TermStatus",
    "WhatIfPart",
    "WhatIfRun",
    "WhatIfStatus",
]
