DROP TRIGGER ids_stay ON policies_guaranteeterm;
DROP TRIGGER status_moves ON policies_guaranteeterm;
DROP FUNCTION policies_moves_allowed();
CREATE TRIGGER status_moves BEFORE UPDATE OF status ON policies_guaranteeterm FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION policies_move_allowed('guarantee_term');
ALTER TABLE policies_guaranteeterm ADD CONSTRAINT policies_guaranteete_insurer_id_7d896208_fk_accounts_
    FOREIGN KEY (insurer_id) REFERENCES accounts_organisation (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE policies_endorsement ADD CONSTRAINT policies_endorsement_insurer_id_84a65852_fk_accounts_
    FOREIGN KEY (insurer_id) REFERENCES accounts_organisation (id) DEFERRABLE INITIALLY DEFERRED;
