"""What a rule of law is: one plain function per article, with its code, title, reference, days and sentences.

A rule takes the facts and the law in force and answers a Finding. When an article is amended, a second function with
the same code and a later first day is added below; the old one stays, so that old law can be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import Reference

PASS: Final = "pass"  # noqa: S105  a verdict, no secret
CAP: Final = "cap"
FAIL: Final = "fail"
REFER: Final = "refer"
NOT_APPLICABLE: Final = "not_applicable"
# A rule that sets a limit does not know the need: the decision turns this into cap or pass.
LIMIT: Final = "limit"

REQUESTER: Final = "requester"
ADMINISTRATOR: Final = "administrator"
MINISTRY: Final = "ministry"
REINSURER: Final = "reinsurer"
UNDERWRITER: Final = "underwriter"
# Who is asked first when several must act: the facts must be complete and the values set before anybody decides.
REFERRAL_ORDER: Final = (REQUESTER, ADMINISTRATOR, MINISTRY, REINSURER, UNDERWRITER)

DOMESTIC: Final = frozenset({"cap", "cap_plus"})
EXPORT: Final = frozenset({"cap_francexport", "cap_francexport_plus"})
COMPLEMENT: Final = frozenset({"cap", "cap_francexport"})
SUBSTITUTION: Final = frozenset({"cap_plus", "cap_francexport_plus"})
EVERY_PRODUCT: Final = DOMESTIC | EXPORT

# The products were on sale from this day; the decree behind them is nine days older.
ON_SALE: Final = date(2020, 4, 15)
DECREE_IN_FORCE: Final = date(2020, 4, 6)
END_OF_DOMESTIC_LAW: Final = date(2022, 1, 1)
# The schemes before: CAP, CAP+, CAP Export of 2008 to 2011; the small Cap Francexport of 2018.
CAP_OF_2008: Final = (date(2008, 12, 14), date(2011, 7, 1))
CAP_PLUS_OF_2009: Final = (date(2009, 5, 14), date(2011, 1, 1))
EXPORT_OF_2009: Final = (date(2009, 10, 13), date(2012, 1, 1))
FRANCEXPORT_OF_2018: Final = (date(2018, 10, 10), ON_SALE)
ANY_OF_2008: Final = (CAP_OF_2008[0], EXPORT_OF_2009[1])


class Finding(msgspec.Struct, frozen=True, gc=False):
    """What one rule found: verdict, the facts and numbers it used, the limit it sets, who must act."""

    verdict: str
    used: dict[str, object]
    limit: Decimal | None = None
    referred_to: str | None = None


Check = Callable[[Facts, LawInForce], Finding]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages of the product."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        return self.fr if language.startswith("fr") else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of law in force on [first_day, end_day) for some products.

    `sets` names the limit it may set, in the words of a decision's `binding`; `question` names the reading it rests on.
    `of_law`: it looks at the law alone, never at the facts, so that its finding is the same for every request of a day.
    `sentences` holds one text per verdict, or per `verdict.because`.
    """

    code: str
    title: Text
    reference: Reference
    products: frozenset[str]
    first_day: date
    end_day: date | None
    sets: str | None
    question: str | None
    sentences: Mapping[str, Text]
    check: Check
    of_law: bool = False

    def in_force_on(self, day: date) -> bool:
        return self.first_day <= day and (self.end_day is None or day < self.end_day)


@dataclass(frozen=True, slots=True)
class Before:
    """Earlier days on which a rule was law already, by the text of that time."""

    days: tuple[date, date]
    reference: Reference


REGISTER: Final[list[Rule]] = []


def rule(
    code: str,
    *,
    title: tuple[str, str],
    reference: Reference,
    products: frozenset[str],
    sentences: Mapping[str, tuple[str, str]],
    first_day: date = ON_SALE,
    end_day: date | None = None,
    sets: str | None = None,
    question: str | None = None,
    before: tuple[Before, ...] = (),
    of_law: bool = False,
) -> Callable[[Check], Check]:
    """Enter a function in the register of rules. Texts are (English, French).

    `before` names earlier days on which the same rule was law by another text. Raises ValueError when a rule of the
    same code is already in force on one of its days for one of its products.
    """

    def enter(check: Check) -> Check:
        texts = {verdict: Text(*both) for verdict, both in sentences.items()}
        spans = [(one.reference, *one.days) for one in before]
        for proof, first, end in (*spans, (reference, first_day, end_day)):
            new = Rule(code, Text(*title), proof, products, first, end, sets, question, texts, check, of_law)
            if any(old.code == code and _overlap(old, new) for old in REGISTER):
                raise ValueError(f"two rules {code} are in force on the same day")
            REGISTER.append(new)
        return check

    return enter


def passes(**used: object) -> Finding:
    """The rule is met."""
    return Finding(PASS, used)


def fails(**used: object) -> Finding:
    """The rule is not met: the request is refused."""
    return Finding(FAIL, used)


def limits(limit: Decimal, **used: object) -> Finding:
    """The rule allows at most this amount."""
    return Finding(LIMIT, used, limit)


def refers(referred_to: str, **used: object) -> Finding:
    """Somebody must decide."""
    return Finding(REFER, used, None, referred_to)


def lacks(*missing: str) -> Finding:
    """The rule cannot be judged without these facts: back to the requester (D-35)."""
    return Finding(REFER, {"missing": list(missing)}, None, REQUESTER)


def unset(parameter: str) -> Finding:
    """The law has a value here that no source gives: an administrator must enter it."""
    return Finding(REFER, {"unset": parameter}, None, ADMINISTRATOR)


def does_not_apply(**used: object) -> Finding:
    """The rule says nothing about this request."""
    return Finding(NOT_APPLICABLE, used)


def _overlap(one: Rule, other: Rule) -> bool:
    return (one.end_day is None or other.first_day < one.end_day) and (
        other.end_day is None or one.first_day < other.end_day
    )
