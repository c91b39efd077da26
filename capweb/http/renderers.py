"""Answers in other forms than JSON, which views write themselves; a problem stays problem+json whatever was asked."""

from __future__ import annotations

from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer

from capweb.http.bodies import XLSX


class FileRenderer(BaseRenderer):
    """Stands for a form that the view writes itself; only problems are rendered here."""

    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return JSONRenderer().render(data, accepted_media_type, renderer_context)


class PdfRenderer(FileRenderer):
    media_type = "application/pdf"
    format = "pdf"


class CsvRenderer(FileRenderer):
    media_type = "text/csv"
    format = "csv"


class LinesRenderer(FileRenderer):
    media_type = "application/x-ndjson"
    format = "ndjson"


class WorkbookRenderer(FileRenderer):
    media_type = XLSX
    format = "xlsx"


class ZipRenderer(FileRenderer):
    media_type = "application/zip"
    format = "zip"
