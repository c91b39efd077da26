"""law on the command line: the law of a day as a lawyer reads it, two days compared; no database, nothing guessed."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from eligibility.domain import law_files

GOLDEN = Path(__file__).parent / "golden"
PRINTED = {
    "law_2020-06-15.txt": ("--on", "2020-06-15"),
    "law_2023-05-02.txt": ("--on", "2023-05-02"),
    "law_2023-05-02.en.txt": ("--on", "2023-05-02", "--language", "en"),
    "law_2020-11-26_2020-11-27.txt": ("--compare", "2020-11-26", "2020-11-27"),
    "law_2020-12-31_2021-01-01.txt": ("--compare", "2020-12-31", "2021-01-01"),
}


def printed(*arguments):
    out = io.StringIO()
    call_command("law", *arguments, stdout=out)
    return out.getvalue().replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")


@pytest.mark.parametrize("name", PRINTED)
def test_the_law_is_printed_as_it_was_read_by_eye(name):
    """After a change of law: print it anew with `manage.py law … > tests/commands/golden/…` and read the difference."""
    out = io.StringIO()
    call_command("law", *PRINTED[name], stdout=out)
    assert out.getvalue() == (GOLDEN / name).read_text(encoding="utf-8")


def test_a_lawyer_finds_values_proof_and_what_is_unset():
    law = printed("--on", "2021-03-01")
    assert "Plafond CAP+, catégorie 1 : non renseigné" in law
    assert "[x] non renseignés : le dossier est mis à l'étude" in law
    assert "[ ] doublés à partir du 1er janvier 2021 (400 000 €)" in law
    assert "Plafond de l'État, réassurance export de court terme : 5 Md€ (5 000 000 000 €)" in law
    assert "texte de droit · vérifié le" in law
    assert "https://www.legifrance.gouv.fr/" in law


def test_every_value_in_force_is_printed_in_both_languages():
    day = "2020-06-15"
    found = json.loads(printed("--on", day, "--json"))
    assert {one["path"] for one in found["parameters"]} >= {"scheme/domestic/grants", "substitution/export/ceded_ratio"}
    french, english = printed("--on", day), printed("--on", day, "--language", "en")
    flat = {"fr": " ".join(french.split()), "en": " ".join(english.split())}
    for one in found["parameters"]:
        assert f"{one['french'].replace('’', chr(39))} :" in flat["fr"], one["path"]
        assert f"{one['title'].replace('’', chr(39))}:" in flat["en"], one["path"]
    for rule in found["rules"]:
        assert rule["code"] in flat["fr"]
    assert "en vigueur" not in flat["en"]


def test_json_holds_the_state_the_proof_and_every_reading():
    law = json.loads(printed("--on", "2021-06-15", "--json"))
    values = {one["path"]: one for one in law["parameters"]}
    cap = values["substitution/domestic/maximum/category_1"]
    assert (cap["state"], cap["value"]) == ("unset", None)
    assert cap["reference"]["url"].startswith("https://")
    assert [(one["name"], one["value"], one["chosen"]) for one in cap["readings"]] == [
        (None, None, True),
        ("doubled", "400000.00", False),
    ]
    assert law["fingerprint"] == law_files.shipped_law_book().on(date(2021, 6, 15)).fingerprint


def test_only_what_differs_is_compared_and_all_when_asked_for():
    short, long = (
        printed("--compare", "2020-11-26", "2020-11-27"),
        printed("--compare", "2020-11-26", "2020-11-27", "--all"),
    )
    assert "+ 200 %" in short
    assert "- 50 %" in short
    assert "Part française minimale" not in short
    assert "Part française minimale" in long
    assert "même" in printed("--compare", "2020-11-28", "2020-11-29")


def test_what_is_compared_is_told_to_programs_too():
    found = json.loads(printed("--compare", "2020-07-31", "2020-08-01", "--json"))
    changed = {one["path"]: one for one in found["parameters"]}
    ceiling = changed["envelopes/domestic/ceiling"]
    assert (ceiling["change"], ceiling["before"]["value"], ceiling["after"]["value"]) == (
        "changed",
        "10000000000.00",
        "8000000000.00",
    )


def test_a_day_without_law_says_so():
    assert "Aucun texte du dispositif" in printed("--on", "1995-01-01")


@pytest.mark.parametrize("arguments", [("--on", "2020-02-30"), ("--compare", "2020-01-01", "yesterday")])
def test_the_law_of_no_day_is_refused(arguments):
    with pytest.raises(SystemExit) as ended:
        call_command("law", *arguments, stderr=io.StringIO())
    assert ended.value.code == 2


def test_one_thing_is_asked_at_a_time():
    with pytest.raises(CommandError):
        call_command("law")
    with pytest.raises(CommandError):
        call_command("law", "--on", "2020-06-15", "--compare", "2020-06-15", "2020-06-16")
