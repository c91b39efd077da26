DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['eligibility_gradescalerow', 'eligibility_ratinggridrow', 'eligibility_countrystatusrow',
                                'eligibility_countryzonerow', 'eligibility_tariffrow']
    LOOP
        EXECUTE format('DROP TRIGGER append_only ON %I', name);
        EXECUTE format('DROP POLICY every_insurer ON %I', name);
        EXECUTE format('DROP POLICY own_only ON %I', name);
        EXECUTE format('DROP POLICY shared_or_own ON %I', name);
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name);
        EXECUTE format('REVOKE ALL ON %I FROM {app}, {platform}', name);
    END LOOP;
END $$;
