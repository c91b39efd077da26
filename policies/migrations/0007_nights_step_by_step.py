"""Nights step by step: how far each insurer's part is, and what each closing step has found."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from capweb.accounts.row_security import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("policies", "0006_exceptions"),
    ]

    operations = [
        migrations.CreateModel(
            name="NightStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("offers", "offers expired"),
                            ("renewals", "renewals judged"),
                            ("lapses", "terms lapsed"),
                            ("complements", "complements followed their primary"),
                            ("notices", "notices sent"),
                        ],
                        max_length=12,
                    ),
                ),
                ("expected", models.PositiveIntegerField(null=True)),
                ("settled", models.PositiveIntegerField(default=0)),
                ("chunks", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("begun_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["offers", "renewals", "lapses", "complements", "notices"])),
                        name="night_step_known",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="night",
            name="closing",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="night",
            name="moment",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="night",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)), fields=["day"], name="night_unfinished"
            ),
        ),
        migrations.AddConstraint(
            model_name="night",
            constraint=models.CheckConstraint(
                condition=models.Q(("finished_at__isnull", True), ("report__isnull", False), _connector="OR"),
                name="night_finished_has_a_report",
            ),
        ),
        migrations.AddField(
            model_name="nightstep",
            name="insurer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="nightstep",
            constraint=models.UniqueConstraint(fields=("insurer", "day", "step"), name="night_step_once"),
        ),
        TenantTable("NightStep"),
    ]
