"""What settlement refuses, told to whoever asked: answers to lines, statements, payments, advices."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from capweb.kernel.errors import DomainError


class AnswerRefused(DomainError):
    """A line cannot be answered like this. `field` names the part of the answer that is at fault."""

    field = "line"


class LineUnknown(AnswerRefused):
    """There is no such line in a bordereau of the reinsurer's own treaties."""

    code = "line_unknown"
    status = 404

    @classmethod
    def told(cls, *, bordereau: str, line: int) -> LineUnknown:
        return cls(
            _("There is no line %(line)s in a bordereau %(id)s of your treaties.") % {"line": line, "id": bordereau},
            bordereau=bordereau,
            line=line,
        )


class LineSettled(AnswerRefused):
    """The line is settled: what was wrong in it is corrected by a line of a later bordereau."""

    code = "line_settled"
    status = 409

    @classmethod
    def told(cls, *, bordereau: str, line: int) -> LineSettled:
        return cls(
            _("The line %(line)s of %(id)s is settled; what is wrong in it is corrected in a later bordereau.")
            % {"line": line, "id": bordereau},
            bordereau=bordereau,
            line=line,
        )


class DisputeSaysNothing(AnswerRefused):
    """A dispute names one of the listed reasons; an acknowledgement names none; `other` explains itself in a note."""

    code = "dispute_says_nothing"
    status = 422
    field = "reason"

    @classmethod
    def told(cls) -> DisputeSaysNothing:
        return cls(_("A dispute names one of the listed reasons, and explains in a note what is other than these."))


class AnswerUnknown(AnswerRefused):
    """An answer is `acknowledged` or `disputed`."""

    code = "answer_unknown"
    status = 422
    field = "answer"

    @classmethod
    def told(cls, *, answer: str) -> AnswerUnknown:
        return cls(_("%(answer)s is no answer: a line is acknowledged or disputed.") % {"answer": answer})


class PaymentBookedDifferently(DomainError):
    """The reference stands with other figures: a payment is booked once."""

    code = "payment_booked_differently"
    status = 409

    @classmethod
    def told(cls, *, reference: str, public_id: str) -> PaymentBookedDifferently:
        return cls(
            _("A payment %(reference)s is booked already, with other figures, as %(id)s; give another reference.")
            % {"reference": reference, "id": public_id},
            reference=reference,
            payment=public_id,
        )


class StatementUnknown(DomainError):
    """The treaty has no such statement that a payment of this direction could pay."""

    code = "statement_unknown"
    status = 404

    @classmethod
    def told(cls, *, statement: str) -> StatementUnknown:
        return cls(
            _("The treaty has no statement %(id)s that is open in this direction.") % {"id": statement},
            statement=statement,
        )


class PaymentNotYetMade(DomainError):
    """A payment is booked when it has been made."""

    code = "payment_not_yet_made"
    status = 422

    @classmethod
    def told(cls, *, reference: str) -> PaymentNotYetMade:
        return cls(
            _("The payment %(reference)s lies in the future; book it on its day.") % {"reference": reference},
            reference=reference,
        )


class AdviceUnfit(DomainError):
    """The reinsurer keeps no such account, or the advice is not dated by today."""

    code = "advice_unfit"
    status = 422


class AdviceBookedDifferently(DomainError):
    """The reference stands with other figures: an advice is entered once."""

    code = "advice_booked_differently"
    status = 409

    @classmethod
    def told(cls, *, reference: str) -> AdviceBookedDifferently:
        return cls(
            _("%(reference)s is entered already, with other figures; give the reference of the later advice.")
            % {"reference": reference},
            reference=reference,
        )


class ReserveExceeded(DomainError):
    """More of a special reserve would be used than was allocated to it."""

    code = "reserve_exceeded"
    status = 409

    @classmethod
    def told(cls, *, left: Decimal, asked: Decimal) -> ReserveExceeded:
        return cls(
            _("%(asked)s EUR cannot be used: the special reserve holds %(left)s EUR.") % {"asked": asked, "left": left},
            left=left,
            asked=asked,
        )
