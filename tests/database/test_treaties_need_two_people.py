"""Raw SQL as the application role: no treaty, term, end or amendment of an insurer without two people's decision."""

import json
from datetime import date

import pytest
from django.db import DatabaseError, connections

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.commands.enter_people import NewMembership, enter_memberships
from capweb.accounts.models import User
from tests.cast import OPENING_DAY, PASSWORD
from tests.treaties import ADA, EXPORT, OPENING, RITA, agree, person, propose

pytestmark = pytest.mark.usefixtures("committed")

DECISION = (
    "INSERT INTO reinsurance_treatydecision (insurer_id, proposal_id, proposer_id, outcome, decider_id, decided_by, "
    "reason, booked_on) VALUES (%(insurer)s, %(proposal)s, %(proposer)s, %(outcome)s, %(decider)s, 'x', 'x', %(on)s)"
)


@pytest.fixture
def rita(committed, cast):
    return person(cast, RITA)


@pytest.fixture
def ada(committed, cast):
    return person(cast, ADA)


def run(actor, sql: str, **facts: object) -> None:
    with acting(actor), connections["default"].cursor() as cursor:
        cursor.execute(sql, facts)


def refused(actor, sql: str, match: str, **facts: object) -> None:
    with pytest.raises(DatabaseError, match=match):
        run(actor, sql, **facts)


def proposal_id(actor, public_id: str) -> int:
    with acting(actor), connections["default"].cursor() as cursor:
        cursor.execute("SELECT id FROM reinsurance_treatyproposal WHERE public_id = %s", [public_id])
        return cursor.fetchone()[0]


def decide(actor, public_id: str, *, proposer, decider, outcome: str = "approved", on: date = OPENING_DAY) -> dict:
    return {
        "insurer": actor.insurer_id,
        "proposal": proposal_id(actor, public_id),
        "proposer": proposer,
        "decider": decider,
        "outcome": outcome,
        "on": on,
    }


@pytest.mark.parametrize(
    "sql",
    [
        (
            "INSERT INTO reinsurance_treaty (insurer_id, public_id, reinsurer_id, kind, market, opened_on, reference, "
            "booked_on) SELECT %(insurer)s, 'trt_x', id, 'complement', 'export', '2020-06-15', '', '2020-06-15' "
            "FROM accounts_organisation WHERE code = 'bpifrance'"
        ),
        (
            "INSERT INTO reinsurance_treatyterms (insurer_id, treaty_id, first_day, ceded_ratio, ceding_commission, "
            "reference, booked_on) SELECT insurer_id, id, '2020-08-01', 1, 1, '', '2020-06-15' FROM reinsurance_treaty"
        ),
        (
            "INSERT INTO reinsurance_countryamendment (insurer_id, treaty_id, first_day, country, zone, is_covered, "
            "reference, booked_on) SELECT insurer_id, id, '2020-08-01', 'BR', '', true, 'x', '2020-06-15' "
            "FROM reinsurance_treaty"
        ),
        "UPDATE reinsurance_treaty SET ended_on = '2030-01-01'",
        "UPDATE reinsurance_treaty SET reinsurer_id = reinsurer_id",
        "DELETE FROM reinsurance_treaty",
    ],
)
def test_an_insurer_writes_no_treaty_by_itself(cast, rita, sql):
    agree(cast, "open", EXPORT)
    refused(rita, sql, "permission denied", insurer=rita.insurer_id)


