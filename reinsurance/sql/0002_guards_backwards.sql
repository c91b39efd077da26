-- Takes back 0002_guards.sql. Rows of the books are not touched; the tables themselves go with 0001.
DROP FUNCTION reinsurance_envelope_accounts();
DROP FUNCTION reinsurance_rounded_room(text[]);
DROP FUNCTION reinsurance_lock_accounts(text[], bigint[]);
DROP TRIGGER append_only ON reinsurance_envelopemovement;
DROP TRIGGER book_transfers ON reinsurance_transfer;
DROP FUNCTION reinsurance_book_transfers();
DROP TRIGGER open_accounts ON reinsurance_treaty;
DROP FUNCTION reinsurance_open_accounts();
REVOKE ALL ON reinsurance_envelopemovement, reinsurance_ledgeraccount FROM {app}, {platform};
REVOKE UPDATE (ended_on) ON reinsurance_treaty FROM {app}, {platform};
GRANT UPDATE ON reinsurance_treaty TO {app}, {platform};
DROP POLICY one_insurer ON reinsurance_ledgeraccount;
DROP POLICY every_insurer ON reinsurance_ledgeraccount;
ALTER TABLE reinsurance_ledgeraccount DISABLE ROW LEVEL SECURITY;
ALTER TABLE reinsurance_ledgeraccount
    DROP CONSTRAINT reinsurance_ledgeraccount_treaty_same_insurer;
DELETE FROM reinsurance_ledgeraccount WHERE treaty_id IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE reinsurance_transfer
    DROP CONSTRAINT transfer_pair_allowed,
    DROP CONSTRAINT transfer_debit_account,
    DROP CONSTRAINT transfer_credit_account,
    DROP CONSTRAINT reinsurance_transfer_tenant_id;
ALTER TABLE reinsurance_journalentry DROP CONSTRAINT reinsurance_journalentry_tenant_id;
ALTER TABLE reinsurance_allowedpair DISABLE TRIGGER append_only;
DELETE FROM reinsurance_allowedpair;
ALTER TABLE reinsurance_allowedpair ENABLE TRIGGER append_only;
