"""The three files of a bordereau in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from reinsurance.documents.bordereau_files import Pieces, bordereau_csv, bordereau_json
from reinsurance.documents.bordereau_xlsx import bordereau_xlsx
from reinsurance.domain.bordereau_layout import Written


def save_bordereau(stem: Path, written: Written, public_id: str, pieces: Callable[[], Pieces]) -> None:
    """Write `stem`.json, .csv and .xlsx; `pieces` gives the lines from the beginning each time it is called."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    for suffix, write in ((".json", bordereau_json), (".csv", bordereau_csv)):
        with Path(f"{stem}{suffix}").open("wb") as file:
            file.writelines(write(written, public_id, pieces()))
    with bordereau_xlsx(written, public_id, pieces()) as book, Path(f"{stem}.xlsx").open("wb") as file:
        shutil.copyfileobj(book, file)
