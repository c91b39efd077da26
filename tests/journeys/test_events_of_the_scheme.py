"""The life of top-ups, event by event, as a house lives through them: by API, by page and by night, day after day.

Each journey ends with everything that it left: entries of the ledger, endorsements, events of the stream, messages.
The other events have journeys where their pages and paths are tested; docs/events.md names them all.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from capweb.accounts.acting import acting
from reinsurance.commands.open_disbursement_years import open_disbursement_years
from reinsurance.domain.claim import DisbursementOpening
from tests import callers
from tests import factories as make
from tests.journeys.quarter import Left, Quarter, done
from tests.visitors import signed_in, text_of
from tests.worlds import open_world

pytestmark = pytest.mark.slow

GRANTED = Left(
    ledger=["cession"],
    documents=["grant"],
    events=["request.offered", "offer.accepted"],
    messages=["offer_made", "guarantee_granted"],
)


@pytest.fixture(scope="module")
def house(committed_once) -> Quarter:
    """One house for all journeys; its days only go forward."""
    return Quarter(open_world())


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Addresses of static files without the manifest that collectstatic writes."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="module")
def spring(house):
    """Substitutions of the opening day that later days find running, one for each journey; and two complements."""
    made = {name: house.refused_and_granted() for name in ("renewed", "lapsed", "resumed", "claimed", "insolvent")}
    made |= {
        "out of the window": house.refused_and_granted(),
        "re-rated": house.refused_and_granted("200000", grade="6"),
    }
    made |= {"increased": house.refused_and_granted("60000"), "upwards": house.refused_and_granted("150000")}
    for name in ("reduced again", "ended", "raised back", "loss above the primary"):
        pair = house.pair()
        house.limit(pair, "reduction", amount_before="400000", amount="150000")
        made[name] = house.granted(pair, "400000")
    return made


# E1 to E4: what the insurer decides of its own limit opens a top-up, which is told with it.


def test_e1_a_reduced_limit_opens_a_complement(house):
    pair = house.pair()
    (told,) = house.limit(pair, "reduction", amount_before="400000", amount="150000")["top_ups"]
    assert (told["product"], told["lost_amount"], told["amount"]) == ("cap", "250000.00", "75000.00")
    granted = house.granted(pair, "400000")
    assert house.terms(granted.guarantee)[0]["amount"] == told["amount"]
    assert house.left(granted) == GRANTED


def test_e2_a_partial_grant_opens_a_complement_of_what_was_granted(house):
    pair = house.pair()
    (told,) = house.limit(pair, "partial_grant", requested_amount="400000", amount="150000")["top_ups"]
    assert (told["product"], told["lost_amount"], told["amount"]) == ("cap", "250000.00", "75000.00")
    granted = house.granted(pair, "400000")
    assert house.left(granted) == GRANTED


def test_e3_a_refusal_opens_a_substitution_at_its_price(house):
    pair = house.pair()
    (told,) = house.limit(pair, "refusal", requested_amount="200000")["top_ups"]
    assert (told["product"], told["amount"], told["premium"]) == ("cap_plus", "100000.00", "875.00")
    granted = house.granted(pair, "200000")
    assert house.left(granted) == GRANTED


def test_e4_a_cessation_opens_a_substitution(house):
    pair = house.pair()
    (told,) = house.limit(pair, "cessation", amount_before="80000")["top_ups"]
    assert (told["product"], told["lost_amount"], told["amount"]) == ("cap_plus", "80000.00", "80000.00")
    assert house.left(house.granted(pair, "80000")) == GRANTED


def test_e6_e7_e8_the_broker_accepts_and_cover_begins_that_day_for_three_months(house):
    pair = house.pair()
    house.limit(pair, "refusal", requested_amount="100000")
    offer = house.asked(pair, "100000")["offer"]["id"]
    brune = signed_in("broker")
    assert "875" in text_of(brune.get(f"/offers/{offer}"))
    page = brune.post(f"/offers/{offer}/accept", follow=True)
    assert page.status_code == 200
    (found,) = (one for one in done(house.world.elise.get("/guarantees?limit=1"))["results"])
    (term,) = house.terms(found["id"])
    assert term["granted"] == term["cover"] == {"first": "2020-06-15", "end": "2020-09-15"}
    (endorsement,) = done(house.world.elise.get(f"/guarantees/{found['id']}"))["endorsements"]
    document = house.world.elise.get(f"/endorsements/{endorsement['number']}.pdf")
    assert document.content.startswith(b"%PDF")


def test_e22_the_premium_of_the_quarter_is_due_and_ceded(house):
    granted = house.refused_and_granted()
    assert house.terms(granted.guarantee)[0]["premium"] == "875.00"
    assert house.moved(granted, "premium_ceded") == ["831.25"]


# E20, E21, E29: dossiers, by page.


def test_e20_a_very_large_exporter_waits_for_the_ministry(house):
    broker = house.world.cast.organisations["courtage-du-port"].pk
    pair = (
        make.client(house.world.actor, turnover="2000000000", broker_id=broker),
        make.buyer(house.world.actor, country="MA", probability=None),
    )
    house.limit(pair, "refusal", requested_amount="200000", buyer_country="MA")
    asked = house.asked(pair, "200000", payment_days=60, french_share="0.45")
    assert (asked["offer"], asked["decision"]["referred_to"]) == (None, "ministry")
    dossier = decided(asked["id"], asked_amount="200 000", scope="every", amount="150 000")
    found = done(house.world.elise.get(f"/limit-requests/{asked['id']}"))
    assert (found["status"], found["offer"]["amount"]) == ("offered", "150000.00")
    granted = house.accepted(pair, found)
    left = house.left(granted)
    assert (left.ledger, left.documents) == (["cession"], ["grant"])
    assert house.events_of(dossier) == DECIDED_BY_THE_AUTHORITY
    assert left.messages == ["exception_asked", "exception_decided", *GRANTED.messages]
    assert done(house.world.elise.get(f"/exceptions/{dossier}"))["used"] == "150000.00"


def test_e21_a_complement_above_parity_with_the_ministers_consent(house):
    pair = house.pair()
    house.limit(pair, "reduction", amount_before="400000", amount="150000")
    asked = house.asked(pair, "400000")
    assert asked["offer"]["amount"] == "75000.00"
    dossier = decided(asked["id"], asked_amount="200 000", amount="200 000")
    done(house.world.elise.post(f"/offers/{asked['offer']['id']}/decline"))
    granted = house.granted(pair, "400000")
    assert house.terms(granted.guarantee)[0]["amount"] == "200000.00"
    left = house.left(granted)
    assert (left.ledger, left.documents) == (["cession"], ["grant"])
    assert house.events_of(dossier) == DECIDED_BY_THE_AUTHORITY


DECIDED_BY_THE_AUTHORITY = ["exception.opened", "exception.sent", "exception.passed_on", "exception.favourable"]


def decided(request, **given):
    """A dossier opened, sent and passed on by one person, the authority's consent entered by another."""
    elise, serge = signed_in("underwriter"), signed_in("senior underwriter")
    asked = {name: given[name] for name in given if name != "amount"}
    opened = elise.post(f"/requests/{request}/exception", {"reason": "Commande de trois ans", **asked})
    address = opened["Location"]
    for step in ("send", "pass_on"):
        assert elise.post(f"{address}/step", {"step": step}).status_code == 302
    letter = {"reference": "DGT/2020/7", "granted_on": "2020-06-15", "answer": "favourable", "amount": given["amount"]}
    assert elise.post(f"{address}/decide", letter).status_code == 403
    assert serge.post(f"{address}/decide", letter).status_code == 302
    return address.rsplit("/", 1)[1]


