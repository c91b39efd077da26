"""Which companies does the sample know, and what do its insurers think of them?

A company is a function of the seed and its serial number: two insurers that know it know the same name, number and
figures, and each has its own opinion of it. Grades follow the scales of the insurers; how a grade goes with a default
probability is invented here, since no insurer publishes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from capweb.kernel.identifiers import siren_from_serial
from policies.commands import sample_names

OPENING_DAY: Final = date(2020, 6, 15)
# Where the numbers of buyers and of policyholders begin: no company has a SIREN from here on (see sample_people).
_FIRST_BUYER: Final = 29_000_000
_FIRST_POLICYHOLDER: Final = 28_000_000
_TEN_THOUSAND: Final = Decimal(10_000)

# How good a buyer is in the eyes of an insurer, in one-year default probability (ten thousandths).
_PROBABILITIES: Final = {
    "too_good": (30, 190),
    "category_1": (200, 340),
    "category_2": (350, 600),
    "case_by_case": (520, 680),
    "too_bad": (610, 1500),
}
_SAME_AS_COFACE: Final = {
    "too_good": (6, 9),
    "category_1": (5, 5),
    "category_2": (2, 4),
    "case_by_case": (2, 2),
    "too_bad": (0, 1),
}
_GRADES: Final = {
    "euler-hermes": {
        "too_good": (2, 5),
        "category_1": (6, 6),
        "category_2": (7, 7),
        "case_by_case": (8, 8),
        "too_bad": (9, 10),
    },
    "coface": _SAME_AS_COFACE,
    "atradius": {
        "too_good": (12, 44),
        "category_1": (45, 58),
        "category_2": (59, 77),
        "case_by_case": (74, 77),
        "too_bad": (78, 96),
    },
    "groupama": {
        "too_good": (5, 8),
        "category_1": (4, 4),
        "category_2": (3, 3),
        "case_by_case": (3, 3),
        "too_bad": (0, 2),
    },
    "axa-assurcredit": _SAME_AS_COFACE,
}
_CLASSES: Final = ("too_good", "category_1", "category_2", "case_by_case", "too_bad")
# How often each, in percent. Whom an insurer refuses or drops at home is mostly what the scheme is made for; whom it
# only cuts is better.
_QUALITIES: Final = {
    ("substitution", "domestic"): (5, 45, 40, 4, 6),
    ("complement", "domestic"): (45, 35, 17, 0, 3),
    ("substitution", "export"): (25, 38, 30, 0, 7),
    ("complement", "export"): (55, 32, 11, 0, 2),
}


@dataclass(frozen=True, slots=True)
class Company:
    """What anybody can know of a company. Amounts in euro; None is unknown."""

    name: str
    country: str
    identifier_type: str
    identifier: str
    created_on: date | None
    turnover: Decimal | None
    balance_sheet: Decimal | None
    headcount: int | None
    street: str = ""
    postal_code: str = ""
    town: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one insurer thinks of a buyer on a day: its grade, its default probability, whether it has failed."""

    effective_on: date
    grade: str
    default_probability: Decimal | None
    is_insolvent: bool = False


def buyer(serial: int, *, seed: int, is_abroad: bool) -> Company:
    """The buyer of this number, at home or abroad."""
    random = Random(f"{seed} buyer {serial} {is_abroad}")  # noqa: S311  a sample, no secret
    return _abroad(serial, random) if is_abroad else _at_home(serial, random)


def _at_home(serial: int, random: Random) -> Company:
    turnover, balance_sheet, headcount = _size(random)
    street, postal_code, town = sample_names.french_address(random)
    country = "FR"
    if random.random() < 0.02:
        country, postal_code, town = random.choice(sample_names.OVERSEAS)
    return Company(
        name=sample_names.french_name(random),
        country=country,
        identifier_type="siren",
        identifier=siren_from_serial(_FIRST_BUYER + serial),
        created_on=_created_on(random),
        turnover=turnover,
        balance_sheet=balance_sheet,
        headcount=headcount,
        street=street,
        postal_code=postal_code,
        town=town,
    )


