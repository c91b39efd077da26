"""An insurer's law book: files and rows say the same, own rows join in, others' rows stay behind the wall."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connections, transaction

from capweb.accounts.acting import acting
from eligibility.domain import law_files
from eligibility.queries.law_book import current_law_book
from tests import factories as make

DAY = date(2020, 6, 15)


def tariff(**changes):
    return {
        "product": "cap",
        "quarterly_rate": "0.006",
        "first_day": DAY,
        "reference_text": "a circular of the reinsurer",
        "reference_url": "https://example.org/circular",
        **changes,
    }


def book_of(actor):
    with acting(actor):
        return current_law_book(actor)


def test_files_and_rows_say_the_same(cast):
    shipped = law_files.shipped_law_book()
    book = book_of(cast.actor())
    assert book.contracts == shipped.contracts
    assert book.on(DAY).fingerprint == shipped.on(DAY).fingerprint


def test_a_known_book_costs_one_query(cast, django_assert_num_queries):
    actor = cast.actor()
    with acting(actor):
        first = current_law_book(actor)
        with django_assert_num_queries(1):
            assert current_law_book(actor) is first


def test_an_entered_tariff_counts_for_its_insurer_only(cast):
    actor = cast.actor()
    make.enter_contract_rows(actor, "tariff", tariff(), booked_on=DAY)
    own, other = book_of(actor).on(DAY), book_of(cast.actor("coface")).on(DAY)
    wanted = {"insurer": "euler-hermes", "category": None, "country": "FR", "payment_days": None, "on": DAY}
    assert own.tariff("cap", **wanted).quarterly_rate == Decimal("0.006")
    assert other.tariff("cap", **{**wanted, "insurer": "coface"}) is None
    assert own.fingerprint != other.fingerprint


def test_a_correction_is_a_later_row(cast):
    actor = cast.actor()
    make.enter_contract_rows(actor, "tariff", tariff(), tariff(quarterly_rate="0.007"), booked_on=DAY)
    found = (
        book_of(actor)
        .on(DAY)
        .tariff("cap", insurer="euler-hermes", category=None, country="FR", payment_days=None, on=DAY)
    )
    assert found.quarterly_rate == Decimal("0.007")


INSERTS = {
    "eligibility_gradescalerow": "insurer_code, grades) VALUES ({}, 'coface', '1-3')",
    "eligibility_ratinggridrow": "insurer_code, market, grades, category, currency, referred_to, question, reading) "
    "VALUES ({}, 'euler-hermes', 'domestic', '1', 1, 'EUR', '', '', '')",
    "eligibility_countrystatusrow": "country, status, referred_to, is_assumed) VALUES ({}, 'DE', 'open', '', false)",
    "eligibility_countryzonerow": "country, zone) VALUES ({}, 'DE', 1)",
    "eligibility_tariffrow": "product, quarterly_rate, is_illustrative) VALUES ({}, 'cap', 0.01, false)",
    "eligibility_readingrow": "question, reading, reason) VALUES ({}, 'complement_multiple', 'parity', 'x')",
    "eligibility_valuerow": "path, value, confidence) VALUES ({}, 'envelopes/export/ceiling', '1', 'official')",
}
DATED = "'2020-06-15', 'x', 'https://example.org/', '2020-06-15', 'x'"


def insert(table: str, insurer: int | None) -> str:
    columns = "insurer_id, first_day, reference_text, reference_url, booked_on, entered_by, "
    return f"INSERT INTO {table} ({columns}" + INSERTS[table].format(f"{insurer or 'NULL'}, {DATED}")


@pytest.mark.parametrize("table", INSERTS)
@pytest.mark.parametrize("whose", ["nobody", "coface", "euler-hermes"])
def test_the_application_writes_no_contractual_row_itself(cast, whose, table):
    insurer = None if whose == "nobody" else cast.actor(whose).insurer_id
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        acting(cast.actor()),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute(insert(table, insurer))


@pytest.mark.parametrize("table", INSERTS)
def test_the_platform_writes_shared_rows_only(committed, cast, table):
    insurer = cast.actor().insurer_id
    with (
        pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
        transaction.atomic(using="platform"),
        connections["platform"].cursor() as cursor,
    ):
        cursor.execute(insert(table, insurer))


@pytest.mark.parametrize("table", list(INSERTS)[:5])
def test_not_even_the_owner_writes_an_own_row_without_a_settlement(committed, cast, table):
    with (
        pytest.raises(IntegrityError, match="by_four_eyes"),
        transaction.atomic(using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(insert(table, cast.actor().insurer_id))


@pytest.mark.parametrize("alias", ["default", "platform", "owner"])
@pytest.mark.parametrize(
    "statement", ["UPDATE eligibility_ratinggridrow SET category = 1", "DELETE FROM eligibility_tariffrow"]
)
def test_no_row_is_ever_changed(committed, alias, statement):
    with pytest.raises(DatabaseError), transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(statement)
