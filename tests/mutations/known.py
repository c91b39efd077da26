"""The mutants that are known to survive, each with the reason why no case can or need notice."""

from __future__ import annotations

import functools
from pathlib import Path

from eligibility.domain import marked_yaml

FILE = Path(__file__).with_name("known_survivors.yaml")


@functools.cache
def known_survivors() -> dict[str, str]:
    """Reason by mutant, as `Mutant.key` names it."""
    data = marked_yaml.read(FILE.read_text(encoding="utf-8"))[0].data
    assert isinstance(data, dict)
    return {str(key): str(group["why"]) for group in data.values() for key in group["mutants"] or ()}
