"""Four eyes: proposals, settlements, chosen readings and legal values; own rows come in by an approval only."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("eligibility", "0003_shipped_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="countrystatusrow",
            name="place",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="countryzonerow",
            name="place",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="gradescalerow",
            name="place",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="ratinggridrow",
            name="place",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="tariffrow",
            name="place",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("kind", models.CharField(max_length=8)),
                ("rows", models.JSONField()),
                ("reason", models.TextField()),
                ("proposed_by", models.CharField(max_length=200)),
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
                (
                    "proposer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "id", "proposer"), name="proposal_with_its_proposer"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["country", "grid", "reading", "scale", "tariff", "value", "zone"])
                        ),
                        name="proposal_kind_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="proposal_says_why"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("approved", "approved"), ("rejected", "rejected"), ("withdrawn", "withdrawn")],
                        max_length=9,
                    ),
                ),
                ("settled_by", models.CharField(max_length=200)),
                ("reason", models.TextField(blank=True)),
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
                (
                    "proposal",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="eligibility.proposal",
                    ),
                ),
                (
                    "proposer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settler",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "proposal"), name="settlement_once_for_each_proposal"),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["approved", "rejected", "withdrawn"])),
                        name="settlement_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "withdrawn"), ("settler", models.F("proposer"))),
                            models.Q(
                                models.Q(("outcome", "withdrawn"), _negated=True),
                                models.Q(("settler", models.F("proposer")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="settlement_by_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "approved"), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="settlement_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadingRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField()),
                ("end_day", models.DateField(null=True)),
                ("reference_text", models.CharField(max_length=400)),
                ("reference_url", models.CharField(max_length=400)),
                ("published", models.DateField(null=True)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("entered_by", models.CharField(blank=True, max_length=200)),
                ("place", models.PositiveSmallIntegerField()),
                ("question", models.CharField(max_length=60)),
                ("reading", models.CharField(max_length=60)),
                ("reason", models.TextField()),
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
                    "settlement",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="eligibility.settlement",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                        ),
                        name="readingrow_has_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reference_text", ""), _negated=True), name="readingrow_has_evidence"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("question", ""), _negated=True),
                            models.Q(("reading", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="readingrow_says_what_and_why",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="countrystatusrow",
            name="settlement",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="eligibility.settlement",
            ),
        ),
        migrations.AddField(
            model_name="countryzonerow",
            name="settlement",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="eligibility.settlement",
            ),
        ),
        migrations.AddField(
            model_name="gradescalerow",
            name="settlement",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="eligibility.settlement",
            ),
        ),
        migrations.AddField(
            model_name="ratinggridrow",
            name="settlement",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="eligibility.settlement",
            ),
        ),
        migrations.AddField(
            model_name="tariffrow",
            name="settlement",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="eligibility.settlement",
            ),
        ),
        migrations.CreateModel(
            name="ValueRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField()),
                ("end_day", models.DateField(null=True)),
                ("reference_text", models.CharField(max_length=400)),
                ("reference_url", models.CharField(max_length=400)),
                ("published", models.DateField(null=True)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("entered_by", models.CharField(blank=True, max_length=200)),
                ("place", models.PositiveSmallIntegerField()),
                ("path", models.CharField(max_length=200)),
                ("value", models.CharField(max_length=200)),
                ("confidence", models.CharField(max_length=20)),
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
                    "settlement",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="eligibility.settlement",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                        ),
                        name="valuerow_has_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reference_text", ""), _negated=True), ("reference_url__startswith", "https://")
                        ),
                        name="valuerow_has_a_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("path", ""), _negated=True), models.Q(("value", ""), _negated=True)
                        ),
                        name="valuerow_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["broker", "general_knowledge", "inference", "official", "primary"])
                        ),
                        name="valuerow_confidence_known",
                    ),
                ],
            },
        ),
        TenantTable("Proposal", append_only=True),
        TenantTable("Settlement", append_only=True),
        TenantTable("ReadingRow", append_only=True),
        TenantTable("ValueRow", append_only=True),
        run_sql_file(
            _SQL / "0004_four_eyes.sql",
            backwards=(_SQL / "0004_four_eyes_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
