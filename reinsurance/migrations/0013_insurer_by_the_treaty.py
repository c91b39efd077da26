"""The insurer of a cession is that of its treaty, the insurer of a change that of its cession."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("reinsurance", "0012_releases_by_cession"),
    ]

    operations = [
        run_sql_file(
            _SQL / "0013_insurer_by_the_treaty.sql",
            backwards=(_SQL / "0013_insurer_by_the_treaty_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
