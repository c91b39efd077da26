"""Editions: the law as it judged, by fingerprint; every decision has one."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from capweb.accounts.row_security import TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("eligibility", "0004_four_eyes"),
    ]

    operations = [
        migrations.CreateModel(
            name="LawEdition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(max_length=71)),
                ("content", models.TextField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "insurer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "fingerprint"), name="law_edition_once"),
                    models.CheckConstraint(
                        condition=models.Q(("fingerprint__regex", "^sha256:[0-9a-f]{64}$")),
                        name="law_edition_is_a_fingerprint",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("content__startswith", '{"format":')), name="law_edition_has_a_content"
                    ),
                ],
            },
        ),
        TenantTable("LawEdition", append_only=True),
        run_sql_file(
            _SQL / "0005_law_editions.sql",
            backwards="ALTER TABLE eligibility_decisionrecord DROP CONSTRAINT decision_has_its_law",
        ),
    ]
