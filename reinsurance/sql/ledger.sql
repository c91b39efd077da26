-- The guards of the ledger. Each has its paragraph in reinsurance/README.md.

-- 1. The chart: movements between classes of accounts ---------------------------------------------------------------

INSERT INTO reinsurance_allowedpair (debit_class, credit_class, code, state) VALUES
    ('authority',          'envelope',           'authorised',          'posted'),
    ('envelope',           'authority',          'law_reduced',         'posted'),
    ('envelope',           'live',               'hold',                'pending'),
    ('envelope',           'live',               'hold_posted',         'post'),
    ('envelope',           'live',               'hold_voided',         'void'),
    ('envelope',           'live',               'ceded',               'posted'),
    ('live',               'live',               'taken_over',          'posted'),
    ('live',               'run_off',            'end_of_term',         'posted'),
    ('live',               'run_off',            'reduced',             'posted'),
    ('run_off',            'envelope',           'run_off_released',    'posted'),
    ('live',               'envelope',           'reversed',            'posted'),
    ('ceded_premium',      'current_account',    'premium_ceded',       'posted'),
    ('current_account',    'ceded_premium',      'premium_credited',    'posted'),
    ('current_account',    'commission',         'commission_earned',   'posted'),
    ('commission',         'current_account',    'commission_returned', 'posted'),
    ('envelope',           'allotment',          'allotted',            'posted'),
    ('allotment',          'envelope',           'allotment_returned',  'posted'),
    ('allotment',          'live',               'hold',                'pending'),
    ('allotment',          'live',               'hold_posted',         'post'),
    ('allotment',          'live',               'hold_voided',         'void'),
    ('allotment',          'live',               'ceded',               'posted'),
    ('live',               'envelope',           'draw_moved',          'posted'),
    ('live',               'allotment',          'draw_moved',          'posted'),
    ('run_off',            'allotment',          'run_off_released',    'posted'),
    ('live',               'allotment',          'reversed',            'posted'),
    ('current_account',    'ceded_indemnity',    'indemnity_ceded',     'posted'),
    ('ceded_indemnity',    'current_account',    'indemnity_reversed',  'posted'),
    ('recoveries',         'current_account',    'recovery_ceded',      'posted'),
    ('current_account',    'recoveries',         'recovery_reversed',   'posted'),
    ('claims_outstanding', 'reserve_movements',  'reserve_raised',      'posted'),
    ('reserve_movements',  'claims_outstanding', 'reserve_reduced',     'posted'),
    ('current_account',    'settlement',         'stated_owed',         'posted'),
    ('settlement',         'current_account',    'stated_due',          'posted'),
    ('settlement',         'bank',               'paid',                'posted'),
    ('bank',               'settlement',         'received',            'posted'),
    ('disbursement_limit', 'disbursement_room',  'limit_opened',        'posted'),
    ('disbursement_room',  'disbursement_limit', 'disbursed',           'posted'),
    ('disbursement_limit', 'disbursement_room',  'disbursed_reversed',  'posted'),
    ('reinsurer_advice',   'category_account',   'result_advised',      'posted'),
    ('category_account',   'reinsurer_advice',   'loss_advised',        'posted'),
    ('category_account',   'special_reserve',    'reserve_allocated',   'posted'),
    ('special_reserve',    'category_account',   'reserve_used',        'posted');

-- 2. Accounts: who sees them, who makes them -----------------------------------------------------------------------

GRANT SELECT ON reinsurance_ledgeraccount TO {app}, {platform};
ALTER TABLE reinsurance_ledgeraccount ENABLE ROW LEVEL SECURITY;
ALTER TABLE reinsurance_ledgeraccount SET (fillfactor = 50);
CREATE POLICY one_insurer ON reinsurance_ledgeraccount TO {app}
    USING (insurer_id = (SELECT NULLIF(current_setting('capweb.insurer', true), '')::bigint));
CREATE POLICY every_insurer ON reinsurance_ledgeraccount TO {platform} USING (true);
ALTER TABLE reinsurance_ledgeraccount ADD CONSTRAINT reinsurance_ledgeraccount_treaty_same_insurer
    FOREIGN KEY (insurer_id, treaty_id) REFERENCES reinsurance_treaty (insurer_id, id);
