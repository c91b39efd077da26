-- Contractual tables: shared rows (no insurer) are seen by all, an insurer's own rows by itself; nobody changes a row.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['eligibility_gradescalerow', 'eligibility_ratinggridrow', 'eligibility_countrystatusrow',
                                'eligibility_countryzonerow', 'eligibility_tariffrow']
    LOOP
        EXECUTE format('GRANT SELECT ON %I TO {app}, {platform}', name);
        -- Shared rows come from the platform role or a migration, own rows from an approval and from nobody else.
        EXECUTE format('GRANT INSERT ON %I TO {platform}', name);
        EXECUTE format('GRANT USAGE ON SEQUENCE %I TO {app}, {platform}', name || '_id_seq');
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$CREATE POLICY shared_or_own ON %I FOR SELECT TO {app} USING (insurer_id IS NULL
            OR insurer_id = (SELECT NULLIF(current_setting('capweb.insurer', true), '')::bigint))$policy$, name);
        EXECUTE format('CREATE POLICY every_insurer ON %I FOR SELECT TO {platform} USING (true)', name);
        EXECUTE format('CREATE POLICY shared_only ON %I FOR INSERT TO {platform} WITH CHECK (insurer_id IS NULL)', name);
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END $$;
