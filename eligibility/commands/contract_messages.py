"""What is wrong with a proposed row, in a sentence for whoever proposes it; the codes are the domain's."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from capweb.kernel.errors import FieldError
from eligibility.domain.proposed_fields import Mistake

SENTENCES: Final = {
    "required": _("This is needed."),
    "too_long": _("At most %(longest)s characters."),
    "not_text": _("This is not plain text."),
    "unknown_field": _("This kind of row has no such field."),
    "unknown_choice": _("“%(value)s” is none of: %(known)s."),
    "not_a_day": _("“%(value)s” is no day of the calendar (YYYY-MM-DD)."),
    "not_a_number": _("“%(value)s” is no number."),
    "not_a_whole_number": _("“%(value)s” is no whole number that this field can hold."),
    "not_an_amount": _("%(value)s is no amount above zero with at most two decimals."),
    "not_a_rate": _("%(value)s is no rate from 0 to 1 with at most eight decimals."),
    "not_a_country": _("“%(value)s” is no ISO code of two capital letters."),
    "not_an_address": _("“%(value)s” is no https address."),
    "not_grades": _("Grades are written 6, 2-4 or A,B, not “%(value)s”."),
    "grade_twice": _("The grade %(grade)s stands twice."),
    "grade_not_on_scale": _("The grade %(grade)s is not on the insurer's scale (%(scale)s)."),
    "not_yours": _("“%(value)s” is another insurer."),
    "ends_before_it_begins": _("The row would end on %(end_day)s, before it begins on %(first_day)s."),
    "unknown_path": _("The law book has no parameter “%(path)s”."),
    "not_in_unit": _("“%(value)s” is no value of this parameter, which is written in: %(unit)s."),
    "law_says_otherwise": _(
        "From %(day)s the law itself says %(value)s here (%(source)s). A value may be entered only where the law is "
        "unset or silent: choose another reading, end the row earlier, or have the law file corrected."
    ),
    "law_has_ended": _(
        "From %(day)s this rule has ended (%(source)s). A value may be entered only where the law is unset or silent: "
        "end the row earlier, or have the law file corrected."
    ),
}


def told(mistake: Mistake, *, at: str) -> FieldError:
    """The mistake as an error of the field below `at`, in the language of whoever asked."""
    return FieldError(f"{at}.{mistake.field}", str(SENTENCES[mistake.code]) % mistake.told, code=mistake.code)
