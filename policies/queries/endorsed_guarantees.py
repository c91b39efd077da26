"""Which guarantee does a number mean that somebody wrote down: its own, or that of one of its endorsements?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor
from policies.models import Endorsement, Guarantee
from policies.queries import scope


def guarantees_of(actor: Actor, numbers: Sequence[str], *, on: date) -> dict[str, str]:
    """The public id of each guarantee by the number given; what this actor may not see is left out.

    Two queries; inside acting(actor).
    """
    own = Guarantee.objects.filter(
        scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id, public_id__in=list(numbers)
    )
    found = {public_id: public_id for public_id in own.values_list("public_id", flat=True)}
    endorsed = Endorsement.objects.filter(
        scope.of_policies(actor, on=on, through="term__policy"), insurer_id=actor.insurer_id, number__in=list(numbers)
    )
    return found | dict(endorsed.values_list("number", "term__guarantee__public_id"))
