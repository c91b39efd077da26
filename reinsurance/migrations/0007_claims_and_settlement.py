"""Claims on cessions, answers to bordereau lines, statements, payments, and what reinsurers advise."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import SharedTable, TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("reinsurance", "0006_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40)),
                ("up_to", models.DateField()),
                ("line_count", models.IntegerField()),
                ("premium_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("commission_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("indemnity_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("recovery_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                (
                    "balance",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("premium_amount"), "+", models.F("commission_amount")
                                ),
                                "+",
                                models.F("indemnity_amount"),
                            ),
                            "+",
                            models.F("recovery_amount"),
                        ),
                        output_field=models.DecimalField(decimal_places=2, max_digits=18),
                    ),
                ),
                ("due_on", models.DateField(null=True)),
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
                        related_name="account_statements",
                        to="reinsurance.treaty",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["insurer", "treaty", "booked_on"], name="statement_of_treaty"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("public_id",), name="account_statement_public_id_once"),
                    models.CheckConstraint(
                        condition=models.Q(("line_count__gte", 1)), name="account_statement_settles_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_on__isnull", True), ("due_on__gte", models.F("booked_on")), _connector="OR"
                        ),
                        name="account_statement_due_later",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40)),
                ("source_key", models.CharField(max_length=120)),
                ("claim_reference", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=9)),
                ("is_reversal", models.BooleanField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("excess_amount", models.DecimalField(db_default=0, decimal_places=2, max_digits=18)),
                ("ceded_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("level_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("effective_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "cession",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claim_movements",
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
                        to="reinsurance.claimmovement",
                    ),
                ),
                (
                    "disbursement_year",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claim_movements",
                        to="reinsurance.disbursementyear",
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
                    models.Index(fields=["insurer", "cession", "claim_reference"], name="claim_movement_of_cession"),
                    models.Index(
                        condition=models.Q(("corrects__isnull", False)),
                        fields=["insurer", "corrects"],
                        name="claim_movement_corrections",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("public_id",), name="claim_movement_public_id_once"),
                    models.UniqueConstraint(fields=("insurer", "source_key"), name="claim_movement_source_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["indemnity", "recovery", "reserve"])),
                        name="claim_movement_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0),
                            ("ceded_amount__gte", 0),
                            ("ceded_amount__lte", models.F("amount")),
                            ("excess_amount__gte", 0),
                        ),
                        name="claim_movement_within_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "reserve"), ("amount__gt", 0), ("excess_amount__gt", 0), _connector="OR"
                        ),
                        name="claim_movement_moves_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("excess_amount", 0), ("kind", "reserve"), ("level_amount__gte", 0)),
                            models.Q(models.Q(("kind", "reserve"), _negated=True), ("level_amount__isnull", True)),
                            _connector="OR",
                        ),
                        name="claim_reserve_has_a_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("corrects__isnull", True), ("kind", "reserve")),
                            models.Q(("corrects__isnull", False), ("is_reversal", True)),
                            models.Q(("corrects__isnull", True), ("is_reversal", False)),
                            _connector="OR",
                        ),
                        name="claim_reversal_says_what_it_corrects",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("disbursement_year__isnull", True), ("kind", "indemnity"), _connector="OR"),
                        name="claim_only_indemnities_are_disbursed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("claim_reference", ""), _negated=True),
                        name="claim_movement_names_its_claim",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LineAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.SmallIntegerField()),
                ("answer", models.CharField(max_length=12)),
                ("reason", models.CharField(blank=True, max_length=20)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("answered_by", models.CharField(max_length=200)),
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
                    "line",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="reinsurance.bordereauline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "line", "position"), name="line_answer_in_order"),
                    models.CheckConstraint(condition=models.Q(("position__gte", 1)), name="line_answer_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["acknowledged", "disputed"])), name="line_answer_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", "disputed"),
                                (
                                    "reason__in",
                                    [
                                        "amount",
                                        "document_missing",
                                        "other",
                                        "outside_conditions",
                                        "outside_treaty",
                                        "ratio",
                                        "told_twice",
                                    ],
                                ),
                            ),
                            models.Q(("answer", "acknowledged"), ("reason", "")),
                            _connector="OR",
                        ),
                        name="line_dispute_says_why",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40)),
                ("reference", models.CharField(max_length=120)),
                ("direction", models.CharField(max_length=8)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("paid_on", models.DateField()),
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
                        related_name="payments",
                        to="reinsurance.treaty",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["insurer", "treaty", "paid_on"], name="payment_of_treaty"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("public_id",), name="payment_public_id_once"),
                    models.UniqueConstraint(fields=("insurer", "reference"), name="payment_reference_once"),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["paid", "received"])), name="payment_direction_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_above_nothing"),
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True), name="payment_has_a_reference"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("paid_on__lte", models.F("booked_on"))), name="payment_has_happened"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentMatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
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
                    "payment",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matches",
                        to="reinsurance.payment",
                    ),
                ),
                (
                    "statement",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matches",
                        to="reinsurance.accountstatement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("insurer", "payment", "statement"), name="payment_matched_once_a_statement"
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_match_above_nothing"),
                ]
            },
        ),
        migrations.CreateModel(
            name="SettledLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "line",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settled_by",
                        to="reinsurance.bordereauline",
                    ),
                ),
                (
                    "statement",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settled_lines",
                        to="reinsurance.accountstatement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "line"), name="line_settled_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="AccountAdvice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40)),
                ("market", models.CharField(max_length=8)),
                ("kind", models.CharField(max_length=12, null=True)),
                ("code", models.CharField(max_length=20)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("reference", models.CharField(max_length=120)),
                ("effective_on", models.DateField()),
                ("entered_by", models.CharField(max_length=200)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "reinsurer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("public_id",), name="advice_public_id_once"),
                    models.UniqueConstraint(fields=("reinsurer", "reference"), name="advice_reference_once"),
                    models.CheckConstraint(
                        condition=models.Q(("market__in", ["domestic", "export"])), name="advice_market_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__in", ["loss_advised", "reserve_allocated", "reserve_used", "result_advised"])
                        ),
                        name="advice_code_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["complement", "substitution"]), ("market", "domestic")),
                            models.Q(("kind__isnull", True), ("market", "export")),
                            _connector="OR",
                        ),
                        name="advice_of_a_category_at_home",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="advice_above_nothing"),
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True), name="advice_has_a_reference"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective_on__lte", models.F("booked_on"))), name="advice_has_happened"
                    ),
                ]
            },
        ),
        TenantTable("ClaimMovement", append_only=True),
        TenantTable("LineAnswer", append_only=True),
        TenantTable("AccountStatement", append_only=True),
        TenantTable("SettledLine", append_only=True),
        TenantTable("Payment", append_only=True),
        TenantTable("PaymentMatch", append_only=True),
        SharedTable("AccountAdvice", app="", platform="SELECT, INSERT", append_only=True),
        run_sql_file(
            _SQL / "0007_claims_and_settlement.sql",
            backwards=(_SQL / "0007_claims_and_settlement_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
