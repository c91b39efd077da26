"""Tables of judging: decisions as they were taken, and what insurers and authorities supply, dated. Append-only all."""

from eligibility.models.contract_tables import (
    CountryStatusRow,
    CountryZoneRow,
    GradeScaleRow,
    RatingGridRow,
    TariffRow,
)
from eligibility.models.decision_record import DecisionRecord

__all__ = [
    "CountryStatusRow",
    "CountryZoneRow",
    "DecisionRecord",
    "GradeScaleRow",
    "RatingGridRow",
    "TariffRow",
]
