-- Nobody gets back more than was paid. What is ceded of either falls anew where the cession is corrected (D-39), in the
-- reinsurer's books, which hold what comes back to what was ceded; the rows here tell what was ceded on their own day.
CREATE OR REPLACE FUNCTION policies_recovery_within_indemnity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM policies_recoveryshare back
        LEFT JOIN policies_indemnitypayment paid ON paid.insurer_id = back.insurer_id AND paid.share_id = back.share_id
        WHERE (back.insurer_id, back.share_id) IN (SELECT insurer_id, share_id FROM added)
        GROUP BY back.share_id, paid.amount
        HAVING sum(back.amount) > COALESCE(paid.amount, 0))
    THEN
        RAISE EXCEPTION 'more would come back on a share than was paid on it'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'recovery_within_indemnity';
    END IF;
    RETURN NULL;
END $$;
