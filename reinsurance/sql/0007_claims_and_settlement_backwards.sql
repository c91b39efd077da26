DROP TRIGGER match_payments ON reinsurance_paymentmatch;
DROP FUNCTION reinsurance_match_payments();
DROP TRIGGER answer_unsettled ON reinsurance_lineanswer;
DROP FUNCTION reinsurance_answer_unsettled();
DROP TRIGGER settle_acknowledged ON reinsurance_settledline;
DROP FUNCTION reinsurance_settle_acknowledged();
DROP FUNCTION reinsurance_lock_disbursement_rooms(bigint[]);
GRANT USAGE ON SEQUENCE reinsurance_lineanswer_id_seq TO {app};
GRANT INSERT ON reinsurance_lineanswer TO {app};
