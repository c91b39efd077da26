"""The wall on decisions and their laws; shared and own rows of the contractual tables, which two people agree."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0001_initial"),
        ("accounts", "0003_wall_between_insurers"),
    ]

    operations = [
        TenantTable("Proposal", append_only=True),
        TenantTable("Settlement", append_only=True),
        TenantTable("ReadingRow", append_only=True),
        TenantTable("ValueRow", append_only=True),
        TenantTable("DecisionRecord", append_only=True),
        TenantTable("LawEdition", append_only=True),
        run_sql_file(_SQL / "contract_tables.sql"),
        run_sql_file(_SQL / "four_eyes.sql"),
        run_sql_file(_SQL / "law_editions.sql"),
    ]
