"""Where may a document take a file from? From the shipped fonts, by name, and from nowhere else.

A style sheet asks for `shipped:NAME`; every other address, on the network or on this machine, stops the rendering.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.conf import settings
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

SCHEME: Final = "shipped:"


class ShippedFiles(URLFetcher):  # type: ignore[misc]
    """Answers `shipped:NAME` with a font of the product; FatalURLFetchingError for anything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=[], allow_redirects=False)
        folder = Path(settings.BASE_DIR) / "capweb" / "static" / "fonts"
        self._fonts = {path.name: path for path in folder.glob("*.woff2")}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002 (WeasyPrint's)
        font = self._fonts.get(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
        if font is None:
            raise FatalURLFetchingError(f"A document may use shipped fonts only, not {url}")
        return URLFetcherResponse(url, font.read_bytes(), {"Content-Type": "font/woff2"})
