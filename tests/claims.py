"""Guarantees with a loss: a limit refused or reduced, a top-up accepted, invoices that are not paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from policies.commands.accept_offers import accept_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.declare_overdues import (
    DeclarationReceipt,
    GivenInvoice,
    OverdueDeclaration,
    declare_overdues,
)
from policies.commands.fix_losses import LossFixing, fix_losses
from policies.commands.submit_limit_requests import submit_file
from policies.domain.indemnity import Indemnity
from policies.models import Offer
from tests import factories as make
from tests.cast import OPENING_DAY

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
DELIVERED = date(2020, 7, 1)
DUE = date(2020, 8, 30)
DECLARED = date(2020, 10, 1)
PAID = date(2020, 11, 2)


@dataclass(frozen=True)
class Covered:
    """A policyholder, a buyer, and the top-up on it."""

    who: make.Client
    whom: make.Known
    guarantee: str


def covered(actor: Actor, *, total: str = "300000", who: make.Client | None = None, **notice: object) -> Covered:
    """A substitution of 100,000 by default (grade 7, refused); a complement where a reduction is told."""
    who, whom = who or make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom, **notice)  # type: ignore[arg-type]
    content = make.csv_of([make.row_for(who, whom, total=total, reference="a")])
    receipt = submit_file(actor, content, file_name="a.csv", media_type="text/csv", on=OPENING_DAY)
    assert decide_submission(actor, receipt.public_id, on=OPENING_DAY, holder="test")
    with acting(actor):
        offer = Offer.objects.get(limit_request__buyer_id=whom.id)
    (answer,) = accept_offers(actor, [offer.public_id], on=OPENING_DAY, at=NOON)
    assert answer.guarantee is not None, answer
    return Covered(who, whom, answer.guarantee)


def invoice(amount: str, number: str = "F1", **more: object) -> GivenInvoice:
    """An invoice delivered under cover and due before the claim is declared."""
    given = {"delivered_on": DELIVERED, "invoiced_on": DELIVERED, "due_on": DUE, "amount": Decimal(amount), **more}
    return GivenInvoice(number=number, **given)  # type: ignore[arg-type]


def declared(
    actor: Actor, cover: Covered, *invoices: GivenInvoice, on: date = DECLARED, **more: object
) -> DeclarationReceipt:
    reference = str(more.pop("reference", f"overdue {cover.guarantee}"))
    one = OverdueDeclaration(source_reference=reference, guarantee=cover.guarantee, invoices=invoices, **more)  # type: ignore[arg-type]
    with acting(actor):
        return declare_overdues(actor, [one], on=on)[0]


def lost(actor: Actor, claim: str, *, on: date = DECLARED, **more: object) -> Indemnity:
    """The loss fixed, by an insolvency unless another cause is given."""
    given = {"cause": "insolvency", "caused_on": on, **more}
    with acting(actor):
        return fix_losses(actor, [LossFixing(claim=claim, **given)], on=on)[0]  # type: ignore[arg-type]
