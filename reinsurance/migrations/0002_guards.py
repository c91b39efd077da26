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
        TenantTable("Treaty"),
        TenantTable("TreatyTerms", append_only=True),
        TenantTable("Cession", append_only=True),
        TenantTable("CessionChange", append_only=True),
        TenantTable("RunOffRelease", append_only=True),
        TenantTable("JournalEntry", append_only=True),
        SharedTable("AllowedPair", platform="SELECT", append_only=True),
        run_sql_file(
            _SQL / "0002_guards.sql", backwards=(_SQL / "0002_guards_backwards.sql").read_text(encoding="utf-8")
        ),
        TenantTable("Transfer", append_only=True),
    ]
