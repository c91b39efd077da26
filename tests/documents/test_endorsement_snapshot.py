"""The snapshot: one written form, a digest that covers all of it, and no room for facts that cannot stand together."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest

from policies.domain import endorsement_parts as parts
from policies.domain.endorsement import (
    EndorsementSnapshot,
    InconsistentEndorsement,
    UnreadableSnapshot,
    digest,
    disclosed,
    from_json,
    to_json,
)
from tests.documents import snapshots

changed = msgspec.structs.replace


@pytest.mark.parametrize("product", snapshots.ALL)
def test_a_snapshot_comes_back_from_its_json(product: str) -> None:
    snapshot = snapshots.ALL[product]()
    assert from_json(to_json(snapshot)) == snapshot
    assert to_json(from_json(to_json(snapshot))) == to_json(snapshot)


def test_json_is_canonical_whatever_the_form_of_a_figure_or_the_zone_of_an_instant() -> None:
    snapshot = snapshots.cap_plus()
    paris = timezone(timedelta(hours=2))
    same = changed(
        snapshot,
        issued_at=datetime(2020, 6, 15, 9, 31, 12, tzinfo=paris),
        amounts=changed(snapshot.amounts, granted=Decimal("1E+5")),
        cover=changed(snapshot.cover, insured_ratio=Decimal("0.80000000")),
    )
    assert to_json(same) == to_json(snapshot)
    document = json.loads(to_json(snapshot))
    assert list(document) == sorted(document)
    assert document["amounts"]["granted"] == "100000.00"
    assert document["premium"]["rate"] == "0.00875"


def test_a_snapshot_is_frozen() -> None:
    with pytest.raises((AttributeError, FrozenInstanceError)):
        snapshots.cap_plus().number = "other"  # type: ignore[misc]


def test_the_disclosed_copy_hides_the_treaty_shares_and_has_the_same_digest() -> None:
    snapshot = snapshots.cap_plus()
    outside = to_json(disclosed(snapshot))
    assert b"CCR-EH-SUB-2020" in to_json(snapshot)
    for secret in (b"CCR-EH-SUB-2020", b"0.95", b"95000.00", snapshots.SALT.encode()):
        assert secret not in outside
    assert digest(disclosed(snapshot)) == digest(snapshot)
    assert disclosed(disclosed(snapshot)) == disclosed(snapshot)


def every_change() -> list[tuple[str, EndorsementSnapshot]]:
    """The snapshot with one field after another set to something else, where the facts still stand together."""
    snapshot = snapshots.cap_francexport_plus()
    words = [(name, value) for name, value in msgspec.structs.asdict(snapshot).items() if isinstance(value, str)]
    free = [name for name, _ in words if name not in ("product", "cause", "form")]
    return [(name, changed(snapshot, **{name: "other"})) for name in free] + [
        ("treaty_shares", changed(snapshot, treaty_shares=changed(snapshot.treaty_shares, treaty="other"))),
        ("term", changed(snapshot, term=changed(snapshot.term, number=9))),
        ("premium", changed(snapshot, premium=changed(snapshot.premium, is_illustrative=False))),
        ("reasons", changed(snapshot, reasons=snapshot.reasons[:1])),
        ("broker", changed(snapshot, broker=None)),
    ]


@pytest.mark.parametrize(("field", "other"), every_change(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_digest_covers_every_field(field: str, other: EndorsementSnapshot) -> None:
    assert digest(other) != digest(snapshots.cap_francexport_plus()), field


def test_another_salt_gives_another_digest_so_shares_cannot_be_guessed_from_it() -> None:
    snapshot = snapshots.cap_plus()
    salted = changed(snapshot, treaty_shares=changed(snapshot.treaty_shares, salt="0" * 32))
    assert digest(salted) != digest(snapshot)


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (lambda s: changed(s, export=snapshots.cap_francexport().export), "export part"),
        (lambda s: changed(s, product="cap"), "refusal"),
        (lambda s: changed(s, default_probability=None), "default probability"),
        (lambda s: changed(s, reasons=()), "reasons"),
        (lambda s: changed(s, acceptance=None), "accepted"),
        (lambda s: changed(s, premium=None), "premium"),
        (lambda s: changed(s, version=0), "version"),
        (lambda s: changed(s, reinsurance=changed(s.reinsurance, reinsurer="bpifrance")), "ccr"),
        (lambda s: changed(s, amounts=changed(s.amounts, granted=Decimal(100001))), "maximum"),
        (lambda s: changed(s, amounts=changed(s.amounts, granted=Decimal(-1))), "granted"),
        (lambda s: changed(s, amounts=changed(s.amounts, granted=Decimal("1.001"))), "cent"),
        (lambda s: changed(s, amounts=changed(s.amounts, currency="USD")), "euro"),
        (lambda s: changed(s, amounts=changed(s.amounts, granted=Decimal(90000))), "kept and ceded"),
        (lambda s: changed(s, cover=changed(s.cover, insured_ratio=Decimal("1.01"))), "ratio"),
        (lambda s: changed(s, term=changed(s.term, end=s.term.first)), "one day"),
        (lambda s: changed(s, policyholder=changed(s.policyholder, siren="123456789")), "SIREN"),
        (lambda s: changed(s, issued_at=datetime(2020, 6, 15)), "time zone"),  # noqa: DTZ001 (the point of the test)
    ],
)
def test_facts_that_cannot_stand_together_are_refused(change, fact) -> None:
    with pytest.raises(InconsistentEndorsement, match=fact):
        change(snapshots.cap_plus())


@pytest.mark.parametrize("document", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"number": 1}'])
def test_other_bytes_are_no_snapshot(document: bytes) -> None:
    with pytest.raises(UnreadableSnapshot):
        from_json(document)


def test_a_field_that_nobody_knows_is_refused() -> None:
    document = json.loads(to_json(snapshots.cap_plus())) | {"surprise": 1}
    with pytest.raises(UnreadableSnapshot, match="surprise"):
        from_json(json.dumps(document).encode())


def test_what_takes_cover_away_needs_neither_acceptance_nor_premium() -> None:
    assert snapshots.forced_reduction().acceptance is None


def test_ratios_have_two_decimals_at_least_and_no_needless_zero() -> None:
    written = [
        str(parts.Cover(insured_ratio=Decimal(text)).insured_ratio) for text in ("0.8", "1", "0.00875", "0.875000", "0")
    ]
    assert written == ["0.80", "1.00", "0.00875", "0.875", "0.00"]
