"""Writes of the API that are done once: `Idempotency-Key` in, the first answer out however often it is asked.

Same key and payload: the first answer again, marked `Idempotent-Replayed: true`; same key and another payload: 422
naming what differs; no key: 400. An error that wrote nothing is not kept, so its cause can be mended and the same key
used again; a refusal that is part of the books (a row that failed) is kept like any other answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.audit import idempotency
from capweb.audit.idempotency import Act, KeptAnswer
from capweb.http.operations import actor_of
from capweb.http.problems import MEDIA_TYPE
from capweb.kernel.errors import DomainError

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"


class KeyMissing(DomainError):
    """The request writes and carries no usable `Idempotency-Key`."""

    code = "idempotency_key_missing"
    status = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answers; `location` is the address of what was made."""

    status: int
    body: Mapping[str, Any]
    location: str = ""


def key_of(request: Request) -> str:
    """The caller's key. Raises KeyMissing when there is none, or one that cannot be kept."""
    key = request.headers.get(HEADER, "").strip()
    if not key:
        raise KeyMissing(
            _("Send the header %(header)s with a value of your own, new for each act, the same when you repeat it.")
            % {"header": HEADER}
        )
    if len(key) > idempotency.LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise KeyMissing(
            _("The %(header)s has at most %(largest)s printable ASCII characters.")
            % {"header": HEADER, "largest": idempotency.LONGEST_KEY}
        )
    return key


def done_once(request: Request, parts: Mapping[str, object], work: Callable[[], Answer]) -> Response:
    """Carry out `work` inside acting(actor) and keep its answer, or give the answer that was kept.

    `parts` is what was asked, by field. Raises KeyMissing, KeyReused, and whatever `work` raises; nothing is kept then.
    """
    actor = actor_of(request)
    key = key_of(request)
    caller = f"{actor.organisation_id}:{actor.name}"
    act = Act(actor.insurer_id, caller, f"{request.method} {request.path}"[:200], key)
    payload = idempotency.payload_of(parts)
    with acting(actor):
        kept = idempotency.begin(act, payload)
        is_repeat = kept is not None
        if kept is None:
            answer = work()
            kept = KeptAnswer(answer.status, JSONRenderer().render(answer.body).decode(), answer.location)
            idempotency.keep(act, kept)
    return _response(kept, is_repeat=is_repeat)


def _response(kept: KeptAnswer, *, is_repeat: bool) -> Response:
    response = Response(
        msgspec.json.decode(kept.body),
        status=kept.status,
        content_type=MEDIA_TYPE if kept.status >= 400 else None,
    )
    if kept.location:
        response["Location"] = kept.location
    if is_repeat:
        response[REPLAYED] = "true"
    return response
