"""The insurer's watch list: a dated fact with its reason, told once by its source; the latest counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.kernel.errors import FieldErrors
from policies.commands.watch_buyers import WatchNotice, watch_buyers
from policies.models import BuyerWatch
from policies.queries import buyer_watches, waiting
from tests import factories as make
from tests.cast import OPENING_DAY

LATER = date(2020, 7, 1)


@pytest.fixture
def underwriter(cast):
    return make.person(cast.actor(), "underwriter")


def notice(whom, *, on=OPENING_DAY, watched=True, reason="late accounts", review_on=None, reference=None):
    return WatchNotice(
        source_reference=reference or f"{whom.identifier} {on} {watched} {review_on}",
        buyer_country="FR",
        buyer_identifier=whom.identifier,
        effective_on=on,
        is_watched=watched,
        reason=reason,
        review_on=review_on,
    )


def on_watch(actor, *, on=OPENING_DAY, **wanted):
    with acting(actor):
        return buyer_watches.watch_list(actor, on=on, **wanted).rows


def in_the_menu(actor, on):
    return waiting.counted(actor, on)["policies:watch_list"]


def test_the_latest_word_counts_and_each_is_stored_once(underwriter):
    whom = make.buyer(underwriter)
    first = notice(whom, review_on=LATER)
    assert watch_buyers(underwriter, [first], on=OPENING_DAY) == 1
    assert watch_buyers(underwriter, [first], on=OPENING_DAY) == 0
    (row,) = on_watch(underwriter)
    assert (row.identifier, row.reason, row.review_on, row.is_due) == (whom.identifier, "late accounts", LATER, False)
    assert not on_watch(underwriter, due=True)
    (row,) = on_watch(underwriter, on=LATER, due=True)
    assert row.is_due
    assert [in_the_menu(underwriter, day) for day in (OPENING_DAY, LATER)] == [0, 1]
    off = notice(whom, on=LATER, watched=False, reason="accounts came in")
    assert watch_buyers(underwriter, [off], on=LATER) == 1
    assert not on_watch(underwriter, on=LATER)
    assert in_the_menu(underwriter, LATER) == 0
    # The books of the day before still say what they said.
    assert on_watch(underwriter, on=LATER - timedelta(days=1))


def test_whose_review_has_come_stands_first_page_by_page(underwriter):
    one, two, three = (make.buyer(underwriter) for _ in range(3))
    told = [notice(one), notice(two, review_on=LATER), notice(three, review_on=LATER + timedelta(days=9))]
    watch_buyers(underwriter, told, on=OPENING_DAY)
    order = [two.identifier, three.identifier, one.identifier]
    assert [row.identifier for row in on_watch(underwriter, on=LATER)] == order
    assert [row.identifier for row in on_watch(underwriter, on=LATER, page=2, size=2)] == order[2:]
    assert [row.identifier for row in on_watch(underwriter, on=LATER, page=9, size=2)] == order[:2]


def test_what_cannot_be_taken_is_told_by_line_and_nothing_is_stored(underwriter):
    whom = make.buyer(underwriter)
    bad = [
        notice(whom, reason="  "),
        notice(whom, on=LATER),
        notice(whom, watched=False, review_on=LATER),
        notice(whom, review_on=OPENING_DAY),
        WatchNotice(
            source_reference="nobody", buyer_country="FR", buyer_identifier="000000000", effective_on=OPENING_DAY,
            is_watched=True, reason="unknown",
        ),
    ]  # fmt: skip
    with pytest.raises(FieldErrors) as refused:
        watch_buyers(underwriter, [notice(whom), *bad], on=OPENING_DAY)
    assert [(one.line, one.code) for one in refused.value.errors] == [
        (2, "required"), (3, "in_the_future"), (4, "not_watched"), (5, "too_early"), (6, "unknown_buyer"),
    ]  # fmt: skip
    assert not on_watch(underwriter)


def test_outsiders_and_other_houses_see_nobody(cast, underwriter):
    watch_buyers(underwriter, [notice(make.buyer(underwriter))], on=OPENING_DAY)
    assert on_watch(underwriter)
    assert not on_watch(cast.broker())
    assert not on_watch(cast.actor("coface"))
    with pytest.raises(NotAllowed):
        watch_buyers(cast.broker(), [], on=OPENING_DAY)


def test_the_database_wants_a_reason_and_keeps_what_was_told(underwriter):
    whom = make.buyer(underwriter)
    watch_buyers(underwriter, [notice(whom)], on=OPENING_DAY)
    with acting(underwriter):
        row = BuyerWatch.objects.get()
        for wrong in ({"reason": ""}, {"is_watched": False, "review_on": LATER}, {"review_on": OPENING_DAY}):
            new = {"reason": "said", "is_watched": True, "review_on": None, "source_reference": "again", **wrong}
            with pytest.raises(IntegrityError), transaction.atomic():
                BuyerWatch.objects.create(
                    insurer_id=row.insurer_id, buyer_id=row.buyer_id, entered_by="x", effective_on=OPENING_DAY,
                    booked_on=OPENING_DAY, **new,
                )  # fmt: skip


def test_a_batch_of_any_size_takes_as_many_queries(underwriter):
    def counted(told):
        with CaptureQueriesContext(connections["default"]) as seen:
            watch_buyers(underwriter, told, on=OPENING_DAY)
        return len(seen)

    assert counted([notice(make.buyer(underwriter))]) == counted([notice(make.buyer(underwriter)) for _ in range(20)])
