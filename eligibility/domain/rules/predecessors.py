"""The texts of the schemes before 2020, to which rules of today refer for their earlier days.

CAP, CAP+ and CAP Export of 2008 to 2011; Cap Francexport of 2018. Known from a ministry's sheet, the Senate, brokers
and the press: where none of them gives a value, it is unset and the case is referred.
"""

from __future__ import annotations

from typing import Final

from eligibility.domain.parameters import Reference
from eligibility.domain.rule import (
    ANY_OF_2008,
    CAP_OF_2008,
    CAP_PLUS_OF_2009,
    EXPORT_OF_2009,
    FRANCEXPORT_OF_2018,
    Before,
)

SHEET: Final = Reference("Ministère de l'économie, fiche « CAP et CAP+ » (2010-2011)", "https://banque-info.com/?p=306")
DECREE_2009: Final = Reference(
    "Loi n° 2009-431 du 20 avril 2009, article 21, et décret n° 2009-527 du 12 mai 2009",
    "https://www.doctrine.fr/l/texts/decrets/JORFTEXT000020605868",
)
COMMISSION_2009: Final = Reference(
    "Commission européenne, décision N 449/2009 du 5 octobre 2009 (CAP Export)", "https://docplayer.fr/2203487"
)
BPIFRANCE_2018: Final = Reference(
    "Bpifrance, première page du dispositif Cap Francexport (10 octobre 2018)",
    "https://www.bpifrance.fr/Toutes-nos-solutions/Garanties-et-assurances/Assurance-credit-a-l-international/"
    "Dispositif-de-reassurance-CT-Cap-Francexport",
)

# What every scheme had: a notice, a need, a buyer that has not failed, a policyholder whose limits the insurer sets.
EVERY_SCHEME: Final = (Before(ANY_OF_2008, SHEET), Before(FRANCEXPORT_OF_2018, BPIFRANCE_2018))
CAP: Final = (Before(CAP_OF_2008, SHEET),)
CAP_PLUS: Final = (Before(CAP_PLUS_OF_2009, DECREE_2009),)
EXPORT: Final = (Before(EXPORT_OF_2009, COMMISSION_2009), Before(FRANCEXPORT_OF_2018, BPIFRANCE_2018))
FRANCEXPORT: Final = (Before(FRANCEXPORT_OF_2018, BPIFRANCE_2018),)
