"""A night that is worked by processes which may die in it: how it is prepared, worked, taken up again and told.

Two insurers in December: offers that nobody answers, renewals asked for, terms that lapse, run-off that comes free. A
process of its own is forked for each run; it has small chunks, so that a small book has many. The product knows
nothing of it: at its point the process is killed by SIGKILL, right after what the point names has been done.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.queries import memberships
from capweb.audit.models import TrailEntry
from policies import tasks
from policies.commands import insurers_night, renew_guarantees
from policies.commands.accept_offers import accept_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.open_night import ask_for_nights, open_night
from policies.commands.renew_guarantees import ask_for_renewals
from policies.commands.submit_limit_requests import submit_file
from policies.models import Endorsement, GuaranteeTerm, Night, NightStep, Notice, Offer, PolicyTerms
from policies.queries import nights
from reinsurance.documents.bordereau_files import bordereau_csv, bordereau_json
from reinsurance.domain.closing import period_named
from reinsurance.queries import bordereaux
from tests import factories as make
from tests import template_database
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.closing import close

HOUSES = ("euler-hermes", "coface")
AUTUMN, WINTER, SPRING, CLOSED_ON = date(2020, 9, 15), date(2020, 12, 15), date(2021, 3, 31), date(2021, 4, 1)
NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
GRANTED, RENEWED, RENEWED_AGAIN, UNANSWERED, CHUNK = 18, 13, 7, 5, 3


def prepare(cast: Cast) -> None:
    """The books on the eve of the night: what lapsed in autumn is in run-off that ends on it."""
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    for code in HOUSES:
        actor = cast.actor(code)
        make.enter_illustrative_tariffs(actor)
        who = make.client(actor)
        with acting(actor):
            PolicyTerms.objects.create(
                insurer_id=actor.insurer_id,
                policy_id=who.policy_id,
                insured_ratio="0.90",
                invoicing_delay_days=30,
                waiting_period_days=150,
                longest_payment_days=60,
                declaration_delay_days=30,
                effective_on=OPENING_DAY,
                booked_on=OPENING_DAY,
                source_reference="run-off of 90 days",
            )
        guarantees = _granted(actor, who)
        ask_for_renewals(actor, guarantees[:RENEWED], on=date(2020, 9, 1))
    open_night(AUTUMN, at=NOON)
    for code in HOUSES:
        actor = cast.actor(code)
        with acting(actor):
            running = GuaranteeTerm.objects.filter(status="running").order_by("pk")
            renewed = list(running.values_list("guarantee__public_id", flat=True))
        ask_for_renewals(actor, renewed[:RENEWED_AGAIN], on=date(2020, 12, 1))
        _offered(actor, make.client(actor), UNANSWERED, on=date(2020, 11, 30))


def _granted(actor: Actor, who: make.Client) -> list[str]:
    offers = _offered(actor, who, GRANTED, on=OPENING_DAY)
    return [str(one.guarantee) for one in accept_offers(actor, offers, on=OPENING_DAY, at=NOON)]


def _offered(actor: Actor, who: make.Client, count: int, *, on: date) -> list[str]:
    buyers = [make.buyer(actor) for _ in range(count)]
    for whom in buyers:
        make.notice(actor, who, whom, notified_on=on)
    rows = [make.row_for(who, whom, reference=str(place)) for place, whom in enumerate(buyers)]
    receipt = submit_file(actor, make.csv_of(rows), file_name="demandes.csv", media_type="text/csv", on=on)
    assert decide_submission(actor, receipt.public_id, on=on, holder="prepare")
    with acting(actor):
        return list(Offer.objects.filter(status="live").order_by("pk").values_list("public_id", flat=True))


def work(day: date) -> None:
    """What beat and the tasks do, one after another, until no night is open."""
    ask_for_nights(day, day)
    while nights.next_open() is not None:
        tasks.open_due_nights()
        for insurer_id in nights.without_worker(day):
            tasks.open_insurers_night(day=str(day), insurer=insurer_id)
        tasks.close(day=str(day))


def a_minute_passes() -> None:
    """Whoever held a lease has not been heard of for that long."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE audit_lease SET heard_at = heard_at - interval '61 seconds'")


def tell() -> dict[str, Any]:
    """What the night left, after one more has released its run-off: what stands, and the bytes of every bordereau."""
    found: dict[str, Any] = {code: _of_house(code) for code in HOUSES}
    with acting_as_platform() as alias:
        found["report"] = Night.objects.using(alias).get(day=WINTER).report
        found["closing"] = Night.objects.using(alias).get(day=WINTER).closing
    work(SPRING)
    with acting_as_platform() as alias:
        found["differences"] = Night.objects.using(alias).get(day=SPRING).report["ledger_differences"]
    found["files"] = {name: content for code in HOUSES for name, content in _bordereaux(_actor(code))}
    return found


