"""Which sentence tells a person what is wrong with a bulk file, or with one row of it?

Each code has one English sentence with named blanks; the code and what fills the blanks are kept with the row, so a
shell can say the same thing in another language later (`sentence(…, translate=gettext)`). Codes never change once
released: clients sort their failed rows by them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from capweb.kernel.errors import DomainError, FieldError


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues of translations; nothing is translated below the shells."""
    return message


_ROW: Final = {
    "missing": gettext_noop("This is missing, and a request cannot be judged without it: fill it in."),
    "too_long": gettext_noop("This has {length} characters; at most {largest} are kept: shorten it."),
    "reserved_key": gettext_noop(
        "“{value}” ends as the keys of movements that fall anew (/right-1): give this movement a key of your own."
    ),
    "control_characters": gettext_noop("This holds characters that cannot be printed: type it again."),
    "line_break": gettext_noop(
        "This cell runs from line {first} to line {last} of the file: a quotation mark was probably left open. "
        "Close it, and check that the lines in between were not swallowed."
    ),
    "bad_quotes": gettext_noop("The quotation marks of this line do not match: double those inside a cell."),
    "too_many_cells": gettext_noop(
        "This line has {cells} cells but the file has {columns} columns: an amount or a text probably holds "
        "the separator. Put it between quotation marks."
    ),
    "not_a_country": gettext_noop("{value} is not a two-letter country code (ISO 3166-1) such as FR, DE or US."),
    "siren_length": gettext_noop(
        "A SIREN has nine digits; this has {length}. A spreadsheet drops leading zeros: format the column as text."
    ),
    "siren_digits": gettext_noop("A SIREN is made of nine digits; {value} holds something else."),
    "siren_checksum": gettext_noop(
        "{value} is no SIREN: its last digit does not check. A digit was probably mistyped."
    ),
    "siret_given": gettext_noop("{value} is a SIRET (an establishment): give the SIREN, its first nine digits."),
    "identifier_type": gettext_noop('{value} is not "siren" or "foreign".'),
    "identifier_type_country": gettext_noop(
        "A buyer in {country} is known by the identifier type {expected}, not by {value}: correct one of the two."
    ),
    "not_an_amount": gettext_noop("{value} is not an amount: write 150000.50 or 150 000,50."),
    "ambiguous_amount": gettext_noop(
        "{value} can be read in two ways (thousands or decimals): write it without separator of thousands."
    ),
    "amount_decimals": gettext_noop("{value} has more than two decimals: round it to the cent."),
    "amount_not_positive": gettext_noop("The amount is {value}; cover can only be asked for more than zero."),
    "absurd_amount": gettext_noop(
        "{value} is not taken: a request on one buyer stays under one billion. Is it typed in cents, or twice?"
    ),
    "not_days": gettext_noop("{value} is not a whole number of days."),
    "days_out_of_range": gettext_noop("{value} days is not taken: a payment term lies between 0 and {largest} days."),
    "not_a_ratio": gettext_noop("{value} is not a share: write 0.45 or 45 %."),
    "ratio_out_of_range": gettext_noop("{value} is not between 0 and 1 (0 % and 100 %)."),
    "ratio_decimals": gettext_noop("{value} has more than eight decimals: round it."),
    "not_a_currency": gettext_noop("{value} is not a currency code (ISO 4217) such as EUR or USD."),
    "not_yes_or_no": gettext_noop("{value} is neither yes nor no: write oui, non, true, false, 1 or 0."),
    "not_a_date": gettext_noop("{value} is not a day of the calendar: write 2020-06-15 or 15/06/2020."),
    "absurd_date": gettext_noop("{value} is not taken: the day of a notice lies between 2000 and 2099."),
    "duplicate_reference": gettext_noop("The reference {value} already stands on line {first}: give each row its own."),
    "duplicate_buyer": gettext_noop(
        "Line {first} already asks for this buyer under this policy: keep one of the two, for the whole amount."
    ),
    "unknown_field": gettext_noop("There is no field of this name: check its spelling or leave it out."),
    "not_a_plain_value": gettext_noop("A list or an object cannot stand here: give a text or a number."),
    "bad_json": gettext_noop("This line is not JSON: {detail}."),
    "not_an_object": gettext_noop("A request is a JSON object with named fields; this is something else."),
    "too_many_fields": gettext_noop("This object has {fields} fields; a request has at most {largest}."),
    # What is wrong with a movement of a claim.
    "renewal_missing": gettext_noop("The line names no guarantee: give its number or that of an endorsement."),
    "renewal_unknown": gettext_noop(
        "No guarantee in force has this number, or it is not yours to renew: check the number and the end of its term."
    ),
    "renewal_twice": gettext_noop("The same guarantee stands on line {first}: one request renews it."),
    "claim_missing": gettext_noop("This is missing, and the movement cannot be ceded without it: fill it in."),
    "claim_kind": gettext_noop("{value} is not one of: indemnity, reserve, recovery, correction."),
    "claim_not_taken": gettext_noop("A movement of the kind {kind} has nothing of this: leave it empty ({value})."),
    "claim_amount_nothing": gettext_noop("The amount is zero; only a reserve is set to nothing."),
    "claim_amount_negative": gettext_noop(
        "The amount is {value}; what was wrong is taken back by a correction, not by a negative amount."
    ),
    "claim_costs_too_high": gettext_noop("The costs take all that came back: there is nothing to share."),
    "unknown_cover": gettext_noop("No guarantee or endorsement {value} is known here: check the number."),
    "not_under_cover": gettext_noop(
        "The guarantee {value} does not cover what was delivered on {day}: check the day, or name another guarantee."
    ),
    # What the books answer to a row that reads well.
    "unknown_policy": gettext_noop(
        "No policy {value} is known here, or you hold no mandate for it on this day: check the number."
    ),
    "policy_not_in_force": gettext_noop("The policy {value} is not in force on {day}."),
    "unknown_buyer": gettext_noop(
        "The insurer knows no buyer {value} in {country}: ask for an ordinary limit on it first; a top-up answers a "
        "reduction or a refusal."
    ),
    "no_notice": gettext_noop(
        "No decision on this buyer was notified under this policy: a top-up needs a reduction, a partial grant, a "
        "refusal or a cessation."
    ),
    "limit_granted": gettext_noop(
        "The primary limit on this buyer was granted in full: there is nothing for a top-up to add to."
    ),
    "other_notice_day": gettext_noop(
        "The last decision on this buyer was notified on {notified_on}, not on {value}: correct the day."
    ),
    "under_way": gettext_noop("A request on this buyer under this policy is already under way: {request}."),
    "opted_out": gettext_noop(
        "The policyholder has declined top-ups here ({opt_out}): none is proposed until that is taken back."
    ),
    "already_covered": gettext_noop(
        "This buyer already has a top-up under this policy ({guarantee}): ask for its renewal when it falls due."
    ),
    "unexpected": gettext_noop(
        "This row could not be processed; nothing of it was kept. Its reference for support is {reference}."
    ),
}

