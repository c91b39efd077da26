"""A real server and a real worker over the test database, and a real browser that opens pages on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, sync_playwright

from tests.cast import PASSWORD

AXE = Path(settings.NODE_MODULES) / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}


def chromium() -> str | None:
    """The browser of this machine: CAPWEB_CHROMIUM, or the one on the path."""
    named = os.environ.get("CAPWEB_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def server() -> Iterator[str]:
    """The pages on a free port; the address to begin at. Static files come from their finders."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={}, port=0)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
        for connection in connections.all():
            connection.close()


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    # Playwright keeps an event loop in this thread; the tests' own queries are made between its calls, never inside.
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield opened
        finally:
            opened.close()


class Visitor:
    """One person at the browser. Whatever the page complains about is kept in `complaints`."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1280, height: int = 800) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.page: Page = browser.new_context(
            viewport={"width": width, "height": height}, locale="fr-FR", accept_downloads=True
        ).new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._went)

    def sign_in(self, email: str) -> Visitor:
        self.open("/sign-in/login/")
        self.page.fill("#id_login", email)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "sign-in" not in url)
        return self

    def open(self, path: str) -> Visitor:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status < 400, (path, answer.status)
        return self

    def barriers(self) -> list[str]:
        """What axe-core finds serious on the page that is open: rule and places."""
        # Evaluated by the browser's own tools, so the page's policy of content stays as it is.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("axe.run({resultTypes: ['violations']})")
        return [
            f"{one['id']}: " + "; ".join(" ".join(node["target"]) for node in one["nodes"])
            for one in found["violations"]
            if one["impact"] in SERIOUS
        ]

    def overflows(self) -> bool:
        """Whether the page is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _went(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"went to {request.url}")
