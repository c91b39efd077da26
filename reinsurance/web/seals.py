"""Seals on screens: checkpoints to take home, the proof of one entry, a kept checkpoint held against the books."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from capweb.accounts.actor import PlatformActor
from capweb.kernel.errors import DomainError
from reinsurance.queries import seal_proofs, seals
from reinsurance.queries.seal_proofs import EntryNotSealed
from reinsurance.queries.seals import CheckpointRow, CheckpointUnknown
from reinsurance.web.pages import BooksView

# A checkpoint is a few hundred bytes; whatever is longer is none.
LARGEST_NOTE: Final = 10_000


class Seals(BooksView):
    """The newest checkpoint of each sequence, and the form that holds a kept one against the books."""

    right = "seals.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Reads only: nothing is stored of what was given."""
        given = request.POST.get("checkpoint", "")[:LARGEST_NOTE].replace("\r\n", "\n").strip("\n") + "\n"
        try:
            with self.reading():
                held = seal_proofs.held_against(self.actor, given)
        except DomainError as error:
            return self._page(request, given=given, error=error.message, status=error.status)
        return self._page(request, given=given, held=held)

    def _page(self, request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
        with self.reading():
            latest = seals.latest_checkpoints(self.actor)
            verified = seals.last_verification(self.actor)
        context = {
            "latest": [(row, seals.verifier_key(row.origin)) for row in latest],
            "verified": verified,
            "is_platform": isinstance(self.actor, PlatformActor),
            **more,
        }
        return render(request, "reinsurance/seals.html", context, status=status)


class CheckpointFile(BooksView):
    """A checkpoint as the text that was signed."""

    right = "seals.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        number = request.GET.get("number", "")
        try:
            with self.reading():
                row = seals.checkpoint_named(
                    self.actor,
                    insurer=request.GET.get("insurer") or None,
                    sequence=request.GET.get("sequence", "journal")[:7],
                    number=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None,
                )
        except CheckpointUnknown as error:
            raise Http404 from error
        return _attached(row)


class EntryProof(BooksView):
    """The proof that one entry is sealed, step by step."""

    right = "seals.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        key, insurer = request.GET.get("key", ""), request.GET.get("insurer") or None
        try:
            with self.reading():
                found = seal_proofs.inclusion(self.actor, key, insurer=insurer)
        except (EntryNotSealed, CheckpointUnknown) as error:
            told = {"key": key, "insurer": insurer, "error": error.message}
            return render(request, "reinsurance/entry_proof.html", told, status=404)
        context = {"key": key, "insurer": insurer, "found": found, "is_platform": isinstance(self.actor, PlatformActor)}
        return render(request, "reinsurance/entry_proof.html", context)


def _attached(row: CheckpointRow) -> HttpResponse:
    name = f"{row.origin.replace('/', '-')}-{row.number}.checkpoint"
    answer = HttpResponse(row.note, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
