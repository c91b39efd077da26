-- The guards of the ledger. Each has its paragraph in reinsurance/README.md.

-- 1. Keys that Django does not write ------------------------------------------------------------------------------

INSERT INTO reinsurance_allowedpair (debit_class, credit_class, code, state) VALUES
    ('authority',       'envelope',        'authorised',          'posted'),
    ('envelope',        'authority',       'law_reduced',         'posted'),
    ('envelope',        'live',            'hold',                'pending'),
    ('envelope',        'live',            'hold_posted',         'post'),
    ('envelope',        'live',            'hold_voided',         'void'),
    ('envelope',        'live',            'ceded',               'posted'),
    ('live',            'live',            'taken_over',          'posted'),
    ('live',            'run_off',         'end_of_term',         'posted'),
    ('live',            'run_off',         'reduced',             'posted'),
    ('run_off',         'envelope',        'run_off_released',    'posted'),
    ('live',            'envelope',        'reversed',            'posted'),
    ('ceded_premium',   'current_account', 'premium_ceded',       'posted'),
    ('current_account', 'ceded_premium',   'premium_credited',    'posted'),
    ('current_account', 'commission',      'commission_earned',   'posted'),
    ('commission',      'current_account', 'commission_returned', 'posted');

ALTER TABLE reinsurance_transfer
    ADD CONSTRAINT transfer_pair_allowed FOREIGN KEY (debit_class, credit_class, code, state)
        REFERENCES reinsurance_allowedpair (debit_class, credit_class, code, state),
    ADD CONSTRAINT transfer_debit_account FOREIGN KEY (debit_account_id, debit_class)
        REFERENCES reinsurance_ledgeraccount (id, account_class),
    ADD CONSTRAINT transfer_credit_account FOREIGN KEY (credit_account_id, credit_class)
        REFERENCES reinsurance_ledgeraccount (id, account_class);

-- An entry of the law has no insurer, so its transfers are not reached by the composite key: the trigger below is.
ALTER TABLE reinsurance_journalentry ADD CONSTRAINT reinsurance_journalentry_tenant_id UNIQUE (insurer_id, id);
ALTER TABLE reinsurance_transfer ADD CONSTRAINT reinsurance_transfer_tenant_id UNIQUE (insurer_id, id);

-- 2. Accounts: who sees them, who makes them -----------------------------------------------------------------------

GRANT SELECT ON reinsurance_ledgeraccount TO {app}, {platform};
ALTER TABLE reinsurance_ledgeraccount ENABLE ROW LEVEL SECURITY;
ALTER TABLE reinsurance_ledgeraccount SET (fillfactor = 50);
CREATE POLICY one_insurer ON reinsurance_ledgeraccount TO {app}
    USING (insurer_id = (SELECT NULLIF(current_setting('capweb.insurer', true), '')::bigint));
CREATE POLICY every_insurer ON reinsurance_ledgeraccount TO {platform} USING (true);
ALTER TABLE reinsurance_ledgeraccount ADD CONSTRAINT reinsurance_ledgeraccount_treaty_same_insurer
    FOREIGN KEY (insurer_id, treaty_id) REFERENCES reinsurance_treaty (insurer_id, id);

INSERT INTO reinsurance_ledgeraccount (market, account_class)
SELECT market, account_class
FROM (VALUES ('domestic'), ('export')) AS m (market), (VALUES ('authority'), ('envelope')) AS c (account_class)
ORDER BY 1, 2;

-- A treaty's accounts are made with it, empty: nobody else can make an account, so nobody can make a filled one.
CREATE FUNCTION reinsurance_open_accounts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO reinsurance_ledgeraccount (insurer_id, treaty_id, market, account_class)
    SELECT t.insurer_id, t.id, t.market, c.account_class
    FROM opened t,
         unnest(ARRAY['live', 'run_off', 'ceded_premium', 'commission', 'current_account']) AS c (account_class)
    ORDER BY t.id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION reinsurance_open_accounts() FROM PUBLIC;
CREATE TRIGGER open_accounts AFTER INSERT ON reinsurance_treaty
    REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION reinsurance_open_accounts();

-- What a treaty is never changes; only its end may be written.
REVOKE UPDATE ON reinsurance_treaty FROM {app}, {platform};
GRANT UPDATE (ended_on) ON reinsurance_treaty TO {app}, {platform};

-- 3. Transfers: totals, order, ceilings ----------------------------------------------------------------------------

-- All accounts in one order everywhere, envelopes first, so that no two transactions wait for each other in a circle.
CREATE FUNCTION reinsurance_book_transfers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
REVOKE ALL ON FUNCTION reinsurance_book_transfers() FROM PUBLIC;
CREATE TRIGGER book_transfers AFTER INSERT ON reinsurance_transfer
    REFERENCING NEW TABLE AS booked FOR EACH STATEMENT EXECUTE FUNCTION reinsurance_book_transfers();

-- The platform role reads the history; the trigger writes it.
GRANT SELECT ON reinsurance_envelopemovement TO {platform};
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON reinsurance_envelopemovement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- 4. What the application may know of the shared envelopes ---------------------------------------------------------

-- Locks the envelopes of the markets, then the accounts of the treaties (own ones only for an insurer), in the one
-- order; answers with exact room, which stands until the caller's transaction ends.
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

REVOKE ALL ON FUNCTION reinsurance_lock_accounts(text[], bigint[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION reinsurance_rounded_room(text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION reinsurance_envelope_accounts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reinsurance_lock_accounts(text[], bigint[]) TO {app}, {platform};
GRANT EXECUTE ON FUNCTION reinsurance_rounded_room(text[]) TO {app}, {platform};
GRANT EXECUTE ON FUNCTION reinsurance_envelope_accounts() TO {app}, {platform};
