"""Stored editions of the law, as laws in force again: what judged a decision, whatever the book says today."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from capweb.accounts.actor import Actor
from eligibility.domain import law_content
from eligibility.domain.law_content import Edition
from eligibility.models import LawEdition

EDITIONS_REMEMBERED: Final = 64

# By insurer and fingerprint; an edition never changes, so what was read once is right for good.
_editions: dict[tuple[int, str], Edition] = {}


def editions(actor: Actor, fingerprints: Collection[str]) -> dict[str, Edition]:
    """The editions of these laws by fingerprint; those that are not stored are left out.

    One query, none where all are known. Inside acting(actor).
    """
    found = {one: _editions[actor.insurer_id, one] for one in fingerprints if (actor.insurer_id, one) in _editions}
    missing = set(fingerprints) - found.keys()
    if missing:
        rows = LawEdition.objects.filter(insurer_id=actor.insurer_id, fingerprint__in=missing)
        for fingerprint, content in rows.values_list("fingerprint", "content"):
            if len(_editions) >= EDITIONS_REMEMBERED:
                _editions.clear()
            found[fingerprint] = law_content.edition_from(content.encode())
            _editions[actor.insurer_id, fingerprint] = found[fingerprint]
    return found
