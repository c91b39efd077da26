"""Which states has a request, an offer, a term, a dossier, and which named moves lead from one to the other?

One StateMachine per thing, as plain data. PostgreSQL holds the same moves (`policies_allowedmove`, written by migration
from here), so that a move that is not in this file cannot be written, whoever tries; `docs/states.md` is drawn from it.
A state that a row may be born in is `first`; a state with no move out of it is an end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from capweb.kernel.errors import DomainError


class IllegalMove(DomainError):
    """The thing cannot do this from where it stands: says what it is, what was tried and what is possible."""

    code = "illegal_move"

    def __init__(self, machine: StateMachine, state: str, event: str, *, which: str = "") -> None:
        possible = machine.events_from(state)
        told = ", ".join(possible) if possible else "nothing any more"
        name = f"{machine.called} {which}".strip()
        super().__init__(
            f"The {name} is {state}; `{event}` is not possible from there. Possible: {told}.",
            thing=machine.thing,
            state=state,
            tried=event,
            possible=list(possible),
        )


@dataclass(frozen=True, slots=True)
class Move:
    """One step: the event, the state before, the state after."""

    event: str
    was: str
    becomes: str


@dataclass(frozen=True)
class StateMachine:
    """The life of one kind of thing. `moves` is event → (states from which, state to which)."""

    thing: str
    called: str
    first: tuple[str, ...]
    events: Mapping[str, tuple[tuple[str, ...], str]]

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        return tuple(Move(event, was, becomes) for event, (befores, becomes) in self.events.items() for was in befores)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order of first mention."""
        named = [*self.first, *(state for move in self.moves for state in (move.was, move.becomes))]
        return tuple(dict.fromkeys(named))

    @cached_property
    def last(self) -> tuple[str, ...]:
        """The states that nothing leaves."""
        left = {move.was for move in self.moves}
        return tuple(state for state in self.states if state not in left)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """What may follow what, whatever the event is called."""
        return frozenset((move.was, move.becomes) for move in self.moves)

    def events_from(self, state: str) -> tuple[str, ...]:
        return tuple(move.event for move in self.moves if move.was == state)

    def may(self, state: str, event: str) -> bool:
        return event in self.events_from(state)

    def after(self, state: str, event: str, *, which: str = "") -> str:
        """The state after the event. Raises IllegalMove; `which` is the public id that the error names.

        >>> OFFER.after("live", "accept")
        'accepted'
        """
        if not self.may(state, event):
            raise IllegalMove(self, state, event, which=which)
        return self.events[event][1]


# A request handed in is judged in the same breath, so it may be born in any state that judging gives. What was offered
# is judged again on acceptance (D-37) and may then be referred or refused; a referred one is judged again at will.
LIMIT_REQUEST: Final = StateMachine(
    "limit_request",
    "request",
    first=("pending", "referred", "offered", "refused", "no_need"),
    events={
        "refer": (("pending", "offered"), "referred"),
        "offer": (("pending", "referred"), "offered"),
        "refuse": (("pending", "referred", "offered"), "refused"),
        "find_no_need": (("pending", "referred", "offered"), "no_need"),
        "accept": (("offered",), "granted"),
        "decline": (("offered",), "declined"),
        "expire": (("offered",), "expired"),
        "cancel": (("pending", "referred", "offered"), "cancelled"),
        # The insurer changed its decision before the mediator (E29): judged anew.
        "reopen": (("refused", "declined", "expired"), "referred"),
        "fail": (("pending",), "failed"),
    },
)

# An offer is answered once, or ends by itself (D-30) or with what it rests on (D-37).
OFFER: Final = StateMachine(
    "offer",
    "offer",
    first=("live",),
    events={
        "accept": (("live",), "accepted"),
        "decline": (("live",), "declined"),
        "expire": (("live",), "expired"),
        "withdraw": (("live",), "withdrawn"),
    },
)

# A term ends once: followed by another (E9), by nothing (E10), cut short (E13, E17) or replaced (E11, E12).
GUARANTEE_TERM: Final = StateMachine(
    "guarantee_term",
    "guarantee",
    first=("running",),
    events={
        "renew": (("running",), "renewed"),
        "lapse": (("running",), "lapsed"),
        "end": (("running",), "ended"),
        "replace": (("running",), "replaced"),
        "replace_at_once": (("running",), "replaced_at_once"),
    },
)

# E20: insurer → Bpifrance → ministry. E21: insurer → CCR's director general, who proposes → minister. The reinsurer may
# turn a case down; a decision in force ends on its last day, or is taken back.
EXCEPTION: Final = StateMachine(
    "exception",
    "exception",
    first=("opened",),
    events={
        "send": (("opened",), "with_reinsurer"),
        "pass_on": (("with_reinsurer",), "with_minister"),
        "agree": (("with_minister",), "favourable"),
        "refuse": (("with_reinsurer", "with_minister"), "unfavourable"),
        "withdraw": (("opened", "with_reinsurer", "with_minister", "favourable"), "withdrawn"),
        "expire": (("favourable",), "expired"),
    },
)

