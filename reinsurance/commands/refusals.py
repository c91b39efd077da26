"""What the books refuse, told to whoever asked: each error says what happened and what to do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from capweb.kernel.errors import DomainError
from reinsurance.domain.capacity import FreeRoom, rounded_down
from reinsurance.domain.chart import Kind, Market


class CeilingReached(DomainError):
    """No room for what exposure would rise by, in the envelope or in the part of it that is reserved to the treaty.

    Facts: market, source_key, asked, room (rounded for the shared envelope), is_reserved.
    """

    code = "ceiling_reached"

    @classmethod
    def told(cls, *, room: FreeRoom, source_key: str, asked: Decimal) -> CeilingReached:
        if room.is_reserved:
            said = _(
                "The part of the %(market)s envelope reserved to your treaty has no room for %(asked)s EUR more;"
                " ask again after releases, or for less."
            )
        else:
            said = _(
                "The %(market)s envelope has no room for %(asked)s EUR more; ask again after releases, or for less."
            )
        return cls(
            said % {"market": room.market, "asked": asked},
            market=room.market,
            source_key=source_key,
            asked=asked,
            room=room.drawable if room.is_reserved else rounded_down(room.room),
            is_reserved=room.is_reserved,
        )


class NoOpenTreaty(DomainError):
    """No treaty of the insurer is open for the kind and market on the day (D-43: referred, never granted unceded)."""

    code = "no_open_treaty"

    @classmethod
    def told(cls, *, kind: Kind, market: Market, on: date) -> NoOpenTreaty:
        return cls(
            _("No reinsurance treaty is open for %(kind)s, %(market)s, on %(day)s; an administrator can open one.")
            % {"kind": kind, "market": market, "day": on.isoformat()},
            kind=kind,
            market=market,
            on=on,
        )


class CountryNotCovered(DomainError):
    """The treaty's amendments leave the buyer's country out (R.442-8-12): referred, never granted unceded."""

    code = "country_not_covered"

    @classmethod
    def told(cls, *, treaty: str, country: str, on: date) -> CountryNotCovered:
        return cls(
            _("The treaty %(treaty)s does not cover %(country)s on %(day)s; an amendment by country can be agreed.")
            % {"treaty": treaty, "country": country, "day": on.isoformat()},
            treaty=treaty,
            country=country,
            on=on,
        )


class HoldNotLive(DomainError):
    """The offer's hold does not exist, was given back, or has already become a cession."""

    code = "hold_not_live"

    @classmethod
    def told(cls, *, source_key: str, state: str) -> HoldNotLive:
        return cls(
            _("The capacity held for %(key)s is no longer held (%(state)s); judge the request again.")
            % {"key": source_key, "state": state},
            source_key=source_key,
            state=state,
        )


class CessionUnknown(DomainError):
    """The insurer has no such cession."""

    code = "cession_unknown"
    status = 404

    @classmethod
    def told(cls, *, cession_id: int) -> CessionUnknown:
        return cls(_("There is no cession %(id)s among your insurer's.") % {"id": cession_id}, cession_id=cession_id)


class CessionNotLive(DomainError):
    """The cession has ended or was replaced."""

    code = "cession_not_live"

    @classmethod
    def told(cls, *, public_id: str, state: str) -> CessionNotLive:
        return cls(
            _("The cession %(id)s no longer runs (%(state)s); read the guarantee again.")
            % {"id": public_id, "state": state},
            cession=public_id,
            state=state,
        )


class AmendmentRaises(DomainError):
    """An amendment follows down only; more cover is a new cession."""

    code = "amendment_raises"

    @classmethod
    def told(cls, *, public_id: str, amount: Decimal, live_amount: Decimal) -> AmendmentRaises:
        return cls(
            _("The cession %(id)s stands at %(live)s EUR and cannot grow to %(amount)s EUR; cede a new term instead.")
            % {"id": public_id, "live": live_amount, "amount": amount},
            cession=public_id,
            amount=amount,
            live_amount=live_amount,
        )


class CreditExceedsPremium(DomainError):
    """More premium would be credited than is left of the term's."""

    code = "credit_exceeds_premium"

    @classmethod
    def told(cls, *, public_id: str, credited: Decimal, premium_left: Decimal) -> CreditExceedsPremium:
        return cls(
            _("%(credited)s EUR cannot be credited on the cession %(id)s: %(left)s EUR of its premium are left.")
            % {"credited": credited, "id": public_id, "left": premium_left},
            cession=public_id,
            credited=credited,
            premium_left=premium_left,
        )


class CededDifferently(DomainError):
    """The source key stands with other figures: the same term cannot be ceded twice."""

    code = "ceded_differently"

    @classmethod
    def told(cls, *, source_key: str, public_id: str) -> CededDifferently:
        return cls(
            _("%(key)s is ceded already, with other figures, as %(id)s; amend or replace that cession instead.")
            % {"key": source_key, "id": public_id},
            source_key=source_key,
            cession=public_id,
        )


class TreatyOverlaps(DomainError):
    """The insurer has another treaty for the kind and market on some of these days."""

    code = "treaty_overlaps"


class OrganisationUnfit(DomainError):
    """A treaty is between an insurer and a reinsurer, and an actor opens its own insurer's only."""

    code = "organisation_unfit"
    status = 422
