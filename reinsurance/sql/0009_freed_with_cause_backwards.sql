DROP TRIGGER free_with_cause ON reinsurance_transfer;
DROP FUNCTION reinsurance_free_with_cause();
