"""Put together the audit pack of a technical account: bordereaux, statement, terms, law, journal, seals, checker.

Reads only. The public law comes from above as plain JSON: this room knows nothing of the law book.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor, PlatformActor
from capweb.paper.french import day
from reinsurance.documents import bordereau_words as words
from reinsurance.documents.audit_pack import AuditPack
from reinsurance.documents.bordereau_files import bordereau_csv, bordereau_json
from reinsurance.documents.bordereau_xlsx import bordereau_xlsx
from reinsurance.documents.pack_words import README_EN, README_FR
from reinsurance.documents.statement_page import attached_text
from reinsurance.domain.closing import period_name
from reinsurance.queries import bordereaux, journal_extract
from reinsurance.queries.bordereaux import BordereauRow
from reinsurance.queries.journal_extract import Movement
from reinsurance.queries.technical_accounts import TechnicalAccountRow, technical_account
from reinsurance.queries.treaties import treaty_named

_ROOT: Final = Path(settings.BASE_DIR)
CHECKER: Final = _ROOT / "tools" / "check_bordereau.py"
SCHEMA: Final = _ROOT / "docs" / "schemas" / "bordereau-1.json"
_COLUMNS: Final = tuple(Movement.__dataclass_fields__)


def audit_pack(actor: Actor | PlatformActor, account_id: str, *, law: Mapping[str, Any]) -> IO[bytes]:
    """The zip of a technical account (its public id), open at its beginning; the caller closes it. Opens its own short
    transactions: not inside acting(). Raises TechnicalAccountUnknown.
    """
    actor.must_be_allowed("bordereaux.read")
    with _reading(actor):
        account = technical_account(actor, account_id)
        told = bordereaux.bordereaux(actor, treaty=account.treaty, period=account.period, size=1_000).rows
    pack = AuditPack(folder=f"audit-{account_id}", dated=account.closed_on)
    _add_readme(pack, account)
    for one in reversed(told):
        _add_bordereau(pack, actor, one)
    _add_account(pack, account)
    pack.add("droit/public-law.json", [_json(law)])
    pack.add("schema/bordereau-1.json", [SCHEMA.read_bytes()])
    pack.add("traite.json", [_json(account.document["head"]["treaty"])])
    with _reading(actor):
        _add_journal(pack, actor, account)
    pack.add("verifier/check_bordereau.py", [CHECKER.read_bytes()])
    return pack.finished()


def _reading(actor: Actor | PlatformActor) -> AbstractContextManager[Any]:
    return acting(actor) if isinstance(actor, Actor) else nullcontext()


def _add_readme(pack: AuditPack, account: TechnicalAccountRow) -> None:
    head = account.document["head"]
    last = account.period.end - timedelta(days=1)
    said = {
        "title": account.public_id,
        "cedant": account.insurer_name,
        "reinsurer": account.reinsurer_name,
        "number": account.journal_number,
        "cover": words.cover(head["treaty"]),
    }
    french = {"days": f"du {day(account.period.first)} au {day(last)}", "closed_on": day(account.closed_on)}
    english = {
        "cover": f"{account.treaty_kind}, {account.market}",
        "days": f"from {account.period.first} to {last}",
        "closed_on": account.closed_on.isoformat(),
    }
    pack.add("LISEZMOI.txt", [README_FR.format(**{**said, **french}).encode()])
    pack.add("README.txt", [README_EN.format(**{**said, **english}).encode()])


def _add_bordereau(pack: AuditPack, actor: Actor | PlatformActor, one: BordereauRow) -> None:
    name = f"bordereaux/{period_name(one.period)}-{one.kind}"
    pack.add(f"{name}.json", bordereau_json(one.written, one.public_id, bordereaux.in_pieces(actor, one)))
    pack.add(f"{name}.csv", bordereau_csv(one.written, one.public_id, bordereaux.in_pieces(actor, one)))
    with bordereau_xlsx(one.written, one.public_id, bordereaux.in_pieces(actor, one)) as book:
        pack.add(f"{name}.xlsx", iter(lambda: book.read(65_536), b""))


def _add_account(pack: AuditPack, account: TechnicalAccountRow) -> None:
    from reinsurance.documents.statement_pdf import statement_pdf

    pack.add("compte/compte.pdf", [statement_pdf(account.public_id, account.document, sha256=account.sha256)])
    pack.add("compte/compte.json", [attached_text(account.document).encode()])


def _add_journal(pack: AuditPack, actor: Actor | PlatformActor, account: TechnicalAccountRow) -> None:
    treaty = treaty_named(actor, account.treaty)
    moved = journal_extract.movements(
        actor,
        insurer_id=treaty.insurer_id,
        treaty_id=treaty.pk,
        first=account.period.first,
        end=account.period.end,
    )
    pack.add("journal.csv", _csv(moved))
    seal = journal_extract.seal_over(actor, insurer_id=treaty.insurer_id, number=account.journal_number)
    if seal is not None:
        pack.add("sceaux/checkpoint.txt", [seal.note.encode()])
        leaves = journal_extract.leaf_hashes(actor, insurer_id=treaty.insurer_id, size=seal.size)
        pack.add("sceaux/leaves.txt", (f"{leaf}\n".encode() for leaf in leaves))


def _csv(moved: Iterator[Movement]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _row(_COLUMNS)
    for one in moved:
        yield _row(["" if (value := getattr(one, name)) is None else str(value) for name in _COLUMNS])


def _row(cells: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
