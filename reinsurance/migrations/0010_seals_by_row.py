"""A record is found by its row, and what verifying found is told to insurers without the names of others' rows."""

from django.db import migrations, models

from capweb.accounts.row_security import app_role


def _tell_without_names(_apps, schema_editor):
    table, role = "reinsurance_ledgerverification", app_role()
    schema_editor.execute(f'REVOKE SELECT ON {table} FROM "{role}"')  # noqa: S608 (our own names)
    schema_editor.execute(
        f'GRANT SELECT (id, verified_on, compared, difference_count, recorded_at) ON {table} TO "{role}"'
    )


def _tell_all(_apps, schema_editor):
    schema_editor.execute(f'GRANT SELECT ON reinsurance_ledgerverification TO "{app_role()}"')


class Migration(migrations.Migration):
    dependencies = [
        ("reinsurance", "0009_freed_with_cause"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="sealedrecord", name="sealed_record_once"),
        migrations.AddConstraint(
            model_name="sealedrecord",
            constraint=models.UniqueConstraint(fields=("table", "part", "row"), name="sealed_record_once"),
        ),
        migrations.RunPython(_tell_without_names, _tell_all),
    ]
