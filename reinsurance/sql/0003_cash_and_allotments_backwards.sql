-- Takes back 0003_cash_and_allotments.sql; only where nothing has been booked by what it brought.
DROP TRIGGER accounts_stay ON reinsurance_ledgeraccount;
DROP TRIGGER accounts_stay_what_they_are ON reinsurance_ledgeraccount;
ALTER TABLE reinsurance_transfer
    ADD CONSTRAINT transfer_pair_allowed FOREIGN KEY (debit_class, credit_class, code, state)
        REFERENCES reinsurance_allowedpair (debit_class, credit_class, code, state),
    ADD CONSTRAINT transfer_debit_account FOREIGN KEY (debit_account_id, debit_class)
        REFERENCES reinsurance_ledgeraccount (id, account_class),
    ADD CONSTRAINT transfer_credit_account FOREIGN KEY (credit_account_id, credit_class)
        REFERENCES reinsurance_ledgeraccount (id, account_class);
DROP FUNCTION reinsurance_lock_accounts(text[], bigint[]);
CREATE FUNCTION reinsurance_lock_accounts(markets text[], treaties bigint[])
RETURNS TABLE (market varchar, ceiling numeric, room numeric) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    acting bigint := NULLIF(current_setting('capweb.insurer', true), '')::bigint;
BEGIN
    PERFORM 1 FROM reinsurance_ledgeraccount a
    WHERE (a.account_class = 'envelope' AND a.market = ANY (markets))
       OR (a.treaty_id = ANY (treaties) AND (acting IS NULL OR a.insurer_id = acting))
    ORDER BY (a.treaty_id IS NOT NULL), a.id
    FOR NO KEY UPDATE;
    RETURN QUERY
        SELECT e.market, u.debits_posted - u.credits_posted, e.credits_posted - e.debits_posted - e.debits_pending
        FROM reinsurance_ledgeraccount e
        JOIN reinsurance_ledgeraccount u ON u.account_class = 'authority' AND u.market = e.market
        WHERE e.account_class = 'envelope' AND e.market = ANY (markets);
END $$;

