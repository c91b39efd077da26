"""What kind of file is this really, and which text does it hold? Told from its bytes, not from its name.

A text is UTF-8 (with or without mark), UTF-16 (with or without mark) or Windows-1252, tried in this order: the first
two cannot be mistaken for one another, and the last is what French spreadsheets write. Nothing is guessed beyond that.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from policies.domain.row_messages import UnreadableFile

_SIGNATURES: Final = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"GIF8", "an image (GIF)"),
    (b"II*\x00", "an image (TIFF)"),
    (b"MM\x00*", "an image (TIFF)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an old Office format (.xls, .doc) or a protected workbook"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"Rar!\x1a\x07", "a compressed file (RAR)"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (7z)"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
)
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_ZIP_KINDS: Final = (
    ("word/", "a text document (Word)"),
    ("ppt/", "a presentation (PowerPoint)"),
    ("xl/workbook.bin", "a binary workbook (.xlsb)"),
)
_MARKUP: Final = re.compile(r"\s*<(!doctype\s+html|html|\?xml|svg|head|body)", re.IGNORECASE)
# Tabulation, line feed, vertical and form feed, carriage return: a text may hold these, and no other control character.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_SAMPLE_BYTES: Final = 4096


def is_workbook(content: bytes, *, file: str) -> bool:
    """Whether the bytes are an XLSX workbook. Raises UnreadableFile, naming it, for any other known kind of file."""
    if content.startswith(_ZIP):
        kind = _kind_of_archive(content)
        if kind is None:
            return True
        raise UnreadableFile("wrong_kind", file=file, kind=kind)
    for signature, kind in _SIGNATURES:
        # A PDF may stand behind a few stray bytes; the others begin at once.
        if content.startswith(signature) or (signature == b"%PDF-" and signature in content[:1024]):
            raise UnreadableFile("wrong_kind", file=file, kind=kind)
    return False


def _kind_of_archive(content: bytes) -> str | None:
    """What an archive holds; None for an XLSX workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            is_open_document = "mimetype" in names and "content.xml" in names
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RecursionError):
        return "a damaged compressed file (ZIP) or workbook"
    if any(name.lower() == "xl/workbook.xml" for name in names):
        return None
    if is_open_document:
        return "an OpenDocument file (LibreOffice)"
    for beginning, kind in _ZIP_KINDS:
        if any(name.startswith(beginning) for name in names):
            return kind
    return "a compressed file (ZIP)"


def text_of(content: bytes, *, file: str) -> tuple[str, str]:
    """The text and the name of its encoding. Raises UnreadableFile for what is no text, or is a page of markup."""
    for encoding in _candidates(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            raise UnreadableFile("binary", file=file)
        if _MARKUP.match(text):
            raise UnreadableFile("wrong_kind", file=file, kind="a page of markup (HTML or XML)")
        return text, encoding
    raise UnreadableFile("binary" if _CONTROL.search(content.decode("latin-1")) else "no_encoding", file=file)


def _candidates(content: bytes) -> tuple[str, ...]:
    if content.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    unmarked = _unmarked_utf_16(content)
    return (unmarked,) if unmarked else ("utf-8", "cp1252")


def _unmarked_utf_16(content: bytes) -> str | None:
    """Names UTF-16 without a mark: in a table of European text, nearly every second byte is zero, always the same."""
    sample = content[:_SAMPLE_BYTES]
    half = len(sample) // 2
    if half == 0:
        return None
    even, odd = sample[0 : 2 * half : 2].count(0), sample[1 : 2 * half : 2].count(0)
    if 10 * odd >= 9 * half and 10 * even < half:
        return "utf-16-le"
    if 10 * even >= 9 * half and 10 * odd < half:
        return "utf-16-be"
    return None
