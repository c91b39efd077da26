"""Decisions are stored as taken: read back they say the same, replayed they come out the same, none is changed."""

from decimal import Decimal

import msgspec
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connections, transaction

from capweb.accounts.acting import acting
from eligibility.commands.record_decisions import COLUMNS, DecidedCase, JudgedByOtherLaw, record_decisions
from eligibility.domain import decision, engine, law_files
from eligibility.models import DecisionRecord, LawEdition
from eligibility.queries import decisions
from eligibility.queries.law_book import current_law_book
from tests.scenarios.cases import every_scenario

FACTS = [scenario.case.facts for scenario in every_scenario()]


def record(actor, found=FACTS):
    with acting(actor):
        book = current_law_book(actor)
        decided = [DecidedCase(facts, engine.decide(facts, book.on(facts.day))) for facts in found]
        return record_decisions(actor, decided, law_book=book, booked_on=found[0].day), decided, book


def test_every_scenario_is_stored_and_told_again_in_full(cast):
    actor = cast.actor()
    ids, decided, book = record(actor)
    with acting(actor):
        rows = decisions.decisions_by_id(actor, ids, book=book, language="fr")
    assert list(rows) == ids
    for row_id, case in zip(ids, decided, strict=True):
        row, fresh = rows[row_id], decision.to_document(case.decision)
        assert row.facts == case.facts
        assert (row.outcome, row.granted, row.maximum, row.need) == (
            case.decision.outcome,
            case.decision.granted,
            case.decision.maximum,
            case.decision.need,
        )
        told = {reason["code"]: reason for reason in row.reasons}
        assert {code: reason["verdict"] for code, reason in told.items()} == {
            reason["code"]: reason["verdict"] for reason in fresh["reasons"]
        }
        for reason in fresh["reasons"]:
            if reason["verdict"] != "not_applicable":
                assert told[reason["code"]]["sentence"] == reason["sentence"]


def test_a_stored_decision_can_be_replayed_to_the_cent(cast):
    actor = cast.actor()
    ids, _, book = record(actor)
    with acting(actor):
        for row in decisions.decisions_by_id(actor, ids, book=book, language="fr").values():
            again = engine.decide(row.facts, book.on(row.day))
            assert (again.law, again.outcome, again.granted, again.premium) == (
                row.law,
                row.outcome,
                row.granted,
                row.premium,
            )


def test_a_batch_of_any_size_costs_the_same_number_of_statements_and_a_known_law_none(cast, django_assert_num_queries):
    actor = cast.actor()
    with acting(actor):
        book = current_law_book(actor)
        decided = [DecidedCase(facts, engine.decide(facts, book.on(facts.day))) for facts in FACTS]
        # A handful goes in by INSERT, more by way of a temporary table: three statements more, whatever the size.
        with django_assert_num_queries(4):
            record_decisions(actor, decided[:1], law_book=book, booked_on=FACTS[0].day)
        with django_assert_num_queries(7):
            record_decisions(actor, decided[:200], law_book=book, booked_on=FACTS[0].day)
        with django_assert_num_queries(7):
            record_decisions(actor, decided, law_book=book, booked_on=FACTS[0].day)
        with django_assert_num_queries(6):
            record_decisions(actor, decided, law_book=book, booked_on=FACTS[0].day)
        fingerprints = {case.decision.law for case in decided}
        assert set(LawEdition.objects.values_list("fingerprint", flat=True)) == fingerprints


def test_a_decision_comes_with_the_law_that_judged_it(cast):
    actor = cast.actor()
    with acting(actor):
        book = current_law_book(actor)
        decided = [DecidedCase(FACTS[0], engine.decide(FACTS[0], book.on(FACTS[0].day)))]
        other = book.with_tables(tariffs=law_files.illustrative_tables().tariffs)
        with pytest.raises(JudgedByOtherLaw):
            record_decisions(actor, decided, law_book=other, booked_on=FACTS[0].day)


