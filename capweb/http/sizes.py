"""Bodies that nobody could take are refused at the door, before anything reads them: 200 MB of rubbish cost no memory.

The check against forged forms reads a page's body before any view is asked, so this stands in front of it. What the API
takes in a file is checked again, to the byte, in `bodies`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from capweb.http import bodies, problems

# A form wraps the file it carries: boundaries, names, the other fields.
_WRAPPING_BYTES: Final = 64 * 1024


class SizeMiddleware:
    """Answers 413 when the headers announce more than `LARGEST_UPLOAD_BYTES` and what a form wraps around a file."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or ""
        if announced.isdigit() and int(announced) > settings.LARGEST_UPLOAD_BYTES + _WRAPPING_BYTES:
            return _refused(request, bodies.too_large(size=int(announced)))
        return self.get_response(request)


def _refused(request: HttpRequest, error: bodies.BodyTooLarge) -> HttpResponse:
    if request.path.startswith("/api/"):
        body = problems.of_domain_error(error)
        return JsonResponse(body, status=error.status, content_type=problems.MEDIA_TYPE)
    megabytes = settings.LARGEST_UPLOAD_BYTES // 1024 // 1024
    return render(request, "413.html", {"largest": megabytes}, status=error.status)