REVOKE ALL ON FUNCTION reinsurance_lock_accounts(text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reinsurance_lock_accounts(text[], bigint[]) TO {app}, {platform};
CREATE OR REPLACE FUNCTION reinsurance_book_transfers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    PERFORM 1 FROM reinsurance_ledgeraccount a
    WHERE a.id IN (SELECT debit_account_id FROM booked UNION SELECT credit_account_id FROM booked)
    ORDER BY (a.treaty_id IS NOT NULL), a.id
    FOR NO KEY UPDATE;

    -- Sense across the two sides: one market; one treaty and the transfer's own insurer, save that a cession may be
    -- taken over by another treaty of the same insurer; and an entry that is of the same insurer, or of the law.
    SELECT t.id INTO wrong
    FROM booked t
    JOIN reinsurance_ledgeraccount d ON d.id = t.debit_account_id
    JOIN reinsurance_ledgeraccount c ON c.id = t.credit_account_id
    LEFT JOIN reinsurance_journalentry e ON e.id = t.entry_id
    WHERE d.market <> c.market
       OR e.id IS NULL OR e.insurer_id IS DISTINCT FROM t.insurer_id
       OR (d.treaty_id IS NOT NULL AND d.insurer_id IS DISTINCT FROM t.insurer_id)
       OR (c.treaty_id IS NOT NULL AND c.insurer_id IS DISTINCT FROM t.insurer_id)
       OR (d.treaty_id IS NOT NULL AND c.treaty_id IS NOT NULL AND (d.treaty_id = c.treaty_id) = (t.code = 'taken_over'))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % joins two markets, treaties, insurers or entries that do not belong together', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_within_one_treaty';
    END IF;

    -- A hold is resolved between the accounts that it joined, and never for more than it held.
    SELECT t.id INTO wrong
    FROM booked t JOIN reinsurance_transfer p ON p.id = t.pending_id
    WHERE p.state <> 'pending' OR p.insurer_id IS DISTINCT FROM t.insurer_id
       OR p.debit_account_id <> t.debit_account_id OR p.credit_account_id <> t.credit_account_id
       OR t.amount > p.amount OR (t.state = 'void' AND t.amount <> p.amount)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % does not resolve the hold that it names', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_resolves_its_hold';
    END IF;

    -- Each envelope walked entry by entry, from the room that stands under the lock. An entry that takes room must
    -- leave none missing; one that takes nothing passes; what the law reduces is not asked.
    WITH moves AS (
        SELECT t.entry_id, t.code,
               CASE WHEN t.debit_class = 'envelope' THEN t.debit_account_id ELSE t.credit_account_id END AS account_id,
               CASE
                   WHEN t.credit_class = 'envelope' THEN t.amount
                   WHEN t.state = 'post' THEN p.amount - t.amount
                   WHEN t.state = 'void' THEN p.amount
                   ELSE -t.amount
               END AS change
        FROM booked t LEFT JOIN reinsurance_transfer p ON p.id = t.pending_id
        WHERE 'envelope' IN (t.debit_class, t.credit_class)
    ), by_entry AS (
        SELECT account_id, entry_id, sum(change) AS change,
               COALESCE(sum(change) FILTER (WHERE code NOT IN ('authorised', 'law_reduced')), 0) AS drawn
        FROM moves GROUP BY account_id, entry_id
        HAVING sum(change) <> 0
    ), walked AS (
        SELECT a.id AS account_id, e.entry_id, e.change, e.drawn,
               a.movements + row_number() OVER run AS position,
               a.credits_posted - a.debits_posted - a.debits_pending + sum(e.change) OVER run AS free_after
        FROM by_entry e JOIN reinsurance_ledgeraccount a ON a.id = e.account_id
        WINDOW run AS (PARTITION BY a.id ORDER BY e.entry_id)
    ), written AS (
        INSERT INTO reinsurance_envelopemovement (account_id, position, entry_id, change, free_after)
        SELECT account_id, position, entry_id, change, free_after FROM walked
    )
    SELECT entry_id INTO wrong FROM walked WHERE drawn < 0 AND free_after < 0 ORDER BY position LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % would take more than the envelope has left', wrong.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_not_overdrawn';
    END IF;

    UPDATE reinsurance_ledgeraccount a
    SET debits_posted = a.debits_posted + s.debits_posted,
        credits_posted = a.credits_posted + s.credits_posted,
        debits_pending = a.debits_pending + s.debits_pending,
        credits_pending = a.credits_pending + s.credits_pending,
        movements = a.movements + s.movements
    FROM (
        SELECT side.account_id,
               sum(side.debit_posted) AS debits_posted, sum(side.credit_posted) AS credits_posted,
               sum(side.debit_pending) AS debits_pending, sum(side.credit_pending) AS credits_pending,
               (SELECT count(*) FROM reinsurance_envelopemovement m
                WHERE m.account_id = side.account_id
                  AND m.position > (SELECT k.movements FROM reinsurance_ledgeraccount k WHERE k.id = side.account_id)
               ) AS movements
        FROM (
            SELECT t.debit_account_id AS account_id,
                   CASE WHEN t.state IN ('posted', 'post') THEN t.amount ELSE 0 END AS debit_posted,
                   0 AS credit_posted,
                   CASE t.state WHEN 'pending' THEN t.amount WHEN 'posted' THEN 0 ELSE -p.amount END AS debit_pending,
                   0 AS credit_pending
            FROM booked t LEFT JOIN reinsurance_transfer p ON p.id = t.pending_id
            UNION ALL
            SELECT t.credit_account_id, 0,
                   CASE WHEN t.state IN ('posted', 'post') THEN t.amount ELSE 0 END,
                   0,
                   CASE t.state WHEN 'pending' THEN t.amount WHEN 'posted' THEN 0 ELSE -p.amount END
            FROM booked t LEFT JOIN reinsurance_transfer p ON p.id = t.pending_id
        ) AS side
        GROUP BY side.account_id
    ) AS s
    WHERE a.id = s.account_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION reinsurance_open_accounts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO reinsurance_ledgeraccount (insurer_id, treaty_id, market, account_class)
    SELECT t.insurer_id, t.id, t.market, c.account_class
    FROM opened t,
         unnest(ARRAY['live', 'run_off', 'ceded_premium', 'commission', 'current_account']) AS c (account_class)
    ORDER BY t.id;
    RETURN NULL;
END $$;
ALTER TABLE reinsurance_ledgeraccount DROP CONSTRAINT reinsurance_ledgeraccount_disbursement_year_same_insurer;
DROP INDEX transfer_opens_limit_once;
DROP POLICY not_the_platforms ON reinsurance_transfer;
DROP TRIGGER open_accounts ON reinsurance_disbursementyear;
DROP FUNCTION reinsurance_open_disbursement_accounts();
DELETE FROM reinsurance_ledgeraccount
WHERE account_class NOT IN ('authority', 'envelope', 'live', 'run_off', 'ceded_premium', 'commission', 'current_account');
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE reinsurance_allowedpair DISABLE TRIGGER append_only;
DELETE FROM reinsurance_allowedpair
WHERE 'allotment' IN (debit_class, credit_class) OR code IN ('draw_moved', 'indemnity_ceded', 'indemnity_reversed',
    'recovery_ceded', 'recovery_reversed', 'reserve_raised', 'reserve_reduced', 'stated_owed', 'stated_due', 'paid',
    'received', 'limit_opened', 'disbursed', 'disbursed_reversed', 'result_advised', 'loss_advised',
    'reserve_allocated', 'reserve_used');
ALTER TABLE reinsurance_allowedpair ENABLE TRIGGER append_only;
