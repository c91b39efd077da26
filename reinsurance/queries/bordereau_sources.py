"""What the ledger holds for a bordereau: its lines and, the second way, what the transfers of the same entries moved.

Both are set-based and bounded by a journal number, so they answer the same whenever they are asked. Lines come from
cessions and what became of them; the sums of the transfers are held against them.
"""

from __future__ import annotations

from typing import Final

from reinsurance.domain.bordereau_line import BordereauKind
from reinsurance.domain.chart import CODES_BY_ENTRY_KIND, AccountClass

# The entries that this bordereau tells: booked before its end, sealed up to its journal number, and not told by the one
# before it, which ended on this one's first day and stopped at the journal number `after`.
_TOLD: Final = """
    told AS (
        SELECT e.id, e.source_key, e.kind, e.booked_on, e.cession_id, s.position AS journal_number
        FROM reinsurance_sealedentry s
        JOIN reinsurance_journalentry e ON e.id = s.entry_id AND e.insurer_id = s.insurer_id
        WHERE s.insurer_id = %(insurer)s AND s.position <= %(number)s AND e.booked_on < %(end)s
          AND (s.position > %(after)s OR e.booked_on >= %(first)s)
    ),
    ours AS (SELECT * FROM reinsurance_cession WHERE insurer_id = %(insurer)s AND treaty_id = %(treaty)s)
"""

# What became of our cessions, each with what stood before it and the source key of the entry that booked it.
_CHANGES: Final = """
    changes AS (
        SELECT x.*, c.treaty_year,
               lag(x.live_ceded_amount, 1, c.ceded_amount) OVER history AS ceded_before,
               CASE x.kind
                   WHEN 'ended' THEN 'end:' || c.source_key
                   WHEN 'replaced' THEN 'cession:' || r.source_key
                   ELSE 'amend:' || c.source_key || ':' || x.position
               END AS entry_key,
               'release:' || c.source_key || ':' || x.position AS release_key,
               -- A correction takes lots back and puts what is left of one into a lot of its own (D-39).
               x.run_off_amount - COALESCE(back.amount, 0) AS run_off_change,
               CASE WHEN x.run_off_amount > 0 THEN x.run_off_until END AS lot_until
        FROM reinsurance_cessionchange x
        JOIN ours c ON c.id = x.cession_id AND c.insurer_id = x.insurer_id
        LEFT JOIN (
            SELECT k.correction_id, sum(lot.run_off_amount) AS amount
            FROM reinsurance_runoffrelease k
            JOIN reinsurance_cessionchange lot ON lot.insurer_id = k.insurer_id AND lot.id = k.change_id
            WHERE k.insurer_id = %(insurer)s AND k.correction_id IS NOT NULL GROUP BY 1
        ) back ON back.correction_id = x.id
        LEFT JOIN reinsurance_cession r ON r.insurer_id = c.insurer_id AND r.replaces_id = c.id AND x.kind = 'replaced'
        WINDOW history AS (PARTITION BY x.cession_id ORDER BY x.position)
    )
"""

_RISK: Final = f"""
    WITH {_TOLD}, {_CHANGES}
    SELECT t.journal_number, 1 AS place, t.id AS entry_id, c.id AS cession_id, 'ceded' AS kind, c.treaty_year,
           t.booked_on, c.term_first AS effective_on, '' AS claim_reference, c.amount AS amount_after,
           0::numeric AS ceded_before, NULL::date AS run_off_until, 0::numeric AS gross_change,
           c.ceded_amount AS live_change, 0::numeric AS run_off_change, 0::numeric AS ceded_premium,
           0::numeric AS commission, 0::numeric AS ceded_indemnity, 0::numeric AS ceded_recovery,
           0::numeric AS reserve_change, NULL::bigint AS corrected_entry_id
    FROM told t JOIN ours c ON t.source_key = 'cession:' || c.source_key AND t.cession_id = c.id
    UNION ALL
    SELECT t.journal_number, 0, t.id, x.cession_id, x.kind, x.treaty_year, t.booked_on, x.effective_on, '',
           x.live_amount, x.ceded_before, x.lot_until, 0, x.live_ceded_amount - x.ceded_before, x.run_off_change,
           0, 0, 0, 0, 0, NULL
    FROM told t JOIN changes x ON x.entry_key = t.source_key
    UNION ALL
    SELECT t.journal_number, 0, t.id, x.cession_id, 'released', x.treaty_year, t.booked_on, t.booked_on, '',
           x.live_amount, x.live_ceded_amount, x.lot_until, 0, 0, -x.run_off_amount, 0, 0, 0, 0, 0, NULL
    FROM told t JOIN changes x ON x.release_key = t.source_key
"""  # noqa: S608 (fragments of this module)