def _bordereaux(actor: Actor) -> Iterator[tuple[str, bytes]]:
    for period in map(period_named, ("2020-Q2", "2020-Q3", "2020-Q4", "2021-Q1")):
        for kind, closed in close(actor, period, on=CLOSED_ON).items():
            with acting(actor):
                found = bordereaux.bordereau(actor, closed.public_id)
                for form, write in (("csv", bordereau_csv), ("json", bordereau_json)):
                    name = f"{actor.insurer_code} {period.first} {kind} {form}"
                    yield name, b"".join(write(found.written, closed.public_id, bordereaux.in_pieces(actor, found)))


def _actor(code: str) -> Actor:
    house = next(one for one in memberships.insurers() if one.code == code)
    return memberships.system_actor(house, name="journey")


def _of_house(code: str) -> dict[str, Any]:
    actor = _actor(code)
    term = ("guarantee__public_id", "sequence", "status", "granted_first", "cover_end", "amount", "premium")
    with acting(actor):
        documents = Endorsement.objects.order_by("position")
        trail = TrailEntry.objects.filter(insurer_id=actor.insurer_id).values_list("action", "subject")
        steps = NightStep.objects.filter(day=WINTER).order_by("step")
        return {
            "terms": list(GuaranteeTerm.objects.order_by("guarantee_id", "sequence").values_list(*term)),
            "endorsements": list(documents.values_list("number", "cause", "term__guarantee__public_id")),
            "moments": {one["issued_at"] for one in documents.values_list("snapshot", flat=True)},
            "notices": Notice.objects.count(),
            "trail": sorted(f"{action} {subject}" for action, subject in trail),
            "steps": {
                step: (settled, chunks) for step, settled, chunks in steps.values_list("step", "settled", "chunks")
            },
        }


def in_a_process_of_its_own(database: str, *does: Callable[[], Any]) -> tuple[int | None, Any]:
    """How a process ended that did these things on a database, and what the last of them answered."""
    # A connection that two processes share would be the end of both.
    for connection in connections.all():
        connection.close()
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(database, does, sending))
    process.start()
    sending.close()
    try:
        answer = receiving.recv()
    except EOFError:
        answer = None
    process.join()
    return process.exitcode, answer


def _do(database: str, does: tuple[Callable[[], Any], ...], sending: Any) -> None:
    template_database.turn_to(dict.fromkeys(template_database.ALIASES, database))
    renew_guarantees.CHUNK_ROWS = insurers_night.CHUNK_ROWS = CHUNK  # type: ignore[misc]
    answers = [one() for one in does]
    sending.send(answers[-1])
    for connection in connections.all():
        connection.close()


def dies_after(module: str, name: str, *, turn: int = 1) -> Callable[[], None]:
    """The process is gone right after the function did its work for the nth time, whatever was about to commit."""

    def arm() -> None:
        real, calls = getattr(import_module(module), name), []

        def then_dies(*given: Any, **named: Any) -> Any:
            answer = real(*given, **named)
            calls.append(name)
            if len(calls) == turn:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        setattr(import_module(module), name, then_dies)

    return arm


_NIGHT, _RENEWING, _CLOSING = (
    f"policies.commands.{one}" for one in ("insurers_night", "renew_guarantees", "close_night")
)
POINTS: dict[str, Callable[[], None]] = {
    "the night has begun and nobody is at it": dies_after("policies.tasks", "begin_night"),
    "offers have expired, not committed": dies_after(_NIGHT, "end_offers", turn=2),
    "the third chunk of renewals is judged": dies_after(_RENEWING, "judge_batch", turn=3),
    "the second chunk is in the ledger, not committed": dies_after(_RENEWING, "grant_terms", turn=2),
    "the second chunk is committed and nobody told": dies_after(_RENEWING, "work_through", turn=2),
    "all renewals are done, their step is not ended": dies_after(_NIGHT, "renew_terms"),
    "the second chunk of lapses runs off, not committed": dies_after(_RENEWING, "end_cessions", turn=2),
    "one insurer is done and another not begun": dies_after("policies.tasks", "run_insurers_night"),
    "the journal is sealed, not committed": dies_after(_CLOSING, "seal_journal"),
    "the closing steps are done, the report is not committed": dies_after(_CLOSING, "_reports"),
}
