"""The advice of a large loss and the cash call on paper, in French: which claim, what it comes to, which threshold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from capweb.paper.french import day, money, shown
from capweb.paper.pdf import Attached
from reinsurance.documents import bordereau_words as words
from reinsurance.documents.statement_page import Figure, Page, Party, Row, Table
from reinsurance.documents.statement_pdf import paper
from reinsurance.domain.bordereau_layout import flat

_TITLES: Final = {"large_loss": "Avis de sinistre important", "cash_call": "Appel au comptant"}
_ATTACHMENT: Final = "avis.json"
_LINES: Final = {
    "paid": "Indemnités cédées payées",
    "outstanding": "Provision cédée",
    "recovered": "Récupérations cédées",
    "incurred": "Charge cédée (payé + provision − récupérations)",
    "threshold": "Seuil du traité",
}


def advice_pdf(facts: Mapping[str, str], *, at: datetime) -> bytes:
    """An advice (queries.large_losses.AdviceRow.facts) as a PDF that carries the digest of what it says."""
    digest = hashlib.sha256("".join(f"{path}\t{text}\n" for path, text in flat(facts)).encode()).hexdigest()
    text = json.dumps(dict(facts), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    attached = Attached(name=_ATTACHMENT, text=text, description="Avis de sinistre", at=at)
    return paper(_page(facts, digest), attached)


def _page(facts: Mapping[str, str], digest: str) -> Page:
    booked_on = date.fromisoformat(facts["booked_on"])
    cover = words.cover({"kind": facts["treaty_kind"], "market": facts["market"]})
    rows = tuple(
        Row(label, (money(Decimal(facts[name])),), "last" if name == "incurred" else "")
        for name, label in _LINES.items()
    )
    return Page(
        title=_TITLES[facts["kind"]],
        span=f"Sinistre {shown(facts['claim_reference'])}",
        days="",
        number=facts["id"],
        dated=f"établi le {day(booked_on)}",
        at_iso=f"{booked_on.isoformat()}T00:00:00+00:00",
        insurer=shown(facts["insurer"]),
        cover=cover,
        parties=(
            Party("Cédante", shown(facts["insurer"])),
            Party("Réassureur", shown(facts["reinsurer"])),
            Party("Traité", cover, (facts["treaty"],)),
        ),
        figures=(
            Figure("Charge cédée", money(Decimal(facts["incurred"]))),
            Figure("Seuil", money(Decimal(facts["threshold"]))),
        ),
        tables=(Table("Situation du sinistre", ("En euros, part cédée", "Montant"), rows),),
        digest=digest,
        attachment=_ATTACHMENT,
    )
