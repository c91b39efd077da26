"""A sixth insurer with a scale of its own is added by rows alone: judged, offered, accepted, ceded, replayed."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor
from capweb.accounts.commands.enter_people import NewMembership, NewOrganisation, enter_memberships, enter_organisations
from capweb.accounts.queries import memberships
from capweb.kernel.identifiers import siren_from_serial
from eligibility.commands.propose_changes import ProposedChange, propose_changes
from eligibility.commands.settle_proposals import approve_proposals
from eligibility.domain import engine, facts
from eligibility.models import GradeScaleRow, RatingGridRow
from eligibility.queries import law_book
from eligibility.queries.law_book import current_law_book
from policies.commands.accept_offers import accept_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_file
from policies.models import SubmissionRow
from policies.queries import submissions
from reinsurance.commands.open_treaties import open_treaties
from reinsurance.queries.verification import verify_ledger
from tests import factories as make
from tests.books import TREATIES_OPEN_ON, openings, set_ceilings
from tests.cast import OPENING_DAY

CODE = "assurance-du-nord"
NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
SOURCE = {"reference_text": "Traité, annexe 2", "reference_url": "https://example.org/annexe-2"}
FIRST = date(2020, 4, 15)
SCALE = {"grades": "AAA, AA+, AA, AA-, A, BBB, BB, B, CCC, D", **SOURCE}
GRIDS = [
    {"market": "domestic", "grades": "A, BBB", "category": 1, **SOURCE},
    {"market": "domestic", "grades": "BB", "category": 2, **SOURCE},
    {"market": "domestic", "grades": "B", "category": 2, "maximum": "40000", "referred_to": "underwriter", **SOURCE},
    {"market": "export", "grades": "AAA, AA+, AA, AA-, A", "category": 1, **SOURCE},
    {"market": "export", "grades": "BBB", "category": 2, **SOURCE},
    {"market": "export", "grades": "CCC", "category": 3, **SOURCE},
]


@pytest.fixture(params=["own rows", "shared rows"])
def house(request, committed, cast) -> Actor:
    """The new insurer's senior underwriter, with scale and grids entered one way or the other."""
    law_book._books.clear()
    with acting_as_platform():
        enter_organisations(
            [
                NewOrganisation(
                    "insurer", CODE, "Assurance du Nord", siren_from_serial(90000007), "2 rue", "59000", "Lille"
                )
            ]
        )
        enter_memberships(
            [
                NewMembership(f"{role}@{CODE}.example", name, CODE, role, CODE)
                for role, name in (("administrator", "Agnès Nord"), ("senior_underwriter", "Simon Nord"))
            ],
            password=None,
        )
        open_treaties(cast.operator, openings(insurers=(CODE,)), on=TREATIES_OPEN_ON)
    set_ceilings(cast, {"domestic": Decimal("10000000000"), "export": Decimal("5000000000")})
    row = next(one for one in memberships.insurers() if one.code == CODE)
    administrator, senior = memberships.people_of(row.pk)
    if request.param == "own rows":
        _enter_as_the_insurer(administrator, senior)
    else:
        _enter_as_the_platform()
    make.enter_illustrative_tariffs(administrator)
    return senior


def _enter_as_the_insurer(administrator: Actor, senior: Actor) -> None:
    changes = [
        ProposedChange("scale", [{**SCALE, "first_day": FIRST}]),
        ProposedChange("grid", [{**grid, "first_day": FIRST} for grid in GRIDS]),
    ]
    with acting(administrator):
        ids = propose_changes(administrator, changes, reason="Annexe 2 du traité", booked_on=FIRST)
    with acting(senior):
        approve_proposals(senior, ids, booked_on=FIRST)


def _enter_as_the_platform() -> None:
    dated = {"insurer_code": CODE, "first_day": FIRST, "booked_on": FIRST}
    with acting_as_platform() as alias:
        GradeScaleRow.objects.using(alias).create(**SCALE, **dated)
        for grid in GRIDS:
            RatingGridRow.objects.using(alias).create(**grid, **dated)


