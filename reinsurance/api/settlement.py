"""Settlement by API: statements and payments of an insurer, answers of a reinsurer to bordereau lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting_as_platform
from capweb.accounts.actor import PlatformActor
from capweb.http.bodies import ExactJsonParser, json_list, json_object
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import actor_of
from capweb.http.schemas import IDEMPOTENCY_KEY, Amount, problems
from capweb.kernel.errors import FieldError, FieldErrors
from reinsurance.api.books import BooksOperation
from reinsurance.api.outputs import Output
from reinsurance.commands.answer_lines import AnswerReceipt, GivenAnswer, answer_outcomes
from reinsurance.commands.book_payments import PaymentOrder, book_payments, match_credits
from reinsurance.commands.state_account import state_account
from reinsurance.domain.settlement import AGES, ANSWERS, DIRECTIONS, DISPUTE_REASONS
from reinsurance.queries import settlements, treaties
from reinsurance.queries.settlements import StatementRow

LARGEST_ANSWERS: Final = 100_000
LARGEST_PAYMENTS: Final = 1_000
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Cents = Annotated[Decimal, msgspec.Meta(gt=0)]


class OpenLines(Output):
    """Lines of a treaty that no statement settles yet, by what was said of them; amounts signed."""

    treaty = serializers.CharField()
    to_answer = serializers.IntegerField()
    to_answer_amount = Amount()
    acknowledged = serializers.IntegerField()
    acknowledged_amount = Amount()
    disputed = serializers.IntegerField()
    disputed_amount = Amount()


class Statement(Output):
    """A statement of account; above zero the insurer owes it, below zero it is owed."""

    id = serializers.CharField(source="public_id")
    treaty = serializers.CharField()
    up_to = serializers.DateField()
    booked_on = serializers.DateField()
    line_count = serializers.IntegerField()
    premium = Amount()
    commission = Amount()
    indemnity = Amount()
    recovery = Amount()
    balance = Amount()
    open_amount = Amount(help_text="What is still to be paid of it.")
    due_on = serializers.DateField(allow_null=True, help_text="Null where the treaty sets no settlement delay.")
    age = serializers.ChoiceField(choices=AGES)


class Payment(Output):
    """A payment; `unmatched` of it meets no statement and is credit."""

    id = serializers.CharField(source="public_id")
    treaty = serializers.CharField()
    reference = serializers.CharField()
    direction = serializers.ChoiceField(choices=DIRECTIONS)
    amount = Amount()
    paid_on = serializers.DateField()
    booked_on = serializers.DateField()
    unmatched = Amount()


class Settlement(Output):
    """Where settlement stands at the end of a business day."""

    as_of = serializers.DateField()
    open_lines = OpenLines(many=True)
    statements = Statement(many=True)
    payments = Payment(many=True)


class Stated(Output):
    statements = Statement(many=True)


class Match(Output):
    statement = serializers.CharField()
    amount = Amount()


class PaymentBooked(Output):
    """What became of a payment; `repeated` when its reference was booked before with the same figures."""

    id = serializers.CharField()
    reference = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["booked", "repeated"])
    matched = Match(many=True)
    unmatched = Amount()


class PaymentsBooked(Output):
    payments = PaymentBooked(many=True)


class AnswerError(Output):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class AnswerOutcome(Output):
    """What became of an answer; `repeated` when the same one held already."""

    bordereau = serializers.CharField()
    line = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["written", "repeated", "refused"])
    error = AnswerError(allow_null=True)


class AnswersWritten(Output):
    answers = AnswerOutcome(many=True)


class StatementAsked(serializers.Serializer[Any]):
    treaties = serializers.ListField(child=serializers.CharField(), required=False, help_text="All where left out.")
    up_to = serializers.DateField(help_text="Lines of bordereaux whose period ended on or before this day.")


class PaymentGiven(serializers.Serializer[Any]):
    treaty = serializers.CharField()
    reference = serializers.CharField(help_text="The bank's; a payment is booked once under it.")
    direction = serializers.ChoiceField(choices=DIRECTIONS)
    amount = serializers.CharField()
    paid_on = serializers.DateField()
    statements = serializers.ListField(child=serializers.CharField(), required=False)


class LineAnswerGiven(serializers.Serializer[Any]):
    bordereau = serializers.CharField()
    line = serializers.IntegerField()
    answer = serializers.ChoiceField(choices=ANSWERS)
    reason = serializers.ChoiceField(choices=DISPUTE_REASONS, required=False)
    note = serializers.CharField(required=False)


class GivenPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    treaty: Text
    reference: Text
    direction: str
    amount: Cents
    paid_on: date
    statements: list[str] = []

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ValueError(_("The direction is `paid` or `received`."))
        if self.amount != self.amount.quantize(Decimal("0.01")) or self.amount >= Decimal("1E15"):
            raise ValueError(_("An amount is in euro, to the cent."))
        if not self.reference.strip() or not self.reference.isprintable():
            raise ValueError(_("A reference can be printed."))


class GivenLineAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    bordereau: Annotated[str, msgspec.Meta(max_length=40)]
    line: Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
    answer: str
    reason: Annotated[str, msgspec.Meta(max_length=20)] = ""
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Settlements(BooksOperation):
    """Open lines, statements with what is open of them, payments with what is left."""

    right = "bordereaux.read"

    @extend_schema(
        operation_id="read_settlements",
        summary="Where settlement stands: open lines, statements, payments",
        parameters=[
            OpenApiParameter("as_of", date, description="Statements and payments at the end of this business day."),
            OpenApiParameter("treaty", str, description="Only those of this treaty."),
        ],
        responses={200: Settlement, **problems(404, 422)},
    )
    def get(self, request: Request) -> Response:
        as_of = _day(request.query_params.get("as_of", ""), otherwise=self.on)
        treaty = request.query_params.get("treaty") or None
        with self.reading():
            if treaty is not None:
                treaties.treaty_named(self.actor, treaty)
            lines = [row for row in settlements.open_line_sums(self.actor) if treaty in (None, row.treaty)]
            stated = settlements.statements(self.actor, on=as_of, treaty=treaty)
            paid = settlements.payments(self.actor, on=as_of, treaty=treaty)
        shown = {
            "as_of": as_of,
            "open_lines": lines,
            "statements": [_statement(row, on=as_of) for row in stated],
            "payments": paid,
        }
        return Response(Settlement(shown).data)


class Statements(BooksOperation):
    """States the account of treaties."""

    right = "settlement.write"
    scope = "reinsurance:write"
    for_platform = False
    parser_classes = (ExactJsonParser,)

    @extend_schema(
        operation_id="state_accounts",
        summary="Settle the acknowledged lines of treaties by statements",
        parameters=[IDEMPOTENCY_KEY],
        request=StatementAsked,
        responses={200: Stated, **problems(400, 404, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_object(request, known=("treaties", "up_to"))
        up_to = _day(str(given.get("up_to", "")), field="up_to")
        named = given.get("treaties")
        if named is not None and not (isinstance(named, list) and all(isinstance(one, str) for one in named)):
            raise FieldErrors([FieldError("treaties", _("Send a list of ids."), code="not_a_list_of_ids")])
        actor = actor_of(request)

        def stated() -> Answer:
            wanted = [row.public_id for row in treaties.treaties(actor, on=self.on)] if named is None else named
            receipts = state_account(actor, wanted, up_to=up_to, on=self.on)
            match_credits(actor, [receipt.treaty for receipt in receipts], on=self.on)
            new = {receipt.public_id for receipt in receipts}
            rows = [row for row in settlements.statements(actor, on=self.on) if row.public_id in new]
            return Answer(200, Stated({"statements": [_statement(row, on=self.on) for row in rows]}).data)

        return done_once(request, {"body": given}, stated)


class Payments(BooksOperation):
    """Books payments and matches them to statements."""

    right = "settlement.write"
    scope = "reinsurance:write"
    for_platform = False
    parser_classes = (ExactJsonParser,)

    @extend_schema(
        operation_id="book_payments",
        summary="Book payments with reinsurers, all or none",
        description="They pay the statements they name, else the oldest first; what is left of them is credit.",
        parameters=[IDEMPOTENCY_KEY],
        request=PaymentGiven(many=True),
        responses={200: PaymentsBooked, **problems(400, 404, 409, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=LARGEST_PAYMENTS)
        orders = [
            PaymentOrder(
                treaty_id=one.treaty,
                reference=one.reference,
                direction=one.direction,
                amount=one.amount,
                paid_on=one.paid_on,
                statements=tuple(one.statements),
            )
            for one in _rows(given, GivenPayment)
        ]
        actor = actor_of(request)

        def booked() -> Answer:
            shown = [
                {
                    "id": one.public_id,
                    "reference": one.reference,
                    "outcome": "repeated" if one.is_repeat else "booked",
                    "matched": [{"statement": name, "amount": amount} for name, amount in one.matched],
                    "unmatched": one.unmatched,
                }
                for one in book_payments(actor, orders, on=self.on)
            ]
            return Answer(200, PaymentsBooked({"payments": shown}).data)

        return done_once(request, {"body": given}, booked)


class LineAnswers(BooksOperation):
    """Takes a reinsurer's answers to bordereau lines; the same answer again changes nothing."""

    right = "bordereaux.answer"
    parser_classes = (ExactJsonParser,)

    @extend_schema(
        operation_id="answer_bordereau_lines",
        summary="Acknowledge or dispute bordereau lines",
        description=(
            "For a reinsurer, on its own treaties. Good answers are written, bad ones told. The last answer to a line "
            f"holds until it is settled. Reasons of a dispute: {', '.join(DISPUTE_REASONS)} (with a note)."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request=LineAnswerGiven(many=True),
        responses={200: AnswersWritten, **problems(400, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = _rows(json_list(request, largest=LARGEST_ANSWERS), GivenLineAnswer)
        actor = self.actor
        assert isinstance(actor, PlatformActor)
        answers = [GivenAnswer(**msgspec.structs.asdict(one)) for one in given]
        with acting_as_platform():
            outcomes = answer_outcomes(actor, answers, on=self.on)
        shown = [_outcome(one, became) for one, became in zip(answers, outcomes, strict=True)]
        return Response(AnswersWritten({"answers": shown}).data)


def _outcome(given: GivenAnswer, became: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {"bordereau": given.bordereau, "line": given.line, "error": None}
    if isinstance(became, AnswerReceipt):
        return {**shown, "outcome": "repeated" if became.is_repeat else "written"}
    error = {"field": became.field, "code": became.code, "message": became.message}
    return {**shown, "outcome": "refused", "error": error}


def _statement(row: StatementRow, *, on: date) -> dict[str, Any]:
    names = ("public_id", "treaty", "up_to", "booked_on", "line_count", "premium", "commission", "indemnity")
    shown = {name: getattr(row, name) for name in (*names, "recovery", "balance", "open_amount", "due_on")}
    return {**shown, "age": row.age(on=on)}


def _rows(given: list[object], row: type[Any]) -> list[Any]:
    """The rows read; every bad one is named by its place. Raises FieldErrors."""
    rows, errors = [], []
    for place, one in enumerate(given, start=1):
        try:
            rows.append(msgspec.convert(one, row))
        except msgspec.ValidationError as error:
            message, _at, path = str(error).partition(" - at `$.")
            errors.append(FieldError(path.rstrip("`") or "row", message, code="not_taken", line=place))
    if errors:
        raise FieldErrors(errors)
    return rows


def _day(text: str, *, otherwise: date | None = None, field: str = "as_of") -> date:
    if not text and otherwise is not None:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldErrors([FieldError(field, _("A day is written YYYY-MM-DD."), code="not_a_day")]) from None
