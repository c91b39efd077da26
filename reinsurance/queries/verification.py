"""Does the ledger say the truth? Every total recomputed from the transfers, and the books held against the cessions.

Read as the platform role, over all insurers. Each check is a second way to a number that the trigger or a command wrote
the first way; a difference is told, never mended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connections

from reinsurance.domain.chart import CODES_BY_ENTRY_KIND, PAIRS
from reinsurance.queries.books import PLATFORM

LARGEST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the books: how many things were compared, and what does not agree (the first hundred)."""

    name: str
    compared: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """All checks; `agrees` when none found a difference."""

    checks: tuple[Check, ...]

    @property
    def agrees(self) -> bool:
        return not any(check.differences for check in self.checks)


def verify_ledger() -> Verification:
    """Run every check in one read of the books (one snapshot, nothing is locked)."""
    connection = connections[PLATFORM]
    was_in_transaction = connection.in_atomic_block
    with connection.cursor() as cursor:
        if not was_in_transaction:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            checks = tuple(_compared(cursor, name, *query) for name, query in _CHECKS.items())
        finally:
            if not was_in_transaction:
                cursor.execute("ROLLBACK")
    return Verification(checks)


Parameters = dict[str, object]


def _compared(cursor: object, name: str, count: str, differences: str, parameters: Callable[[], Parameters]) -> Check:
    run: Callable[[str, Parameters], None] = cursor.execute  # type: ignore[attr-defined]
    run(count, {})
    (compared,) = cursor.fetchone()  # type: ignore[attr-defined]
    run(f"{differences} LIMIT {LARGEST_TOLD}", parameters())
    return Check(name, int(compared), tuple(str(row[0]) for row in cursor.fetchall()))  # type: ignore[attr-defined]


def _pairs() -> Parameters:
    return {
        "debit": [pair.debit_class for pair in PAIRS],
        "credit": [pair.credit_class for pair in PAIRS],
        "code": [pair.code for pair in PAIRS],
        "state": [pair.state for pair in PAIRS],
    }


def _codes() -> Parameters:
    senses = [(kind, code) for kind, codes in CODES_BY_ENTRY_KIND.items() for code in sorted(codes)]
    return {"kind": [kind for kind, _code in senses], "code": [code for _kind, code in senses]}


_TRANSFERS = "SELECT count(*) FROM reinsurance_transfer"
_TREATIES = "SELECT count(*) FROM reinsurance_treaty"
_CESSIONS = "SELECT count(*) FROM reinsurance_cession"

# What each transfer does to the four totals of its two accounts.
_TOTALS = """
    WITH moves AS (
        SELECT t.*, COALESCE(p.amount, 0) AS held
        FROM reinsurance_transfer t LEFT JOIN reinsurance_transfer p ON p.id = t.pending_id
    ), sides AS (
        SELECT debit_account_id AS account_id, 'd' AS side, amount, held, state FROM moves
        UNION ALL SELECT credit_account_id, 'c', amount, held, state FROM moves
    ), sums AS (
        SELECT account_id,
               COALESCE(sum(amount) FILTER (WHERE side = 'd' AND state IN ('posted', 'post')), 0) AS debits_posted,
               COALESCE(sum(amount) FILTER (WHERE side = 'c' AND state IN ('posted', 'post')), 0) AS credits_posted,
               COALESCE(sum(CASE state WHEN 'pending' THEN amount ELSE -held END)
                        FILTER (WHERE side = 'd' AND state <> 'posted'), 0) AS debits_pending,
               COALESCE(sum(CASE state WHEN 'pending' THEN amount ELSE -held END)
                        FILTER (WHERE side = 'c' AND state <> 'posted'), 0) AS credits_pending
        FROM sides GROUP BY account_id
    )
    SELECT format('account %%s (%%s %%s): totals say %%s, transfers say %%s', a.id, a.market, a.account_class,
                  ROW(a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending)::text,
                  ROW(s.debits_posted, s.credits_posted, s.debits_pending, s.credits_pending)::text)
    FROM reinsurance_ledgeraccount a LEFT JOIN sums s ON s.account_id = a.id
    WHERE (a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending)
          IS DISTINCT FROM (COALESCE(s.debits_posted, 0), COALESCE(s.credits_posted, 0),
                            COALESCE(s.debits_pending, 0), COALESCE(s.credits_pending, 0))
    ORDER BY a.id
"""

