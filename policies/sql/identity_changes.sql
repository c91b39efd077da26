-- Under which buyer one is followed today: the latest fact, itself where there is none.
CREATE FUNCTION policies_standing_buyer(of_insurer bigint, of_buyer bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT COALESCE(
        (SELECT fact.standing_id FROM policies_buyerstanding fact
         WHERE fact.insurer_id = of_insurer AND fact.buyer_id = of_buyer
         ORDER BY fact.effective_on DESC, fact.id DESC LIMIT 1),
        of_buyer)
$$;

-- What was granted never changes, except that it follows its buyer, by a move that was confirmed and written before.
CREATE OR REPLACE FUNCTION policies_grant_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.guarantee_id, NEW.policy_id, NEW.sequence, NEW.granted_first, NEW.granted_end, NEW.cover_first,
        NEW.granted_amount, NEW.insured_ratio, NEW.retention_ratio, NEW.ceded_ratio, NEW.premium, NEW.premium_rate,
        NEW.decision_id, NEW.cession_id)
       IS DISTINCT FROM
       (OLD.guarantee_id, OLD.policy_id, OLD.sequence, OLD.granted_first, OLD.granted_end, OLD.cover_first,
        OLD.granted_amount, OLD.insured_ratio, OLD.retention_ratio, OLD.ceded_ratio, OLD.premium, OLD.premium_rate,
        OLD.decision_id, OLD.cession_id)
       OR NEW.cover_end > OLD.cover_end OR NEW.amount > OLD.amount
    THEN
        RAISE EXCEPTION 'a granted term does not change; cover may only end earlier and its amount only fall'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'guarantee_term_stands';
    END IF;
    IF NEW.buyer_id <> OLD.buyer_id AND NOT EXISTS (
        SELECT 1 FROM policies_identitymove moved
        WHERE moved.insurer_id = NEW.insurer_id AND moved.term_id = NEW.id AND moved.from_buyer_id = OLD.buyer_id
          AND moved.to_buyer_id = NEW.buyer_id)
    THEN
        RAISE EXCEPTION 'a granted term changes its buyer only with a confirmed change of identity'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'guarantee_term_stands';
    END IF;
    IF OLD.status <> 'running' AND NEW.status IS DISTINCT FROM OLD.status THEN
        RAISE EXCEPTION 'the term has ended as %', OLD.status
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'guarantee_term_ended_once';
    END IF;
    RETURN NEW;
END $$;

-- What was proposed to a second person is what that person confirms.
CREATE FUNCTION policies_identity_change_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.insurer_id, NEW.public_id, NEW.kind, NEW.old_buyer_id, NEW.new_country, NEW.new_identifier_type,
        NEW.new_identifier, NEW.new_name, NEW.effective_on, NEW.reference, NEW.reason, NEW.corrects_id, NEW.guarantees,
        NEW.amount, NEW.requests, NEW.policyholders, NEW.proposed_by, NEW.proposed_by_user_id, NEW.proposed_on)
       IS DISTINCT FROM
       (OLD.insurer_id, OLD.public_id, OLD.kind, OLD.old_buyer_id, OLD.new_country, OLD.new_identifier_type,
        OLD.new_identifier, OLD.new_name, OLD.effective_on, OLD.reference, OLD.reason, OLD.corrects_id, OLD.guarantees,
        OLD.amount, OLD.requests, OLD.policyholders, OLD.proposed_by, OLD.proposed_by_user_id, OLD.proposed_on)
       OR (OLD.new_buyer_id IS NOT NULL AND NEW.new_buyer_id IS DISTINCT FROM OLD.new_buyer_id)
    THEN
        RAISE EXCEPTION 'what was proposed as a change of identity does not change: take it back and propose anew'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'identity_change_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER identity_change_stands BEFORE UPDATE ON policies_identitychange
    FOR EACH ROW EXECUTE FUNCTION policies_identity_change_stands();

ALTER TABLE policies_guaranteeterm
    ADD CONSTRAINT policies_guaranteeterm_former_buyer_same_insurer
        FOREIGN KEY (insurer_id, former_buyer_id) REFERENCES policies_buyer (insurer_id, id);
