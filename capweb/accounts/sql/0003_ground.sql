-- Ground for every app: extensions, and the two functions that triggers of all apps share.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted; correct by a new row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

-- The business day of a sandbox only moves forward, and a sandbox never becomes anything else nor the reverse.
CREATE FUNCTION business_day_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_sandbox IS DISTINCT FROM OLD.is_sandbox THEN
        RAISE EXCEPTION 'an installation is a sandbox from its first day or never'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'installation_kind_fixed';
    END IF;
    IF NEW.business_day < OLD.business_day THEN
        RAISE EXCEPTION 'the business day moves forward only: % is before %', NEW.business_day, OLD.business_day
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'business_day_forward';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER business_day_forward BEFORE UPDATE ON accounts_installation
    FOR EACH ROW EXECUTE FUNCTION business_day_forward();

GRANT SELECT ON django_migrations TO {app}, {platform};

-- A SIREN is nine digits whose weighted sum is a multiple of ten (Luhn). The application says so in words; this refuses.
CREATE FUNCTION is_siren(number text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT number ~ '^[0-9]{9}$' AND (
        SELECT sum(CASE WHEN place % 2 = 0 THEN (digit * 2) / 10 + (digit * 2) % 10 ELSE digit END) % 10 = 0
        FROM (SELECT place, substr(number, place, 1)::int AS digit FROM generate_series(1, 9) AS place) AS digits
    )
$$;
ALTER TABLE accounts_organisation ADD CONSTRAINT organisation_siren_valid CHECK (siren = '' OR is_siren(siren));