# Each envelope's history in the order of its lock: no gap, each step the entry's own transfers, each room the last
# one plus the step, and no draw that left room missing.
_HISTORY = """
    WITH moves AS (
        SELECT t.entry_id,
               CASE WHEN t.debit_class = 'envelope' THEN t.debit_account_id ELSE t.credit_account_id END AS account_id,
               CASE WHEN t.credit_class = 'envelope' THEN t.amount
                    WHEN t.state = 'post' THEN p.amount - t.amount
                    WHEN t.state = 'void' THEN p.amount
                    ELSE -t.amount END AS change,
               t.code NOT IN ('authorised', 'law_reduced') AS is_draw
        FROM reinsurance_transfer t LEFT JOIN reinsurance_transfer p ON p.id = t.pending_id
        WHERE 'envelope' IN (t.debit_class, t.credit_class)
    ), by_entry AS (
        SELECT account_id, entry_id, sum(change) AS change, COALESCE(sum(change) FILTER (WHERE is_draw), 0) AS drawn
        FROM moves GROUP BY 1, 2
    ), history AS (
        SELECT m.*, row_number() OVER run AS expected_position, sum(m.change) OVER run AS expected_room,
               sum(m.change) OVER (PARTITION BY m.account_id, m.entry_id) AS entry_change
        FROM reinsurance_envelopemovement m
        WINDOW run AS (PARTITION BY m.account_id ORDER BY m.position)
    )
    SELECT format('envelope %%s, position %%s, entry %%s: %%s', account_id, position, entry_id, fault)
    FROM (
        SELECT h.account_id, h.position, h.entry_id,
               CASE WHEN h.position <> h.expected_position THEN 'a step is missing before it'
                    WHEN h.free_after <> h.expected_room
                    THEN 'room ' || h.free_after || ' instead of ' || h.expected_room
                    WHEN h.entry_change IS DISTINCT FROM e.change
                    THEN 'the transfers say ' || COALESCE(e.change::text, 'nothing')
                    WHEN e.drawn < 0 AND h.free_after < 0 THEN 'drawn beyond the ceiling'
               END AS fault
        FROM history h LEFT JOIN by_entry e ON e.account_id = h.account_id AND e.entry_id = h.entry_id
        UNION ALL
        SELECT e.account_id, NULL, e.entry_id, 'has no step in the history'
        FROM by_entry e
        LEFT JOIN reinsurance_envelopemovement m ON m.account_id = e.account_id AND m.entry_id = e.entry_id
        WHERE m.id IS NULL AND e.change <> 0
        UNION ALL
        SELECT a.id, a.movements, NULL, 'the history ends elsewhere than the account'
        FROM reinsurance_ledgeraccount a
        LEFT JOIN history h ON h.account_id = a.id AND h.position = a.movements
        WHERE a.account_class = 'envelope'
          AND a.credits_posted - a.debits_posted - a.debits_pending <> COALESCE(h.free_after, 0)
    ) AS told
    WHERE fault IS NOT NULL ORDER BY account_id, position
"""

_SENSE = """
    SELECT format('entry %%s (%%s): a transfer of code %%s does not belong there', e.id, e.kind, t.code)
    FROM reinsurance_transfer t LEFT JOIN reinsurance_journalentry e ON e.id = t.entry_id
    WHERE e.id IS NULL OR e.insurer_id IS DISTINCT FROM t.insurer_id OR (e.kind, t.code) NOT IN
          (SELECT k, c FROM unnest(%(kind)s::text[], %(code)s::text[]) AS sense (k, c))
    ORDER BY t.id
"""
_CHART = """
    SELECT format('transfer %%s: %%s to %%s as %%s (%%s) is not in the chart',
                  t.id, t.debit_class, t.credit_class, t.code, t.state)
    FROM reinsurance_transfer t
    WHERE (t.debit_class, t.credit_class, t.code, t.state) NOT IN
          (SELECT * FROM unnest(%(debit)s::text[], %(credit)s::text[], %(code)s::text[], %(state)s::text[]))
    ORDER BY t.id
"""

