"""What keeps an act on a claim from being carried out: each error names the claim, says why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from capweb.kernel.errors import DomainError


class ClaimError(DomainError):
    """An anticipated error of an act on one claim."""

    code = "claim_error"


class ClaimUnknown(ClaimError):
    code = "claim_unknown"
    status = 404

    @classmethod
    def told(cls, claim: str) -> ClaimUnknown:
        return cls(_("There is no claim %(claim)s, or it is not yours to see.") % {"claim": claim[:60]}, claim=claim)


class ClaimUnderWay(ClaimError):
    """A claim of this policy on this buyer is under way already."""

    code = "claim_under_way"

    @classmethod
    def told(cls, claim: str) -> ClaimUnderWay:
        return cls(
            _("The claim %(claim)s on this buyer is under way: fix its loss or withdraw it before another is declared.")
            % {"claim": claim},
            claim=claim,
        )


class GuaranteeNotFound(ClaimError):
    code = "guarantee_unknown"
    status = 404

    @classmethod
    def told(cls, guarantee: str) -> GuaranteeNotFound:
        return cls(
            _("There is no guarantee %(guarantee)s, or it is not yours to see.") % {"guarantee": guarantee[:60]},
            guarantee=guarantee,
        )


class DeliveredToTwo(ClaimError):
    """A part was delivered before the buyer was absorbed by another, a part after it. Facts: guarantee."""

    code = "delivered_to_two_buyers"
    status = 422

    @classmethod
    def told(cls, guarantee: str) -> DeliveredToTwo:
        return cls(
            _("Two buyers became one meanwhile: declare what was delivered before that day by itself."),
            guarantee=guarantee,
        )


class LossNotConstituted(ClaimError):
    """The waiting period has not passed yet, or the event lies ahead. Facts: claim, from_day."""

    code = "loss_not_constituted"

    @classmethod
    def told(cls, claim: str, *, day: date) -> LossNotConstituted:
        return cls(
            _("The loss of the claim %(claim)s is constituted on %(day)s, not before.")
            % {"claim": claim, "day": day.isoformat()},
            claim=claim,
            from_day=day,
        )


class PolicyDoesNotTell(ClaimError):
    """The policy's terms lack a delay on which the outcome depends (D-35). Facts: claim, missing."""

    code = "policy_does_not_tell"

    @classmethod
    def told(cls, claim: str, *, missing: str) -> PolicyDoesNotTell:
        return cls(
            _("The terms of the policy do not tell `%(missing)s`, on which the claim %(claim)s depends.")
            % {"claim": claim, "missing": missing},
            claim=claim,
            missing=missing,
        )


class LateLinesUndecided(ClaimError):
    """Invoices were declared after the policy's delay: somebody decides whether they count. Facts: claim, invoices."""

    code = "late_lines_undecided"

    @classmethod
    def told(cls, claim: str, *, invoices: Sequence[str]) -> LateLinesUndecided:
        return cls(
            _("Declared too late: %(invoices)s (claim %(claim)s). Say whether they are excused or left out, and why.")
            % {"claim": claim, "invoices": ", ".join(invoices)},
            claim=claim,
            invoices=list(invoices),
        )


class RateMissing(ClaimError):
    """No exchange rate is known on a day (D-44). Facts: currency, day."""

    code = "rate_missing"

    @classmethod
    def told(cls, claim: str, *, currency: str, day: date) -> RateMissing:
        return cls(
            _("No rate of the %(currency)s is known for %(day)s or the week before it: send it first.")
            % {"currency": currency, "day": day.isoformat()},
            claim=claim,
            currency=currency,
            day=day,
        )


class NothingToPay(ClaimError):
    """No cover owes anything, or the policy year has nothing left. Facts: claim, due."""

    code = "nothing_to_pay"

    @classmethod
    def told(cls, claim: str, *, due: Decimal) -> NothingToPay:
        return cls(
            _("Nothing can be paid on the claim %(claim)s (owed before the disbursement limit: %(due)s EUR): close it.")
            % {"claim": claim, "due": due},
            claim=claim,
            due=due,
        )


class PaymentDayUnfit(ClaimError):
    """The day lies ahead, or before what it follows. Facts: claim, day, first, last."""

    code = "claim_day_unfit"

    @classmethod
    def told(cls, claim: str, *, day: date, first: date, last: date) -> PaymentDayUnfit:
        return cls(
            _("The day %(day)s does not lie between %(first)s and %(last)s (claim %(claim)s).")
            % {"day": day.isoformat(), "first": first.isoformat(), "last": last.isoformat(), "claim": claim},
            claim=claim,
            day=day,
            first=first,
            last=last,
        )


class RecoveryAboveLoss(ClaimError):
    """More would come back, net and in euro, than is out of the loss (D-42). Facts: claim, out, net."""

    code = "recovery_above_loss"

    @classmethod
    def told(cls, claim: str, *, out: Decimal, net: Decimal) -> RecoveryAboveLoss:
        return cls(
            _("%(net)s EUR cannot come back on the claim %(claim)s: %(out)s EUR of its loss are still out.")
            % {"net": net, "claim": claim, "out": out},
            claim=claim,
            out=out,
            net=net,
        )


class RecoveryBelowCosts(ClaimError):
    """Nothing is left of a recovery after its costs. Facts: claim, received, costs."""

    code = "recovery_below_costs"

    @classmethod
    def told(cls, claim: str, *, received: Decimal, costs: Decimal) -> RecoveryBelowCosts:
        return cls(
            _("Costs of %(costs)s leave nothing of %(received)s: record a step of collection (claim %(claim)s).")
            % {"costs": costs, "received": received, "claim": claim},
            claim=claim,
            received=received,
            costs=costs,
        )


class InvoiceUnknown(ClaimError):
    code = "invoice_unknown"
    status = 404

    @classmethod
    def told(cls, claim: str, *, number: str) -> InvoiceUnknown:
        return cls(
            _("The claim %(claim)s has no invoice %(number)s.") % {"claim": claim, "number": number[:60]},
            claim=claim,
            invoice=number,
        )


class InvoiceDayUnfit(ClaimError):
    """A due day can only be put off. Facts: claim, invoice, due_on."""

    code = "due_day_not_later"

    @classmethod
    def told(cls, claim: str, *, number: str, due_on: date) -> InvoiceDayUnfit:
        return cls(
            _("The invoice %(number)s falls due on %(day)s already; a due day is only put off (claim %(claim)s).")
            % {"number": number, "day": due_on.isoformat(), "claim": claim},
            claim=claim,
            invoice=number,
            due_on=due_on,
        )


class PaymentAboveInvoice(ClaimError):
    """More would be paid than is open. Facts: claim, invoice, open_amount."""

    code = "payment_above_invoice"

    @classmethod
    def told(cls, claim: str, *, number: str, left: Decimal) -> PaymentAboveInvoice:
        return cls(
            _("Of the invoice %(number)s %(left)s are open, tax included: no more can be paid (claim %(claim)s).")
            % {"number": number, "left": left, "claim": claim},
            claim=claim,
            invoice=number,
            open_amount=left,
        )


class ReasonMissing(ClaimError):
    code = "claim_reason_missing"
    status = 422

    @classmethod
    def told(cls, claim: str) -> ReasonMissing:
        return cls(_("Say why (claim %(claim)s).") % {"claim": claim}, claim=claim)
