"""Reading a bulk file of limit requests: kinds of file, ways of writing, and what is said of what cannot be taken."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from datetime import date
from decimal import Decimal

import msgspec
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from capweb.kernel.identifiers import siren_from_serial
from policies.domain import row_messages
from policies.domain.bulk_rows import ReadFile, RequestRow, read_object, read_rows
from policies.domain.row_messages import RowError, UnreadableFile

FRENCH_HEADER = (
    "Référence;Police;Pays;SIREN;Montant demandé;Délai de paiement;Part française;Devise;"
    "Sous-traitance construction;Date de notification"
)
FRENCH_LINE = "R-1;EH-0001;FR;732 829 320;150 000,50;60;45 %;EUR;oui;10/06/2020"
READ_LINE = RequestRow(
    reference="R-1",
    policy_number="EH-0001",
    buyer_country="FR",
    buyer_identifier_type="siren",
    buyer_identifier="732829320",
    requested_total=Decimal("150000.50"),
    payment_days=60,
    french_share=Decimal("0.45"),
    currency="EUR",
    construction_subcontract=True,
    notified_on=date(2020, 6, 10),
)


def french_file(*lines: str, header: str = FRENCH_HEADER) -> str:
    return "\r\n".join([header, *(lines or (FRENCH_LINE,))]) + "\r\n"


def read(text: str | bytes, *, name: str = "demandes.csv", largest_rows: int = 100_000) -> ReadFile:
    content = text.encode() if isinstance(text, str) else text
    return read_rows(content, file_name=name, media_type=None, largest_rows=largest_rows)


def one_field(**changed: str) -> RowError | RequestRow:
    """What is said of a request that is right but for the fields given: its only error, or the row."""
    row = read_object(
        {"policy_number": "EH-0001", "buyer_identifier": "732829320", "requested_total": "1000", **changed}
    )
    if row.fields is not None:
        return row.fields
    (error,) = row.errors
    assert isinstance(error, RowError)
    return error


def code_of(outcome: RowError | RequestRow) -> str:
    assert isinstance(outcome, RowError), outcome
    return outcome.code


def workbook(*lines: list[object]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet("Demandes")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            if isinstance(cell, date):
                sheet.write_datetime(row, column, cell, day)
            else:
                sheet.write(row, column, cell)
    book.close()
    return content.getvalue()


def rezipped(content: bytes, *, part: str, replaced: bytes) -> bytes:
    """The same workbook with one of its parts replaced."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, replaced if entry.filename == part else old.read(entry))
    return result.getvalue()