# What the cessions and their changes come to, treaty by treaty, against the treaty's accounts.
_POSITIONS = """
    WITH latest AS (
        SELECT DISTINCT ON (cession_id) cession_id, live_ceded_amount
        FROM reinsurance_cessionchange ORDER BY cession_id, position DESC
    ), live AS (
        SELECT c.treaty_id, sum(COALESCE(l.live_ceded_amount, c.ceded_amount)) AS live,
               sum(c.ceded_premium) AS premium, sum(c.commission) AS commission
        FROM reinsurance_cession c LEFT JOIN latest l ON l.cession_id = c.id GROUP BY 1
    ), changed AS (
        SELECT c.treaty_id,
               COALESCE(sum(x.run_off_amount) FILTER (WHERE r.id IS NULL), 0) AS run_off,
               sum(x.ceded_premium_credited) AS credited, sum(x.commission_returned) AS returned
        FROM reinsurance_cessionchange x
        JOIN reinsurance_cession c ON c.id = x.cession_id
        LEFT JOIN reinsurance_runoffrelease r ON r.change_id = x.id
        GROUP BY 1
    ), expected AS (
        SELECT t.id AS treaty_id, k.account_class,
               CASE k.account_class
                   WHEN 'live' THEN COALESCE(l.live, 0)
                   WHEN 'run_off' THEN COALESCE(x.run_off, 0)
                   WHEN 'ceded_premium' THEN -(COALESCE(l.premium, 0) - COALESCE(x.credited, 0))
                   ELSE COALESCE(l.commission, 0) - COALESCE(x.returned, 0)
               END AS balance
        FROM reinsurance_treaty t
        CROSS JOIN unnest(ARRAY['live', 'run_off', 'ceded_premium', 'commission']) AS k (account_class)
        LEFT JOIN live l ON l.treaty_id = t.id
        LEFT JOIN changed x ON x.treaty_id = t.id
    )
    SELECT format('treaty %%s, %%s: the account says %%s, the cessions say %%s', t.public_id, e.account_class,
                  a.credits_posted - a.debits_posted, e.balance)
    FROM expected e
    JOIN reinsurance_treaty t ON t.id = e.treaty_id
    LEFT JOIN reinsurance_ledgeraccount a ON a.treaty_id = e.treaty_id AND a.account_class = e.account_class
    WHERE a.id IS NULL OR a.credits_posted - a.debits_posted <> e.balance
    ORDER BY t.id
"""
_SHARES = """
    SELECT format('cession %%s: ceded %%s of %%s at %%s', c.public_id, c.ceded_amount, c.amount, c.ceded_ratio)
    FROM reinsurance_cession c
    WHERE c.ceded_amount <> round(c.amount * c.ceded_ratio, 2)
       OR c.ceded_premium <> round(c.premium * c.ceded_ratio, 2)
       OR c.commission <> round(c.ceded_premium * c.ceding_commission, 2)
    ORDER BY c.id
"""
_ENTERED = """
    SELECT format('cession %%s has no entry of its own in the journal', c.public_id)
    FROM reinsurance_cession c
    LEFT JOIN reinsurance_journalentry e
           ON e.insurer_id = c.insurer_id AND e.source_key = 'cession:' || c.source_key AND e.cession_id = c.id
    WHERE e.id IS NULL ORDER BY c.id
"""

_CHECKS: dict[str, tuple[str, str, Callable[[], Parameters]]] = {
    "account totals": ("SELECT count(*) FROM reinsurance_ledgeraccount", _TOTALS, dict),
    "envelope history": ("SELECT count(*) FROM reinsurance_envelopemovement", _HISTORY, dict),
    "allowed pairs": (_TRANSFERS, _CHART, _pairs),
    "sense of entries": (_TRANSFERS, _SENSE, _codes),
    "cessions against accounts": (_TREATIES, _POSITIONS, dict),
    "shares of cessions": (_CESSIONS, _SHARES, dict),
    "cessions entered": (_CESSIONS, _ENTERED, dict),
}
