"""The entry of a release is found by its cession and the place of the change that it releases."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("reinsurance", "0011_statistics_of_the_books"),
    ]

    operations = [
        run_sql_file(
            _SQL / "0012_releases_by_cession.sql",
            backwards=(_SQL / "0012_releases_by_cession_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
