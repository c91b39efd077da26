"""A working day in a real browser: a broker's file, an underwriter's decision, an acceptance, the document.

Every page is listened to: an error in the console, a refused style or script, or a request to another server fails it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery.contrib.testing.worker import start_worker

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.models import Organisation
from capweb.celery import app
from policies.commands.accept_offers import accept_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_file
from policies.models import Offer
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.journeys.live_pages import AXE, Visitor, browser, chromium, server
from tests.visitors import PEOPLE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None or not AXE.is_file(), reason="no browser here: make install-dev"),
]
NARROW = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def plain_files(committed_once: None) -> Iterator[None]:
    from django.test import override_settings

    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=storages, ACCOUNT_RATE_LIMITS={}):
        yield


@pytest.fixture(scope="module")
def day(plain_files: None) -> Iterator[Day]:
    """Open books, a policy under the broker's mandate, a server, a worker and a browser."""
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    make.enter_illustrative_tariffs(cast.actor())
    with server() as address, browser() as opened:
        day = Day(cast, opened, address)
        day.some_business()
        yield day


class Day:
    def __init__(self, cast: Cast, opened, address: str) -> None:
        self.cast, self.browser, self.address = cast, opened, address
        self.underwriter, self.broker = cast.actor(), cast.broker()

    def visitor(self, who: str, **size: int) -> Visitor:
        return Visitor(self.browser, self.address, **size).sign_in(PEOPLE[who])

    def some_business(self) -> None:
        """Cases of every kind, and a guarantee that has begun."""
        receipt = submit_file(
            self.underwriter, self.file("8", "9", None, None), file_name="avant.csv", media_type=None, on=OPENING_DAY
        )
        decide_submission(self.underwriter, receipt.public_id, on=OPENING_DAY, holder="test")
        with acting(self.underwriter):
            offer = Offer.objects.order_by("pk").values_list("public_id", flat=True)[0]
        accept_offers(self.underwriter, [offer], on=OPENING_DAY, at=clock.instant())

    def file(self, *grades: str | None) -> bytes:
        """A broker's file: one request for each grade (8 is referred), and a row for a buyer nobody knows."""
        who = make.client(self.underwriter, broker_id=self.broker.organisation_id)
        rows = []
        for grade in grades:
            whom = make.buyer(self.underwriter, grade=grade)
            make.notice(self.underwriter, who, whom)
            rows.append(make.row_for(who, whom, reference=f"D-{len(rows)}"))
        rows.append(make.row_for(who, make.buyer(self.underwriter), reference="inconnu"))
        return make.csv_of(rows)


@pytest.mark.timeout(180)
def test_a_file_is_decided_a_case_settled_an_offer_accepted_and_the_document_opened(day, tmp_path: Path):
    broker = day.visitor("broker")
    _send_the_file(broker, day, tmp_path)
    underwriter = day.visitor("underwriter")
    _settle_the_referred_case(underwriter)
    number = _accept_an_offer(broker)
    _open_the_document(broker, number)
    assert broker.complaints == []
    assert underwriter.complaints == []


def _send_the_file(broker: Visitor, day: Day, tmp_path: Path) -> None:
    file = tmp_path / "demandes.csv"
    file.write_bytes(day.file("8", None, None))
    page = broker.open("/submissions").page
    page.set_input_files("input[type=file]", str(file))
    with start_worker(app, pool="solo", perform_ping_check=False, queues=["decisions"], shutdown_timeout=30):
        page.click("main button[type=submit]")
        # The page asks by itself how far the work is, and loads its rows when it is done.
        page.wait_for_selector("tbody >> text=Proposée")
    assert "4 lignes décidées sur 4" in page.inner_text("#progress")
    page.click("#progress nav >> text=En erreur")
    page.wait_for_url("**outcome=failed")
    assert page.locator("tbody tr").count() == 1
    assert "Aucune décision sur cet acheteur" in page.inner_text("tbody")


def _settle_the_referred_case(underwriter: Visitor) -> None:
    page = underwriter.open("/requests").page
    page.click("tbody tr:first-child td:nth-child(3)")
    page.wait_for_selector("text=Votre décision")
    page.fill("#id_amount", "20 000")
    page.fill("#id_reason", "Bilan reçu et relu.")
    page.click("button[value=approve]")
    page.wait_for_selector("text=Le dossier est tranché")
    assert "Bilan reçu et relu." in page.inner_text("main")


