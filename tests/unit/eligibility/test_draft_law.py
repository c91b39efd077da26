"""A draft of law: read as the law's files are, every mistake by its line, put in the place of the law's own leaf."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from capweb.kernel.errors import FieldErrors
from eligibility.domain import draft_law, law_files

DAY = date(2020, 6, 15)
BOOK = law_files.shipped_law_book()
PARITY = "complement/domestic/parity_multiple"
LENGTH = "scheme/term/length"


def refused(text: str) -> list[tuple[str, str, int | None]]:
    with pytest.raises(FieldErrors) as caught:
        draft_law.read(text, BOOK, on=DAY)
    return [(error.code, error.field, error.line) for error in caught.value.errors]


def test_a_leaf_as_it_is_shipped_is_a_draft_that_changes_nothing():
    draft = draft_law.read(draft_law.text_of_leaf(PARITY), BOOK, on=DAY)
    assert draft.replaced == (PARITY,)
    assert draft.applied_to(BOOK).on(DAY).fingerprint == BOOK.on(DAY).fingerprint


@pytest.mark.parametrize("path", list(BOOK.parameters))
def test_every_leaf_of_the_law_can_begin_a_draft(path):
    covered = next((block.first_day for block in BOOK.parameters[path].history), DAY)
    assert draft_law.read(draft_law.text_of_leaf(path), BOOK, on=covered).replaced == (path,)


def test_a_drafted_value_stands_in_the_new_book_and_not_in_the_old():
    text = draft_law.text_of_leaf(PARITY).replace('"1.00"', '"0.50"')
    drafted = draft_law.read(text, BOOK, on=DAY).applied_to(BOOK)
    assert drafted.on(DAY).amounts[PARITY] == Decimal("0.50")
    assert BOOK.on(DAY).amounts[PARITY] == Decimal("1.00")
    assert drafted.on(DAY).fingerprint != BOOK.on(DAY).fingerprint


def test_several_leaves_are_parted_by_a_line():
    text = draft_law.text_of_leaf(PARITY) + "---\n" + draft_law.text_of_leaf(LENGTH)
    assert draft_law.read(text, BOOK, on=DAY).replaced == (PARITY, LENGTH)


def test_a_mistake_in_the_second_leaf_is_named_by_its_line_in_the_whole_draft():
    first = draft_law.text_of_leaf(PARITY)
    second = draft_law.text_of_leaf(LENGTH).replace("unit:", "unot:")
    line = first.count("\n") + 1 + next(n for n, row in enumerate(second.split("\n"), 1) if row.startswith("unot"))
    found = refused(first + "---\n" + second)
    assert ("unknown_key", f"{LENGTH}.yaml: unot", line) in found


def test_a_number_without_quotes_is_named_by_line_and_field():
    text = draft_law.text_of_leaf(PARITY).replace('value: "1.00"', "value: 0.5")
    line = next(n for n, row in enumerate(text.split("\n"), 1) if "value: 0.5" in row)
    assert refused(text) == [("float", f"{PARITY}.yaml: history.0.value", line)]


def test_a_leaf_says_which_it_is():
    text = draft_law.text_of_leaf(PARITY).partition("\n")[2]
    assert refused("# a note\n" + text) == [("missing_leaf", "leaf", 1)]
    assert refused("leaf: ../secrets\n" + text) == [("leaf", "leaf", 1)]


def test_a_leaf_keeps_the_unit_in_which_rules_read_it():
    text = draft_law.text_of_leaf(LENGTH).replace("unit: count", "unit: ratio").replace("unit: months", "unit: ratio")
    assert [code for code, _, _ in refused(text)] == ["draft"]


def test_a_leaf_has_a_block_on_the_day_that_is_tried():
    text = draft_law.text_of_leaf(PARITY)
    head, _history, rest = text.partition("  - from: ")
    later = head + "  - from: " + rest.replace(rest[:10], "2021-01-01", 1)
    assert ("gap", f"{PARITY}.yaml: history", 1) in refused(later)


def test_a_leaf_written_twice_is_refused():
    text = draft_law.text_of_leaf(PARITY)
    assert [code for code, _, _ in refused(text + "---\n" + text)] == ["duplicate_leaf"]


def test_a_leaf_that_the_law_has_not_is_added():
    text = draft_law.text_of_leaf(PARITY).replace(f"leaf: {PARITY}", "leaf: complement/domestic/new_multiple")
    draft = draft_law.read(text, BOOK, on=DAY)
    assert (draft.replaced, draft.added) == ((), ("complement/domestic/new_multiple",))


def test_a_table_adds_its_rows_after_those_of_the_book():
    text = """\
title: "Pays"
french: "Pays"
table: country_status
confidence: inference
from: 2020-06-01
reference: {text: "Un projet", url: "https://example.org/projet", published: 2020-05-30}
verified: 2020-06-10
rows:
  - {countries: DE IT, status: closed}
"""
    draft = draft_law.read(text, BOOK, on=DAY)
    assert draft.row_count == 2
    assert draft.applied_to(BOOK).on(DAY).countries["DE"].status == "closed"
    assert BOOK.on(DAY).countries["DE"].status == "open"
    assert [line for _, _, line in refused(text.replace("status: closed", "status: shut"))] == [9]


def test_windows_line_ends_and_a_dash_inside_a_text_mean_nothing():
    text = draft_law.text_of_leaf(PARITY).replace("\n", "\r\n").replace("title: ", "title: ")
    assert draft_law.read(text, BOOK, on=DAY).replaced == (PARITY,)


def test_a_draft_of_nothing_is_nothing():
    assert draft_law.read("", BOOK, on=DAY).replaced == ()
    assert draft_law.read("# only a note\n\n---\n", BOOK, on=DAY).replaced == ()


def test_a_draft_without_end_is_refused():
    assert [code for code, _, _ in refused("x" * (draft_law.LARGEST_CHARACTERS + 1))] == ["too_large"]
