"""Closing a period: what is told, what is refused, what a correction points at, what is owed, and that it stays so."""

import json
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from django.db import connections

from capweb.accounts.acting import acting
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.cede import cede
from reinsurance.commands.closable import PeriodLeavesGap, PeriodNotEnded, PeriodNotReported, PeriodOverlaps
from reinsurance.commands.close_bordereau import close_bordereaux
from reinsurance.commands.gather_lines import LinesDisagree
from reinsurance.commands.verify_bordereaux import recompute, verify_accounts, verify_bordereaux
from reinsurance.documents.bordereau_files import bordereau_csv, bordereau_json
from reinsurance.documents.bordereau_xlsx import bordereau_xlsx
from reinsurance.domain.cession import Amendment
from reinsurance.domain.closing import period_named
from reinsurance.domain.technical_account import unearned
from reinsurance.models import Bordereau, TechnicalAccount
from reinsurance.queries import bordereau_rows
from reinsurance.queries.treaties import treaties
from tests.books import order, term
from tests.cast import OPENING_DAY
from tests.closing import (
    AUTUMN,
    SPRING,
    SUMMER,
    WINTER,
    close,
    correct_what_ended,
    correct_what_was_paid,
    files_of,
    live_through_2020,
    substitution_of,
)

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/bordereau-1.json").read_text(encoding="utf-8"))


@pytest.fixture
def accountant(committed, cast):
    return live_through_2020(cast)


def lines_of(actor, closed):
    with acting(actor):
        row = Bordereau.objects.get(public_id=closed.public_id)
        return bordereau_rows.closed("default", insurer_id=actor.insurer_id, bordereau_id=row.pk)


def account_of(actor, period, *, span="period"):
    with acting(actor):
        found = TechnicalAccount.objects.filter(treaty__public_id=substitution_of(actor), span=span)
        return found.get(period_end=period.end)


def test_a_quarter_tells_each_event_once_in_the_order_of_the_journal(accountant):
    spring, summer, autumn = (close(accountant, period) for period in (SPRING, SUMMER, AUTUMN))
    assert [line.kind for line in lines_of(accountant, spring["risk"])] == ["ceded"] * 4
    told = [line.kind for line in lines_of(accountant, summer["risk"])]
    assert told == ["corrected", "amended", "replaced", "ceded", "ended"]
    assert [line.kind for line in lines_of(accountant, summer["premium"])] == ["corrected", "replaced", "ceded"]
    assert [line.kind for line in lines_of(accountant, autumn["risk"])] == ["released"]
    assert [line.kind for line in lines_of(accountant, summer["claims"])] == ["reserve", "indemnity"]
    told = [line.kind for line in lines_of(accountant, autumn["claims"])]
    assert told == ["indemnity", "reserve", "indemnity_reversed"]
    assert [line.kind for line in lines_of(accountant, autumn["recoveries"])] == ["recovery", "recovery_reversed"]
    numbers = [line.journal_number for line in lines_of(accountant, summer["risk"])]
    assert numbers == sorted(numbers)


def test_a_correction_names_the_line_that_it_corrects(accountant):
    spring, summer = close(accountant, SPRING), close(accountant, SUMMER)
    ceded = {line.guarantee: line.number for line in lines_of(accountant, spring["premium"])}
    risk = {line.kind: line for line in lines_of(accountant, summer["risk"])}
    assert risk["corrected"].corrects == f"2020-04-01/{ceded['gar_d']}"
    assert risk["amended"].corrects == f"2020-04-01/{ceded['gar_b']}"
    assert risk["replaced"].corrects == risk["ended"].corrects == ""
    premium = {line.kind: line for line in lines_of(accountant, summer["premium"])}
    assert premium["replaced"].corrects == f"2020-04-01/{ceded['gar_a']}"
    assert (premium["replaced"].gross_change, premium["replaced"].ceded_premium_change) == (
        Decimal("-133.15"),
        Decimal("-126.49"),
    )


def test_a_claim_taken_back_names_the_line_that_told_it(accountant):
    close(accountant, SPRING)
    summer, autumn = close(accountant, SUMMER), close(accountant, AUTUMN)
    wrong = lines_of(accountant, summer["claims"])[1]
    back = lines_of(accountant, autumn["claims"])[2]
    assert (wrong.claim, wrong.gross_change, wrong.ceded_indemnity_change) == (
        "S-2020-2",
        Decimal("3000.33"),
        Decimal("2850.31"),
    )
    assert (back.claim, back.corrects, back.owed_change) == ("S-2020-2", "2020-07-01/2", Decimal("2850.31"))
    recovered = lines_of(accountant, autumn["recoveries"])
    # 5,000.00 less 100.05 of costs, 95 % of it ceded; then 400 of it taken back.
    assert [line.ceded_recovery_change for line in recovered] == [Decimal("4654.95"), Decimal("-380.00")]
    assert recovered[1].corrects == "2020-10-01/1"


