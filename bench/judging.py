"""How many requests does the engine judge in a second on one core, with every reason?

Ours: `engine.decide`, and the same with the reasons encoded as they are stored. Peer: the same rules written for a
general rules library, zen-engine (Rust, JSON decision models; bench/judging_peer.py), which answers each rule's verdict
and the amounts. Both judge the same requests of one day, and the answers of both are compared first. No database.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eligibility.domain import decision, engine, law_files
from eligibility.domain.facts import (
    Buyer,
    Capacity,
    Facts,
    OthersInForce,
    Policy,
    Policyholder,
    Primary,
    Sale,
    Trigger,
)

DAY = date(2020, 6, 15)
RESULTS = Path(__file__).resolve().parent / "results"
ABROAD = ("MA", "CN", "TR", "BR", "SN", "US", "DE", "IN", "KP")
ROUNDS = 5


def requests(count: int, *, seed: int = 2020) -> list[Facts]:
    """Requests of one day as a mixed file has them: all products and insurers, one in eight flawed or incomplete."""
    dice = random.Random(seed)
    scales = law_files.shipped_law_book().on(DAY).scales
    return [_request(dice, scales) for _ in range(count)]


def _request(dice: random.Random, scales: dict[str, tuple[str, ...]]) -> Facts:
    insurer = dice.choice(sorted(scales))
    market = dice.choice(("domestic", "domestic", "domestic", "export"))
    kind = dice.choice(("reduction", "partial_grant", "refusal", "refusal", "cessation"))
    is_complement = kind in ("reduction", "partial_grant")
    before = Decimal(dice.randrange(20_000, 400_000))
    wanted = before + Decimal(dice.randrange(0, 50_000))
    flawed = dice.random() < 1 / 8
    notified_on = DAY - timedelta(days=dice.randrange(40))
    return Facts(
        day=DAY,
        insurer=insurer,
        market=market,
        trigger=Trigger(kind=kind, notified_on=notified_on),
        policyholder=Policyholder(
            country="FR",
            turnover=_turnover(dice, 1_600_000_000 if flawed else 400_000_000),
            factor=dice.random() < 0.02,
        ),
        policy=Policy(
            insured_ratio=Decimal(dice.choice(("0.90", "0.85", "0.80", "0.95"))),
            limits_set_by="insurer",
            disbursed_this_year=Decimal(dice.randrange(0, 3_000_000, 1_000)),
            currency="EUR",
        ),
        buyer=Buyer(
            country="FR" if market == "domestic" else dice.choice(ABROAD),
            created_on=date(dice.randrange(1980, 2020 if flawed else 2018), dice.randrange(1, 13), 1),
            turnover=_turnover(dice, 300_000_000),
            balance_sheet=_turnover(dice, 200_000_000),
            headcount=dice.randrange(1, 6_000 if flawed else 2_000),
            grade=None if flawed and dice.random() < 0.3 else dice.choice(scales[insurer]),
            default_probability=Decimal(dice.randrange(150 if flawed else 200, 650 if flawed else 600)) / 10_000,
            insolvent=flawed and dice.random() < 0.1,
            construction_subcontract=False,
        ),
        primary=Primary(amount_before=before, amount=before / 2 if is_complement else Decimal(0)),
        requested_total=wanted,
        sale=Sale(
            payment_days=dice.randrange(30, 400 if flawed else 180),
            french_share=Decimal(dice.randrange(10 if flawed else 20, 100)) / 100,
            currency=dice.choice(("EUR", "EUR", "USD")),
        )
        if market == "export"
        else Sale(),
        others_in_force=OthersInForce(same_policyholder=Decimal(dice.choice((0, 0, 0, 20_000)))),
        capacity=Capacity(free=Decimal(dice.randrange(1, 9) * 1_000_000)),
    )


def _turnover(dice: random.Random, most: int) -> Decimal:
    return Decimal(dice.randrange(100_000, most))


def run(*, count: int, peer_count: int) -> dict[str, object]:
    from bench import judging_peer

    book = law_files.shipped_law_book()
    law = book.on(DAY)
    asked = requests(count)
    peer = judging_peer.Peer(law)
    different = judging_peer.differences(peer, asked[:peer_count], law)
    if different:
        raise SystemExit(f"ours and the peer do not answer alike: {different[0]}")
    ours = _best(lambda: [engine.decide(one, law) for one in asked], len(asked))
    stored = _best(lambda: [decision.compact_json(engine.decide(one, law)) for one in asked], len(asked))
    documents = [judging_peer.document(one) for one in asked[:peer_count]]
    theirs = _best(lambda: [peer.judge(one) for one in documents], peer_count)
    outcomes = Counter(engine.decide(one, law).outcome for one in asked)
    rules = len(engine.decide(asked[0], law).rules)
    table = Table("judging, one core", "requests a second", "against ours", title=f"{count} requests of {DAY}")
    table.add_row("ours: every rule's verdict and numbers", f"{ours:,.0f}", "1")
    table.add_row("ours, reasons encoded for the store", f"{stored:,.0f}", f"{stored / ours:.2f} of it")
    table.add_row("peer: zen-engine, the same rules", f"{theirs:,.0f}", f"{ours / theirs:.1f} times it")
    console = Console()
    console.print(table)
    console.print(f"outcomes {dict(outcomes)}; {rules} rules speak on the first; the peer answers {peer_count} alike")
    return {
        "requests": count,
        "ours_per_second": ours,
        "ours_stored_per_second": stored,
        "peer_per_second": theirs,
        "times_the_peer": ours / theirs,
        "outcomes": dict(outcomes),
    }


def _best(work: Callable[[], Sequence[object]], count: int) -> float:
    """The best of a few rounds in processor time: what the machine can do when others leave it alone."""
    found = []
    for _ in range(ROUNDS):
        gc.collect()
        begun = time.process_time()
        work()
        found.append(count / (time.process_time() - begun))
    return max(found)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "capweb.settings")
    parser = argparse.ArgumentParser(prog="bench.judging", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--peer-requests", type=int, default=2_000)
    chosen = parser.parse_args()
    result = run(count=chosen.requests, peer_count=chosen.peer_requests)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "judging.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
