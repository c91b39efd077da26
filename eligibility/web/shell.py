"""What the pages of the law have in common: for whom they are, on which day, under whose book.

An insurer's people read the law with the rows and readings of their own insurer; the reinsurer, the operator and
visitors read what is shared.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor, PlatformActor
from capweb.http.permissions import ActorView
from eligibility.domain.law import LawBook
from eligibility.queries import law_book

FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2100, 1, 1)


class LawView(ActorView, View):
    """A page for everybody signed in; `book` is the law as this actor may read it."""

    right = "law.read"
    for_platform = True

    @cached_property
    def today(self) -> date:
        return clock.business_day()

    @cached_property
    def book(self) -> LawBook:
        return book_for(self.actor)

    def day(self, request: HttpRequest, name: str = "on", *, default: date | None = None) -> date:
        """The day asked for; one that is none is told, and the business day taken in its place."""
        typed = request.GET.get(name, "")
        found = day_from(typed)
        if typed and found is None:
            messages.warning(
                request, _("“%(typed)s” is no day of the calendar: this is another day's law.") % {"typed": typed[:20]}
            )
        return found or default or self.today


def book_for(actor: Actor | PlatformActor | None) -> LawBook:
    """The book of an insurer's actor, the shared book for everybody else."""
    if isinstance(actor, Actor):
        with acting(actor):
            return law_book.current_law_book(actor)
    return law_book.shared_law_book()


def day_from(typed: str) -> date | None:
    """A day that somebody typed; None for what is none or lies outside of any law."""
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        return None
    return found if FIRST_DAY <= found < LAST_DAY else None
