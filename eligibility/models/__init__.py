"""Tables of judging: decisions as taken, what insurers and authorities supply, and by whose leave. Append-only all."""

from eligibility.models.contract_tables import (
    CountryStatusRow,
    CountryZoneRow,
    GradeScaleRow,
    RatingGridRow,
    ReadingRow,
    TariffRow,
    ValueRow,
)
from eligibility.models.decision_record import DecisionRecord
from eligibility.models.four_eyes import Proposal, Settlement, SettlementOutcome
from eligibility.models.law_edition import LawEdition

__all__ = [
    "CountryStatusRow",
    "CountryZoneRow",
    "DecisionRecord",
    "GradeScaleRow",
    "LawEdition",
    "Proposal",
    "RatingGridRow",
    "ReadingRow",
    "Settlement",
    "SettlementOutcome",
    "TariffRow",
    "ValueRow",
]
