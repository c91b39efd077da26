"""Answering what another person proposed: confirm, turn down, or take back (rows of policies.models.two_people)."""

from __future__ import annotations

from datetime import date
from typing import Final

from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from policies.domain.moves import StateMachine
from policies.models.two_people import ProposedRow

# What `answer_proposal` writes on a row, for its `save` or `bulk_update`.
ANSWER_COLUMNS: Final = ("status", "answered_by", "answered_by_user", "answered_on")


class ConfirmedByAnother(DomainError):
    """What one person proposed is confirmed, or turned down, by another."""

    code = "confirmed_by_another"
    status = 403


def proposer(actor: Actor, on: date) -> dict[str, object]:
    """The columns that say who proposes, and on which day."""
    return {"proposed_by": actor.name, "proposed_by_user_id": actor.user_id, "proposed_on": on}


def answer_proposal(actor: Actor, row: ProposedRow, event: str, *, machine: StateMachine, on: date) -> None:
    """Set the status that follows (`confirm`, `turn_down`, `take_back`) and who answered; the caller saves
    ANSWER_COLUMNS. Raises IllegalMove, and ConfirmedByAnother unless it is taken back.
    """
    row.status = machine.after(row.status, event, which=row.public_id)
    if event != "take_back" and _is_who_proposed(actor, row):
        raise ConfirmedByAnother(
            f"{row.proposed_by} proposed this: another person answers it.", proposed_by=row.proposed_by
        )
    row.answered_by, row.answered_by_user_id, row.answered_on = actor.name, actor.user_id, on


def _is_who_proposed(actor: Actor, row: ProposedRow) -> bool:
    return actor.user_id is None or actor.user_id == row.proposed_by_user_id or actor.name == row.proposed_by
