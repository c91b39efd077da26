-- What was proposed to a second person is what that person confirms.
CREATE FUNCTION policies_group_limit_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.insurer_id, NEW.public_id, NEW.group_id, NEW.amount, NEW.effective_on, NEW.reason, NEW.proposed_by,
        NEW.proposed_by_user_id, NEW.proposed_on)
       IS DISTINCT FROM
       (OLD.insurer_id, OLD.public_id, OLD.group_id, OLD.amount, OLD.effective_on, OLD.reason, OLD.proposed_by,
        OLD.proposed_by_user_id, OLD.proposed_on)
    THEN
        RAISE EXCEPTION 'what was proposed as the limit of a group does not change: take it back and propose anew'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'group_limit_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER group_limit_stands BEFORE UPDATE ON policies_grouplimit
    FOR EACH ROW EXECUTE FUNCTION policies_group_limit_stands();
