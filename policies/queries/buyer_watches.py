"""Which buyers are on the insurer's watch list on a day as known then, why, and which are to be looked at again.

For the insurer's own people alone: everybody else is told of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from policies.queries.pages import Page, bounds


@dataclass(frozen=True, slots=True)
class Watched:
    """A buyer on watch: since when, why, entered by whom; its grade and its running top-ups, in euro."""

    buyer: str
    name: str
    country: str
    identifier: str
    since: date
    reason: str
    review_on: date | None
    entered_by: str
    grade: str
    guarantees: int
    amount: Decimal
    is_due: bool


_WATCHED: Final = """
WITH watched AS (
    SELECT buyer.public_id, buyer.name, buyer.country, buyer.identifier, watch.effective_on, watch.reason,
           watch.review_on, watch.entered_by, COALESCE(rating.grade, '') AS grade, running.guarantees, running.amount,
           COALESCE(watch.review_on <= %(on)s, false) AS is_due
    FROM (SELECT DISTINCT ON (buyer_id) * FROM policies_buyerwatch
          WHERE insurer_id = %(insurer)s AND effective_on <= %(on)s AND booked_on <= %(on)s {of}
          ORDER BY buyer_id, effective_on DESC, id DESC) watch
    JOIN policies_buyer buyer ON buyer.id = watch.buyer_id
    LEFT JOIN LATERAL (
        SELECT grade FROM policies_buyerrating
        WHERE insurer_id = %(insurer)s AND buyer_id = buyer.id AND effective_on <= %(on)s AND booked_on <= %(on)s
        ORDER BY effective_on DESC, id DESC LIMIT 1) rating ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS guarantees, COALESCE(sum(amount), 0) AS amount FROM policies_guaranteeterm
        WHERE insurer_id = %(insurer)s AND buyer_id = buyer.id AND status = 'running') running
    WHERE watch.is_watched)
SELECT * {told} FROM watched
"""
_LISTED: Final = (
    _WATCHED.format(of="", told=", count(*) OVER ()")
    + """
WHERE is_due OR NOT %(due)s
ORDER BY is_due DESC, review_on NULLS LAST, name, public_id
LIMIT %(size)s OFFSET %(first)s
"""
)
_OF_GUARANTEE: Final = _WATCHED.format(
    told="",
    of="""AND buyer_id = (
        SELECT term.buyer_id FROM policies_guaranteeterm term JOIN policies_guarantee own ON own.id = term.guarantee_id
        WHERE own.insurer_id = %(insurer)s AND own.public_id = %(public_id)s ORDER BY term.sequence DESC LIMIT 1)""",
)
_OF_REQUEST: Final = _WATCHED.format(
    told="",
    of="""AND buyer_id = (SELECT buyer_id FROM policies_limitrequest
                          WHERE insurer_id = %(insurer)s AND public_id = %(public_id)s)""",
)


def watch_list(actor: Actor, *, on: date, due: bool = False, page: int = 1, size: int = 50) -> Page[Watched]:
    """The buyers on watch, those whose review has come first; `due` shows only these. Inside acting(actor).

    One query; two where the page asked for lies behind the last.
    """
    if not actor.is_insurer:
        return Page([], 1, 1, 0)
    number = max(1, page)
    rows = _read(actor, _LISTED, on=on, due=due, size=size, first=(number - 1) * size)
    if not rows and number > 1:
        number = 1
        rows = _read(actor, _LISTED, on=on, due=due, size=size, first=0)
    total = rows[0][-1] if rows else 0
    number, pages, _first = bounds(total=total, number=number, size=size)
    return Page([Watched(*row[:-1]) for row in rows], number, pages, total)


def of_guarantee(actor: Actor, public_id: str, *, on: date) -> Watched | None:
    """The watch on a guarantee's buyer; None when there is none, and for who is not the insurer's."""
    return _one(actor, _OF_GUARANTEE, public_id, on=on)


def of_request(actor: Actor, public_id: str, *, on: date) -> Watched | None:
    """The watch on a request's buyer; None when there is none, and for who is not the insurer's."""
    return _one(actor, _OF_REQUEST, public_id, on=on)


def _one(actor: Actor, sql: str, public_id: str, *, on: date) -> Watched | None:
    if not actor.is_insurer:
        return None
    return next((Watched(*row) for row in _read(actor, sql, on=on, public_id=public_id)), None)


def _read(actor: Actor, sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, {"insurer": actor.insurer_id, **given})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
