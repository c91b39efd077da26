"""What the books refuse of a claim, told to whoever asked: each error says what happened and what to do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from capweb.kernel.errors import DomainError


class ClaimRefused(DomainError):
    """A movement of a claim cannot be ceded. `field` names the part of the order that is at fault."""

    field = "amount"


class ExGratiaNotCeded(ClaimRefused):
    """A payment without obligation is not ceded (D-43)."""

    code = "ex_gratia_not_ceded"
    field = "ex_gratia"

    @classmethod
    def told(cls, *, claim: str) -> ExGratiaNotCeded:
        return cls(
            _("An ex gratia payment is for the insurer's own account: the claim %(claim)s was not ceded.")
            % {"claim": claim},
            claim=claim,
        )


class ClaimBookedDifferently(ClaimRefused):
    """The source key stands with other figures: a movement is booked once."""

    code = "claim_booked_differently"
    field = "source_key"

    @classmethod
    def told(cls, *, source_key: str, public_id: str) -> ClaimBookedDifferently:
        return cls(
            _("%(key)s is booked already, with other figures, as %(id)s; correct that one, or give another key.")
            % {"key": source_key, "id": public_id},
            source_key=source_key,
            movement=public_id,
        )


class IndemnityAboveLimit(ClaimRefused):
    """More than the term's limit would be indemnified, or reserved, on a cession. Facts: limit, paid, asked."""

    code = "indemnity_above_limit"

    @classmethod
    def told(cls, *, cession: str, limit: Decimal, paid: Decimal, asked: Decimal) -> IndemnityAboveLimit:
        return cls(
            _("%(asked)s EUR pass the limit of %(limit)s EUR of the cession %(id)s, of which %(paid)s EUR are paid.")
            % {"asked": asked, "limit": limit, "id": cession, "paid": paid},
            cession=cession,
            limit=limit,
            paid=paid,
            asked=asked,
        )


class RecoveryAboveIndemnity(ClaimRefused):
    """More would come back, net of costs, than was indemnified and is still out (D-42)."""

    code = "recovery_above_indemnity"

    @classmethod
    def told(cls, *, claim: str, outstanding: Decimal, asked: Decimal) -> RecoveryAboveIndemnity:
        return cls(
            _("%(asked)s EUR cannot come back on the claim %(claim)s: %(left)s EUR of its indemnities are still out.")
            % {"asked": asked, "claim": claim, "left": outstanding},
            claim=claim,
            outstanding=outstanding,
            asked=asked,
        )


class MovementUnknown(ClaimRefused):
    """The movement to be corrected is none of this insurer's, or nothing that is corrected."""

    code = "movement_unknown"
    field = "corrects"

    @classmethod
    def told(cls, *, source_key: str) -> MovementUnknown:
        return cls(
            _("No indemnity or recovery is booked as %(key)s; a reserve is set to its right level instead.")
            % {"key": source_key},
            source_key=source_key,
        )


class CorrectionExceedsMovement(ClaimRefused):
    """More would be taken back than is left of the movement, or than recoveries have left of the claim."""

    code = "correction_exceeds_movement"

    @classmethod
    def told(cls, *, source_key: str, left: Decimal, asked: Decimal) -> CorrectionExceedsMovement:
        return cls(
            _("%(asked)s EUR cannot be taken back of %(key)s: %(left)s EUR can; correct its recoveries first.")
            % {"asked": asked, "key": source_key, "left": left},
            source_key=source_key,
            left=left,
            asked=asked,
        )


class DisbursementLimitReached(ClaimRefused):
    """The policy year has less left than the indemnity (D-17). Facts: policy, first_day, room, asked."""

    code = "disbursement_limit_reached"

    @classmethod
    def told(cls, *, policy: str, first_day: date, room: Decimal, asked: Decimal) -> DisbursementLimitReached:
        return cls(
            _(
                "%(asked)s EUR pass the disbursement limit of the policy %(policy)s: %(room)s EUR are left of its year"
                " that began on %(day)s."
            )
            % {"asked": asked, "policy": policy, "room": room, "day": first_day.isoformat()},
            policy=policy,
            first_day=first_day,
            room=room,
            asked=asked,
        )


class PolicyYearUnfit(ClaimRefused):
    """The policy year is unknown, of another policy, or does not hold the day of the payment."""

    code = "policy_year_unfit"
    field = "effective_on"

    @classmethod
    def told(cls, *, on: date) -> PolicyYearUnfit:
        return cls(_("No open policy year of this policy holds the day %(day)s.") % {"day": on.isoformat()}, on=on)


class DayUnfit(ClaimRefused):
    """The movement would have happened after today, or before the cover began."""

    code = "claim_day_unfit"
    field = "effective_on"

    @classmethod
    def told(cls, *, day: date, first: date, on: date) -> DayUnfit:
        return cls(
            _("The day %(day)s is not between the first day of the cover, %(first)s, and today, %(on)s.")
            % {"day": day.isoformat(), "first": first.isoformat(), "on": on.isoformat()},
            day=day,
        )


class CededCessionUnknown(ClaimRefused):
    """The insurer has no such cession."""

    code = "cession_unknown"
    field = "cession"
    status = 404

    @classmethod
    def told(cls, *, cession_id: int) -> CededCessionUnknown:
        return cls(_("There is no cession %(id)s among your insurer's.") % {"id": cession_id}, cession_id=cession_id)


class DisbursementYearDiffers(DomainError):
    """The policy has another year, or another limit, on some of these days."""

    code = "disbursement_year_differs"
