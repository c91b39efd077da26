"""How amounts, percentages, days and periods are written in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from capweb.http import wording, writing


@pytest.mark.parametrize(
    ("amount", "whole", "french", "english"),
    [
        ("1234.5", False, "1\u202f234,50\u00a0€", "€1,234.50"),
        ("1000000", True, "1\u202f000\u202f000\u00a0€", "€1,000,000"),
        ("0.10", True, "0,10\u00a0€", "€0.10"),
        (None, False, "–", "–"),
        ("nothing", False, "–", "–"),
    ],
)
def test_an_amount_follows_the_language(amount, whole, french, english):
    with override("fr"):
        assert writing.money(amount, whole=whole) == french
    with override("en"):
        assert writing.money(amount, whole=whole) == english


@pytest.mark.parametrize(("ratio", "french"), [("0.875", "87,5"), ("0.00875", "0,875"), ("1", "100"), ("0.90", "90")])
def test_a_percentage_has_no_needless_zeros(ratio, french):
    with override("fr"):
        assert writing.percent(Decimal(ratio)) == f"{french}\u202f%"


def test_a_period_is_shown_with_its_last_day():
    with override("fr"):
        assert writing.period(date(2020, 6, 15), date(2020, 9, 15)) == "du 15/06/2020 au 14/09/2020"
        assert writing.period(date(2020, 6, 15), None) == "à partir du 15/06/2020"


def test_a_code_without_a_word_is_shown_as_it_is():
    assert wording.of("request", "something_new").label == "something_new"