def test_e29_the_mediator_is_answered_in_five_days_and_the_case_judged_again(house):
    pair = house.pair(grade="9")
    house.limit(pair, "refusal", requested_amount="100000")
    asked = house.asked(pair, "100000")
    assert (asked["offer"], asked["decision"]["outcome"]) == (None, "refuse")
    sent = {"referred_on": "2020-06-15", "reference": "MED-7", "reason": "Commandes en cours"}
    opened = signed_in("broker").post(f"/requests/{asked['id']}/mediation", sent)
    address = opened["Location"]
    assert "20/06/2020" in text_of(signed_in("underwriter").get(address))
    house.rated(pair[1], grade="7")
    answer = {"answer": "Comptes de 2019 reçus", "decision": "changed"}
    assert signed_in("underwriter").post(f"{address}/answer", answer).status_code == 302
    found = done(house.world.elise.get(f"/limit-requests/{asked['id']}"))
    assert found["status"] == "offered"
    left = house.left(house.accepted(pair, found))
    assert (left.ledger, left.documents) == (["cession"], ["grant"])
    assert left.events == ["request.refused", "request.offered", "offer.accepted"]
    assert left.messages == ["request_refused", "offer_made", "mediation_answered", "guarantee_granted"]
    assert house.events_of(address.rsplit("/", 1)[1]) == ["mediation.opened", "mediation.changed"]


