DROP TRIGGER write_what_was_approved ON eligibility_settlement;
DROP FUNCTION eligibility_write_what_was_approved();
DROP FUNCTION eligibility_proposed_columns(text);
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['eligibility_gradescalerow', 'eligibility_ratinggridrow', 'eligibility_countrystatusrow',
                                'eligibility_countryzonerow', 'eligibility_tariffrow']
    LOOP
        EXECUTE format('DROP POLICY shared_only ON %I', name);
        EXECUTE format('DROP POLICY every_insurer ON %I', name);
        EXECUTE format('CREATE POLICY every_insurer ON %I TO {platform} USING (true)', name);
        EXECUTE format($policy$CREATE POLICY own_only ON %I FOR INSERT TO {app} WITH CHECK (
            insurer_id = (SELECT NULLIF(current_setting('capweb.insurer', true), '')::bigint))$policy$, name);
        EXECUTE format('GRANT INSERT ON %I TO {app}', name);
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', name, substr(name, 13) || '_once_for_each_place');
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', name, substr(name, 13) || '_same_insurer');
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', name, substr(name, 13) || '_by_four_eyes');
    END LOOP;
END $$;
ALTER TABLE eligibility_readingrow DROP CONSTRAINT readingrow_once_for_each_place;
ALTER TABLE eligibility_valuerow DROP CONSTRAINT valuerow_once_for_each_place;
ALTER TABLE eligibility_proposal DROP CONSTRAINT proposal_has_rows;
ALTER TABLE eligibility_settlement DROP CONSTRAINT settlement_of_the_proposer;
