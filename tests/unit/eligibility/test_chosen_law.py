"""Readings that an insurer chose and values that it entered are law of its book, from their day and no earlier."""

from datetime import date
from decimal import Decimal

import pytest

from eligibility.domain import decision, engine, facts, law_files, table_columns
from eligibility.domain.contract_changes import ground_of, read_row
from eligibility.domain.parameters import LawUnset, Reference, UnknownReading
from eligibility.domain.tables import ReadingRow, ValueRow

DAY = date(2020, 6, 15)
LETTER = Reference("Letter of the reinsurer of 2 June 2020", "")
SOURCE = Reference("Arrêté du 3 février 2023", "https://example.org/arrete", date(2023, 2, 4))
CEILING = "envelopes/export/ceiling"


@pytest.fixture
def book():
    return law_files.shipped_law_book()


def chosen(question="complement_multiple", reading="parity", first_day=DAY, end_day=None, booked_on=DAY):
    return ReadingRow(
        question=question,
        reading=reading,
        first_day=first_day,
        end_day=end_day,
        reason="the treaty says so",
        reference=LETTER,
        booked_on=booked_on,
    )


def entered(value="6000000000", path=CEILING, first_day=date(2023, 1, 1), end_day=None, booked_on=date(2023, 2, 6)):
    return ValueRow(
        path=path,
        value=value,
        first_day=first_day,
        end_day=end_day,
        reference=SOURCE,
        confidence="official",
        booked_on=booked_on,
    )


def complement(day=DAY, **more):
    return facts.from_document(
        {
            "day": day,
            "insurer": "euler-hermes",
            "market": "domestic",
            "trigger": {"kind": "reduction", "notified_on": date(2020, 6, 10)},
            "policyholder": {"country": "FR", "turnover": 120000000, "factor": False},
            "policy": {"insured_ratio": "0.90", "limits_set_by": "insurer", "disbursed_this_year": "0"},
            "buyer": {
                "country": "FR",
                "created_on": date(2014, 1, 1),
                "turnover": 30000000,
                "balance_sheet": 18000000,
                "headcount": 120,
                "grade": "7",
                "default_probability": "0.04",
                "insolvent": False,
                "construction_subcontract": False,
            },
            "primary": {"amount_before": "400000", "amount": "100000"},
            "requested_total": "400000",
            **more,
        }
    )


class TestAChosenReading:
    def test_it_counts_from_its_first_day_to_its_last(self, book):
        ours = book.with_tables(readings=(chosen(end_day=date(2020, 9, 1)),))
        assert ours.on(date(2020, 6, 14)).readings == {}
        assert ours.on(DAY).readings == {"complement_multiple": "parity"}
        assert ours.on(date(2020, 8, 31)).readings == {"complement_multiple": "parity"}
        assert ours.on(date(2020, 9, 1)).readings == {}

    def test_it_decides_and_is_named_in_the_decision_and_in_each_reason_that_rests_on_it(self, book):
        ours = book.with_tables(readings=(chosen(),))
        judged = engine.decide(complement(), ours.on(DAY))
        assert engine.decide(complement(), book.on(DAY)).maximum == Decimal("50000.00")
        assert judged.maximum == Decimal("100000.00")
        assert judged.readings == {"complement_multiple": "parity"}
        named = {reason.code for reason in judged.reasons if reason.reading == "parity"}
        assert "COMP-01" in named
        told = decision.to_document(judged)["reasons"]
        assert next(one for one in told if one["code"] == "COMP-01")["reading"] == "parity"

    def test_it_is_in_the_fingerprint(self, book):
        ours = book.with_tables(readings=(chosen(),))
        assert ours.on(DAY).fingerprint != book.on(DAY).fingerprint
        assert ours.on(DAY).fingerprint == book.on(DAY).under({"complement_multiple": "parity"}).fingerprint
        assert ours.on(date(2020, 6, 14)).fingerprint == book.on(date(2020, 6, 14)).fingerprint

    def test_the_later_choice_wins_and_default_goes_back(self, book):
        back = chosen(reading="default", first_day=date(2020, 7, 1))
        ours = book.with_tables(readings=(chosen(), back))
        assert ours.on(date(2020, 6, 30)).readings == {"complement_multiple": "parity"}
        assert ours.on(date(2020, 7, 1)).readings == {}

    def test_facts_of_a_simulation_go_on_top_of_it(self, book):
        ours = book.with_tables(readings=(chosen(), chosen("term_length", "ninety_days")))
        law = ours.on(DAY)
        simulated = engine.decide(complement(readings={"complement_multiple": "default"}), law)
        assert simulated.maximum == Decimal("50000.00")
        assert simulated.readings == {"term_length": "ninety_days"}
        assert law.under({"buyer_age": "complements_too"}).readings == {
            "buyer_age": "complements_too",
            "complement_multiple": "parity",
            "term_length": "ninety_days",
        }

    def test_exactly_the_named_readings_can_be_asked_for_whatever_was_chosen(self, book):
        ours = book.with_tables(readings=(chosen(),))
        assert ours.under(DAY, ()).readings == {}

    @pytest.mark.parametrize("question", ["complement_multiple", "the_weather"])
    def test_an_unknown_one_is_refused(self, book, question):
        ours = book.with_tables(readings=(chosen(question, "triple"),))
        with pytest.raises(UnknownReading):
            ours.on(DAY)

    def test_the_default_of_an_unknown_question_is_refused(self, book):
        with pytest.raises(UnknownReading):
            book.on(DAY).under({"the_weather": "default"})

    @pytest.mark.parametrize("question", sorted(law_files.shipped_law_book().readings))
    def test_every_question_of_the_register_can_be_chosen(self, book, question):
        for name in book.readings[question]:
            law = book.with_tables(readings=(chosen(question, name),)).on(DAY)
            assert law.readings == {question: name}
            assert law.fingerprint != book.on(DAY).fingerprint


