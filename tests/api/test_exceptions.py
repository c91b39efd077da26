"""Exceptions read by a program: each with what it allows and what is used of it."""

from __future__ import annotations

import pytest

from policies.commands.handle_exceptions import ExceptionWish, open_exceptions
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.handed_in import asked


@pytest.fixture
def dossier(world):
    actor = make.person(world.cast.actor(), "underwriter")
    who, whom = make.client(actor, turnover="2000000000"), make.buyer(actor, country="MA", probability=None)
    make.notice(actor, who, whom)
    row = asked(actor, make.row_for(who, whom))
    wish = ExceptionWish(request=row.request, kind="large_policyholder", reason="commande")
    return open_exceptions(actor, [wish], on=OPENING_DAY)[0], row.request


def test_a_dossier_is_read_with_its_steps(world, dossier):
    public_id, request = dossier
    found = world.elise.get(f"/exceptions/{public_id}").json()
    assert (found["id"], found["kind"], found["status"]) == (public_id, "large_policyholder", "opened")
    assert (found["request"], found["used"], found["evidence"]) == (request, None, [])
    assert [one["action"] for one in found["steps"]] == ["exception.opened"]


def test_the_list_goes_on_from_its_cursor_and_is_kept_to_a_state(world, dossier):
    public_id, _ = dossier
    first = world.elise.get("/exceptions?limit=1").json()
    assert [one["id"] for one in first["results"]] == [public_id]
    assert world.elise.get("/exceptions?status=favourable").json()["results"] == []
    assert world.elise.get("/exceptions?cursor=exc_none").status_code == 422
    assert world.elise.get("/exceptions/exc_none").status_code == 404
