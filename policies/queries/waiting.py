"""What waits for an actor, as the menu counts it beside its entries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db import connections

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from policies.queries import messages

# What one person proposed or asked for and another answers: by page, the right to answer, the table, the status in
# which it waits, and the columns of who it was.
_ANSWERED_BY_ANOTHER: Final = (
    ("policies:limit_waves", "limit_waves.confirm", "policies_limitwave", "proposed", "proposed_by"),
    ("policies:rating_waves", "rating_waves.confirm", "policies_ratingwave", "proposed", "proposed_by"),
    ("policies:identity_changes", "identity_changes.confirm", "policies_identitychange", "proposed", "proposed_by"),
    ("policies:accumulations", "group_limits.confirm", "policies_grouplimit", "proposed", "proposed_by"),
    ("policies:renewals", "renewals.confirm", "policies_renewalsettlement", "proposed", "proposed_by"),
    ("policies:primary_notices", "short_notices.confirm", "policies_shortnotice", "asked", "asked_by"),
)
_BY_ANOTHER: Final = """(SELECT count(*) FROM {table} WHERE insurer_id = %(insurer)s AND status = '{status}'
    AND {who} <> %(name)s AND {who}_user_id IS DISTINCT FROM %(user)s)"""
_REVIEWS_DUE: Final = """(SELECT count(*) FROM (
    SELECT DISTINCT ON (buyer_id) is_watched, review_on FROM policies_buyerwatch
    WHERE insurer_id = %(insurer)s AND effective_on <= %(on)s AND booked_on <= %(on)s
    ORDER BY buyer_id, effective_on DESC, id DESC) latest WHERE is_watched AND review_on <= %(on)s)"""


def counted(actor: Actor, on: date) -> Mapping[str, int]:
    """How much waits behind each page of the menu; pages behind which nothing can wait for this actor are left out.

    For the insurer's own people what somebody else proposed and they may answer, and the buyers whose review has come
    (they have their queue of requests besides); for everybody else the messages that nobody there has read, by the
    mandates of the day. One query; none for whom nothing can wait.
    """
    if not actor.is_insurer:
        with acting(actor):
            return {"policies:messages": messages.unread(actor, on=on)}
    asked = {
        page: _BY_ANOTHER.format(table=table, status=status, who=who)
        for page, right, table, status, who in _ANSWERED_BY_ANOTHER
        if actor.may(right)
    }
    if actor.may("buyer_limits.write"):
        asked["policies:watch_list"] = _REVIEWS_DUE
    if not asked:
        return {}
    with acting(actor), connections["default"].cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(asked.values())}",
            {"insurer": actor.insurer_id, "on": on, "name": actor.name, "user": actor.user_id},
        )
        return dict(zip(asked, cursor.fetchone(), strict=True))
