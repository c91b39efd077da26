"""The clauses: fourteen for each product, no gap left open, none of another product's sentences."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from policies.documents import wording
from tests.documents import snapshots

TOPICS = [
    "object",
    "voluntary",
    "declarations",
    "term",
    "changes",
    "primary",
    "claims",
    "reinsurance",
    "recoveries",
    "other_insurer",
    "data",
    "notice",
    "scheme",
    "law",
]
KNOWN_MARKS = {
    *wording.PRODUCT_NAMES,
    "domestic",
    "export",
    "complement",
    "substitution",
    "endorsement",
    "cap_policy",
} | {
    "replaces",
    "disbursement_limit",
    "notice_days",
    "primary_first",
    "pro_rata",
    "last_grant_day",
}


def clause(snapshot, topic: str) -> str:
    return next(one.text for one in wording.clauses(snapshot) if one.topic == topic)


@pytest.mark.parametrize("product", snapshots.ALL)
def test_every_product_has_the_fourteen_clauses_in_order(product: str) -> None:
    printed = wording.clauses(snapshots.ALL[product]())
    assert [one.topic for one in printed] == TOPICS
    assert [one.number for one in printed] == list(range(1, 15))
    for one in printed:
        assert len(one.text) > 80, one.topic
        assert "{" not in one.text
        assert "  " not in one.text
        assert one.text.endswith("."), one.topic


def test_every_mark_and_mention_of_an_edition_is_known() -> None:
    mentions = wording._mentions(snapshots.cap_francexport_plus())  # the names that the texts may use
    for edition in wording.editions():
        for one in edition.clauses:
            for sentence in one.text:
                assert {*sentence.only, *sentence.except_} <= KNOWN_MARKS, sentence.say
                assert wording.placeholders(sentence.say) <= set(mentions), sentence.say


def test_complement_and_substitution_each_say_what_becomes_of_the_primary() -> None:
    assert "suit à la baisse" in clause(snapshots.cap(), "primary")
    assert "ne peut plus être renouvelée" in clause(snapshots.cap_plus(), "primary")
    assert "ne peut plus être renouvelée" not in clause(snapshots.cap(), "primary")


def test_each_market_names_its_reinsurer_and_never_the_shares() -> None:
    assert "Caisse centrale de réassurance" in clause(snapshots.cap(), "reinsurance")
    assert "Bpifrance Assurance Export" in clause(snapshots.cap_francexport(), "reinsurance")
    for snapshot in (make() for make in snapshots.ALL.values()):
        assert "%" not in clause(snapshot, "reinsurance")


def test_the_order_of_a_loss_follows_the_treaty() -> None:
    assert "d’abord sur la garantie primaire" in clause(snapshots.cap(), "claims")
    assert "à proportion de leurs montants" in clause(snapshots.cap_francexport(), "claims")
    assert "garantie primaire" not in clause(snapshots.cap_plus(), "claims")


def test_a_term_is_said_with_its_last_day_at_midnight_and_without_tacit_renewal() -> None:
    text = clause(snapshots.cap_plus(), "term").replace("\u00a0", " ")
    assert "du 15/06/2020 à 0 h au 14/09/2020 à 24 h" in text
    assert "sans tacite reconduction" in text
    assert "rétroactive" in text


def test_notice_is_in_days_where_set_and_left_to_the_policy_where_not() -> None:
    assert "30\u00a0jours" in clause(snapshots.cap_plus(), "notice")
    assert "dans le délai que la police fixe" in clause(snapshots.cap_francexport(), "notice")


def test_a_document_keeps_the_edition_it_was_issued_with() -> None:
    assert wording.edition_in_force(on=date(2026, 1, 1)) == wording.editions()[-1].edition
    with pytest.raises(wording.WordingNotFound):
        wording.edition_in_force(on=date(2020, 4, 14))
    with pytest.raises(wording.WordingNotFound, match="1999"):
        wording.clauses(msgspec.structs.replace(snapshots.cap(), wording="1999-01-01"))
