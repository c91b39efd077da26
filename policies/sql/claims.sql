-- What must always hold of claims, whoever writes (policies/README.md has a paragraph for each).

-- What was declared of an invoice does not change, and its loss is told once.
CREATE FUNCTION policies_claim_invoice_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.claim_id, NEW.number, NEW.delivered_on, NEW.invoiced_on, NEW.due_on, NEW.amount, NEW.vat_amount, NEW.currency)
       IS DISTINCT FROM
       (OLD.claim_id, OLD.number, OLD.delivered_on, OLD.invoiced_on, OLD.due_on, OLD.amount, OLD.vat_amount, OLD.currency)
       OR OLD.loss_amount IS NOT NULL
    THEN
        RAISE EXCEPTION 'an invoice of a claim does not change, and its loss is fixed once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claim_invoice_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_invoice_stands BEFORE UPDATE ON policies_claiminvoice
    FOR EACH ROW EXECUTE FUNCTION policies_claim_invoice_stands();

-- What was declared stands, and so does a loss that was fixed.
CREATE FUNCTION policies_claim_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.policy_id, NEW.buyer_id, NEW.source_reference, NEW.declared_on)
       IS DISTINCT FROM (OLD.policy_id, OLD.buyer_id, OLD.source_reference, OLD.declared_on)
       OR (OLD.loss_amount IS NOT NULL AND (NEW.loss_amount, NEW.loss_fixed_on, NEW.cause, NEW.caused_on)
           IS DISTINCT FROM (OLD.loss_amount, OLD.loss_fixed_on, OLD.cause, OLD.caused_on))
    THEN
        RAISE EXCEPTION 'the claim %: what was declared and a fixed loss stand', OLD.public_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claim_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_stands BEFORE UPDATE ON policies_claim
    FOR EACH ROW EXECUTE FUNCTION policies_claim_stands();

-- A share is never paid beyond what it owes.
CREATE FUNCTION policies_indemnity_within_share() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added JOIN policies_claimshare share
            ON share.insurer_id = added.insurer_id AND share.id = added.share_id
        WHERE added.amount > share.due_amount OR added.claim_id <> share.claim_id
           OR (share.layer = 'primary' AND added.ceded_amount > 0))
    THEN
        RAISE EXCEPTION 'an indemnity is paid on a share of its own claim, within what it owes; a primary cedes nothing'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'indemnity_within_share';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER indemnity_within_share AFTER INSERT ON policies_indemnitypayment
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION policies_indemnity_within_share();

-- Nobody gets back more than was paid.
CREATE FUNCTION policies_recovery_within_indemnity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM policies_recoveryshare back
        LEFT JOIN policies_indemnitypayment paid ON paid.insurer_id = back.insurer_id AND paid.share_id = back.share_id
        WHERE (back.insurer_id, back.share_id) IN (SELECT insurer_id, share_id FROM added)
        GROUP BY back.share_id, paid.amount, paid.ceded_amount
        HAVING sum(back.amount) > COALESCE(paid.amount, 0) OR sum(back.ceded_amount) > COALESCE(paid.ceded_amount, 0))
    THEN
        RAISE EXCEPTION 'more would come back on a share than was paid on it'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'recovery_within_indemnity';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER recovery_within_indemnity AFTER INSERT ON policies_recoveryshare
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION policies_recovery_within_indemnity();
