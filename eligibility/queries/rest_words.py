"""What a verdict rests on, in the reader's language: each value of law with its title, its figure and its proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from capweb.http import wording
from eligibility.domain import law_files
from eligibility.queries import law_words

COUNTRY_STATUS: Final = "contracts/tables/country_status"
RATING_GRIDS: Final = "contracts/tables/rating_grids/"
UNSET: Final = "unset"


def in_words(reasons: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Documents of reasons, what each rests on with `title` and `shown` in words and `since` as a day."""
    return [{**reason, "rests_on": [_told(rest) for rest in reason["rests_on"]]} for reason in reasons]


def _told(rest: Mapping[str, Any]) -> dict[str, Any]:
    title, shown = _words(str(rest["path"]), rest["value"])
    return {**rest, "title": title, "shown": shown, "since": date.fromisoformat(rest["since"])}


def _words(path: str, value: Any) -> tuple[str, str]:
    table, _hash, row = path.partition("#")
    if table == COUNTRY_STATUS:
        return law_words.country(row), str(wording.of("country_status", value).label)
    if table.startswith(RATING_GRIDS):
        insurer = law_words.insurer(table.removeprefix(RATING_GRIDS).partition("/")[0])
        return _("Grid of %(insurer)s, grade %(grade)s") % {"insurer": insurer, "grade": row}, _category(value)
    leaf = law_files.shipped_law_book().parameters.get(path)
    if leaf is None:
        return path, str(value)
    return law_words.title(leaf), _("not set") if value == UNSET else law_words.in_unit(value, leaf.unit).text


def _category(value: str) -> str:
    return _("category %(n)s") % {"n": value.removeprefix("category ")}
