-- What an authority decided stands: its letter, days and amount never change; a decision may only end earlier.
CREATE FUNCTION policies_exception_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.insurer_id, NEW.public_id, NEW.kind, NEW.limit_request_id, NEW.policyholder_id, NEW.buyer_id,
        NEW.asked_amount, NEW.opened_by, NEW.opened_by_user_id)
       IS DISTINCT FROM
       (OLD.insurer_id, OLD.public_id, OLD.kind, OLD.limit_request_id, OLD.policyholder_id, OLD.buyer_id,
        OLD.asked_amount, OLD.opened_by, OLD.opened_by_user_id)
       OR OLD.decided_on IS NOT NULL
          AND ((NEW.amount, NEW.reference, NEW.granted_on, NEW.decided_by, NEW.decided_by_user_id, NEW.decided_on)
               IS DISTINCT FROM
               (OLD.amount, OLD.reference, OLD.granted_on, OLD.decided_by, OLD.decided_by_user_id, OLD.decided_on)
               OR COALESCE(NEW.end_day, 'infinity') > COALESCE(OLD.end_day, 'infinity'))
    THEN
        RAISE EXCEPTION 'what was asked for and what was decided do not change; a decision may only end earlier'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'exception_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exception_stands BEFORE UPDATE ON policies_exceptiondossier
    FOR EACH ROW EXECUTE FUNCTION policies_exception_stands();
