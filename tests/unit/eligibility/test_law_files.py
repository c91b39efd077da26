"""The shipped law loads; a mistake in a law file is named with file and line; missing law is never guessed."""

from datetime import date
from decimal import Decimal

import pytest

from capweb.kernel.errors import FieldErrors
from eligibility.domain import contract_files, law_files
from eligibility.domain.parameters import LawMissing, LawUnset, UnknownReading, blocks_of

LEAF = """title: Highest insured percentage
french: Quotité maximale
unit: ratio
confidence: primary
history:
  - from: 2020-04-06
    value: "0.80"
    reference:
      text: Décret n° 2020-397, article 4
      url: https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000041782333/
      published: 2020-04-05
  - from: 2022-01-01
    value: none
    reference: {text: Loi n° 2020-289, url: "https://www.legifrance.gouv.fr/", published: 2020-12-30}
verified: 2026-11-22
"""


def read(text):
    errors = []
    leaf = law_files.read_leaf(text, name="substitution/ratio.yaml", errors=errors)
    return leaf, [str(error) for error in errors]


@pytest.fixture(scope="module")
def book():
    return law_files.shipped_law_book()


def test_a_good_leaf_answers_by_day():
    leaf, errors = read(LEAF)
    assert errors == []
    assert leaf.block_on(date(2021, 12, 31)).value == Decimal("0.80")
    assert leaf.block_on(date(2022, 1, 1)).state == "none"
    with pytest.raises(LawMissing, match="2020-04-05"):
        leaf.block_on(date(2020, 4, 5))


