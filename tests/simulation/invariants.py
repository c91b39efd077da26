"""What must hold after every step, whatever was cut off: asked of the rows themselves, as their owner reads them.

Each question is a query that tells what is broken, and nothing otherwise. Those of the ledger against its transfers are
asked here a second way; the product's own checks are asked too, where nothing is under way (`finished`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from django.db import connections

from capweb.accounts.acting import acting_as_platform
from policies.commands.open_night import PLATFORM
from policies.commands.reconcile_cessions import reconcile_cessions
from policies.domain.moves import MACHINES, StateMachine
from reinsurance.queries.verification import verify_ledger

# Which table's status which trigger holds to which machine.
_HELD = """
    SELECT replace(encode(tgargs, 'escape'), '\\000', ''), tgrelid::regclass::text FROM pg_trigger
    WHERE tgname = 'status_moves' ORDER BY 1
"""

# Each tells what is wrong as one text; nothing, where nothing is.
ALWAYS = {
    "ledger totals equal transfers": """
        WITH sides AS (
            SELECT t.debit_account_id AS account, -t.amount AS posted FROM reinsurance_transfer t
            WHERE t.state IN ('posted', 'post')
            UNION ALL SELECT credit_account_id, amount FROM reinsurance_transfer WHERE state IN ('posted', 'post')
        )
        SELECT format('account %s %s', a.id, a.account_class) FROM reinsurance_ledgeraccount a
        LEFT JOIN (SELECT account, sum(posted) AS posted FROM sides GROUP BY 1) s ON s.account = a.id
        WHERE a.credits_posted - a.debits_posted <> COALESCE(s.posted, 0)""",
    "the ledger balances": """
        SELECT format('%s', sum(credits_posted - debits_posted)) FROM reinsurance_ledgeraccount
        HAVING sum(credits_posted - debits_posted) <> 0 OR sum(credits_pending - debits_pending) <> 0""",
    "an envelope is not exceeded": """
        SELECT format('%s %s: %s', a.market, a.account_class, a.credits_posted - a.debits_posted - a.debits_pending)
        FROM reinsurance_ledgeraccount a WHERE a.account_class IN ('envelope', 'allotment')
        AND a.credits_posted - a.debits_posted - a.debits_pending < 0""",
    "what is engaged under a part of the envelope stays within it": """
        SELECT format('treaty %s: %s', part.treaty_id, engaged.amount)
        FROM (SELECT DISTINCT ON (treaty_id) treaty_id, amount FROM reinsurance_treatyallotment
              ORDER BY treaty_id, position DESC) part
        JOIN (
            SELECT c.treaty_id, sum(COALESCE(
                (SELECT x.live_ceded_amount FROM reinsurance_cessionchange x WHERE x.cession_id = c.id
                 ORDER BY x.position DESC LIMIT 1), c.ceded_amount) + COALESCE(
                (SELECT sum(x.run_off_amount) FROM reinsurance_cessionchange x WHERE x.cession_id = c.id
                 AND NOT EXISTS (SELECT 1 FROM reinsurance_runoffrelease r WHERE r.change_id = x.id)), 0)) AS amount
            FROM reinsurance_cession c GROUP BY 1
        ) engaged ON engaged.treaty_id = part.treaty_id
        WHERE engaged.amount > part.amount""",
    "cessions equal guarantees in force": """
        SELECT format('term %s: %s to be ceded; cession %s: %s', term.id, term.ceded, c.id, c.ceded)
        FROM (SELECT id, cession_id, round(LEAST(amount, right_amount) * ceded_ratio, 2) AS ceded
              FROM policies_guaranteeterm WHERE status = 'running') term
        FULL JOIN (
            SELECT c.id, COALESCE((SELECT x.live_ceded_amount FROM reinsurance_cessionchange x
                                   WHERE x.cession_id = c.id ORDER BY x.position DESC LIMIT 1), c.ceded_amount) AS ceded
            FROM reinsurance_cession c
        ) c ON c.id = term.cession_id
        WHERE COALESCE(term.ceded, 0) <> COALESCE(c.ceded, 0)""",
    # Beside what is right runs off at most what was taken over from the cession before, which may be engaged there.
    "what was corrected carries no more than is right": """
        SELECT format('term %s: %s live, %s in run-off and %s paid, where %s is right', t.id, live.amount,
                      run_off.amount, paid.amount, t.right_amount)
        FROM policies_guaranteeterm t JOIN reinsurance_cession c ON c.id = t.cession_id
        CROSS JOIN LATERAL (SELECT round(t.right_amount * t.ceded_ratio, 2) AS amount) bound
        CROSS JOIN LATERAL (SELECT COALESCE(
            (SELECT x.live_ceded_amount FROM reinsurance_cessionchange x WHERE x.cession_id = c.id
             ORDER BY x.position DESC LIMIT 1), c.ceded_amount) AS amount
        ) live
        CROSS JOIN LATERAL (
            SELECT COALESCE(sum(x.run_off_amount), 0) AS amount FROM reinsurance_cessionchange x
            WHERE x.cession_id = c.id
              AND NOT EXISTS (SELECT 1 FROM reinsurance_runoffrelease r WHERE r.change_id = x.id)
        ) run_off
        CROSS JOIN LATERAL (
            SELECT COALESCE(sum(CASE WHEN m.is_reversal THEN -m.amount ELSE m.amount END), 0) AS amount
            FROM reinsurance_claimmovement m WHERE m.cession_id = c.id AND m.kind = 'indemnity'
        ) paid
        WHERE t.right_amount IS NOT NULL
          AND (live.amount > bound.amount OR paid.amount > t.right_amount
               OR live.amount + run_off.amount > GREATEST(bound.amount, (
                   SELECT LEAST(c.ceded_amount, b.ceded_amount) FROM reinsurance_cession b
                   WHERE b.id = c.replaces_id)))""",
    "what offers hold equals live offers": """
        SELECT format('%s held, %s offered', held.amount, offered.amount)
        FROM (SELECT COALESCE(sum(credits_pending), 0) AS amount FROM reinsurance_ledgeraccount
              WHERE account_class = 'live') held,
             (SELECT COALESCE(sum(held_amount), 0) AS amount FROM policies_offer WHERE status = 'live') offered
        WHERE held.amount <> offered.amount""",
    "terms do not overlap": """
        SELECT format('terms %s and %s', a.id, b.id)
        FROM policies_guaranteeterm a JOIN policies_guaranteeterm b
          ON b.insurer_id = a.insurer_id AND b.policy_id = a.policy_id AND b.buyer_id = a.buyer_id AND a.id < b.id
        WHERE 'replaced_at_once' NOT IN (a.status, b.status)
          AND daterange(a.cover_first, a.cover_end) && daterange(b.cover_first, b.cover_end)""",
    "one term of a guarantee runs at most": """
        SELECT format('guarantee %s', guarantee_id) FROM policies_guaranteeterm WHERE status = 'running'
        GROUP BY guarantee_id HAVING count(*) > 1""",
    "a term has its endorsement": """
        SELECT format('term %s', t.id) FROM policies_guaranteeterm t
        WHERE NOT EXISTS (SELECT 1 FROM policies_endorsement e WHERE e.term_id = t.id)""",
    "endorsements are numbered without a gap": """
        SELECT format('%s: %s of %s', series, count(*), max(position)) FROM policies_endorsement
        GROUP BY insurer_id, series HAVING count(*) <> max(position) OR count(DISTINCT number) <> count(*)""",
    "a request has one state and what belongs to it": """
        SELECT format('request %s is %s with %s live and %s accepted offers', r.id, r.status, o.live, o.accepted)
        FROM policies_limitrequest r CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE status = 'live') AS live,
                   count(*) FILTER (WHERE status = 'accepted') AS accepted
            FROM policies_offer WHERE limit_request_id = r.id
        ) o
        WHERE o.live <> (r.status = 'offered')::int OR o.accepted <> (r.status = 'granted')::int""",
    "an accepted offer is one term": """
        SELECT format('offer %s is %s with %s terms', o.id, o.status, count(t.id)) FROM policies_offer o
        LEFT JOIN policies_guaranteeterm t ON t.offer_id = o.id
        GROUP BY o.id, o.status HAVING count(t.id) <> (o.status = 'accepted')::int""",
    "a row has one outcome, and a request where it has one": """
        SELECT format('row %s is %s with %s requests', w.id, COALESCE(w.outcome, 'open'), count(r.id))
        FROM policies_submissionrow w LEFT JOIN policies_limitrequest r ON r.submission_row_id = w.id
        GROUP BY w.id, w.outcome
        HAVING count(r.id) <> (COALESCE(w.outcome, 'open') NOT IN ('open', 'failed', 'not_attempted'))::int""",
    "no row fails for a reason that is not foreseen": """
        SELECT format('row %s: %s', w.id, w.errors) FROM policies_submissionrow w
        WHERE w.outcome = 'failed' AND w.errors::text LIKE '%"unexpected"%'""",
    "a finished submission has no open row": """
        SELECT format('submission %s', s.id) FROM policies_submission s
        JOIN policies_submissionrow w ON w.submission_id = s.id
        WHERE s.status = 'done' AND w.outcome IS NULL""",
    "one request under way for a policy and buyer": """
        SELECT format('policy %s buyer %s', policy_id, buyer_id) FROM policies_limitrequest
        WHERE status IN ('pending', 'referred', 'offered')
        GROUP BY insurer_id, policy_id, buyer_id HAVING count(*) > 1""",
    "events have no gap": """
        SELECT format('insurer %s: %s events up to %s of %s', e.insurer_id, count(*), max(e.position), p.last_position)
        FROM audit_publishedevent e JOIN audit_eventposition p ON p.insurer_id = e.insurer_id
        GROUP BY e.insurer_id, p.last_position
        HAVING count(*) <> max(e.position) OR max(e.position) <> p.last_position
            OR count(DISTINCT e.trail_entry_id) <> count(*)""",
    "no message is written twice": """
        SELECT format('%s: %s', template, source_key) FROM policies_message
        GROUP BY insurer_id, template, source_key HAVING count(*) > 1
        UNION ALL
        SELECT format('notice %s', notice_id) FROM policies_message WHERE notice_id IS NOT NULL
        GROUP BY notice_id HAVING count(*) > 1
        UNION ALL
        SELECT format('offer %s, %s', offer_id, template) FROM policies_message
        WHERE offer_id IS NOT NULL GROUP BY offer_id, template HAVING count(*) > 1
        UNION ALL
        SELECT format('message %s to %s', message_id, address) FROM policies_messagedelivery
        GROUP BY message_id, address, round HAVING count(*) > 1""",
    "a notice is told once": """
        SELECT format('term %s, %s days', term_id, days_before) FROM policies_notice
        GROUP BY term_id, days_before HAVING count(*) > 1""",
    "an indemnity is paid once, within what is owed": """
        SELECT format('share %s owes %s, paid %s', s.id, s.due_amount, sum(p.amount)) FROM policies_claimshare s
        JOIN policies_indemnitypayment p ON p.share_id = s.id
        GROUP BY s.id, s.due_amount HAVING count(*) > 1 OR sum(p.amount) > s.due_amount""",
    "an indemnity stays within its cover": """
        SELECT format('share %s: %s paid on %s', s.id, p.amount, t.granted_amount) FROM policies_indemnitypayment p
        JOIN policies_claimshare s ON s.id = p.share_id JOIN policies_guaranteeterm t ON t.id = s.term_id
        WHERE p.amount > t.granted_amount OR p.ceded_amount > round(p.amount * t.ceded_ratio, 2)""",
    "what is paid in a policy year stays within its limit": """
        SELECT format('year %s: %s of %s', y.id, paid.amount, y.limit_amount) FROM reinsurance_disbursementyear y
        JOIN (SELECT disbursement_year_id, sum(CASE WHEN is_reversal THEN -amount ELSE amount END) AS amount
              FROM reinsurance_claimmovement WHERE kind = 'indemnity' GROUP BY 1) paid
          ON paid.disbursement_year_id = y.id
        WHERE paid.amount > y.limit_amount""",
    "the reinsurer is billed what the movements of claims say": """
        SELECT format('%s: %s moved, %s booked', kind, COALESCE(said.amount, 0), COALESCE(booked.amount, 0))
        FROM (SELECT kind, sum(CASE WHEN is_reversal THEN -ceded_amount ELSE ceded_amount END) AS amount
              FROM reinsurance_claimmovement WHERE kind IN ('indemnity', 'recovery') GROUP BY 1) said
        FULL JOIN (
            SELECT split_part(code, '_', 1) AS kind,
                   sum(CASE WHEN code LIKE '%reversed' THEN -amount ELSE amount END) AS amount
            FROM reinsurance_transfer
            WHERE code IN ('indemnity_ceded', 'indemnity_reversed', 'recovery_ceded', 'recovery_reversed') GROUP BY 1
        ) booked USING (kind)
        WHERE COALESCE(said.amount, 0) <> COALESCE(booked.amount, 0)""",
    "a claim that is paid has a loss, and one that is not has paid nothing": """
        SELECT format('claim %s is %s with %s paid', c.id, c.status, count(p.id)) FROM policies_claim c
        LEFT JOIN policies_indemnitypayment p ON p.claim_id = c.id GROUP BY c.id
        HAVING (count(p.id) > 0 AND c.status NOT IN ('indemnified', 'closed'))
            OR (count(p.id) = 0 AND c.status = 'indemnified')""",
    "a loss that is fixed is reserved, and no other": """
        SELECT format('claim %s is %s with %s reserved', c.id, c.status, COALESCE(reserved.amount, 0))
        FROM policies_claim c LEFT JOIN (
            SELECT insurer_id, claim_reference, sum(CASE WHEN is_reversal THEN -ceded_amount ELSE ceded_amount END)
                AS amount
            FROM reinsurance_claimmovement WHERE kind = 'reserve' GROUP BY 1, 2
        ) reserved ON reserved.insurer_id = c.insurer_id AND reserved.claim_reference = c.public_id
        WHERE COALESCE(reserved.amount, 0) < 0 OR (COALESCE(reserved.amount, 0) > 0 AND c.status <> 'loss_fixed')""",
    "no more is owed on a claim than was lost": """
        SELECT format('claim %s: %s owed, %s lost', c.id, sum(s.due_amount), c.loss_amount) FROM policies_claim c
        JOIN policies_claimshare s ON s.claim_id = c.id GROUP BY c.id HAVING sum(s.due_amount) > c.loss_amount""",
    "a loss is carried once": """
        SELECT format('claim %s: %s lost on its invoices, %s carried', i.claim_id, i.amount, s.amount)
        FROM (SELECT claim_id, sum(loss_amount) AS amount FROM policies_claiminvoice GROUP BY 1) i
        JOIN (SELECT claim_id, sum(loss_amount) AS amount FROM policies_claimshare GROUP BY 1) s USING (claim_id)
        WHERE s.amount > i.amount""",
    # What was paid and got back stands, however it falls; what of it is ceded falls anew where a cession was corrected.
    "what claims paid and got is what was ceded and kept": """
        SELECT format('%s %s: %s and %s of it ceded in the policies, %s and %s in the books', kind, claim,
                      said.gross, said.ceded, booked.gross, booked.ceded)
        FROM (
            SELECT 'indemnity' AS kind, c.public_id AS claim, sum(p.amount) AS gross, sum(p.ceded_amount) AS ceded
            FROM policies_indemnitypayment p JOIN policies_claim c ON c.id = p.claim_id
            WHERE p.movement <> '' GROUP BY 2
            UNION ALL
            SELECT 'recovery', c.public_id, sum(s.amount), sum(s.ceded_amount) FROM policies_recoveryshare s
            JOIN policies_claimrecovery r ON r.id = s.recovery_id JOIN policies_claim c ON c.id = r.claim_id
            WHERE s.movement <> '' GROUP BY 2
        ) said
        FULL JOIN (
            SELECT kind, claim_reference AS claim, bool_or(source_key LIKE '%/right-%') AS is_anew,
                   sum(CASE WHEN is_reversal THEN -amount - excess_amount ELSE amount + excess_amount END) AS gross,
                   sum(CASE WHEN is_reversal THEN -ceded_amount ELSE ceded_amount END) AS ceded
            FROM reinsurance_claimmovement WHERE kind IN ('indemnity', 'recovery') GROUP BY 1, 2
        ) booked USING (kind, claim)
        WHERE COALESCE(said.gross, 0) <> COALESCE(booked.gross, 0)
           OR CASE WHEN booked.is_anew THEN booked.ceded > said.ceded
                   ELSE COALESCE(booked.ceded, 0) <> COALESCE(said.ceded, 0) END""",
    "what comes back is shared out to the cent": """
        SELECT format('recovery %s: %s of %s', r.id, r.policyholder_amount + COALESCE(sum(s.amount), 0), r.net_amount)
        FROM policies_claimrecovery r LEFT JOIN policies_recoveryshare s ON s.recovery_id = r.id
        GROUP BY r.id HAVING r.policyholder_amount + COALESCE(sum(s.amount), 0) <> r.net_amount""",
    "no more comes back on a cover than it paid": """
        SELECT format('share %s', s.share_id) FROM policies_recoveryshare s GROUP BY s.share_id
        HAVING sum(s.amount) > COALESCE((SELECT sum(p.amount) FROM policies_indemnitypayment p
                                         WHERE p.share_id = s.share_id), 0)""",
    "a night counts nothing that failed": """
        SELECT format('%s %s: %s', n.day, n.step, n.counts) FROM policies_nightstep n
        WHERE n.counts ->> 'renewals_failed' <> '0' OR n.counts ->> 'lapses_failed' <> '0'""",
}
# Where no work is under way: the night of the day is over, every submission decided.
AT_REST = {
    "no offer outlives its last day": """
        SELECT format('offer %s until %s', id, open_until) FROM policies_offer
        WHERE status = 'live' AND open_until <= $1""",
    "no term runs past its end": """
        SELECT format('term %s until %s', id, cover_end) FROM policies_guaranteeterm
        WHERE status = 'running' AND cover_end <= $1""",
    "no run-off outlives its day": """
        SELECT format('change %s until %s', x.id, x.run_off_until) FROM reinsurance_cessionchange x
        WHERE x.run_off_amount > 0 AND x.run_off_until <= $1 AND x.booked_on < $1
          AND NOT EXISTS (SELECT 1 FROM reinsurance_runoffrelease r WHERE r.change_id = x.id)""",
    "every row is decided": "SELECT format('row %s', id) FROM policies_submissionrow WHERE outcome IS NULL",
    "every night is closed": "SELECT format('%s', day) FROM policies_night WHERE finished_at IS NULL",
    "nights found nothing": """
        SELECT format('%s: %s', day, report -> 'ledger_differences') FROM policies_night
        WHERE report -> 'ledger_differences' <> '[]'::jsonb""",
}


class InvariantBroken(AssertionError):
    """What was promised does not hold."""


class Watch:
    """The invariants over one seed; it remembers every status, so that each move is one that is allowed."""

    def __init__(self) -> None:
        self._statuses: dict[tuple[str, int], str] = {}
        held = _execute(_HELD).fetchall()
        assert {thing for thing, _ in held} == _MACHINE.keys()
        statuses = " UNION ALL ".join(f"SELECT '{thing}', id, status FROM {table}" for thing, table in held)
        self._prepared = {"always": f"{_joined(ALWAYS)} UNION ALL {_THE_DAY} UNION ALL {statuses}"}
        self._prepared["at_rest (date)"] = _joined(AT_REST)
        self._ready: psycopg.Connection | None = None

    def look(self) -> date:
        """Ask everything that must hold at any moment; the business day."""
        told = self._ask("EXECUTE always")
        broken = [f"{name}: {what}" for name, number, what in told if number is None]
        if broken:
            raise InvariantBroken("; ".join(broken))
        days = [date.fromisoformat(what) for _, number, what in told if number == _DAY]
        self._follow_statuses([(thing, number, status) for thing, number, status in told if number not in (None, _DAY)])
        return days[0]

    def finished(self, day: date) -> None:
        """Ask also what must hold where nothing is under way, and the product's own checks."""
        broken = [f"{name}: {what}" for name, _, what in self._ask(f"EXECUTE at_rest ('{day}')")]
        with acting_as_platform():
            broken += [str(one) for check in reconcile_cessions(PLATFORM, on=day) for one in check.differences]
        if broken:
            raise InvariantBroken("; ".join(broken))

    def verified(self) -> None:
        """Ask the product whether its whole ledger agrees, seals and all; every night asks it as well."""
        if told := verify_ledger().differences:
            raise InvariantBroken("; ".join(told))

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        # Planned once a connection: to plan so many questions takes four times as long as to answer them.
        connection = _connection()
        if connection is not self._ready:
            for name, question in self._prepared.items():
                _execute(f"PREPARE {name} AS {question}")
            self._ready = connection
        return _execute(statement).fetchall()

    def _follow_statuses(self, found: list[tuple[str, int, str]]) -> None:
        for thing, number, status in found:
            before = self._statuses.get((thing, number))
            if before == status:
                continue
            self._statuses[thing, number] = status
            reachable = _REACHABLE[thing]
            if before is None:
                is_right = any(status == first or (first, status) in reachable for first in _MACHINE[thing].first)
            else:
                is_right = (before, status) in reachable
            if not is_right:
                raise InvariantBroken(f"{thing} {number} moved from {before} to {status}")


def _joined(questions: dict[str, str]) -> str:
    # One statement for all of them: most of the time of a small question is its way.
    return " UNION ALL ".join(
        f"SELECT '{name}', NULL::bigint, told FROM ({question}) AS question (told)"
        for name, question in questions.items()
    )


def _connection() -> psycopg.Connection:
    owner = connections["owner"]
    owner.ensure_connection()
    connection: psycopg.Connection = owner.connection
    return connection


def _execute(statement: str) -> psycopg.Cursor:
    return psycopg.Cursor(_connection()).execute(statement)


def _pairs_over(machine: StateMachine) -> frozenset[tuple[str, str]]:
    """What may follow what within one step, in which several moves can be made."""
    pairs = set(machine.pairs)
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs |= more
    return frozenset(pairs)


_DAY = 0
_THE_DAY = f"SELECT 'business day', {_DAY}, business_day::text FROM accounts_installation"
_MACHINE = {machine.thing: machine for machine in MACHINES}
_REACHABLE = {machine.thing: _pairs_over(machine) for machine in MACHINES}
