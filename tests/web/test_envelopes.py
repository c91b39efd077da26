"""The envelopes tell of alerts and of what run-off frees; the outlook says when they would be used up, and how."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.commands.enter_people import begin_sandbox
from policies.commands.downgrade_wave import downgrade_wave
from policies.models import GuaranteeTerm
from reinsurance.commands.cede import cede
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.hold_capacity import hold_capacity
from reinsurance.commands.raise_ceiling_alerts import raise_ceiling_alerts
from reinsurance.domain.cession import Ending
from reinsurance.models import Cession, JournalEntry
from tests.books import hold, open_books, order, set_ceilings
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of

pytestmark = pytest.mark.usefixtures("committed")
PAGE, OUTLOOK = reverse("reinsurance:envelopes"), reverse("policies:outlook")
MILLION = Decimal("1000000.00")


@pytest.fixture
def insurer(committed, cast):
    open_books(cast, domestic=MILLION)
    begin_sandbox(OPENING_DAY)
    return cast.actor(role="reinsurance_accountant")


def watch(cast):
    with acting_as_platform():
        raise_ceiling_alerts(cast.operator, on=OPENING_DAY)


@pytest.mark.parametrize("who", ["accountant", "underwriter", "other insurer", "operator", "reinsurer"])
def test_everybody_with_the_envelopes_sees_the_gravest_alert_as_a_banner(cast, insurer, who):
    with acting(insurer):
        hold_capacity(insurer, [hold("a", increment="950000.00")], on=OPENING_DAY)
    watch(cast)
    page = signed_in(who).get(PAGE)
    (standing,) = page.context["standing"]
    assert (standing.share, len(page.context["told"])) == (Decimal("0.95"), 3)
    assert text_of(page).count("95 %") >= 2
    shows_amounts = who in ("operator", "reinsurer")
    assert (" 50 000 €" in text_of(page)) == shows_amounts


def end_one(actor, key: str, *, until: date) -> None:
    with acting(actor):
        cession = Cession.objects.get(source_key=key)
        ending = Ending(
            cession_id=cession.pk, effective_on=OPENING_DAY, run_off_until=until, premium_credited=Decimal(0)
        )
        end_cessions(actor, [ending], on=OPENING_DAY)


def test_run_off_is_drawn_and_listed_by_day_one_s_own_for_an_insurer(cast, insurer):
    coface = cast.actor("coface")
    for actor, until in ((insurer, date(2020, 10, 15)), (coface, date(2020, 11, 15))):
        with acting(actor):
            cede(actor, [order(f"x-{actor.insurer_code}")], on=OPENING_DAY)
        end_one(actor, f"x-{actor.insurer_code}", until=until)
    own = signed_in("accountant").get(PAGE).context["gauges"][0][1]
    whole = signed_in("operator").get(PAGE).context["gauges"][0][1]
    assert [(one.day, one.amount) for one in own.rows] == [(date(2020, 10, 15), Decimal("95000.00"))]
    assert [one.day for one in whole.rows] == [date(2020, 10, 15), date(2020, 11, 15)]
    assert (whole.total, len(whole.columns)) == (Decimal("190000.00"), 2)
    highest = max(column.height for column in whole.columns)
    assert all(column.y + column.height == 120 and column.height == highest for column in whole.columns)


def test_the_forecast_carries_the_pace_on_and_frees_run_off_on_its_day(cast, insurer):
    with acting(insurer):
        hold_capacity(insurer, [hold("a", increment="300000.00")], on=OPENING_DAY)
        cede(insurer, [order("b", amount="210526.32")], on=OPENING_DAY)
    # 500,000 drawn in thirty days are 16,666.67 a day: half a million lasts 29 days, the thirtieth finds nothing.
    row = signed_in("operator").get(OUTLOOK).context["rows"][0]
    assert row.forecast.daily_draw == Decimal("16666.67")
    assert row.forecast.exhausted_on == date(2020, 7, 15)
    week = signed_in("operator").get(OUTLOOK + "?days=7").context["rows"][0]
    assert week.forecast.daily_draw == Decimal("71428.57")
    end_one(insurer, "b", until=date(2020, 7, 1))
    later = signed_in("operator").get(OUTLOOK).context["rows"][0]
    assert later.forecast.exhausted_on == date(2020, 7, 27)
    with acting(insurer):
        assert JournalEntry.objects.filter(kind="ending").count() == 1, "an ending is no draw"


def test_an_insurer_reads_a_forecast_about_itself(cast, insurer):
    coface = cast.actor("coface")
    set_ceilings(cast, {"domestic": Decimal("100000000.00")})
    with acting(coface):
        hold_capacity(coface, [hold("a", increment="60000000.00")], on=OPENING_DAY)
    own = signed_in("accountant").get(OUTLOOK)
    assert own.context["rows"][0].forecast.exhausted_on is None
    assert own.context["rows"][0].net_draw == 0
    assert signed_in("operator").get(OUTLOOK).context["rows"][0].forecast.exhausted_on == date(2020, 7, 6)


def test_a_wave_judges_the_guarantees_of_a_grade_again_and_changes_nothing(books):
    senior = books.cast.actor(role="senior_underwriter")
    with acting(senior):
        term = GuaranteeTerm.objects.get()
        wave = downgrade_wave(senior, market="domestic", begin="7", end="8", on=OPENING_DAY)
    assert wave.touched == 1
    assert wave.referred.count == 1, "grade 8 is decided case by case"
    with acting(senior):
        worst = downgrade_wave(senior, market="domestic", begin="7", end="9", on=OPENING_DAY)
        assert GuaranteeTerm.objects.get().amount == term.amount
    assert (worst.ended.count, worst.cut) == (1, (term.amount * term.ceded_ratio).quantize(Decimal("0.01")))
    assert worst.ceded == worst.cut


@pytest.mark.parametrize(("begin", "end"), [("8", "7"), ("7", "7"), ("99", "7"), ("category:2", "1")])
def test_a_wave_goes_down_and_along_the_insurer_s_scale(books, begin, end):
    query = f"?market=domestic&begin={begin}&end={end}"
    answer = signed_in("senior underwriter").get(OUTLOOK + query)
    assert answer.status_code == 422
    assert answer.context["wave"] is None
    assert answer.context["wave_error"]


def test_a_wave_is_shown_to_those_who_may_ask_what_if(books):
    query = "?market=domestic&begin=7&end=9"
    assert "Together" in text_of(signed_in("accountant").get(OUTLOOK + query, headers={"accept-language": "en"}))
    for who in ("underwriter", "operator"):
        assert "may_wave" not in signed_in(who).get(OUTLOOK + query).context
