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

-- A status takes an allowed step or none, asked once a statement and once for each kind of step in it. Old and new row
-- are joined by their id, which therefore stays.
CREATE FUNCTION policies_moves_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT step.was, step.becomes INTO wrong
    FROM (SELECT DISTINCT max(side.status) FILTER (WHERE side.is_old) AS was,
                          max(side.status) FILTER (WHERE NOT side.is_old) AS becomes
          FROM (SELECT id, status, true AS is_old FROM before UNION ALL SELECT id, status, false FROM after) side
          GROUP BY side.id) step
    WHERE step.was IS DISTINCT FROM step.becomes
      AND NOT EXISTS (SELECT 1 FROM policies_allowedmove allowed
                      WHERE allowed.thing = TG_ARGV[0] AND allowed.was = step.was AND allowed.becomes = step.becomes)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a % does not go from % to %', TG_ARGV[0], wrong.was, wrong.becomes
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0] || '_move_allowed', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER status_moves AFTER UPDATE ON policies_guaranteeterm
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION policies_moves_allowed('guarantee_term');
CREATE TRIGGER ids_stay BEFORE UPDATE OF id ON policies_guaranteeterm
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
