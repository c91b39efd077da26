-- What was proposed to a second person is what that person confirms: the wave's measure, sector, case and preview stand.
CREATE FUNCTION policies_limit_wave_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.insurer_id, NEW.public_id, NEW.sector, NEW.measure, NEW.share, NEW.to_amount, NEW.not_before,
        NEW.exceptional_case, NEW.reason, NEW.limits, NEW.cut_amount, NEW.top_ups, NEW.top_up_amount, NEW.proposed_by,
        NEW.proposed_by_user_id, NEW.proposed_on)
       IS DISTINCT FROM
       (OLD.insurer_id, OLD.public_id, OLD.sector, OLD.measure, OLD.share, OLD.to_amount, OLD.not_before,
        OLD.exceptional_case, OLD.reason, OLD.limits, OLD.cut_amount, OLD.top_ups, OLD.top_up_amount, OLD.proposed_by,
        OLD.proposed_by_user_id, OLD.proposed_on)
    THEN
        RAISE EXCEPTION 'what was proposed as a wave of limits does not change: take it back and propose anew'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'limit_wave_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER limit_wave_stands BEFORE UPDATE ON policies_limitwave
    FOR EACH ROW EXECUTE FUNCTION policies_limit_wave_stands();
