"""Open treaties with their first terms as the platform, for a sample; each gets its accounts from the database.

An insurer's own people agree theirs by four eyes (propose_treaty_changes, decide_treaty_proposals), and the database
refuses them any other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from capweb.accounts.actor import PlatformActor
from capweb.accounts.models import Organisation
from capweb.audit.trail import Change
from capweb.kernel.identifiers import new_public_id
from reinsurance.commands.book_entries import leave_trail
from reinsurance.commands.refusals import OrganisationUnfit, TreatyOverlaps
from reinsurance.domain.treaty import TreatyOpening
from reinsurance.models import Treaty, TreatyTerms
from reinsurance.queries.books import writing_alias_of


def open_treaties(actor: PlatformActor, openings: Sequence[TreatyOpening], *, on: date) -> list[str]:
    """The public ids, in the order given. A treaty that stands already (same insurer, kind, market, first day) is not
    opened twice. Runs inside acting_as_platform().

    Raises TreatyOverlaps when another treaty of that insurer, kind and market covers some of the days,
    OrganisationUnfit when a code is not an insurer's or a reinsurer's, and NotAllowed for a role without
    `envelopes.write`.
    """
    alias = writing_alias_of(actor)
    actor.must_be_allowed("envelopes.write")
    codes = {code for opening in openings for code in (opening.insurer_code, opening.reinsurer_code)}
    houses = {house.code: house for house in Organisation.objects.using(alias).filter(code__in=codes)}
    standing = list(Treaty.objects.using(alias).filter(insurer__code__in=codes))
    opened: list[tuple[Treaty, TreatyOpening]] = []
    public_ids = []
    for opening in openings:
        insurer = _house(houses, opening.insurer_code, kind="insurer")
        reinsurer = _house(houses, opening.reinsurer_code, kind="reinsurer")
        treaty = _standing(standing, opening, insurer)
        if treaty is None:
            treaty = _new(opening, insurer, reinsurer, on=on)
            standing.append(treaty)
            opened.append((treaty, opening))
        public_ids.append(treaty.public_id)
    Treaty.objects.using(alias).bulk_create([treaty for treaty, _opening in opened])
    TreatyTerms.objects.using(alias).bulk_create([_terms(treaty, opening, on=on) for treaty, opening in opened])
    leave_trail(actor, [_told(treaty, opening) for treaty, opening in opened], on=on)
    return public_ids


def _house(houses: dict[str, Organisation], code: str, *, kind: str) -> Organisation:
    house = houses.get(code)
    if house is None or house.kind != kind:
        raise OrganisationUnfit(
            _("%(code)s is not the %(kind)s that this treaty needs.") % {"code": code, "kind": kind},
            organisation=code,
            kind=kind,
        )
    return house


def _standing(standing: Sequence[Treaty], opening: TreatyOpening, insurer: Organisation) -> Treaty | None:
    for treaty in standing:
        if (treaty.insurer_id, treaty.kind, treaty.market) != (insurer.pk, opening.kind, opening.market):
            continue
        if treaty.opened_on == opening.first_day:
            return treaty
        begins_before_its_end = treaty.ended_on is None or opening.first_day < treaty.ended_on
        if begins_before_its_end and (opening.end_day is None or treaty.opened_on < opening.end_day):
            raise TreatyOverlaps(
                _("The treaty %(id)s covers some of these days; end it first.") % {"id": treaty.public_id},
                treaty=treaty.public_id,
            )
    return None


def _new(opening: TreatyOpening, insurer: Organisation, reinsurer: Organisation, *, on: date) -> Treaty:
    return Treaty(
        public_id=new_public_id("trt"),
        insurer=insurer,
        reinsurer=reinsurer,
        kind=opening.kind,
        market=opening.market,
        opened_on=opening.first_day,
        ended_on=opening.end_day,
        renewal_years=opening.renewal_years,
        reference=opening.reference,
        booked_on=on,
    )


def _terms(treaty: Treaty, opening: TreatyOpening, *, on: date) -> TreatyTerms:
    return TreatyTerms(
        insurer_id=treaty.insurer_id,
        treaty=treaty,
        first_day=opening.first_day,
        ceded_ratio=opening.ceded_ratio,
        ceding_commission=opening.ceding_commission,
        reporting_months=opening.reporting_months,
        settlement_days=opening.settlement_days,
        large_loss_amount=opening.large_loss_amount,
        cash_call_amount=opening.cash_call_amount,
        loss_order=opening.loss_order,
        booked_on=on,
    )


def _told(treaty: Treaty, opening: TreatyOpening) -> Change:
    became: dict[str, object] = {
        "insurer": opening.insurer_code,
        "reinsurer": opening.reinsurer_code,
        "kind": opening.kind,
        "market": opening.market,
        "opened_on": opening.first_day.isoformat(),
        "ceded_ratio": str(opening.ceded_ratio),
    }
    return Change("treaty.opened", treaty.public_id, became=became)