def test_a_correction_within_the_quarter_names_the_line_beside_it(accountant):
    close(accountant, SPRING)
    with acting(accountant):
        made = cede(accountant, [order("e", term=term(2))], on=date(2020, 12, 15))
        wrong = Amendment(
            cession_id=made[0].cession_id,
            amount=Decimal("1000.00"),
            effective_on=date(2020, 12, 15),
            is_correction=True,
            premium_credited=Decimal("866.25"),
        )
        amend_cessions(accountant, [wrong], on=date(2020, 12, 16))
    close(accountant, SUMMER)
    told = lines_of(accountant, close(accountant, AUTUMN)["premium"])
    assert [(line.kind, line.corrects) for line in told] == [("ceded", ""), ("corrected", "2020-10-01/1")]


def test_a_correction_after_the_end_tells_what_it_takes_out_of_run_off(accountant):
    correct_what_ended(accountant)
    spring, _, autumn = (close(accountant, period, on=date(2021, 1, 1)) for period in (SPRING, SUMMER, AUTUMN))
    (made,) = (line for line in lines_of(accountant, spring["risk"]) if line.guarantee == "gar_a")
    told = [line for line in lines_of(accountant, autumn["risk"]) if line.guarantee == "gar_a"]
    # 38,000.00 ran off above the 57,000.00 that went on: of 66,500.00 that were right 9,500.00 are left of them.
    assert [(line.kind, line.live_change, line.run_off_change) for line in told] == [
        ("corrected", Decimal("0.00"), Decimal("-28500.00")),
        ("released", Decimal("0.00"), Decimal("-9500.00")),
    ]
    assert [line.corrects for line in told] == [f"2020-04-01/{made.number}", ""]
    (premium,) = (line for line in lines_of(accountant, autumn["premium"]) if line.kind == "corrected")
    assert (premium.gross_change, premium.ceded_premium_change) == (Decimal("-222.56"), Decimal("-211.43"))
    assert not [one.differences for one in verify_bordereaux(accountant) if one.differences]


def test_what_falls_anew_after_a_bordereau_is_closed_names_the_lines_that_told_it(accountant):
    for period in (SPRING, SUMMER, AUTUMN):
        close(accountant, period, on=date(2021, 1, 1))
    correct_what_was_paid(accountant)
    winter = close(accountant, WINTER, on=date(2021, 4, 1))
    # Of 20,000.01 paid 10,000.00 were right: of what is left of the recovery, 4,499.95, a half.
    told = [(line.kind, line.corrects, line.ceded_indemnity_change) for line in lines_of(accountant, winter["claims"])]
    assert told == [
        ("indemnity_reversed", "2020-10-01/1", Decimal("-19000.01")),
        ("indemnity", "", Decimal("9500.00")),
        ("reserve", "", Decimal("0.00")),
    ]
    recovered = lines_of(accountant, winter["recoveries"])
    assert [(line.kind, line.corrects, line.ceded_recovery_change) for line in recovered] == [
        ("recovery_reversed", "2020-10-01/1", Decimal("-4274.95")),
        ("recovery", "", Decimal("2137.47")),
    ]
    assert not [one.differences for one in verify_bordereaux(accountant) if one.differences]


def test_claims_of_the_year_are_carried_forward_in_the_accounts(accountant):
    for period in (SPRING, SUMMER, AUTUMN):
        close(accountant, period, on=date(2021, 1, 1))
    summer, autumn = (account_of(accountant, period).figures["all"] for period in (SUMMER, AUTUMN))
    assert (summer["outstanding_closing"], summer["claims_paid"]) == ("47500.00", "2850.31")
    assert (autumn["outstanding_opening"], autumn["outstanding_closing"]) == ("47500.00", "28499.99")
    # 19,000.01 of the 20,000.01 less the 2,850.31 taken back.
    assert (autumn["claims_paid"], autumn["recoveries"]) == ("16149.70", "4274.95")
    year = account_of(accountant, AUTUMN, span="year").figures["all"]
    assert (year["claims_paid"], year["outstanding_closing"]) == ("19000.01", "28499.99")


