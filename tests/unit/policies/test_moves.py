"""The lives of requests, offers, guarantees and dossiers: what may follow what, and the diagrams drawn from it."""

from pathlib import Path

import pytest

from policies.domain.moves import LIMIT_REQUEST, MACHINES, OFFER, IllegalMove, allowed_moves
from policies.queries.states_drawn import states_drawn

STATES = Path(__file__).resolve().parents[3] / "docs" / "states.md"


def test_the_diagrams_in_the_documentation_are_those_drawn_now():
    assert STATES.read_text(encoding="utf-8") == states_drawn(), "run: manage.py draw_states --output docs/states.md"


@pytest.mark.parametrize("machine", MACHINES, ids=lambda one: one.thing)
def test_every_state_is_reached_and_every_life_can_end(machine):
    reached = set(machine.first)
    while more := {move.becomes for move in machine.moves if move.was in reached} - reached:
        reached |= more
    assert reached == set(machine.states)
    assert machine.last
    ending = set(machine.last)
    while more := {move.was for move in machine.moves if move.becomes in ending} - ending:
        ending |= more
    assert ending == set(machine.states)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda one: one.thing)
def test_one_event_leads_from_one_state_to_one_other(machine):
    assert len({(move.was, move.event) for move in machine.moves}) == len(machine.moves)
    assert all(move.was != move.becomes for move in machine.moves)


def test_a_move_is_told_once_to_the_database():
    assert len(allowed_moves()) == len(set(allowed_moves()))


def test_an_illegal_move_says_what_it_is_what_was_tried_and_what_is_possible():
    with pytest.raises(IllegalMove) as caught:
        LIMIT_REQUEST.after("referred", "accept", which="req_1")
    assert caught.value.code == "illegal_move"
    assert caught.value.facts == {
        "thing": "limit_request",
        "state": "referred",
        "tried": "accept",
        "possible": ["offer", "refuse", "find_no_need", "cancel"],
    }
    assert "req_1 is referred" in caught.value.message


def test_what_has_ended_says_that_nothing_is_possible_any_more():
    with pytest.raises(IllegalMove, match="nothing any more"):
        OFFER.after("accepted", "decline")
