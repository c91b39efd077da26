"""Stored decisions come out the same when judged again, whatever the law has become; a tampered one does not."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from capweb.accounts.acting import acting
from eligibility.commands.record_decisions import DecidedCase, record_decisions
from eligibility.domain import engine, law_files
from eligibility.domain.law import LawBook
from eligibility.models import DecisionRecord
from eligibility.queries import decisions, law_book, law_editions, replay
from eligibility.queries.law_book import current_law_book
from tests import factories as make
from tests.scenarios.cases import every_scenario

FACTS = [scenario.case.facts for scenario in every_scenario()]
BOOKED_ON = date(2026, 11, 22)
SOURCE = {"reference_text": "a circular of the reinsurer", "reference_url": "https://example.org/circular"}
PARITY = {
    "question": "complement_multiple",
    "reading": "parity",
    "reason": "the treaty says so",
    "first_day": date(2020, 6, 1),
    "reference_text": "Letter of 2 June 2020",
}


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """What one test read must not serve another: the tables are put back between them."""
    law_editions._editions.clear()
    law_book._books.clear()
    yield
    law_editions._editions.clear()
    law_book._books.clear()


@pytest.fixture
def actor(committed, cast):
    return cast.actor()


def store(actor, found=FACTS):
    """Judge and store as the books do; readings of a simulation are left out, as no stored request has any."""
    with acting(actor):
        book = current_law_book(actor)
        decided = [DecidedCase(facts, engine.decide(facts, book.on(facts.day))) for facts in found]
        return record_decisions(actor, decided, law_book=book, booked_on=BOOKED_ON)


def run(**options):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("replay_decisions", since=str(BOOKED_ON), stdout=out, stderr=err, **options)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def later_law(monkeypatch):
    """A later release: every amount of the law is another one, and a leaf has been corrected."""
    shipped = law_files.shipped_law_book()
    parameters = {
        path: replace(
            leaf,
            history=tuple(
                replace(block, value=block.value / 2 if isinstance(block.value, Decimal) else block.value)
                for block in leaf.history
            ),
        )
        for path, leaf in shipped.parameters.items()
    }
    monkeypatch.setattr(law_files, "shipped_law_book", lambda: LawBook(parameters, shipped.contracts))
    law_book._books.clear()


def test_every_scenario_comes_out_the_same_after_a_later_law_a_new_tariff_a_corrected_grid_and_another_reading(
    actor, monkeypatch
):
    store(actor)
    later_law(monkeypatch)
    make.enter_contract_rows(
        actor, "tariff", {"product": "cap_plus", "quarterly_rate": "0.02", "first_day": "2020-04-15", **SOURCE}
    )
    grid = {"market": "domestic", "grades": "1-7", "category": 2, "maximum": "1", "first_day": "2020-04-15", **SOURCE}
    make.enter_contract_rows(actor, "grid", grid)
    make.enter_contract_rows(actor, "reading", PARITY)
    with acting(actor):
        book = current_law_book(actor)
    changed = [f for f in FACTS if engine.decide(f, book.on(f.day)).law not in _stored_laws(actor)]
    assert len(changed) == len(FACTS), "the later law is another law on every day"
    status, told = run()
    assert (status, told.splitlines()[-1]) == (0, f"{len(FACTS)} decisions replayed, no differences.")


def _stored_laws(actor):
    with acting(actor):
        return set(DecisionRecord.objects.values_list("law", flat=True))


def test_the_database_gives_a_law_back_to_the_letter(actor):
    store(actor)
    with acting(actor):
        book = current_law_book(actor)
        found = law_editions.editions(actor, _stored_laws(actor))
        for facts in FACTS:
            law = book.on(facts.day).under(facts.readings)
            edition = found[law.fingerprint].on(facts.day)
            assert edition.fingerprint == law.fingerprint
            assert engine.decide(facts, edition) == engine.decide(facts, law)


def test_a_decision_is_told_by_the_law_and_the_readings_that_judged_it(actor):
    make.enter_contract_rows(actor, "reading", PARITY)
    complement = next(
        f for f in FACTS if f.asks_for_complement and f.market == "domestic" and f.day == date(2020, 6, 15)
    )
    (row_id,) = store(actor, [complement])
    back = {**PARITY, "reading": "default"}
    make.enter_contract_rows(actor, "reading", back)
    with acting(actor):
        row = decisions.decisions_by_id(actor, [row_id], book=current_law_book(actor), language="en")[row_id]
    assert {one["reading"] for one in row.reasons if one["code"] == "COMP-01"} == {"parity"}
    assert run()[0] == 0


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("granted = granted - 0.01", "granted"),
        ("premium = premium + 1", "premium"),
        ("term_end = term_end + 1", "term_end"),
        ("reasons = jsonb_set(reasons, '{0,verdict}', '\"fail\"')", "reasons."),
        ("facts = jsonb_set(facts, '{buyer,grade}', '\"1\"')", "outcome"),
    ],
)
def test_a_tampered_decision_is_found(actor, change, key):
    granted = next(f for f in FACTS if _premium_of(f))
    store(actor, [granted, *FACTS[:5]])
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE eligibility_decisionrecord DISABLE TRIGGER append_only")
        cursor.execute("SELECT min(id) FROM eligibility_decisionrecord")
        first = cursor.fetchone()[0]
        cursor.execute(f"UPDATE eligibility_decisionrecord SET {change} WHERE id = {first}")
        cursor.execute("ALTER TABLE eligibility_decisionrecord ENABLE TRIGGER append_only")
    status, told = run()
    assert status == 1
    assert f"    {key}" in told
    assert told.splitlines()[-1] == "6 decisions replayed, 1 decisions DIFFER."
    status, told = run(json=True)
    found = json.loads(told)
    assert (status, found["replayed"], found["different"]) == (1, 6, 1)
    assert any(one["key"].startswith(key) for one in found["differences"])


def _premium_of(facts):
    judged = engine.decide(facts, law_files.shipped_law_book().on(facts.day))
    return judged.premium is not None and not facts.asks_for_complement and facts.buyer.grade != "1"


def test_a_decision_from_before_editions_is_judged_by_the_book_of_today(actor, monkeypatch):
    store(actor, FACTS[:3])
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE eligibility_decisionrecord DROP CONSTRAINT decision_has_its_law")
        cursor.execute("ALTER TABLE eligibility_lawedition DISABLE TRIGGER append_only")
        cursor.execute("DELETE FROM eligibility_lawedition")
        cursor.execute("ALTER TABLE eligibility_lawedition ENABLE TRIGGER append_only")
    try:
        law_editions._editions.clear()
        status, told = run(json=True)
        assert (status, json.loads(told)["without_edition"]) == (0, 3)
        later_law(monkeypatch)
        status, told = run(json=True)
        assert status == 1
        assert {"law"} <= {one["key"] for one in json.loads(told)["differences"]}
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "ALTER TABLE eligibility_decisionrecord ADD CONSTRAINT decision_has_its_law FOREIGN KEY "
                "(insurer_id, law) REFERENCES eligibility_lawedition (insurer_id, fingerprint) NOT VALID"
            )


def test_only_the_insurer_and_the_days_asked_for_are_replayed(actor, cast):
    store(actor, FACTS[:4])
    store(cast.actor("coface"), FACTS[:2])
    assert json.loads(run(json=True)[1])["replayed"] == 6
    assert json.loads(run(json=True, insurer="coface")[1])["replayed"] == 2
    out = io.StringIO()
    call_command("replay_decisions", since=str(BOOKED_ON + timedelta(days=1)), stdout=out, json=True)
    assert json.loads(out.getvalue())["replayed"] == 0


@pytest.mark.parametrize(("options", "told"), [({"since": "soon"}, "no day"), ({"insurer": "lloyds"}, "no insurer")])
def test_a_wrong_question_is_refused(committed, options, told):
    with pytest.raises(CommandError, match=told):
        call_command("replay_decisions", **{"since": "2020-01-01", **options})


def test_a_chunk_costs_a_fixed_number_of_queries(actor, django_assert_max_num_queries):
    store(actor)
    for size in (len(FACTS) // 2 + 1, len(FACTS)):
        law_editions._editions.clear()
        chunks = -(-len(FACTS) // size)
        # Each chunk: open and close the door, decisions, editions; the last look finds nothing.
        with django_assert_max_num_queries(chunks * 7 + 6):
            assert sum(one.count for one in replay.replayed(actor, BOOKED_ON, chunk=size)) == len(FACTS)