class TestKindsOfFile:
    @pytest.mark.parametrize(
        ("encoding", "found"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8-sig"),
            ("cp1252", "cp1252"),
            ("utf-16", "utf-16"),
            ("utf-16-le", "utf-16-le"),
            ("utf-16-be", "utf-16-be"),
        ],
    )
    def test_every_encoding_of_a_french_spreadsheet_reads_the_same(self, encoding: str, found: str) -> None:
        file = read(french_file().encode(encoding))
        assert (file.format, file.encoding, file.separator) == ("csv", found, ";")
        assert [row.fields for row in file.rows] == [READ_LINE]
        assert file.rows[0].line == 2
        assert file.ignored_columns == []

    @pytest.mark.parametrize("separator", [";", ",", "\t"])
    def test_every_separator_reads_the_same(self, separator: str) -> None:
        line = separator.join(f'"{cell}"' for cell in FRENCH_LINE.split(";"))
        file = read(french_file(line, header=FRENCH_HEADER.replace(";", separator)))
        assert file.separator == separator
        assert file.rows[0].fields == READ_LINE

    def test_a_workbook_reads_as_its_table_does(self) -> None:
        header: list[object] = list(FRENCH_HEADER.split(";"))
        line: list[object] = ["R-1", "EH-0001", "FR", 732829320, 150000.5, 60, 0.45, "EUR", True, date(2020, 6, 10)]
        file = read(workbook(header, [], line), name="demandes.xlsx")
        assert (file.format, file.encoding, file.separator) == ("xlsx", None, None)
        assert [(row.line, row.fields) for row in file.rows] == [(3, READ_LINE)]

    def test_a_json_array_reads_with_the_names_of_the_api(self) -> None:
        request = {
            "reference": "R-1",
            "policy_number": "EH-0001",
            "buyer_country": "FR",
            "buyer_identifier": "732829320",
            "buyer_identifier_type": "siren",
            "requested_total": "150000.50",
            "payment_days": 60,
            "french_share": "0.45",
            "currency": "EUR",
            "construction_subcontract": True,
            "notified_on": "2020-06-10",
        }
        file = read(msgspec.json.encode([request]), name="demandes.json")
        assert file.format == "json"
        assert [(row.line, row.fields) for row in file.rows] == [(1, READ_LINE)]

    def test_lines_of_json_keep_their_line_numbers(self) -> None:
        good = '{"policy_number": "A", "buyer_identifier": "732829320", "requested_total": 1000}'
        file = read(f"{good}\n\n{{broken\n[1]\n", name="demandes.ndjson")
        assert file.format == "ndjson"
        assert [(row.line, [error.code for error in row.errors]) for row in file.rows] == [
            (1, []),
            (3, ["bad_json"]),
            (4, ["not_an_object"]),
        ]

    def test_a_number_in_json_keeps_its_digits(self) -> None:
        file = read(b'[{"policy_number": "A", "buyer_identifier": "732829320", "requested_total": 100000.10}]')
        assert file.rows[0].fields is not None
        assert file.rows[0].fields.requested_total == Decimal("100000.10")
        assert file.rows[0].given["requested_total"] == "100000.10"

    def test_what_is_left_out_takes_its_default(self) -> None:
        fields = read("police;siren;montant demandé\nEH-0001;732829320;1000\n").rows[0].fields
        assert fields == RequestRow(
            policy_number="EH-0001",
            buyer_country="FR",
            buyer_identifier_type="siren",
            buyer_identifier="732829320",
            requested_total=Decimal("1000.00"),
        )

    def test_the_line_that_names_the_separator_is_no_column(self) -> None:
        file = read("sep=;\r\n" + french_file())
        assert [(row.line, row.fields) for row in file.rows] == [(3, READ_LINE)]

    def test_columns_that_mean_nothing_here_are_reported(self) -> None:
        file = read("Commercial;police;siren;montant demandé;Note\nAnne;EH-0001;732829320;1000;vu\n")
        assert file.ignored_columns == ["Commercial", "Note"]
        assert file.rows[0].fields is not None

    def test_a_column_name_that_the_api_does_not_know_is_an_error_of_its_row(self) -> None:
        assert code_of(one_field(montant="1000")) == "unknown_field"

    def test_a_single_buyer_abroad_is_known_by_a_free_identifier(self) -> None:
        fields = one_field(buyer_country="de", buyer_identifier="HRB 4711")
        assert isinstance(fields, RequestRow)
        assert (fields.buyer_country, fields.buyer_identifier_type, fields.buyer_identifier) == (
            "DE",
            "foreign",
            "HRB 4711",
        )


