"""A bordereau's file as an answer, streamed piece by piece."""

from __future__ import annotations

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from capweb.http.bodies import XLSX
from reinsurance.documents.bordereau_files import Pieces, bordereau_csv, bordereau_json
from reinsurance.documents.bordereau_xlsx import bordereau_xlsx
from reinsurance.domain.bordereau_layout import Written


def bordereau_file(written: Written, public_id: str, pieces: Pieces, form: str) -> HttpResponseBase:
    """The answer that carries a bordereau; `form` is json, csv or xlsx."""
    name = f"{public_id}.{form}"
    if form == "xlsx":
        book = bordereau_xlsx(written, public_id, pieces)
        return FileResponse(book, as_attachment=True, filename=name, content_type=XLSX)
    write, media = (bordereau_csv, "text/csv; charset=utf-8") if form == "csv" else (bordereau_json, "application/json")
    return StreamingHttpResponse(
        write(written, public_id, pieces),
        content_type=media,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
