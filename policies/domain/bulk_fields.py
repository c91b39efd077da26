"""How is one cell of a limit request read? Text in, value out, or the code of what is wrong with it.

French and plain ways of writing are both taken where they cannot be confused: "150 000,50" and "150000.50" are one
amount, "150.000" is refused because it is either a hundred and fifty or a hundred and fifty thousand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

import pycountry

from capweb.kernel import identifiers
from policies.domain.row_messages import quotable

# Where a buyer is known by its SIREN: metropolitan France and the departments overseas, domestic for the scheme (D-20).
SIREN_COUNTRIES: Final = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT"})
COUNTRIES: Final = frozenset(country.alpha_2 for country in pycountry.countries)
CURRENCIES: Final = frozenset(currency.alpha_3 for currency in pycountry.currencies)

# Beyond this a request on one buyer is a slip of the keyboard, not a risk. It protects the books; it is no legal limit.
ABSURD_AMOUNT: Final = Decimal(1_000_000_000)
LARGEST_PAYMENT_DAYS: Final = 3650
LONGEST_REFERENCE: Final = 64
LONGEST_POLICY_NUMBER: Final = 40
LONGEST_FOREIGN_IDENTIFIER: Final = 40

_SPACES: Final = str.maketrans("", "", " \u00a0\u202f\u2009'\u2019")
_PLAIN_SPACES: Final = str.maketrans("\u00a0\u202f\u2009", "   ")
_CURRENCY_MARK: Final = re.compile(r"\s*(?:€|EUR|euros?)\Z", re.IGNORECASE)
_PLAIN_NUMBER: Final = re.compile(r"([+-]?)(\d{1,30})(?:[.,](\d{1,30}))?\Z", re.ASCII)
_GROUPED_NUMBER: Final = re.compile(
    r"([+-]?)(\d{1,3}(?:([.,])\d{3})(?:\3\d{3}){0,9})(?:(?!\3)[.,](\d{1,30}))?\Z", re.ASCII
)
_FRENCH_DAY: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z", re.ASCII)
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)
_YES: Final = frozenset({"oui", "o", "yes", "y", "true", "vrai", "1", "x"})
_NO: Final = frozenset({"non", "n", "no", "false", "faux", "0"})


class FieldProblem(Exception):
    """A cell that cannot be taken: the code of the sentence and what fills its blanks."""

    def __init__(self, code: str, **parameters: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


def _name(text: str, *, largest: int) -> str:
    text = text.translate(_PLAIN_SPACES)
    if len(text) > largest:
        raise FieldProblem("too_long", length=len(text), largest=largest)
    if not text.isprintable():
        raise FieldProblem("control_characters")
    return text


def reference(text: str) -> str:
    """The client's own reference, as given."""
    return _name(text, largest=LONGEST_REFERENCE)


def policy_number(text: str) -> str:
    """A policy number, as given."""
    return _name(text, largest=LONGEST_POLICY_NUMBER)


def country(text: str) -> str:
    """An ISO 3166-1 two-letter code."""
    code = text.upper()
    if code not in COUNTRIES:
        raise FieldProblem("not_a_country", value=quotable(text))
    return code


def identifier_type(text: str) -> str:
    """`siren` or `foreign`."""
    kind = text.casefold()
    if kind not in ("siren", "foreign"):
        raise FieldProblem("identifier_type", value=quotable(text))
    return kind


def expected_identifier_type(buyer_country: str) -> str:
    """By what a buyer of this country is known."""
    return "siren" if buyer_country in SIREN_COUNTRIES else "foreign"