class TestAmounts:
    @pytest.mark.parametrize(
        ("written", "amount"),
        [
            ("150000", "150000.00"),
            ("150000.5", "150000.50"),
            ("150000,50", "150000.50"),
            ("150 000,50", "150000.50"),
            ("150\u00a0000,50 €", "150000.50"),
            ("150\u202f000", "150000.00"),
            ("150.000,50", "150000.50"),
            ("150,000.50", "150000.50"),
            ("1.250.000", "1250000.00"),
            ("1500.000", "1500.00"),
            ("0.01", "0.01"),
            ("999999999.99", "999999999.99"),
        ],
    )
    def test_french_and_plain_ways_of_writing_are_one_amount(self, written: str, amount: str) -> None:
        fields = one_field(requested_total=written)
        assert isinstance(fields, RequestRow)
        assert str(fields.requested_total) == amount

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("150.000", "ambiguous_amount"),
            ("150,000", "ambiguous_amount"),
            ("0", "amount_not_positive"),
            ("-1", "amount_not_positive"),
            ("1000.001", "amount_decimals"),
            ("1000000000", "absurd_amount"),
            ("9" * 29, "absurd_amount"),
            ("9" * 300, "not_an_amount"),
            ("1e5", "not_an_amount"),
            ("NaN", "not_an_amount"),
            ("Infinity", "not_an_amount"),
            ("150 k€", "not_an_amount"),
            ("٣٤", "not_an_amount"),
            ("12,34,56", "not_an_amount"),
        ],
    )
    def test_what_is_no_request_for_cover_is_told(self, written: str, code: str) -> None:
        assert code_of(one_field(requested_total=written)) == code


class TestOtherFields:
    @pytest.mark.parametrize(
        ("field", "written", "code"),
        [
            ("buyer_identifier", "732829321", "siren_checksum"),
            ("buyer_identifier", "73282932", "siren_length"),
            ("buyer_identifier", "73282932000074", "siret_given"),
            ("buyer_identifier", "FR32732829320", "siren_digits"),
            ("buyer_identifier", "", "missing"),
            ("buyer_country", "France", "not_a_country"),
            ("buyer_country", "ZZ", "not_a_country"),
            ("buyer_identifier_type", "vat", "identifier_type"),
            ("buyer_identifier_type", "foreign", "identifier_type_country"),
            ("policy_number", "", "missing"),
            ("policy_number", "P" * 41, "too_long"),
            ("policy_number", "P\u200b1", "control_characters"),
            ("reference", "R" * 65, "too_long"),
            ("payment_days", "soixante", "not_days"),
            ("payment_days", "-1", "not_days"),
            ("payment_days", "3651", "days_out_of_range"),
            ("payment_days", "9" * 5000, "days_out_of_range"),
            ("french_share", "45", "ratio_out_of_range"),
            ("french_share", "101 %", "ratio_out_of_range"),
            ("french_share", "-0.1", "ratio_out_of_range"),
            ("french_share", "un tiers", "not_a_ratio"),
            ("french_share", "0.333333333", "ratio_decimals"),
            ("currency", "euro", "not_a_currency"),
            ("construction_subcontract", "peut-être", "not_yes_or_no"),
            ("notified_on", "31/06/2020", "not_a_date"),
            ("notified_on", "06/15/2020", "not_a_date"),
            ("notified_on", "hier", "not_a_date"),
            ("notified_on", "2120-06-15", "absurd_date"),
        ],
    )
    def test_each_field_says_what_is_wrong_with_it(self, field: str, written: str, code: str) -> None:
        error = one_field(**{field: written})
        assert code_of(error) == code
        assert isinstance(error, RowError)
        assert (error.field, error.line) == (field, 1)
        assert len(error.message) < 400

    @pytest.mark.parametrize(
        ("written", "ratio"), [("45 %", "0.45"), ("0,45", "0.45"), ("1", "1"), ("0", "0"), ("20,5%", "0.205")]
    )
    def test_a_share_is_written_as_ratio_or_percentage(self, written: str, ratio: str) -> None:
        fields = one_field(french_share=written)
        assert isinstance(fields, RequestRow)
        assert fields.french_share == Decimal(ratio)

    def test_all_errors_of_a_row_are_told_at_once(self) -> None:
        row = read_object({"buyer_identifier": "123", "requested_total": "-5", "currency": "X", "notified_on": "y"})
        assert [(error.field, error.code) for error in row.errors] == [
            ("policy_number", "missing"),
            ("requested_total", "amount_not_positive"),
            ("currency", "not_a_currency"),
            ("notified_on", "not_a_date"),
            ("buyer_identifier", "siren_length"),
        ]
        assert row.fields is None

    def test_a_list_in_json_is_no_value(self) -> None:
        row = read_object({"policy_number": ["A"], "buyer_identifier": "732829320", "requested_total": 1})
        assert [(error.field, error.code) for error in row.errors] == [("policy_number", "not_a_plain_value")]

    def test_a_zero_character_is_refused_and_not_kept(self) -> None:
        row = read_object({"policy_number": "A\x00B", "buyer_identifier": "732829320", "requested_total": 1})
        assert [error.code for error in row.errors] == ["control_characters"]
        assert row.given["policy_number"] == "A\ufffdB"

    def test_what_is_kept_of_a_cell_has_an_end(self) -> None:
        row = read_object({"policy_number": "A" * 10_000, "buyer_identifier": "732829320", "requested_total": 1})
        assert len(row.given["policy_number"]) == 301


