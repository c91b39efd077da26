"""Watch a flow from the inside: which parts of the house call which, and where one value passes.

Only calls of functions count: a generator that is read goes on where it stands, and the house's own views are called by
the frame that they extend.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Final

APPS: Final = {"policies": 0, "eligibility": 1, "reinsurance": 1, "capweb": 2}
LAYERS: Final = {
    "web": 0,
    "api": 0,
    "tasks": 0,
    "management": 0,
    "commands": 1,
    "queries": 2,
    "documents": 2,
    "models": 3,
    "domain": 4,
}
# What is extended calls what extends it.
_FRAMES: Final = ("capweb.http.", "capweb.desk.")
_DEPTH: Final = 3


@dataclass
class Walk:
    """The parts of the three apps that the value passed, in the order of the first time; the calls that went outward.

    What a part is handed counts: a value that it reads from the database itself is first seen where it is passed on.
    """

    value: object
    passed: list[str] = field(default_factory=list)
    outward: set[tuple[str, str]] = field(default_factory=set)

    def see(self, frame: FrameType) -> None:
        """A call of one of our functions."""
        callee, caller = _module(frame), _caller(frame)
        if caller is not None and _goes_outward(caller, callee):
            self.outward.add((f"{caller}", f"{callee}.{frame.f_code.co_name}"))
        part = _part(callee)
        if not part.startswith("capweb") and part not in self.passed and _holds(_arguments(frame), self.value, _DEPTH):
            self.passed.append(part)


@contextmanager
def walking(value: object) -> Iterator[Walk]:
    """Everything that is called inside, as seen with one value."""
    walk = Walk(value)

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and _is_ours(frame) and not frame.f_code.co_flags & inspect.CO_GENERATOR:
            sys.setprofile(None)
            try:
                walk.see(frame)
            finally:
                sys.setprofile(watch)

    sys.setprofile(watch)
    try:
        yield walk
    finally:
        sys.setprofile(None)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _is_ours(frame: FrameType) -> bool:
    return _module(frame).split(".")[0] in APPS and not frame.f_code.co_name.startswith("<")


def _caller(frame: FrameType) -> str | None:
    back = frame.f_back
    while back is not None and _module(back).split(".")[0] not in APPS:
        back = back.f_back
    return None if back is None or _module(back).startswith(_FRAMES) else _module(back)


def _part(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _goes_outward(caller: str, callee: str) -> bool:
    (from_app, *from_rest), (to_app, *to_rest) = caller.split("."), callee.split(".")
    if from_app != to_app:
        return APPS[to_app] < APPS[from_app]
    layers = [LAYERS.get(rest[0]) if rest else None for rest in (from_rest, to_rest)]
    return from_app != "capweb" and None not in layers and layers[1] < layers[0]  # type: ignore[operator]


def _arguments(frame: FrameType) -> list[Any]:
    code = frame.f_code
    return [frame.f_locals.get(name) for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]]


def _holds(given: object, value: object, depth: int) -> bool:
    if type(given) is type(value):
        return given == value
    if not depth:
        return False
    return any(_holds(one, value, depth - 1) for one in _inside(given))


def _inside(given: object) -> Iterable[object]:
    if isinstance(given, (list, tuple)):
        return given[:20]
    if isinstance(given, dict):
        return list(given.values())[:60]
    names = getattr(type(given), "__struct_fields__", None) or getattr(type(given), "__slots__", ())
    if isinstance(names, tuple) and names:
        return [getattr(given, name, None) for name in names if isinstance(name, str)]
    return list(vars(given).values())[:60] if hasattr(given, "_meta") else ()