def test_the_same_period_closed_again_is_what_stands(accountant):
    first, again = close(accountant, SPRING), close(accountant, SPRING, on=date(2020, 8, 1))
    assert all(one.is_repeat for one in again.values())
    assert {one.public_id for one in first.values()} == {one.public_id for one in again.values()}


def test_a_period_that_has_not_ended_is_refused(accountant):
    with pytest.raises(PeriodNotEnded, match="2020-Q2 n’est pas terminé"):
        close(accountant, SPRING, on=date(2020, 6, 30))


def test_a_period_that_leaves_a_gap_is_refused(accountant):
    with pytest.raises(PeriodLeavesGap, match="clôturez d’abord 2020-Q2"):
        close(accountant, SUMMER)


def test_a_period_that_overlaps_a_closed_one_is_refused(accountant):
    close(accountant, SPRING)
    with pytest.raises(PeriodOverlaps, match="clôturez ensuite 2020-Q3"):
        close(accountant, period_named("2020-06"), on=date(2020, 12, 1))


def test_a_span_by_which_the_treaty_does_not_report_is_refused(accountant):
    with pytest.raises(PeriodNotReported, match="2020-Q2"):
        close(accountant, period_named("2020"), on=date(2021, 1, 1))


def test_an_underwriter_closes_nothing(accountant, cast):
    from capweb.accounts.actor import NotAllowed

    with pytest.raises(NotAllowed):
        close_bordereaux(cast.actor(), [substitution_of(accountant)], period=SPRING, on=SPRING.end)


def test_the_database_keeps_what_is_closed(accountant):
    close(accountant, SPRING)
    for statement in (
        "UPDATE reinsurance_bordereauline SET ceded_premium = 0",
        "DELETE FROM reinsurance_bordereau",
        "UPDATE reinsurance_technicalaccount SET balance = 0",
    ):
        with pytest.raises(Exception, match="permission denied"), acting(accountant):
            connections["default"].cursor().execute(statement)


def test_lines_that_do_not_come_to_what_the_ledger_moved_are_not_closed(accountant):
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE reinsurance_cession DISABLE TRIGGER USER")
        cursor.execute("UPDATE reinsurance_cession SET ceded_premium = ceded_premium - 1 WHERE source_key = 'c'")
        cursor.execute("ALTER TABLE reinsurance_cession ENABLE TRIGGER USER")
    with pytest.raises(LinesDisagree, match="ceded_premium_change"):
        close(accountant, SPRING)
    with acting(accountant):
        assert not Bordereau.objects.exists()


def test_every_past_bordereau_is_computed_again_to_the_same_bytes(accountant):
    closed = [one for period in (SPRING, SUMMER, AUTUMN) for one in close(accountant, period).values()]
    before = {one.public_id: files_of(accountant, one.public_id) for one in closed}
    with acting(accountant):
        cede(accountant, [order("later", term=term(3))], on=date(2021, 3, 15))
    # Sealed and told like the rest: nothing of it may reach into what was closed before.
    close(accountant, period_named("2021-Q1"))
    assert [found.differences for found in verify_bordereaux(accountant)] == [()] * 16
    assert [found.differences for found in verify_accounts(accountant)] == [()] * 5
    for public_id, files in before.items():
        for name, write in (("json", bordereau_json), ("csv", bordereau_csv)):
            again: list[bytes] = []
            recompute(accountant, public_id, lambda *one, w=write, a=again: a.append(b"".join(w(*one))))
            assert again == [files[name]], (public_id, name)
        workbook: list[bytes] = []
        recompute(accountant, public_id, lambda *one, a=workbook: a.append(bordereau_xlsx(*one).read()))
        assert workbook == [files["xlsx"]]
        assert files_of(accountant, public_id) == files


def test_a_line_changed_behind_the_books_is_found(accountant):
    public_id = close(accountant, SPRING)["premium"].public_id
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE reinsurance_bordereauline DISABLE TRIGGER USER")
        cursor.execute("UPDATE reinsurance_bordereauline SET ceded_premium = ceded_premium + 0.01 WHERE number = 2")
        cursor.execute("ALTER TABLE reinsurance_bordereauline ENABLE TRIGGER USER")
    found = {one.public_id: one.differences for one in verify_bordereaux(accountant)}
    assert len(found[public_id]) == 1
    assert "the lines kept give" in found[public_id][0]


