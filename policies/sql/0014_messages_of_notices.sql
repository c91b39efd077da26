-- New keys of a message stay inside one insurer.
ALTER TABLE policies_message
    ADD CONSTRAINT policies_message_letter_same_insurer
        FOREIGN KEY (insurer_id, letter_id) REFERENCES policies_letter (insurer_id, id),
    ADD CONSTRAINT policies_message_claim_same_insurer
        FOREIGN KEY (insurer_id, claim_id) REFERENCES policies_claim (insurer_id, id),
    ADD CONSTRAINT policies_message_to_buyer_same_insurer
        FOREIGN KEY (insurer_id, to_buyer_id) REFERENCES policies_buyer (insurer_id, id);

-- What a message is about does not change either: the letter, the claim, the buyer that it was written to.
CREATE OR REPLACE FUNCTION policies_message_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.insurer_id, NEW.public_id, NEW.source_key, NEW.recipient_id, NEW.policy_id, NEW.limit_request_id,
        NEW.offer_id, NEW.guarantee_id, NEW.endorsement_id, NEW.notice_id, NEW.buyer_limit_id, NEW.letter_id,
        NEW.claim_id, NEW.to_buyer_id, NEW.template, NEW.language, NEW.subject, NEW.body, NEW.booked_on,
        NEW.recorded_at)
       IS DISTINCT FROM
       (OLD.insurer_id, OLD.public_id, OLD.source_key, OLD.recipient_id, OLD.policy_id, OLD.limit_request_id,
        OLD.offer_id, OLD.guarantee_id, OLD.endorsement_id, OLD.notice_id, OLD.buyer_limit_id, OLD.letter_id,
        OLD.claim_id, OLD.to_buyer_id, OLD.template, OLD.language, OLD.subject, OLD.body, OLD.booked_on,
        OLD.recorded_at)
       OR (OLD.read_at IS NOT NULL AND (NEW.read_at, NEW.read_by) IS DISTINCT FROM (OLD.read_at, OLD.read_by))
    THEN
        RAISE EXCEPTION 'a message that was written does not change'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'message_stands';
    END IF;
    RETURN NEW;
END $$;
