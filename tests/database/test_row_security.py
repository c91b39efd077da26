"""The wall between insurers: without acting, nothing; acting, one insurer's rows only; the trail cannot be altered."""

from datetime import date

import pytest
from django.db import DatabaseError, ProgrammingError, connections, transaction

from capweb.accounts.acting import acting, acting_as_platform
from capweb.audit.models import TrailEntry
from capweb.audit.trail import Change, record_changes


def _note(actor, subject: str) -> None:
    with acting(actor):
        record_changes(
            [Change("thing.noted", subject)],
            insurer_id=actor.insurer_id,
            actor=actor.name,
            actor_role=actor.role,
            booked_on=date(2020, 6, 15),
        )


def _run(alias: str, statement: str, *, insurer_id: int) -> None:
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SELECT set_config('capweb.insurer', %s, true)", [str(insurer_id)])
        cursor.execute(statement)


def test_outside_of_acting_no_row_of_an_insurer_is_seen(cast):
    _note(cast.actor(), "x_1")
    assert TrailEntry.objects.count() == 0


def test_an_insurer_sees_its_own_rows_only(cast):
    _note(cast.actor("euler-hermes"), "x_1")
    _note(cast.actor("coface"), "x_2")
    with acting(cast.actor("coface")):
        assert [entry.subject for entry in TrailEntry.objects.all()] == ["x_2"]


def test_an_insurer_cannot_write_a_row_of_another(cast):
    coface, euler = cast.actor("coface"), cast.actor("euler-hermes")
    with pytest.raises(ProgrammingError, match="row-level security"), acting(coface):
        record_changes(
            [Change("thing.forged", "x_3")],
            insurer_id=euler.insurer_id,
            actor="forger",
            actor_role="underwriter",
            booked_on=date(2020, 6, 15),
        )


def test_acting_never_switches_insurer_inside_a_transaction(cast):
    with acting(cast.actor("coface")), pytest.raises(RuntimeError), acting(cast.actor("euler-hermes")):
        pass


@pytest.mark.parametrize("alias", ["default", "platform", "owner"])
@pytest.mark.parametrize("statement", ["UPDATE audit_trailentry SET action = 'forged'", "DELETE FROM audit_trailentry"])
def test_the_trail_is_never_altered(committed, cast, alias, statement):
    _note(cast.actor(), "x_1")
    with pytest.raises(DatabaseError):
        _run(alias, statement, insurer_id=cast.actor().insurer_id)
    with acting_as_platform() as using:
        assert [entry.action for entry in TrailEntry.objects.using(using)] == ["thing.noted"]
