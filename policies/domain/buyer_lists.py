"""Which buyers does a list name, one a line: a SIREN, or a country and a number as `DE HRB 4711` or `DE;HRB4711`?

What is pasted from a spreadsheet and what a small file holds read alike. A first line without a digit is a heading.
"""

from __future__ import annotations

import re
from typing import Final

from policies.domain.bulk_fields import COUNTRIES

_SEPARATED: Final = re.compile(r"[;,\t]")
_COUNTRY_FIRST: Final = re.compile(r"(?P<country>[A-Za-z]{2})[\s;,\t]+(?P<number>.+)\Z")
LONGEST_LINE: Final = 200


def buyers_in(text: str) -> tuple[tuple[str, str], ...]:
    """Country and identifier of each line, each buyer once, in the order of the list.

    >>> buyers_in("SIREN\\n732 829 320\\nDE;HRB 4711\\n732829320")
    (('FR', '732829320'), ('DE', 'HRB4711'))
    """
    found = [_buyer(line.strip()[:LONGEST_LINE]) for line in text.splitlines() if any(c.isdigit() for c in line)]
    return tuple(dict.fromkeys(one for one in found if one[1]))


def _buyer(line: str) -> tuple[str, str]:
    match = _COUNTRY_FIRST.match(line)
    if match is not None and match["country"].upper() in COUNTRIES:
        return match["country"].upper(), _plain(match["number"])
    return "FR", _plain(line)


def _plain(cell: str) -> str:
    return "".join(_SEPARATED.split(cell)[0].strip('"').split())