@pytest.mark.parametrize("table", ["treatyproposal", "treatydecision", "treatyterms", "countryamendment"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET booked_on = booked_on", "DELETE FROM {}"])
def test_nothing_agreed_is_ever_rewritten(cast, rita, table, verb):
    agree(cast, "open", EXPORT)
    sql = verb.format(f"reinsurance_{table}")
    refused(rita, sql, "permission denied")
    with (
        pytest.raises(DatabaseError, match=r"append-only|refuse|changed|never"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(sql)


def test_one_person_is_not_two_however_the_row_is_written(rita, ada):
    public_id = propose(rita, "open", OPENING)
    own = decide(rita, public_id, proposer=rita.user_id, decider=rita.user_id)
    refused(rita, DECISION, "treaty_decision_by_four_eyes", **own)
    # To say that somebody else proposed it does not help: the key holds the true proposer.
    refused(rita, DECISION, "treaty_decision_of_the_proposer", **{**own, "proposer": ada.user_id})


def test_two_people_are_of_the_insurer_itself_and_still_there(cast, rita, ada):
    public_id = propose(rita, "open", OPENING)
    for email in ("brune@courtage-du-port.example", "karim@coface.example", "ccr@ccr.example"):
        stranger = User.objects.get(email=email).pk
        wrong = decide(rita, public_id, proposer=rita.user_id, decider=stranger)
        refused(rita, DECISION, "two people of the insurer", **wrong)
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET is_active = false WHERE id = %s", [ada.user_id])
    gone = decide(rita, public_id, proposer=rita.user_id, decider=ada.user_id)
    refused(rita, DECISION, "two people of the insurer", **gone)


def test_a_decision_is_of_one_s_own_insurer_and_made_once(cast, rita, ada):
    public_id = propose(rita, "open", OPENING)
    right = decide(rita, public_id, proposer=rita.user_id, decider=ada.user_id)
    coface = cast.actor("coface")
    refused(coface, DECISION, "row-level security|violates|query returned no rows", **right)
    refused(coface, DECISION, "violates|no rows", **{**right, "insurer": coface.insurer_id})
    refused(rita, DECISION, "cannot be decided", **{**right, "on": date(2020, 6, 14)})
    run(rita, DECISION, **right)
    refused(rita, DECISION, "treaty_decision_once", **right)


def test_a_document_names_a_treaty_of_its_own_insurer(cast, rita, ada):
    agree(cast, "open", EXPORT)
    with acting(rita), connections["default"].cursor() as cursor:
        cursor.execute("SELECT public_id FROM reinsurance_treaty")
        (treaty,) = cursor.fetchone()
    coface = cast.actor("coface")
    document = json.dumps({"treaty": treaty, "end_day": "2020-07-01"})
    karim = User.objects.get(email="karim@coface.example").pk
    run(
        coface,
        "INSERT INTO reinsurance_treatyproposal (insurer_id, public_id, kind, treaty_public_id, document, reason, "
        "proposer_id, proposed_by, booked_on) VALUES (%(insurer)s, 'trp_x', 'end', %(treaty)s, %(document)s, 'x', "
        "%(karim)s, 'x', '2020-06-15')",
        insurer=coface.insurer_id, treaty=treaty, document=document, karim=karim,
    )  # fmt: skip
    second = NewMembership(ADA, "Ada Colin", "coface", "administrator", "coface")
    enter_memberships([second], password=PASSWORD, using="owner")
    wrong = decide(coface, "trp_x", proposer=karim, decider=ada.user_id)
    refused(coface, DECISION, "has no treaty", **wrong)


def test_the_past_is_not_changed_by_hand_either(cast, rita, ada):
    agree(cast, "open", EXPORT)
    with acting(rita), connections["default"].cursor() as cursor:
        cursor.execute("SELECT public_id FROM reinsurance_treaty")
        (treaty,) = cursor.fetchone()
    public_id = propose(rita, "end", {"treaty": treaty, "end_day": "2020-06-20", "reference": "x"})
    late = decide(rita, public_id, proposer=rita.user_id, decider=ada.user_id, on=date(2020, 6, 21))
    refused(rita, DECISION, "changed from 2020-06-21 on", **late)


def test_the_platform_neither_proposes_nor_decides(rita, ada):
    public_id = propose(rita, "open", OPENING)
    right = decide(rita, public_id, proposer=rita.user_id, decider=ada.user_id)
    with (
        acting_as_platform() as alias,
        connections[alias].cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"),
    ):
        cursor.execute(DECISION, right)
