"""Sealed entries and records, and signed checkpoints over them: tables behind the wall, written by the platform alone."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from capweb.accounts.row_security import TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("reinsurance", "0005_treaties_by_four_eyes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.CharField(max_length=7)),
                ("number", models.BigIntegerField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("sealed_on", models.DateField()),
                ("peaks", models.BinaryField()),
                ("note", models.TextField()),
                (
                    "insurer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sequence__in", ["journal", "records"])), name="checkpoint_sequence_known"
                    ),
                    models.UniqueConstraint(
                        fields=("insurer", "sequence", "number"), name="checkpoint_number_once", nulls_distinct=False
                    ),
                    models.UniqueConstraint(
                        fields=("insurer", "sequence", "sealed_on", "size"),
                        name="checkpoint_once_a_day_and_size",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("size__gte", 1)), name="checkpoint_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SealedEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField()),
                ("manifest", models.TextField()),
                ("leaf_hash", models.BinaryField()),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reinsurance.journalentry",
                    ),
                ),
                (
                    "insurer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("insurer", "position"), name="sealed_entry_position_once", nulls_distinct=False
                    ),
                    models.UniqueConstraint(fields=("entry",), name="sealed_entry_once"),
                    models.CheckConstraint(condition=models.Q(("position__gte", 1)), name="sealed_entry_from_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SealedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField()),
                ("table", models.CharField(max_length=63)),
                ("row", models.BigIntegerField()),
                ("part", models.CharField(db_default="", max_length=30)),
                ("leaf_hash", models.BinaryField()),
                (
                    "insurer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("insurer", "position"), name="sealed_record_position_once", nulls_distinct=False
                    ),
                    models.UniqueConstraint(
                        fields=("insurer", "table", "part", "row"), name="sealed_record_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(condition=models.Q(("position__gte", 1)), name="sealed_record_from_one"),
                ],
            },
        ),
        TenantTable("SealedEntry", append_only=True),
        TenantTable("SealedRecord", append_only=True),
        TenantTable("Checkpoint", append_only=True),
        run_sql_file(
            _SQL / "0006_seals.sql", backwards=(_SQL / "0006_seals_backwards.sql").read_text(encoding="utf-8")
        ),
    ]
