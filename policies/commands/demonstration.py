"""The whole job once, without a browser: a sample, files of requests, decisions, answers, endorsements, nights, books.

Every step goes through the commands that the screens use; nothing here knows a second way. The counts that each step
gives are checked against each other at the end, so that a demonstration that lies ends with a fault.
"""

from __future__ import annotations

import csv
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from django.db.models import Count

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.queries import memberships
from capweb.kernel.money import ZERO
from capweb.kernel.periods import Term
from policies.commands.accept_offers import accept_offers, decline_offers
from policies.commands.chunks import in_chunks
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.open_night import open_night
from policies.commands.render_endorsements import render_endorsement
from policies.commands.renew_guarantees import ask_for_renewals
from policies.commands.sample_files import Format, sample_request_file
from policies.commands.seed_sample import seed_sample
from policies.commands.settle_referred import Settlement, settle_referred
from policies.commands.submit_limit_requests import submit_file
from policies.documents.verification import verify_endorsement
from policies.models import Endorsement, GuaranteeTerm, LimitRequest, Offer, RequestStatus, SubmissionRow
from reinsurance.queries.bordereau_lines import bordereau_lines
from reinsurance.queries.envelopes import envelopes
from reinsurance.queries.treaties import treaties
from reinsurance.queries.verification import verify_ledger

LAST_DAY: Final = date(2020, 9, 30)
RENEWALS_ASKED_ON: Final = date(2020, 9, 1)
QUARTERS: Final = (Term(date(2020, 4, 1), date(2020, 7, 1)), Term(date(2020, 7, 1), date(2020, 10, 1)))
FORMATS: Final[tuple[Format, ...]] = ("csv", "xlsx", "json", "ndjson")

Step = Callable[[str, int], Callable[[int], None]]
# The business day and the moment as the shell reads them, asked again at each step because the nights move them.
Clock = Callable[[], tuple[date, datetime]]


