"""Nights by many workers: taken up where they stopped, each part by one, a missed week caught up in order."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.audit.leases import LeaseLost, give_back_lease, take_lease
from policies import tasks
from policies.commands import insurers_night, renew_guarantees
from policies.commands.accept_offers import accept_offers
from policies.commands.close_night import close_night
from policies.commands.insurers_night import run_insurers_night
from policies.commands.open_night import PLATFORM, DayNotNext, actor_of, ask_for_nights, begin_night, open_night
from policies.commands.renew_guarantees import ask_for_renewals
from policies.models import Endorsement, GuaranteeTerm, Night, NightRun, NightStep
from policies.queries import nights
from reinsurance.models import LedgerVerification
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY
from tests.commands.test_request_to_ledger import hand_in, offers_of

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
END = date(2020, 9, 15)


@pytest.fixture
def world(committed, cast):
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return actor


@pytest.fixture
def granted(world):
    """Six guarantees that end on one day; renewal was asked for four of them."""
    who = make.client(world)
    buyers = [make.buyer(world) for _ in range(6)]
    for whom in buyers:
        make.notice(world, who, whom)
    hand_in(world, [make.row_for(who, whom) for whom in buyers])
    answers = accept_offers(world, offers_of(world), on=OPENING_DAY, at=NOON)
    asked = ask_for_renewals(world, [one.guarantee for one in answers[:4]], on=date(2020, 9, 1))
    assert len(asked) == 4
    return asked


def statuses(actor):
    with acting(actor):
        return sorted(GuaranteeTerm.objects.values_list("status", flat=True))


DONE = sorted(["renewed"] * 4 + ["running"] * 4 + ["lapsed"] * 2)


def small_chunks(monkeypatch, rows=2):
    monkeypatch.setattr(renew_guarantees, "CHUNK_ROWS", rows)


class CutOffError(Exception):
    """The worker is gone."""


def cut_off(monkeypatch, *, after_chunks, step):
    """The worker disappears in the chunk after so many of a step: nothing of it is written."""
    seen = []
    real = insurers_night.still_held

    def held(key, *, holder):
        with_step = NightStep.objects.filter(step=step).first()
        if with_step is not None and with_step.chunks == after_chunks and not seen:
            seen.append(1)
            raise LeaseLost("gone", key=key)
        real(key, holder=holder)

    monkeypatch.setattr(insurers_night, "still_held", held)


@pytest.mark.parametrize(("step", "chunks"), [("renewals", 0), ("renewals", 1), ("lapses", 0), ("notices", 0)])
def test_a_part_that_was_cut_off_goes_on_where_it_stopped_and_counts_everything_once(
    world, granted, monkeypatch, step, chunks
):
    small_chunks(monkeypatch)
    begun = begin_night(END, at=NOON)
    with monkeypatch.context() as fault:
        cut_off(fault, after_chunks=chunks, step=step)
        with pytest.raises(LeaseLost):
            run_insurers_night(world, END, at=begun.moment, holder="first")
    assert statuses(world) != DONE or step == "notices"
    later = NOON + timedelta(hours=3)
    report = open_night(END, at=later)
    assert statuses(world) == DONE
    assert report.ledger_differences == []
    assert report.insurers["euler-hermes"] == {
        "offers_expired": 0,
        "exceptions_expired": 0,
        "renewed": 4,
        "renewals_refused": 0,
        "renewals_referred": 0,
        "renewals_failed": 0,
        "lapsed": 2,
        "lapses_failed": 0,
        "complements_reduced": 0,
        "complements_ended": 0,
        "reviewed_announced": 0,
        "reviewed_cut": 0,
        "reviewed_ended": 0,
        "reviewed_overtaken": 0,
        "reviewed_corrected": 0,
        "notices": 0,
    }
    with acting(world):
        renewals = Endorsement.objects.filter(cause="renewal").values_list("snapshot__issued_at", flat=True)
        moments = {datetime.fromisoformat(one) for one in renewals}
    assert moments == {NOON}, "every document of a night tells one moment, whoever made it"


def test_the_steps_of_a_night_are_kept_chunk_by_chunk(world, granted, monkeypatch):
    small_chunks(monkeypatch)
    open_night(END, at=NOON)
    with acting(world):
        kept = {row.step: (row.expected, row.settled, row.chunks) for row in NightStep.objects.all()}
        assert not NightStep.objects.filter(finished_at__isnull=True).exists()
    assert kept == {
        "offers": (None, 0, 0),
        "exceptions": (None, 0, 0),
        "renewals": (4, 4, 2),
        "lapses": (2, 2, 1),
        "complements": (None, 0, 0),
        "reviews": (None, 0, 0),
        "notices": (None, 0, 1),
    }


def test_a_part_is_done_by_one_worker_only(world, granted):
    begun = begin_night(END, at=NOON)
    key = nights.insurer_key(END, world.insurer_id)
    assert take_lease(key, holder="somebody else")
    assert run_insurers_night(world, END, at=begun.moment, holder="second") is False
    assert "renewed" not in statuses(world)
    assert world.insurer_id not in nights.without_worker(END)
    give_back_lease(key, holder="somebody else")
    assert world.insurer_id in nights.without_worker(END)
    assert run_insurers_night(world, END, at=begun.moment, holder="second")
    assert statuses(world) == DONE


def test_a_night_is_not_closed_before_every_insurer_is_done_and_by_one_only(world, granted):
    begun = begin_night(END, at=NOON)
    *first, last = nights.missing(END)
    for insurer in first:
        run_insurers_night(actor_of(insurer), END, at=begun.moment, holder="one")
    assert close_night(PLATFORM, END, holder="one") is None
    run_insurers_night(actor_of(last), END, at=begun.moment, holder="two")
    assert take_lease(nights.closing_key(END), holder="two")
    assert close_night(PLATFORM, END, holder="one") is None
    report = close_night(PLATFORM, END, holder="two")
    assert report is not None
    assert report.ledger_differences == []
    with acting_as_platform() as alias:
        assert LedgerVerification.objects.using(alias).count() == 1
    again = close_night(PLATFORM, END, holder="three")
    assert again.is_repeat
    assert again.insurers == report.insurers


def work_as_workers_do():
    """What workers do with the messages that beat and tasks send, one after another."""
    for _ in range(50):
        tasks.open_due_nights()
        day = nights.next_open()
        if day is None:
            return
        for insurer in nights.without_worker(day):
            tasks.open_insurers_night(day=str(day), insurer=insurer, more="ignored")
    raise AssertionError("the nights do not end")


def test_a_missed_week_is_caught_up_in_order_and_verified_on_its_last_day(world, granted):
    first = END - timedelta(days=3)
    assert ask_for_nights(first, END + timedelta(days=3)) == 7
    assert ask_for_nights(first, END) == 0
    work_as_workers_do()
    with acting_as_platform() as alias:
        rows = list(Night.objects.using(alias).order_by("day"))
        finished = [row.finished_at for row in rows]
        assert [row.day for row in rows] == [first + timedelta(days=ahead) for ahead in range(7)]
        assert None not in finished
        assert finished == sorted(finished), "one after another"
        assert [row.report["was_verified"] for row in rows] == [False] * 6 + [True]
        assert all("differences" in row.closing["reconcile"] for row in rows), "each is reconciled"
        verified = list(LedgerVerification.objects.using(alias).values_list("verified_on", flat=True))
    assert verified == [END + timedelta(days=3)]
    assert statuses(world) == DONE
    with acting(world):
        starts = set(GuaranteeTerm.objects.filter(status="running").values_list("granted_first", flat=True))
    assert starts == {END}, "the new term starts the day the old one ended"


def test_a_later_night_waits_for_the_one_before_it(world):
    begin_night(END, at=NOON)
    with pytest.raises(DayNotNext, match="not finished"):
        open_night(END + timedelta(days=1), at=NOON)
    open_night(END, at=NOON)
    open_night(END + timedelta(days=1), at=NOON)
    with pytest.raises(DayNotNext, match="lies before"):
        open_night(END - timedelta(days=1), at=NOON)
    assert open_night(END, at=NOON).is_repeat


def test_a_renewal_that_fails_stands_alone_and_is_judged_again_by_the_next_night(world, granted, monkeypatch):
    real = renew_guarantees.issue_endorsements

    def fails_on_one(actor, orders, **more):
        with_first = GuaranteeTerm.objects.filter(
            pk__in=[order.term_id for order in orders], guarantee__public_id=granted[1]
        )
        if with_first.exists():
            raise RuntimeError("a fault in one row")
        return real(actor, orders, **more)

    with monkeypatch.context() as fault:
        fault.setattr(renew_guarantees, "issue_endorsements", fails_on_one)
        report = open_night(END, at=NOON)
    done = report.insurers["euler-hermes"]
    assert (done["renewed"], done["renewals_failed"], done["lapsed"]) == (3, 1, 2)
    assert report.ledger_differences == []
    done = open_night(END + timedelta(days=1), at=NOON).insurers["euler-hermes"]
    assert (done["renewed"], done["renewals_failed"], done["lapsed"]) == (1, 0, 0)
    with acting(world):
        terms = list(
            GuaranteeTerm.objects.filter(guarantee__public_id=granted[1])
            .order_by("pk")
            .values_list("status", "granted_first", "granted_end")
        )
    assert terms == [("renewed", OPENING_DAY, END), ("running", END, date(2020, 12, 15))]


def test_a_night_moves_a_sandboxs_day_and_every_insurer_has_its_report(world):
    work = ask_for_nights(date(2020, 6, 16), date(2020, 6, 16))
    assert work == 1
    work_as_workers_do()
    with acting_as_platform() as alias:
        assert NightRun.objects.using(alias).filter(day=date(2020, 6, 16)).count() == len(nights.missing(END))
    assert nights.last_night() == date(2020, 6, 16)
    shown = nights.state(date(2020, 6, 16))
    assert all(part.is_done for part in shown.insurers)
    assert all(is_done for _, is_done in shown.closing)
