-- A decision without the law that judged it could never be replayed.
ALTER TABLE eligibility_decisionrecord ADD CONSTRAINT decision_has_its_law
    FOREIGN KEY (insurer_id, law) REFERENCES eligibility_lawedition (insurer_id, fingerprint);
