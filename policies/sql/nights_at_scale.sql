-- Guards that a night of 100,000 terms passes: the same guarantees, asked once a batch or without a call for each row.

-- The positions of a series are different by their unique constraint, so those that were added follow each other if they
-- are as many as lie between the lowest and the highest; then only the lowest must follow one that was there.
CREATE OR REPLACE FUNCTION policies_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gap record;
BEGIN
    SELECT run.series, run.lowest AS position INTO gap
    FROM (SELECT insurer_id, series, min(position) AS lowest, max(position) AS highest, count(*) AS many
          FROM added GROUP BY insurer_id, series) run
    WHERE run.highest - run.lowest + 1 <> run.many
       OR (run.lowest > 1 AND NOT EXISTS (
               SELECT 1 FROM policies_endorsement earlier
               WHERE earlier.insurer_id = run.insurer_id AND earlier.series = run.series
                 AND earlier.position = run.lowest - 1))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'numbers of series % from % do not follow the one before', gap.series, gap.position
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'endorsement_without_gap';
    END IF;
    RETURN NULL;
END $$;

-- What only a wrong change meets: the condition is asked in front of the function, which then says what is wrong.
DROP TRIGGER grant_stands ON policies_guaranteeterm;
CREATE TRIGGER grant_stands BEFORE UPDATE ON policies_guaranteeterm FOR EACH ROW
    WHEN ((NEW.guarantee_id, NEW.policy_id, NEW.buyer_id, NEW.sequence, NEW.granted_first, NEW.granted_end,
           NEW.cover_first, NEW.granted_amount, NEW.insured_ratio, NEW.retention_ratio, NEW.ceded_ratio, NEW.premium,
           NEW.premium_rate, NEW.decision_id, NEW.cession_id)
          IS DISTINCT FROM
          (OLD.guarantee_id, OLD.policy_id, OLD.buyer_id, OLD.sequence, OLD.granted_first, OLD.granted_end,
           OLD.cover_first, OLD.granted_amount, OLD.insured_ratio, OLD.retention_ratio, OLD.ceded_ratio, OLD.premium,
           OLD.premium_rate, OLD.decision_id, OLD.cession_id)
          OR NEW.cover_end > OLD.cover_end OR NEW.amount > OLD.amount
          OR (OLD.status <> 'running' AND NEW.status IS DISTINCT FROM OLD.status))
    EXECUTE FUNCTION policies_grant_stands();
