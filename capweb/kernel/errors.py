"""What an anticipated error looks like everywhere in capweb.

A command defines its own errors beside itself as subclasses of DomainError. Shells turn them into problem+json or a
form message. Anything that is not a DomainError is a bug and stays loud.
"""

from __future__ import annotations

from typing import ClassVar


class DomainError(Exception):
    """Says what happened, why, and what to do; carries a stable code and the facts that explain it.

    `code` is part of the public interface (it becomes the `type` and `code` of a problem+json answer), so it never
    changes once released. `facts` holds plain values only (strings, numbers, dates).
    """

    code: ClassVar[str] = "domain_error"
    status: ClassVar[int] = 409

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class FieldErrors(DomainError):
    """Input that cannot be taken as it is: one message for each field, all fields at once."""

    code = "invalid_fields"
    status = 422

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(str(error) for error in errors))
        self.errors = errors


class FieldError:
    """One field that cannot be taken: where it stands, a stable code and a sentence for a person."""

    __slots__ = ("code", "field", "line", "message")

    def __init__(self, field: str, message: str, *, code: str = "invalid", line: int | None = None) -> None:
        self.field = field
        self.message = message
        self.code = code
        self.line = line

    def __str__(self) -> str:
        where = f"line {self.line}, {self.field}" if self.line is not None else self.field
        return f"{where}: {self.message}"

    def __repr__(self) -> str:
        return f"FieldError({self.field!r}, {self.message!r}, code={self.code!r}, line={self.line!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FieldError) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash((self.field, self.code, self.line, self.message))

    def as_dict(self) -> dict[str, object]:
        """The form in which it is stored and answered: `field`, `code`, `message`, and `line` where there is one."""
        shown: dict[str, object] = {"field": self.field, "code": self.code, "message": self.message}
        if self.line is not None:
            shown["line"] = self.line
        return shown
