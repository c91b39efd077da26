-- What must always hold in policies, whoever writes (policies/README.md has a paragraph for each).

-- A SIREN has a right checksum; a foreign identifier is whatever its register says.
ALTER TABLE policies_policyholder ADD CONSTRAINT policyholder_siren_valid
    CHECK (identifier_type <> 'siren' OR is_siren(identifier));
ALTER TABLE policies_buyer ADD CONSTRAINT buyer_siren_valid
    CHECK (identifier_type <> 'siren' OR is_siren(identifier));

-- A row of a file has one outcome, and keeps it.
CREATE FUNCTION policies_one_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome IS NOT NULL AND NEW.outcome IS DISTINCT FROM OLD.outcome THEN
        RAISE EXCEPTION 'line % already ended as %', OLD.line, OLD.outcome
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'submission_row_one_outcome';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER one_outcome BEFORE UPDATE ON policies_submissionrow
    FOR EACH ROW EXECUTE FUNCTION policies_one_outcome();

-- What was granted never changes: only the status, the end of cover (earlier) and the amount (lower) may.
CREATE FUNCTION policies_grant_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.guarantee_id, NEW.policy_id, NEW.buyer_id, NEW.sequence, NEW.granted_first, NEW.granted_end, NEW.cover_first,
        NEW.granted_amount, NEW.insured_ratio, NEW.retention_ratio, NEW.ceded_ratio, NEW.premium, NEW.premium_rate,
        NEW.decision_id, NEW.cession_id)
       IS DISTINCT FROM
       (OLD.guarantee_id, OLD.policy_id, OLD.buyer_id, OLD.sequence, OLD.granted_first, OLD.granted_end, OLD.cover_first,
        OLD.granted_amount, OLD.insured_ratio, OLD.retention_ratio, OLD.ceded_ratio, OLD.premium, OLD.premium_rate,
        OLD.decision_id, OLD.cession_id)
       OR NEW.cover_end > OLD.cover_end OR NEW.amount > OLD.amount
    THEN
        RAISE EXCEPTION 'a granted term does not change; cover may only end earlier and its amount only fall'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'guarantee_term_stands';
    END IF;
    IF OLD.status <> 'running' AND NEW.status IS DISTINCT FROM OLD.status THEN
        RAISE EXCEPTION 'the term has ended as %', OLD.status
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'guarantee_term_ended_once';
    END IF;
    RETURN NEW;
END $$;
-- What only a wrong change meets: the condition is asked in front of the function, which then says what is wrong.
CREATE TRIGGER grant_stands BEFORE UPDATE ON policies_guaranteeterm FOR EACH ROW
    WHEN ((NEW.guarantee_id, NEW.policy_id, NEW.buyer_id, NEW.sequence, NEW.granted_first, NEW.granted_end,
           NEW.cover_first, NEW.granted_amount, NEW.insured_ratio, NEW.retention_ratio, NEW.ceded_ratio, NEW.premium,
           NEW.premium_rate, NEW.decision_id, NEW.cession_id)
          IS DISTINCT FROM
          (OLD.guarantee_id, OLD.policy_id, OLD.buyer_id, OLD.sequence, OLD.granted_first, OLD.granted_end,
           OLD.cover_first, OLD.granted_amount, OLD.insured_ratio, OLD.retention_ratio, OLD.ceded_ratio, OLD.premium,
           OLD.premium_rate, OLD.decision_id, OLD.cession_id)
          OR NEW.cover_end > OLD.cover_end OR NEW.amount > OLD.amount
          OR (OLD.status <> 'running' AND NEW.status IS DISTINCT FROM OLD.status))
    EXECUTE FUNCTION policies_grant_stands();

-- An offer says what it said when it was issued, and is answered once.
CREATE FUNCTION policies_offer_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.limit_request_id, NEW.decision_id, NEW.product, NEW.kind, NEW.market, NEW.amount, NEW.held_amount,
        NEW.insured_ratio, NEW.retention_ratio, NEW.ceded_ratio, NEW.premium, NEW.premium_rate, NEW.term_first,
        NEW.term_end, NEW.issued_on)
       IS DISTINCT FROM
       (OLD.limit_request_id, OLD.decision_id, OLD.product, OLD.kind, OLD.market, OLD.amount, OLD.held_amount,
        OLD.insured_ratio, OLD.retention_ratio, OLD.ceded_ratio, OLD.premium, OLD.premium_rate, OLD.term_first,
        OLD.term_end, OLD.issued_on)
       OR NEW.open_until > OLD.open_until
    THEN
        RAISE EXCEPTION 'an offer does not change after it was issued'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'offer_stands';
    END IF;
    IF OLD.status <> 'live' AND NEW.status IS DISTINCT FROM OLD.status THEN
        RAISE EXCEPTION 'the offer has been answered: %', OLD.status
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'offer_answered_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offer_stands BEFORE UPDATE ON policies_offer
    FOR EACH ROW EXECUTE FUNCTION policies_offer_stands();

-- Endorsement numbers of a series have no gap: each position follows one that is there.
-- The positions of a series are different by their unique constraint, so those that were added follow each other if they
-- are as many as lie between the lowest and the highest; then only the lowest must follow one that was there.
CREATE FUNCTION policies_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gap record;
BEGIN
    SELECT run.series, run.lowest AS position INTO gap
    FROM (SELECT insurer_id, series, min(position) AS lowest, max(position) AS highest, count(*) AS many
          FROM added GROUP BY insurer_id, series) run
    WHERE run.highest - run.lowest + 1 <> run.many
       OR (run.lowest > 1 AND NOT EXISTS (
               SELECT 1 FROM policies_endorsement earlier
               WHERE earlier.insurer_id = run.insurer_id AND earlier.series = run.series
                 AND earlier.position = run.lowest - 1))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'numbers of series % from % do not follow the one before', gap.series, gap.position
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'endorsement_without_gap';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_gap AFTER INSERT ON policies_endorsement
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION policies_no_gap();

-- Typing a part of a name finds companies; row security would keep a trigram index from being used (ADR 0009).
CREATE INDEX policies_buyer_name ON policies_buyer (insurer_id, lower(name) text_pattern_ops);
CREATE INDEX policies_policyholder_name ON policies_policyholder (insurer_id, lower(name) text_pattern_ops);

-- A request changes a guarantee of the same insurer. A guarantee points at its request as well, so this one is checked at
-- the end: rows of the two may be written in either order.
ALTER TABLE policies_limitrequest ADD CONSTRAINT policies_limitrequest_changes_same_insurer
    FOREIGN KEY (insurer_id, changes_id) REFERENCES policies_guarantee (insurer_id, id) DEFERRABLE INITIALLY DEFERRED;

-- The insurer of a term is that of its guarantee, the insurer of an endorsement that of its term, by their composite
-- keys: asking the organisations once more for each row says nothing new.
ALTER TABLE policies_guaranteeterm DROP CONSTRAINT policies_guaranteete_insurer_id_7d896208_fk_accounts_;
ALTER TABLE policies_endorsement DROP CONSTRAINT policies_endorsement_insurer_id_84a65852_fk_accounts_;
