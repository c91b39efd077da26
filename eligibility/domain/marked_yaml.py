"""Which line of a YAML text holds which value: plain data out, with a line for every key path.

Used for the law files and for simulation documents, so that a mistake is always named by its line. Floats are refused
(an amount must never pass through one), and so are duplicate keys, aliases and the surprises of YAML 1.1 (`NO` stays
Norway). JSON is read by the same reader, being YAML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import yaml

from capweb.kernel.errors import FieldError, FieldErrors

TAG_PREFIX: Final = "tag:yaml.org,2002:"
WHOLE_NUMBER: Final = re.compile(r"[+-]?(0|[1-9][0-9]*)\Z")
NUMBER_LIKE: Final = re.compile(r"[+-]?(\.?[0-9][0-9_.]*)([eE][+-]?[0-9]+)?\Z")
DEEPEST: Final = 40
LONGEST_NUMBER: Final = 40

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """Plain data (dict, list, str, int, bool, date, None) and the line of each path in it, counted from 1."""

    data: object
    lines: dict[Path, int] = field(repr=False)

    def line(self, path: Path) -> int:
        """The line of a path, or of its nearest parent that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def part(self, *path: str | int) -> Marked:
        """The data below a path, with its lines; KeyError or IndexError when there is none."""
        data = self.data
        for step in path:
            data = data[step]  # type: ignore[index]
        size = len(path)
        lines = {key[size:]: line for key, line in self.lines.items() if key[:size] == path}
        return Marked(data, lines)


def read(text: str) -> list[Marked]:
    """Every document of a YAML (or JSON) text, none left out.

    Raises FieldErrors, each with its line, when the text is not YAML or holds a float, a duplicate key, an alias or a
    key that is not plain text.
    """
    errors: list[FieldError] = []
    documents = []
    try:
        for node in yaml.compose_all(text, Loader=yaml.CSafeLoader):
            reader = _Reader(errors)
            data = reader.value(node, ())
            documents.append(Marked(data, reader.lines))
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        line = mark.line + 1 if mark is not None else 1
        errors.append(FieldError("document", f"this is not YAML: {broken.problem}", code="not_yaml", line=line))
    except yaml.YAMLError as broken:
        errors.append(FieldError("document", f"this is not YAML: {broken}", code="not_yaml", line=1))
    if errors:
        raise FieldErrors(errors)
    return documents


class _Reader:
    """Turns nodes into plain data, noting lines and every mistake on the way."""

    def __init__(self, errors: list[FieldError]) -> None:
        self.errors = errors
        self.lines: dict[Path, int] = {}
        self._seen: set[int] = set()

    def value(self, node: yaml.Node | None, path: Path) -> object:
        if node is None:
            return None
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path, line)
        # An alias is the same node met again; a few nested aliases can unfold into gigabytes.
        if id(node) in self._seen or len(path) > DEEPEST:
            self._refuse(path, line, "write the value out: aliases and very deep nesting are not accepted", "alias")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        raise AssertionError(f"YAML has no other node than scalar, sequence and mapping: {node!r}")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(path, line, "a key is plain text", "key")
                continue
            key = str(key_node.value)
            if key in found:
                self._refuse((*path, key), line, "this key is written twice", "duplicate_key")
                continue
            self.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return found

    def _scalar(self, node: yaml.ScalarNode, path: Path, line: int) -> object:  # noqa: PLR0911  one answer per kind
        kind = node.tag.removeprefix(TAG_PREFIX)
        text = str(node.value)
        if kind == "null":
            return None
        if kind == "bool":
            lowered = text.lower()
            return lowered == "true" if lowered in {"true", "false"} else text
        if kind == "int":
            if WHOLE_NUMBER.match(text) and len(text) <= LONGEST_NUMBER:
                return int(text)
            return self._refuse(path, line, f"write {text} as a plain whole number, or in quotes", "number")
        if kind == "float" or (node.style is None and NUMBER_LIKE.match(text) and not WHOLE_NUMBER.match(text)):
            return self._refuse(path, line, f'{text} is a float: write it in quotes, "{text}"', "float")
        if kind == "timestamp":
            try:
                return date.fromisoformat(text)
            except ValueError:
                return self._refuse(path, line, f"{text} is no day of the calendar (YYYY-MM-DD)", "day")
        if kind == "str":
            return text
        return self._refuse(path, line, f"a value of the kind {node.tag} is not accepted", "tag")

    def _refuse(self, path: Path, line: int, message: str, code: str) -> object:
        name = ".".join(str(step) for step in path) or "document"
        self.errors.append(FieldError(name, message, code=code, line=line))
        return None
