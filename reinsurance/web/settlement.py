"""The settlement page: lines that wait, disputes with their reasons, statements, payments, what is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor, PlatformActor
from capweb.http import wording, writing
from capweb.kernel.errors import DomainError
from capweb.kernel.money import ZERO
from reinsurance.commands.book_payments import PaymentOrder, book_payments, match_credits
from reinsurance.commands.state_account import state_account
from reinsurance.domain.settlement import AGES, DIRECTIONS, Direction
from reinsurance.queries import settlements, treaties
from reinsurance.queries.settlements import AgeingRow, LineSums, PaymentRow, StatementRow
from reinsurance.queries.treaties import TreatyRow
from reinsurance.web.pages import BooksView


class StateForm(forms.Form):
    """Which periods are settled; every treaty with acknowledged lines gets its statement."""

    up_to = forms.DateField(
        label=gettext_lazy("Periods that ended by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class PaymentForm(forms.Form):
    """A payment that was made, as the bank tells it."""

    treaty = forms.ChoiceField(label=gettext_lazy("Treaty"))
    direction = forms.ChoiceField(label=gettext_lazy("Direction"))
    amount = forms.DecimalField(
        label=gettext_lazy("Amount, in euro"),
        min_value=Decimal("0.01"),
        max_digits=18,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    paid_on = forms.DateField(
        label=gettext_lazy("Paid on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reference = forms.CharField(label=gettext_lazy("Reference of the bank"), max_length=120, widget=forms.TextInput)
    statement = forms.ChoiceField(
        label=gettext_lazy("Statement"), help_text=gettext_lazy("None named: the oldest first."), required=False
    )

    def __init__(
        self, *given: object, rows: Sequence[TreatyRow], open_statements: Sequence[StatementRow], **more: object
    ) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        choices: dict[str, list[tuple[str, str]]] = {
            "treaty": [(row.public_id, _name(row.reinsurer_name, row.kind, row.market)) for row in rows],
            "direction": [(one, str(wording.of("payment", one).label)) for one in DIRECTIONS],
            "statement": [
                ("", _("The oldest first")),
                *((row.public_id, _statement(row)) for row in open_statements),
            ],
        }
        for name, found in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = found


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums below the tables."""

    to_answer: Decimal
    acknowledged: Decimal
    disputed: Decimal
    open_amount: Decimal
    unmatched: Decimal
    ages: tuple[Decimal, ...]
    ageing: Decimal


