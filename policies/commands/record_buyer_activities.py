"""What buyers do, as the insurer's own feed tells it: codes of the NAF or NACE, dated, stored once by their source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import FieldError, FieldErrors
from policies.models import BuyerActivity
from policies.queries import rating_waves

_CODE: Final = re.compile(r"[0-9]{2}(\.[0-9]{1,2}[A-Z]?)?\Z")


@dataclass(frozen=True, slots=True)
class ActivityNotice:
    """One buyer's activity from a day on; `code` as `49.41A`, or `49.41` of the NACE, or a division alone."""

    source_reference: str
    buyer_country: str
    buyer_identifier: str
    code: str
    effective_on: date


def is_activity_code(text: str) -> bool:
    """Whether a code is written as one of the NAF or the NACE, or begins one: `49`, `49.4`, `49.41`, `49.41A`.

    >>> [is_activity_code(text) for text in ("49.41A", "49", "4941A", "49.")]
    [True, True, False, False]
    """
    return _CODE.match(text) is not None


def record_buyer_activities(actor: Actor, notices: Sequence[ActivityNotice], *, on: date) -> int:
    """Store the activities; how many were new. Raises NotAllowed, FieldErrors for every line that cannot be taken."""
    actor.must_be_allowed("buyer_limits.write")
    with acting(actor):
        keys = [(one.buyer_country, one.buyer_identifier) for one in notices]
        buyers = {(one.country, one.identifier): one.id for one in rating_waves.named(actor, keys, on=on)}
        errors = [error for line, one in enumerate(notices, 1) for error in _errors(line, one, buyers)]
        if errors:
            raise FieldErrors(errors)
        before = BuyerActivity.objects.filter(insurer_id=actor.insurer_id).count()
        BuyerActivity.objects.bulk_create(
            [
                BuyerActivity(
                    insurer_id=actor.insurer_id,
                    buyer_id=buyers[one.buyer_country, one.buyer_identifier],
                    code=one.code,
                    effective_on=one.effective_on,
                    booked_on=on,
                    source_reference=one.source_reference,
                )
                for one in notices
            ],
            ignore_conflicts=True,
            batch_size=2_000,
        )
        new = BuyerActivity.objects.filter(insurer_id=actor.insurer_id).count() - before
        if new:
            record_changes(
                [Change("buyer_activities.recorded", actor.insurer_code, became={"count": new})],
                insurer_id=actor.insurer_id,
                actor=actor.name,
                actor_role=actor.role,
                booked_on=on,
            )
    return new


def _errors(line: int, one: ActivityNotice, buyers: dict[tuple[str, str], int]) -> list[FieldError]:
    found = []
    if (one.buyer_country, one.buyer_identifier) not in buyers:
        told = _("No buyer %(identifier)s is known.") % {"identifier": one.buyer_identifier}
        found.append(FieldError("buyer_identifier", told, code="unknown_buyer", line=line))
    if not is_activity_code(one.code):
        told = _("An activity is written as 49.41A.")
        found.append(FieldError("code", told, code="not_an_activity", line=line))
    return found
