"""Open policy years with the most that may be paid in each (D-17): an account whose room indemnities use up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connections
from django.utils.translation import gettext as _

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change
from capweb.kernel.money import ZERO
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.commands.claim_refusals import DisbursementYearDiffers
from reinsurance.domain.claim import DisbursementOpening, DisbursementReceipt
from reinsurance.domain.transfer import Account, NewEntry, NewTransfer
from reinsurance.models import LedgerAccount
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.disbursements import DisbursementState, disbursement_years

_COLUMNS = (
    "id",
    "insurer_id",
    "policy_number",
    "market",
    "first_day",
    "end_day",
    "limit_amount",
    "reference",
    "booked_on",
)
# Any number will do, as long as nobody else takes this lock: it keeps two from opening the same year at once.
_OPENING = 2_020_017
_Key = tuple[str, str, date, date]


def open_disbursement_years(
    actor: Actor, openings: Sequence[DisbursementOpening], *, on: date
) -> list[DisbursementReceipt]:
    """The receipts in order; a year that is open already with the same limit answers with what was disbursed in it.

    A fixed number of queries. Runs inside acting(actor). Raises DisbursementYearDiffers when the policy has another
    year, or another limit, on some of these days; NotAllowed without `claims.cede`.
    """
    alias = writing_alias_of(actor)
    actor.must_be_allowed("claims.cede")
    if not openings:
        return []
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_OPENING, actor.insurer_id])
    known = disbursement_years(actor, {opening.policy_number for opening in openings})
    new: dict[_Key, DisbursementOpening] = {}
    for opening in openings:
        if _standing(opening, known, new) is None:
            new[_key(opening)] = opening
    opened = _opened(actor, list(new.values()), on=on)
    by_key = {_state_key(state): state for state in known}
    return [_receipt(opening, by_key.get(_key(opening)), opened) for opening in openings]


def _key(opening: DisbursementOpening) -> _Key:
    return opening.policy_number, opening.market, opening.first_day, opening.end_day


def _state_key(state: DisbursementState) -> _Key:
    return state.policy_number, state.market, state.first_day, state.end_day


def _standing(
    opening: DisbursementOpening, known: Sequence[DisbursementState], new: dict[_Key, DisbursementOpening]
) -> object:
    """What stands for these days already; None when nothing does. Raises DisbursementYearDiffers."""
    others: list[tuple[_Key, object, object]] = [(_state_key(one), one.limit_amount, one) for one in known]
    others += [(key, one.limit_amount, one) for key, one in new.items()]
    for key, limit, standing in others:
        if key == _key(opening) and limit == opening.limit_amount:
            return standing
        if key[:2] == _key(opening)[:2] and key[2] < opening.end_day and opening.first_day < key[3]:
            raise DisbursementYearDiffers(
                _("The policy %(policy)s has a year from %(first)s to %(end)s with a limit of %(limit)s EUR already.")
                % {"policy": key[0], "first": key[2], "end": key[3], "limit": limit},
                policy=opening.policy_number,
                first_day=opening.first_day,
            )
    return None


def _opened(actor: Actor, new: Sequence[DisbursementOpening], *, on: date) -> dict[_Key, int]:
    if not new:
        return {}
    alias = writing_alias_of(actor)
    ids = draw_ids("reinsurance_disbursementyear", len(new), using=alias)
    copy_rows(
        "reinsurance_disbursementyear",
        _COLUMNS,
        (
            (pk, actor.insurer_id, *_key(one), one.limit_amount, one.reference, on)
            for pk, one in zip(ids, new, strict=True)
        ),
        using=alias,
    )
    accounts = {
        (year_id, name): account_id
        for account_id, year_id, name in LedgerAccount.objects.using(alias)
        .filter(disbursement_year_id__in=ids)
        .values_list("id", "disbursement_year_id", "account_class")
    }
    entries = [
        NewEntry(
            "disbursement",
            f"disbursement:{one.policy_number}:{one.market}:{one.first_day}",
            actor.insurer_id,
            (
                NewTransfer(
                    Account(accounts[pk, "disbursement_limit"], "disbursement_limit"),
                    Account(accounts[pk, "disbursement_room"], "disbursement_room"),
                    "limit_opened",
                    one.limit_amount,
                ),
            ),
        )
        for pk, one in zip(ids, new, strict=True)
    ]
    book_entries(actor, entries, on=on)
    leave_trail(actor, [_told(one) for one in new], on=on)
    return {_key(one): pk for pk, one in zip(ids, new, strict=True)}


def _told(one: DisbursementOpening) -> Change:
    became: dict[str, object] = {
        "first_day": one.first_day.isoformat(),
        "end_day": one.end_day.isoformat(),
        "limit": str(one.limit_amount),
        "reference": one.reference,
    }
    return Change("disbursement_year.opened", one.policy_number, became=became)


def _receipt(
    opening: DisbursementOpening, known: DisbursementState | None, opened: dict[_Key, int]
) -> DisbursementReceipt:
    if known is not None:
        return DisbursementReceipt(known.id, known.limit_amount, known.disbursed, is_repeat=True)
    return DisbursementReceipt(opened[_key(opening)], opening.limit_amount, ZERO, is_repeat=False)
