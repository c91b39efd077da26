"""Reads the shipped law: every YAML leaf under eligibility/parameters, checked to the line, loaded once.

A mistake in a file (gap, overlap, impossible day, float, missing reference) stops the load and names file and line; the
format is described in eligibility/README.md.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from capweb.kernel.errors import FieldError, FieldErrors
from eligibility.domain import contract_files, marked_yaml
from eligibility.domain.law import LawBook
from eligibility.domain.leaf_reader import LeafReader
from eligibility.domain.parameters import UNITS, Block, Parameter, Reading, Superseded, Value, value_of
from eligibility.domain.tables import DEFAULT_READING, Tables

SHIPPED: Final = Path(__file__).resolve().parent.parent / "parameters"
TABLES_FOLDER: Final = "contracts/tables"
ILLUSTRATIVE_FOLDER: Final = "illustrative"
DAY: Final = timedelta(days=1)
LEAF_KEYS: Final = {
    "title",
    "french",
    "unit",
    "confidence",
    "question",
    "history",
    "readings",
    "superseded",
    "verified",
    "note",
}


@functools.cache
def shipped_law_book() -> LawBook:
    """The law book of this release. Raises FieldErrors naming file and line when a file is wrong."""
    return load(SHIPPED)


@functools.cache
def illustrative_tables() -> Tables:
    """Tariffs that no source gives, marked illustrative: for samples and `simulate --illustrative` only."""
    errors: list[FieldError] = []
    found = contract_files.read_folder(SHIPPED / ILLUSTRATIVE_FOLDER, SHIPPED, errors=errors)
    if errors:
        raise FieldErrors(errors)
    return found


def load(root: Path) -> LawBook:
    """A law book from a folder of leaves and tables. Raises FieldErrors with every mistake of every file."""
    errors: list[FieldError] = []
    parameters: dict[str, Parameter] = {}
    for file in sorted(root.rglob("*.yaml")):
        name = file.relative_to(root).as_posix()
        if not name.startswith((TABLES_FOLDER, ILLUSTRATIVE_FOLDER)):
            found = read_leaf(file.read_text(encoding="utf-8"), name=name, errors=errors)
            if found is not None:
                parameters[found.path] = found
    contracts = contract_files.read_folder(root / TABLES_FOLDER, root, errors=errors)
    if errors:
        raise FieldErrors(errors)
    return LawBook(parameters, contracts)


def read_leaf(text: str, *, name: str, errors: list[FieldError]) -> Parameter | None:
    """One leaf from its text; mistakes are added to `errors` with the file's name and line."""
    try:
        documents = marked_yaml.read(text)
    except FieldErrors as broken:
        errors.extend(FieldError(f"{name}: {e.field}", e.message, code=e.code, line=e.line) for e in broken.errors)
        return None
    if len(documents) != 1 or not isinstance(documents[0].data, dict):
        errors.append(FieldError(name, "a law file holds one leaf", code="leaf", line=1))
        return None
    before = len(errors)
    leaf = _Leaf(LeafReader(name, documents[0], errors)).parameter(name.removesuffix(".yaml"))
    return leaf if len(errors) == before else None


