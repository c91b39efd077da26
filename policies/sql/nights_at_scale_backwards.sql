CREATE OR REPLACE FUNCTION policies_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gap record;
BEGIN
    SELECT fresh.insurer_id, fresh.series, fresh.position INTO gap FROM added fresh
    WHERE fresh.position > 1 AND NOT EXISTS (
        SELECT 1 FROM policies_endorsement earlier
        WHERE earlier.insurer_id = fresh.insurer_id AND earlier.series = fresh.series
          AND earlier.position = fresh.position - 1)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'number % of series % does not follow the one before it', gap.position, gap.series
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'endorsement_without_gap';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER grant_stands ON policies_guaranteeterm;
CREATE TRIGGER grant_stands BEFORE UPDATE ON policies_guaranteeterm
    FOR EACH ROW EXECUTE FUNCTION policies_grant_stands();
