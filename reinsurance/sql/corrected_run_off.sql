-- A correction reaches what has ended and runs off (D-39): from there it goes back to where it was drawn from.
INSERT INTO reinsurance_allowedpair (debit_class, credit_class, code, state) VALUES
    ('run_off', 'envelope',  'reversed', 'posted'),
    ('run_off', 'allotment', 'reversed', 'posted');

ALTER TABLE reinsurance_runoffrelease ADD CONSTRAINT reinsurance_runoffrelease_correction_same_insurer
    FOREIGN KEY (insurer_id, correction_id) REFERENCES reinsurance_cessionchange (insurer_id, id);
