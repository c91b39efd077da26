-- Positions of an insurer's events have no gap: each follows one that is there.
CREATE FUNCTION event_without_gap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gap record;
BEGIN
    SELECT fresh.insurer_id, fresh.position INTO gap FROM added fresh
    WHERE fresh.position > 1 AND NOT EXISTS (
        SELECT 1 FROM audit_publishedevent earlier
        WHERE earlier.insurer_id = fresh.insurer_id AND earlier.position = fresh.position - 1)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'event % of insurer % does not follow the one before it', gap.position, gap.insurer_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'event_without_gap';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_gap AFTER INSERT ON audit_publishedevent
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION event_without_gap();
