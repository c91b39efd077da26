"""The checks of the books: each a query that counts what it compares, and one that tells what does not agree.

Every check is a second way to a number that the trigger or a command wrote the first way. They read all insurers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reinsurance.domain.chart import CODES_BY_ENTRY_KIND, PAIRS
from reinsurance.queries import sealed_rows

Parameters = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class BookCheck:
    """A question put to the books: `count` and `differences` are SQL, the latter tells one difference in each row."""

    name: str
    count: str
    differences: str
    parameters: Callable[[], Parameters] = dict


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

# One account of a class for each treaty, policy year, category and market.
_ACCOUNTS = """
    SELECT format('account %%s (%%s %%s): is one too many', id, market, account_class)
    FROM (SELECT a.*, row_number() OVER (PARTITION BY treaty_id, disbursement_year_id, market, kind, account_class
                                         ORDER BY id) AS turn FROM reinsurance_ledgeraccount a) told
    WHERE turn > 1 ORDER BY id
"""
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

# The history of each envelope and each allotment in the order of its lock: no gap, each step the entry's own transfers,
# each room the last one plus the step, and no draw that left room missing.
_HISTORY = """
    WITH moves AS (
        SELECT t.entry_id, t.debit_account_id AS account_id,
               CASE t.state WHEN 'post' THEN p.amount - t.amount WHEN 'void' THEN p.amount ELSE -t.amount END AS change,
               t.code NOT IN ('authorised', 'law_reduced') AS is_draw
        FROM reinsurance_transfer t LEFT JOIN reinsurance_transfer p ON p.id = t.pending_id
        WHERE t.debit_class IN ('envelope', 'allotment')
        UNION ALL
        SELECT t.entry_id, t.credit_account_id, t.amount, t.code NOT IN ('authorised', 'law_reduced')
        FROM reinsurance_transfer t WHERE t.credit_class IN ('envelope', 'allotment')
    ), by_entry AS (
        SELECT account_id, entry_id, sum(change) AS change, COALESCE(sum(change) FILTER (WHERE is_draw), 0) AS drawn
        FROM moves GROUP BY 1, 2
    ), history AS (
        SELECT m.*, row_number() OVER run AS expected_position, sum(m.change) OVER run AS expected_room,
               sum(m.change) OVER (PARTITION BY m.account_id, m.entry_id) AS entry_change
        FROM reinsurance_envelopemovement m
        WINDOW run AS (PARTITION BY m.account_id ORDER BY m.position)
    )
    SELECT format('capacity account %%s, position %%s, entry %%s: %%s', account_id, position, entry_id, fault)
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
        WHERE a.account_class IN ('envelope', 'allotment')
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
# The chart as the database holds it, by which its foreign key refuses.
_CHART_TABLE = """
    SELECT format('reinsurance_allowedpair %%s: %%s to %%s as %%s (%%s) stands in %%s alone', p.id, d, c, k, s,
                  CASE WHEN p.id IS NULL THEN 'the code' ELSE 'the database' END)
    FROM (SELECT id, debit_class AS d, credit_class AS c, code AS k, state AS s FROM reinsurance_allowedpair) p
    FULL JOIN unnest(%(debit)s::text[], %(credit)s::text[], %(code)s::text[], %(state)s::text[]) AS known (d, c, k, s)
        USING (d, c, k, s)
    WHERE p.id IS NULL OR (known.*) IS NULL
    ORDER BY p.id
"""

