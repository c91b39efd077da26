"""Seals by API: own checkpoints page by page, and a proof that an outsider computes again."""

from datetime import timedelta
from hashlib import sha256

import pytest
from rest_framework.test import APIRequestFactory, force_authenticate

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import PlatformActor
from reinsurance.api.seals import Checkpoints, Proof
from reinsurance.commands.cede import cede
from reinsurance.commands.seal_journal import seal_journal
from reinsurance.domain.sealing import is_included
from tests.books import open_books, order
from tests.cast import OPENING_DAY


@pytest.fixture
def accountant(committed, cast):
    open_books(cast)
    for insurer in ("euler-hermes", "coface"):
        actor = cast.actor(insurer)
        with acting(actor):
            cede(actor, [order(f"g{number}", amount="1000.00") for number in range(3)], on=OPENING_DAY)
    for days in range(3):
        with acting_as_platform():
            seal_journal(cast.operator, on=OPENING_DAY + timedelta(days=days))
    return cast.actor(role="reinsurance_accountant")


def _get(view, actor, **query):
    request = APIRequestFactory().get("/x", query)
    force_authenticate(request, user=actor)
    return view.as_view()(request)


def test_an_insurer_reads_its_own_checkpoints_newest_first(accountant):
    rows = _get(Checkpoints, accountant, sequence="journal").data["results"]
    assert [(row["origin"], row["number"], row["size"]) for row in rows] == [
        ("capweb/euler-hermes/journal", number, 3) for number in (3, 2, 1)
    ]


def test_checkpoints_come_page_by_page(accountant):
    first = _get(Checkpoints, accountant, sequence="journal", limit=2).data
    assert len(first["results"]) == 2
    cursor = first["next"].split("cursor=")[1].split("&")[0]
    rest = _get(Checkpoints, accountant, sequence="journal", limit=2, cursor=cursor).data
    assert [row["number"] for row in rest["results"]] == [1]
    assert rest["next"] is None


def test_a_reinsurer_reads_those_of_its_cedants_and_the_states(accountant, cast):
    ccr = PlatformActor(name="ccr@ccr.example", role="reinsurer", organisation_id=cast.organisations["ccr"].pk)
    rows = _get(Checkpoints, ccr, sequence="journal").data["results"]
    assert {row["insurer"] for row in rows} == {None, "euler-hermes", "coface"}


def test_a_proof_leads_from_the_rows_to_the_signed_root(accountant):
    found = _get(Proof, accountant, entry="cession:g1").data
    for row in found["rows"]:
        assert f"{row['name']} {sha256(row['content'].encode()).hexdigest()}\n" in found["manifest"]
    leaf = sha256(b"\x00" + found["manifest"].encode()).digest()
    proof = [bytes.fromhex(node) for node in found["proof"]]
    root = bytes.fromhex(found["checkpoint"]["root_hash"])
    assert is_included(leaf, found["position"] - 1, size=found["checkpoint"]["size"], proof=proof, root=root)


def test_an_entry_that_is_not_sealed_or_not_ones_own_has_no_proof(accountant, cast):
    assert _get(Proof, accountant, entry="cession:none").status_code == 404
    assert _get(Proof, cast.actor("atradius", role="auditor"), entry="cession:g1").status_code == 404
    assert _get(Proof, cast.actor(), entry="cession:g1").status_code == 403
