"""What pages load is shipped and complete: icons, translations, and a lock that names no registry."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import polib
from django.conf import settings

from capweb.http.npm_files import SERVED
from capweb.management.commands.compile_translations import untranslated
from capweb.management.commands.draw_icons import names_in_use

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "capweb" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
IN_TEMPLATES = re.compile(r"""\{%\s*translate\s+(?:"([^"]+)"|'([^']+)')""")
BLANKS = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def test_every_icon_that_is_named_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (ROOT / "capweb/static/icons.svg").read_text("utf-8")))
    assert set(names_in_use(ROOT)) <= drawn


def test_every_sentence_has_its_french():
    assert untranslated(CATALOGUE) == []


def test_every_sentence_of_the_templates_is_in_the_catalogue():
    known = {entry.msgid for entry in polib.pofile(str(CATALOGUE))}
    # A percent sign is doubled in the catalogue, as gettext wants it.
    named = {
        (one or other).replace("%", "%%")
        for file in (ROOT / "templates").rglob("*.html")
        for one, other in IN_TEMPLATES.findall(file.read_text("utf-8"))
    }
    assert named - known == set()


def test_a_translation_fills_the_same_blanks():
    for entry in polib.pofile(str(CATALOGUE)):
        blanks = set(BLANKS.findall(entry.msgid_plural or entry.msgid))
        if entry.msgid_plural:
            # One of a thing need not be counted.
            assert set(BLANKS.findall(entry.msgstr_plural[0])) <= blanks, entry.msgid
        assert set(BLANKS.findall(entry.msgstr_plural[1] if entry.msgid_plural else entry.msgstr)) == blanks, (
            entry.msgid
        )


def test_the_lock_names_no_address():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert not any("resolved" in package for package in lock["packages"].values())


def test_only_named_files_of_the_packages_are_served():
    assert sum(len(names) for _, names in SERVED.values()) < 10


def test_the_scripts_are_sound():
    for script in (ROOT / "capweb" / "static").glob("*.js"):
        subprocess.run(["node", "--check", str(script)], check=True)
