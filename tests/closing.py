"""A small insurer whose periods are closed: cessions, a correction, a follow-down, a renewal at less, a lapse.

Everything goes through the real commands; two roles write, so ask for `committed` or `committed_once` beside it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.kernel.periods import Term
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.cede import cede
from reinsurance.commands.cede_claims import cede_claims
from reinsurance.commands.cede_recoveries import cede_recoveries
from reinsurance.commands.close_bordereau import ClosedBordereau, close_bordereaux
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.recut_claims import recut_claims
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.documents.bordereau_files import bordereau_csv, bordereau_json
from reinsurance.documents.bordereau_xlsx import bordereau_xlsx
from reinsurance.domain.cession import Amendment, Ending
from reinsurance.domain.claim import CorrectionOrder, IndemnityOrder, RecoveryOrder, ReserveOrder
from reinsurance.domain.closing import period_named
from reinsurance.models import Cession
from reinsurance.queries import bordereaux
from reinsurance.queries.treaties import treaties
from tests.books import open_books, order
from tests.cast import OPENING_DAY, Cast

SPRING, SUMMER, AUTUMN, WINTER = (period_named(name) for name in ("2020-Q2", "2020-Q3", "2020-Q4", "2021-Q1"))
LAPSE = date(2020, 9, 15)


def live_through_2020(cast: Cast) -> Actor:
    """The insurer's accountant, after six months of business under four treaties with 5 % commission."""
    open_books(cast, commission=Decimal("0.05"))
    actor = cast.actor(role="reinsurance_accountant")
    with acting(actor):
        made = cede(actor, [order("a"), order("b", amount="33333.33"), order("c"), order("d")], on=OPENING_DAY)
        a, b, c, d = (receipt.cession_id for receipt in made)
        corrected = Amendment(
            cession_id=d,
            amount=Decimal("70000.00"),
            effective_on=OPENING_DAY,
            is_correction=True,
            premium_credited=Decimal("262.50"),
        )
        amend_cessions(actor, [corrected], on=date(2020, 7, 2))
        followed = Amendment(
            cession_id=b, amount=Decimal("20000.01"), effective_on=date(2020, 7, 20), run_off_until=date(2020, 12, 1)
        )
        amend_cessions(actor, [followed], on=date(2020, 7, 20))
        # Replaced a fortnight before its end: 14 of 92 days come back.
        renewal = order(
            "a2",
            amount="60000.00",
            term=Term(date(2020, 9, 1), date(2020, 12, 1)),
            replaces_cession_id=a,
            run_off_until=date(2020, 12, 15),
            premium_credited=Decimal("133.15"),
        )
        cede(actor, [renewal], on=date(2020, 9, 1))
        end_cessions(actor, [Ending(cession_id=c, effective_on=LAPSE, run_off_until=date(2020, 10, 15))], on=LAPSE)
        release_run_off(actor, on=date(2020, 10, 15))
        _claims(actor, c)
    return actor


def correct_what_ended(actor: Actor) -> None:
    """In December the first cession, which was replaced in September, proves to have been too high; a part of what runs
    off goes back at once, the rest five days later.
    """
    day = date(2020, 12, 10)
    with acting(actor):
        wrong = Amendment(
            cession_id=Cession.objects.get(source_key="a").pk,
            amount=Decimal("70000.00"),
            effective_on=OPENING_DAY,
            is_correction=True,
            premium_credited=Decimal("222.56"),
        )
        amend_cessions(actor, [wrong], on=day)
        release_run_off(actor, on=date(2020, 12, 15))


def correct_what_was_paid(actor: Actor) -> None:
    """In January the cession on which the claims are proves to have been too high, so that they fall anew."""
    day = date(2021, 1, 10)
    with acting(actor):
        lapsed = Cession.objects.get(source_key="c").pk
        wrong = Amendment(cession_id=lapsed, amount=Decimal("10000.00"), effective_on=OPENING_DAY, is_correction=True)
        amend_cessions(actor, [wrong], on=day)
        recut_claims(actor, [lapsed], on=day)


def _claims(actor: Actor, cession: int) -> None:
    """A claim reserved in summer, paid and partly recovered in autumn; another paid by mistake and taken back."""
    first = {"cession_id": cession, "claim_reference": "S-2020-1"}
    second = {"cession_id": cession, "claim_reference": "S-2020-2"}
    # The summer's movements are booked on their own days: nothing here depends on the order of writing.
    day = date(2020, 9, 20)
    cede_claims(actor, [ReserveOrder(source_key="r1", effective_on=day, level=Decimal("50000.00"), **first)], on=day)
    day = date(2020, 9, 25)
    wrong = IndemnityOrder(source_key="i2", effective_on=day, amount=Decimal("3000.33"), **second)
    cede_claims(actor, [wrong], on=day)
    day = date(2020, 10, 5)
    paid = IndemnityOrder(
        source_key="i1", effective_on=day, amount=Decimal("20000.01"), reserve_level=Decimal("29999.99"), **first
    )
    cede_claims(actor, [paid], on=day)
    day = date(2020, 10, 20)
    cede_claims(actor, [CorrectionOrder(source_key="k2", effective_on=day, corrects="i2")], on=day)
    day = date(2020, 11, 10)
    received = RecoveryOrder(
        source_key="b1", effective_on=day, received=Decimal("5000.00"), costs=Decimal("100.05"), **first
    )
    cede_recoveries(actor, [received], on=day)
    back = CorrectionOrder(source_key="k1", effective_on=day, corrects="b1", amount=Decimal("400.00"))
    cede_recoveries(actor, [back], on=date(2020, 12, 1))


def substitution_of(actor: Actor) -> str:
    """The public id of the actor's domestic substitution treaty, under which all of it was ceded."""
    with acting(actor):
        rows = treaties(actor, on=OPENING_DAY)
    return next(row.public_id for row in rows if (row.kind, row.market) == ("substitution", "domestic"))


def close(actor: Actor, period: Term, *, on: date | None = None) -> dict[str, ClosedBordereau]:
    """The four bordereaux of the domestic substitution treaty, by kind, closed on the day after the period."""
    found = close_bordereaux(actor, [substitution_of(actor)], period=period, on=on or period.end)
    return {one.kind: one for one in found}


def files_of(actor: Actor, public_id: str) -> dict[str, bytes]:
    """The three files of a closed bordereau, as they are downloaded."""
    with acting(actor):
        found = bordereaux.bordereau(actor, public_id)
    made = {"xlsx": bordereau_xlsx(found.written, public_id, bordereaux.in_pieces(actor, found)).read()}
    for name, write in (("json", bordereau_json), ("csv", bordereau_csv)):
        made[name] = b"".join(write(found.written, public_id, bordereaux.in_pieces(actor, found)))
    return made


def saved(actor: Actor, public_id: str, folder: Path) -> dict[str, Path]:
    """The three files in a folder."""
    paths = {}
    for name, content in files_of(actor, public_id).items():
        paths[name] = folder / f"{public_id}.{name}"
        paths[name].write_bytes(content)
    return paths
