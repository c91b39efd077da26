"""Row security on the stream of events, and the trigger that allows no gap in it."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql" / "0005_event_stream.sql"
_BACKWARDS = """
DROP TRIGGER no_gap ON audit_publishedevent;
DROP FUNCTION event_without_gap();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("audit", "0003_event_stream"),
    ]

    operations = [
        TenantTable("audit.PublishedEvent", append_only=True),
        TenantTable("audit.EventPosition"),
        run_sql_file(_SQL, backwards=_BACKWARDS),
    ]
