"""simulate on the command line: JSON out, exit status 0, 1 or 2, every mistake named by line; no database."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
CASE = """name: grade 7 refused at home is held to the category 2 maximum
day: 2020-06-15
insurer: euler-hermes
market: domestic
trigger: {kind: refusal, notified_on: 2020-06-10}
policyholder: {country: FR, turnover: 120000000, factor: false}
policy: {insured_ratio: "0.90", limits_set_by: insurer, disbursed_this_year: "0"}
buyer: {country: FR, created_on: 2014-01-01, turnover: 30000000, balance_sheet: 18000000, headcount: 120,
        grade: "7", default_probability: "0.04", insolvent: false, construction_subcontract: false}
primary: {amount_before: "0", amount: "0"}
requested_total: "300000"      # cover wanted on this buyer, primary included
sale: {payment_days: 60, french_share: "0.45", currency: EUR}
others_in_force: {same_policyholder: "0", other_policyholders: "0"}
capacity: {free: "50000000.00"}
exceptions: []
readings: {}
"""


def run(tmp_path, text, *options):
    """Exit status, standard output, standard error."""
    file = tmp_path / "case.yaml"
    file.write_text(text, encoding="utf-8")
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("simulate", str(file), *options, stdout=out, stderr=err)
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, out.getvalue(), err.getvalue()


def test_the_published_example_gives_the_published_answer(tmp_path):
    status, out, _ = run(tmp_path, CASE)
    found = json.loads(out)
    assert status == 0
    expected = {
        "outcome": "grant_reduced", "referred_to": None, "product": "cap_plus", "category": 2, "need": "300000.00",
        "maximum": "100000.00", "granted": "100000.00", "binding": "category_maximum", "insured_ratio": "0.80",
        "retention_ratio": "0.05", "ceded_ratio": "0.95", "premium": "875.00", "premium_rate": "0.00875",
        "premium_illustrative": False, "term": {"first": "2020-06-15", "end": "2020-09-15"}, "reinsurer": "ccr",
        "headroom": [{"if": {"buyer.grade": "6"}, "maximum": "200000.00"}],
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected


def test_json_is_taken_too_and_a_list_gives_a_list(tmp_path):
    one = {"day": "2020-06-15", "insurer": "coface", "market": "domestic", "trigger": {"kind": "refusal"}}
    status, out, _ = run(tmp_path, json.dumps([one, one]))
    assert status == 0
    assert [answer["outcome"] for answer in json.loads(out)] == ["refer", "refer"]


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_scenario_file_checks(file):
    with pytest.raises(SystemExit) as ended:
        call_command("simulate", str(file), "--check", stdout=io.StringIO())
    assert ended.value.code == 0


def test_a_difference_ends_with_1_and_says_what_differs(tmp_path):
    status, out, _ = run(tmp_path, CASE + "expect: {outcome: grant, granted: '100000.00'}\n", "--check")
    assert status == 1
    assert "outcome: grant, found grant_reduced" in out.replace("\n", " ").replace("  ", " ")
    assert "1 cases, 1 different" in out


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('requested_total: "300000"', "requested_total: 300000.50", "line 11, requested_total: 300000.50 is a float"),
        ("insurer: euler-hermes", "assureur: euler-hermes", "line 3, assureur: unknown key"),
        ("day: 2020-06-15", "day: 2020-06-31", "line 2, day: 2020-06-31 is no day"),
        (
            'headcount: 120,\n        grade: "7"',
            'headcount: 120,\n        note: "7"',
            "line 9, buyer.note: unknown key",
        ),
        ('amount: "0"}', 'amount: "5000"}', "line 10, primary.amount: after a refusal no primary guarantee is left"),
        (
            "readings: {}",
            "readings: {complement_multiple: triple}",
            "line 1, 0.readings: The law book holds no reading",
        ),
        ("day: 2020-06-15", "day: 2005-06-15", "notified on 2020-06-10, after the day of the grant"),
        ("day: 2020-06-15", "day: 2020-06-15\nday: 2020-06-16", "line 3, day: this key is written twice"),
        (CASE, "", "the document holds no case"),
        (CASE, "- 5\n- []\n", "a case is a mapping of facts"),
    ],
)
def test_bad_input_ends_with_2_and_names_line_and_field(tmp_path, was, becomes, told):
    assert was in CASE
    status, out, err = run(tmp_path, CASE.replace(was, becomes, 1))
    assert (status, out) == (2, "")
    assert told in err


def test_a_file_that_is_no_text_and_one_that_is_not_there(tmp_path):
    (tmp_path / "rubbish.yaml").write_bytes(b"\xff\xfe\x00rubbish")
    for name in ("rubbish.yaml", "nothing.yaml"):
        err = io.StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("simulate", str(tmp_path / name), stderr=err)
        assert ended.value.code == 2
        assert "unreadable" in err.getvalue() or "cannot be read" in err.getvalue() or "not UTF-8" in err.getvalue()


def test_illustrative_rates_are_marked(tmp_path):
    complement = CASE.replace("kind: refusal", "kind: reduction").replace(
        '{amount_before: "0", amount: "0"}', '{amount_before: "300000", amount: "200000"}'
    )
    _, plain, _ = run(tmp_path, complement)
    _, sample, _ = run(tmp_path, complement, "--illustrative")
    assert json.loads(plain)["premium"] is None
    assert json.loads(sample)["premium"] is not None
    assert json.loads(sample)["premium_illustrative"] is True