class Settlement(BooksView):
    """Where settlement stands; for the accountant the forms that state and pay."""

    right = "bordereaux.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = self.actor
        if not isinstance(actor, Actor) or not actor.may("settlement.write"):
            raise PermissionDenied
        act = request.POST.get("act")
        if act == "state":
            return self._state(request, actor)
        if act == "pay":
            return self._pay(request, actor)
        if act == "match":
            with acting(actor):
                matched = match_credits(actor, self._treaty_ids(), on=self.on)
            messages.success(request, _("%(amount)s of credit have been matched.") % {"amount": writing.money(matched)})
        return redirect("reinsurance:settlement")

    def _treaty_ids(self) -> list[str]:
        return [row.public_id for row in treaties.treaties(self.actor, on=self.on)]

    def _state(self, request: HttpRequest, actor: Actor) -> HttpResponse:
        form = StateForm(request.POST)
        if not form.is_valid():
            return self._page(request, state_form=form, status=422)
        try:
            with acting(actor):
                receipts = state_account(actor, self._treaty_ids(), up_to=form.cleaned_data["up_to"], on=self.on)
                match_credits(actor, [receipt.treaty for receipt in receipts], on=self.on)
        except IntegrityError as error:
            if "not acknowledged" not in str(error):
                raise
            messages.error(request, _("A line was disputed at this very moment; nothing was stated. Ask again."))
            return redirect("reinsurance:settlement")
        if not receipts:
            messages.info(request, _("No acknowledged line waits to be settled up to that day."))
        for receipt in receipts:
            said = _("%(count)s lines are settled: a balance of %(balance)s.")
            facts = {"count": writing.grouped(receipt.line_count), "balance": writing.money(receipt.balance)}
            messages.success(request, said % facts)
            if receipt.due_on is None:
                messages.warning(request, _("The treaty sets no settlement delay, so the statement has no due day."))
        return redirect("reinsurance:settlement")

    def _pay(self, request: HttpRequest, actor: Actor) -> HttpResponse:
        with acting(actor):
            form = self._payment_form(request.POST)
        if not form.is_valid():
            return self._page(request, payment_form=form, status=422)
        given = form.cleaned_data
        order = PaymentOrder(
            treaty_id=given["treaty"],
            reference=given["reference"],
            direction=cast("Direction", given["direction"]),
            amount=given["amount"],
            paid_on=given["paid_on"],
            statements=(given["statement"],) if given["statement"] else (),
        )
        try:
            with acting(actor):
                (receipt,) = book_payments(actor, [order], on=self.on)
        except DomainError as error:
            form.add_error(None, error.message)
            return self._page(request, payment_form=form, status=422)
        if receipt.is_repeat:
            messages.info(request, _("This payment is booked already."))
        else:
            messages.success(request, _("The payment is booked."))
            if receipt.unmatched:
                left = writing.money(receipt.unmatched)
                messages.warning(
                    request, _("%(amount)s of it meet no statement and stay as credit.") % {"amount": left}
                )
        return redirect("reinsurance:settlement")

    def _payment_form(self, data: Any = None) -> PaymentForm:
        rows = treaties.treaties(self.actor, on=self.on)
        open_statements = [row for row in settlements.statements(self.actor, on=self.on) if row.open_amount]
        return PaymentForm(data, rows=rows, open_statements=open_statements, initial={"paid_on": self.on})

    def _page(
        self,
        request: HttpRequest,
        *,
        state_form: StateForm | None = None,
        payment_form: PaymentForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        as_of = _day(request.GET.get("as_of", ""), otherwise=self.on)
        with self.reading():
            sums = settlements.open_line_sums(self.actor)
            disputes = settlements.disputed_lines(self.actor)
            stated = settlements.statements(self.actor, on=as_of)
            paid = settlements.payments(self.actor, on=as_of)
            may_write = isinstance(self.actor, Actor) and self.actor.may("settlement.write")
            pay = (payment_form or self._payment_form()) if may_write else None
        aged = settlements.ageing(stated, on=as_of)
        context = {
            "as_of": as_of,
            "on": self.on,
            "sums": sums,
            "disputes": disputes,
            "statements": [(row, row.age(on=as_of)) for row in reversed(stated)],
            "payments": list(reversed(paid)),
            "ageing": aged,
            "ages": AGES,
            "totals": _totals(sums, stated, paid, aged),
            "is_platform": isinstance(self.actor, PlatformActor),
            "may_write": may_write,
            "state_form": state_form or StateForm(initial={"up_to": self.on}),
            "payment_form": pay,
        }
        return render(request, "reinsurance/settlement.html", context, status=status)


def _totals(
    sums: Sequence[LineSums], stated: Sequence[StatementRow], paid: Sequence[PaymentRow], aged: Sequence[AgeingRow]
) -> Totals:
    return Totals(
        to_answer=sum((row.to_answer_amount for row in sums), ZERO),
        acknowledged=sum((row.acknowledged_amount for row in sums), ZERO),
        disputed=sum((row.disputed_amount for row in sums), ZERO),
        open_amount=sum((row.open_amount for row in stated), ZERO),
        unmatched=sum((row.unmatched if row.direction == "paid" else -row.unmatched for row in paid), ZERO),
        ages=tuple(sum((row.amounts[place] for row in aged), ZERO) for place in range(len(AGES))),
        ageing=sum((row.total for row in aged), ZERO),
    )


def _name(reinsurer: str, kind: str, market: str) -> str:
    return f"{reinsurer} · {wording.of('kind', kind).label} · {wording.of('market', market).label}"


def _statement(row: StatementRow) -> str:
    name = _name(row.reinsurer, row.kind, row.market)
    return f"{writing.day(row.booked_on)} · {name} · {writing.money(row.open_amount)}"


def _day(text: str, *, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        return otherwise
