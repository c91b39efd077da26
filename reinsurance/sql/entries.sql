-- An entry of the law has no insurer, so its transfers are not reached by the composite key: book_transfers is.
ALTER TABLE reinsurance_journalentry ADD CONSTRAINT reinsurance_journalentry_tenant_id UNIQUE (insurer_id, id);
ALTER TABLE reinsurance_transfer ADD CONSTRAINT reinsurance_transfer_tenant_id UNIQUE (insurer_id, id);
