"""The cessions that stand already under some source keys, so that the same order twice is one cession."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from capweb.accounts.actor import Actor
from reinsurance.models import Cession
from reinsurance.queries.books import alias_of


def cessions_made(actor: Actor, source_keys: Collection[str]) -> dict[str, Cession]:
    """Cession rows of the actor's insurer by source key; one query, with treaty and reinsurer."""
    rows = Cession.objects.using(alias_of(actor)).select_related("treaty__reinsurer").filter(insurer_id=actor.insurer_id)
    # One array rather than a parameter each: with thousands of keys the parameters alone took longer than the query.
    asked = RawSQL("reinsurance_cession.source_key = ANY (%s)", [list(source_keys)], output_field=BooleanField())
    return {row.source_key: row for row in rows.filter(asked)}
