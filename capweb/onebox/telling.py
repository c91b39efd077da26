"""How the person at the terminal is told: a line for each step with its time, alive on a terminal, plain elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.markup import escape
from rich.status import Status


class Step:
    """A step under way; `say` tells what it waits for."""

    def __init__(self, name: str, status: Status | None) -> None:
        self._name = name
        self._status = status

    def say(self, what: str) -> None:
        """Show what the step waits for; only on a terminal, where it replaces what was shown before."""
        if self._status is not None:
            self._status.update(f"{self._name} … {what}")


class Teller:
    """Writes to the terminal, or to a plain file without colours and movement."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, name: str, *, moving: bool = True) -> Iterator[Step]:
        """Tell that a step begins, and how long it took. `moving` is off where the step itself writes."""
        began = time.monotonic()
        try:
            if moving and self.console.is_terminal:
                with self.console.status(f"{name} …") as status:
                    yield Step(name, status)
            else:
                yield Step(name, None)
        except BaseException:
            self._print(f"[red]✗[/] {name}  {time.monotonic() - began:.1f} s")
            raise
        self._print(f"[green]✓[/] {name}  {time.monotonic() - began:.1f} s")

    def note(self, text: str) -> None:
        """Something worth knowing."""
        self._print(escape(f"  {text}"))

    def warn(self, text: str) -> None:
        """Something that went wrong and was dealt with, or wants attention."""
        self._print(f"[yellow]![/] {time.strftime('%H:%M:%S')} {escape(text)}")

    def _print(self, text: str) -> None:
        # A terminal that was closed must not keep the processes from being stopped.
        with suppress(OSError):
            self.console.print(text)