def _accept_an_offer(broker: Visitor) -> str:
    page = broker.open("/portal").page
    page.click("section:has(#offers-title) tbody tr:last-child a")
    page.click("button:has-text('Accepter')")
    page.wait_for_selector("text=Acceptée")
    return page.inner_text("section:has(#documents-title) tbody td.chief")


def _open_the_document(broker: Visitor, number: str) -> None:
    address = f"{broker.address}/endorsements/{number}.pdf"
    answer = broker.page.context.request.get(address)
    assert answer.ok
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")


@pytest.mark.timeout(180)
def test_the_queue_is_filtered_without_leaving_the_page(day):
    visitor = day.visitor("underwriter")
    page = visitor.open("/requests?status=all").page
    page.evaluate("document.body.dataset.stayed = 'yes'")
    page.fill("#filter-text", "zzz")
    page.wait_for_selector("text=Aucune demande ne correspond")
    page.wait_for_url("**text=zzz**")
    assert page.evaluate("document.activeElement.id") == "filter-text"
    assert page.evaluate("document.body.dataset.stayed") == "yes"
    assert visitor.complaints == []


MAIN_PAGES = {
    "underwriter": [
        "/requests?status=all",
        "/requests/new",
        "/submissions",
        "/guarantees?status=all",
        "/messages",
        "/renewals?days=92",
        "/renewals/referred",
        "/rating-waves",
        "/identity-changes",
        "/accumulations",
        "/watch-list",
        "/limit-waves",
        "/claims",
        "/envelopes",
        "/law",
        "/law/compare?from=2020-07-31&to=2020-08-01",
        "/law/ratings",
        "/law/readings",
        "/simulator",
    ],
    "senior underwriter": [
        "/contracts?kind=tariff",
        "/contracts/propose?kind=tariff",
        "/proposals",
        "/what-if-runs",
        "/exceptions",
        "/mediations",
        "/opt-outs",
        "/primary-notices",
        "/primary-notices/new",
        "/buyer-addresses",
    ],
    "broker": ["/portal", "/requests", "/messages", "/renewals?days=92"],
    "accountant": [
        "/envelopes/outlook",
        "/treaty-proposals",
        "/treaty-proposals/new",
        "/envelopes",
        "/treaties",
        "/journal",
        "/claim-movements",
        "/answers",
        "/settlement",
        "/seals",
    ],
    "reinsurer": ["/answers", "/settlement", "/memorandum", "/seals"],
    "operator": ["/business-day", "/seals"],
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("size", [{}, NARROW], ids=["desk", "telephone"])
@pytest.mark.parametrize("who", MAIN_PAGES)
def test_main_pages_have_no_serious_barrier_and_fit_the_screen(day, who, size):
    visitor = day.visitor(who, **size)
    for path in [*MAIN_PAGES[who], "/sign-in/password/change/"]:
        visitor.open(path)
        assert visitor.barriers() == [], path
        assert not visitor.overflows(), path
    assert visitor.complaints == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize("size", [{}, NARROW], ids=["desk", "telephone"])
def test_the_pages_of_one_case_have_no_serious_barrier(day, size):
    visitor = day.visitor("underwriter", **size)
    for path in ("/requests?status=all", "/guarantees?status=all"):
        page = visitor.open(path).page
        page.locator("tbody tr a").first.click()
        page.wait_for_selector(".split")
        assert visitor.barriers() == [], page.url
        assert not visitor.overflows(), page.url


def test_the_door_has_no_serious_barrier(day):
    visitor = Visitor(day.browser, day.address).open("/sign-in/login/")
    assert visitor.barriers() == []
    assert visitor.complaints == []


@pytest.mark.timeout(180)
def test_the_menu_opens_on_a_telephone(day):
    visitor = day.visitor("underwriter", **NARROW)
    page = visitor.open("/requests").page
    assert not page.is_visible("nav .menu")
    page.click("text=Menu")
    page.click("nav .menu >> text=Garanties")
    page.wait_for_url("**/guarantees")
