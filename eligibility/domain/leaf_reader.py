"""Typed reading of one marked YAML document: every mistake is noted with its file and line, none stops the reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from capweb.kernel.errors import FieldError
from eligibility.domain.marked_yaml import Marked, Path
from eligibility.domain.parameters import CONFIDENCES, Reference

NO_DAY: Final = date(1, 1, 1)
UNDATED: Final = "undated"


@dataclass(slots=True)
class LeafReader:
    """Reads keys of one file; after a mistake it answers a harmless value of the right type and goes on."""

    name: str
    marked: Marked
    errors: list[FieldError]

    def refuse(self, at: Path, message: str, *, code: str = "law_file") -> None:
        field = ".".join(str(step) for step in at) or "file"
        self.errors.append(FieldError(f"{self.name}: {field}", message, code=code, line=self.marked.line(at)))

    def mapping(self, at: Path) -> Mapping[str, object]:
        data = self._at(at)
        if isinstance(data, dict):
            return data
        self.refuse(at, "a mapping is expected here")
        return {}

    def sequence(self, at: Path) -> Sequence[object]:
        data = self._at(at)
        if isinstance(data, list) and data:
            return data
        self.refuse(at, "a list with at least one entry is expected here")
        return []

    def only_keys(self, data: Mapping[str, object], known: set[str], *, at: Path) -> None:
        for key in data:
            if key not in known:
                self.refuse((*at, key), f"unknown key; known are {', '.join(sorted(known))}", code="unknown_key")

    def text(self, data: Mapping[str, object], key: str, *, at: Path) -> str:
        value = data.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is None:
            self.refuse((*at, key), f"`{key}` is missing", code=f"missing_{key}")
        else:
            self.refuse((*at, key), f"`{key}` is text in quotes, not {value!r}")
        return ""

    def optional_text(self, data: Mapping[str, object], key: str, *, at: Path) -> str | None:
        return self.text(data, key, at=at) if data.get(key) is not None else None

    def one_of(self, data: Mapping[str, object], key: str, known: Sequence[str], *, at: Path) -> str:
        value = self.text(data, key, at=at)
        if value and value not in known:
            self.refuse((*at, key), f"{value!r} is none of {', '.join(known)}")
        return value

    def confidence(self, data: Mapping[str, object], *, at: Path, default: str | None = None) -> str:
        if default is not None and "confidence" not in data:
            return default
        return self.one_of(data, "confidence", CONFIDENCES, at=at)

    def day(self, data: Mapping[str, object], key: str, *, at: Path) -> date:
        value = data.get(key)
        if isinstance(value, date):
            return value
        message = f"`{key}` is missing" if value is None else f"`{key}` is a day of the calendar, not {value!r}"
        self.refuse((*at, key), message, code="day")
        return NO_DAY

    def optional_day(self, data: Mapping[str, object], key: str, *, at: Path) -> date | None:
        return self.day(data, key, at=at) if data.get(key) is not None else None

    def whole(self, data: Mapping[str, object], key: str, *, at: Path) -> int:
        value = data.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.refuse((*at, key), f"`{key}` is a whole number, not {value!r}")
        return 0

    def optional_whole(self, data: Mapping[str, object], key: str, *, at: Path) -> int | None:
        return self.whole(data, key, at=at) if data.get(key) is not None else None

    def reference(self, data: Mapping[str, object], *, verified: date, at: Path) -> Reference:
        """The proof: text, address and day of publication, the day not after the file's own verification."""
        here = (*at, "reference")
        if data.get("reference") is None:
            self.refuse(at, "the reference is missing: no value without its proof", code="missing_reference")
            return Reference("", "")
        found = self.mapping(here)
        self.only_keys(found, {"text", "url", "published"}, at=here)
        text = self.text(found, "text", at=here)
        url = self.text(found, "url", at=here)
        if url and not url.startswith("https://"):
            self.refuse((*here, "url"), f"{url!r} is no https address")
        if found.get("published") == UNDATED:
            return Reference(text, url, None)
        published = self.day(found, "published", at=here)
        if NO_DAY not in (published, verified) and published > verified:
            self.refuse((*here, "published"), f"published on {published}, after the file was verified on {verified}")
        return Reference(text, url, published)

    def _at(self, at: Path) -> object:
        data = self.marked.data
        for step in at:
            if isinstance(data, dict) and isinstance(step, str):
                data = data.get(step)
            elif isinstance(data, list) and isinstance(step, int) and step < len(data):
                data = data[step]
            else:
                return None
        return data
