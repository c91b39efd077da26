"""Record exchange rates as their source published them: foreign invoices count at that of their day (D-44)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change
from capweb.kernel.errors import FieldError, FieldErrors
from capweb.kernel.money import EURO
from policies.commands.claim_acts import tell
from policies.models import ExchangeRate


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRate:
    """How many units of a currency one euro was worth on a day, and who said so."""

    currency: str
    day: date
    units_per_euro: Decimal
    source: str


def record_exchange_rates(actor: Actor, rates: Sequence[GivenRate], *, on: date) -> int:
    """Store the rates; how many were new. A rate that stands is not changed. Inside acting(actor).

    Raises NotAllowed, and FieldErrors naming every line that cannot be taken, one that differs from what stands too.
    """
    must_be_acting(actor)
    actor.must_be_allowed("claims.handle")
    rows = ExchangeRate.objects.filter(
        insurer_id=actor.insurer_id, day__in={one.day for one in rates}, currency__in={one.currency for one in rates}
    )
    known = {(currency, day): units for currency, day, units in rows.values_list("currency", "day", "units_per_euro")}
    errors: list[FieldError] = []
    new: dict[tuple[str, date], GivenRate] = {}
    for line, one in enumerate(rates, 1):
        errors += _errors(one, line=line, on=on)
        stands = known.setdefault((one.currency, one.day), one.units_per_euro)
        if stands != one.units_per_euro:
            message = _("Another rate of this day stands: %(rate)s.") % {"rate": stands}
            errors.append(FieldError("units_per_euro", message, code="rate_differs", line=line))
        new[one.currency, one.day] = one
    if errors:
        raise FieldErrors(errors)
    before = ExchangeRate.objects.filter(insurer_id=actor.insurer_id).count()
    ExchangeRate.objects.bulk_create(
        [
            ExchangeRate(
                insurer_id=actor.insurer_id,
                currency=one.currency,
                day=one.day,
                units_per_euro=one.units_per_euro,
                source=one.source,
                booked_on=on,
            )
            for one in new.values()
        ],
        ignore_conflicts=True,
        batch_size=1_000,
    )
    added = ExchangeRate.objects.filter(insurer_id=actor.insurer_id).count() - before
    if added:
        tell(actor, [Change("exchange_rates.recorded", actor.insurer_code, became={"count": added})], on=on)
    return added


def _errors(one: GivenRate, *, line: int, on: date) -> list[FieldError]:
    found = []
    if not (len(one.currency) == 3 and one.currency.isascii() and one.currency.isupper()) or one.currency == EURO:
        message = _("A foreign currency is three capital letters.")
        found.append(FieldError("currency", message, code="unknown_currency", line=line))
    if not (one.units_per_euro.is_finite() and 0 < one.units_per_euro < 10**8):
        message = _("A rate is above nothing.")
        found.append(FieldError("units_per_euro", message, code="rate_not_positive", line=line))
    if one.day > on:
        found.append(FieldError("day", _("The day lies ahead of today."), code="in_the_future", line=line))
    if not one.source.strip():
        found.append(FieldError("source", _("A rate has its source."), code="source_missing", line=line))
    return found
