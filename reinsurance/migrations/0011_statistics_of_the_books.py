"""The planner is told of a large seal at once."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("reinsurance", "0010_seals_by_row"),
    ]

    operations = [
        run_sql_file(
            _SQL / "0011_statistics_of_the_books.sql",
            backwards=(_SQL / "0011_statistics_of_the_books_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
