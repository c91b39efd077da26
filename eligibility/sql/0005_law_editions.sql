-- A decision without the law that judged it could never be replayed. Decisions from before editions stand as they are
-- (NOT VALID); for those the law book of today is tried by fingerprint.
ALTER TABLE eligibility_decisionrecord ADD CONSTRAINT decision_has_its_law
    FOREIGN KEY (insurer_id, law) REFERENCES eligibility_lawedition (insurer_id, fingerprint) NOT VALID;