ALTER TABLE reinsurance_ledgeraccount ADD CONSTRAINT reinsurance_ledgeraccount_disbursement_year_same_insurer
    FOREIGN KEY (insurer_id, disbursement_year_id) REFERENCES reinsurance_disbursementyear (insurer_id, id);

-- Transfers name accounts and movements; section 3's trigger asks for both, so what they name must stay.
CREATE TRIGGER accounts_stay BEFORE DELETE ON reinsurance_ledgeraccount
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accounts_stay_what_they_are
    BEFORE UPDATE OF id, insurer_id, treaty_id, disbursement_year_id, market, kind, account_class
    ON reinsurance_ledgeraccount FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO reinsurance_ledgeraccount (market, account_class)
SELECT market, account_class
FROM (VALUES ('domestic'), ('export')) AS m (market), (VALUES ('authority'), ('envelope')) AS c (account_class)
ORDER BY 1, 2;

-- CCR keeps an account and a special reserve for each category (décret 2020-397, articles 6 and 7); Bpifrance one
-- account for the State.
INSERT INTO reinsurance_ledgeraccount (market, kind, account_class)
SELECT 'domestic', k, c
FROM (VALUES ('complement'), ('substitution')) AS kinds (k),
     (VALUES ('reinsurer_advice'), ('category_account'), ('special_reserve')) AS classes (c)
UNION ALL SELECT 'export', NULL, c FROM (VALUES ('reinsurer_advice'), ('category_account')) AS classes (c)
ORDER BY 1, 2, 3;

-- A treaty's accounts are made with it, empty: nobody else can make an account, so nobody can make a filled one.
CREATE FUNCTION reinsurance_open_accounts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO reinsurance_ledgeraccount (insurer_id, treaty_id, market, account_class)
    SELECT t.insurer_id, t.id, t.market, c.account_class
    FROM opened t,
         unnest(ARRAY['allotment', 'live', 'run_off', 'ceded_premium', 'commission', 'ceded_indemnity', 'recoveries',
                      'claims_outstanding', 'reserve_movements', 'current_account', 'settlement', 'bank'])
             AS c (account_class)
    ORDER BY t.id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION reinsurance_open_accounts() FROM PUBLIC;
CREATE TRIGGER open_accounts AFTER INSERT ON reinsurance_treaty
    REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION reinsurance_open_accounts();


-- A policy year's accounts are made with it, empty, like a treaty's.
CREATE FUNCTION reinsurance_open_disbursement_accounts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO reinsurance_ledgeraccount (insurer_id, disbursement_year_id, market, account_class)
    SELECT y.insurer_id, y.id, y.market, c.account_class
    FROM opened y, unnest(ARRAY['disbursement_limit', 'disbursement_room']) AS c (account_class)
    ORDER BY y.id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION reinsurance_open_disbursement_accounts() FROM PUBLIC;
CREATE TRIGGER open_accounts AFTER INSERT ON reinsurance_disbursementyear
    REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION reinsurance_open_disbursement_accounts();

-- What the application may not write even for its own insurer.
REVOKE INSERT ON reinsurance_treatyallotment FROM {app};
CREATE POLICY not_the_platforms ON reinsurance_transfer AS RESTRICTIVE FOR INSERT TO {app}
    WITH CHECK (code NOT IN ('allotted', 'allotment_returned'));

-- A limit is opened once.
CREATE UNIQUE INDEX transfer_opens_limit_once ON reinsurance_transfer (debit_account_id) WHERE code = 'limit_opened';

-- 3. Transfers: totals, order, ceilings ----------------------------------------------------------------------------

