"""Row security on the kept answers, and the trigger that lets each be written once."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql" / "0004_idempotent_answers.sql"
_BACKWARDS = """
DROP TRIGGER answer_stands ON audit_idempotentanswer;
DROP FUNCTION idempotent_answer_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_wall_between_insurers"),
        ("audit", "0002_idempotent_answers"),
    ]

    operations = [
        TenantTable("audit.IdempotentAnswer"),
        run_sql_file(_SQL, backwards=_BACKWARDS),
    ]
