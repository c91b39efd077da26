"""How the values of the law are said in the reader's language: "10 Md€", "80 %", "2 years", "not set".

Screens and the command line share these words, so that both say the same law. Large amounts are said short, and the
full figure is given beside.
"""

from __future__ import annotations

import functools
import gettext as catalogues
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import pycountry
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from capweb.http import wording, writing
from eligibility.domain.parameters import Block, Parameter
from eligibility.queries.law_on import LeafOnDay

BILLION: Final = Decimal(1_000_000_000)
MILLION: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Said:
    """A value in words; `full` is the whole figure where `text` is shortened, else empty."""

    text: str
    full: str = ""


def value(block: Block | None, unit: str) -> Said:
    """What a block says, in words: a set value, "not set", or that nothing is law that day."""
    if block is None:
        return Said(_("no law on that day"))
    if block.value is None:
        return Said(_("not set") if block.state == "unset" else _("no longer in force"))
    return in_unit(block.value, unit)


def in_unit(found: Decimal | int | str, unit: str) -> Said:
    """A value in the words of its unit."""
    return amount(Decimal(found)) if unit == "euro" else Said(_in_unit(found, unit))


def amount(euros: Decimal) -> Said:
    """Millions and billions in short, as people say them; any other amount in full."""
    full = writing.money(euros, whole=True)
    for size, pattern in ((BILLION, _("€%(figure)s bn")), (MILLION, _("€%(figure)s m"))):
        figure = euros / size
        if figure >= 1 and figure == figure.quantize(Decimal("0.01")):
            short = figure.normalize()
            exponent = short.as_tuple().exponent
            decimals = max(0, -exponent) if isinstance(exponent, int) else 0
            return Said(pattern % {"figure": writing.grouped(short, decimals=decimals)}, full)
    return Said(full)


def title(leaf: LeafOnDay | Parameter) -> str:
    """What a value is called in the reader's language."""
    return leaf.french if writing.is_french() else leaf.title


def folder(folders: Sequence[str]) -> list[str]:
    """The chapters above a leaf; a folder without words is shown by its name."""
    return [chapter(name) for name in folders]


def chapter(name: str) -> str:
    """The heading of one folder."""
    known = str(wording.of("law_folder", name).label)
    return known if known != name else name.replace("_", " ").capitalize()


def in_force(first_day: date, end_day: date | None) -> str:
    """Since when, and until which last day where the end is known."""
    if end_day is None:
        return _("since %(first)s") % {"first": writing.day(first_day)}
    last = writing.day(end_day - timedelta(days=1))
    return _("from %(first)s to %(last)s") % {"first": writing.day(first_day), "last": last}


def published(day: date | None) -> str:
    return _("published on %(day)s") % {"day": writing.day(day)} if day is not None else _("without date")


def insurer(code: str | None) -> str:
    """An insurer's name; "every insurer" where a row is for all."""
    return _("every insurer") if code is None else str(wording.of("insurer", code).label)


def country(code: str) -> str:
    """A country's common name in the reader's language, with its code where the list does not know it."""
    found = pycountry.countries.get(alpha_2=code)
    if found is None:
        return code
    name = getattr(found, "common_name", found.name)
    return str(_french_countries().gettext(name)) if writing.is_french() else str(name)


def grades(found: Iterable[str], scale: Sequence[str]) -> str:
    """Grades in words: neighbours on the scale as a range, "5" or "2 to 4, 8"."""
    wanted = set(found)
    runs: list[list[str]] = []
    for place, grade in enumerate(scale):
        if grade not in wanted:
            continue
        if runs and place and scale[place - 1] == runs[-1][-1]:
            runs[-1].append(grade)
        else:
            runs.append([grade])
    told = [
        run[0] if len(run) == 1 else _("%(first)s to %(last)s") % {"first": run[0], "last": run[-1]} for run in runs
    ]
    return ", ".join(told)


@functools.cache
def _french_countries() -> catalogues.NullTranslations:
    return catalogues.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["fr"], fallback=True)


def _in_unit(found: Decimal | int | str, unit: str) -> str:
    if unit == "ratio":
        return writing.percent(Decimal(found))
    if unit == "day":
        return writing.day(str(found))
    return _choice(found) if isinstance(found, str) else _counted(int(found), unit)


def _choice(text: str) -> str:
    known = str(wording.of("law_choice", text).label)
    if known != text:
        return known
    words = text.split()
    is_list_of_codes = len(words) > 1 and all(word.isupper() for word in words)
    return ", ".join(words) if is_list_of_codes else text.replace("_", " ")


def _counted(number: int, unit: str) -> str:
    figure = writing.grouped(number)
    if unit == "days":
        return ngettext("%(n)s day", "%(n)s days", number) % {"n": figure}
    if unit == "months":
        return ngettext("%(n)s month", "%(n)s months", number) % {"n": figure}
    if unit == "years":
        return ngettext("%(n)s year", "%(n)s years", number) % {"n": figure}
    return figure
