-- Claims and settlement: what the reinsurer alone says, what may be settled, what a payment may pay. Paragraphs in
-- reinsurance/README.md.

-- The reinsurer answers; no insurer answers for it.
REVOKE INSERT ON reinsurance_lineanswer FROM {app};
REVOKE USAGE ON SEQUENCE reinsurance_lineanswer_id_seq FROM {app};

-- 1. Room of policy years under the lock ----------------------------------------------------------------------------

-- Locks the rooms of these policy years in one order (own ones only for an insurer) and tells what is left of each.
CREATE FUNCTION reinsurance_lock_disbursement_rooms(years bigint[])
RETURNS TABLE (disbursement_year_id bigint, account_id bigint, ceiling numeric, room numeric) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    acting bigint := NULLIF(current_setting('capweb.insurer', true), '')::bigint;
BEGIN
    PERFORM 1 FROM reinsurance_ledgeraccount a
    WHERE a.disbursement_year_id = ANY (years) AND (acting IS NULL OR a.insurer_id = acting)
    ORDER BY a.id
    FOR NO KEY UPDATE;
    RETURN QUERY
        SELECT a.disbursement_year_id, a.id, y.limit_amount, a.credits_posted - a.debits_posted
        FROM reinsurance_ledgeraccount a
        JOIN reinsurance_disbursementyear y ON y.id = a.disbursement_year_id AND y.insurer_id = a.insurer_id
        WHERE a.disbursement_year_id = ANY (years) AND a.account_class = 'disbursement_room'
          AND (acting IS NULL OR a.insurer_id = acting);
END $$;
REVOKE ALL ON FUNCTION reinsurance_lock_disbursement_rooms(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reinsurance_lock_disbursement_rooms(bigint[]) TO {app}, {platform};

-- 2. A line that is settled is settled ------------------------------------------------------------------------------

-- Who answers and who settles meet at the treaty's row: one of them waits, and then sees what the other has written.
CREATE FUNCTION reinsurance_settle_acknowledged() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    PERFORM 1 FROM reinsurance_treaty t
    WHERE t.id IN (SELECT s.treaty_id FROM settled n JOIN reinsurance_accountstatement s ON s.id = n.statement_id)
    ORDER BY t.id FOR NO KEY UPDATE;
    SELECT n.line_id INTO wrong
    FROM settled n
    JOIN reinsurance_accountstatement s ON s.id = n.statement_id
    JOIN reinsurance_bordereauline l ON l.id = n.line_id
    JOIN reinsurance_bordereau b ON b.id = l.bordereau_id
    LEFT JOIN LATERAL (
        SELECT a.answer FROM reinsurance_lineanswer a
        WHERE a.insurer_id = n.insurer_id AND a.line_id = n.line_id ORDER BY a.position DESC LIMIT 1
    ) last ON true
    WHERE b.treaty_id <> s.treaty_id OR last.answer IS DISTINCT FROM 'acknowledged'
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'line % is not acknowledged, or of another treaty', wrong.line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_settled_when_acknowledged';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION reinsurance_settle_acknowledged() FROM PUBLIC;
CREATE TRIGGER settle_acknowledged AFTER INSERT ON reinsurance_settledline
    REFERENCING NEW TABLE AS settled FOR EACH STATEMENT EXECUTE FUNCTION reinsurance_settle_acknowledged();

CREATE FUNCTION reinsurance_answer_unsettled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    PERFORM 1 FROM reinsurance_treaty t
    WHERE t.id IN (SELECT b.treaty_id FROM answered n JOIN reinsurance_bordereauline l ON l.id = n.line_id
                   JOIN reinsurance_bordereau b ON b.id = l.bordereau_id)
    ORDER BY t.id FOR NO KEY UPDATE;
    SELECT n.line_id INTO wrong
    FROM answered n JOIN reinsurance_settledline s ON s.insurer_id = n.insurer_id AND s.line_id = n.line_id
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'line % is settled already', wrong.line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_answered_before_settled';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION reinsurance_answer_unsettled() FROM PUBLIC;
CREATE TRIGGER answer_unsettled AFTER INSERT ON reinsurance_lineanswer
    REFERENCING NEW TABLE AS answered FOR EACH STATEMENT EXECUTE FUNCTION reinsurance_answer_unsettled();

-- 3. A payment pays its own treaty's statements, and neither more than it has nor more than they are ----------------

CREATE FUNCTION reinsurance_match_payments() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    PERFORM 1 FROM reinsurance_treaty t
    WHERE t.id IN (SELECT p.treaty_id FROM matched n JOIN reinsurance_payment p ON p.id = n.payment_id)
    ORDER BY t.id FOR NO KEY UPDATE;
    SELECT n.id INTO wrong
    FROM matched n
    JOIN reinsurance_payment p ON p.id = n.payment_id
    JOIN reinsurance_accountstatement s ON s.id = n.statement_id
    WHERE p.treaty_id <> s.treaty_id
       OR n.amount > CASE p.direction WHEN 'paid' THEN s.balance ELSE -s.balance END
       OR p.amount < (SELECT sum(m.amount) FROM reinsurance_paymentmatch m
                      WHERE m.insurer_id = n.insurer_id AND m.payment_id = n.payment_id)
       OR abs(s.balance) < (SELECT sum(m.amount) FROM reinsurance_paymentmatch m
                            WHERE m.insurer_id = n.insurer_id AND m.statement_id = n.statement_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'match % pays more than there is, or another treaty', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_matched_within';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION reinsurance_match_payments() FROM PUBLIC;
CREATE TRIGGER match_payments AFTER INSERT ON reinsurance_paymentmatch
    REFERENCING NEW TABLE AS matched FOR EACH STATEMENT EXECUTE FUNCTION reinsurance_match_payments();
