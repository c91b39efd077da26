-- Four eyes (eligibility/README.md has a paragraph for each): whoever writes, an insurer's own contractual row exists
-- only because two different people wanted it.

-- Who settles is held against who proposed: the proposer comes along in the key, so that the CHECK
-- settlement_by_four_eyes compares with the truth.
ALTER TABLE eligibility_settlement ADD CONSTRAINT settlement_of_the_proposer
    FOREIGN KEY (insurer_id, proposal_id, proposer_id) REFERENCES eligibility_proposal (insurer_id, id, proposer_id);

-- A proposal proposes something: an array of rows.
ALTER TABLE eligibility_proposal ADD CONSTRAINT proposal_has_rows
    CHECK (jsonb_typeof(rows) = 'array' AND jsonb_array_length(rows) BETWEEN 1 AND 32767);

-- Own rows carry their settlement, shared rows have none.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['eligibility_gradescalerow', 'eligibility_ratinggridrow', 'eligibility_countrystatusrow',
                                'eligibility_countryzonerow', 'eligibility_tariffrow']
    LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK ((insurer_id IS NULL) = (settlement_id IS NULL) '
            'AND (settlement_id IS NULL) = (place IS NULL))', name, substr(name, 13) || '_by_four_eyes');
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (insurer_id, settlement_id) '
            'REFERENCES eligibility_settlement (insurer_id, id)', name, substr(name, 13) || '_same_insurer');
    END LOOP;
    FOREACH name IN ARRAY ARRAY['eligibility_gradescalerow', 'eligibility_ratinggridrow', 'eligibility_countrystatusrow',
                                'eligibility_countryzonerow', 'eligibility_tariffrow', 'eligibility_readingrow',
                                'eligibility_valuerow']
    LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I UNIQUE (insurer_id, settlement_id, place)', name,
            substr(name, 13) || '_once_for_each_place');
    END LOOP;
    REVOKE INSERT ON eligibility_readingrow, eligibility_valuerow FROM {app}, {platform};
    -- People of the insurer settle; the platform role reads.
    REVOKE INSERT ON eligibility_proposal, eligibility_settlement FROM {platform};
END $$;

-- The columns that a proposal of each kind may set, and the table they belong to.
CREATE FUNCTION eligibility_proposed_columns(kind text, OUT target text, OUT columns text[])
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'eligibility_' || entry.target, entry.columns
        || ARRAY['first_day', 'end_day', 'reference_text', 'reference_url', 'published']
    FROM (VALUES
        ('scale', 'gradescalerow', ARRAY['insurer_code', 'grades']),
        ('grid', 'ratinggridrow', ARRAY['insurer_code', 'market', 'grades', 'category', 'maximum', 'currency',
                                        'referred_to', 'question', 'reading']),
        ('country', 'countrystatusrow', ARRAY['country', 'status', 'referred_to', 'is_assumed']),
        ('zone', 'countryzonerow', ARRAY['country', 'zone']),
        ('tariff', 'tariffrow', ARRAY['product', 'quarterly_rate', 'category', 'zone', 'longest_payment_days',
                                      'is_illustrative']),
        ('reading', 'readingrow', ARRAY['question', 'reading', 'reason']),
        ('value', 'valuerow', ARRAY['path', 'value', 'confidence'])
    ) AS entry (kind, target, columns)
    WHERE entry.kind = $1
$$;

-- An approval writes what was proposed, to the letter: the rows come from the proposal, never from who approves.
CREATE FUNCTION eligibility_write_what_was_approved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    proposal eligibility_proposal;
    kind_of record;
    names text;
    taken text;
    house text;
BEGIN
    SELECT * INTO STRICT proposal FROM eligibility_proposal one
    WHERE one.insurer_id = NEW.insurer_id AND one.id = NEW.proposal_id;
    IF NEW.booked_on < proposal.booked_on THEN
        RAISE EXCEPTION 'a proposal of % cannot be settled on %', proposal.booked_on, NEW.booked_on
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'settlement_after_its_proposal';
    END IF;
    IF NEW.outcome <> 'approved' THEN
        RETURN NULL;
    END IF;
    SELECT code INTO STRICT house FROM accounts_organisation WHERE id = NEW.insurer_id;
    IF proposal.kind IN ('scale', 'grid') AND EXISTS (
        SELECT 1 FROM jsonb_array_elements(proposal.rows) AS one WHERE one ->> 'insurer_code' IS DISTINCT FROM house)
    THEN
        RAISE EXCEPTION 'an insurer writes its own scale and grids only'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'settlement_of_own_grades';
    END IF;
    SELECT * INTO STRICT kind_of FROM eligibility_proposed_columns(proposal.kind);
    SELECT string_agg(format('%I', one), ', '), string_agg(format('entered.%I', one), ', ') INTO names, taken
    FROM unnest(kind_of.columns) AS one;
    EXECUTE format(
        'INSERT INTO %1$I (insurer_id, settlement_id, place, booked_on, entered_by, %2$s) '
        'SELECT $1, $2, given.place - 1, $3, $4, %3$s '
        'FROM jsonb_array_elements($5) WITH ORDINALITY AS given (fields, place), '
        'jsonb_populate_record(NULL::%1$I, given.fields) AS entered ORDER BY given.place',
        kind_of.target, names, taken)
    USING NEW.insurer_id, NEW.id, NEW.booked_on, proposal.proposed_by, proposal.rows;
    RETURN NULL;
END $$;
CREATE TRIGGER write_what_was_approved AFTER INSERT ON eligibility_settlement
    FOR EACH ROW EXECUTE FUNCTION eligibility_write_what_was_approved();
