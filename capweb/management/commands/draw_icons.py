"""Writes capweb/static/icons.svg: the icons that pages name, taken from the icon package.

Run it after naming a new icon in a template or in capweb.http.wording; `--check` says whether it would change anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from capweb.http import navigation, wording

SPRITE: Final = "@tabler/icons-sprite/dist/tabler-sprite.svg"
NAMED = re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']""")
SYMBOL = re.compile(r'<symbol id="tabler-([a-z0-9-]+)"([^>]*)>(.*?)</symbol>', re.S)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, exit 1 if something is missing")

    def handle(self, *_args: Any, **options: Any) -> None:
        target = settings.BASE_DIR / "capweb" / "static" / "icons.svg"
        drawn = sprite(names_in_use(settings.BASE_DIR), source=settings.NODE_MODULES / SPRITE)
        if options["check"]:
            if not target.is_file() or target.read_text(encoding="utf-8") != drawn:
                raise CommandError("capweb/static/icons.svg is not up to date; run manage.py draw_icons")
            return
        target.write_text(drawn, encoding="utf-8")
        self.stdout.write(f"{drawn.count('<symbol')} icons in {target.relative_to(settings.BASE_DIR)}")


def names_in_use(root: Path) -> list[str]:
    """Every icon that a template, the menu or a wording names, in order."""
    return sorted(set(_in_templates(root)) | _in_code())


def sprite(names: list[str], *, source: Path) -> str:
    """The sprite of these icons. Raises CommandError for a name that the package has not."""
    known = {name: (attributes, body) for name, attributes, body in SYMBOL.findall(source.read_text(encoding="utf-8"))}
    if missing := [name for name in names if name not in known]:
        raise CommandError(f"the icon package has no {', '.join(missing)}")
    symbols = (f'<symbol id="{name}"{known[name][0]}>{known[name][1]}</symbol>' for name in names)
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _in_templates(root: Path) -> Iterator[str]:
    for file in (root / "templates").rglob("*.html"):
        yield from NAMED.findall(file.read_text(encoding="utf-8"))


def _in_code() -> set[str]:
    of_menu = {one.icon for one in navigation.MENU if isinstance(one, navigation.Entry)}
    of_words = {one.icon for table in wording.KINDS.values() for one in table.values() if one.icon}
    return of_menu | of_words