def test_the_json_keeps_to_its_schema(accountant):
    for period in (SPRING, SUMMER):
        for one in close(accountant, period).values():
            jsonschema.validate(json.loads(files_of(accountant, one.public_id)["json"]), SCHEMA)


def test_the_workbook_shows_sums_with_their_formulas(accountant):
    close(accountant, SPRING)
    found = close(accountant, SUMMER)["premium"]
    content = BytesIO(files_of(accountant, found.public_id)["xlsx"])
    values, formulas = openpyxl.load_workbook(content, data_only=True), openpyxl.load_workbook(content)
    assert values.sheetnames == ["Récapitulatif", "Lignes"]
    sums = {row[0].value: [cell.value for cell in row[1:6]] for row in values["Récapitulatif"].iter_rows()}
    assert sums["Total"] == [3, *(float(found.sums["all"][name]) for name in _PREMIUM)]
    assert sums[2020] == sums["Total"]
    lines = formulas["Lignes"]
    assert lines.freeze_panes == "B5"
    assert (lines.page_setup.orientation, lines.page_setup.paperSize) == ("landscape", 9)
    last = [cell.value for cell in lines[lines.max_row] if cell.value]
    assert last[0] == "Total"
    assert all(str(text).startswith("=SUBTOTAL(109,") for text in last[1:])
    assert formulas.properties.created.date() == SUMMER.end


_PREMIUM = ("gross_change", "ceded_premium_change", "commission_change", "owed_change")


def test_the_technical_account_ties_to_the_current_account(accountant):
    for period in (SPRING, SUMMER, AUTUMN):
        close(accountant, period, on=date(2021, 1, 1))
    with acting(accountant):
        row = next(r for r in treaties(accountant, on=OPENING_DAY) if r.public_id == substitution_of(accountant))
    stated = [account_of(accountant, period) for period in (SPRING, SUMMER, AUTUMN)]
    assert sum(one.balance for one in stated) == row.current_account
    assert Decimal(stated[-1].figures["current_account"]["closing"]) == row.current_account
    year = account_of(accountant, AUTUMN, span="year")
    assert year.balance == row.current_account
    assert year.figures["all"]["unearned_closing"] == stated[-1].figures["all"]["unearned_closing"]


def test_unearned_premium_is_taken_by_day_and_carried_forward(accountant):
    close(accountant, SPRING)
    close(accountant, SUMMER)
    spring, summer = (account_of(accountant, period).figures["all"] for period in (SPRING, SUMMER))
    # Ceded on 15 June for 92 days, 76 of them after 30 June: 831.25 three times, and 95 % of 291.67 = 277.09.
    days = {"spread_first": OPENING_DAY, "spread_end": date(2020, 9, 15), "on": SUMMER.first}
    expected = sum(unearned(Decimal(one), **days) for one in ("831.25", "831.25", "831.25", "277.09"))
    assert Decimal(spring["unearned_closing"]) == expected == Decimal("2288.94")
    assert summer["unearned_opening"] == spring["unearned_closing"]
    # On 30 September only the renewal runs: 498.75 for 91 days from 1 September, 61 of them to come.
    assert summer["unearned_closing"] == "334.33"
    earned = Decimal(summer["premium_written"]) + expected - Decimal("334.33")
    assert Decimal(summer["premium_earned"]) == earned


def test_another_insurers_treaty_is_unknown(accountant, cast):
    from reinsurance.queries.treaties import TreatyUnknown

    coface = cast.actor("coface", role="reinsurance_accountant")
    with pytest.raises(TreatyUnknown):
        close_bordereaux(coface, [substitution_of(accountant)], period=SPRING, on=SPRING.end)


def test_all_periods_together_come_to_the_balances(accountant):
    closed = [close(accountant, period, on=date(2021, 1, 1)) for period in (SPRING, SUMMER, AUTUMN)]
    with acting(accountant):
        row = next(r for r in treaties(accountant, on=OPENING_DAY) if r.public_id == substitution_of(accountant))

    def told(kind, name):
        return sum(Decimal(one[kind].sums["all"][name]) for one in closed)

    assert (told("risk", "live_change"), told("risk", "run_off_change")) == (row.live, row.run_off)
    assert told("premium", "ceded_premium_change") == row.ceded_premium
    assert told("premium", "commission_change") == row.commission
    assert sum(told(kind, "owed_change") for kind in ("premium", "claims", "recoveries")) == row.current_account