@dataclass(slots=True)
class Demonstration:
    """What happened, in the order of the job; `faults` is empty when everything agrees."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    row_errors: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    settled: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    documents_waiting: int = 0
    nights: Counter[str] = field(default_factory=Counter)
    terms: Counter[str] = field(default_factory=Counter)
    envelopes: dict[str, dict[str, str]] = field(default_factory=dict)
    bordereaux: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def run_demonstration(
    folder: Path, *, rows: int, bad_rows: int, documents: int, seed: int, step: Step, clock: Clock
) -> Demonstration:
    """Do the whole job and write its files to `folder`. `step(title, total)` gives a function that is told progress."""
    done = Demonstration(rows=rows)
    for name in ("requests", "endorsements", "bordereaux"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    seeded = step("sample portfolio", 1)
    notices = {one.insurer: one.notices for one in seed_sample(size=rows + rows // 2, seed=seed)}
    seeded(1)
    desks = [memberships.system_actor(house, name="demonstration") for house in memberships.insurers()]
    submissions = _hand_in(
        desks, notices, folder / "requests", rows=rows, bad_rows=bad_rows, seed=seed, step=step, on=clock()[0]
    )
    _answer(done, desks, seed=seed, step=step, clock=clock)
    _render(done, desks, folder / "endorsements", count=documents, step=step)
    _three_months(done, desks, seed=seed, step=step, clock=clock)
    _close(done, desks, submissions, folder / "bordereaux", step=step)
    return done


def _hand_in(
    desks: list[Actor],
    notices: dict[str, int],
    folder: Path,
    *,
    rows: int,
    bad_rows: int,
    seed: int,
    step: Step,
    on: date,
) -> dict[str, str]:
    """A file for each insurer, in another format each; its submission by insurer code."""
    told = step("requests decided", rows)
    submissions = {}
    left, bad_left, notices_left = rows, bad_rows, sum(notices.values())
    for place, desk in enumerate(desks):
        share = left * notices[desk.insurer_code] // notices_left
        bad = bad_left * notices[desk.insurer_code] // notices_left
        left, bad_left, notices_left = left - share, bad_left - bad, notices_left - notices[desk.insurer_code]
        form = FORMATS[place % len(FORMATS)]
        content = sample_request_file(desk, rows=share, bad_rows=bad, file_format=form, seed=seed)
        (folder / f"{desk.insurer_code}.{form}").write_bytes(content)
        receipt = submit_file(desk, content, file_name=f"{desk.insurer_code}.{form}", media_type=None, on=on)
        told(receipt.bad_rows)
        decide_submission(desk, receipt.public_id, on=on, holder=uuid.uuid4().hex, progress=told)
        submissions[desk.insurer_code] = receipt.public_id
    return submissions


def _answer(done: Demonstration, desks: list[Actor], *, seed: int, step: Step, clock: Clock) -> None:
    """Referred cases are settled, then most offers accepted, some declined, the rest left to expire."""
    chance = Random(seed)  # noqa: S311  a demonstration, not a secret
    day, at = clock()
    for desk in desks:
        with acting(desk):
            waiting = list(
                LimitRequest.objects.filter(status=RequestStatus.REFERRED, referred_to="underwriter")
                .order_by("pk")
                .values_list("public_id", flat=True)
            )
        for request in waiting:
            approve = chance.random() < 0.6
            reason = "Dossier connu, encours suivi." if approve else "Encours jugé trop incertain."
            settled = settle_referred(desk, Settlement(request=request, approve=approve, reason=reason), on=day)
            done.settled[settled.status] += 1
    live = {desk.insurer_code: _live_offers(desk) for desk in desks}
    told = step("offers answered", sum(len(offers) for offers in live.values()))
    for desk in desks:
        offers = live[desk.insurer_code]
        chance.shuffle(offers)
        accepted, declined = offers[: len(offers) * 8 // 10], offers[len(offers) * 8 // 10 : len(offers) * 9 // 10]
        for chunk in in_chunks(accepted, size=500):
            done.answers.update(answer.outcome for answer in accept_offers(desk, chunk, on=day, at=at))
            told(len(chunk))
        if declined:
            done.answers.update(answer.outcome for answer in decline_offers(desk, declined, on=day))
        done.answers["left to expire"] += len(offers) - len(accepted) - len(declined)
        told(len(offers) - len(accepted))


def _live_offers(desk: Actor) -> list[str]:
    with acting(desk):
        return list(Offer.objects.filter(status="live").order_by("pk").values_list("public_id", flat=True))


def _render(done: Demonstration, desks: list[Actor], folder: Path, *, count: int, step: Step) -> None:
    """Some endorsements of every insurer and product as PDF, each read back and checked against its own digest."""
    chosen = list(_some_endorsements(desks, each=max(1, count // len(desks))))
    told = step("endorsements printed", len(chosen))
    for desk, endorsement_id, number in chosen:
        content = render_endorsement(desk, endorsement_id)
        (folder / f"{number}.pdf").write_bytes(content)
        if not verify_endorsement(content).is_intact:
            done.faults.append(f"endorsement {number} does not read back as it was written")
        done.documents += 1
        told(1)
    for desk in desks:
        with acting(desk):
            done.documents_waiting += Endorsement.objects.filter(rendered__isnull=True).count()


def _some_endorsements(desks: list[Actor], *, each: int) -> Iterator[tuple[Actor, int, str]]:
    for desk in desks:
        with acting(desk):
            by_product: dict[str, list[tuple[int, str]]] = {}
            for pk, number, product in Endorsement.objects.order_by("pk").values_list(
                "pk", "number", "term__guarantee__product"
            ):
                by_product.setdefault(product, []).append((pk, number))
        turn = [rows[place] for place in range(each) for rows in by_product.values() if place < len(rows)]
        yield from ((desk, pk, number) for pk, number in turn[:each])


def _three_months(done: Demonstration, desks: list[Actor], *, seed: int, step: Step, clock: Clock) -> None:
    """Night after night to the end of September; renewals are asked for on 1 September for seven terms in ten."""
    first, _ = clock()
    told = step("nights", (LAST_DAY - first).days)
    chance = Random(seed + 1)  # noqa: S311  a demonstration, not a secret
    for ahead in range(1, (LAST_DAY - first).days + 1):
        day = first + timedelta(days=ahead)
        report = open_night(day, at=clock()[1])
        for counts in report.insurers.values():
            done.nights.update(counts)
        done.faults += [f"night of {day}: {difference}" for difference in report.ledger_differences]
        if day == RENEWALS_ASKED_ON:
            for desk in desks:
                _ask_for_renewals(desk, chance, on=day)
        told(1)


def _ask_for_renewals(desk: Actor, chance: Random, *, on: date) -> None:
    with acting(desk):
        running = list(
            GuaranteeTerm.objects.filter(status="running").order_by("pk").values_list("guarantee__public_id", flat=True)
        )
    wanted = [guarantee for guarantee in running if chance.random() < 0.7]
    if wanted:
        ask_for_renewals(desk, wanted, on=on)


def _close(done: Demonstration, desks: list[Actor], submissions: dict[str, str], folder: Path, *, step: Step) -> None:
    """Count everything again from the books, and write the quarters that are ready for bordereaux."""
    told = step("books verified", 3)
    for desk in desks:
        _count_rows(done, desk, submissions[desk.insurer_code])
    told(1)
    found = verify_ledger()
    done.faults += [difference for check in found.checks for difference in check.differences]
    platform = PlatformActor(name="demonstration", role="operator")
    with acting_as_platform():
        _count_envelopes(done, platform)
        told(1)
        for quarter in QUARTERS:
            _write_quarter(done, platform, quarter, folder)
    told(1)


def _count_rows(done: Demonstration, desk: Actor, submission: str) -> None:
    with acting(desk):
        rows = SubmissionRow.objects.filter(submission__public_id=submission)
        counts = dict(rows.values_list("outcome").annotate(count=Count("pk")).order_by())
        for errors in rows.filter(outcome="failed").values_list("errors", flat=True):
            done.row_errors.update(error["code"] for error in errors or [])
        terms = GuaranteeTerm.objects.values_list("status").annotate(count=Count("pk")).order_by()
        done.terms.update(dict(terms))
    open_rows = counts.pop(None, 0)
    done.outcomes.update({str(outcome): count for outcome, count in counts.items()})
    if open_rows:
        done.faults.append(f"{desk.insurer_code}: {open_rows} rows have no outcome")


def _count_envelopes(done: Demonstration, platform: PlatformActor) -> None:
    for row in envelopes(platform, on=LAST_DAY):
        used = row.own_live + row.own_held + row.own_run_off
        done.envelopes[row.market] = {
            "limit": str(row.limit),
            "live": str(row.own_live),
            "held": str(row.own_held),
            "run_off": str(row.own_run_off),
            "room": str(row.room),
        }
        if used > row.limit or row.room < 0 or row.limit - used != row.room:
            done.faults.append(f"envelope {row.market}: {used} used of {row.limit}, room {row.room}")
    if sum(done.outcomes.values()) != done.rows:
        done.faults.append(f"{done.rows} rows were handed in and {sum(done.outcomes.values())} have an outcome")


def _write_quarter(done: Demonstration, platform: PlatformActor, quarter: Term, folder: Path) -> None:
    name = f"{quarter.first.year}-Q{(quarter.first.month + 2) // 3}"
    lines, live, run_off, premium = 0, ZERO, ZERO, ZERO
    with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["treaty", "insurer", *_LINE_FIELDS])
        for treaty in treaties(platform, on=quarter.first):
            bordereau = bordereau_lines(platform, treaty.public_id, quarter)
            for line in bordereau.lines:
                writer.writerow(
                    [treaty.public_id, treaty.insurer_code, *(getattr(line, name) for name in _LINE_FIELDS)]
                )
            if not bordereau.agrees:
                done.faults.append(f"{name}, treaty {treaty.public_id}: lines and ledger differ")
            lines += len(bordereau.lines)
            live += bordereau.totals.live_change
            run_off += bordereau.totals.run_off_change
            premium += bordereau.totals.ceded_premium
    done.bordereaux[name] = {
        "lines": str(lines),
        "live_change": str(live),
        "run_off_change": str(run_off),
        "ceded_premium": str(premium),
    }


_LINE_FIELDS: Final = (
    "kind", "booked_on", "effective_on", "cession_id", "treaty_year", "guarantee_id", "product", "policy_number",
    "policyholder_name", "buyer_id", "buyer_name", "buyer_country", "term_first", "term_end", "amount", "ceded_ratio",
    "live_change", "run_off_change", "premium", "ceded_premium", "commission", "is_illustrative",
)  # fmt: skip
