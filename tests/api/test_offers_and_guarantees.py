"""Offers accepted and declined, one and many; guarantees read, renewed by asking; endorsements and their PDF."""

from __future__ import annotations

import io

import pypdf
import pytest

from capweb.accounts.acting import acting
from policies.models import RenewalRequest
from reinsurance.queries.verification import verify_ledger
from tests import callers

BRUNE = "brune@courtage-du-port.example"


def told(answer, *, status, code):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    return answer.json()


def test_an_accepted_offer_is_a_guarantee_with_an_endorsement(world):
    done = world.granted()
    assert done["outcome"] == "accepted"
    assert done["guarantee"].startswith("gar_")
    assert done["endorsement"].startswith("EULER-HERMES-2020-")
    assert verify_ledger().agrees


def test_an_offer_is_accepted_once(world):
    offer = world.asked()["offer"]["id"]
    assert world.elise.post(f"/offers/{offer}/accept").status_code == 200
    told(world.elise.post(f"/offers/{offer}/accept"), status=409, code="offer_closed")
    told(world.elise.post(f"/offers/{offer}/decline"), status=409, code="offer_closed")


def test_a_declined_offer_gives_back_what_it_held(world):
    asked = world.asked()
    answer = world.elise.post(f"/offers/{asked['offer']['id']}/decline")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "declined")
    assert world.elise.get(f"/limit-requests/{asked['id']}").json()["status"] == "declined"
    assert verify_ledger().agrees


def test_an_offer_that_facts_no_longer_carry_is_ended_and_stays_so(world):
    who, whom = world.pair()
    asked = world.elise.post("/limit-requests", world.body(who, whom)).json()
    rating = {
        "source_reference": f"insolvent {whom.id}",
        "buyer_identifier": whom.identifier,
        "effective_on": "2020-06-15",
        "grade": "10",
        "default_probability": "0.5",
        "is_insolvent": True,
    }
    assert world.elise.post("/buyer-ratings/bulk", [rating]).status_code == 200
    path = f"/offers/{asked['offer']['id']}/accept"
    told(world.elise.post(path, key="too late"), status=409, code="no_longer_grantable")
    again = world.elise.post(path, key="too late")
    told(again, status=409, code="no_longer_grantable")
    assert again["Idempotent-Replayed"] == "true"
    found = world.elise.get(f"/limit-requests/{asked['id']}").json()
    assert (found["status"], found["decision"]["outcome"]) == ("refused", "refuse")


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_an_offer_that_is_unknown_or_anothers_is_not_found(world, answer):
    offer = world.asked()["offer"]["id"]
    karim, luc = callers.person("karim@coface.example"), callers.person("luc@cabinet-lemoine.example")
    for caller, public_id in ((world.elise, "off_unknown"), (karim, offer), (luc, offer)):
        told(caller.post(f"/offers/{public_id}/{answer}"), status=404, code="not_found")


def test_a_broker_answers_for_its_own_client(world):
    offer = world.asked(broker="courtage-du-port")["offer"]["id"]
    brune = callers.person(BRUNE, insurer="euler-hermes")
    assert brune.post(f"/offers/{offer}/accept").json()["outcome"] == "accepted"


def test_an_acceptance_needs_a_key_and_takes_no_fields(world):
    offer = world.asked()["offer"]["id"]
    told(world.elise.post(f"/offers/{offer}/accept", key=""), status=400, code="idempotency_key_missing")
    found = told(world.elise.post(f"/offers/{offer}/accept", {"amount": 1}), status=422, code="invalid_fields")
    assert [(error["field"], error["code"]) for error in found["errors"]] == [("amount", "unknown_field")]


def test_an_auditor_accepts_nothing(world):
    offer = world.asked()["offer"]["id"]
    auditor = callers.person("axel@euler-hermes.example")
    told(auditor.post(f"/offers/{offer}/accept"), status=403, code="permission_denied")


def test_many_offers_are_accepted_each_with_its_own_answer(world):
    good, closed = world.asked()["offer"]["id"], world.asked()["offer"]["id"]
    world.elise.post(f"/offers/{closed}/decline")
    answer = world.elise.post("/offers/bulk-accept", {"offers": [closed, good, "off_unknown", good]})
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert [(row["offer"], row["outcome"], row["code"]) for row in found["results"]] == [
        (closed, "failed", "offer_closed"),
        (good, "accepted", ""),
        ("off_unknown", "failed", "offer_unknown"),
    ]
    assert found["counts"] == {"failed": 2, "accepted": 1}


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "offers", "not_a_list_of_ids"),
        ({"offers": []}, "offers", "not_a_list_of_ids"),
        ({"offers": [1]}, "offers", "not_a_list_of_ids"),
        ({"offers": ["off_x"], "all": True}, "all", "unknown_field"),
        ({"offers": ["off_x"] * 5001}, "offers", "too_many"),
    ],
)
def test_a_batch_that_is_no_list_of_ids_is_refused(world, body, field, code):
    found = told(world.elise.post("/offers/bulk-accept", body), status=422, code="invalid_fields")
    assert [(error["field"], error["code"]) for error in found["errors"]] == [(field, code)]