# E23: an overdue is pursued until its loss is fixed; what is owed is paid; a claim with nothing to pay, or of which
# nothing more is expected, is closed. One that was a mistake, or that the buyer has paid, is withdrawn.
CLAIM: Final = StateMachine(
    "claim",
    "claim",
    first=("overdue_declared",),
    events={
        "collect": (("overdue_declared",), "in_collection"),
        "fix": (("overdue_declared", "in_collection"), "loss_fixed"),
        "settle": (("loss_fixed",), "indemnified"),
        "close": (("loss_fixed", "indemnified"), "closed"),
        "withdraw": (("overdue_declared", "in_collection"), "withdrawn"),
    },
)

# E29: the insurer maintains its decision or changes it, or the policyholder no longer asks.
MEDIATION: Final = StateMachine(
    "mediation",
    "mediation",
    first=("opened",),
    events={
        "maintain": (("opened",), "maintained"),
        "change": (("opened",), "changed"),
        "withdraw": (("opened",), "withdrawn"),
    },
)

# D-24: announced with the days of the notice; cut when they have passed, or nothing is left to cut by then.
REDUCTION: Final = StateMachine(
    "reduction",
    "announced cut",
    first=("announced",),
    events={
        "apply": (("announced",), "applied"),
        "overtake": (("announced",), "overtaken"),
    },
)

# E9: one person proposes the answer to a referred renewal, another confirms it or turns it down; it may be taken back
# until the night of the last day has used it.
RENEWAL_SETTLEMENT: Final = StateMachine(
    "renewal_settlement",
    "answer to a referred renewal",
    first=("proposed",),
    events={
        "confirm": (("proposed",), "confirmed"),
        "turn_down": (("proposed",), "turned_down"),
        "take_back": (("proposed", "confirmed"), "taken_back"),
    },
)

# D-29: a cut without its notice waits for a second person, who confirms the exceptional case or does not.
SHORT_NOTICE: Final = StateMachine(
    "short_notice",
    "cut at short notice",
    first=("asked",),
    events={
        "confirm": (("asked",), "confirmed"),
        "reject": (("asked",), "rejected"),
    },
)

# E12 for many buyers at once: proposed with its preview, confirmed by another person, and then done.
RATING_WAVE: Final = StateMachine(
    "rating_wave",
    "wave of ratings",
    first=("proposed",),
    events={
        "confirm": (("proposed",), "confirmed"),
        "turn_down": (("proposed",), "turned_down"),
        "take_back": (("proposed",), "taken_back"),
    },
)

# D-29 for many limits at once: proposed with its preview, confirmed by another person, and then decided and told.
LIMIT_WAVE: Final = StateMachine(
    "limit_wave",
    "wave of limits",
    first=("proposed",),
    events={
        "confirm": (("proposed",), "confirmed"),
        "turn_down": (("proposed",), "turned_down"),
        "take_back": (("proposed",), "taken_back"),
    },
)

# A buyer that was absorbed or has another number: proposed with what would move, confirmed by another person, and done.
IDENTITY_CHANGE: Final = StateMachine(
    "identity_change",
    "change of a buyer's identity",
    first=("proposed",),
    events={
        "confirm": (("proposed",), "confirmed"),
        "turn_down": (("proposed",), "turned_down"),
        "take_back": (("proposed",), "taken_back"),
    },
)

# The insurer's own limit on a group of buyers: proposed by one person, confirmed by another.
GROUP_LIMIT: Final = StateMachine(
    "group_limit",
    "limit of a group",
    first=("proposed",),
    events={
        "confirm": (("proposed",), "confirmed"),
        "turn_down": (("proposed",), "turned_down"),
        "take_back": (("proposed",), "taken_back"),
    },
)

# The order is that of docs/states.md.
MACHINES: Final = (
    LIMIT_REQUEST,
    OFFER,
    GUARANTEE_TERM,
    RENEWAL_SETTLEMENT,
    RATING_WAVE,
    LIMIT_WAVE,
    IDENTITY_CHANGE,
    GROUP_LIMIT,
    REDUCTION,
    EXCEPTION,
    CLAIM,
    MEDIATION,
    SHORT_NOTICE,
)


def allowed_moves() -> list[tuple[str, str, str]]:
    """What PostgreSQL holds: thing, was, becomes, each once."""
    return [(machine.thing, was, becomes) for machine in MACHINES for was, becomes in sorted(machine.pairs)]
