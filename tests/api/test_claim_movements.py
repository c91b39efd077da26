"""Claim movements by API: each finds its cession by guarantee and day of delivery; good rows are booked, bad told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from capweb.accounts.acting import acting
from capweb.accounts.commands.enter_people import NewMembership, enter_memberships
from policies.models import Endorsement, GuaranteeTerm
from policies.queries import request_facts
from reinsurance.commands.open_disbursement_years import open_disbursement_years
from reinsurance.domain.claim import DisbursementOpening
from reinsurance.models import ClaimMovement, DisbursementYear
from tests import callers
from tests.cast import OPENING_DAY

PATH = "/claim-movements/bulk"


@pytest.fixture
def rita(world):
    """The reinsurance accountant."""
    return callers.person("rita@euler-hermes.example")


@pytest.fixture
def guarantee(world):
    return world.granted()["guarantee"]


def movement(guarantee, key="m1", **more):
    return {
        "source_key": f"{guarantee}/{key}",
        "kind": "indemnity",
        "claim_reference": "SIN-1",
        "guarantee": guarantee,
        "delivered_on": "2020-06-15",
        "effective_on": "2020-06-15",
        "amount": "1000.10",
        **more,
    }


def rows_of(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["rows"]


def test_a_movement_is_ceded_on_the_term_of_its_delivery_day(rita, guarantee):
    (row,) = rows_of(rita.post(PATH, [movement(guarantee)]))
    assert (row["outcome"], row["amount"], row["ceded_amount"]) == ("booked", "1000.10", "950.10")
    assert row["disbursement_room"] == "2998999.90"
    assert row["cession"].startswith("ces_")


def test_an_endorsements_number_names_the_guarantee_too(rita, guarantee, world):
    with acting(world.actor):
        number = Endorsement.objects.get(term__guarantee__public_id=guarantee).number
    (row,) = rows_of(rita.post(PATH, [movement(number)]))
    assert row["outcome"] == "booked"


def test_good_rows_are_booked_and_bad_ones_told_by_line_and_field(rita, guarantee, world):
    given = [
        movement(guarantee),
        movement("gar_nobody", "m2"),
        movement(guarantee, "m3", delivered_on="2020-09-15"),
        movement(guarantee, "m4", amount="12,345"),
        movement(guarantee, "m5", kind="recovery", amount="2000.00"),
        movement(guarantee, "m6", ex_gratia=True),
        {"source_key": "m7", "kind": "correction", "effective_on": "2020-06-15"},
        movement(guarantee, "m8", kind="reserve", amount="0", costs="1"),
        movement(guarantee, "m9", kind="recovery", amount="100.00", costs="40"),
        {
            "source_key": f"{guarantee}/m10",
            "kind": "correction",
            "effective_on": "2020-06-15",
            "corrects": f"{guarantee}/m9",
        },
        movement(guarantee),
    ]
    rows = rows_of(rita.post(PATH, given))
    told = [(row["outcome"], *((error["field"], error["code"]) for error in row["errors"])) for row in rows]
    assert told == [
        ("booked",),
        ("refused", ("guarantee", "unknown_cover")),
        ("refused", ("delivered_on", "not_under_cover")),
        ("refused", ("amount", "ambiguous_amount")),
        ("refused", ("amount", "recovery_above_indemnity")),
        ("refused", ("ex_gratia", "ex_gratia_not_ceded")),
        ("refused", ("corrects", "claim_missing")),
        ("refused", ("costs", "claim_not_taken")),
        ("booked",),
        ("booked",),
        ("repeated",),
    ]
    assert [row["line"] for row in rows] == list(range(1, 12))
    with acting(world.actor):
        assert ClaimMovement.objects.filter(source_key__startswith=guarantee).count() == 3


@pytest.mark.parametrize("key", ["m1/right-1", "m1/right-12/back"])
def test_the_keys_of_what_falls_anew_are_not_the_claim_systems_to_give(rita, guarantee, key):
    (row,) = rows_of(rita.post(PATH, [movement(guarantee, key)]))
    assert row["outcome"] == "refused"
    assert [(error["field"], error["code"]) for error in row["errors"]] == [("source_key", "reserved_key")]
    (row,) = rows_of(rita.post(PATH, [movement(guarantee, "m1/right-1/a")]))
    assert row["outcome"] == "booked"


def test_a_french_csv_is_read_as_well(rita, guarantee):
    content = (
        "clé;nature;sinistre;garantie;date de livraison;payé le;montant;provision après\r\n"
        f"{guarantee}/a;indemnité;S1;{guarantee};15/06/2020;15/06/2020;1 000,10;500,00\r\n"
        f"{guarantee}/b;provision;S1;{guarantee};15/06/2020;15/06/2020;0;\r\n"
    ).encode("cp1252")
    first = rita.send(PATH, content, "text/csv")
    assert [row["outcome"] for row in rows_of(first)] == ["booked", "booked"]
    again = rita.send(PATH, content, "text/csv")
    assert [row["outcome"] for row in rows_of(again)] == ["repeated", "repeated"]


def test_what_was_paid_in_the_policy_year_is_a_fact_of_the_next_request(rita, guarantee, world):
    rows_of(rita.post(PATH, [movement(guarantee)]))
    with acting(world.actor):
        term = GuaranteeTerm.objects.select_related("guarantee__limit_request").get(guarantee__public_id=guarantee)
        asked = request_facts.Asked(
            policy_id=term.policy_id,
            buyer_id=term.buyer_id,
            buyer_limit_id=term.guarantee.limit_request.buyer_limit_id,
            market="domestic",
            requested_total=Decimal(50000),
        )
        (facts,) = request_facts.gather(world.actor, [asked], on=term.granted_first)
    assert facts.policy.disbursed_this_year == Decimal("1000.10")


def test_a_payment_above_what_is_left_of_the_policy_year_is_refused_in_words(rita, guarantee, world):
    with acting(world.actor):
        policy = GuaranteeTerm.objects.select_related("policy").get(guarantee__public_id=guarantee).policy
    # The limit of the law is three million; the accountant opens the year at what a test can use up.
    accountant = world.cast.actor(role="reinsurance_accountant")
    with acting(accountant):
        open_disbursement_years(
            accountant,
            [
                DisbursementOpening(
                    policy_number=policy.number,
                    market="domestic",
                    first_day=OPENING_DAY.replace(month=1, day=1),
                    end_day=OPENING_DAY.replace(year=2021, month=1, day=1),
                    limit_amount=Decimal("30000.00"),
                    reference="essai",
                )
            ],
            on=OPENING_DAY,
        )
    rows_of(rita.post(PATH, [movement(guarantee, amount="29000.00")]))
    (row,) = rows_of(rita.post(PATH, [movement(guarantee, "m2", amount="1000.01")]))
    assert row["errors"][0]["code"] == "disbursement_limit_reached"
    with acting(world.actor):
        assert DisbursementYear.objects.filter(policy_number=policy.number).count() == 1
    assert policy.number in row["errors"][0]["message"]


def test_an_underwriter_may_not_cede_claims(world, guarantee):
    assert world.elise.post(PATH, [movement(guarantee)]).status_code == 403


def test_another_insurers_guarantee_is_unknown(world, guarantee):
    house = "coface"
    person = NewMembership("coralie@coface.example", "Coralie", house, "reinsurance_accountant", house)
    enter_memberships([person], password=None, using="default")
    (row,) = rows_of(callers.person("coralie@coface.example").post(PATH, [movement(guarantee)]))
    assert row["errors"][0]["code"] == "unknown_cover"


def test_the_same_key_gives_the_first_answer(rita, guarantee):
    first = rita.post(PATH, [movement(guarantee)], key="k")
    again = rita.post(PATH, [movement(guarantee)], key="k")
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