def test_a_guarantee_is_read_with_its_terms_and_endorsements(world):
    done = world.granted()
    found = world.elise.get(f"/guarantees/{done['guarantee']}").json()
    (term,), (endorsement,) = found["terms"], found["endorsements"]
    assert (found["product"], found["kind"], found["market"]) == ("cap_plus", "substitution", "domestic")
    assert (term["sequence"], term["status"], term["amount"]) == (1, "running", "50000.00")
    assert term["granted"] == term["cover"] == {"first": "2020-06-15", "end": "2020-09-15"}
    assert (term["insured_ratio"], term["ceded_ratio"], term["premium"]) == ("0.80", "0.95", "437.50")
    assert endorsement["number"] == done["endorsement"]
    assert found["request"].startswith("req_")


def test_guarantees_are_listed_newest_first_in_pages(world):
    made = [world.granted()["guarantee"] for _ in range(3)]
    first = world.elise.get("/guarantees?status=running&limit=2").json()
    second = world.elise.get(first["next"].removeprefix("/api/v1")).json()
    assert [row["id"] for row in (first["results"] + second["results"])[:3]] == made[::-1]
    assert world.elise.get("/guarantees?status=lapsed").json() == {"results": [], "next": None}


def test_a_broker_lists_its_clients_guarantees_only(world):
    own, _other = world.granted(broker="courtage-du-port")["guarantee"], world.granted()["guarantee"]
    brune = callers.person(BRUNE, insurer="euler-hermes")
    listed = [row["id"] for row in brune.get("/guarantees").json()["results"]]
    assert own in listed
    assert _other not in listed


def test_a_renewal_is_asked_for_once(world):
    guarantee = world.granted()["guarantee"]
    for _ in range(2):
        answer = world.elise.post(f"/guarantees/{guarantee}/renewal-requests")
        assert (answer.status_code, answer.json()["outcome"]) == (201, "asked")
    with acting(world.actor):
        assert RenewalRequest.objects.filter(term__guarantee__public_id=guarantee).count() == 1
    assert world.elise.get(f"/guarantees/{guarantee}").json()["terms"][0]["renewal_asked"] is True


def test_the_renewal_of_what_is_unknown_or_anothers_is_not_found(world):
    guarantee = world.granted()["guarantee"]
    karim, luc = callers.person("karim@coface.example"), callers.person("luc@cabinet-lemoine.example")
    for caller, public_id in ((world.elise, "gar_unknown"), (karim, guarantee), (luc, guarantee)):
        told(caller.post(f"/guarantees/{public_id}/renewal-requests"), status=404, code="not_found")
        told(caller.get(f"/guarantees/{public_id}"), status=404, code="not_found")


def test_many_renewals_are_asked_for_each_with_its_own_answer(world):
    guarantee = world.granted()["guarantee"]
    answer = world.elise.post("/guarantees/bulk-renewal-requests", {"guarantees": ["gar_unknown", guarantee]})
    assert [(row["guarantee"], row["outcome"], row["code"]) for row in answer.json()["results"]] == [
        ("gar_unknown", "failed", "nothing_to_renew"),
        (guarantee, "asked", ""),
    ]
    nothing = world.elise.post("/guarantees/bulk-renewal-requests", {"guarantees": ["gar_unknown"]})
    assert (nothing.status_code, nothing.json()["counts"]) == (200, {"failed": 1})


def test_an_endorsement_is_read_by_its_number(world):
    done = world.granted()
    found = world.elise.get(f"/endorsements/{done['endorsement']}").json()
    assert (found["number"], found["guarantee"], found["cause"]) == (done["endorsement"], done["guarantee"], "grant")
    assert found["issued_on"] == "2020-06-15"
    assert len(found["digest"]) == 64


def test_the_pdf_of_an_endorsement_says_its_number(world, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    number = world.granted()["endorsement"]
    answer = world.elise.get(f"/endorsements/{number}.pdf", headers={"accept": "application/pdf"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert number in answer["Content-Disposition"]
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    assert number in text
    assert world.elise.get(f"/endorsements/{number}.pdf").content == answer.content
    assert world.elise.get(f"/endorsements/{number}").json()["has_pdf"] is True


def test_a_document_that_is_unknown_or_anothers_is_not_found(world):
    number = world.granted()["endorsement"]
    karim, luc = callers.person("karim@coface.example"), callers.person("luc@cabinet-lemoine.example")
    for caller, wanted in ((world.elise, "EULER-HERMES-2020-999999"), (karim, number), (luc, number)):
        told(caller.get(f"/endorsements/{wanted}"), status=404, code="not_found")
        told(
            caller.get(f"/endorsements/{wanted}.pdf", headers={"accept": "application/pdf"}),
            status=404,
            code="not_found",
        )
