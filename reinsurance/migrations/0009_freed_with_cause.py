"""What is engaged comes free only with a change or a release of a cession that says so."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("reinsurance", "0008_verifications"),
    ]

    operations = [
        run_sql_file(
            _SQL / "0009_freed_with_cause.sql",
            backwards=(_SQL / "0009_freed_with_cause_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
