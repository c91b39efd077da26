"""Several clients at once: each in a thread of its own, with database connections of its own, all starting together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

PATIENCE_SECONDS = 120


def at_once(count: int, client_does: Callable[[int], Any]) -> list[Any]:
    """What each of `count` clients, numbered from 0, answered; an exception where it raised one."""
    gate = threading.Barrier(count)
    answers: list[Any] = [None] * count

    def run(number: int) -> None:
        try:
            gate.wait()
            answers[number] = client_does(number)
        except BaseException as error:  # it is looked at by the test, which waits
            answers[number] = error
        finally:
            for connection in connections.all():
                connection.close()

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads), (
        "somebody still waits: a deadlock, or a lock never given back"
    )
    return answers


def no_error_in(answers: list[Any]) -> list[Any]:
    """The answers, none of which is an exception."""
    broken = [answer for answer in answers if isinstance(answer, BaseException)]
    assert not broken, broken
    return answers
