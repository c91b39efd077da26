"""Bordereaux on screen: what is due is closed by a worker with progress, lines are found and lead to their entry."""

import re

import pytest
from django.urls import reverse

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.commands.enter_people import begin_sandbox, move_business_day
from reinsurance import tasks
from reinsurance.models import Bordereau, ClosingRun
from reinsurance.queries import closing_runs
from tests.cast import OPENING_DAY
from tests.closing import SPRING, SUMMER, close, live_through_2020, substitution_of
from tests.visitors import signed_in


@pytest.fixture
def accountant(committed, cast):
    begin_sandbox(OPENING_DAY)
    actor = live_through_2020(cast)
    _on(SPRING.end)
    return actor


def _on(day):
    move_business_day(day)
    assert clock.business_day() == day


def test_what_is_due_is_closed_by_a_worker(accountant):
    browser = signed_in("accountant")
    page = browser.get(reverse("reinsurance:bordereaux")).content.decode()
    assert len(re.findall(r'name="treaty"\s+value="trt_', page)) == 4
    answer = browser.post(
        reverse("reinsurance:close_bordereaux"), {"period": "2020-Q2", "treaty": [substitution_of(accountant)]}
    )
    run = answer["Location"].rsplit("/", 1)[-1]
    assert "hx-get" in browser.get(answer["Location"]).content.decode()
    tasks.close_period(run=run, insurer=accountant.insurer_id)
    with acting(accountant):
        found = closing_runs.run_named(accountant, run)
        assert Bordereau.objects.count() == 4
    assert (found.status, found.settled, found.total) == ("done", 8, 8)
    done = browser.get(answer["Location"])
    assert done.content.decode().count("/bordereaux/bdx_") >= 4
    assert browser.get(answer["Location"] + "?part")["HX-Refresh"] == "true"


def test_a_close_done_twice_closes_once(accountant):
    browser = signed_in("accountant")
    treaty = substitution_of(accountant)
    browser.post(reverse("reinsurance:close_bordereaux"), {"period": "2020-Q2", "treaty": [treaty]})
    with acting(accountant):
        run = ClosingRun.objects.get().public_id
    for _ in range(2):
        tasks.close_period(run=run, insurer=accountant.insurer_id)
    with acting(accountant):
        assert Bordereau.objects.count() == 4


@pytest.mark.parametrize(
    ("period", "said"),
    [("2020-Q3", "has not ended"), ("printemps", "names no period"), ("2020-04", "reports otherwise")],
)
def test_a_period_that_cannot_be_closed_is_refused_in_words(accountant, period, said):
    browser = signed_in("accountant")
    answer = browser.post(
        reverse("reinsurance:close_bordereaux"),
        {"period": period, "treaty": [substitution_of(accountant)]},
        follow=True,
        headers={"accept-language": "en"},
    )
    assert said in answer.content.decode()
    with acting(accountant):
        assert not ClosingRun.objects.exists()


def test_a_run_that_fails_says_why(accountant):
    browser = signed_in("accountant")
    browser.post(
        reverse("reinsurance:close_bordereaux"), {"period": "2020-Q2", "treaty": [substitution_of(accountant)]}
    )
    close(accountant, SPRING)
    _on(SUMMER.end)
    with acting(accountant):
        run = ClosingRun.objects.get()
        ClosingRun.objects.update(period_end="2020-06-01")
    tasks.close_period(run=run.public_id, insurer=accountant.insurer_id)
    with acting(accountant):
        found = closing_runs.run_named(accountant, run.public_id)
    assert found.status == "failed"
    assert found.failure in browser.get(reverse("reinsurance:closing_run", args=[run.public_id])).content.decode()


def test_lines_are_found_by_text_event_and_year_and_lead_to_their_entry(accountant):
    close(accountant, SPRING)
    _on(SUMMER.end)
    public_id = close(accountant, SUMMER)["risk"].public_id
    browser = signed_in("accountant")
    address = reverse("reinsurance:bordereau", args=[public_id])

    def numbers(**query):
        return re.findall(r'id="line-(\d+)"', browser.get(address, query).content.decode())

    assert numbers() == ["1", "2", "3", "4", "5"]
    assert numbers(event="corrected") == ["1"]
    assert numbers(q="gar_a2") == ["4"]
    assert numbers(year="2021") == []
    page = browser.get(address).content.decode()
    assert "2020-04-01/4" in page
    (entry,) = set(re.findall(r'href="(/journal/entry\?key=amend%3Ad[^"]*)"', page)) or {""}
    assert browser.get(entry.replace("&amp;", "&")).status_code == 200


def test_every_file_and_paper_opens(accountant):
    closed = close(accountant, SPRING)["premium"]
    browser = signed_in("accountant")
    for form in ("json", "csv", "xlsx"):
        assert browser.get(reverse(f"reinsurance:bordereau_{form}", args=[closed.public_id])).status_code == 200
    page = browser.get(reverse("reinsurance:technical_accounts")).content.decode()
    account = re.search(r"/technical-accounts/(tac_\w+)", page)[1]
    assert browser.get(reverse("reinsurance:technical_account", args=[account])).status_code == 200
    assert browser.get(reverse("reinsurance:statement_pdf", args=[account]))["Content-Type"] == "application/pdf"


def test_the_reinsurer_opens_them_and_takes_the_audit_pack(accountant):
    closed = close(accountant, SPRING)["premium"]
    ccr = signed_in("reinsurer")
    assert closed.public_id in ccr.get(reverse("reinsurance:bordereaux")).content.decode()
    assert ccr.get(reverse("reinsurance:bordereau", args=[closed.public_id])).status_code == 200
    page = ccr.get(reverse("reinsurance:technical_accounts")).content.decode()
    account = re.search(r"/technical-accounts/(tac_\w+)", page)[1]
    pack = ccr.get(reverse("policies:audit_pack", args=[account]))
    assert (pack.status_code, pack["Content-Type"]) == (200, "application/zip")
    assert pack.getvalue()[:2] == b"PK"


def test_the_reinsurer_closes_nothing(accountant):
    ccr = signed_in("reinsurer")
    answer = ccr.post(
        reverse("reinsurance:close_bordereaux"), {"period": "2020-Q2", "treaty": [substitution_of(accountant)]}
    )
    assert answer.status_code == 403
