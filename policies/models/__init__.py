"""The tables of policies. Private to this app's commands, queries, admin and migrations."""

from policies.models.buyer_group import BuyerGroup, GroupLimit, GroupMembership
from policies.models.buyer_limit import BuyerLimit, LimitDecision
from policies.models.buyer_watch import BuyerWatch
from policies.models.claim import (
    Beneficiary,
    BeneficiaryKind,
    Claim,
    ClaimCause,
    ClaimInvoice,
    ClaimLayer,
    ClaimRecovery,
    ClaimShare,
    ClaimStatus,
    CollectionKind,
    CollectionStep,
    DueDayExtension,
    ExchangeRate,
    IndemnityPayment,
    InvoicePayment,
    LateLines,
    RecoveryShare,
)
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
from policies.models.identity_change import (
    BuyerStanding,
    IdentityChange,
    IdentityChangeKind,
    IdentityMove,
)
from policies.models.letter import BuyerPortalAddress, Letter, LetterKind
from policies.models.limit_request import UNDER_WAY, LimitRequest, Market, Offer, OfferStatus, RequestStatus
from policies.models.limit_wave import CutMeasure, LimitWave, LimitWaveLine
from policies.models.mediation import MediationDossier, MediationStatus
from policies.models.message import DeliveryStatus, Message, MessageDelivery, MessageLanguage, MessageProgress
from policies.models.moves import AllowedMove
from policies.models.night import Night, NightRun, NightStep, NightStepName
from policies.models.opt_out import OptOut
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
from policies.models.rating_wave import BuyerActivity, RatingWave, RatingWaveBuyer
from policies.models.reduction import Reduction, ReductionCause, ReductionStatus
from policies.models.renewal_settlement import RenewalSettlement
from policies.models.short_notice import ExceptionalCase, ShortNotice, ShortNoticeStatus
from policies.models.submission import RowOutcome, Submission, SubmissionMode, SubmissionRow, SubmissionStatus
from policies.models.two_people import STANDING, ProposalStatus
from policies.models.what_if import UNFINISHED, WhatIfPart, WhatIfRun, WhatIfStatus

__all__ = [
    "STANDING",
    "UNDER_WAY",
    "UNFINISHED",
    "AllowedMove",
    "Beneficiary",
    "BeneficiaryKind",
    "Buyer",
    "BuyerActivity",
    "BuyerFigures",
    "BuyerGroup",
    "BuyerLimit",
    "BuyerPortalAddress",
    "BuyerRating",
    "BuyerStanding",
    "BuyerWatch",
    "Claim",
    "ClaimCause",
    "ClaimInvoice",
    "ClaimLayer",
    "ClaimRecovery",
    "ClaimShare",
    "ClaimStatus",
    "CollectionKind",
    "CollectionStep",
    "CutMeasure",
    "DeliveryStatus",
    "DueDayExtension",
    "Endorsement",
    "EndorsementCause",
    "EvidenceFile",
    "ExceptionDossier",
    "ExceptionKind",
    "ExceptionStatus",
    "ExceptionalCase",
    "ExchangeRate",
    "GroupLimit",
    "GroupMembership",
    "Guarantee",
    "GuaranteeKind",
    "GuaranteeTerm",
    "IdentifierType",
    "IdentityChange",
    "IdentityChangeKind",
    "IdentityMove",
    "IndemnityPayment",
    "InvoicePayment",
    "LateLines",
    "Letter",
    "LetterKind",
    "LimitDecision",
    "LimitRequest",
    "LimitWave",
    "LimitWaveLine",
    "LimitsSetBy",
    "Mandate",
    "Market",
    "MediationDossier",
    "MediationStatus",
    "Message",
    "MessageDelivery",
    "MessageLanguage",
    "MessageProgress",
    "Night",
    "NightRun",
    "NightStep",
    "NightStepName",
    "Notice",
    "Offer",
    "OfferStatus",
    "OptOut",
    "Policy",
    "PolicyForm",
    "PolicyTerms",
    "Policyholder",
    "PolicyholderFigures",
    "PolicyholderStatus",
    "ProposalStatus",
    "RatingWave",
    "RatingWaveBuyer",
    "RecoveryShare",
    "Reduction",
    "ReductionCause",
    "ReductionStatus",
    "RenderedEndorsement",
    "RenewalOutcome",
    "RenewalRequest",
    "RenewalSettlement",
    "RequestStatus",
    "RowOutcome",
    "ShortNotice",
    "ShortNoticeStatus",
    "Submission",
    "SubmissionMode",
    "SubmissionRow",
    "SubmissionStatus",
    "TermStatus",
    "WhatIfPart",
    "WhatIfRun",
    "WhatIfStatus",
]
