"""Why a guarantee would change, in words: the rules that make it so, each with its sentence and its article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eligibility.domain import explain, rules
from eligibility.domain.reason import Reason
from eligibility.domain.rule import NOT_APPLICABLE, Rule
from policies.domain.what_if import Because, Line


@dataclass(frozen=True, slots=True)
class Told:
    """A rule with its verdict under both laws, and what it says under the alternative.

    The sentence is that of today's law where the alternative's rule has nothing to say; `text` and `url` its source.
    """

    code: str
    before: str | None
    after: str | None
    title: str
    sentence: str
    text: str
    url: str


class Teller:
    """Tells the reasons of a run's lines in one language, by the rules in force on its day."""

    def __init__(self, *, day: date, language: str) -> None:
        self.language = language
        self._rules: dict[str, Rule] = {rule.code: rule for rule in rules.in_force_on(day)}

    def reasons(self, line: Line) -> list[Told]:
        """The rules that make the change; none where only the price or the ceded share differs."""
        return [self._told(one) for one in line.because]

    def title(self, code: str) -> str:
        return self._rules[code].title.in_language(self.language)

    def source(self, code: str) -> tuple[str, str]:
        """Text and address of a rule's article."""
        reference = self._rules[code].reference
        return reference.text, reference.url

    def _told(self, one: Because) -> Told:
        rule = self._rules[one.code]
        says = one.after if one.after not in (None, NOT_APPLICABLE) else one.before
        reason = Reason(rule, says or NOT_APPLICABLE, one.used, None, None, None)
        text, url = self.source(one.code)
        return Told(
            code=one.code,
            before=one.before,
            after=one.after,
            title=self.title(one.code),
            sentence=explain.sentence(reason, self.language),
            text=text,
            url=url,
        )