CREATE FUNCTION reinsurance_book_transfers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    PERFORM 1 FROM reinsurance_ledgeraccount a
    WHERE a.id IN (SELECT debit_account_id FROM booked UNION SELECT credit_account_id FROM booked)
    ORDER BY (a.insurer_id IS NOT NULL), a.id
    FOR NO KEY UPDATE;

    -- Each side is an account of the class that the transfer names, and the movement is in the chart. Asked here once a
    -- batch: a foreign key asks once a row, and three of them were a third of the cost of booking.
    SELECT t.id INTO wrong
    FROM booked t
    WHERE NOT EXISTS (SELECT 1 FROM reinsurance_ledgeraccount a
                      WHERE a.id = t.debit_account_id AND a.account_class = t.debit_class)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % debits no account of the class that it names', wrong.id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'transfer_debit_account';
    END IF;
    SELECT t.id INTO wrong
    FROM booked t
    WHERE NOT EXISTS (SELECT 1 FROM reinsurance_ledgeraccount a
                      WHERE a.id = t.credit_account_id AND a.account_class = t.credit_class)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % credits no account of the class that it names', wrong.id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'transfer_credit_account';
    END IF;
    SELECT t.id INTO wrong
    FROM booked t
    WHERE NOT EXISTS (SELECT 1 FROM reinsurance_allowedpair p
                      WHERE p.debit_class = t.debit_class AND p.credit_class = t.credit_class
                        AND p.code = t.code AND p.state = t.state)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % is a movement that the chart does not have', wrong.id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'transfer_pair_allowed';
    END IF;

    -- Sense across the two sides: one market and one category; one treaty, or one policy year, of the transfer's own
    -- insurer, save that a cession may be taken over by another treaty of the same insurer; and an entry that is of the
    -- same insurer, or of none.
    SELECT t.id INTO wrong
    FROM booked t
    JOIN reinsurance_ledgeraccount d ON d.id = t.debit_account_id
    JOIN reinsurance_ledgeraccount c ON c.id = t.credit_account_id
    LEFT JOIN reinsurance_journalentry e ON e.id = t.entry_id
    WHERE d.market <> c.market
       OR e.id IS NULL OR e.insurer_id IS DISTINCT FROM t.insurer_id
       OR (d.insurer_id IS NOT NULL AND d.insurer_id IS DISTINCT FROM t.insurer_id)
       OR (c.insurer_id IS NOT NULL AND c.insurer_id IS DISTINCT FROM t.insurer_id)
       OR (d.treaty_id IS NOT NULL AND c.treaty_id IS NOT NULL AND (d.treaty_id = c.treaty_id) = (t.code = 'taken_over'))
       OR d.disbursement_year_id IS DISTINCT FROM c.disbursement_year_id
       OR d.kind IS DISTINCT FROM c.kind
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

    -- What may be paid in a policy year is what its row says.
    SELECT t.id INTO wrong
    FROM booked t
    JOIN reinsurance_ledgeraccount d ON d.id = t.debit_account_id
    JOIN reinsurance_disbursementyear y ON y.id = d.disbursement_year_id
    WHERE t.code = 'limit_opened' AND t.amount <> y.limit_amount
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % opens another limit than the policy year has', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_opens_its_limit';
    END IF;

    -- Each envelope and each allotment walked entry by entry, from the room that stands under the lock. An entry that
    -- takes room must leave none missing; one that takes nothing passes; what the law reduces is not asked.
    WITH moves AS (
        SELECT t.entry_id, t.code, t.debit_account_id AS account_id,
               CASE t.state WHEN 'post' THEN p.amount - t.amount WHEN 'void' THEN p.amount ELSE -t.amount END AS change
        FROM booked t LEFT JOIN reinsurance_transfer p ON p.id = t.pending_id
        WHERE t.debit_class IN ('envelope', 'allotment')
        UNION ALL
        SELECT t.entry_id, t.code, t.credit_account_id, t.amount
        FROM booked t
        WHERE t.credit_class IN ('envelope', 'allotment')
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
        RAISE EXCEPTION 'entry % would take more than there is left', wrong.entry_id
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
REVOKE ALL ON FUNCTION reinsurance_book_transfers() FROM PUBLIC;
CREATE TRIGGER book_transfers AFTER INSERT ON reinsurance_transfer
    REFERENCING NEW TABLE AS booked FOR EACH STATEMENT EXECUTE FUNCTION reinsurance_book_transfers();

-- The platform role reads the history; the trigger writes it.
GRANT SELECT ON reinsurance_envelopemovement TO {platform};
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON reinsurance_envelopemovement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What frees exposure needs a cause (freed_exposure.sql).
-- After book_transfers, by name.
CREATE TRIGGER free_with_cause AFTER INSERT ON reinsurance_transfer
    REFERENCING NEW TABLE AS booked FOR EACH STATEMENT EXECUTE FUNCTION reinsurance_free_with_cause();

-- The insurer of a cession is that of its treaty, the insurer of a change that of its cession, by their composite keys:
-- asking the organisations once more for each row says nothing new.
ALTER TABLE reinsurance_cession DROP CONSTRAINT reinsurance_cession_insurer_id_dedb96ba_fk_accounts_;
ALTER TABLE reinsurance_cessionchange DROP CONSTRAINT reinsurance_cessionc_insurer_id_b2ca4129_fk_accounts_;

-- 4. What the application may know of the shared envelopes ---------------------------------------------------------

-- Locks the envelopes of the markets, then the accounts of the treaties (own ones only for an insurer), in the one
-- order; answers with exact room, of the envelopes and of those treaties that have a part of one reserved, which stands
-- until the caller's transaction ends. Such a part's ceiling is what is left of it and what its treaty has engaged.
CREATE FUNCTION reinsurance_lock_accounts(markets text[], treaties bigint[])
RETURNS TABLE (account_id bigint, treaty_id bigint, market varchar, ceiling numeric, room numeric) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    acting bigint := NULLIF(current_setting('capweb.insurer', true), '')::bigint;
BEGIN
    PERFORM 1 FROM reinsurance_ledgeraccount a
    WHERE (a.account_class = 'envelope' AND a.market = ANY (markets))
       OR (a.treaty_id = ANY (treaties) AND (acting IS NULL OR a.insurer_id = acting))
    ORDER BY (a.insurer_id IS NOT NULL), a.id
    FOR NO KEY UPDATE;
    RETURN QUERY
        SELECT e.id, NULL::bigint, e.market, u.debits_posted - u.credits_posted, e.credits_posted - e.debits_posted - e.debits_pending
        FROM reinsurance_ledgeraccount e
        JOIN reinsurance_ledgeraccount u ON u.account_class = 'authority' AND u.market = e.market
        WHERE e.account_class = 'envelope' AND e.market = ANY (markets)
        UNION ALL
        SELECT max(a.id) FILTER (WHERE a.account_class = 'allotment'), a.treaty_id, max(a.market),
               sum(a.credits_posted - a.debits_posted
                   + CASE WHEN a.account_class = 'live' THEN a.credits_pending ELSE -a.debits_pending END),
               sum(a.credits_posted - a.debits_posted - a.debits_pending) FILTER (WHERE a.account_class = 'allotment')
        FROM reinsurance_ledgeraccount a
        WHERE a.treaty_id = ANY (treaties) AND (acting IS NULL OR a.insurer_id = acting)
          AND a.account_class IN ('allotment', 'live', 'run_off')
          AND (SELECT r.amount FROM reinsurance_treatyallotment r
               WHERE r.insurer_id = a.insurer_id AND r.treaty_id = a.treaty_id
               ORDER BY r.position DESC LIMIT 1) IS NOT NULL
        GROUP BY a.treaty_id;
END $$;
REVOKE ALL ON FUNCTION reinsurance_lock_accounts(text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reinsurance_lock_accounts(text[], bigint[]) TO {app}, {platform};

CREATE FUNCTION reinsurance_rounded_room(markets text[])
RETURNS TABLE (market varchar, ceiling numeric, room numeric) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.market, u.debits_posted - u.credits_posted,
           GREATEST(floor((e.credits_posted - e.debits_posted - e.debits_pending) / 10000000) * 10000000, 0)
    FROM reinsurance_ledgeraccount e
    JOIN reinsurance_ledgeraccount u ON u.account_class = 'authority' AND u.market = e.market
    WHERE e.account_class = 'envelope' AND e.market = ANY (markets)
$$;

-- The envelope's account number, which a transfer must name: a number tells nothing of what is in it.
CREATE FUNCTION reinsurance_envelope_accounts()
RETURNS TABLE (market varchar, id bigint) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.market, e.id FROM reinsurance_ledgeraccount e WHERE e.account_class = 'envelope'
$$;

REVOKE ALL ON FUNCTION reinsurance_rounded_room(text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION reinsurance_envelope_accounts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reinsurance_rounded_room(text[]) TO {app}, {platform};
GRANT EXECUTE ON FUNCTION reinsurance_envelope_accounts() TO {app}, {platform};
