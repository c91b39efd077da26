"""The moves of terms are asked once a statement; the insurer of a term is its guarantee's."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0015_nights_at_scale"),
    ]

    operations = [
        run_sql_file(
            _SQL / "0016_moves_by_statement.sql",
            backwards=(_SQL / "0016_moves_by_statement_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
