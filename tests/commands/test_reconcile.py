"""What is in force, what is ceded and what the law authorises agree; where they do not, the difference is named."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting, acting_as_platform
from capweb.kernel.money import ZERO
from policies.commands.accept_offers import accept_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.open_night import open_night
from policies.commands.reconcile_cessions import reconcile_cessions
from policies.commands.submit_limit_requests import submit_file
from policies.models import GuaranteeTerm, LimitRequest, Offer
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.cede import cede
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.reconcile import reconcile
from reinsurance.domain.cession import Amendment, Ending
from reinsurance.domain.reconciling import CoverInForce
from reinsurance.queries.treaties import treaties
from tests import factories as make
from tests.books import open_books, order, set_ceilings
from tests.cast import OPENING_DAY
from tests.treaties import agree

pytestmark = pytest.mark.usefixtures("committed")
NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
CEILINGS = {"domestic": Decimal("10000000000.00"), "export": Decimal("5000000000.00")}


@pytest.fixture
def insurer(committed, cast):
    open_books(cast)
    return cast.actor()


@pytest.fixture
def cession_id(insurer):
    with acting(insurer):
        return cede(insurer, [order("a")], on=OPENING_DAY)[0].cession_id


@pytest.fixture
def cover(insurer, cession_id):
    return CoverInForce(
        insurer.insurer_id, "gar_a", OPENING_DAY, cession_id, "substitution", "domestic", Decimal("95000.00")
    )


def told(cast, cover, ceilings=CEILINGS) -> list[str]:
    with acting_as_platform():
        checks = reconcile(cast.operator, cover, ceilings=ceilings, on=OPENING_DAY)
    return [difference for check in checks for difference in check.differences]


def test_what_is_in_force_and_ceded_alike_is_not_told(cast, cover):
    assert told(cast, [cover]) == []


def test_a_live_cession_without_a_guarantee_in_force_is_named(cast, cover):
    (one,) = told(cast, [])
    assert one.startswith("gar_a from 2020-06-15: the cession ces_")
    assert one.endswith("is live and no guarantee is in force")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"cession_id": 999_999}, "in force and not ceded"),
        ({"ceded_amount": Decimal("95000.01")}, "95000.01 to be ceded, 95000.00 ceded by"),
        ({"kind": "complement"}, "under a treaty for substitution, domestic"),
        ({"market": "export"}, "under a treaty for substitution, domestic"),
        ({"guarantee_id": "gar_b"}, "is of gar_a from 2020-06-15"),
        ({"first_day": date(2020, 6, 16)}, "is of gar_a from 2020-06-15"),
    ],
)
def test_every_difference_of_a_term_is_named(cast, cover, changed, fault):
    assert any(fault in one for one in told(cast, [replace(cover, **changed)]))


def test_a_term_of_another_insurer_does_not_stand_in(cast, cover):
    stranger = replace(cover, insurer_id=cast.organisations["coface"].pk)
    assert len(told(cast, [stranger])) == 2


def test_a_term_whose_cession_has_ended_is_named_and_what_ended_on_both_sides_is_not(cast, insurer, cover):
    ending = Ending(
        cession_id=cover.cession_id, effective_on=OPENING_DAY, run_off_until=OPENING_DAY, premium_credited=Decimal(0)
    )
    with acting(insurer):
        end_cessions(insurer, [ending], on=OPENING_DAY)
    (one,) = told(cast, [cover])
    assert one.endswith("is ended")
    # Whatever is corrected of it afterwards, it has ended.
    with acting(insurer):
        wrong = Amendment(cession_id=cover.cession_id, amount=ZERO, effective_on=OPENING_DAY, is_correction=True)
        amend_cessions(insurer, [wrong], on=OPENING_DAY)
    (one,) = told(cast, [replace(cover, ceded_amount=ZERO)])
    assert one.endswith("is ended")
    assert told(cast, []) == []


def test_an_envelope_that_is_not_what_the_law_says_is_named(cast, cover):
    set_ceilings(cast, {"export": Decimal("4999999999.99")})
    (one,) = told(cast, [cover])
    assert one == "export: the envelope is 4999999999.99, the law in force on 2020-06-15 says 5000000000.00"


def test_ten_thousand_terms_are_compared_in_as_many_queries_as_one(cast, cover):
    many = [replace(cover, guarantee_id=f"gar_{n}", cession_id=10_000_000 + n) for n in range(10_000)]
    asked = []
    for rows in ([cover], [cover, *many]):
        with acting_as_platform(), CaptureQueriesContext(connections["platform"]) as queries:
            checks = reconcile(cast.operator, rows, ceilings=CEILINGS, on=OPENING_DAY)
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert checks[0].compared == 10_001
    assert len(checks[0].differences) == 100


@pytest.fixture
def granted(insurer):
    """A guarantee in force, through the whole of policies."""
    make.enter_illustrative_tariffs(insurer)
    who, whom = make.client(insurer), make.buyer(insurer)
    make.notice(insurer, who, whom)
    content = make.csv_of([make.row_for(who, whom, total="300000")])
    receipt = submit_file(insurer, content, file_name="a.csv", media_type="text/csv", on=OPENING_DAY)
    decide_submission(insurer, receipt.public_id, on=OPENING_DAY, holder="test")
    with acting(insurer):
        offer = Offer.objects.get().public_id
    accept_offers(insurer, [offer], on=OPENING_DAY, at=NOON)
    return insurer


def test_the_guarantees_of_the_house_agree_and_the_night_says_so(cast, granted):
    with acting_as_platform():
        checks = reconcile_cessions(cast.operator, on=OPENING_DAY)
    assert [(check.name, check.compared, check.differences) for check in checks] == [
        ("guarantees in force against cessions", 1, ()),
        ("envelopes against the law", 2, ()),
    ]
    assert open_night(date(2020, 6, 16), at=NOON).ledger_differences == []


def test_the_night_reports_a_term_that_no_longer_says_what_was_ceded(cast, granted):
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE policies_guaranteeterm DISABLE TRIGGER USER")
        cursor.execute("UPDATE policies_guaranteeterm SET amount = amount - 0.02")
        cursor.execute("ALTER TABLE policies_guaranteeterm ENABLE TRIGGER USER")
    (one,) = open_night(date(2020, 6, 16), at=NOON).ledger_differences
    assert "94999.98 to be ceded, 95000.00 ceded by ces_" in one
    with acting(granted):
        assert GuaranteeTerm.objects.get().amount == Decimal("99999.98"), "told, never mended"


@pytest.mark.parametrize(("place", "status"), [({"country": "DE"}, "offered"), ({"country": "BE"}, "referred")])
def test_a_request_on_a_country_that_no_amendment_covers_waits_for_a_treaty(cast, insurer, place, status):
    make.enter_illustrative_tariffs(insurer)
    with acting(insurer):
        abroad = [row for row in treaties(insurer, on=OPENING_DAY) if row.market == "export"]
    for treaty in abroad:
        fields = {"treaty": treaty.public_id, "first_day": OPENING_DAY, "is_covered": True, "reference": "Avenant"}
        agree(cast, "country_amendment", {**fields, **place})
    who, whom = make.client(insurer), make.buyer(insurer, country="DE")
    make.notice(insurer, who, whom)
    content = make.csv_of([make.row_for(who, whom, total="300000")])
    receipt = submit_file(insurer, content, file_name="a.csv", media_type="text/csv", on=OPENING_DAY)
    decide_submission(insurer, receipt.public_id, on=OPENING_DAY, holder="test")
    with acting(insurer):
        request = LimitRequest.objects.get()
    assert (request.status, request.waits_for) == (status, "" if status == "offered" else "treaty")
