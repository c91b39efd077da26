ALTER TABLE policies_guaranteeterm DROP CONSTRAINT policies_guaranteeterm_former_buyer_same_insurer;
DROP TRIGGER identity_change_stands ON policies_identitychange;
DROP FUNCTION policies_identity_change_stands();
DROP FUNCTION policies_standing_buyer(bigint, bigint);
-- What was granted never changes: only the status, the end of cover (earlier) and the amount (lower) may.
CREATE OR REPLACE FUNCTION policies_grant_stands() RETURNS trigger LANGUAGE plpgsql AS $$
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
