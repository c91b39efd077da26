"""An insurer's law book: files and rows say the same, own rows join in, others' rows stay behind the wall."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, ProgrammingError, connections, transaction

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.kernel.errors import FieldErrors
from eligibility.commands.enter_tariffs import enter_tariffs
from eligibility.domain import law_files
from eligibility.domain.parameters import Reference
from eligibility.domain.tables import TariffRow
from eligibility.queries.law_book import current_law_book

DAY = date(2020, 6, 15)
SOURCE = Reference("a circular of the reinsurer", "https://example.org/circular")


def tariff(**changes):
    return TariffRow(
        **{
            "product": "cap",
            "quarterly_rate": Decimal("0.00600000"),
            "first_day": DAY,
            "end_day": None,
            "reference": SOURCE,
            **changes,
        }
    )


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
    administrator = cast.actor(role="administrator")
    with acting(administrator):
        (row_id,) = enter_tariffs(administrator, [tariff()], booked_on=DAY)
    assert row_id > 0
    own, other = book_of(administrator).on(DAY), book_of(cast.actor("coface")).on(DAY)
    wanted = {"insurer": "euler-hermes", "category": None, "country": "FR", "payment_days": None, "on": DAY}
    assert own.tariff("cap", **wanted).quarterly_rate == Decimal("0.006")
    assert other.tariff("cap", **{**wanted, "insurer": "coface"}) is None
    assert own.fingerprint != other.fingerprint


def test_a_correction_is_a_later_row(cast):
    administrator = cast.actor(role="administrator")
    with acting(administrator):
        enter_tariffs(administrator, [tariff(), tariff(quarterly_rate=Decimal("0.007"))], booked_on=DAY)
    found = (
        book_of(administrator)
        .on(DAY)
        .tariff("cap", insurer="euler-hermes", category=None, country="FR", payment_days=None, on=DAY)
    )
    assert found.quarterly_rate == Decimal("0.007")


def test_only_an_administrator_enters_tariffs(cast):
    underwriter = cast.actor()
    with acting(underwriter), pytest.raises(NotAllowed):
        enter_tariffs(underwriter, [tariff()], booked_on=DAY)


def test_every_row_that_cannot_be_taken_is_named(cast):
    administrator = cast.actor(role="administrator")
    rows = [
        tariff(product="cap_relais"),
        tariff(quarterly_rate=Decimal("1.5")),
        tariff(quarterly_rate=Decimal("0.000000001")),
        tariff(end_day=DAY),
        tariff(insurer="coface"),
        tariff(zone=5),
        tariff(reference=Reference("", "")),
    ]
    with acting(administrator), pytest.raises(FieldErrors) as raised:
        enter_tariffs(administrator, rows, booked_on=DAY)
    assert [error.field for error in raised.value.errors] == [
        "0.product",
        "1.quarterly_rate",
        "2.quarterly_rate",
        "3.end_day",
        "4.insurer",
        "5.zone",
        "6.reference",
    ]


INSERT = (
    "INSERT INTO eligibility_tariffrow (insurer_id, first_day, reference_text, reference_url, booked_on, entered_by, "
    "product, quarterly_rate, is_illustrative) "
    "VALUES (%s, '2020-06-15', 'x', 'https://example.org/', '2020-06-15', 'x', 'cap', 0.01, false)"
)


@pytest.mark.parametrize("whose", ["nobody", "coface"])
def test_an_insurer_cannot_write_a_row_of_another_nor_a_shared_one(cast, whose):
    other = cast.actor("coface").insurer_id if whose == "coface" else None
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        acting(cast.actor()),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute(INSERT, [other])


@pytest.mark.parametrize("alias", ["default", "platform", "owner"])
@pytest.mark.parametrize(
    "statement", ["UPDATE eligibility_ratinggridrow SET category = 1", "DELETE FROM eligibility_tariffrow"]
)
def test_no_row_is_ever_changed(committed, alias, statement):
    with pytest.raises(DatabaseError), transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(statement)
