"""Tags of every page: money, percentages, days, periods, badges, icons, sortable column heads.

The rules of writing are in capweb.http.writing, the words in capweb.http.wording; here they meet templates.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from capweb.http import wording, writing

register = template.Library()

MINUS = "\u2212"


@register.filter
def money(amount: Decimal | str | None, currency: str = "EUR") -> str:
    """An amount with two decimals and its currency."""
    return writing.money(amount, currency=currency)


@register.filter
def euros(amount: Decimal | str | None) -> str:
    """An amount in euro, without decimals where they are zero: limits and ceilings."""
    return writing.money(amount, whole=True)


@register.filter
def signed_euros(amount: Decimal | None) -> str:
    """A difference in euro, always with its sign; nothing changed is said as zero."""
    shown = writing.money(amount, whole=True)
    return f"+{shown}" if amount is not None and amount > 0 else shown.replace("-", MINUS)


@register.filter
def signed_ratio(value: Decimal | None) -> str:
    """A difference as a percentage, always with its sign."""
    shown = writing.percent(value)
    return f"+{shown}" if value is not None and value > 0 else shown.replace("-", MINUS)


@register.filter
def ratio(value: Decimal | str | None) -> str:
    """A ratio as a percentage."""
    return writing.percent(value)


@register.filter
def day(value: date | str | None) -> str:
    """A day in short."""
    return writing.day(value)


@register.filter
def number(value: int | Decimal | None) -> str:
    """A whole number with its thousands in groups."""
    return writing.NOTHING if value is None else writing.grouped(value)


@register.filter
def siren(identifier: str) -> str:
    """A SIREN in groups of three; any other identifier as it is."""
    if len(identifier) == 9 and identifier.isdigit():
        return writing.NARROW.join((identifier[:3], identifier[3:6], identifier[6:]))
    return identifier


@register.simple_tag
def period(first: date | str | None, end: date | str | None) -> str:
    """Half-open days, shown with the last day included."""
    return writing.period(first, end)


@register.simple_tag
def word(kind: str, code: object) -> str:
    """What a code is called."""
    return str(wording.of(kind, code).label)


@register.simple_tag
def status(kind: str, code: object) -> SafeString:
    """A badge with icon and word: the tone is never told by colour alone."""
    found = wording.of(kind, code)
    if not str(found.label):
        return SafeString(writing.NOTHING)
    sign = icon(found.icon) if found.icon else ""
    return format_html('<span class="status-mark tone-{}">{}{}</span>', found.tone, sign, found.label)


@register.simple_tag
def tone(kind: str, code: object) -> str:
    return wording.of(kind, code).tone


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the shipped sprite; silent for screen readers unless it has a label."""
    address = static("icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, address, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', address, name)


@register.simple_tag
def verdict_icon(verdict: str) -> SafeString:
    """The sign of a verdict, said aloud by its word."""
    found = wording.of("verdict", verdict)
    return format_html('<span class="verdict tone-{}">{}</span>', found.tone, icon(found.icon, str(found.label)))


@register.inclusion_tag("partials/column.html", takes_context=True)
def column(context: template.Context, name: str, label: str, css: str = "") -> dict[str, object]:
    """The head of a sortable column: sorts by `name`, a second press turns the order round.

    Reads `sort` ("amount" or "-amount") from the context and keeps every other filter of the address.
    """
    current = str(context.get("sort", ""))
    direction = {name: "ascending", f"-{name}": "descending"}.get(current, "")
    query: QueryDict = context["request"].GET.copy()
    query["sort"] = f"-{name}" if current == name else name
    query.pop("page", None)
    return {"label": label, "css": css, "direction": direction, "address": f"?{query.urlencode()}"}


@register.simple_tag
def styled(field: BoundField) -> SafeString:
    """A form field in the kit's classes, tied to its errors; one that is wrong says so to screen readers too."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    css = {"checkbox": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    classes = f"{widget.attrs.get('class', '')} {css}".strip()
    attributes: dict[str, str | bool] = {"class": f"{classes} is-invalid" if field.errors else classes}
    if field.errors:
        attributes["aria-invalid"] = "true"
        notes = [f"{field.auto_id}_helptext"] if field.help_text else []
        attributes["aria-describedby"] = " ".join([*notes, f"{field.auto_id}_error"])
    return field.as_widget(attrs=attributes)


@register.filter
def last_day(end: date | str | None) -> str:
    """The day before a half-open end: the last one that counts."""
    found = writing.as_day(end)
    return writing.day(None if found is None else found - timedelta(days=1))
