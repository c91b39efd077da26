ALTER TABLE reinsurance_cession ADD CONSTRAINT reinsurance_cession_insurer_id_dedb96ba_fk_accounts_
    FOREIGN KEY (insurer_id) REFERENCES accounts_organisation (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE reinsurance_cessionchange ADD CONSTRAINT reinsurance_cessionc_insurer_id_b2ca4129_fk_accounts_
    FOREIGN KEY (insurer_id) REFERENCES accounts_organisation (id) DEFERRABLE INITIALLY DEFERRED;