@pytest.mark.parametrize(
    ("law", "constraint"),
    [("sha256:" + "0" * 64, "decision_has_its_law"), ("sha256:short", "decision_law_is_a_fingerprint")],
)
def test_the_database_keeps_no_decision_without_its_law(cast, law, constraint):
    actor = cast.actor()
    record(actor, FACTS[:1])
    columns = ", ".join(column for column in COLUMNS if column not in ("id", "public_id", "law"))
    statement = (
        f"INSERT INTO eligibility_decisionrecord (public_id, law, {columns}) "
        f"SELECT 'dec_raw', %s, {columns} FROM eligibility_decisionrecord"
    )
    with (
        pytest.raises(IntegrityError, match=constraint),
        acting(actor),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute(statement, [law])


def test_another_insurer_sees_no_decision(cast):
    ids, _, book = record(cast.actor())
    other = cast.actor("coface")
    with acting(other):
        assert decisions.decisions_by_id(other, ids, book=book, language="fr") == {}
        with pytest.raises(decisions.NoSuchDecision):
            decisions.decision_by_public_id(other, "dec_unknown", book=book, language="fr")


def test_what_was_booked_later_is_not_seen_as_of_an_earlier_day(cast):
    actor = cast.actor()
    ids, decided, book = record(actor, FACTS[:1])
    day = decided[0].facts.day
    with acting(actor):
        assert decisions.decisions_by_id(actor, ids, book=book, language="fr", as_of=day)
        assert not decisions.decisions_by_id(actor, ids, book=book, language="fr", as_of=day.replace(day=1))


def test_recording_needs_an_open_door(cast):
    with pytest.raises(RuntimeError):
        record_decisions(cast.actor(), [], law_book=law_files.shipped_law_book(), booked_on=FACTS[0].day)


@pytest.mark.parametrize("alias", ["default", "platform", "owner"])
@pytest.mark.parametrize(
    "statement", ["UPDATE eligibility_decisionrecord SET granted = 1", "DELETE FROM eligibility_decisionrecord"]
)
def test_a_decision_is_never_changed(committed, cast, alias, statement):
    actor = cast.actor()
    ids, _, _ = record(actor, FACTS[:2])
    with (  # noqa: PT012  the setting is local to the same transaction
        pytest.raises(DatabaseError),
        transaction.atomic(using=alias),
        connections[alias].cursor() as cursor,
    ):
        cursor.execute("SELECT set_config('capweb.insurer', %s, true)", [str(actor.insurer_id)])
        cursor.execute(statement)
    with acting(actor):
        assert DecisionRecord.objects.count() == len(ids)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("decision_outcome_known|decision_granted_as_outcome_says", {"outcome": "maybe"}),
        ("decision_product_known", {"product": "cap_relais"}),
        ("decision_binding_known", {"binding": "mood"}),
        ("decision_referred_to_somebody", {"referred_to": "underwriter"}),
        ("decision_granted_as_outcome_says", {"granted": None}),
        ("decision_granted_within_need_and_maximum", {"need": Decimal("1.00")}),
        ("decision_amounts_not_negative", {"premium": Decimal("-1.00")}),
        ("decision_ratios_within_one", {"ceded_ratio": Decimal("1.5")}),
    ],
)
def test_the_database_refuses_nonsense(cast, constraint, changes):
    actor = cast.actor()
    granted = next(facts for facts in FACTS if facts.market == "domestic")
    with acting(actor):
        book = current_law_book(actor)
        judged = engine.decide(granted, book.on(granted.day))
        assert judged.granted
        wrong = msgspec.structs.replace(judged, **changes)
    with pytest.raises(IntegrityError, match=constraint), acting(actor):
        record_decisions(actor, [DecidedCase(granted, wrong)], law_book=book, booked_on=granted.day)


def test_a_forged_insurer_is_refused(cast):
    actor, other = cast.actor(), cast.actor("coface")
    with acting(actor):
        book = current_law_book(actor)
        judged = engine.decide(FACTS[0], book.on(FACTS[0].day))
    with pytest.raises((ProgrammingError, RuntimeError)), acting(other):
        record_decisions(actor, [DecidedCase(FACTS[0], judged)], law_book=book, booked_on=FACTS[0].day)
