"""What keeps a change of a treaty from being agreed, in a sentence for whoever proposes or approves it."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from capweb.kernel.errors import FieldError
from reinsurance.domain.treaty_changes import Mistake

SENTENCES: Final = {
    "required": _("This is needed."),
    "too_long": _("At most %(most)s characters."),
    "unknown_field": _("A change of this kind has no such field."),
    "unknown_choice": _("One of these is expected: %(known)s."),
    "not_a_day": _("A day of the calendar is expected (YYYY-MM-DD)."),
    "not_a_number": _("A figure that is not negative is expected."),
    "not_a_share": _("A share from 0 to 1 with at most eight decimals is expected."),
    "not_an_amount": _("An amount above zero with at most two decimals is expected."),
    "not_a_count": _("A whole number is expected."),
    "not_a_country": _("An ISO code of two capital letters is expected."),
    "not_a_zone": _("A zone is named by at most twenty letters or figures."),
    "not_a_flag": _("Yes or no is expected."),
    "country_or_zone": _("Name either a country or a zone."),
    "no_countries_at_home": _("A domestic treaty has no amendments by country."),
    "treaty_unknown": _("There is no such treaty of this insurer."),
    "reinsurer_unknown": _("There is no such reinsurer."),
    "treaty_ended": _("The treaty ends on %(day)s: nothing is agreed from that day on."),
    "before_opening": _("The treaty begins on %(day)s only."),
    "day_passed": _("The books are on %(on)s: what was ceded before stands, so choose that day or a later one."),
    "days_out_of_order": _("A treaty ends after it begins."),
    "nothing_changes": _("The treaty ends on that day already."),
    "cover_begins_later": _("Cover ceded under this treaty begins on %(day)s: it cannot end before."),
    "terms_standing": _("Terms from %(day)s stand already; what was agreed is never rewritten."),
    "amendment_standing": _("An amendment from %(day)s on for the same country or zone stands already."),
    "treaty_overlaps": _("The treaty %(treaty)s covers some of these days; end it first."),
    "above_legal_bound": _("The law in force on %(day)s lets at most %(maximum)s be ceded."),
    "beyond_legal_window": _("The law in force on %(day)s lets no such treaty run on %(latest)s or later."),
    "law_missing": "%(told)s",
}


def told(mistake: Mistake, *, at: str) -> FieldError:
    """The mistake as an error of the field below `at`, in the language of whoever asked."""
    return FieldError(f"{at}.{mistake.field}", str(SENTENCES[mistake.code]) % mistake.facts, code=mistake.code)
