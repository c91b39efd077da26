"""What does an endorsement say? A frozen snapshot with every mention it must carry, its canonical JSON and its digest.

Code des assurances, L. 112-4 (date, parties, risk, start and duration, amount, premium). The document is a function of
this value alone, so a page printed years later says what was granted, whatever has changed since. How the risk is
shared with the reinsurer stays inside: the copy that leaves the insurer carries only a digest of it.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec

from capweb.kernel.errors import DomainError
from policies.domain.endorsement_parts import (
    Acceptance,
    Amounts,
    Broker,
    Buyer,
    Company,
    Cover,
    CoverTerm,
    DefaultProbability,
    ExportSale,
    Form,
    InconsistentEndorsement,
    MeasuredPart,
    Premium,
    Product,
    Rating,
    Reason,
    RecordedException,
    Reinsurance,
    Scheme,
    SealedTreatyShares,
    Signatory,
    TreatyShares,
    Trigger,
    insist,
)

__all__ = [
    "GRANTING_CAUSES",
    "TEMPLATE_VERSION",
    "Cause",
    "EndorsementSnapshot",
    "InconsistentEndorsement",
    "UnreadableSnapshot",
    "digest",
    "disclosed",
    "from_json",
    "to_json",
]

# Changes whenever the layout or a label of the printed page changes; a snapshot keeps the one it was issued with.
TEMPLATE_VERSION: Final = "1"

Cause = Literal[
    "grant",
    "renewal",
    "increase",
    "reduction",
    "primary_reduced",
    "primary_ended",
    "insolvency",
    "overdue",
    "law_change",
    "identity_change",
    "one_buyer",
    "withdrawal",
    "end",
    "correction",
]

_SHARES: Final = b'"treaty_shares":'

# What gives cover needs the policyholder's acceptance and a price; what takes it away needs neither.
GRANTING_CAUSES: Final = frozenset({"grant", "renewal", "increase"})


class UnreadableSnapshot(DomainError):
    """Bytes that are not the JSON of an endorsement's snapshot; the message says where they differ."""

    code = "unreadable_snapshot"
    status = 422


class EndorsementSnapshot(MeasuredPart, frozen=True, kw_only=True):
    """Everything an endorsement says, frozen on the day it is issued.

    Amounts have two decimals, ratios lie between 0 and 1, days are half-open, instants are in UTC. Raises
    InconsistentEndorsement when the facts cannot stand on one document.
    """

    instant_fields = ("issued_at",)
    number: str
    version: int
    issued_on: date
    issued_at: datetime
    effective_on: date
    cause: Cause
    form: Form
    guarantee: str
    policy_number: str
    replaces: str | None = None
    insurer: Company
    policyholder: Company
    broker: Broker | None
    product: Product
    scheme: Scheme
    buyer: Buyer
    rating: Rating
    category: int | None
    default_probability: DefaultProbability | None
    trigger: Trigger
    amounts: Amounts
    cover: Cover
    term: CoverTerm
    premium: Premium | None
    reinsurance: Reinsurance
    treaty_shares: TreatyShares | SealedTreatyShares
    export: ExportSale | None
    reasons: tuple[Reason, ...]
    exceptions: tuple[RecordedException, ...] = ()
    acceptance: Acceptance | None
    signatory: Signatory | None = None
    wording: str
    template_version: str = TEMPLATE_VERSION

    def __post_init__(self) -> None:
        super().__post_init__()
        _insist_on_product(self)
        _insist_on_amounts(self)

    @property
    def is_export(self) -> bool:
        return self.product in ("cap_francexport", "cap_francexport_plus")

    @property
    def is_substitution(self) -> bool:
        return self.product in ("cap_plus", "cap_francexport_plus")


def _insist_on_product(snapshot: EndorsementSnapshot) -> None:
    product, trigger = snapshot.product, snapshot.trigger
    insist(bool(snapshot.number.strip()) and snapshot.version >= 1, "an endorsement has a number and a version from 1")
    insist(snapshot.is_export == (snapshot.export is not None), f"the export part belongs to export, not to {product}")
    substitutes = trigger.kind in ("refusal", "cessation")
    insist(snapshot.is_substitution == substitutes, f"{product} does not follow from a {trigger.kind}")
    if product == "cap_plus":
        insist(snapshot.default_probability is not None, "CAP+ states the default probability at subscription")
    reinsurer = "bpifrance" if snapshot.is_export else "ccr"
    insist(snapshot.reinsurance.reinsurer == reinsurer, f"{product} is reinsured by {reinsurer}")
    insist(bool(snapshot.reasons), "an endorsement gives the reasons of its decision")
    if snapshot.cause in GRANTING_CAUSES:
        insist(snapshot.acceptance is not None, f"a {snapshot.cause} was accepted by the policyholder")
        insist(snapshot.premium is not None, f"a {snapshot.cause} has a premium")


def _insist_on_amounts(snapshot: EndorsementSnapshot) -> None:
    amounts, shares, premium = snapshot.amounts, snapshot.treaty_shares, snapshot.premium
    insist(amounts.maximum is None or amounts.granted <= amounts.maximum, "no more is granted than the maximum")
    insist(amounts.currency == "EUR", f"limits are in euro, not {amounts.currency}")
    if isinstance(shares, TreatyShares):
        insist(shares.kept_amount + shares.ceded_amount == amounts.granted, "kept and ceded amounts make the grant")
    if premium is not None:
        insist(premium.base <= max(amounts.granted, amounts.previous or Decimal(0)), "premium rests on the cover")


def to_json(snapshot: EndorsementSnapshot) -> bytes:
    """Canonical JSON: keys sorted, no spaces, amounts and ratios as strings. The same snapshot, the same bytes."""
    return msgspec.json.encode(snapshot, order="sorted")


def from_json(document: bytes) -> EndorsementSnapshot:
    """The snapshot that `to_json` wrote, open or disclosed.

    Raises UnreadableSnapshot for other bytes, InconsistentEndorsement for facts that cannot stand together.
    """
    try:
        return msgspec.json.decode(document, type=EndorsementSnapshot)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnreadableSnapshot(f"This is not the snapshot of an endorsement: {error}.") from error


def disclosed(snapshot: EndorsementSnapshot) -> EndorsementSnapshot:
    """The copy that may leave the insurer: the treaty shares are replaced by their digest."""
    shares = snapshot.treaty_shares
    if isinstance(shares, SealedTreatyShares):
        return snapshot
    sealed = SealedTreatyShares(digest=_sha256(msgspec.json.encode(shares, order="sorted")))
    changed: dict[str, Any] = {"treaty_shares": sealed}
    return msgspec.structs.replace(snapshot, **changed)


def digest(snapshot: EndorsementSnapshot, *, written: bytes | None = None) -> str:
    """SHA-256, in hexadecimal, of the disclosed copy's canonical JSON: the digest printed on the document.

    The digest covers the treaty shares through their own digest, so the open snapshot and its disclosed copy have the
    same one, and whoever holds the document cannot read the shares from it. `written` is what `to_json` wrote of the
    snapshot, where it is at hand.
    """
    content = to_json(snapshot) if written is None else written
    shares = snapshot.treaty_shares
    if isinstance(shares, SealedTreatyShares):
        return _sha256(content)
    # The disclosed copy differs in this one place. Inside a text the quotes would be escaped, so it is met once.
    open_part = msgspec.json.encode(shares, order="sorted")
    sealed_part = msgspec.json.encode(SealedTreatyShares(digest=_sha256(open_part)), order="sorted")
    return _sha256(content.replace(_SHARES + open_part, _SHARES + sealed_part, 1))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
