"""The cessions that stand already under some source keys, so that the same order twice is one cession."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connections

from capweb.accounts.actor import Actor
from reinsurance.models import Cession
from reinsurance.queries.books import alias_of


def cessions_made(actor: Actor, source_keys: Collection[str]) -> dict[str, Cession]:
    """Cession rows of the actor's insurer by source key, with treaty and reinsurer; a second query when any stands."""
    alias = alias_of(actor)
    with connections[alias].cursor() as cursor:
        # One array rather than a parameter each: with thousands of keys the parameters took longer than the query.
        cursor.execute(
            "SELECT id FROM reinsurance_cession WHERE insurer_id = %s AND source_key = ANY (%s)",
            [actor.insurer_id, list(source_keys)],
        )
        found = [cession_id for (cession_id,) in cursor.fetchall()]
    if not found:
        return {}
    rows = Cession.objects.using(alias).select_related("treaty__reinsurer").filter(pk__in=found)
    return {row.source_key: row for row in rows}