@pytest.mark.parametrize(
    ("was", "becomes", "line", "told"),
    [
        ('value: "0.80"', "value: 0.80", 7, "float"),
        ("from: 2022-01-01", "from: 2020-04-06", 12, "overlap"),
        ("from: 2020-04-06", "from: 2020-06-31", 6, "no day of the calendar"),
        ('    value: "0.80"', '    until: 2021-12-31\n    value: "0.80"', 13, "gap: no law from 2021-12-31"),
        ('    value: "0.80"', '    until: 2022-02-01\n    value: "0.80"', 13, "overlap"),
        ("published: 2020-04-05", "published: 2027-01-01", 11, "after the file was verified"),
        ("      text: Décret n° 2020-397, article 4\n", "", 8, "`text` is missing"),
        ("unit: ratio", "unit: percent", 3, "none of"),
        ("confidence: primary", "confidence: sure", 4, "none of"),
        ("verified: 2026-11-22\n", "", 1, "`verified` is missing"),
        ('value: "0.80"', 'value: "many"', 7, "no number"),
        ('value: "0.80"', 'value: "-1"', 7, "no amount or ratio"),
        ("title:", "titel:", 1, "unknown key"),
        ("url: https://www.legifrance.gouv.fr/jorf/id", "url: file:///tmp", 10, "no https address"),
        ("french: Quotité maximale\n", "", 1, "`french` is missing"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(was, becomes, line, told):
    assert was in LEAF
    leaf, errors = read(LEAF.replace(was, becomes, 1))
    assert leaf is None
    assert any(error.startswith(f"line {line}, substitution/ratio.yaml") and told in error for error in errors), errors


def test_a_value_without_its_proof_is_refused():
    start = LEAF.index("    reference:\n")
    leaf, errors = read(LEAF[:start] + LEAF[LEAF.index("  - from: 2022") :])
    assert leaf is None
    assert any("line 6" in error and "reference is missing" in error for error in errors)


def test_rival_readings_need_a_question():
    rival = "readings:\n  other:\n    why: because\n    history:\n" + LEAF[
        LEAF.index("  - from: 2020") : LEAF.index("  - from: 2022")
    ].replace("\n", "\n    ").replace("  - from", "      - from", 1)
    leaf, errors = read(LEAF + rival.rstrip() + "\n")
    assert leaf is None
    assert any("question" in error for error in errors)


def test_a_row_of_a_table_is_checked_to_the_line():
    text = """title: Grid
french: Grille
table: rating_grid
confidence: broker
insurer: coface
scale: "10-0"
from: 2020-04-15
reference: {text: a page, url: "https://example.org/", published: undated}
rows:
  - {market: domestic, grades: "5-", category: 1}
  - {market: abroad, grades: "4", category: two}
verified: 2026-11-22
"""
    errors = []
    contract_files.read_table(text, name="grid.yaml", errors=errors)
    told = [str(error) for error in errors]
    assert any(t.startswith("line 10, grid.yaml: rows.0.grades") for t in told)
    assert any(t.startswith("line 11, grid.yaml: rows.1.market") for t in told)
    assert any(t.startswith("line 11, grid.yaml: rows.1.category") for t in told)


def test_every_mistake_of_every_file_is_told_at_once(tmp_path):
    (tmp_path / "one.yaml").write_text(LEAF.replace('"0.80"', "0.80"), encoding="utf-8")
    (tmp_path / "two.yaml").write_text("{", encoding="utf-8")
    with pytest.raises(FieldErrors) as raised:
        law_files.load(tmp_path)
    assert [error.field.split(":")[0] for error in raised.value.errors] == ["one.yaml", "two.yaml"]


def test_what_is_unset_and_what_is_no_law_raise_differently(book):
    law = book.on(date(2021, 6, 15))
    with pytest.raises(LawUnset, match="category_1"):
        law.amounts["substitution/domestic/maximum/category_1"]
    with pytest.raises(LawMissing):
        law.amounts["substitution/domestic/no_such_leaf"]
    with pytest.raises(LawMissing):
        book.on(date(2022, 1, 1)).amounts["substitution/domestic/default_probability_minimum"]


def test_an_unknown_reading_is_refused(book):
    with pytest.raises(UnknownReading, match="complement_multiple: parity"):
        book.on(date(2020, 6, 15)).under({"complement_multiple": "triple"})


def test_equal_law_has_equal_fingerprints_and_other_law_another(book):
    june, july, august = (book.on(date(2020, month, 15)).fingerprint for month in (6, 7, 8))
    assert june == july != august  # on 1 August the domestic ceiling falls to 8 Md€
    assert june.startswith("sha256:")
    assert len(june) == len("sha256:") + 64
    parity = book.on(date(2020, 6, 15)).under({"complement_multiple": "parity"})
    assert parity.fingerprint != june
    again = law_files.load(law_files.SHIPPED)
    assert again.on(date(2020, 6, 15)).fingerprint == june


def test_the_envelopes_are_dated(book):
    ceilings = {
        day: book.on(date.fromisoformat(day)).amounts
        for day in ("2020-03-24", "2020-03-25", "2020-04-26", "2020-07-31", "2020-08-01", "2022-12-31")
    }
    assert ceilings["2020-03-24"]["envelopes/export/ceiling"] == Decimal("1000000000")
    assert ceilings["2020-03-25"]["envelopes/export/ceiling"] == Decimal("2000000000")
    assert ceilings["2020-04-26"]["envelopes/export/ceiling"] == Decimal("5000000000")
    assert ceilings["2020-07-31"]["envelopes/domestic/ceiling"] == Decimal("10000000000")
    assert ceilings["2020-08-01"]["envelopes/domestic/ceiling"] == Decimal("8000000000")
    with pytest.raises(LawUnset):
        book.on(date(2023, 1, 1)).amounts["envelopes/export/ceiling"]


def test_every_value_has_text_and_address_of_its_proof(book):
    for path, block in blocks_of(book.parameters):
        assert block.reference.text, path
        assert block.reference.url.startswith("https://"), path


def test_every_doubt_has_at_least_one_rival(book):
    assert set(book.readings) == {
        "buyer_age",
        "buyer_balance_sheet",
        "buyer_size",
        "complement_multiple",
        "domestic_envelope",
        "envelope_basis",
        "euler_hermes_grade_7",
        "export_envelope",
        "fixed_maximum_2021",
        "fixed_maximum_per",
        "grant_window_end",
        "lapse_cover",
        "loss_order",
        "mediation_days_counted",
        "premium_on_replacement",
        "run_off",
        "term_length",
        "wrong_rating",
    }


def test_the_sourced_tariffs_are_three_and_illustrative_ones_stand_apart(book):
    sourced = [(row.product, str(row.quarterly_rate), row.first_day.year) for row in book.contracts.tariffs]
    assert sourced == [("cap", "0.00375", 2008), ("cap_plus", "0.006", 2009), ("cap_plus", "0.00875", 2020)]
    assert all(row.illustrative for row in law_files.illustrative_tables().tariffs)
