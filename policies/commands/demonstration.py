"""The whole job once, without a browser: a sample, files of requests, decisions, answers, endorsements, nights, books.

Every step goes through the commands that the screens use; nothing here knows a second way. The counts that each step
gives are checked against each other at the end, so that a demonstration that lies ends with a fault.
"""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from django.conf import settings
from django.db.models import Count

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.queries import memberships
from policies.commands.accept_offers import accept_offers, decline_offers
from policies.commands.chunks import in_chunks
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.demonstrate_claims import hand_in_claims
from policies.commands.open_night import open_night
from policies.commands.render_endorsements import render_endorsement
from policies.commands.renew_guarantees import ask_for_renewals
from policies.commands.sample_files import Format, sample_request_file
from policies.commands.seed_sample import seed_sample
from policies.commands.settle_referred import Settlement, settle_referred
from policies.commands.submit_limit_requests import submit_file
from policies.documents.verification import verify_endorsement
from policies.models import Endorsement, GuaranteeTerm, LimitRequest, Offer, RequestStatus, SubmissionRow
from policies.queries.public_law import public_law
from reinsurance.commands.close_bordereau import ClosedBordereau, close_bordereaux
from reinsurance.commands.verify_bordereaux import verify_bordereaux
from reinsurance.documents.bordereau_set import save_bordereau
from reinsurance.domain.closing import period_named
from reinsurance.queries import bordereaux
from reinsurance.queries.envelopes import envelopes
from reinsurance.queries.technical_accounts import technical_accounts
from reinsurance.queries.treaties import treaties
from reinsurance.queries.verification import verify_ledger

LAST_DAY: Final = date(2020, 10, 1)
RENEWALS_ASKED_ON: Final = date(2020, 9, 1)
CLAIMS_ON: Final = date(2020, 9, 28)
CLAIMS_EACH: Final = 20
QUARTERS: Final = ("2020-Q2", "2020-Q3")
CHECKER: Final = Path(settings.BASE_DIR) / "tools" / "check_bordereau.py"
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
    claims: Counter[str] = field(default_factory=Counter)
    envelopes: dict[str, dict[str, str]] = field(default_factory=dict)
    bordereaux: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def run_demonstration(
    folder: Path, *, rows: int, bad_rows: int, documents: int, seed: int, step: Step, clock: Clock
) -> Demonstration:
    """Do the whole job and write its files to `folder`. `step(title, total)` gives a function that is told progress."""
    done = Demonstration(rows=rows)
    for name in ("requests", "endorsements", "claims", "bordereaux"):
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
    _three_months(done, desks, folder / "claims", seed=seed, step=step, clock=clock)
    _verify(done, desks, submissions, step=step)
    _close(done, desks, folder / "bordereaux", step=step, on=clock()[0])
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


def _three_months(
    done: Demonstration, desks: list[Actor], folder: Path, *, seed: int, step: Step, clock: Clock
) -> None:
    """Night after night to the end of September; renewals are asked for on 1 September for seven terms in ten, claims
    delivered on the 28th.
    """
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
        if day == CLAIMS_ON:
            for desk in desks:
                outcomes, faults = hand_in_claims(desk, folder, count=CLAIMS_EACH, on=day)
                done.claims.update(outcomes)
                done.faults += faults
        told(1)


def _ask_for_renewals(desk: Actor, chance: Random, *, on: date) -> None:
    with acting(desk):
        running = list(
            GuaranteeTerm.objects.filter(status="running").order_by("pk").values_list("guarantee__public_id", flat=True)
        )
    wanted = [guarantee for guarantee in running if chance.random() < 0.7]
    if wanted:
        ask_for_renewals(desk, wanted, on=on)


def _verify(done: Demonstration, desks: list[Actor], submissions: dict[str, str], *, step: Step) -> None:
    """Count everything again from the books."""
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


def _close(done: Demonstration, desks: list[Actor], folder: Path, *, step: Step, on: date) -> None:
    """Close both quarters of every treaty, write files and statements, and let the stand-alone checker read them."""
    told = step("treaties closed", len(desks) * len(QUARTERS))
    for desk in desks:
        house = folder / desk.insurer_code
        house.mkdir(parents=True, exist_ok=True)
        with acting(desk):
            names = [row.public_id for row in treaties(desk, on=on)]
            (house / "public-law.json").write_text(json.dumps(public_law(desk), ensure_ascii=False), encoding="utf-8")
        for name in QUARTERS:
            for closed in close_bordereaux(desk, names, period=period_named(name), on=on):
                _write_bordereau(done, desk, closed, house, name=name)
            _write_statements(done, desk, house, name=name)
            told(1)
        _check(done, house)
        for verified in verify_bordereaux(desk):
            done.faults += [f"{verified.public_id}: {difference}" for difference in verified.differences]


def _write_bordereau(done: Demonstration, desk: Actor, closed: ClosedBordereau, folder: Path, *, name: str) -> None:
    with acting(desk):
        found = bordereaux.bordereau(desk, closed.public_id)
    stem = folder / f"{name}-{found.treaty_kind}-{found.market}-{found.kind}"
    save_bordereau(stem, found.written, closed.public_id, partial(bordereaux.in_pieces, desk, found))
    sums = done.bordereaux.setdefault(name, {"lines": "0"})
    whole = closed.sums["all"]
    for what in ("lines", "live_change", "run_off_change", "ceded_premium_change", "commission_change"):
        if what in whole:
            sums[what] = str(Decimal(sums.get(what, "0")) + Decimal(whole[what]))


def _write_statements(done: Demonstration, desk: Actor, folder: Path, *, name: str) -> None:
    from reinsurance.documents.statement_pdf import statement_pdf

    with acting(desk):
        accounts = technical_accounts(desk, period=period_named(name))
    for account in accounts:
        content = statement_pdf(account.public_id, account.document, sha256=account.sha256)
        (folder / f"{name}-{account.treaty_kind}-{account.market}-compte.pdf").write_bytes(content)
        sums = done.bordereaux[name]
        sums["owed"] = str(Decimal(sums.get("owed", "0")) + account.balance)


def _check(done: Demonstration, folder: Path) -> None:
    """What an outsider would do: run the checker over every file of the house."""
    files = sorted([*folder.glob("2*.json"), *folder.glob("2*.csv")])
    command = [sys.executable, "-I", "-S", str(CHECKER), "--law", str(folder / "public-law.json"), *map(str, files)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own checker
    if found.returncode:
        said = [line for line in found.stdout.splitlines() if "all agree" not in line]
        done.faults += [f"checker, {folder.name}: {line}" for line in (said + found.stderr.splitlines())[:20]]