# 29 June: a fortnight later the feeds bring news of buyers.


def test_e12_a_worse_category_is_announced_with_a_month_and_then_cut(house, spring):
    house.becomes(date(2020, 6, 29))
    one = spring["re-rated"]
    house.rated(one.whom, grade="7")
    house.night(date(2020, 6, 30))
    assert house.terms(one.guarantee)[0]["amount"] == "200000.00"
    assert house.left(one).events[-1] == "reduction.announced"
    house.night(date(2020, 7, 30))
    assert house.terms(one.guarantee)[0]["amount"] == "100000.00"
    left = house.left(one)
    assert (left.ledger, left.documents) == (["cession", "amendment"], ["grant", "reduction"])
    assert left.events == [*GRANTED.events, "reduction.announced", "guarantee.reduced"]
    assert left.messages == [*GRANTED.messages, "reduction_announced", "guarantee_reduced"]


def test_e13_out_of_the_window_runs_on_and_an_insolvency_ends_cover(house, spring):
    out, failed = spring["out of the window"], spring["insolvent"]
    house.rated(out.whom, grade="9")
    house.rated(failed.whom, grade="9", is_insolvent=True)
    house.night(date(2020, 7, 31))
    assert house.terms(out.guarantee)[0]["status"] == "running"
    told = house.left(out)
    assert (told.ledger, told.documents) == (["cession"], ["grant"])
    assert (told.events[-1], told.messages[-1]) == ("guarantee.rated_out", "rated_out")
    assert (house.terms(failed.guarantee)[0]["status"], house.terms(failed.guarantee)[0]["cover"]["end"]) == (
        "ended",
        "2020-07-31",
    )
    left = house.left(failed)
    assert (left.ledger, left.documents) == (["cession", "ending"], ["grant", "insolvency"])
    assert left.events == [*GRANTED.events, "guarantee.ended"]
    assert left.messages[-1] == "guarantee_ended"


def test_e14_a_better_category_changes_nothing_until_more_is_asked(house, spring):
    one = spring["upwards"]
    house.rated(one.whom, grade="6")
    house.night(date(2020, 8, 3))
    assert house.left(one) == GRANTED
    path = f"/guarantees/{one.guarantee}/increase-requests"
    assert done(house.world.elise.post(path, {"requested_total": "150000"}), 201)["outcome"] == "offered"


