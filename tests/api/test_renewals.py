"""The renewal radar for programs: page by page, with what today's rules would give."""

from __future__ import annotations

from tests import callers
from tests import factories as make
from tests.api.test_description import description, fits  # noqa: F401 (a fixture)
from tests.cast import OPENING_DAY


def rows_of(caller, query):
    rows, address = [], f"/renewals?{query}"
    while address:
        answer = caller.get(address)
        assert answer.status_code == 200, answer.content
        rows += answer.json()["results"]
        address = (answer.json()["next"] or "").removeprefix("/api/v1")
    return rows


def test_each_line_says_what_todays_rules_would_give(world, description):  # noqa: F811
    kept, fallen = world.granted()["guarantee"], world.pair()
    request = world.elise.post("/limit-requests", world.body(*fallen)).json()
    fallen_id = world.elise.post(f"/offers/{request['offer']['id']}/accept").json()["guarantee"]
    make.rated(world.actor, fallen[1], on=OPENING_DAY, grade="9")
    fits(description, world.elise.get("/renewals?within_days=92"), "/renewals")
    found = {row["guarantee"]: row for row in rows_of(world.elise, "within_days=92&limit=1")}
    assert len(found) == len(rows_of(world.elise, "within_days=92"))
    assert (found[kept]["outlook"], found[kept]["then"]) == (
        "renewed",
        {"amount": "50000.00", "premium": "437.50", "premium_change": "0.00", "premium_illustrative": False},
    )
    assert (found[fallen_id]["outlook"], found[fallen_id]["then"]) == ("refused", None)
    assert found[fallen_id]["reasons"][0]["sentence"]
    assert found[fallen_id]["headroom"]
    world.elise.post("/guarantees/bulk-renewal-requests", {"guarantees": [kept]})
    assert [row["guarantee"] for row in rows_of(world.elise, "within_days=92&asked=true")] == [kept]
    assert rows_of(world.elise, "within_days=30") == []


def test_what_is_asked_wrongly_is_told_at_the_field(world):
    for query, field in (("within_days=94", "within_days"), ("asked=perhaps", "asked")):
        answer = world.elise.get(f"/renewals?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert world.elise.get("/renewals?cursor=gar_x").json()["code"] == "cursor_unknown"


def test_nobody_else_sees_them(world):
    world.granted()
    for stranger in ("karim@coface.example", "luc@cabinet-lemoine.example"):
        assert rows_of(callers.person(stranger), "within_days=92") == []
