"""The words of a message: its template in the recipient's language, first line the subject, the rest the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from django.template.loader import get_template
from django.utils import translation

from policies.domain.messages import MessageFacts, ReasonTold, WrittenText

LONGEST_SUBJECT: Final = 200
_BLANK_LINES: Final = re.compile(r"\n{3,}")


def written(
    template: str, facts: MessageFacts, *, language: str, insurer: str, reasons: Sequence[ReasonTold] = ()
) -> WrittenText:
    """The text of one message. The same facts give the same text."""
    with translation.override(language):
        text = get_template(f"messages/{language}/{template}.txt").render(
            {"m": facts, "insurer": insurer, "reasons": reasons}
        )
    subject, _, body = text.strip().partition("\n")
    lines = "\n".join(line.rstrip() for line in body.strip().splitlines())
    return WrittenText(" ".join(subject.split())[:LONGEST_SUBJECT], _BLANK_LINES.sub("\n\n", lines) + "\n")