_PREMIUM: Final = f"""
    WITH {_TOLD}, {_CHANGES}
    SELECT t.journal_number, 1 AS place, t.id AS entry_id, c.id AS cession_id, 'ceded' AS kind, c.treaty_year,
           t.booked_on, c.term_first AS effective_on, '' AS claim_reference, NULL::numeric AS amount_after,
           NULL::numeric AS ceded_before, NULL::date AS run_off_until, c.premium AS gross_change,
           0::numeric AS live_change, 0::numeric AS run_off_change, c.ceded_premium, c.commission,
           0::numeric AS ceded_indemnity, 0::numeric AS ceded_recovery, 0::numeric AS reserve_change,
           NULL::bigint AS corrected_entry_id
    FROM told t JOIN ours c ON t.source_key = 'cession:' || c.source_key AND t.cession_id = c.id
    UNION ALL
    SELECT t.journal_number, 0, t.id, x.cession_id, x.kind, x.treaty_year, t.booked_on, x.effective_on, '',
           NULL, NULL, NULL, -x.premium_credited, 0, 0, -x.ceded_premium_credited, -x.commission_returned, 0, 0, 0, NULL
    FROM told t JOIN changes x ON x.entry_key = t.source_key
    WHERE x.premium_credited <> 0 OR x.ceded_premium_credited <> 0 OR x.commission_returned <> 0
"""  # noqa: S608 (fragments of this module)

# One line for a movement of a claim; a reserve is told with the level that it was set to.
_CLAIMED: Final = f"""
    WITH {_TOLD}
    SELECT t.journal_number, 0 AS place, t.id AS entry_id, c.id AS cession_id, {{kind}} AS kind, c.treaty_year,
           t.booked_on, m.effective_on, m.claim_reference, m.level_amount AS amount_after,
           NULL::numeric AS ceded_before, NULL::date AS run_off_until, signed.gross AS gross_change,
           0::numeric AS live_change, 0::numeric AS run_off_change, 0::numeric AS ceded_premium,
           0::numeric AS commission,
           CASE WHEN m.kind = 'indemnity' THEN signed.ceded ELSE 0 END AS ceded_indemnity,
           CASE WHEN m.kind = 'recovery' THEN signed.ceded ELSE 0 END AS ceded_recovery,
           CASE WHEN m.kind = 'reserve' THEN signed.ceded ELSE 0 END AS reserve_change,
           o.id AS corrected_entry_id
    FROM told t
    JOIN reinsurance_claimmovement m ON m.insurer_id = %(insurer)s AND t.source_key = 'claim:' || m.source_key
    JOIN ours c ON c.id = m.cession_id
    LEFT JOIN reinsurance_claimmovement k ON k.insurer_id = m.insurer_id AND k.id = m.corrects_id
    LEFT JOIN reinsurance_journalentry o ON o.insurer_id = m.insurer_id AND o.source_key = 'claim:' || k.source_key
    CROSS JOIN LATERAL (
        SELECT CASE WHEN m.is_reversal THEN -m.amount ELSE m.amount END AS gross,
               CASE WHEN m.is_reversal THEN -m.ceded_amount ELSE m.ceded_amount END AS ceded
    ) AS signed
    WHERE m.kind = ANY ({{kinds}})
"""  # noqa: S608 (fragments of this module)
_MAYBE_REVERSED: Final = "m.kind || CASE WHEN m.is_reversal THEN '_reversed' ELSE '' END"
LINES: Final[dict[BordereauKind, str]] = {
    "risk": _RISK,
    "premium": _PREMIUM,
    "claims": _CLAIMED.format(
        kind=f"CASE WHEN m.kind = 'reserve' THEN m.kind ELSE {_MAYBE_REVERSED} END",
        kinds="ARRAY['indemnity', 'reserve']",
    ),
    "recoveries": _CLAIMED.format(kind=_MAYBE_REVERSED, kinds="ARRAY['recovery']"),
}
# What the same entries moved on the treaty's accounts, signed as the lines are; what statements settled stands apart,
# being told by no line.
MOVED: Final = f"""
    WITH {_TOLD}
    SELECT a.account_class, t.code = ANY (%(settling)s) AS is_settling,
           sum(CASE WHEN (t.credit_account_id = a.id) = (a.account_class <> ALL (%(debit_normal)s))
                    THEN t.amount ELSE -t.amount END)
    FROM told e
    JOIN reinsurance_transfer t ON t.entry_id = e.id AND t.insurer_id = %(insurer)s AND t.state IN ('posted', 'post')
    JOIN reinsurance_ledgeraccount a ON a.id IN (t.debit_account_id, t.credit_account_id) AND a.treaty_id = %(treaty)s
    GROUP BY 1, 2
"""  # noqa: S608 (fragments of this module)
# The account that tells each summed column of a line.
ACCOUNT_OF: Final[dict[str, AccountClass]] = {
    "live_change": "live",
    "run_off_change": "run_off",
    "ceded_premium_change": "ceded_premium",
    "commission_change": "commission",
    "ceded_indemnity_change": "ceded_indemnity",
    "ceded_recovery_change": "recoveries",
    "reserve_change": "claims_outstanding",
}
SETTLING: Final = sorted(CODES_BY_ENTRY_KIND["statement"])
