"""`python -m tests.mutations`: alters the law at every place, and names the case that goes red for each.

    --file PART     only files whose name holds PART
    --all           also list every mutant that is caught, with what caught it
    --output FILE   write every fate as JSON lines
Exit status 1 when a mutant survives that is not in known_survivors.yaml, or one is listed that no longer survives.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import track

from tests.mutations.killing import SURVIVES, Fate, Judge
from tests.mutations.known import known_survivors
from tests.mutations.mutants import mutants_of

CONSOLE = Console(highlight=False, soft_wrap=True)


def main() -> int:
    chosen = _arguments()
    judge = Judge()
    mutants = [
        mutant for file, text in judge.law.texts.items() if chosen.file in file for mutant in mutants_of(file, text)
    ]
    began = time.monotonic()
    fates = [judge.fate(mutant) for mutant in track(mutants, "Altering the law", console=CONSOLE)]
    took = time.monotonic() - began
    if chosen.output:
        chosen.output.write_text("".join(_line(fate) for fate in fates), encoding="utf-8")
    for fate in fates if chosen.all else ():
        if not fate.survives:
            CONSOLE.print(f"{fate.mutant}\n    caught by {fate.caught_by}: {fate.named}", markup=False)
    return _summary(judge, fates, took, complete=not chosen.file)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutations", description="Alter the law, see which case notices"
    )
    parser.add_argument("--file", default="", metavar="PART", help="only files whose name holds PART")
    parser.add_argument("--all", action="store_true", help="list the mutants that are caught too")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write every fate as JSON lines")
    return parser.parse_args()


def _line(fate: Fate) -> str:
    said = {"mutant": str(fate.mutant), "caught_by": fate.caught_by, "named": fate.named}
    return json.dumps(said, ensure_ascii=False) + "\n"


def _summary(judge: Judge, fates: list[Fate], took: float, *, complete: bool) -> int:
    known = known_survivors()
    alive = [fate.mutant for fate in fates if fate.survives]
    for mutant in alive:
        reason = known.get(mutant.key, "NOT KNOWN")
        style = None if mutant.key in known else "red"
        CONSOLE.print(f"{mutant}\n    survives: {reason}", markup=False, style=style)
    gone = sorted(set(known) - {mutant.key for mutant in alive}) if complete else []
    for key in gone:
        CONSOLE.print(f"known_survivors.yaml lists a mutant that does not survive: {key}", markup=False, style="red")
    unread = [file.removesuffix(".yaml") for file in judge.law.leaves if not judge.is_read(file)]
    counted = Counter(fate.caught_by for fate in fates)
    told = ", ".join(f"{number} {name}" for name, number in counted.most_common() if name != SURVIVES)
    if complete:
        CONSOLE.print("No rule reads these; tests/scenarios/law_on_days tells what they are on each day:")
        CONSOLE.print("    " + "\n    ".join(unread), markup=False)
    CONSOLE.print(
        f"{len(fates)} mutants of {len(judge.law.texts)} law files in {took:.0f} s against {len(judge.scenarios)} cases"
        f" and {len(judge.statements)} statements: caught by {told}; {counted[SURVIVES]} survive.",
        markup=False,
    )
    return 1 if gone or any(mutant.key not in known for mutant in alive) else 0


sys.exit(main())
