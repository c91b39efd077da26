-- Seals: the platform role alone writes them, nobody alters them. Each has its paragraph in reinsurance/README.md.

REVOKE INSERT ON reinsurance_sealedentry, reinsurance_sealedrecord, reinsurance_checkpoint FROM {app};
REVOKE USAGE ON SEQUENCE
    reinsurance_sealedentry_id_seq, reinsurance_sealedrecord_id_seq, reinsurance_checkpoint_id_seq FROM {app};
