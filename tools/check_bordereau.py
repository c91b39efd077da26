#!/usr/bin/env python3
"""Check reinsurance bordereaux (JSON or CSV) against the public law, with Python's standard library alone.

    python3 check_bordereau.py --law public-law.json bordereau.json [bordereau.csv ...]

Every line is derived again from what stands on it: ceded amount, premium, ceded premium, commission, what the event
changed, treaty year, term, ratio and rate; then the sums and the SHA-256. What differs is named by line and column,
with what was expected and what was found. Shares are taken to the cent, half a cent away from zero. This file needs
nothing of the system that wrote the data. Exit status 0: all agree; 1: something differs; 2: a file cannot be read.
"""

from __future__ import annotations

import argparse
import calendar
import csv
import hashlib
import json
import sys
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

# What may happen, by kind of bordereau; a star marks what corrects an earlier line.
EVENTS = {
    "risk": "ceded amended* corrected* ended replaced released",
    "premium": "ceded amended* corrected* ended* replaced*",
    "claims": "indemnity indemnity_reversed* reserve",
    "recoveries": "recovery recovery_reversed*",
}
CHANGES = {
    "risk": "live_change run_off_change",
    "premium": "gross_change ceded_premium_change commission_change owed_change",
    "claims": "gross_change ceded_indemnity_change reserve_change owed_change",
    "recoveries": "gross_change ceded_recovery_change owed_change",
}
PRODUCTS = {"complement domestic": "cap", "substitution domestic": "cap_plus", "complement export": "cap_francexport"}
DAYS = {"booked_on", "effective_on", "term_first", "term_end", "run_off_until"}
TEXTS = "entry kind corrects cession guarantee product policy_number policyholder_id policyholder buyer_id buyer "
TEXTS += "buyer_country is_illustrative claim"
ZERO, CENT = Decimal("0.00"), Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def text_of(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def flat(document: Any, path: str = "") -> list[tuple[str, str]]:
    if not isinstance(document, dict | list):
        return [(path, text_of(document))]
    inner = sorted(document.items()) if isinstance(document, dict) else enumerate(document)
    return [pair for key, value in inner for pair in flat(value, f"{path}.{key}" if path else str(key))]


def read(path: Path) -> tuple[dict[str, str], list[str], list[list[str]]]:
    """What stands above and below the lines by path, the columns, and the lines, all as text."""
    content = path.read_text(encoding="utf-8-sig")
    if content.lstrip().startswith("{"):
        document = json.loads(content)
        columns, lines = document.pop("columns"), document.pop("lines")
        wrong = next((line for line in lines if list(line) != columns), None)
        if wrong:
            raise ValueError(f"line {wrong.get('number')} has other columns than the bordereau")
        return dict(flat(document)), columns, [[text_of(value) for value in line.values()] for line in lines]
    rows = list(csv.reader(content.splitlines(), delimiter=";"))
    above = {row[0][2:]: row[1] for row in rows if row[0].startswith("# ")}
    columns, *table = (row for row in rows if not row[0].startswith("# "))
    # A text that a spreadsheet would run as a formula is written with an apostrophe before it.
    return above, columns, [[cell[1:] if cell.startswith("'") else cell for cell in row] for row in table]


def covers(row: dict[str, Any], day: date) -> bool:
    return row["from"] <= str(day) and (row["until"] is None or str(day) < row["until"])


def months_on(first: date, months: int) -> list[date]:
    """Terms are counted from the first anchor day, so one begun on a month's last day may end on a later day number."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    last, own_last = (calendar.monthrange(*one)[1] for one in ((year, month + 1), (first.year, first.month)))
    days = range(min(first.day, last), last + 1) if first.day == own_last else [min(first.day, last)]
    return [date(year, month + 1, day) for day in days]


class Checker:
    """One bordereau held against itself and the law; `found` fills with what differs."""

    def __init__(self, above: dict[str, str], columns: list[str], lines: list[list[str]], law: dict[str, Any]) -> None:
        self.above, self.columns, self.lines, self.law = above, columns, lines, law
        self.found: list[str] = []
        self.where, self.kind = "", above.get("head.kind", "")
        if above.get("schema") != "capweb-bordereau-1" or self.kind not in EVENTS:
            raise ValueError(f"no bordereau of layout 1: {above.get('schema')} {self.kind}")
        self.changes, self.texts = CHANGES[self.kind].split(), TEXTS.split()
        self.first, self.end = (date.fromisoformat(above[f"head.period.{one}"]) for one in ("first", "end"))
        self.opened = date.fromisoformat(above["head.treaty.opened_on"])
        self.cover = f"{above['head.treaty.kind']} {above['head.treaty.market']}"
        self.rows = [dict(zip(columns, line, strict=True)) for line in lines]

    def same(self, column: str, expected: Any, found: Any) -> None:
        self.must(column, expected, found, expected == found)

    def must(self, column: str, expected: Any, found: Any, is_right: bool) -> None:
        if not is_right:
            found = "nothing" if found in ("", None) else found
            self.found.append(f"{self.where}: {column}: expected {expected}, found {found}")

    def run(self) -> list[str]:
        rows = [row for text in self.rows if (row := self.typed(text))]
        self.new = {row["journal_number"]: row for row in rows if row["kind"] == "ceded"}
        ceded: dict[str, Any] = {}
        nothing: dict[str, Any] = {**dict.fromkeys(self.changes, ZERO), "lines": 0}
        sums = {"all": dict(nothing)}
        last = 0
        for place, row in enumerate(rows, 1):
            self.where = f"line {row['number']}"
            self.same("number", place, row["number"])
            self.must("journal_number", f"{last} or more", row["journal_number"], row["journal_number"] >= last)
            last = row["journal_number"]
            is_new = row["kind"] != "ceded" or ceded.setdefault(row["cession"], row) is row
            self.must("cession", "each ceded once", row["cession"], is_new)
            self.event(row)
            self.cession(row)
            {"risk": self.risk, "premium": self.premium}.get(self.kind, self.claim)(row)
            for key in (str(row["treaty_year"]), "all"):
                year = sums.setdefault(key, dict(nothing))
                year.update({name: year[name] + row.get(name, 1) for name in year})
        self.totals(sums)
        return self.found

    def of_law(self, path: str, day: date, reading: str = "") -> str | None:
        rows = self.law["readings"][path][reading] if reading else self.law["leaves"].get(path, [])
        return next((row["value"] for row in reversed(rows) if covers(row, day)), None)

    def ends(self, first: date) -> list[date]:
        """The days on which a term begun on `first` may end, under the law's own reading or a rival one."""
        found = []
        for reading in ["", *self.law["readings"].get("scheme/term/length", {})]:
            length, unit = (self.of_law(f"scheme/term/{leaf}", first, reading) for leaf in ("length", "unit"))
            if length:
                found += [first + timedelta(int(length))] if unit == "days" else months_on(first, int(length))
        return found

    def typed(self, texts: dict[str, str]) -> dict[str, Any]:
        """A line with its values read; empty, and told, when one cannot be."""
        row: dict[str, Any] = dict(texts)
        self.where = f"line {texts['number']}"
        for name, text in texts.items():
            try:
                if name in DAYS:
                    row[name] = date.fromisoformat(text) if text else None
                elif name not in self.texts:
                    row[name] = Decimal(text) if text else None
            except (ValueError, InvalidOperation):
                self.same(name, "a day" if name in DAYS else "a number", text)
                return {}
        return row

    def event(self, row: dict[str, Any]) -> None:
        """When it was booked and told, what it is, and what it corrects."""
        number, after = int(self.above["head.journal.number"]), int(self.above["head.journal.after"])
        self.must("journal_number", f"1 to {number}", row["journal_number"], 0 < row["journal_number"] <= number)
        in_period = row["booked_on"] < self.end and (row["booked_on"] >= self.first or row["journal_number"] > after)
        self.must("booked_on", f"from {self.first}, before {self.end}", row["booked_on"], in_period)
        is_correction = f"{row['kind']}*" in EVENTS[self.kind].split()
        self.must("kind", EVENTS[self.kind], row["kind"], row["kind"] in EVENTS[self.kind].replace("*", "").split())
        period, _, line = row["corrects"].partition("/")
        is_earlier = period < str(self.first) or (period == str(self.first) and 0 < int(line or 0) < row["number"])
        is_told = is_earlier and bool(period) == is_correction
        self.must("corrects", "an earlier line" if is_correction else "nothing", row["corrects"], is_told)
        if period == str(self.first) and is_earlier:
            origin = self.rows[int(line) - 1]["cession"]
            self.must("corrects", f"a line of {row['cession']}", f"one of {origin}", origin == row["cession"])

    def cession(self, row: dict[str, Any]) -> None:
        """The frozen facts: treaty year and terms, law, ceded parts, premium."""
        first = row["term_first"]
        opened = (self.opened.month, min(self.opened.day, 28) if self.opened.month == 2 else self.opened.day)
        self.same("treaty_year", first.year - ((first.month, first.day) < opened), row["treaty_year"])
        self.must("term_first", f"{self.opened} or later", first, first >= self.opened)
        ends = self.ends(first)
        self.must("term_end", " or ".join(map(str, ends)), row["term_end"], row["term_end"] in ends)
        in_force = [path for path, text in self.above.items() if path.endswith(".first_day") and text <= str(first)]
        for name in ("ceded_ratio", "ceding_commission"):
            terms = [self.above[path.replace("first_day", name)] for path in in_force][-1:]
            self.must(name, *terms or ["terms in force"], row[name], terms and Decimal(terms[0]) == row[name])
        bound = self.of_law("{}/{}/ceded_ratio".format(*self.cover.split()), first)
        is_legal = bound is not None and row["ceded_ratio"] <= Decimal(bound)
        self.must("ceded_ratio", f"at most {bound} by law", row["ceded_ratio"], is_legal)
        self.same("product", PRODUCTS.get(self.cover, "cap_francexport_plus"), row["product"])
        is_at_home = (row["buyer_country"] in self.law["domestic_countries"]) == self.cover.endswith("domestic")
        self.must("buyer_country", f"one of {self.cover}", row["buyer_country"], is_at_home)
        tariffs = [one for one in self.law["tariffs"] if one["product"] == row["product"] and covers(one, first)]
        rates = [(Decimal(one["quarterly_rate"]), text_of(one["illustrative"])) for one in tariffs]
        rate = row["premium_rate"], row["is_illustrative"]
        known = [f"{number} (illustrative: {mark})" for number, mark in rates]
        self.must("premium_rate", " or ".join(known), "{} (illustrative: {})".format(*rate), rate in rates)
        self.same("ceded_amount", cents(row["amount"] * row["ceded_ratio"]), row["ceded_amount"])
        self.same("premium", cents(row["amount"] * row["premium_rate"]), row["premium"])
        self.same("ceded_premium", cents(row["premium"] * row["ceded_ratio"]), row["ceded_premium"])
        self.same("commission", cents(row["ceded_premium"] * row["ceding_commission"]), row["commission"])

    def risk(self, row: dict[str, Any]) -> None:
        """Exposure: what became live, what fell, what runs off and until when."""
        kind, before, run_off = row["kind"], row["ceded_before"], row["run_off_change"]
        after = {"ceded": row["amount"], "ended": ZERO, "replaced": ZERO}.get(kind, row["amount_after"])
        is_right = ZERO <= after == row["amount_after"] <= row["amount"] and ZERO <= before <= row["ceded_amount"]
        self.must("amount_after", f"{after}, at most {row['amount']}", row["amount_after"], is_right)
        live = ZERO if kind == "released" else cents(after * row["ceded_ratio"]) - before
        self.same("live_change", live, row["live_change"])
        if kind == "ceded":
            self.same("ceded_before", ZERO, before)
            self.same("effective_on", row["term_first"], row["effective_on"])
        if kind in ("released", "corrected"):
            most = -CENT if kind == "released" else -live
            self.must("run_off_change", f"{most} or less", run_off, -row["ceded_amount"] <= run_off <= most)
        elif kind == "replaced":
            new = self.new.get(row["journal_number"])
            self.same("run_off_change", max(before - new["ceded_amount"], ZERO) if new else run_off, run_off)
        else:
            self.same("run_off_change", ZERO if kind == "ceded" else -live, run_off)
        first, until = row["effective_on"], row["run_off_until"]
        self.must("run_off_until", f"{first} or later", until, run_off <= 0 or (until or date.min) >= first)

    def premium(self, row: dict[str, Any]) -> None:
        """Premium ceded, or credited: at most the days that are no longer covered."""
        gross, days = row["gross_change"], (row["term_end"] - row["term_first"]).days
        sign = 1 if row["kind"] == "ceded" else -1
        is_whole, ceded = gross == sign * row["premium"], cents(gross * row["ceded_ratio"])
        ceded = sign * row["ceded_premium"] if is_whole else ceded
        commission = sign * row["commission"] if is_whole else cents(ceded * row["ceding_commission"])
        left = (row["term_end"] - row["effective_on"]).days if row["kind"] in ("ended", "replaced") else days
        most = cents(row["premium"] * max(0, min(days, left)) / max(days, 1))
        is_right = gross == row["premium"] if row["kind"] == "ceded" else -most <= gross < 0
        self.must("gross_change", row["premium"] if sign > 0 else f"a credit of at most {most}", gross, is_right)
        # What is left after an earlier credit comes back in full, so that its parts may miss by cents.
        for name, share in (("ceded_premium_change", ceded), ("commission_change", commission)):
            self.must(name, share, row[name], abs(share - row[name]) <= (0 if row["kind"] == "ceded" else 2 * CENT))
        self.same("owed_change", row["ceded_premium_change"] - row["commission_change"], row["owed_change"])

    def claim(self, row: dict[str, Any]) -> None:
        """Indemnities, reserves and recoveries, ceded in the proportion of the cession."""
        gross, ratio, is_reserve = row["gross_change"], row["ceded_ratio"], row["kind"] == "reserve"
        share = cents(gross * ratio)
        # Levels of a reserve and what is left of an indemnity are rounded as wholes, so their parts may miss by cents.
        slack = ZERO if row["kind"] == "indemnity" else 2 * CENT
        is_signed = is_reserve or gross == 0 or (gross < 0) == row["kind"].endswith("_reversed")
        self.must("gross_change", f"the sign of {row['kind']}", gross, is_signed)
        moved = "reserve_change" if is_reserve else self.changes[1]
        self.must(moved, share, row[moved], abs(share - row[moved]) <= slack)
        owed = ZERO if is_reserve else row[moved] if self.kind == "recoveries" else -row[moved]
        for name in {*self.changes[1:]} - {moved}:
            self.same(name, owed if name == "owed_change" else ZERO, row[name])
        self.must("claim", "the name of a claim", row["claim"], bool(row["claim"]))

    def totals(self, sums: dict[str, dict[str, Any]]) -> None:
        """The sums by treaty year and in all, as they are stated; the SHA-256 over head, columns, lines and sums."""
        self.where = "sums"
        whole, years = sums.pop("all"), sorted(sums.items())
        document = {"all": whole, "by_treaty_year": [{"treaty_year": year, **one} for year, one in years]}
        expected = {path: text or "0" for path, text in flat(document)}
        stated = {path[5:]: text for path, text in self.above.items() if path.startswith("sums.")}
        for path in sorted({*expected, *stated}):
            same = path in expected and path in stated and Decimal(expected[path]) == Decimal(stated[path])
            self.must(path, expected.get(path), stated.get(path), same)
        self.where = "file"
        texts = [f"{path[5:]}\t{text}" for path, text in self.above.items() if path.startswith("head.")]
        texts += ["\t".join(line) for line in [self.columns, *self.lines]]
        texts += [f"{path[5:]}\t{text}" for path, text in self.above.items() if path.startswith("sums.")]
        found = hashlib.sha256("".join(f"{text}\n" for text in texts).encode()).hexdigest()
        self.same("sha256", found, self.above.get("sha256"))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check bordereaux against the public law.")
    parser.add_argument("--law", type=Path, required=True, metavar="FILE", help="the public law, JSON")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="bordereaux, JSON or CSV")
    asked = parser.parse_args(arguments)
    differs, path = False, asked.law
    try:
        law = json.loads(path.read_text(encoding="utf-8"))
        for path in asked.files:
            checker = Checker(*read(path), law)
            found = checker.run()
            differs = differs or bool(found)
            told = f"{len(found)} differences" if found else "all agree"
            print(f"{path}: {len(checker.lines)} lines, {told}", *found, sep="\n  ")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        print(f"{path}: cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
