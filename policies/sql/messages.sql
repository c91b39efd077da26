-- A message says what it said, of the same thing to the same people: only that somebody has read it may be noted, once.
CREATE FUNCTION policies_message_stands() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER message_stands BEFORE UPDATE ON policies_message
    FOR EACH ROW EXECUTE FUNCTION policies_message_stands();

-- A mail that was handed over stays so.
CREATE FUNCTION policies_delivery_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'sent' OR (NEW.message_id, NEW.address, NEW.round) IS DISTINCT FROM
        (OLD.message_id, OLD.address, OLD.round)
    THEN
        RAISE EXCEPTION 'a mail that was handed over stays so; send the message again'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'delivery_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_stands BEFORE UPDATE ON policies_messagedelivery
    FOR EACH ROW EXECUTE FUNCTION policies_delivery_stands();