class TestRowsAgainstEachOther:
    def test_the_second_row_for_a_buyer_names_the_line_of_the_first(self) -> None:
        file = read(
            french_file(
                "R-1;EH-0001;FR;732829320;1000;;;;;",
                "R-2;EH-0002;FR;732829320;1000;;;;;",
                "R-3;EH-0001;;732 829 320;2000;;;;;",
            )
        )
        assert [len(row.errors) for row in file.rows] == [0, 0, 1]
        (error,) = file.rows[2].errors
        assert (error.code, error.line) == ("duplicate_buyer", 4)
        assert "Line 2 already" in error.message

    def test_a_reference_given_twice_names_the_line_of_the_first(self) -> None:
        file = read(french_file("R-1;A;FR;732829320;1000;;;;;", "R-1;B;FR;732829320;1000;;;;;"))
        assert [error.code for error in file.rows[1].errors] == ["duplicate_reference"]

    def test_rows_without_a_reference_are_not_alike(self) -> None:
        file = read(french_file(";A;FR;732829320;1000;;;;;", ";B;FR;732829320;1000;;;;;"))
        assert [row.errors for row in file.rows] == [[], []]

    def test_a_line_with_a_cell_too_many_keeps_the_others(self) -> None:
        header = "police,siren,montant demandé"
        file = read(french_file("A,732829320,150 000,50", "B,732829320,1000", header=header))
        assert [[error.code for error in row.errors] for row in file.rows] == [["too_many_cells"], []]

    def test_a_broken_quotation_mark_keeps_the_others(self) -> None:
        header = "police;siren;montant demandé"
        file = read(french_file('"A"x;732829320;1000', "B;732829320;1000", '"C;732829320;1000', header=header).rstrip())
        assert [[error.code for error in row.errors] for row in file.rows] == [["bad_quotes"], [], ["bad_quotes"]]

    def test_lines_swallowed_by_an_open_quotation_mark_are_named(self) -> None:
        header = "police;siren;montant demandé"
        file = read(french_file('"A;732829320;1', "B;732829320;1", '";732829320;5', "D;732829320;1", header=header))
        assert [(row.line, [error.code for error in row.errors]) for row in file.rows] == [
            (2, ["line_break"]),
            (5, []),
        ]
        assert "from line 2 to line 4" in file.rows[0].errors[0].message

    def test_a_quotation_mark_open_to_the_end_refuses_the_file_and_names_its_line(self) -> None:
        with pytest.raises(UnreadableFile, match="From line 2") as refusal:
            read('police;siren;montant demandé\n"A;732829320;1\nB;732829320;1\n')
        assert refusal.value.reason == "open_quote"


