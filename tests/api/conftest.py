"""A world with open books, and callers in it."""

from __future__ import annotations

import pytest

from tests.worlds import World, open_world


@pytest.fixture(scope="module")
def world(committed_once: None) -> World:
    """Shared by the tests of a module: each makes its own pairs, and counts what it added."""
    return open_world()
