"""The wall on the books' tables, and the guards of the ledger: keys, triggers, and what the roles may do."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import SharedTable, TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("reinsurance", "0001_initial"),
        ("accounts", "0003_wall_between_insurers"),
    ]

    operations = [
        run_sql_file(_SQL / "entries.sql"),
        TenantTable("TreatyProposal", append_only=True),
        TenantTable("TreatyDecision", append_only=True),
        TenantTable("Treaty"),
        TenantTable("TreatyTerms", append_only=True),
        TenantTable("CountryAmendment", append_only=True),
        TenantTable("CeilingAlert", append_only=True),
        SharedTable("AlertMail", app="", platform="SELECT, INSERT"),
        TenantTable("Cession", append_only=True),
        TenantTable("CessionChange", append_only=True),
        TenantTable("RunOffRelease", append_only=True),
        TenantTable("TreatyAllotment", append_only=True),
        TenantTable("DisbursementYear", append_only=True),
        SharedTable("AllowedPair", platform="SELECT", append_only=True),
        TenantTable("JournalEntry", append_only=True),
        TenantTable("Transfer", append_only=True),
        TenantTable("Bordereau", append_only=True),
        TenantTable("BordereauLine", append_only=True),
        TenantTable("TechnicalAccount", append_only=True),
        TenantTable("LossAdvice", append_only=True),
        TenantTable("ClosingRun"),
        TenantTable("ClaimMovement", append_only=True),
        TenantTable("SealedEntry", append_only=True),
        TenantTable("SealedRecord", append_only=True),
        TenantTable("Checkpoint", append_only=True),
        SharedTable("LedgerVerification", platform="SELECT, INSERT", append_only=True),
        TenantTable("LineAnswer", append_only=True),
        TenantTable("AccountStatement", append_only=True),
        TenantTable("SettledLine", append_only=True),
        TenantTable("Payment", append_only=True),
        TenantTable("PaymentMatch", append_only=True),
        SharedTable("AccountAdvice", app="", platform="SELECT, INSERT", append_only=True),
        run_sql_file(_SQL / "freed_exposure.sql"),
        run_sql_file(_SQL / "ledger.sql"),
        run_sql_file(_SQL / "treaties.sql"),
        run_sql_file(_SQL / "claims_and_settlement.sql"),
        run_sql_file(_SQL / "seals.sql"),
    ]
