"""The stand-alone checker: agrees with what is right, and names each of many planted errors by line and column."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from capweb.accounts.acting import acting
from eligibility.domain import law_files
from policies.queries.public_law import law_file
from reinsurance.domain.bordereau_layout import ContentDigest
from tests.closing import (
    AUTUMN,
    SPRING,
    SUMMER,
    WINTER,
    close,
    correct_what_ended,
    correct_what_was_paid,
    files_of,
    live_through_2020,
)

TOOL = Path(__file__).parents[2] / "tools" / "check_bordereau.py"


def check(folder: Path, *files: Path) -> tuple[int, str]:
    """Run as an outsider runs it: the interpreter alone, none of our packages to be found."""
    command = [sys.executable, "-I", "-S", str(TOOL), "--law", str(folder / "public-law.json"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def year(committed_once, tmp_path_factory):
    """The files of four kinds over four quarters, and the public law."""
    from capweb.accounts.models import Organisation
    from tests.cast import Cast

    actor = live_through_2020(Cast({row.code: row for row in Organisation.objects.all()}))
    correct_what_ended(actor)
    correct_what_was_paid(actor)
    folder = tmp_path_factory.mktemp("year")
    with acting(actor):
        law = law_file(law_files.shipped_law_book(), insurer=actor.insurer_code)
    (folder / "public-law.json").write_text(json.dumps(law), encoding="utf-8")
    for name, period in (("spring", SPRING), ("summer", SUMMER), ("autumn", AUTUMN), ("winter", WINTER)):
        for kind, closed in close(actor, period).items():
            for form, content in files_of(actor, closed.public_id).items():
                (folder / f"{name}-{kind}.{form}").write_bytes(content)
    return folder


def test_it_agrees_on_all_lines_of_a_year(year):
    files = sorted([*year.glob("*-*.json"), *year.glob("*.csv")])
    files.remove(year / "public-law.json")
    status, said = check(year, *files)
    assert status == 0, said
    assert said.count("all agree") == len(files) == 32


def test_it_needs_fewer_than_300_lines_and_the_standard_library_alone():
    text = TOOL.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 300
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


Plant = Callable[[dict[str, Any]], None]


def _set(column: str, value: Any, *, line: int = 0) -> Plant:
    def plant(document: dict[str, Any]) -> None:
        document["lines"][line][column] = value

    return plant


def _drop_a_line(document: dict[str, Any]) -> None:
    del document["lines"][1]


def _double_a_line(document: dict[str, Any]) -> None:
    document["lines"].insert(1, dict(document["lines"][0]))


def _swap_lines(document: dict[str, Any]) -> None:
    lines = document["lines"]
    lines[0], lines[3] = lines[3], lines[0]


def _raise_a_sum(document: dict[str, Any]) -> None:
    document["sums"]["all"]["ceded_premium_change"] = "9999999.99"


def _raise_the_terms(document: dict[str, Any]) -> None:
    document["head"]["treaty"]["terms"][0]["ceded_ratio"] = "0.90"


# What is planted, in which file, and what must be named.
PLANTED: dict[str, tuple[str, Plant, str]] = {
    "run-off that a correction adds to": (
        "autumn-risk",
        _set("run_off_change", "0.01", line=1),
        "line 2: run_off_change: expected 0.00 or less",
    ),
    "a correction that takes back more run-off than was ceded": (
        "autumn-risk",
        _set("run_off_change", "-95000.01", line=1),
        "line 2: run_off_change:",
    ),
    "a ceded amount a cent too high": ("spring-risk", _set("ceded_amount", "95000.01"), "line 1: ceded_amount:"),
    "a premium of another amount": ("spring-premium", _set("premium", "874.99"), "line 1: premium:"),
    "a ceded premium rounded down": (
        "spring-premium",
        _set("ceded_premium", "277.08", line=1),
        "line 2: ceded_premium:",
    ),
    "a commission that the treaty does not give": (
        "spring-premium",
        _set("commission", "50.00"),
        "line 1: commission:",
    ),
    "a commission rate of another treaty": ("spring-risk", _set("ceding_commission", "0.10"), "ceding_commission:"),
    "a ratio above the law's": ("spring-risk", _set("ceded_ratio", "1.00"), "at most 0.95 by law"),
    "a ratio that is not the treaty's": (
        "spring-risk",
        _set("ceded_ratio", "0.90"),
        "line 1: ceded_ratio: expected 0.95",
    ),
    "a rate that no tariff has": ("spring-premium", _set("premium_rate", "0.009"), "line 1: premium_rate:"),
    "an illustrative rate passed as the scheme's": ("spring-premium", _set("is_illustrative", True), "premium_rate:"),
    "a treaty year too late": ("spring-risk", _set("treaty_year", 2021), "line 1: treaty_year: expected 2020"),
    "a term of four months": ("spring-risk", _set("term_end", "2020-10-15"), "line 1: term_end:"),
    "a term before the treaty": ("spring-risk", _set("term_first", "2020-04-14"), "line 1: term_first:"),
    "a line without its number": ("spring-risk", _set("number", 7, line=2), "line 7: number: expected 3"),
    "an entry beyond the journal number": (
        "spring-risk",
        _set("journal_number", 9999, line=3),
        "line 4: journal_number:",
    ),
    "an entry booked after the period": ("spring-risk", _set("booked_on", "2020-07-01"), "line 1: booked_on:"),
    "an event of another bordereau": ("spring-premium", _set("kind", "released"), "line 1: kind:"),
    "another product": ("spring-risk", _set("product", "cap"), "line 1: product: expected cap_plus"),
    "a foreign buyer on the domestic treaty": ("spring-risk", _set("buyer_country", "DE"), "line 1: buyer_country:"),
    "exposure that was not ceded": ("spring-risk", _set("live_change", "99000.00"), "line 1: live_change:"),
    "a reduction that frees too much": (
        "summer-risk",
        _set("live_change", "-20000.00", line=1),
        "line 2: live_change:",
    ),
    "a reduction that does not run off": ("summer-risk", _set("run_off_change", "0.00", line=1), "run_off_change:"),
    "run-off without an end": ("summer-risk", _set("run_off_until", None, line=1), "line 2: run_off_until:"),
    "a replacement that runs off too little": (
        "summer-risk",
        _set("run_off_change", "0.00", line=2),
        "run_off_change:",
    ),
    "a correction that corrects nothing": (
        "summer-premium",
        _set("corrects", ""),
        "line 1: corrects: expected an earlier",
    ),
    "a cession that says it corrects": ("spring-risk", _set("corrects", "2020-01-01/1"), "corrects: expected nothing"),
    "a correction of what comes later": ("summer-premium", _set("corrects", "2020-10-01/1"), "line 1: corrects:"),
    "a credit beyond the unearned days": (
        "summer-premium",
        _set("gross_change", "-400.00", line=1),
        "a credit of at most",
    ),
    "a credit ceded at another ratio": (
        "summer-premium",
        _set("ceded_premium_change", "-133.15", line=1),
        "line 2: ceded_premium_change:",
    ),
    "commission kept on a credit": ("summer-premium", _set("commission_change", "0.00", line=1), "commission_change:"),
    "a line that owes something else": ("spring-premium", _set("owed_change", "800.00"), "line 1: owed_change:"),
    "a cession told twice": ("spring-risk", _double_a_line, "cession: expected each ceded once"),
    "a line left out": ("spring-premium", _drop_a_line, "sums: all.lines: expected 3, found 4"),
    "lines out of the journal's order": ("summer-risk", _swap_lines, "journal_number:"),
    "a sum that the lines do not come to": ("spring-premium", _raise_a_sum, "sums: all.ceded_premium_change"),
    "terms that are not those of the lines": ("spring-risk", _raise_the_terms, "ceded_ratio: expected 0.90"),
    "an indemnity a cent too dear": (
        "autumn-claims",
        _set("ceded_indemnity_change", "19000.02"),
        "line 1: ceded_indemnity_change:",
    ),
    "an indemnity that the reinsurer would owe twice": (
        "autumn-claims",
        _set("owed_change", "-38000.02"),
        "owed_change:",
    ),
    "a reserve ceded whole": ("summer-claims", _set("reserve_change", "50000.00"), "line 1: reserve_change:"),
    "a recovery that is kept": ("autumn-recoveries", _set("ceded_recovery_change", "0.00"), "ceded_recovery_change:"),
    "a claim without a name": ("summer-claims", _set("claim", ""), "line 1: claim:"),
    "an amount that is no number": ("spring-risk", _set("amount", "cent mille"), "line 1: amount:"),
}


def digested(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the digest of what it now says: what is wrong must be found by what it says."""
    digest = ContentDigest(document["head"]["kind"], document["head"])
    digest.take(document["lines"])
    return {**document, "sha256": digest.ended(document["sums"])}