def _abroad(serial: int, random: Random) -> Company:
    place = random.choices(sample_names.COUNTRIES, weights=[one.weight for one in sample_names.COUNTRIES])[0]
    turnover, balance_sheet, headcount = _size(random)
    return Company(
        name=sample_names.foreign_name(random, place),
        country=place.country,
        identifier_type="foreign",
        identifier=sample_names.foreign_identifier(serial, place),
        created_on=_created_on(random),
        turnover=turnover,
        balance_sheet=balance_sheet,
        headcount=headcount,
    )


def _created_on(random: Random) -> date | None:
    """Mostly long ago; a few too young for a substitution, a few unknown."""
    chance = random.random()
    if chance < 0.01:
        return None
    first, last = (date(2018, 8, 1), date(2020, 3, 1)) if chance < 0.05 else (date(1965, 1, 1), date(2018, 3, 1))
    return first + timedelta(days=random.randrange((last - first).days))


def _size(random: Random) -> tuple[Decimal | None, Decimal | None, int | None]:
    """Turnover, balance sheet and headcount: mostly small, one in a hundred too large, one in fifty not known."""
    chance = random.random()
    if chance < 0.01:
        return Decimal(1_900_000_000), Decimal(2_800_000_000), random.randint(5_200, 24_000)
    if chance < 0.03:
        return None, None, None
    thousands = (
        random.choice((400, 900, 2_500, 6_000, 14_000, 30_000, 75_000, 240_000)) * random.randint(60, 140) // 100
    )
    return (
        Decimal(thousands * 1000),
        Decimal(thousands * random.randint(35, 90) * 10),
        max(1, thousands // random.randint(140, 260)),
    )


def policyholder(serial: int, *, seed: int, size: str) -> Company:
    """The policyholder of this number; `size` is small, mid, large (above the limit of the scheme) or factor."""
    random = Random(f"{seed} policyholder {serial}")  # noqa: S311
    street, postal_code, town = sample_names.french_address(random)
    return Company(
        name="Affacturage " + random.choice(sample_names.FAMILIES) + " SA"
        if size == "factor"
        else sample_names.french_name(random),
        country="FR",
        identifier_type="siren",
        identifier=siren_from_serial(_FIRST_POLICYHOLDER + serial),
        created_on=None,
        turnover=_turnover(random, size),
        balance_sheet=None,
        headcount=None,
        street=street,
        postal_code=postal_code,
        town=town,
    )


def _turnover(random: Random, size: str) -> Decimal:
    """In euro, rounded to a thousand: small is under 50 million, mid under 1.5 billion."""
    low, high = {
        "small": (800, 49_000),
        "mid": (50_000, 900_000),
        "large": (1_600_000, 4_000_000),
        "factor": (20_000, 300_000),
    }[size]
    return Decimal(random.randint(low, high) * 1000)


def opinions(random: Random, *, insurer: str, kind: str, market: str) -> list[Opinion]:
    """The insurer's opinions of a buyer by date: the last one is what it thinks when the books open."""
    quality = random.choices(_CLASSES, weights=_QUALITIES[kind, market])[0]
    rated_on = OPENING_DAY - timedelta(days=random.randint(4, 70))
    latest = _opinion(random, insurer=insurer, quality=quality, on=rated_on)
    chance = random.random()
    if chance < 0.01:
        latest = Opinion(rated_on, latest.grade, None)
    elif chance < 0.015:
        latest = Opinion(rated_on, "", latest.default_probability)
    elif chance < 0.02:
        latest = Opinion(rated_on, latest.grade, latest.default_probability, is_insolvent=True)
    if random.random() < 0.8:
        return [latest]
    before = _opinion(random, insurer=insurer, quality="too_good", on=rated_on - timedelta(days=240))
    return [before, latest]


def _opinion(random: Random, *, insurer: str, quality: str, on: date) -> Opinion:
    low, high = _PROBABILITIES[quality]
    return Opinion(
        effective_on=on,
        grade=str(random.randint(*_GRADES[insurer][quality])),
        default_probability=Decimal(random.randint(low, high)) / _TEN_THOUSAND,
    )