def judged(house: Actor, grade: str, *, market: str = "domestic", **more: object):
    with acting(house):
        book = current_law_book(house)
    abroad = {"sale": {"payment_days": 60, "french_share": "0.45", "currency": "EUR"}} if market == "export" else {}
    case = facts.from_document(
        {
            "day": OPENING_DAY,
            "insurer": CODE,
            "market": market,
            "trigger": {"kind": "refusal", "notified_on": date(2020, 6, 10)},
            "policyholder": {"country": "FR", "turnover": 120000000, "factor": False},
            "policy": {"insured_ratio": "0.90", "limits_set_by": "insurer", "disbursed_this_year": "0"},
            "buyer": {
                "country": "FR" if market == "domestic" else "BR",
                "created_on": date(2014, 1, 1),
                "turnover": 30000000,
                "balance_sheet": 18000000,
                "headcount": 120,
                "grade": grade,
                "default_probability": "0.04",
                "insolvent": False,
                "construction_subcontract": False,
            },
            "primary": {"amount_before": "0", "amount": "0"},
            "requested_total": "9000000",
            **abroad,
            **more,
        }
    )
    return engine.decide(case, book.on(OPENING_DAY), with_headroom=True)


@pytest.mark.parametrize(
    ("market", "grade", "outcome", "maximum"),
    [
        ("domestic", "AAA", "refuse", None),
        ("domestic", "A", "grant_reduced", "200000.00"),
        ("domestic", "BBB", "grant_reduced", "200000.00"),
        ("domestic", "BB", "grant_reduced", "100000.00"),
        ("domestic", "B", "refer", "40000.00"),
        ("domestic", "CCC", "refuse", None),
        ("export", "AA-", "grant_reduced", "500000.00"),
        ("export", "BBB", "grant_reduced", "250000.00"),
        ("export", "BB", "refuse", None),
        ("export", "CCC", "refuse", "0.00"),
    ],
)
def test_every_grade_of_its_letters_is_judged(house, market, grade, outcome, maximum):
    found = judged(house, grade, market=market)
    assert found.outcome == outcome, [(r.code, r.verdict) for r in found.reasons if r.verdict not in ("pass",)]
    assert found.maximum == (None if maximum is None else Decimal(maximum))


def test_a_grade_that_is_not_on_its_scale_is_not_guessed(house):
    found = judged(house, "7")
    assert found.outcome in ("refuse", "refer")
    assert found.granted in (None, Decimal("0.00"))


def test_headroom_names_a_better_grade_of_its_own_scale(house):
    found = judged(house, "BB")
    assert {"buyer.grade": "BBB"} in [one.changed for one in found.headroom]


def test_a_file_of_its_requests_is_decided_offered_accepted_and_replayed(house):
    who = make.client(house)
    at_home, abroad = make.buyer(house, grade="BB"), make.buyer(house, grade="AA-", country="BR")
    by_hand, outside = make.buyer(house, grade="B"), make.buyer(house, grade="D")
    for whom in (at_home, abroad, by_hand, outside):
        make.notice(house, who, whom)
    rows = [make.row_for(who, whom) for whom in (at_home, abroad, by_hand, outside)]
    receipt = submit_file(house, make.csv_of(rows), file_name="nord.csv", media_type="text/csv", on=OPENING_DAY)
    assert decide_submission(house, receipt.public_id, on=OPENING_DAY, holder="test")
    with acting(house):
        outcomes = list(SubmissionRow.objects.order_by("line").values_list("outcome", flat=True))
        offered = [row.offer for row in submissions.rows_of(house, receipt.public_id) if row.offer is not None]
    assert outcomes == ["offered", "offered", "referred", "refused"]
    answers = accept_offers(house, offered, on=OPENING_DAY, at=NOON)
    assert all(one.guarantee is not None and one.endorsement is not None for one in answers)
    assert verify_ledger().agrees
    told = io.StringIO()
    call_command("replay_decisions", since="2020-06-15", insurer=CODE, stdout=told, stderr=io.StringIO())
    assert told.getvalue().strip() == "6 decisions replayed, no differences."