# What cessions, claims, statements and payments come to, treaty by treaty, against the treaty's accounts; each on the
# account's own side of credits less debits.
_POSITIONS = """
    WITH latest AS (
        SELECT DISTINCT ON (cession_id) cession_id, live_ceded_amount
        FROM reinsurance_cessionchange ORDER BY cession_id, position DESC
    ), ceded AS (
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
    ), claimed AS (
        SELECT c.treaty_id, m.kind, sum(CASE WHEN m.is_reversal THEN -m.ceded_amount ELSE m.ceded_amount END) AS amount
        FROM reinsurance_claimmovement m JOIN reinsurance_cession c ON c.id = m.cession_id GROUP BY 1, 2
    ), stated AS (
        SELECT treaty_id, sum(balance) AS balance FROM reinsurance_accountstatement GROUP BY 1
    ), banked AS (
        SELECT treaty_id, sum(CASE direction WHEN 'paid' THEN amount ELSE -amount END) AS amount
        FROM reinsurance_payment GROUP BY 1
    ), figures AS (
        SELECT t.id AS treaty_id, COALESCE(c.live, 0) AS live, COALESCE(x.run_off, 0) AS run_off,
               COALESCE(c.premium, 0) - COALESCE(x.credited, 0) AS premium,
               COALESCE(c.commission, 0) - COALESCE(x.returned, 0) AS commission,
               COALESCE(i.amount, 0) AS indemnity, COALESCE(y.amount, 0) AS recovery,
               COALESCE(o.amount, 0) AS outstanding, COALESCE(s.balance, 0) AS stated, COALESCE(b.amount, 0) AS banked
        FROM reinsurance_treaty t
        LEFT JOIN ceded c ON c.treaty_id = t.id
        LEFT JOIN changed x ON x.treaty_id = t.id
        LEFT JOIN claimed i ON i.treaty_id = t.id AND i.kind = 'indemnity'
        LEFT JOIN claimed y ON y.treaty_id = t.id AND y.kind = 'recovery'
        LEFT JOIN claimed o ON o.treaty_id = t.id AND o.kind = 'reserve'
        LEFT JOIN stated s ON s.treaty_id = t.id
        LEFT JOIN banked b ON b.treaty_id = t.id
    ), expected AS (
        SELECT f.treaty_id, k.account_class, k.balance
        FROM figures f CROSS JOIN LATERAL (VALUES
            ('live', f.live), ('run_off', f.run_off),
            ('ceded_premium', -f.premium), ('commission', f.commission),
            ('ceded_indemnity', f.indemnity), ('recoveries', -f.recovery),
            ('claims_outstanding', -f.outstanding), ('reserve_movements', f.outstanding),
            ('current_account', f.premium - f.commission - f.indemnity + f.recovery - f.stated),
            ('settlement', f.stated - f.banked), ('bank', f.banked)
        ) AS k (account_class, balance)
    )
    SELECT format('treaty %%s, %%s: the account says %%s, what was booked for it says %%s', t.public_id,
                  e.account_class, a.credits_posted - a.debits_posted, e.balance)
    FROM expected e
    JOIN reinsurance_treaty t ON t.id = e.treaty_id
    LEFT JOIN reinsurance_ledgeraccount a ON a.treaty_id = e.treaty_id AND a.account_class = e.account_class
    WHERE a.id IS NULL OR a.credits_posted - a.debits_posted <> e.balance
    ORDER BY t.id
"""
# What a treaty has of the envelope for itself: free, held, live and in run-off are its part, or nothing is free.
_ALLOTMENTS = """
    WITH standing AS (
        SELECT t.id, t.public_id,
               (SELECT r.amount FROM reinsurance_treatyallotment r WHERE r.treaty_id = t.id
                ORDER BY r.position DESC LIMIT 1) AS part,
               sum(a.credits_posted - a.debits_posted - a.debits_pending)
                   FILTER (WHERE a.account_class = 'allotment') AS free,
               sum(a.credits_posted - a.debits_posted
                   + CASE a.account_class WHEN 'live' THEN a.credits_pending ELSE 0 END)
                   FILTER (WHERE a.account_class IN ('live', 'run_off')) AS engaged
        FROM reinsurance_treaty t JOIN reinsurance_ledgeraccount a ON a.treaty_id = t.id
        GROUP BY t.id
    )
    SELECT format('treaty %%s: %%s reserved, but %%s free and %%s engaged', public_id,
                  COALESCE(part::text, 'nothing'), free, engaged)
    FROM standing WHERE free <> CASE WHEN part IS NULL THEN 0 ELSE part - engaged END
    ORDER BY id
"""
# What may be paid in a policy year, and what its claims have used of it.
_DISBURSEMENTS = """
    WITH used AS (
        SELECT disbursement_year_id,
               sum(CASE WHEN is_reversal THEN -amount - excess_amount ELSE amount + excess_amount END) AS amount
        FROM reinsurance_claimmovement WHERE disbursement_year_id IS NOT NULL GROUP BY 1
    )
    SELECT format('policy year %%s of %%s: %%s is left, its claims leave %%s', y.id, y.policy_number,
                  a.credits_posted - a.debits_posted, y.limit_amount - COALESCE(u.amount, 0))
    FROM reinsurance_disbursementyear y
    LEFT JOIN used u ON u.disbursement_year_id = y.id
    LEFT JOIN reinsurance_ledgeraccount a ON a.disbursement_year_id = y.id AND a.account_class = 'disbursement_room'
    WHERE a.id IS NULL OR a.credits_posted - a.debits_posted <> y.limit_amount - COALESCE(u.amount, 0)
    ORDER BY y.id
"""
# What a reinsurer has advised of its own accounts, against the memorandum of it.
_ADVICES = """
    SELECT format('%%s of %%s %%s: %%s in the memorandum, %%s advised', code, market, kind, booked, advised)
    FROM (
        SELECT t.code, a.market, COALESCE(a.kind, '') AS kind, sum(t.amount) AS booked
        FROM reinsurance_transfer t JOIN reinsurance_ledgeraccount a ON a.id = t.debit_account_id
        WHERE t.debit_class IN ('reinsurer_advice', 'category_account', 'special_reserve') GROUP BY 1, 2, 3
    ) b FULL JOIN (
        SELECT code, market, COALESCE(kind, '') AS kind, sum(amount) AS advised
        FROM reinsurance_accountadvice GROUP BY 1, 2, 3
    ) v USING (code, market, kind)
    WHERE booked IS DISTINCT FROM advised ORDER BY code, market, kind
"""
# Event by event and treaty by treaty: what an entry moves of live cover and of run-off is what its rows say, so that
# nothing that is engaged comes free without a change or a release that says so.
_EXPOSURE = f"""
    WITH changes AS (
        SELECT x.id, c.treaty_id, x.run_off_amount,
               x.live_ceded_amount - COALESCE(lag(x.live_ceded_amount) OVER (
                   PARTITION BY x.cession_id ORDER BY x.position), c.ceded_amount) AS live
        FROM reinsurance_cessionchange x JOIN reinsurance_cession c ON c.id = x.cession_id
    ), said AS (
        SELECT l.entry_id, c.treaty_id, c.ceded_amount AS live, 0 AS run_off
        FROM ({sealed_rows.event_rows("Cession")}) l JOIN reinsurance_cession c ON c.id = l.row
        UNION ALL
        SELECT l.entry_id, x.treaty_id, x.live, x.run_off_amount
        FROM ({sealed_rows.event_rows("CessionChange")}) l JOIN changes x ON x.id = l.row
        UNION ALL
        -- Released when its time had come, or taken back by a correction.
        SELECT l.entry_id, x.treaty_id, 0, -x.run_off_amount
        FROM ({sealed_rows.event_rows("RunOffRelease")}) l
        JOIN reinsurance_runoffrelease r ON r.id = l.row JOIN changes x ON x.id = r.change_id
    ), rows_say AS (
        SELECT entry_id, treaty_id, sum(live) AS live, sum(run_off) AS run_off FROM said GROUP BY 1, 2
    ), moves AS (
        SELECT entry_id, debit_account_id AS account_id, -amount AS amount
        FROM reinsurance_transfer WHERE debit_class IN ('live', 'run_off') AND state IN ('posted', 'post')
        UNION ALL
        SELECT entry_id, credit_account_id, amount
        FROM reinsurance_transfer WHERE credit_class IN ('live', 'run_off') AND state IN ('posted', 'post')
    ), transfers_say AS (
        SELECT m.entry_id, a.treaty_id,
               COALESCE(sum(m.amount) FILTER (WHERE a.account_class = 'live'), 0) AS live,
               COALESCE(sum(m.amount) FILTER (WHERE a.account_class = 'run_off'), 0) AS run_off
        FROM moves m JOIN reinsurance_ledgeraccount a ON a.id = m.account_id GROUP BY 1, 2
    )
    SELECT format('entry %%s: moves %%s live and %%s in run-off, its rows say %%s and %%s', entry_id,
                  COALESCE(t.live, 0), COALESCE(t.run_off, 0), COALESCE(r.live, 0), COALESCE(r.run_off, 0))
    FROM rows_say r FULL JOIN transfers_say t USING (entry_id, treaty_id)
    WHERE (COALESCE(t.live, 0), COALESCE(t.run_off, 0)) <> (COALESCE(r.live, 0), COALESCE(r.run_off, 0))
    ORDER BY entry_id
"""  # noqa: S608 (our own names)
_ENDS = """
    SELECT format('treaty %%s ends on %%s, two people agreed on %%s', t.public_id, t.ended_on, e.end_day)
    FROM reinsurance_treaty t
    JOIN LATERAL (
        SELECT (p.document ->> 'end_day')::date AS end_day
        FROM reinsurance_treatydecision d JOIN reinsurance_treatyproposal p ON p.id = d.proposal_id
        WHERE d.insurer_id = t.insurer_id AND d.outcome = 'approved' AND p.kind = 'end'
          AND p.treaty_public_id = t.public_id
        ORDER BY d.id DESC LIMIT 1
    ) e ON t.ended_on IS DISTINCT FROM e.end_day
    ORDER BY t.id
"""
_LINES = """
    SELECT format('bordereau %%s: %%s lines counted, %%s are there', b.public_id, b.line_count, l.lines)
    FROM reinsurance_bordereau b
    CROSS JOIN LATERAL (SELECT count(*) AS lines FROM reinsurance_bordereauline l WHERE l.bordereau_id = b.id) l
    WHERE l.lines <> b.line_count
    UNION ALL
    SELECT format('reinsurance_bordereauline %%s: journal number %%s, its entry has %%s', l.id, l.journal_number,
                  s.position)
    FROM reinsurance_bordereauline l LEFT JOIN reinsurance_sealedentry s ON s.entry_id = l.entry_id
    WHERE s.position IS DISTINCT FROM l.journal_number
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

BOOK_CHECKS: Final = (
    BookCheck("accounts", "SELECT count(*) FROM reinsurance_ledgeraccount", _ACCOUNTS),
    BookCheck("account totals", "SELECT count(*) FROM reinsurance_ledgeraccount", _TOTALS),
    BookCheck("envelope history", "SELECT count(*) FROM reinsurance_envelopemovement", _HISTORY),
    BookCheck("allowed pairs", _TRANSFERS, _CHART, _pairs),
    BookCheck("chart of accounts", "SELECT count(*) FROM reinsurance_allowedpair", _CHART_TABLE, _pairs),
    BookCheck("sense of entries", _TRANSFERS, _SENSE, _codes),
    BookCheck("cessions against accounts", _TREATIES, _POSITIONS),
    BookCheck("exposure of entries", "SELECT count(*) FROM reinsurance_journalentry", _EXPOSURE),
    BookCheck("allotments", "SELECT count(*) FROM reinsurance_treatyallotment", _ALLOTMENTS),
    BookCheck("disbursement years", "SELECT count(*) FROM reinsurance_disbursementyear", _DISBURSEMENTS),
    BookCheck("memorandum accounts", "SELECT count(*) FROM reinsurance_accountadvice", _ADVICES),
    BookCheck("shares of cessions", _CESSIONS, _SHARES),
    BookCheck("cessions entered", _CESSIONS, _ENTERED),
    BookCheck("ends of treaties", _TREATIES, _ENDS),
    BookCheck("lines of bordereaux", "SELECT count(*) FROM reinsurance_bordereauline", _LINES),
)
