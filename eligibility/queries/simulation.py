"""Simulation: a document of facts in, decisions out; nothing is stored (interfaces.md section 2).

Screen, API and command line share it, so that the same document gives the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from eligibility.domain import decision, engine, facts, marked_yaml, trace
from eligibility.domain.facts import Facts
from eligibility.domain.law import LawBook
from eligibility.domain.marked_yaml import Marked, Path


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a document: its facts, its name, what its author expects, and where it stands."""

    name: str
    facts: Facts
    expect: Mapping[str, object] | None
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """The cases of one text; `is_list` tells whether the answer is a list too."""

    cases: tuple[Case, ...]
    is_list: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of a decision that is not what the case expects."""

    key: str
    expected: object
    found: object


def read(text: str, *, largest_batch: int | None = None) -> Document:
    """The cases of a YAML or JSON text: a mapping, a list of them, or several documents.

    Raises FieldErrors with the line and field of every mistake, or for more cases than `largest_batch`.
    """
    documents = marked_yaml.read(text)
    if not documents or all(document.data is None for document in documents):
        raise FieldErrors([FieldError("document", "the document holds no case", code="empty", line=1)])
    is_list = len(documents) > 1 or isinstance(documents[0].data, list)
    placed: list[tuple[Marked, Path]] = []
    for document in documents:
        if isinstance(document.data, list):
            placed.extend((document, (index,)) for index in range(len(document.data)))
        else:
            placed.append((document, ()))
    if largest_batch is not None and len(placed) > largest_batch:
        told = f"{len(placed)} cases; at most {largest_batch} are judged in one go"
        raise FieldErrors([FieldError("document", told, code="too_many")])
    errors: list[FieldError] = []
    cases = [case for document, path in placed if (case := _case(document, path, errors)) is not None]
    if errors:
        raise FieldErrors(errors)
    return Document(tuple(cases), is_list)


def answer(document: Document, *, book: LawBook, language: str) -> Any:
    """The decisions as plain JSON values: one object, or a list in the order of the cases.

    Raises FieldErrors when a case asks for a day without law or a reading that the book does not hold.
    """
    answers = answers_of(document.cases, book=book, language=language)
    return answers if document.is_list else answers[0]


def answers_of(cases: Sequence[Case], *, book: LawBook, language: str) -> list[dict[str, Any]]:
    """The decision of each case with its headroom, as plain JSON values."""
    errors: list[FieldError] = []
    answers = []
    for index, case in enumerate(cases):
        try:
            law = book.on(case.facts.day)
            judged = engine.decide(case.facts, law, with_headroom=True)
            answers.append(decision.to_document(judged, language, trace=trace.of(judged, case.facts, law)))
        except FieldErrors:
            raise
        except DomainError as refused:
            field = "readings" if refused.code == "unknown_reading" else "day"
            errors.append(FieldError(f"{index}.{field}", refused.message, code=refused.code, line=case.line))
    if errors:
        raise FieldErrors(errors)
    return answers


def cannot_read(why: str) -> FieldErrors:
    """The error for a text that cannot be read at all."""
    return FieldErrors([FieldError("document", why, code="unreadable")])


def differences(found: Mapping[str, Any], expect: Mapping[str, object]) -> list[Difference]:
    """What an answer has otherwise than expected: the named keys must be equal.

    `verdicts` may name rules and the verdict expected of each, `used` rules and some of the numbers that each used.
    """
    wrong = []
    for key, expected in expect.items():
        if key == "verdicts" and isinstance(expected, Mapping):
            verdicts = {reason["code"]: reason["verdict"] for reason in found["reasons"]}
            for code, verdict in expected.items():
                if verdicts.get(code) != verdict:
                    wrong.append(Difference(f"verdicts.{code}", verdict, verdicts.get(code)))
        elif key == "used" and isinstance(expected, Mapping):
            wrong.extend(_used_otherwise(found, expected))
        elif key not in found:
            wrong.append(Difference(key, expected, "(no such key)"))
        elif found[key] != _plain(expected):
            wrong.append(Difference(key, expected, found[key]))
    return wrong


def _used_otherwise(found: Mapping[str, Any], expect: Mapping[str, object]) -> list[Difference]:
    by_code = {reason["code"]: reason["used"] for reason in found["reasons"]}
    wrong = []
    for code, numbers in expect.items():
        used = by_code.get(code, {})
        for name, number in numbers.items() if isinstance(numbers, Mapping) else ():
            if used.get(name) != _plain(number):
                wrong.append(Difference(f"used.{code}.{name}", number, used.get(name)))
    return wrong


def _case(document: Marked, path: Path, errors: list[FieldError]) -> Case | None:
    marked = document.part(*path)
    data = marked.data
    if not isinstance(data, dict):
        errors.append(
            FieldError(_named(path, "document"), "a case is a mapping of facts", code="kind", line=marked.line(()))
        )
        return None
    try:
        found = facts.from_document(data)
    except FieldErrors as wrong:
        for error in wrong.errors:
            line = marked.line(_steps(error.field))
            errors.append(FieldError(_named(path, error.field), error.message, code=error.code, line=line))
        return None
    expect = data.get("expect")
    if expect is not None and not isinstance(expect, dict):
        errors.append(FieldError(_named(path, "expect"), "a mapping is expected", line=marked.line(("expect",))))
        return None
    return Case(name=str(data.get("name") or _named(path, "case")), facts=found, expect=expect, line=marked.line(()))


def _named(path: Path, field: str) -> str:
    return ".".join((*(str(step) for step in path), field))


def _steps(field: str) -> Path:
    return tuple(int(step) if step.isdecimal() else step for step in field.split("."))


def _plain(value: object) -> object:
    """An expectation in the form of an answer: days as text."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
