-- An answer is written once, in the transaction that began the act, and never changes.
CREATE FUNCTION idempotent_answer_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.insurer_id, NEW.caller, NEW.operation, NEW.key, NEW.payload_digest, NEW.part_digests, NEW.recorded_at)
       IS DISTINCT FROM
       (OLD.insurer_id, OLD.caller, OLD.operation, OLD.key, OLD.payload_digest, OLD.part_digests, OLD.recorded_at)
       OR (OLD.status IS NOT NULL
           AND (NEW.status, NEW.answer, NEW.location) IS DISTINCT FROM (OLD.status, OLD.answer, OLD.location))
    THEN
        RAISE EXCEPTION 'an answer that was given stands'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'idempotent_answer_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answer_stands BEFORE UPDATE ON audit_idempotentanswer
    FOR EACH ROW EXECUTE FUNCTION idempotent_answer_stands();