class TestWhatIsNoFileOfRequests:
    @pytest.mark.parametrize(
        ("content", "reason", "told"),
        [
            (b"", "empty", "is empty"),
            (b" \r\n\r\n", "empty", "is empty"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "wrong_kind", "a PDF document"),
            (b"\x89PNG\r\n\x1a\n\x00\x00", "wrong_kind", "an image"),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", "wrong_kind", "an image"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "wrong_kind", "old Office"),
            (gzip.compress(b"police;siren", mtime=0), "wrong_kind", "gzip"),
            (b"PK\x03\x04" + b"rubbish" * 20, "wrong_kind", "damaged"),
            (b"<!DOCTYPE html><html><body>Connexion</body></html>", "wrong_kind", "markup"),
            (b'<?xml version="1.0"?><a/>', "wrong_kind", "markup"),
            (bytes(range(256)) * 8, "binary", "does not hold text"),
            (b"police;siren;montant demand\x81\n", "no_encoding", "UTF-8"),
            (b"police;montant\nA;1\n", "missing_columns", "buyer_identifier"),
            (b"Bonjour, veuillez trouver ci-joint", "missing_columns", "policy_number"),
            ("police;siren;montant demandé\n".encode(), "no_rows", "no request"),
            ("police;Police;siren;montant demandé\nA;B;1;2\n".encode(), "repeated_columns", "police, Police"),
            (b"[]", "no_rows", "no request"),
            (b'[{"a": 1', "broken_json", "well-formed"),
            (b"[" * 100_000, "broken_json", "well-formed"),
            (b'{"policy_number": "A",\n "requested_total": 1}', "broken_json", "well-formed"),
            ((";" * 200 + "\n").encode() + b"a" * 200, "missing_columns", "policy_number"),
            (("a;" * 200 + "\n").encode(), "too_many_columns", "at most 100"),
        ],
    )
    def test_it_is_refused_with_what_it_is_and_what_to_do(self, content: bytes, reason: str, told: str) -> None:
        with pytest.raises(UnreadableFile) as refusal:
            read_rows(content, file_name="demandes.csv", media_type="text/csv")
        assert refusal.value.reason == reason
        assert told in refusal.value.message
        assert (refusal.value.code, refusal.value.status) == ("unreadable_file", 422)
        assert refusal.value.facts["reason"] == reason

    def test_a_file_announced_as_json_is_not_taken_for_a_table(self) -> None:
        with pytest.raises(UnreadableFile) as refusal:
            read_rows(b"police;siren", file_name="demandes", media_type="application/json")
        assert refusal.value.reason == "not_json"

    @pytest.mark.parametrize(
        ("member", "told"),
        [
            ("word/document.xml", "Word"),
            ("ppt/presentation.xml", "PowerPoint"),
            ("xl/workbook.bin", "xlsb"),
            ("demandes.csv", "compressed file"),
        ],
    )
    def test_an_archive_is_refused_by_what_it_holds(self, member: str, told: str) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(member, "x")
        with pytest.raises(UnreadableFile, match=told):
            read(content.getvalue())

    def test_more_rows_than_allowed_are_refused(self) -> None:
        lines = [f"A{i};732829320;1" for i in range(4)]
        text = french_file(*lines, header="police;siren;montant demandé")
        assert len(read(text, largest_rows=4).rows) == 4
        with pytest.raises(UnreadableFile, match="more than 3 requests"):
            read(text, largest_rows=3)

    def test_rubbish_of_many_megabytes_is_refused_at_once(self) -> None:
        rubbish = b"police;siren;" * 16_000_000
        started = time.monotonic()
        with pytest.raises(UnreadableFile) as refusal:
            read(rubbish)
        assert refusal.value.reason == "too_large"
        assert time.monotonic() - started < 1


