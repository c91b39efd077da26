"""A correction shows from the day on which it was known: rows by the day of entry, leaves by what they superseded."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal

import pytest

from capweb.kernel.errors import FieldErrors
from eligibility.domain import engine, law_files
from tests.unit.eligibility import test_chosen_law as told

DAY = date(2020, 6, 15)
KNOWN = date(2026, 12, 1)
CATEGORY_2 = "substitution/domestic/maximum/category_2"
LEAF = f"""
title: "Fixed maximum of a domestic substitution guarantee, category 2"
french: "Plafond CAP+, catégorie 2"
unit: euro
confidence: official
history:
  - from: 2020-04-15
    value: "120000"
    reference: {{text: "Journal officiel, rectificatif", url: "https://example.org/b", published: 2020-05-02}}
  - from: 2021-01-01
    value: none
    reference: {{text: "Journal officiel", url: "https://example.org/c", published: 2020-12-30}}
superseded:
  - known_until: {KNOWN}
    why: "The corrigendum had been overlooked."
    history:
      - from: 2020-04-15
        value: "100000"
        reference: {{text: "Foire aux questions", url: "https://example.org/a", published: undated}}
      - from: 2021-01-01
        value: unset
        reference: {{text: "Foire aux questions", url: "https://example.org/a", published: undated}}
verified: 2026-12-01
"""


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(law_files.SHIPPED, tmp_path / "law")
    return tmp_path / "law"


def book_with(folder, leaf=LEAF):
    (folder / f"{CATEGORY_2}.yaml").write_text(leaf, encoding="utf-8")
    return law_files.load(folder)


class TestACorrectedLeaf:
    def test_it_shows_from_the_day_on_which_it_was_known(self, folder):
        book = book_with(folder)
        assert book.on(DAY).amounts[CATEGORY_2] == Decimal("120000.00")
        assert book.known_on(KNOWN).on(DAY).amounts[CATEGORY_2] == Decimal("120000.00")
        before = book.known_on(date(2026, 11, 30))
        assert before.on(DAY).amounts[CATEGORY_2] == Decimal("100000.00")
        assert CATEGORY_2 in before.on(date(2021, 2, 1)).amounts.unset
        assert CATEGORY_2 not in book.on(date(2021, 2, 1)).amounts.unset
        assert before.on(DAY).fingerprint != book.on(DAY).fingerprint

    def test_two_corrections_follow_each_other(self, folder):
        earlier = (
            '  - known_until: 2024-01-01\n    why: "A slip."\n    history:\n      - {from: 2020-04-15, value: "90000", '
        )
        earlier += 'reference: {text: "x", url: "https://example.org/", published: undated}}\n'
        book = book_with(folder, LEAF.replace("superseded:\n", "superseded:\n" + earlier))
        known = {day: book.known_on(day).on(DAY).amounts[CATEGORY_2] for day in (date(2023, 12, 31), date(2024, 1, 1))}
        assert known == {date(2023, 12, 31): Decimal("90000.00"), date(2024, 1, 1): Decimal("100000.00")}

    @pytest.mark.parametrize(
        ("old", "new", "line", "told"),
        [
            ("known_until: 2026-12-01", "known_until: 2026-12-02", 14, "after the file was verified"),
            ("known_until: 2026-12-01", "known_until: soon", 14, "a day of the calendar"),
            ("known_until", "known_before", 14, "unknown key"),
            ('    why: "The corrigendum had been overlooked."\n', "", 14, "`why` is missing"),
            ('"100000"', "100000.00", 18, "float"),
            ("      - from: 2021-01-01", "      - from: 2020-01-01", 20, "overlap"),
            (", published: undated}\n      - from", "}\n      - from", 19, "`published` is missing"),
        ],
    )
    def test_a_mistake_is_named_by_file_and_line(self, folder, old, new, line, told):
        assert old in LEAF
        with pytest.raises(FieldErrors) as raised:
            book_with(folder, LEAF.replace(old, new))
        found = [(error.line, str(error)) for error in raised.value.errors]
        assert any(f"{CATEGORY_2}.yaml" in text and told in text for _, text in found), found
        assert line in {number for number, _ in found}

    def test_a_rival_reading_cannot_be_called_default(self, folder):
        path = folder / f"{CATEGORY_2}.yaml"
        text = path.read_text(encoding="utf-8").replace("  doubled:", "  default:")
        with pytest.raises(FieldErrors, match="register's own"):
            book_with(folder, text)


class TestAnEnteredRow:
    def test_it_is_law_of_its_day_from_the_day_on_which_it_was_entered(self):
        late = told.chosen(first_day=DAY, booked_on=date(2020, 7, 1))
        book = law_files.shipped_law_book().with_tables(readings=(late,))
        assert book.on(DAY).readings == {"complement_multiple": "parity"}
        assert book.known_on(date(2020, 6, 30)).on(DAY).readings == {}
        assert book.known_on(date(2020, 7, 1)).on(DAY).readings == {"complement_multiple": "parity"}
        assert engine.decide(told.complement(), book.known_on(DAY).on(DAY)).maximum == Decimal("50000.00")

    def test_a_book_in_which_nothing_came_later_is_the_book_itself(self):
        book = law_files.shipped_law_book()
        assert book.known_on(date(2050, 1, 1)) is book
        late = told.entered(booked_on=date(2023, 2, 6))
        entered = book.with_tables(values=(late,))
        assert entered.known_on(date(2050, 1, 1)) is entered
        before = entered.known_on(date(2023, 2, 5))
        assert before is entered.known_on(date(2023, 2, 5))
        assert told.CEILING in before.on(date(2023, 5, 2)).amounts.unset
