"""Closing a period: what is told, what is refused, what a correction points at, what is owed."""

from datetime import date
from decimal import Decimal

import pytest

from capweb.accounts.acting import acting
from reinsurance.commands.closable import PeriodLeavesGap, PeriodNotEnded, PeriodNotReported, PeriodOverlaps
from reinsurance.commands.close_bordereau import close_bordereaux
from reinsurance.domain.closing import period_named
from reinsurance.models import Bordereau, TechnicalAccount
from reinsurance.queries import bordereau_rows
from reinsurance.queries.treaties import treaties
from tests.cast import OPENING_DAY
from tests.closing import AUTUMN, SPRING, SUMMER, close, live_through_2020, substitution_of


@pytest.fixture
def accountant(committed, cast):
    return live_through_2020(cast)


def lines_of(actor, closed):
    with acting(actor):
        row = Bordereau.objects.get(public_id=closed.public_id)
        return bordereau_rows.closed("default", insurer_id=actor.insurer_id, bordereau_id=row.pk)


def test_a_quarter_tells_each_event_once_in_the_order_of_the_journal(accountant):
    spring, summer, autumn = (close(accountant, period) for period in (SPRING, SUMMER, AUTUMN.__class__(AUTUMN.first, AUTUMN.end)))
    assert [line.kind for line in lines_of(accountant, spring["risk"])] == ["ceded"] * 4
    told = [line.kind for line in lines_of(accountant, summer["risk"])]
    assert told == ["corrected", "amended", "replaced", "ceded", "ended"]
    assert [line.kind for line in lines_of(accountant, summer["premium"])] == ["corrected", "replaced", "ceded"]
    assert [line.kind for line in lines_of(accountant, autumn["risk"])] == ["released"]
    assert autumn["claims"].line_count == autumn["recoveries"].line_count == 0
