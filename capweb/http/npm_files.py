"""Which files of the npm packages are served: the component kit and htmx, nothing else of their folders.

The packages hold thousands of files that no page loads; collecting and compressing them would take minutes.
"""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage, Storage

# Address below STATIC_URL → folder below node_modules, and the files taken from it. The maps are named by the files
# themselves, and the manifest storage refuses a name that leads nowhere.
SERVED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "tabler/css": ("@tabler/core/dist/css", ("tabler.min.css", "tabler.min.css.map")),
    "tabler/js": ("@tabler/core/dist/js", ("tabler.min.js", "tabler.min.js.map")),
    "htmx": ("htmx.org/dist", ("htmx.min.js",)),
}


class NpmFinder(BaseFinder):
    """Finds the files of SERVED in NODE_MODULES."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        self.storages: dict[str, FileSystemStorage] = {}
        for prefix, (folder, _names) in SERVED.items():
            storage = FileSystemStorage(location=settings.NODE_MODULES / folder)
            storage.prefix = prefix  # type: ignore[attr-defined]
            self.storages[prefix] = storage

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        """The file behind a static address: its path, or a list of them when all are asked for."""
        prefix, name = os.path.split(path)
        found = prefix in SERVED and name in SERVED[prefix][1] and self.storages[prefix].exists(name)
        if not found:
            return []
        location = self.storages[prefix].path(name)
        return [location] if find_all else location

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every served file that is installed, with the storage that holds it."""
        for prefix, (_folder, names) in SERVED.items():
            storage = self.storages[prefix]
            for name in names:
                if storage.exists(name) and not matches_patterns(name, ignore_patterns or []):
                    yield name, storage

    def check(self, **_kwargs: Any) -> builtins.list[Any]:
        return []
