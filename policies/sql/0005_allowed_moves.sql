-- A status takes a step that policies.domain.moves knows, or none: one look-up by primary key for each row that moves.
CREATE FUNCTION policies_move_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM policies_allowedmove
    WHERE thing = TG_ARGV[0] AND was = OLD.status AND becomes = NEW.status;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a % does not go from % to %', TG_ARGV[0], OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0] || '_move_allowed', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
