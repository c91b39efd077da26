"""The wall on decisions, shared and own rows of the contractual tables, and nobody changes either."""

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
        TenantTable("DecisionRecord", append_only=True),
        run_sql_file(
            _SQL / "0002_contract_tables.sql",
            backwards=(_SQL / "0002_contract_tables_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
