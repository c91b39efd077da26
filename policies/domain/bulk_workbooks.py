"""Which lines of cells does a workbook (XLSX) hold? Its first visible sheet, each cell as the text a person sees.

A workbook is a compressed archive: a few kilobytes can unfold to more than a machine holds, by sheer size, by one cell
at the far corner of a sheet, or by one long text used in every cell. All three are measured before it is opened.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import python_calamine

from policies.domain.row_messages import UnreadableFile

LARGEST_COLUMNS: Final = 100
_LARGEST_UNFOLDED_BYTES: Final = 256 * 1024 * 1024
_PIECE_BYTES: Final = 1024 * 1024
_COLUMN_NAMES: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,9})[0-9]{1,20}["']""")
_ROW_NUMBERS: Final = re.compile(rb"""\br\s*=\s*["'][A-Za-z]{0,9}([0-9]{1,20})["']""")
_CELLS: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROWS: Final = re.compile(rb"<(?:\w+:)?row\b")
_SHARED: Final = re.compile(rb"""\bt\s*=\s*["']s["'][^>]*>\s*(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?\s*<v>\s*([0-9]{1,9})""")


def lines_of_cells(content: bytes, *, file: str, largest_rows: int) -> Iterator[tuple[int, list[str]]]:
    """The number of each line of the sheet (the first is 1) and its cells. Raises UnreadableFile."""
    _must_unfold_reasonably(content, file=file, largest_rows=largest_rows)
    for number, cells in enumerate(_cells(content, file=file), start=1):
        yield number, [_text(cell) for cell in cells]


def _cells(content: bytes, *, file: str) -> Sequence[Sequence[object]]:
    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as workbook:
            name = next((sheet.name for sheet in workbook.sheets_metadata if _is_shown(sheet)), None)
            if name is None:
                raise UnreadableFile("no_sheet", file=file)
            return [*workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)]
    except python_calamine.PasswordError as error:
        raise UnreadableFile("locked_workbook", file=file) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableFile("damaged_workbook", file=file) from error
    except BaseException as error:
        # A fault inside the reader's own language arrives as a PanicException, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile("damaged_workbook", file=file) from error


def _is_shown(sheet: python_calamine.SheetMetadata) -> bool:
    return (
        sheet.visible == python_calamine.SheetVisibleEnum.Visible
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    )


def _must_unfold_reasonably(content: bytes, *, file: str, largest_rows: int) -> None:
    """Raises UnreadableFile for an archive that would fill the memory when it is read."""
    texts: list[int] = []
    room = _LARGEST_UNFOLDED_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # The shared texts come first, so that each sheet's use of them can be counted.
            for entry in sorted(archive.infolist(), key=lambda entry: "sharedstrings" not in entry.filename.lower()):
                part = _unfolded(archive, entry, room=room)
                if part is None:
                    raise _inflated(file)
                room -= len(part)
                name = entry.filename.lower()
                if "sharedstrings" in name:
                    texts = [len(text) for text in part.split(b"</si>")]
                elif "sheet" in name and name.endswith(".xml"):
                    _must_not_stretch(part, file=file, largest_rows=largest_rows)
                    room -= _expansion(part, texts)
                    if room < 0:
                        raise _inflated(file)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise UnreadableFile("damaged_workbook", file=file) from error


def _inflated(file: str) -> UnreadableFile:
    return UnreadableFile("inflated_workbook", file=file, largest=_LARGEST_UNFOLDED_BYTES // 1024 // 1024)


def _unfolded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, room: int) -> bytes | None:
    """One part of the archive, or None when it is larger than the room: what is announced and what comes out."""
    if entry.file_size > room:
        return None
    with archive.open(entry) as part:
        pieces = []
        while piece := part.read(_PIECE_BYTES):
            pieces.append(piece)
    return b"".join(pieces)


def _must_not_stretch(sheet: bytes, *, file: str, largest_rows: int) -> None:
    """Raises UnreadableFile when a cell lies so far out that the rectangle up to it would not fit in memory."""
    columns = max((_column_number(letters) for letters in set(_COLUMN_NAMES.findall(sheet))), default=0)
    rows = max((int(digits) for digits in set(_ROW_NUMBERS.findall(sheet))), default=0)
    if len(_CELLS.findall(sheet)) > len(_COLUMN_NAMES.findall(sheet)):
        # Cells without an address stand side by side: then their number in a row is what counts.
        columns = max(columns, *(len(_CELLS.findall(row)) for row in _ROWS.split(sheet)))
    # Some lines of slack: a spreadsheet counts formatted, empty lines below the table.
    if columns > LARGEST_COLUMNS or rows > 2 * largest_rows + 1000:
        raise UnreadableFile(
            "stretched_workbook", file=file, rows=rows, columns=columns, largest=largest_rows, widest=LARGEST_COLUMNS
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _expansion(sheet: bytes, texts: list[int]) -> int:
    """How many bytes the shared texts take once each cell has its own copy."""
    if not texts:
        return 0
    if max(texts) * sheet.count(b"<v>") <= _LARGEST_UNFOLDED_BYTES // 4:
        return 0
    used = (int(found.group(1)) for found in _SHARED.finditer(sheet))
    return sum(texts[place] for place in used if place < len(texts))


def _text(cell: object) -> str:
    """The cell as text: numbers to the fifteen digits that a spreadsheet keeps, days as days."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0):
        return cell.date().isoformat()
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    if isinstance(cell, float):
        number = format(cell, ".15g")
        return f"{Decimal(number):f}" if "e" in number else number
    return str(cell)
