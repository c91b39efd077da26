"""What the books refuse, told to whoever asked: each error says what happened and what to do."""

from __future__ import annotations

from capweb.kernel.errors import DomainError


class CeilingReached(DomainError):
    """The envelope has no room for what exposure would rise by. Facts: market, source_key, asked, room (rounded)."""

    code = "ceiling_reached"


class NoOpenTreaty(DomainError):
    """No treaty of the insurer is open for the kind and market on the day (D-43: referred, never granted unceded)."""

    code = "no_open_treaty"


class HoldNotLive(DomainError):
    """The offer's hold does not exist, was given back, or has already become a cession."""

    code = "hold_not_live"


class CessionUnknown(DomainError):
    """The insurer has no such cession."""

    code = "cession_unknown"
    status = 404


class CessionNotLive(DomainError):
    """The cession has ended or was replaced."""

    code = "cession_not_live"


class AmendmentRaises(DomainError):
    """An amendment follows down only; more cover is a new cession."""

    code = "amendment_raises"


class CededDifferently(DomainError):
    """The source key stands with other figures: the same term cannot be ceded twice."""

    code = "ceded_differently"
