-- Seals: the platform role alone writes them, nobody alters them. Each has its paragraph in reinsurance/README.md.

REVOKE INSERT ON reinsurance_sealedentry, reinsurance_sealedrecord, reinsurance_checkpoint FROM {app};
REVOKE USAGE ON SEQUENCE
    reinsurance_sealedentry_id_seq, reinsurance_sealedrecord_id_seq, reinsurance_checkpoint_id_seq FROM {app};

-- An insurer is told what verifying found, without the names of others' rows.
REVOKE SELECT ON reinsurance_ledgerverification FROM {app};
GRANT SELECT (id, verified_on, compared, difference_count, recorded_at) ON reinsurance_ledgerverification TO {app};

-- After a large seal the planner still believes the tables as small as they were; whoever closes or verifies right
-- afterwards then waits minutes for seconds of work, until autovacuum comes by. Only the owner may ANALYZE, hence
-- SECURITY DEFINER; it changes no row.
CREATE FUNCTION reinsurance_refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    ANALYZE public.reinsurance_cession, public.reinsurance_cessionchange, public.reinsurance_journalentry,
            public.reinsurance_transfer, public.reinsurance_envelopemovement, public.reinsurance_sealedentry,
            public.reinsurance_sealedrecord, public.reinsurance_bordereauline;
END $$;
REVOKE ALL ON FUNCTION reinsurance_refresh_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reinsurance_refresh_statistics() TO {platform};