def test_e11_an_increase_ends_one_term_the_moment_the_next_begins(house, spring):
    one = spring["increased"]
    path = f"/guarantees/{one.guarantee}/increase-requests"
    asked = done(house.world.elise.post(path, {"requested_total": "100000"}), 201)
    accepted = done(house.world.elise.post(f"/offers/{asked['offer']}/accept"))
    (old,), (new,) = house.terms(one.guarantee), house.terms(accepted["guarantee"])
    assert (old["status"], old["cover"]["end"]) == ("replaced", "2020-08-03")
    assert (new["amount"], new["cover"]) == ("100000.00", {"first": "2020-08-03", "end": "2020-11-03"})
    left = house.left(one)
    assert (left.documents, left.events[-1]) == (["grant", "end"], "guarantee.replaced")
    after = house.left(one, guarantee=accepted["guarantee"])
    assert (after.ledger, after.documents) == (["replacement"], ["increase"])


def test_e16_a_complement_follows_its_primary_down(house, spring):
    one = spring["reduced again"]
    house.limit((one.who, one.whom), "reduction", amount_before="150000", amount="60000")
    house.night(date(2020, 8, 4))
    assert house.terms(one.guarantee)[0]["amount"] == "30000.00"
    left = house.left(one)
    assert (left.ledger, left.documents) == (["cession", "amendment"], ["grant", "primary_reduced"])
    assert (left.events[-1], left.messages[-1]) == ("guarantee.reduced", "guarantee_reduced")
    # No second premium, none back: what was due for the quarter is due (D-27).
    assert house.moved(one, "premium_credited") == []


def test_e17_a_primary_that_ends_takes_its_complement_along_and_opens_a_substitution(house, spring):
    one = spring["ended"]
    (told,) = house.limit((one.who, one.whom), "cessation", amount_before="150000")["top_ups"]
    assert told["product"] == "cap_plus"
    house.night(date(2020, 8, 5))
    assert (house.terms(one.guarantee)[0]["status"], house.terms(one.guarantee)[0]["cover"]["end"]) == (
        "ended",
        "2020-08-05",
    )
    left = house.left(one)
    assert (left.ledger, left.documents) == (["cession", "ending"], ["grant", "primary_ended"])
    assert (left.events[-1], left.messages[-1]) == ("guarantee.ended", "guarantee_ended")
    after = house.granted((one.who, one.whom), "100000")
    assert house.terms(after.guarantee)[0]["cover"]["first"] == "2020-08-05"
    assert house.left(after) == GRANTED


def test_e18_a_primary_raised_back_raises_nothing_by_itself(house, spring):
    one = spring["raised back"]
    before = house.left(one)
    house.limit((one.who, one.whom), "reduction", amount_before="400000", amount="250000")
    house.night(date(2020, 8, 6))
    assert house.terms(one.guarantee)[0]["amount"] == "75000.00"
    assert house.left(one) == before
    path = f"/guarantees/{one.guarantee}/increase-requests"
    asked = done(house.world.elise.post(path, {"requested_total": "400000"}), 201)
    accepted = done(house.world.elise.post(f"/offers/{asked['offer']}/accept"))
    assert house.terms(accepted["guarantee"])[0]["amount"] == "125000.00"


def test_e15_a_resumed_primary_lets_the_substitution_run_out_and_never_pays_twice(house, spring):
    one = spring["resumed"]
    told = house.limit((one.who, one.whom), "grant", requested_amount="100000", amount="70000")
    assert told["top_ups"] == []
    house.night(date(2020, 8, 7))
    assert house.left(one) == GRANTED
    autumn(house, spring)
    assert house.terms(one.guarantee)[0]["status"] == "lapsed"
    left = house.left(one)
    assert (left.ledger, left.documents) == (["cession", "ending"], ["grant"])
    assert "renewal_refused" in left.messages
    claim = claimed(house, one, delivered_on="2020-08-20", amount="90000.00")
    shares = {share["layer"]: share for share in claim["shares"]}
    # Both cover that delivery: first the primary for its 70,000 at 90 %, then the top-up for what is left at 80 %.
    assert (shares["primary"]["loss"], shares["primary"]["due"]) == ("70000.00", "63000.00")
    assert (shares["top_up"]["loss"], shares["top_up"]["due"]) == ("20000.00", "16000.00")