class TestWorkbooksThatWouldFillTheMemory:
    SHEET = "xl/worksheets/sheet1.xml"
    BOOK = workbook(["police", "siren", "montant demandé"], ["A", "732829320", 1])

    def reason_for(self, sheet: bytes, *, part: str = SHEET) -> str:
        content = rezipped(self.BOOK, part=part, replaced=sheet)
        assert len(content) < 2_000_000
        with pytest.raises(UnreadableFile) as refusal:
            read(content)
        return refusal.value.reason

    @pytest.mark.slow
    def test_a_bomb_of_sheer_size_is_refused(self) -> None:
        assert self.reason_for(b" " * 300_000_000) == "inflated_workbook"

    @pytest.mark.parametrize(
        "cells",
        [
            b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>',
            b"<row>" + b"<c><v>1</v></c>" * 20_000 + b"</row>",
        ],
    )
    def test_a_cell_at_the_far_corner_is_refused(self, cells: bytes) -> None:
        main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        sheet = b'<worksheet xmlns="' + main + b'"><sheetData>' + cells + b"</sheetData></worksheet>"
        assert self.reason_for(sheet) == "stretched_workbook"

    def test_one_long_text_in_every_cell_is_refused(self) -> None:
        main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 10_000))
        sheet = b'<worksheet xmlns="' + main + b'"><sheetData>' + rows + b"</sheetData></worksheet>"
        texts = b'<sst xmlns="' + main + b'"><si><t>' + b"x" * 1_000_000 + b"</t></si></sst>"
        book = rezipped(self.BOOK, part=self.SHEET, replaced=sheet)
        with pytest.raises(UnreadableFile) as refusal:
            read(rezipped(book, part="xl/sharedStrings.xml", replaced=texts))
        assert refusal.value.reason == "inflated_workbook"

    def test_a_damaged_workbook_is_refused(self) -> None:
        assert self.reason_for(b"<worksheet><sheetData><row") == "damaged_workbook"
        assert self.reason_for(b"rubbish", part="xl/workbook.xml") in {"damaged_workbook", "no_sheet"}


class TestSentences:
    def test_every_sentence_can_be_said_in_another_language(self) -> None:
        error = RowError("requested_total", "ambiguous_amount", line=3, value="150.000")
        french = row_messages.sentence(error.code, error.parameters, translate=lambda _: "{value} est ambigu.")
        assert french == "150.000 est ambigu."
        assert error.as_dict()["parameters"] == {"value": "150.000"}

    def test_a_quoted_value_is_short_and_printable(self) -> None:
        assert row_messages.quotable("a\x00b" + "c" * 100) == "a\ufffdb" + "c" * 57 + "…"


class TestAnyBytes:
    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=600))
    def test_random_bytes_never_break_the_reader(self, content: bytes) -> None:
        self.reads_or_refuses(content)

    @settings(max_examples=300, deadline=None)
    @given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "utf-16-le"]), st.booleans())
    def test_random_text_below_right_columns_never_breaks_the_reader(
        self, text: str, encoding: str, is_header: bool
    ) -> None:
        header = "police;siren;montant demandé;pays;date de notification\n" if is_header else ""
        self.reads_or_refuses((header + text).encode(encoding, errors="surrogatepass"))

    @settings(max_examples=200, deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["policy_number", "buyer_identifier", "requested_total", "x"]), inner)
            ),
            max_leaves=12,
        )
    )
    def test_random_json_never_breaks_the_reader(self, value: object) -> None:
        self.reads_or_refuses(msgspec.json.encode(value))
        self.reads_or_refuses(msgspec.json.encode([value, value]))

    @settings(max_examples=100, deadline=None)
    @given(st.data())
    def test_a_workbook_with_bytes_changed_never_breaks_the_reader(self, data: st.DataObject) -> None:
        content = bytearray(TestWorkbooksThatWouldFillTheMemory.BOOK)
        for _ in range(data.draw(st.integers(1, 6))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        self.reads_or_refuses(bytes(content))

    def reads_or_refuses(self, content: bytes) -> None:
        try:
            file = read(content)
        except UnreadableFile:
            return
        assert file.rows
        for row in file.rows:
            assert (row.fields is None) == bool(row.errors)


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_read_in_seconds() -> None:
    lines = [f"R{i};P{i % 500};FR;{siren_from_serial(10_000_000 + i % 2000)};{i + 1},50;60;45 %;EUR;non;10/06/2020"
             for i in range(100_000)]  # fmt: skip
    content = french_file(*lines).encode("cp1252")
    started = time.process_time()
    file = read(content)
    assert time.process_time() - started < 15
    assert len(file.rows) == 100_000
