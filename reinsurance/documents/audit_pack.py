"""An audit pack: one zip with which an outsider checks a treaty's account without us.

Members are given as pieces and written one after another; days inside come from the close, so the same pack has the
same bytes. The manifest at its end holds the SHA-256 of every member.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterable
from datetime import date
from typing import IO, Final

MANIFEST: Final = "MANIFEST.sha256"


class AuditPack:
    """A zip in the making; `file` is an open temporary file that the caller closes."""

    def __init__(self, *, folder: str, dated: date) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile(prefix="audit-pack-", suffix=".zip")  # noqa: SIM115
        self._zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED)
        self._folder, self._dated = folder, dated
        self._digests: list[str] = []

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a member piece by piece."""
        digest = hashlib.sha256()
        with self._zip.open(self._info(name), "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                member.write(piece)
        self._digests.append(f"{digest.hexdigest()}  {name}\n")

    def finished(self) -> IO[bytes]:
        """The zip with its manifest, at its beginning."""
        self._zip.writestr(self._info(MANIFEST), "".join(self._digests))
        self._zip.close()
        self.file.seek(0)
        return self.file

    def _info(self, name: str) -> zipfile.ZipInfo:
        day = self._dated
        info = zipfile.ZipInfo(f"{self._folder}/{name}", (day.year, day.month, day.day, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        return info
