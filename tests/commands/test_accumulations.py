"""What is engaged on a group of buyers over all policyholders, and the insurer's own limit on it, by two people."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting
from capweb.accounts.models import Organisation
from capweb.kernel.errors import FieldErrors
from policies.commands.accept_offers import accept_offers
from policies.commands.group_buyers import (
    GroupLimitWish,
    MembershipNotice,
    answer_group_limits,
    propose_group_limits,
    record_group_memberships,
)
from policies.commands.request_changes import ChangeWish, request_changes
from policies.commands.two_people import ConfirmedByAnother
from policies.models import BuyerGroup, GroupLimit
from policies.queries import accumulations
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.handed_in import asked

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
LATER = date(2020, 7, 1)


@pytest.fixture(scope="module")
def cast(committed_once):
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    open_books(cast)
    return cast


@pytest.fixture
def underwriter(cast):
    return make.person(cast.actor(), "underwriter")


@pytest.fixture
def senior(cast):
    return make.person(cast.actor(), "senior_underwriter")


def grouped(actor, reference, *buyers, on=OPENING_DAY):
    """The buyers belong to a group from a day on; its public id."""
    told = [
        MembershipNotice(f"{reference} {whom.id} {on}", "FR", whom.identifier, on, reference, f"Groupe {reference}")
        for whom in buyers
    ]
    assert record_group_memberships(actor, told, on=on) == len(told)
    assert record_group_memberships(actor, told, on=on) == 0
    with acting(actor):
        return BuyerGroup.objects.get(reference=reference).public_id


def engaged(actor, **wanted):
    with acting(actor):
        return accumulations.accumulations(actor, **{"on": OPENING_DAY, **wanted}).rows


def test_all_that_is_engaged_on_a_group_is_summed_over_policyholders(underwriter):
    first, second = make.client(underwriter), make.client(underwriter)
    mother, daughter = make.buyer(underwriter), make.buyer(underwriter)
    make.notice(underwriter, first, mother)
    make.notice(underwriter, second, mother, decision="reduction", before="90000", amount="40000")
    make.notice(underwriter, second, daughter)
    taken = asked(underwriter, make.row_for(first, mother, total="60000"))
    accept_offers(underwriter, [taken.offer], on=OPENING_DAY, at=NOON)
    asked(underwriter, make.row_for(second, daughter, total="50000"))
    group = grouped(underwriter, "G1", mother, daughter)
    (row,) = engaged(underwriter, group=group)
    assert (row.buyers, row.policyholders) == (2, 2)
    assert (row.primary, row.top_up, row.ceded, row.held) == (40_000, 60_000, 57_000, 50_000)
    assert (row.total, row.limit, row.used, row.is_above) == (150_000, None, None, False)
    by_buyer = engaged(underwriter, by="buyer", group=group)
    assert [(one.identifier, one.total) for one in by_buyer] == [
        (f"FR {mother.identifier}", Decimal(100_000)),
        (f"FR {daughter.identifier}", Decimal(50_000)),
    ]
    # Who leaves the group from a day on is counted there no more.
    left = MembershipNotice("left", "FR", daughter.identifier, LATER)
    record_group_memberships(underwriter, [left], on=LATER)
    assert engaged(underwriter, group=group)[0].total == 150_000
    assert engaged(underwriter, group=group, on=LATER)[0].total == 100_000


def test_a_limit_is_set_by_two_people_and_warns(underwriter, senior):
    who, whom = make.client(underwriter), make.buyer(underwriter)
    make.notice(underwriter, who, whom, decision="reduction", before="90000", amount="40000")
    group = grouped(underwriter, "G2", whom)
    wish = GroupLimitWish(group, Decimal(30_000), LATER, "concentration")
    (limit,) = propose_group_limits(underwriter, [wish], on=OPENING_DAY)
    with pytest.raises(FieldErrors):
        propose_group_limits(senior, [wish], on=OPENING_DAY)
    with pytest.raises(ConfirmedByAnother):
        answer_group_limits(_named(senior, underwriter), [limit], "confirm", on=OPENING_DAY)
    assert engaged(underwriter, group=group, on=LATER)[0].limit is None
    assert answer_group_limits(senior, [limit], "confirm", on=OPENING_DAY) == [group]
    assert engaged(underwriter, group=group)[0].limit is None
    (row,) = engaged(underwriter, group=group, on=LATER)
    assert (row.limit, row.is_above) == (Decimal(30_000), True)
    with acting(underwriter), pytest.raises(IntegrityError) as caught, transaction.atomic():
        GroupLimit.objects.filter(public_id=limit).update(amount=1)
    assert caught.value.__cause__.diag.constraint_name == "group_limit_stands"
    (lifted,) = propose_group_limits(underwriter, [GroupLimitWish(group, None, LATER, "levée")], on=LATER)
    answer_group_limits(senior, [lifted], "confirm", on=LATER)
    assert engaged(underwriter, group=group, on=LATER)[0].limit is None


def test_a_group_has_one_limit_that_waits_also_within_a_batch(underwriter):
    wish = GroupLimitWish(grouped(underwriter, "G7", make.buyer(underwriter)), Decimal(1), LATER, "prudence")
    with pytest.raises(FieldErrors) as caught:
        propose_group_limits(underwriter, [wish, wish], on=OPENING_DAY)
    assert [(one.line, one.code) for one in caught.value.errors] == [(2, "proposed_already")]


def test_a_limit_that_was_turned_down_is_none(underwriter, senior):
    whom = make.buyer(underwriter)
    make.notice(underwriter, make.client(underwriter), whom, decision="reduction", before="90000", amount="40000")
    group = grouped(underwriter, "G9", whom)
    wish = GroupLimitWish(group, Decimal(1), LATER, "prudence")
    (limit,) = propose_group_limits(underwriter, [wish], on=OPENING_DAY)
    answer_group_limits(senior, [limit], "turn_down", on=OPENING_DAY)
    assert engaged(underwriter, group=group, on=LATER)[0].limit is None


def test_a_cover_replaced_on_its_first_day_is_counted_once_and_outsiders_are_told_nothing(cast, underwriter):
    who, whom = make.client(underwriter), make.buyer(underwriter)
    make.notice(underwriter, who, whom)
    taken = asked(underwriter, make.row_for(who, whom, total="60000"))
    (first,) = accept_offers(underwriter, [taken.offer], on=OPENING_DAY, at=NOON)
    group = grouped(underwriter, "G8", whom)
    (more,) = request_changes(underwriter, [ChangeWish(first.guarantee, Decimal(90_000))], on=OPENING_DAY)
    (second,) = accept_offers(underwriter, [more.offer], on=OPENING_DAY, at=NOON)
    assert engaged(underwriter, group=group)[0].top_up == 90_000
    broker = cast.broker()
    with acting(underwriter):
        assert accumulations.of_guarantee(underwriter, second.guarantee, on=OPENING_DAY).total == 90_000
    with acting(broker):
        assert accumulations.of_guarantee(broker, second.guarantee, on=OPENING_DAY) is None


def _named(actor, other):
    """The senior's rights under the name of the other."""
    return type(actor)(
        name=other.name,
        role=actor.role,
        insurer_id=actor.insurer_id,
        insurer_code=actor.insurer_code,
        organisation_id=actor.organisation_id,
        organisation_kind=actor.organisation_kind,
        user_id=actor.user_id,
    )


def test_a_buyer_that_nobody_knows_is_named_with_its_line(underwriter):
    with pytest.raises(FieldErrors) as caught:
        record_group_memberships(
            underwriter, [MembershipNotice("x", "FR", "404404404", OPENING_DAY, "G3")], on=OPENING_DAY
        )
    assert [(one.field, one.line) for one in caught.value.errors] == [("buyer_identifier", 1)]


def test_a_feed_of_memberships_costs_a_fixed_number_of_queries(underwriter):
    def cost(reference, size):
        buyers = [make.buyer(underwriter) for _ in range(size)]
        told = [MembershipNotice(f"{reference} {one.id}", "FR", one.identifier, LATER, reference) for one in buyers]
        with CaptureQueriesContext(connections["default"]) as seen:
            record_group_memberships(underwriter, told, on=LATER)
        return len(seen)

    cost("G4", 1)
    assert cost("G5", 1) == cost("G6", 3)