class TestALegalValue:
    def test_it_fills_the_days_on_which_the_law_is_unset(self, book):
        ours = book.with_tables(values=(entered(),))
        with pytest.raises(LawUnset):
            book.on(date(2023, 5, 2)).amounts[CEILING]
        law = ours.on(date(2023, 5, 2))
        assert law.amounts[CEILING] == Decimal("6000000000.00")
        assert law.blocks[CEILING].reference == SOURCE
        assert law.blocks[CEILING].confidence == "official"
        assert law.fingerprint != book.on(date(2023, 5, 2)).fingerprint

    def test_it_never_takes_the_place_of_law(self, book):
        ours = book.with_tables(values=(entered(first_day=date(2020, 1, 1)),))
        assert ours.on(DAY).amounts[CEILING] == book.on(DAY).amounts[CEILING]

    def test_a_chosen_reading_that_has_a_value_goes_before_it(self, book):
        path = "substitution/domestic/maximum/category_1"
        value = entered("350000", path, date(2021, 1, 1), date(2022, 1, 1))
        ours = book.with_tables(
            values=(value,), readings=(chosen("fixed_maximum_2021", "doubled", date(2021, 3, 1), None),)
        )
        assert ours.on(date(2021, 2, 1)).amounts[path] == Decimal("350000.00")
        assert ours.on(date(2021, 3, 1)).amounts[path] == Decimal("400000.00")

    def test_it_can_be_taken_back(self, book):
        ours = book.with_tables(values=(entered(), entered("unset", first_day=date(2024, 1, 1))))
        assert ours.on(date(2023, 12, 31)).amounts[CEILING]
        with pytest.raises(LawUnset):
            ours.on(date(2024, 1, 1)).amounts[CEILING]


def mistakes(kind, row, book):
    _, found = read_row(kind, row, ground_of("euler-hermes", book, [(kind, row)]))
    return [(one.field, one.code) for one in found]


