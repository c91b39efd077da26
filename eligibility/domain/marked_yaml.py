"""Which line of a YAML text holds which value: plain data out, with a line for every key path.

Used for the law files and for simulation documents, so that a mistake is always named by its line. Floats are refused
(an amount must never pass through one), and so are duplicate keys, aliases and the surprises of YAML 1.1 (`NO` stays
Norway, 010 is refused). JSON is read by the same reader, being YAML. The text is read as a stream of events, so that a
file of a million brackets is refused at its fortieth and never unfolded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import yaml

from capweb.kernel.errors import FieldError, FieldErrors

WHOLE_NUMBER: Final = re.compile(r"[+-]?(0|[1-9][0-9]*)\Z")
NUMBER_LIKE: Final = re.compile(
    r"[+-]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][+-]?[0-9]+)?\Z|[+-]?\.(inf|nan)\Z", re.I
)
OTHER_NUMBER: Final = re.compile(r"0[xob][0-9a-fA-F_]+\Z")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
TRUTH: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
TEXT_TAG: Final = "tag:yaml.org,2002:str"
DEEPEST: Final = 40
LONGEST_NUMBER: Final = 40

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """Plain data (dict, list, str, int, bool, date, None) and the line of each path in it, counted from 1."""

    data: object
    lines: dict[Path, int] = field(repr=False)
    stem: Path = ()

    def line(self, path: Path) -> int:
        """The line of a path, or of its nearest parent that has one."""
        full = self.stem + path
        while full and full not in self.lines:
            full = full[:-1]
        return self.lines.get(full, 1)

    def part(self, *path: str | int) -> Marked:
        """The data below a path, with its lines; KeyError or IndexError when there is none."""
        data = self.data
        for step in path:
            data = data[step]  # type: ignore[index]
        return Marked(data, self.lines, self.stem + path)


def read(text: str) -> list[Marked]:
    """Every document of a YAML (or JSON) text, none left out.

    Raises FieldErrors, each with its line, when the text is not YAML or holds a float, a duplicate key, an alias, a tag
    or a key that is not plain text.
    """
    errors: list[FieldError] = []
    documents = []
    try:
        events = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                reader = _Reader(events, errors)
                documents.append(Marked(reader.value(next(events), ()), reader.lines))
    except _GiveUp:
        pass
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        line = mark.line + 1 if mark is not None else 1
        errors.append(FieldError("document", f"this is not YAML: {broken.problem}", code="not_yaml", line=line))
    except (yaml.YAMLError, UnicodeError) as broken:
        errors.append(FieldError("document", f"this is not YAML: {broken}", code="not_yaml", line=1))
    if errors:
        raise FieldErrors(errors)
    return documents


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1


class _GiveUp(Exception):
    """The text is hostile or hopeless; the mistake has been noted."""


class _Reader:
    """Turns the events of one document into plain data, noting lines and every mistake on the way."""

    def __init__(self, events: Iterator[yaml.Event], errors: list[FieldError]) -> None:
        self.events = events
        self.errors = errors
        self.lines: dict[Path, int] = {}

    def value(self, event: yaml.Event, path: Path) -> object:
        line = _line(event)
        self.lines.setdefault(path, line)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path, line)
        if isinstance(event, yaml.AliasEvent):
            # A few nested aliases can unfold into gigabytes.
            return self._refuse(path, line, "write the value out: aliases are not accepted", "alias")
        if len(path) >= DEEPEST:
            self._refuse(path, line, f"more than {DEEPEST} levels of nesting are not accepted", "depth")
            raise _GiveUp
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.value(event, (*path, len(found))))
        return found

    def _mapping(self, path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(key_event := next(self.events), yaml.MappingEndEvent):
            line = _line(key_event)
            if not isinstance(key_event, yaml.ScalarEvent):
                self._refuse(path, line, "a key is plain text", "key")
                raise _GiveUp
            key = str(key_event.value)
            if key in found:
                self._refuse((*path, key), line, "this key is written twice", "duplicate_key")
            self.lines[(*path, key)] = line
            found[key] = self.value(next(self.events), (*path, key))
        return found

    def _scalar(self, event: yaml.ScalarEvent, path: Path, line: int) -> object:
        text = str(event.value)
        if event.tag not in (None, "!", TEXT_TAG):
            return self._refuse(path, line, f"a value of the kind {event.tag} is not accepted", "tag")
        if event.style or event.tag is not None:
            return text
        if text in NOTHING:
            return None
        return TRUTH[text] if text in TRUTH else self._plain(text, path, line)

    def _plain(self, text: str, path: Path, line: int) -> object:
        """A value without quotes: whole number, day or text; other numbers are refused."""
        if WHOLE_NUMBER.match(text) and len(text) <= LONGEST_NUMBER:
            return int(text)
        if DAY.match(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                return self._refuse(path, line, f"{text} is no day of the calendar (YYYY-MM-DD)", "day")
        if NUMBER_LIKE.match(text) or OTHER_NUMBER.match(text):
            is_float = "." in text or "e" in text.lower()
            told = f'{text} is a float: write it in quotes, "{text}"' if is_float else f'write "{text}" in quotes'
            return self._refuse(path, line, told, "float" if is_float else "number")
        return text

    def _refuse(self, path: Path, line: int, message: str, code: str) -> object:
        name = ".".join(str(step) for step in path) or "document"
        self.errors.append(FieldError(name, message, code=code, line=line))
        return None
