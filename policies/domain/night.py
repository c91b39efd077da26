"""The night as a list of steps: each insurer's part in its order, and what is done once, when all parts have ended.

Plain names, so that progress can be told, a run that was cut off taken up again, and two runs compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# For each insurer. Offers first: what they held is room for the renewals.
INSURER_STEPS: Final = ("offers", "exceptions", "renewals", "lapses", "complements", "reviews", "notices")
# Once, when every insurer's part has ended.
CLOSING_STEPS: Final = ("release", "alerts", "seal", "verify", "reconcile")
# What a step counts, in the order in which reports name it.
COUNTED: Final[Mapping[str, tuple[str, ...]]] = {
    "offers": ("offers_expired",),
    "exceptions": ("exceptions_expired",),
    "renewals": ("renewed", "renewals_refused", "renewals_referred", "renewals_failed"),
    "lapses": ("lapsed", "lapses_failed"),
    "complements": ("complements_reduced", "complements_ended"),
    "reviews": ("reviewed_announced", "reviewed_cut", "reviewed_ended", "reviewed_overtaken", "reviewed_corrected"),
    "notices": ("notices",),
}


def nothing_yet(step: str) -> dict[str, int]:
    """The counts of a step that has done nothing."""
    return dict.fromkeys(COUNTED[step], 0)


def added(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Counts with those of one more chunk.

    >>> added({"lapsed": 2, "lapses_failed": 0}, {"lapsed": 3})
    {'lapsed': 5, 'lapses_failed': 0}
    """
    return {name: counts.get(name, 0) + more.get(name, 0) for name in {**counts, **more}}
