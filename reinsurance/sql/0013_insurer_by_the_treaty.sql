-- The insurer of a cession is that of its treaty, the insurer of a change that of its cession, by their composite keys:
-- asking the organisations once more for each row says nothing new.
ALTER TABLE reinsurance_cession DROP CONSTRAINT reinsurance_cession_insurer_id_dedb96ba_fk_accounts_;
ALTER TABLE reinsurance_cessionchange DROP CONSTRAINT reinsurance_cessionc_insurer_id_b2ca4129_fk_accounts_;
