-- Live cover that goes to run-off, and what goes back to the envelope or to an allotment, is held against the rows of the
-- same event: a cession's change, or a release. The whole entry is added up, so nothing rides on an earlier one. A fresh
-- cession and a hold free nothing, and are passed over by the first condition. A correction (D-39) may also reach what
-- runs off: the lots that it takes back, less what it puts into a lot of its own.
-- Releases are keyed by the cession and the place of its change, not by a row's number: a number depends on what was
-- rolled back before.
CREATE OR REPLACE FUNCTION reinsurance_free_with_cause() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM booked
                   WHERE code IN ('end_of_term', 'reduced', 'run_off_released', 'reversed', 'draw_moved')) THEN
        RETURN NULL;
    END IF;
    WITH freeing AS (
        SELECT DISTINCT entry_id FROM booked
        WHERE code IN ('end_of_term', 'reduced', 'run_off_released', 'reversed', 'draw_moved')
    ), moved AS (
        SELECT e.id, e.insurer_id, e.kind, e.source_key, e.cession_id,
               COALESCE(sum(t.amount) FILTER (WHERE t.code IN ('end_of_term', 'reduced')), 0) AS to_run_off,
               COALESCE(sum(t.amount) FILTER (WHERE t.code = 'run_off_released'), 0) AS released,
               COALESCE(sum(t.amount) FILTER (WHERE t.code = 'reversed' AND t.debit_class = 'live'), 0) AS reversed,
               COALESCE(sum(t.amount) FILTER (WHERE t.code = 'reversed' AND t.debit_class = 'run_off'), 0)
                   AS taken_back,
               COALESCE(sum(t.amount) FILTER (WHERE t.code = 'draw_moved'), 0) AS moved,
               COALESCE(sum(t.amount) FILTER (WHERE t.code IN ('ceded', 'hold_posted')), 0) AS drawn
        FROM freeing f
        JOIN reinsurance_journalentry e ON e.id = f.entry_id
        JOIN reinsurance_transfer t ON t.entry_id = e.id
        GROUP BY e.id
    ), said AS (
        SELECT m.*, x.run_off_amount, x.kind AS change_kind,
               COALESCE(p.live_ceded_amount, own.ceded_amount) - x.live_ceded_amount AS fallen,
               r.id AS release_id,
               (SELECT COALESCE(sum(lot.run_off_amount), 0)
                FROM reinsurance_runoffrelease back
                JOIN reinsurance_cessionchange lot ON lot.insurer_id = back.insurer_id AND lot.id = back.change_id
                WHERE m.kind = 'correction' AND back.insurer_id = x.insurer_id AND back.correction_id = x.id
                  AND lot.cession_id = x.cession_id) - x.run_off_amount AS cut
        FROM moved m
        LEFT JOIN reinsurance_cession c ON c.insurer_id = m.insurer_id AND c.id = m.cession_id
        -- Branch by branch, so that each finds its row by an index.
        LEFT JOIN LATERAL (
            SELECT k.* FROM reinsurance_cessionchange k
            WHERE m.kind = 'release' AND k.insurer_id = m.insurer_id AND k.cession_id = c.id
              AND m.source_key = 'release:' || c.source_key || ':' || k.position
            UNION ALL
            SELECT k.* FROM reinsurance_cessionchange k
            WHERE m.kind = 'replacement' AND k.insurer_id = m.insurer_id AND k.cession_id = c.replaces_id
              AND k.kind = 'replaced' AND m.source_key = 'cession:' || c.source_key
            UNION ALL
            SELECT k.* FROM reinsurance_cessionchange k
            WHERE m.kind = 'ending' AND k.insurer_id = m.insurer_id AND k.cession_id = c.id
              AND k.kind = 'ended' AND m.source_key = 'end:' || c.source_key
            UNION ALL
            SELECT k.* FROM reinsurance_cessionchange k
            WHERE m.kind IN ('amendment', 'correction') AND k.insurer_id = m.insurer_id AND k.cession_id = c.id
              AND k.kind IN ('amended', 'corrected')
              AND m.source_key = 'amend:' || c.source_key || ':' || k.position
        ) x ON true
        LEFT JOIN reinsurance_cession own ON own.insurer_id = x.insurer_id AND own.id = x.cession_id
        LEFT JOIN reinsurance_cessionchange p ON p.insurer_id = x.insurer_id AND p.cession_id = x.cession_id
            AND p.position = x.position - 1
        LEFT JOIN reinsurance_runoffrelease r ON m.kind = 'release' AND r.insurer_id = x.insurer_id AND r.change_id = x.id
            -- What a correction took back is given back already.
            AND r.correction_id IS NULL
    )
    SELECT id INTO wrong FROM said
    WHERE run_off_amount IS NULL
       OR moved > drawn
       OR CASE kind
              WHEN 'release' THEN release_id IS NULL OR released <> run_off_amount
                                  OR to_run_off + reversed + taken_back + moved <> 0
              WHEN 'correction' THEN change_kind <> 'corrected' OR reversed + to_run_off <> fallen
                                     OR taken_back - to_run_off <> cut OR released + moved <> 0
              ELSE to_run_off <> run_off_amount OR released + reversed + taken_back <> 0
          END
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % frees what is engaged, and no change or release of a cession says so', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'exposure_freed_with_cause';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION reinsurance_free_with_cause() FROM PUBLIC;
