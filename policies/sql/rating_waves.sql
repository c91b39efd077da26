-- What was proposed to a second person is what that person confirms: the wave's grade, sector, reason and preview stand.
CREATE FUNCTION policies_rating_wave_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.insurer_id, NEW.public_id, NEW.sector, NEW.to_grade, NEW.reason, NEW.buyers, NEW.cuts, NEW.cut_amount,
        NEW.freed_amount, NEW.proposed_by, NEW.proposed_by_user_id, NEW.proposed_on)
       IS DISTINCT FROM
       (OLD.insurer_id, OLD.public_id, OLD.sector, OLD.to_grade, OLD.reason, OLD.buyers, OLD.cuts, OLD.cut_amount,
        OLD.freed_amount, OLD.proposed_by, OLD.proposed_by_user_id, OLD.proposed_on)
    THEN
        RAISE EXCEPTION 'what was proposed as a wave of ratings does not change: take it back and propose anew'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'rating_wave_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rating_wave_stands BEFORE UPDATE ON policies_ratingwave
    FOR EACH ROW EXECUTE FUNCTION policies_rating_wave_stands();
