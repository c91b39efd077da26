"""Put buyers on the insurer's watch list, or take them off: a dated fact with its reason, stored once by its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import FieldError, FieldErrors
from policies.models import BuyerWatch
from policies.queries import identity_changes, rating_waves


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchNotice:
    """From a day on a buyer is watched, to be looked at again on `review_on` if that is set; or no longer watched."""

    source_reference: str
    buyer_country: str
    buyer_identifier: str
    effective_on: date
    is_watched: bool
    reason: str
    review_on: date | None = None


def watch_buyers(actor: Actor, notices: Sequence[WatchNotice], *, on: date) -> int:
    """Store what is told of buyers, all or none; how many notices were new. A fixed number of queries.

    A buyer that was absorbed is watched under the one that remains. Raises NotAllowed, FieldErrors for every line that
    cannot be taken.
    """
    actor.must_be_allowed("buyer_limits.write")
    with acting(actor):
        keys = [(one.buyer_country, one.buyer_identifier) for one in notices]
        buyers = {(one.country, one.identifier): one.id for one in rating_waves.named(actor, keys, on=on)}
        errors = [error for line, one in enumerate(notices, 1) for error in _errors(line, one, buyers, on=on)]
        if errors:
            raise FieldErrors(errors)
        moved = identity_changes.standing(actor, buyers.values())
        references = [one.source_reference for one in notices]
        ours = BuyerWatch.objects.filter(insurer_id=actor.insurer_id, source_reference__in=references)
        known = set(ours.values_list("source_reference", flat=True))
        BuyerWatch.objects.bulk_create(
            [
                BuyerWatch(
                    insurer_id=actor.insurer_id,
                    buyer_id=moved.get(buyer := buyers[one.buyer_country, one.buyer_identifier], buyer),
                    is_watched=one.is_watched,
                    reason=one.reason.strip(),
                    review_on=one.review_on,
                    effective_on=one.effective_on,
                    booked_on=on,
                    source_reference=one.source_reference,
                    entered_by=actor.name,
                )
                for one in notices
            ],
            ignore_conflicts=True,
            batch_size=2_000,
        )
        stored = set(ours.values_list("source_reference", flat=True)) - known
        if stored:
            record_changes(
                [Change("buyer_watches.recorded", actor.insurer_code, became={"count": len(stored)})],
                insurer_id=actor.insurer_id,
                actor=actor.name,
                actor_role=actor.role,
                booked_on=on,
            )
    return len(stored)


def _errors(line: int, one: WatchNotice, buyers: Mapping[tuple[str, str], int], *, on: date) -> Iterator[FieldError]:
    if (one.buyer_country, one.buyer_identifier) not in buyers:
        told = _("No buyer %(identifier)s is known.") % {"identifier": one.buyer_identifier}
        yield FieldError("buyer_identifier", told, code="unknown_buyer", line=line)
    if not one.reason.strip():
        told = _("Say why: who looks at the buyer next reads it.")
        yield FieldError("reason", told, code="required", line=line)
    if one.effective_on > on:
        told = _("A buyer is watched from today or from an earlier day.")
        yield FieldError("effective_on", told, code="in_the_future", line=line)
    if one.review_on is not None and not one.is_watched:
        told = _("A buyer that is no longer watched has no day of review.")
        yield FieldError("review_on", told, code="not_watched", line=line)
    elif one.review_on is not None and one.review_on <= one.effective_on:
        told = _("The day of review lies after the day from which the buyer is watched.")
        yield FieldError("review_on", told, code="too_early", line=line)
