"""Every rule of the scheme, one file per group. Importing this package enters them all in the register."""

from __future__ import annotations

import functools
from datetime import date

from eligibility.domain.rule import REGISTER, Rule
from eligibility.domain.rules import (  # noqa: F401  each module enters its rules when imported
    buyer,
    capacity,
    complement,
    export,
    grant,
    policyholder,
    scheme,
    substitution,
)


@functools.lru_cache(maxsize=512)
def in_force_on(day: date) -> tuple[Rule, ...]:
    """The rules in force on a day, by code."""
    return tuple(sorted((rule for rule in REGISTER if rule.in_force_on(day)), key=lambda rule: rule.code))
