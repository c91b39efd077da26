"""How a French document writes figures, days and punctuation: "100 000,00 €", "0,875 %", "15/06/2020".

Groups of figures and signs are kept together by narrow no-break spaces (U+202F), as the Imprimerie nationale does, so
that no amount is ever cut at the end of a line. Nothing here depends on the reader's language or on settings.
"""

from __future__ import annotations

import gettext
import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import pycountry

NARROW: Final = "\u202f"
NO_BREAK: Final = "\u00a0"
PARIS: Final = ZoneInfo("Europe/Paris")

_SIGNS: Final = {"EUR": "€", "USD": "USD"}


def money(amount: Decimal, *, currency: str = "EUR") -> str:
    """An amount with two decimals and its currency.

    >>> money(Decimal("100000.00")).replace(NARROW, "_")
    '100_000,00_€'
    """
    whole, cents = f"{amount:,.2f}".split(".")
    return f"{whole.replace(',', NARROW)},{cents}{NARROW}{_SIGNS.get(currency, currency)}"


def percent(ratio: Decimal) -> str:
    """A ratio as a percentage, without needless zeros.

    >>> percent(Decimal("0.00875")).replace(NARROW, "_"), percent(Decimal("0.80")).replace(NARROW, "_")
    ('0,875_%', '80_%')
    """
    figure = f"{(ratio * 100).normalize():f}".replace(".", ",")
    return f"{figure}{NARROW}%"


def day(value: date) -> str:
    """A day as it is written on documents.

    >>> day(date(2020, 6, 15))
    '15/06/2020'
    """
    return f"{value:%d/%m/%Y}"


def instant(value: datetime) -> str:
    """An instant in Paris, to the second.

    >>> from datetime import UTC
    >>> instant(datetime(2020, 6, 15, 7, 30, tzinfo=UTC)).replace(NO_BREAK, " ")
    '15/06/2020 à 09:30:00 (heure de Paris)'
    """
    there = value.astimezone(PARIS)
    return f"{there:%d/%m/%Y}{NO_BREAK}à{NO_BREAK}{there:%H:%M:%S} (heure de Paris)"


def period(first: date, end: date) -> str:
    """Half-open days as a contract says them: the end day is out, so cover stops the day before at midnight.

    >>> period(date(2020, 6, 15), date(2020, 9, 15)).replace(NO_BREAK, " ")
    'du 15/06/2020 à 0 h au 14/09/2020 à 24 h'
    """
    last = end - timedelta(days=1)
    return f"du {day(first)} à 0 h au {day(last)} à 24 h".replace(" à ", f" à{NO_BREAK}").replace(" h", f"{NO_BREAK}h")


@cache
def country(code: str) -> str:
    """The French name of an ISO country, or the code itself where the standard has none.

    >>> country("MA"), country("XK")
    ('Maroc', 'XK')
    """
    found = pycountry.countries.get(alpha_2=code)
    if found is None:
        return code
    names = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["fr"], fallback=True)
    return names.gettext(found.name)


def siren(number: str) -> str:
    """Nine digits in groups of three.

    >>> siren("732829320").replace(NARROW, "_")
    '732_829_320'
    """
    return NARROW.join((number[:3], number[3:6], number[6:]))


def typeset(sentence: str) -> str:
    """French prose with its spacing and apostrophes; for our own sentences and the scheme's, never for names.

    >>> typeset("n° 2020-397 : l'assuré ;").replace(NARROW, "_").replace(NO_BREAK, "~")
    'n°~2020-397~: l’assuré_;'
    """
    text = sentence.replace("'", "’")
    text = re.sub(r" ([;!?])", NARROW + r"\1", text)
    text = text.replace(" :", f"{NO_BREAK}:").replace("« ", f"«{NO_BREAK}").replace(" »", f"{NO_BREAK}»")
    text = re.sub(r"\b(L\.|R\.|n°|articles?|clause) (?=[\d{])", rf"\1{NO_BREAK}", text)
    text = re.sub(r"(?<=\d) (?=\d{3}\b|[€%])", NARROW, text)
    return re.sub(r"(?<=[\d}]) (?=(?:jours|h)\b)", NO_BREAK, text)


def shown(name: str) -> str:
    """A name or text from outside, without control or direction-changing characters that could deceive a reader.

    >>> shown("Dupont\\u202e\\x00 SA")
    'Dupont SA'
    """
    kept = (character for character in name if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join("".join(kept).split())