@pytest.mark.parametrize("planted", PLANTED)
def test_it_names_a_planted_error(year, tmp_path, planted):
    name, plant, expected = PLANTED[planted]
    document = json.loads((year / f"{name}.json").read_bytes())
    plant(document)
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(digested(document)), encoding="utf-8")
    status, said = check(year, wrong)
    assert status == 1, said
    assert expected in said
    assert "sha256" not in said


def test_a_changed_byte_that_changes_no_figure_is_named_by_the_digest(year, tmp_path):
    document = json.loads((year / "spring-risk.json").read_bytes())
    document["lines"][0]["policyholder"] = "Ateliers Dupont"
    (tmp_path / "wrong.json").write_text(json.dumps(document), encoding="utf-8")
    status, said = check(year, tmp_path / "wrong.json")
    assert (status, said.count("\n  ")) == (1, 1)
    assert "file: sha256" in said


def test_an_error_in_the_csv_is_named_as_well(year, tmp_path):
    rows = list(csv.reader(io.StringIO((year / "spring-premium.csv").read_text(encoding="utf-8-sig")), delimiter=";"))
    head = next(place for place, row in enumerate(rows) if row[0] == "number")
    rows[head + 2][rows[head].index("ceded_premium")] = "277.10"
    with (tmp_path / "wrong.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    status, said = check(year, tmp_path / "wrong.csv")
    assert status == 1
    assert "line 2: ceded_premium: expected 277.09, found 277.10" in said


def test_what_is_no_bordereau_cannot_be_read(year, tmp_path):
    (tmp_path / "other.json").write_text('{"schema": "another"}', encoding="utf-8")
    status, said = check(year, tmp_path / "other.json")
    assert status == 2
    assert "cannot be read" in said
