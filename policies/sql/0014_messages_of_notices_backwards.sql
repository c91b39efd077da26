ALTER TABLE policies_message
    DROP CONSTRAINT policies_message_letter_same_insurer,
    DROP CONSTRAINT policies_message_claim_same_insurer,
    DROP CONSTRAINT policies_message_to_buyer_same_insurer;

CREATE OR REPLACE FUNCTION policies_message_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.insurer_id, NEW.public_id, NEW.source_key, NEW.recipient_id, NEW.policy_id, NEW.limit_request_id,
        NEW.offer_id, NEW.guarantee_id, NEW.endorsement_id, NEW.notice_id, NEW.buyer_limit_id, NEW.template, NEW.language, NEW.subject,
        NEW.body, NEW.booked_on, NEW.recorded_at)
       IS DISTINCT FROM
       (OLD.insurer_id, OLD.public_id, OLD.source_key, OLD.recipient_id, OLD.policy_id, OLD.limit_request_id,
        OLD.offer_id, OLD.guarantee_id, OLD.endorsement_id, OLD.notice_id, OLD.buyer_limit_id, OLD.template, OLD.language, OLD.subject,
        OLD.body, OLD.booked_on, OLD.recorded_at)
       OR (OLD.read_at IS NOT NULL AND (NEW.read_at, NEW.read_by) IS DISTINCT FROM (OLD.read_at, OLD.read_by))
    THEN
        RAISE EXCEPTION 'a message that was written does not change'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'message_stands';
    END IF;
    RETURN NEW;
END $$;
