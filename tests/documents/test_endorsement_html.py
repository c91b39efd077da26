"""The page as HTML: the golden file of each product, names that try to harm, marks that must be seen.

After a wanted change of the page, write the golden files anew with CAPWEB_WRITE_GOLDEN=1, read the difference, and
raise TEMPLATE_VERSION once documents have been issued with the old one.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from django.utils import translation

from policies.documents.endorsement_pdf import endorsement_html
from tests.documents import snapshots

GOLDEN = Path(__file__).parent / "golden"
changed = msgspec.structs.replace


@pytest.mark.parametrize("product", snapshots.ALL)
def test_the_page_is_the_golden_one(product: str) -> None:
    page = endorsement_html(snapshots.ALL[product]())
    golden = GOLDEN / f"{product}.html"
    if os.environ.get("CAPWEB_WRITE_GOLDEN"):
        golden.write_text(page, encoding="utf-8")
    assert page == golden.read_text(encoding="utf-8")


def test_the_page_is_french_whatever_the_language_of_the_reader() -> None:
    french = endorsement_html(snapshots.cap_plus())
    with translation.override("en"):
        assert endorsement_html(snapshots.cap_plus()) == french


def test_hostile_names_are_escaped() -> None:
    snapshot = snapshots.cap_plus()
    hostile = '<script>alert("x")</script><img src=http://evil.example/x.png>{{ 7|add:7 }}'
    page = endorsement_html(
        changed(
            snapshot,
            number='N"><script>',
            policyholder=snapshots.policyholder(hostile),
            buyer=changed(snapshot.buyer, name=hostile, identifier_type="<b>", identifier="'\"><i>"),
            reasons=(changed(snapshot.reasons[0], sentence=hostile, article=hostile),),
        )
    )
    assert "<script" not in page
    assert "<img" not in page
    assert "<i>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7|add:7 }}" in page


def test_characters_that_deceive_a_reader_are_left_out() -> None:
    page = endorsement_html(
        changed(snapshots.cap_plus(), policyholder=snapshots.policyholder("Du\u202epont\x00 \u200bSA"))
    )
    assert "Dupont SA" in page


def test_an_illustrative_rate_is_marked_beside_the_figure_beside_the_rate_and_in_a_sentence() -> None:
    page = endorsement_html(snapshots.cap())
    assert page.count("taux illustratif") == 2
    assert "ne provient d’aucun tarif publié" in page
    assert "illustratif" not in endorsement_html(snapshots.cap_plus())


def test_tax_that_is_not_set_is_said_to_come_on_top() -> None:
    assert "Taxes en sus, selon la législation en vigueur" in endorsement_html(snapshots.cap_plus())
    assert "Taxes en sus" not in endorsement_html(snapshots.cap_francexport_plus())


def test_the_page_never_tells_the_treaty_shares() -> None:
    page = endorsement_html(snapshots.cap_plus())
    for secret in ("CCR-EH-SUB-2020", "95 %", "95\u202f%", "95\u202f000", "5\u202f000,00", snapshots.SALT):
        assert secret not in page


def test_a_forced_reduction_says_that_it_needs_no_acceptance() -> None:
    page = endorsement_html(snapshots.forced_reduction())
    assert "ne requiert pas d’acceptation" in page
    assert "au 31/07/2020" in page