def buyer_identifier(text: str, *, buyer_country: str) -> str:
    """A checked SIREN of nine digits at home, a foreign register's number as given abroad."""
    if expected_identifier_type(buyer_country) == "foreign":
        return _name(text, largest=LONGEST_FOREIGN_IDENTIFIER)
    digits = text.translate(_SPACES).replace(".", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise FieldProblem("siren_digits", value=quotable(text))
    if len(digits) == 14:
        raise FieldProblem("siret_given", value=digits)
    if len(digits) != 9:
        raise FieldProblem("siren_length", length=len(digits))
    if not identifiers.is_siren(digits):
        raise FieldProblem("siren_checksum", value=digits)
    return digits


def requested_total(text: str) -> Decimal:
    """An amount above zero, under one billion, to the cent: `150 000,50`, `150000.50`, `1.250.000,00`."""
    written = _CURRENCY_MARK.sub("", text).translate(_SPACES)
    plain = _PLAIN_NUMBER.match(written)
    if plain:
        sign, whole, decimals = plain.group(1), plain.group(2), plain.group(3) or ""
        if len(decimals) == 3 and len(whole) <= 3 and not whole.startswith("0"):
            raise FieldProblem("ambiguous_amount", value=quotable(text))
    else:
        grouped = _GROUPED_NUMBER.match(written)
        if not grouped:
            raise FieldProblem("not_an_amount", value=quotable(text))
        sign, decimals = grouped.group(1), grouped.group(4) or ""
        whole = grouped.group(2).replace(grouped.group(3), "")
    return _checked_amount(Decimal(f"{sign}{whole}.{decimals or 0}"), decimals=decimals, text=text)


def _checked_amount(amount: Decimal, *, decimals: str, text: str) -> Decimal:
    if amount <= 0:
        raise FieldProblem("amount_not_positive", value=quotable(text))
    if amount >= ABSURD_AMOUNT:
        raise FieldProblem("absurd_amount", value=quotable(text))
    if len(decimals.rstrip("0")) > 2:
        raise FieldProblem("amount_decimals", value=quotable(text))
    return amount.quantize(Decimal("0.01"))


def payment_days(text: str) -> int:
    """Whole days of credit, 0 to ten years."""
    if not (text.isascii() and text.isdigit()):
        raise FieldProblem("not_days", value=quotable(text))
    if len(text) > 9 or int(text) > LARGEST_PAYMENT_DAYS:
        raise FieldProblem("days_out_of_range", value=quotable(text), largest=LARGEST_PAYMENT_DAYS)
    return int(text)


def french_share(text: str) -> Decimal:
    """A ratio of 0 to 1: `0.45`, `0,45`, `45 %`."""
    written = text.translate(_SPACES)
    is_percentage = written.endswith("%")
    found = _PLAIN_NUMBER.match(written.removesuffix("%"))
    if not found:
        raise FieldProblem("not_a_ratio", value=quotable(text))
    ratio = Decimal(f"{found.group(1)}{found.group(2)}.{found.group(3) or 0}")
    if is_percentage:
        ratio = ratio.scaleb(-2)
    if not 0 <= ratio <= 1:
        raise FieldProblem("ratio_out_of_range", value=quotable(text))
    shortest = ratio.normalize()
    if -int(shortest.as_tuple().exponent) > 8:
        raise FieldProblem("ratio_decimals", value=quotable(text))
    return shortest if shortest != 0 else Decimal(0)


def currency(text: str) -> str:
    """An ISO 4217 code."""
    code = text.upper()
    if code not in CURRENCIES:
        raise FieldProblem("not_a_currency", value=quotable(text))
    return code


def yes_or_no(text: str) -> bool:
    """`oui`, `non`, `true`, `false`, `1`, `0` and their like."""
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise FieldProblem("not_yes_or_no", value=quotable(text))


def day(text: str) -> date:
    """A day as `2020-06-15` or `15/06/2020`."""
    iso, french = _ISO_DAY.match(text), _FRENCH_DAY.match(text)
    try:
        if iso:
            found = date(int(iso.group(1)), int(iso.group(2)), int(iso.group(3)))
        elif french:
            found = date(int(french.group(3)), int(french.group(2)), int(french.group(1)))
        else:
            raise FieldProblem("not_a_date", value=quotable(text))
    except ValueError:
        raise FieldProblem("not_a_date", value=quotable(text)) from None
    if not 2000 <= found.year <= 2099:
        raise FieldProblem("absurd_date", value=quotable(text))
    return found


# A file says the same countries, days and shares thousands of times; what was read once is remembered.
_remembered = lru_cache(maxsize=4096)

# In the order of the columns. The buyer's identifier is left as it is here: reading it takes its country.
READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "reference": reference,
    "policy_number": _remembered(policy_number),
    "buyer_country": _remembered(country),
    "buyer_identifier_type": identifier_type,
    "buyer_identifier": str,
    "requested_total": _remembered(requested_total),
    "payment_days": _remembered(payment_days),
    "french_share": _remembered(french_share),
    "currency": _remembered(currency),
    "construction_subcontract": _remembered(yes_or_no),
    "notified_on": _remembered(day),
}
