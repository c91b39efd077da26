"""A correction reaches what has ended: its right amount, and the run-off that it takes back (D-39)."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("reinsurance", "0003_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="cessionchange",
            name="right_amount",
            field=models.DecimalField(decimal_places=2, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="runoffrelease",
            name="correction",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lots_taken_back",
                to="reinsurance.cessionchange",
            ),
        ),
        migrations.AddIndex(
            model_name="runoffrelease",
            index=models.Index(
                condition=models.Q(("correction__isnull", False)),
                fields=["insurer", "correction"],
                name="run_off_taken_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="cessionchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("right_amount__isnull", True),
                    models.Q(("kind", "corrected"), ("right_amount__gte", models.F("live_amount"))),
                    _connector="OR",
                ),
                name="cession_right_amount_of_corrections",
            ),
        ),
        migrations.AddConstraint(
            model_name="runoffrelease",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("correction__isnull", True),
                    models.Q(("is_declared_nil", False), models.Q(("correction", models.F("change")), _negated=True)),
                    _connector="OR",
                ),
                name="run_off_taken_back_by_another",
            ),
        ),
        run_sql_file(_SQL / "corrected_run_off.sql"),
        run_sql_file(_SQL / "freed_exposure.sql"),
    ]