class TestWhatIsProposed:
    @pytest.mark.parametrize(
        ("changes", "wrong"),
        [
            ({}, []),
            ({"value": "unset"}, []),
            ({"first_day": date(2022, 12, 31)}, [("first_day", "law_says_otherwise")]),
            ({"value": "six billion"}, [("value", "not_in_unit")]),
            ({"value": "-1"}, [("value", "not_in_unit")]),
            ({"path": "envelopes/moon/ceiling"}, [("path", "unknown_path")]),
            ({"reference_url": ""}, [("reference_url", "required")]),
            ({"reference_url": "http://example.org"}, [("reference_url", "not_an_address")]),
            ({"confidence": "hearsay"}, [("confidence", "unknown_choice")]),
            ({"end_day": date(2022, 12, 31)}, [("end_day", "ends_before_it_begins")]),
        ],
    )
    def test_a_value_is_taken_only_where_the_law_is_silent(self, book, changes, wrong):
        row = {**table_columns.of_value(entered()), **changes}
        assert mistakes("value", row, book) == wrong

    def test_a_value_is_refused_where_the_rule_has_ended(self, book):
        path = "substitution/domestic/maximum/category_1"
        row = table_columns.of_value(entered("400000", path, date(2021, 1, 1), date(2022, 1, 1)))
        assert mistakes("value", row, book) == []
        assert mistakes("value", {**row, "end_day": date(2022, 1, 2)}, book) == [("first_day", "law_has_ended")]
        assert mistakes("value", {**row, "end_day": None}, book) == [("first_day", "law_has_ended")]
        # One day before it was unset, the law had a figure of its own.
        earlier = {**row, "first_day": date(2020, 12, 31)}
        assert mistakes("value", earlier, book) == [("first_day", "law_says_otherwise")]

    @pytest.mark.parametrize(
        ("changes", "wrong"),
        [
            ({}, []),
            ({"reading": "default"}, []),
            ({"reading": "triple"}, [("reading", "unknown_choice")]),
            ({"question": "the_weather"}, [("question", "unknown_choice")]),
            ({"reason": "  "}, [("reason", "required")]),
            ({"reference_text": ""}, [("reference_text", "required")]),
            ({"insurer_id": 3}, [("insurer_id", "unknown_field")]),
        ],
    )
    def test_a_reading_must_be_one_of_the_book_with_reason_and_evidence(self, book, changes, wrong):
        assert mistakes("reading", {**table_columns.of_reading(chosen()), **changes}, book) == wrong

    @pytest.mark.parametrize(
        ("changes", "wrong"),
        [
            ({}, []),
            ({"insurer_code": "coface"}, [("insurer_code", "not_yours")]),
            ({"grades": "11"}, [("grades", "grade_not_on_scale")]),
            ({"grades": "a-c"}, [("grades", "not_grades")]),
            ({"market": "domestic", "category": 3}, [("category", "unknown_choice")]),
            ({"market": "export", "category": 3}, []),
            ({"maximum": "0"}, [("maximum", "not_an_amount")]),
            ({"maximum": "1.005"}, [("maximum", "not_an_amount")]),
            ({"question": "euler_hermes_grade_7"}, [("reading", "required")]),
            ({"currency": "USD"}, [("currency", "unknown_choice")]),
        ],
    )
    def test_a_grid_row_speaks_of_grades_on_the_insurers_own_scale(self, book, changes, wrong):
        shipped = next(row for row in book.contracts.grids if row.insurer == "euler-hermes")
        assert mistakes("grid", {**table_columns.of_grid(shipped), **changes}, book) == wrong

    def test_a_scale_names_each_grade_once(self, book):
        shipped = next(row for row in book.contracts.scales if row.insurer == "euler-hermes")
        row = table_columns.of_scale(shipped)
        assert mistakes("scale", row, book) == []
        assert mistakes("scale", {**row, "grades": "1-4, 3"}, book) == [("grades", "grade_twice")]

    @pytest.mark.parametrize(
        ("changes", "wrong"),
        [
            ({}, []),
            ({"product": "cap_relais"}, [("product", "unknown_choice")]),
            ({"quarterly_rate": "1.5"}, [("quarterly_rate", "not_a_rate")]),
            ({"quarterly_rate": "0.000000001"}, [("quarterly_rate", "not_a_rate")]),
            ({"quarterly_rate": "1E+999999999"}, [("quarterly_rate", "not_a_number")]),
            ({"quarterly_rate": "NaN"}, [("quarterly_rate", "not_a_number")]),
            ({"quarterly_rate": ""}, [("quarterly_rate", "required")]),
            ({"zone": "5"}, [("zone", "unknown_choice")]),
            ({"longest_payment_days": "99999"}, [("longest_payment_days", "not_a_whole_number")]),
            ({"first_day": "2020-02-30"}, [("first_day", "not_a_day")]),
            ({"published": "soon"}, [("published", "not_a_day")]),
        ],
    )
    def test_a_tariff(self, book, changes, wrong):
        row = table_columns.of_tariff(law_files.illustrative_tables().tariffs[0])
        assert mistakes("tariff", {**row, **changes}, book) == wrong

    @pytest.mark.parametrize("kind", ["scale", "grid", "country", "zone", "tariff"])
    def test_every_shipped_row_could_be_proposed(self, book, kind):
        held = {
            "scale": (book.contracts.scales, table_columns.of_scale),
            "grid": (book.contracts.grids, table_columns.of_grid),
            "country": (book.contracts.countries, table_columns.of_country),
            "zone": (book.contracts.zones, table_columns.of_zone),
            "tariff": (book.contracts.tariffs, table_columns.of_tariff),
        }
        rows, columns = held[kind]
        for row in rows:
            ground = ground_of(getattr(row, "insurer", None) or "euler-hermes", book, [])
            assert read_row(kind, columns(row), ground)[1] == []
