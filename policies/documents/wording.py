"""Which words does an endorsement use? The fourteen clauses, in dated editions that are never altered once used.

Each edition is a YAML file of `wordings/` that a lawyer can read. A snapshot names its edition, so a document printed
again years later has the words that were agreed. The words are the product's own; the law they rest on is cited.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import yaml

from capweb.kernel.errors import DomainError
from capweb.paper import french
from policies.domain.endorsement import EndorsementSnapshot

FOLDER: Final = Path(__file__).parent / "wordings"

PRODUCT_NAMES: Final = {
    "cap": "CAP",
    "cap_plus": "CAP+",
    "cap_francexport": "Cap Francexport",
    "cap_francexport_plus": "Cap Francexport+",
}
REINSURER_NAMES: Final = {"ccr": "Caisse centrale de réassurance (CCR)", "bpifrance": "Bpifrance Assurance Export"}
REINSURER_SHORT_NAMES: Final = {"ccr": "la Caisse centrale de réassurance", "bpifrance": "Bpifrance Assurance Export"}


class WordingNotFound(DomainError):
    """No edition of the clauses has the name asked, or none was published on the day."""

    code = "wording_not_found"
    status = 422


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One paragraph and the marks on which it depends."""

    say: str
    only: tuple[str, ...] = ()
    except_: tuple[str, ...] = msgspec.field(default=(), name="except")

    def holds_for(self, marks: frozenset[str]) -> bool:
        return marks.issuperset(self.only) and marks.isdisjoint(self.except_)


class ClauseText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A clause as written: its topic, heading, the law it rests on by market, and its sentences."""

    topic: str
    heading: str
    law: dict[str, str]
    text: tuple[Sentence, ...]


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All clauses as published on a day."""

    edition: str
    first_day: date = msgspec.field(name="from")
    clauses: tuple[ClauseText, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as it is printed on one endorsement."""

    number: int
    topic: str
    heading: str
    text: str
    law: str


@cache
def editions() -> tuple[Edition, ...]:
    """Every published edition, oldest first."""
    read = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml")))
    return tuple(sorted((msgspec.convert(content, Edition) for content in read), key=lambda one: one.first_day))


def edition_in_force(*, on: date) -> str:
    """The name of the edition that an endorsement issued on the day uses; WordingNotFound before the first one."""
    published = [one for one in editions() if one.first_day <= on]
    if not published:
        raise WordingNotFound(f"No wording of the clauses was published on {on}; add an edition from an earlier day.")
    return published[-1].edition


def clauses(snapshot: EndorsementSnapshot) -> tuple[Clause, ...]:
    """The fourteen clauses, numbered, of the snapshot's own edition for its product; WordingNotFound if unknown."""
    edition = next((one for one in editions() if one.edition == snapshot.wording), None)
    if edition is None:
        raise WordingNotFound(f"The wording {snapshot.wording!r} is not among the editions shipped.")
    marks, mentions = _marks(snapshot), _mentions(snapshot)
    market = "export" if snapshot.is_export else "domestic"
    return tuple(
        Clause(
            number=number,
            topic=clause.topic,
            heading=french.typeset(clause.heading),
            text=" ".join(_filled(one.say, mentions) for one in clause.text if one.holds_for(marks)),
            law=french.typeset(clause.law.get(market, "")),
        )
        for number, clause in enumerate(edition.clauses, start=1)
    )


def opens_a_policy(snapshot: EndorsementSnapshot) -> bool:
    """Whether the document is itself a new policy; what later changes a policy is an endorsement to it."""
    return snapshot.form == "cap_policy" and snapshot.cause == "grant"


def placeholders(sentence: str) -> set[str]:
    """The mentions that a sentence asks for, by name."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def _filled(sentence: str, mentions: dict[str, str]) -> str:
    # Only our own words are typeset; mentions, names among them, are put in afterwards and left as they are.
    return french.typeset(sentence).format_map(mentions)


def _marks(snapshot: EndorsementSnapshot) -> frozenset[str]:
    conditional = {
        "replaces": snapshot.replaces,
        "disbursement_limit": snapshot.cover.disbursement_limit,
        "notice_days": snapshot.cover.notice_days,
        "last_grant_day": snapshot.scheme.last_grant_day,
    }
    always = {
        snapshot.product,
        "cap_policy" if opens_a_policy(snapshot) else "endorsement",
        "export" if snapshot.is_export else "domestic",
        "substitution" if snapshot.is_substitution else "complement",
        snapshot.cover.loss_order or "",
    }
    return frozenset(always | {mark for mark, value in conditional.items() if value is not None})


def _mentions(snapshot: EndorsementSnapshot) -> dict[str, str]:
    cover, export, scheme = snapshot.cover, snapshot.export, snapshot.scheme
    limit, last_day = cover.disbursement_limit, scheme.last_grant_day
    return {
        "policy": french.shown(snapshot.policy_number),
        "product": PRODUCT_NAMES[snapshot.product],
        "amount": french.money(snapshot.amounts.granted, currency=snapshot.amounts.currency),
        "ratio": french.percent(cover.insured_ratio),
        "period": french.period(snapshot.term.first, snapshot.term.cover_end or snapshot.term.end),
        "effective_on": french.day(snapshot.effective_on),
        "replaces": french.shown(snapshot.replaces or ""),
        "reinsurer": REINSURER_SHORT_NAMES[snapshot.reinsurance.reinsurer],
        "disbursement_limit": french.money(limit) if limit is not None else "",
        "notice_days": str(cover.notice_days or ""),
        "last_grant_day": french.day(last_day) if last_day else "",
        "french_share": french.percent(export.french_share) if export else "",
        "french_share_evidence": french.shown(export.french_share_evidence) if export else "",
        "payment_days": str(export.payment_days) if export else "",
        "country": french.country(export.country) if export else "",
    }