_FILE: Final = {
    "empty": gettext_noop("{file} is empty: export it again and send it."),
    "too_large": gettext_noop(
        "{file} has {size} megabytes; a file of requests has at most {largest}. Split it, or send the plain CSV."
    ),
    "wrong_kind": gettext_noop(
        "{file} is {kind}, whatever its name says. Send the requests as CSV, XLSX, JSON or NDJSON."
    ),
    "binary": gettext_noop(
        "{file} does not hold text: it is damaged or of another kind. Send the requests as CSV, XLSX, JSON or NDJSON."
    ),
    "no_encoding": gettext_noop(
        "The characters of {file} cannot be read as UTF-8, UTF-16 or Windows-1252. Save it again as CSV UTF-8."
    ),
    "damaged_workbook": gettext_noop("The workbook {file} cannot be opened: it is damaged. Save it again as XLSX."),
    "locked_workbook": gettext_noop("The workbook {file} is protected by a password. Save it without one."),
    "inflated_workbook": gettext_noop(
        "The workbook {file} would unfold to more than {largest} megabytes, far more than its rows can need. "
        "Copy the rows to a new workbook, or send them as CSV."
    ),
    "stretched_workbook": gettext_noop(
        "The sheet of {file} reaches to row {rows}, column {columns}; at most {largest} rows of {widest} columns are "
        "read. Delete what stands far from the table, or copy the table to a new workbook."
    ),
    "no_sheet": gettext_noop("The workbook {file} has no visible sheet of rows."),
    "not_json": gettext_noop("{file} is announced as JSON and does not begin as an array or as objects, one a line."),
    "broken_json": gettext_noop("{file} is not well-formed JSON ({detail}): export it again."),
    "no_rows": gettext_noop("{file} holds no request: there is nothing below its column names."),
    "too_many_rows": gettext_noop("{file} holds more than {largest} requests: split it into several files."),
    "endless_line": gettext_noop(
        "Line {line} of {file} has more than {largest} characters, so this is no table of requests. Export it again."
    ),
    "too_many_columns": gettext_noop("{file} has {columns} columns; at most {largest} are read."),
    "missing_columns": gettext_noop(
        "{file} lacks these columns: {missing}. Its first line gives: {found}. Columns that are understood: {accepted}."
    ),
    "repeated_columns": gettext_noop("{file} has two columns for the same thing ({columns}): keep one of them."),
    "open_quote": gettext_noop(
        "From line {first} of {file} on, a quotation mark is never closed, so the rest cannot be told apart. Close it."
    ),
}

MESSAGES: Final[Mapping[str, str]] = {**_ROW, **_FILE}

# What is quoted back of a wrong value: enough to recognise it, and never a page.
_QUOTED_CHARACTERS: Final = 60


def sentence(code: str, parameters: Mapping[str, object], *, translate: Callable[[str], str] = str) -> str:
    """The sentence of a code with its blanks filled; `translate` turns the English sentence into another first."""
    return translate(MESSAGES[code]).format_map({name: _quoted(value) for name, value in parameters.items()})


def _quoted(value: object) -> str:
    text = str(value)
    return text if len(text) <= 4 * _QUOTED_CHARACTERS else text[: 4 * _QUOTED_CHARACTERS] + "…"


def quotable(text: str) -> str:
    """A wrong value as it may be quoted back: printable and short."""
    printable = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return printable if len(printable) <= _QUOTED_CHARACTERS else printable[:_QUOTED_CHARACTERS] + "…"


class RowError(FieldError):
    """One field of one row that cannot be taken; `parameters` fill the blanks of its sentence in any language."""

    __slots__ = ("parameters",)

    def __init__(self, field: str, code: str, *, line: int | None, **parameters: str | int) -> None:
        super().__init__(field, sentence(code, parameters), code=code, line=line)
        self.parameters = parameters

    def as_dict(self) -> dict[str, object]:
        """The stored form; `parameters` only where the sentence has blanks."""
        shown = super().as_dict()
        if self.parameters:
            shown["parameters"] = dict(self.parameters)
        return shown


class UnreadableFile(DomainError):
    """Nothing of the file can be taken; `reason` is the code of the sentence, `parameters` fill its blanks."""

    code: ClassVar[str] = "unreadable_file"
    status: ClassVar[int] = 422

    def __init__(self, reason: str, **parameters: str | int) -> None:
        super().__init__(sentence(reason, parameters), reason=reason, parameters=parameters)
        self.reason = reason
        self.parameters = parameters
