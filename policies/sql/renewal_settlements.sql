-- What was proposed to a second person is what that person answers: the renewal, the answer, its amount and its reason stand.
CREATE FUNCTION policies_renewal_settlement_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.insurer_id, NEW.public_id, NEW.renewal_id, NEW.approves, NEW.amount, NEW.maximum, NEW.decision_id,
        NEW.reason, NEW.proposed_by, NEW.proposed_by_user_id, NEW.proposed_on)
       IS DISTINCT FROM
       (OLD.insurer_id, OLD.public_id, OLD.renewal_id, OLD.approves, OLD.amount, OLD.maximum, OLD.decision_id,
        OLD.reason, OLD.proposed_by, OLD.proposed_by_user_id, OLD.proposed_on)
    THEN
        RAISE EXCEPTION 'what was proposed on a referred renewal does not change: take it back and propose anew'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'renewal_settlement_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER renewal_settlement_stands BEFORE UPDATE ON policies_renewalsettlement
    FOR EACH ROW EXECUTE FUNCTION policies_renewal_settlement_stands();