def autumn(house, spring):
    """The terms of the opening day end; for two of them renewal was asked."""
    day = date(2020, 9, 15)
    if house.today < day:
        for name in ("renewed", "resumed"):
            done(house.world.elise.post(f"/guarantees/{spring[name].guarantee}/renewal-requests"), 201)
        house.night(day)


def claimed(house, one, *, delivered_on, amount):
    """An invoice declared, and its loss fixed after an insolvency."""
    invoice = {
        "number": "F-1",
        "delivered_on": delivered_on,
        "invoiced_on": delivered_on,
        "due_on": "2020-09-10",
        "amount": amount,
        "vat": "0",
    }
    body = {"source_reference": f"SIN-{one.guarantee}", "guarantee": one.guarantee, "invoices": [invoice]}
    claim = done(house.world.elise.post("/claims", body), 201)["id"]
    loss = {"cause": "insolvency", "caused_on": "2020-09-12"}
    return done(house.world.elise.post(f"/claims/{claim}/loss", loss), 201)


# 15 September: the terms of the opening day end.


def test_e9_what_was_asked_for_goes_on_without_a_gap(house, spring):
    one = spring["renewed"]
    autumn(house, spring)
    first, second = house.terms(one.guarantee)
    assert first["cover"]["end"] == second["cover"]["first"] == "2020-09-15"
    assert second["cover"]["end"] == "2020-12-15"
    left = house.left(one)
    assert (left.ledger, left.documents) == (["cession", "replacement"], ["grant", "renewal"])
    assert left.events == [*GRANTED.events, "renewal.asked", "guarantee.renewed"]
    assert left.messages[-1] == "guarantee_renewed"


def test_e10_what_nobody_asked_for_lapses_and_runs_off(house, spring):
    one = spring["lapsed"]
    autumn(house, spring)
    assert house.terms(one.guarantee)[0]["status"] == "lapsed"
    left = house.left(one)
    assert left.ledger == ["cession", "ending"]
    assert house.moved(one, "end_of_term") == ["95000.00"]
    assert left.events == [*GRANTED.events, "guarantee.lapsed"]
    assert left.messages[-1] == "guarantee_lapsed"


def test_e23_to_e27_a_loss_is_paid_ceded_and_what_comes_back_shared(house, spring):
    one = spring["claimed"]
    autumn(house, spring)
    loss = claimed(house, one, delivered_on="2020-07-01", amount="90000.00")
    claim = loss["claim"]["id"]
    rita = callers.person("rita@euler-hermes.example")
    day = house.today.isoformat()
    paid = done(rita.post(f"/claims/{claim}/settlement", {"paid_on": day}), 201)
    assert (paid["paid"], paid["ceded"]) == ("72000.00", "68400.00")
    back = {"source_reference": f"V-{claim}", "received_on": day, "amount": "9000.00", "costs": "0"}
    recovered = done(rita.post(f"/claims/{claim}/recoveries", back), 201)
    assert (recovered["policyholder"], recovered["kept"], recovered["ceded"]) == ("1800.00", "360.00", "6840.00")
    left = house.left(one)
    # The case reserve raised when the loss is fixed, the indemnity, the reserve released.
    assert left.ledger == ["cession", "ending", "claim", "claim", "claim", "recovery"]
    assert house.events_of(claim) == ["claim.declared", "claim.loss_fixed", "claim.indemnified", "claim.recovered"]
    assert house.messages_of(claim) == ["claim_declared", "loss_fixed", "claim_indemnified", "claim_recovered"]


