"""What callers send: JSON whose numbers keep their digits, and files as they are; nothing larger than is taken.

A body that announces more than `LARGEST_UPLOAD_BYTES` is refused before it is read (413); one without a length is asked
for it (411), since it would otherwise be read to its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any, Final

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from capweb.kernel.errors import DomainError, FieldError, FieldErrors

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_decoder: Final = msgspec.json.Decoder(float_hook=str)


class BodyTooLarge(DomainError):
    """The body is larger than the service takes. Facts: `size` where it was announced, `largest`, in bytes."""

    code = "body_too_large"
    status = 413


class LengthRequired(DomainError):
    """A body is on its way and nobody knows how long it is."""

    code = "length_required"
    status = 411


class BytesParser(BaseParser):
    """The body as bytes, read only when its announced length is acceptable."""

    media_type = "application/octet-stream"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        return read_bytes(stream)


class CsvParser(BytesParser):
    media_type = "text/csv"


class WorkbookParser(BytesParser):
    media_type = XLSX


class LinesParser(BytesParser):
    media_type = "application/x-ndjson"


class JsonTextParser(BytesParser):
    media_type = "application/json"


FILE_PARSERS: Final = (CsvParser, WorkbookParser, LinesParser, JsonTextParser, BytesParser)


class ExactJsonParser(BytesParser):
    """JSON whose decimal numbers arrive as the text that was written: no amount passes through a binary fraction."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        content = super().parse(stream, media_type, parser_context)
        if not content.strip():
            return {}
        try:
            return _decoder.decode(content)
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            raise ParseError(_("This is not well-formed JSON: %(why)s.") % {"why": error}) from error


def must_be_acceptable(request: Request) -> None:
    """Before anything is read: raises BodyTooLarge or LengthRequired by what the headers announce."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdigit() and int(announced) > settings.LARGEST_UPLOAD_BYTES:
        raise too_large(size=int(announced))
    if not announced and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise LengthRequired(_("Send the length of the body (Content-Length); it cannot be taken in pieces."))


def read_bytes(stream: IO[bytes]) -> bytes:
    """The whole body; raises BodyTooLarge as soon as it is longer than the service takes, whatever was announced."""
    content = stream.read(settings.LARGEST_UPLOAD_BYTES + 1)
    if len(content) > settings.LARGEST_UPLOAD_BYTES:
        raise too_large()
    return content


def json_object(request: Request, *, known: Sequence[str] | None = None) -> dict[str, object]:
    """The body as a JSON object. Raises FieldErrors when it is something else, or names a field that is not `known`."""
    must_be_acceptable(request)
    found = request.data
    if not isinstance(found, dict):
        raise FieldErrors([FieldError("body", _("Send one JSON object."), code="not_an_object")])
    if known is not None and (unknown := [name for name in found if name not in known]):
        raise FieldErrors(
            [FieldError(name[:60], _("There is no field of this name."), code="unknown_field") for name in unknown]
        )
    return found


def json_list(request: Request, *, largest: int) -> list[object]:
    """The body as a JSON array of 1 to `largest` elements. Raises FieldErrors."""
    must_be_acceptable(request)
    found = request.data
    if not isinstance(found, list) or not found:
        raise FieldErrors([FieldError("body", _("Send a JSON array with at least one element."), code="not_an_array")])
    if len(found) > largest:
        raise FieldErrors([_too_many("body", len(found), largest)])
    return found


def ids_in(body: Mapping[str, object], name: str, *, largest: int) -> list[str]:
    """The public ids listed in a field, each once, in order. Raises FieldErrors."""
    found = body.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise FieldErrors([FieldError(name, _("Send a list of ids, at least one."), code="not_a_list_of_ids")])
    if len(found) > largest:
        raise FieldErrors([_too_many(name, len(found), largest)])
    return list(dict.fromkeys(found))


def file_of(request: Request) -> bytes:
    """The body of a file that was sent as it is."""
    must_be_acceptable(request)
    found: object = request.data
    return found if isinstance(found, bytes) else b""


def _too_many(name: str, count: int, largest: int) -> FieldError:
    text = _("There are %(count)s elements; at most %(largest)s are taken at once: send several requests.")
    return FieldError(name, text % {"count": count, "largest": largest}, code="too_many")


def too_large(*, size: int | None = None) -> BodyTooLarge:
    """The error that tells what is taken at most, and what was announced where that is known."""
    largest = settings.LARGEST_UPLOAD_BYTES
    facts = {"largest": largest} if size is None else {"size": size, "largest": largest}
    return BodyTooLarge(
        _("The body is larger than %(largest)s megabytes: split it.") % {"largest": largest // 1024 // 1024}, **facts
    )