@dataclass(slots=True)
class _Leaf:
    """Reads one leaf; goes on after a mistake, so that one run names them all."""

    reader: LeafReader

    def parameter(self, path: str) -> Parameter:
        read = self.reader
        data = read.mapping(())
        read.only_keys(
            data,
            LEAF_KEYS,
            at=(),
        )
        unit = read.one_of(data, "unit", UNITS, at=())
        verified = read.day(data, "verified", at=())
        confidence = read.confidence(data, at=())
        return Parameter(
            path=path,
            title=read.text(data, "title", at=()),
            french=read.text(data, "french", at=()),
            unit=unit,
            history=self._history(("history",), unit, verified, confidence),
            verified=verified,
            question=read.optional_text(data, "question", at=()),
            readings=self._readings(data, unit, verified, confidence),
            superseded=self._superseded(data, unit, verified, confidence),
        )

    def _readings(self, data: Mapping[str, object], unit: str, verified: date, confidence: str) -> tuple[Reading, ...]:
        if "readings" not in data:
            return ()
        read = self.reader
        if "question" not in data:
            read.refuse(("readings",), "rival readings need a `question` by which they are chosen")
        found = []
        for name in read.mapping(("readings",)):
            at: marked_yaml.Path = ("readings", name)
            if name == DEFAULT_READING:
                read.refuse(at, f"`{name}` is the word for the register's own reading")
            rival = read.mapping(at)
            read.only_keys(rival, {"why", "confidence", "history"}, at=at)
            sure = read.confidence(rival, at=at, default=confidence)
            history = self._history((*at, "history"), unit, verified, sure)
            found.append(Reading(name, read.text(rival, "why", at=at), history))
        return tuple(found)

    def _superseded(
        self, data: Mapping[str, object], unit: str, verified: date, confidence: str
    ) -> tuple[Superseded, ...]:
        """What the book said before it was corrected, the oldest first."""
        if "superseded" not in data:
            return ()
        read = self.reader
        found: list[Superseded] = []
        for index in range(len(read.sequence(("superseded",)))):
            at: marked_yaml.Path = ("superseded", index)
            earlier = read.mapping(at)
            read.only_keys(earlier, {"known_until", "why", "confidence", "history"}, at=at)
            until = read.day(earlier, "known_until", at=at)
            if until > verified:
                read.refuse((*at, "known_until"), f"corrected on {until}, after the file was verified on {verified}")
            if found and until <= found[-1].known_until:
                read.refuse((*at, "known_until"), f"{until} is not after {found[-1].known_until}", code="overlap")
            sure = read.confidence(earlier, at=at, default=confidence)
            history = self._history((*at, "history"), unit, verified, sure)
            found.append(Superseded(until, read.text(earlier, "why", at=at), history))
        return tuple(found)

    def _history(self, at: marked_yaml.Path, unit: str, verified: date, confidence: str) -> tuple[Block, ...]:
        read = self.reader
        blocks: list[Block] = []
        items = read.sequence(at)
        for index in range(len(items)):
            here = (*at, index)
            data = read.mapping(here)
            read.only_keys(data, {"from", "until", "value", "reference", "confidence", "note"}, at=here)
            first = read.day(data, "from", at=here)
            until = read.optional_day(data, "until", at=here)
            state, value = self._value(data, unit, here)
            block = Block(
                first_day=first,
                end_day=until,
                state=state,
                value=value,
                reference=read.reference(data, verified=verified, at=here),
                confidence=read.confidence(data, at=here, default=confidence),
            )
            self._joins(blocks, block, here)
            blocks.append(block)
        return tuple(blocks)

    def _joins(self, blocks: list[Block], block: Block, here: marked_yaml.Path) -> None:
        """Blocks tile the calendar: each ends where the next begins, only the last may end in nothing."""
        read = self.reader
        if block.end_day is not None and block.end_day <= block.first_day:
            read.refuse((*here, "until"), f"the block ends on {block.end_day}, before it begins")
        if not blocks:
            return
        before = blocks[-1]
        if block.first_day <= before.first_day:
            read.refuse((*here, "from"), f"overlap: {block.first_day} is not after {before.first_day}", code="overlap")
        elif before.end_day is not None and before.end_day < block.first_day:
            read.refuse(
                (*here, "from"),
                f"gap: no law from {before.end_day} to {block.first_day - DAY} (write `none`)",
                code="gap",
            )
        elif before.end_day is not None and before.end_day > block.first_day:
            read.refuse((*here, "from"), f"overlap: the block before runs until {before.end_day}", code="overlap")
        blocks[-1] = Block(
            before.first_day, block.first_day, before.state, before.value, before.reference, before.confidence
        )

    def _value(self, data: Mapping[str, object], unit: str, at: marked_yaml.Path) -> tuple[str, Value | None]:
        text = self.reader.text(data, "value", at=at)
        if text in {"unset", "none"}:
            return text, None
        try:
            return "set", value_of(text, unit)
        except ValueError as wrong:
            self.reader.refuse((*at, "value"), str(wrong))
            return "set", None
