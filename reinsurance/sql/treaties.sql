-- Treaties by four eyes, and alerts (reinsurance/README.md has a paragraph for each).

-- 1. A treaty of an insurer exists because two different people wanted it ------------------------------------------

-- Who decides is held against who proposed: the proposer comes along in the key, so that the CHECK
-- treaty_decision_by_four_eyes compares with the truth.
ALTER TABLE reinsurance_treatydecision ADD CONSTRAINT treaty_decision_of_the_proposer
    FOREIGN KEY (insurer_id, proposal_id, proposer_id)
    REFERENCES reinsurance_treatyproposal (insurer_id, id, proposer_id);

ALTER TABLE reinsurance_treatyproposal ADD CONSTRAINT treaty_proposal_is_a_document
    CHECK (jsonb_typeof(document) = 'object' AND document ->> 'treaty' = treaty_public_id);

-- An insurer's people write proposals and decisions, and nothing else; the platform writes neither.
REVOKE INSERT ON reinsurance_treatyproposal, reinsurance_treatydecision FROM {platform};
REVOKE INSERT ON reinsurance_treaty, reinsurance_treatyterms, reinsurance_countryamendment FROM {app};

-- What a treaty is never changes; only its end may be written, by the trigger below or by the platform.
REVOKE UPDATE ON reinsurance_treaty FROM {app}, {platform};
GRANT UPDATE (ended_on) ON reinsurance_treaty TO {platform};

-- An approval carries out what was proposed, to the letter: the row comes from the proposal, never from who approves.
CREATE FUNCTION reinsurance_carry_out_treaty_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    proposal reinsurance_treatyproposal;
    what record;
    target reinsurance_treaty;
    house bigint;
BEGIN
    SELECT * INTO STRICT proposal FROM reinsurance_treatyproposal one
    WHERE one.insurer_id = NEW.insurer_id AND one.id = NEW.proposal_id;
    IF NEW.booked_on < proposal.booked_on THEN
        RAISE EXCEPTION 'a proposal of % cannot be decided on %', proposal.booked_on, NEW.booked_on
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'treaty_decision_after_its_proposal';
    END IF;
    IF NEW.outcome <> 'approved' THEN
        RETURN NULL;
    END IF;
    -- Two names are not two people of the house: both are of the insurer itself and may sign in today.
    IF (SELECT count(DISTINCT m.user_id) FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
        WHERE m.user_id IN (NEW.proposer_id, NEW.decider_id) AND m.insurer_id = NEW.insurer_id
          AND m.organisation_id = NEW.insurer_id AND m.is_active AND u.is_active) <> 2
    THEN
        RAISE EXCEPTION 'a treaty is agreed by two people of the insurer'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'treaty_decision_by_own_people';
    END IF;
    SELECT * INTO STRICT what FROM jsonb_to_record(proposal.document) AS given (
        reinsurer text, kind text, market text, first_day date, end_day date, renewal_years smallint, reference text,
        ceded_ratio numeric, ceding_commission numeric, reporting_months smallint, settlement_days smallint,
        large_loss_amount numeric, cash_call_amount numeric, loss_order text,
        country text, zone text, is_covered boolean);
    IF proposal.kind = 'open' THEN
        SELECT id INTO house FROM accounts_organisation o WHERE o.code = what.reinsurer AND o.kind = 'reinsurer';
        IF house IS NULL THEN
            RAISE EXCEPTION '% is no reinsurer', what.reinsurer
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'treaty_with_a_reinsurer';
        END IF;
        INSERT INTO reinsurance_treaty (insurer_id, public_id, reinsurer_id, kind, market, opened_on, ended_on,
                                        renewal_years, reference, decision_id, booked_on)
        VALUES (NEW.insurer_id, proposal.treaty_public_id, house, what.kind, what.market, what.first_day, what.end_day,
                what.renewal_years, COALESCE(what.reference, ''), NEW.id, NEW.booked_on);
    END IF;
    SELECT * INTO target FROM reinsurance_treaty one
    WHERE one.insurer_id = NEW.insurer_id AND one.public_id = proposal.treaty_public_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the insurer has no treaty %', proposal.treaty_public_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'treaty_decision_of_own_treaty';
    END IF;
    IF proposal.kind IN ('terms', 'country_amendment') AND what.first_day < NEW.booked_on
       OR proposal.kind = 'end' AND what.end_day < NEW.booked_on
    THEN
        RAISE EXCEPTION 'what was ceded stands: a treaty is changed from % on', NEW.booked_on
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'treaty_changed_ahead';
    END IF;
    IF proposal.kind IN ('open', 'terms') THEN
        INSERT INTO reinsurance_treatyterms (insurer_id, treaty_id, first_day, ceded_ratio, ceding_commission,
                                             reporting_months, settlement_days, large_loss_amount, cash_call_amount,
                                             loss_order, reference, decision_id, booked_on)
        VALUES (NEW.insurer_id, target.id, what.first_day, what.ceded_ratio, what.ceding_commission,
                what.reporting_months, what.settlement_days, what.large_loss_amount, what.cash_call_amount,
                what.loss_order, COALESCE(what.reference, ''), NEW.id, NEW.booked_on);
    ELSIF proposal.kind = 'end' THEN
        IF EXISTS (SELECT 1 FROM reinsurance_cession c
                   WHERE c.insurer_id = NEW.insurer_id AND c.treaty_id = target.id AND c.term_first >= what.end_day)
        THEN
            RAISE EXCEPTION 'cover ceded under % begins on % or later', proposal.treaty_public_id, what.end_day
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'treaty_ends_after_its_cover_began';
        END IF;
        UPDATE reinsurance_treaty SET ended_on = what.end_day WHERE id = target.id;
    ELSIF proposal.kind = 'country_amendment' THEN
        INSERT INTO reinsurance_countryamendment (insurer_id, treaty_id, first_day, country, zone, is_covered,
                                                  reference, decision_id, booked_on)
        VALUES (NEW.insurer_id, target.id, what.first_day, COALESCE(what.country, ''), COALESCE(what.zone, ''),
                what.is_covered, what.reference, NEW.id, NEW.booked_on);
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION reinsurance_carry_out_treaty_decision() FROM PUBLIC;
CREATE TRIGGER carry_out_treaty_decision AFTER INSERT ON reinsurance_treatydecision
    FOR EACH ROW EXECUTE FUNCTION reinsurance_carry_out_treaty_decision();

-- 2. Alerts --------------------------------------------------------------------------------------------------------

-- The platform raises them. An insurer reads those of the shared envelopes and of its own treaties, without amounts:
-- the others' draws are theirs.
REVOKE ALL ON reinsurance_ceilingalert FROM {app};
GRANT SELECT (id, insurer_id, treaty_id, market, position, subject, share, crossing, is_raised, booked_on, recorded_at)
    ON reinsurance_ceilingalert TO {app};
CREATE POLICY of_shared_envelopes ON reinsurance_ceilingalert FOR SELECT TO {app} USING (insurer_id IS NULL);
GRANT UPDATE (handed_over_at) ON reinsurance_alertmail TO {platform};
