"""What-if runs: another law tried on the guarantees in force, behind the wall between insurers."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("policies", "0003_histories_newest_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="WhatIfRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("title", models.CharField(blank=True, max_length=120)),
                ("day", models.DateField()),
                ("readings", models.JSONField()),
                ("draft", models.TextField(blank=True)),
                ("replaced", models.JSONField()),
                ("added", models.JSONField()),
                ("draft_rows", models.PositiveIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "under way"),
                            ("done", "done"),
                            ("cancelled", "cancelled"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_by", models.CharField(max_length=200)),
                ("law_before", models.CharField(max_length=71)),
                ("law_after", models.CharField(max_length=71)),
                ("total", models.PositiveIntegerField()),
                ("settled", models.PositiveIntegerField(default=0)),
                ("last_term_id", models.BigIntegerField()),
                ("after_term_id", models.BigIntegerField(default=0)),
                ("line_count", models.PositiveIntegerField(default=0)),
                ("report", models.JSONField(null=True)),
                ("failure", models.TextField(blank=True)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=["id"],
                        name="what_if_unfinished",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "running", "done", "cancelled", "failed"])),
                        name="what_if_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("report__isnull", False), ("status", "done")),
                            models.Q(models.Q(("status", "done"), _negated=True), ("report__isnull", True)),
                            _connector="OR",
                        ),
                        name="what_if_done_has_a_report",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "failed"), models.Q(("failure", ""), _negated=True)),
                            models.Q(models.Q(("status", "failed"), _negated=True), ("failure", "")),
                            _connector="OR",
                        ),
                        name="what_if_failure_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("settled__lte", models.F("total"))), name="what_if_within_total"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WhatIfPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("after_term_id", models.BigIntegerField()),
                ("first_line", models.PositiveIntegerField()),
                ("line_count", models.PositiveIntegerField()),
                ("tally", models.JSONField()),
                ("lines", models.BinaryField()),
                (
                    "insurer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "run",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="policies.whatifrun",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "run", "after_term_id"), name="what_if_part_once")
                ],
            },
        ),
        TenantTable("WhatIfRun"),
        TenantTable("WhatIfPart", append_only=True),
    ]
