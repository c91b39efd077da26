"""What comes back is held to what was paid; its ceded part is the reinsurer's books' to hold, once it falls anew (D-39)."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql" / "recoveries_within_indemnity.sql"
_BACKWARDS = (_SQL.parent / "recoveries_within_indemnity_backwards.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0007_days_of_ratings"),
    ]

    operations = [
        run_sql_file(_SQL, backwards=_BACKWARDS),
    ]
