"""Closed bordereaux with their lines, technical accounts, advices of large losses, and the runs that close a period."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("reinsurance", "0003_cash_and_allotments"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bordereau",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("kind", models.CharField(max_length=10)),
                ("period_first", models.DateField()),
                ("period_end", models.DateField()),
                ("after_journal_number", models.BigIntegerField()),
                ("journal_number", models.BigIntegerField()),
                ("layout_version", models.SmallIntegerField()),
                ("facts", models.JSONField()),
                ("line_count", models.IntegerField()),
                ("totals", models.JSONField()),
                ("content_sha256", models.CharField(max_length=64)),
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
                    "treaty",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bordereaux",
                        to="reinsurance.treaty",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["claims", "premium", "recoveries", "risk"])),
                        name="bordereau_kind_known",
                    ),
                    models.UniqueConstraint(
                        fields=("insurer", "treaty", "kind", "period_first", "layout_version"),
                        name="bordereau_closed_once",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("insurer", "="),
                            ("treaty", "="),
                            ("kind", "="),
                            ("layout_version", "="),
                            (
                                models.Func(
                                    models.F("period_first"),
                                    models.F("period_end"),
                                    models.Value("[)"),
                                    function="daterange",
                                ),
                                "&&",
                            ),
                        ],
                        name="bordereau_periods_do_not_overlap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period_end__gt", models.F("period_first"))),
                        name="bordereau_period_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("booked_on__gte", models.F("period_end"))),
                        name="bordereau_period_has_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("after_journal_number__gte", 0), ("journal_number__gte", models.F("after_journal_number"))
                        ),
                        name="bordereau_journal_in_order",
                    ),
                    models.CheckConstraint(condition=models.Q(("line_count__gte", 0)), name="bordereau_lines_counted"),
                    models.CheckConstraint(
                        condition=models.Q(("content_sha256__regex", "^[0-9a-f]{64}$")),
                        name="bordereau_digest_is_sha256",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="BordereauLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("journal_number", models.BigIntegerField()),
                ("kind", models.CharField(max_length=18)),
                ("treaty_year", models.SmallIntegerField()),
                ("booked_on", models.DateField()),
                ("effective_on", models.DateField()),
                ("claim_reference", models.CharField(blank=True, max_length=120)),
                ("amount_after", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("ceded_before", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("run_off_until", models.DateField(null=True)),
                ("gross_change", models.DecimalField(db_default=0, decimal_places=2, max_digits=18)),
                ("live_change", models.DecimalField(db_default=0, decimal_places=2, max_digits=18)),
                ("run_off_change", models.DecimalField(db_default=0, decimal_places=2, max_digits=18)),
                ("ceded_premium", models.DecimalField(db_default=0, decimal_places=2, max_digits=18)),
                ("commission", models.DecimalField(db_default=0, decimal_places=2, max_digits=18)),
                ("ceded_indemnity", models.DecimalField(db_default=0, decimal_places=2, max_digits=18)),
                ("ceded_recovery", models.DecimalField(db_default=0, decimal_places=2, max_digits=18)),
                ("reserve_change", models.DecimalField(db_default=0, decimal_places=2, max_digits=18)),
                (
                    "current_account_change",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("ceded_premium"), "-", models.F("commission")
                                ),
                                "-",
                                models.F("ceded_indemnity"),
                            ),
                            "+",
                            models.F("ceded_recovery"),
                        ),
                        output_field=models.DecimalField(decimal_places=2, max_digits=18),
                    ),
                ),
                (
                    "bordereau",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="reinsurance.bordereau",
                    ),
                ),
                (
                    "cession",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bordereau_lines",
                        to="reinsurance.cession",
                    ),
                ),
                (
                    "corrects",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="reinsurance.bordereauline",
                    ),
                ),
                (
                    "entry",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bordereau_lines",
                        to="reinsurance.journalentry",
                    ),
                ),
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
                    models.Index(fields=["insurer", "cession", "bordereau"], name="bordereau_line_of_cession"),
                    models.Index(
                        condition=models.Q(("corrects__isnull", False)),
                        fields=["insurer", "corrects"],
                        name="bordereau_line_corrections",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("insurer", "bordereau", "number"), name="bordereau_line_numbered_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "amended",
                                    "ceded",
                                    "corrected",
                                    "ended",
                                    "indemnity",
                                    "indemnity_reversed",
                                    "recovery",
                                    "recovery_reversed",
                                    "released",
                                    "replaced",
                                    "reserve",
                                ],
                            )
                        ),
                        name="bordereau_line_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="bordereau_line_numbered_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("corrects", models.F("id")), _negated=True),
                        name="bordereau_line_corrects_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosingRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("treaties", models.JSONField()),
                ("period_first", models.DateField()),
                ("period_end", models.DateField()),
                ("status", models.CharField(default="waiting", max_length=8)),
                ("total", models.IntegerField(default=0)),
                ("settled", models.IntegerField(default=0)),
                ("failure", models.TextField(blank=True)),
                ("asked_by", models.CharField(max_length=200)),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["done", "failed", "running", "waiting"])),
                        name="closing_run_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "failed"), models.Q(("failure", ""), _negated=True)),
                            models.Q(models.Q(("status", "failed"), _negated=True), ("failure", "")),
                            _connector="OR",
                        ),
                        name="closing_run_failure_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period_end__gt", models.F("period_first"))),
                        name="closing_run_period_in_order",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="LossAdvice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("kind", models.CharField(max_length=10)),
                ("claim_reference", models.CharField(max_length=120)),
                ("threshold_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("paid_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("outstanding_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("recovered_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("incurred_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("journal_number", models.BigIntegerField()),
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
                    "treaty",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loss_advices",
                        to="reinsurance.treaty",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["cash_call", "large_loss"])), name="loss_advice_kind_known"
                    ),
                    models.UniqueConstraint(
                        fields=("insurer", "treaty", "claim_reference", "kind"), name="loss_advised_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "incurred_amount",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("paid_amount"), "+", models.F("outstanding_amount")
                                    ),
                                    "-",
                                    models.F("recovered_amount"),
                                ),
                            )
                        ),
                        name="loss_advice_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("incurred_amount__gte", models.F("threshold_amount"))),
                        name="loss_advice_passes_threshold",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="TechnicalAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("span", models.CharField(max_length=6)),
                ("period_first", models.DateField()),
                ("period_end", models.DateField()),
                ("journal_number", models.BigIntegerField()),
                ("layout_version", models.SmallIntegerField()),
                ("balance", models.DecimalField(decimal_places=2, max_digits=18)),
                ("figures", models.JSONField()),
                ("content_sha256", models.CharField(max_length=64)),
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
                    "treaty",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="technical_accounts",
                        to="reinsurance.treaty",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("span__in", ["period", "year"])), name="technical_account_span_known"
                    ),
                    models.UniqueConstraint(
                        fields=("insurer", "treaty", "span", "period_first", "layout_version"),
                        name="technical_account_closed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period_end__gt", models.F("period_first"))),
                        name="technical_account_period_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("booked_on__gte", models.F("period_end"))),
                        name="technical_account_period_has_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("content_sha256__regex", "^[0-9a-f]{64}$")),
                        name="technical_account_digest_is_sha256",
                    ),
                ]
            },
        ),
        TenantTable("Bordereau", append_only=True),
        TenantTable("BordereauLine", append_only=True),
        TenantTable("TechnicalAccount", append_only=True),
        TenantTable("LossAdvice", append_only=True),
        TenantTable("ClosingRun"),
    ]