def test_e26_the_disbursement_limit_stops_what_passes_the_policy_year(house, spring):
    autumn(house, spring)
    pair = house.pair()
    day, rita = house.today.isoformat(), callers.person("rita@euler-hermes.example")
    _limit_of_the_year(house, pair[0], "100000.00")
    covers = []
    for whom in (pair[1], make.buyer(house.world.actor)):
        house.limit((pair[0], whom), "refusal", requested_amount="100000")
        covers.append(house.granted((pair[0], whom), "100000"))
    paid, claims = [], []
    for one in covers:
        line = {"number": "F-26", "delivered_on": day, "invoiced_on": day, "due_on": day, "amount": "100000.00"}
        failed = {"cause": "insolvency", "caused_on": day}
        body = {"source_reference": f"SIN-{one.guarantee}", "guarantee": one.guarantee, "invoices": [line], **failed}
        claims.append(done(house.world.elise.post("/claims", body), 201)["id"])
        done(house.world.elise.post(f"/claims/{claims[-1]}/loss", failed), 201)
        paid.append(done(rita.post(f"/claims/{claims[-1]}/settlement", {"paid_on": day}), 201))
    assert [(one["paid"], one["ceded"], one["held_back"]) for one in paid] == [
        ("80000.00", "76000.00", "0.00"),
        ("20000.00", "19000.00", "60000.00"),
    ]
    # What is held back is not owed: nothing stays reserved for it.
    assert done(house.world.elise.get(f"/claims/{claims[1]}"))["outstanding"] == "0.00"
    assert house.moved(covers[0], "disbursed") == ["80000.00"]
    assert house.moved(covers[1], "disbursed") == ["20000.00"]
    assert house.left(covers[1]).ledger == ["cession", "claim", "claim", "claim"]
    assert house.events_of(pair[0].policy_number)[-1] == "disbursement_year.nearly_used"
    assert house.messages_of(claims[0])[-1] == "disbursement_nearly_used"
    assert house.messages_of(claims[1])[-1] == "claim_indemnified"


def _limit_of_the_year(house, who, amount):
    """The policy's year opened with a limit that two losses pass; the text's three millions would take forty."""
    accountant = house.world.cast.actor(role="reinsurance_accountant")
    opening = DisbursementOpening(
        policy_number=who.policy_number,
        market="domestic",
        first_day=date(2020, 1, 1),
        end_day=date(2021, 1, 1),
        limit_amount=Decimal(amount),
        reference="a limit of this test",
    )
    with acting(accountant):
        open_disbursement_years(accountant, [opening], on=house.today)


def test_e24_a_complement_pays_what_passes_the_primary(house, spring):
    autumn(house, spring)
    one = spring["loss above the primary"]
    loss = claimed(house, one, delivered_on="2020-07-01", amount="200000.00")
    shares = {share["layer"]: (share["loss"], share["due"]) for share in loss["shares"]}
    assert shares == {"primary": ("150000.00", "135000.00"), "top_up": ("50000.00", "45000.00")}
    claim = loss["claim"]["id"]
    rita = callers.person("rita@euler-hermes.example")
    paid = done(rita.post(f"/claims/{claim}/settlement", {"paid_on": house.today.isoformat()}), 201)
    # None of the primary's part is ceded; of the complement's, the treaty takes all.
    assert (paid["paid"], paid["ceded"]) == ("180000.00", "45000.00")
    assert house.left(one).ledger == ["cession", "ending", "claim", "claim", "claim"]


def test_e28_after_the_last_day_nothing_is_granted_and_what_runs_finishes(house):
    house.becomes(date(2021, 12, 30))
    last = house.granted(reduced_today(house), "400000")
    house.night(date(2021, 12, 31))
    assert house.asked(reduced_today(house), "400000")["decision"]["outcome"] == "refuse"
    assert house.terms(last.guarantee)[0]["status"] == "running"
    done(house.world.elise.post(f"/guarantees/{last.guarantee}/renewal-requests"), 201)
    house.night(date(2022, 3, 30))
    (term,) = house.terms(last.guarantee)
    assert (term["status"], term["cover"]) == ("lapsed", {"first": "2021-12-30", "end": "2022-03-30"})
    assert house.left(last).ledger == ["cession", "ending"]


def reduced_today(house):
    """A pair of which the limit falls from 400,000 to 150,000; what a substitution may be in 2021, no source says."""
    pair = house.pair()
    house.rated(pair[1])
    house.limit(pair, "reduction", amount_before="400000", amount="150000")
    return pair
