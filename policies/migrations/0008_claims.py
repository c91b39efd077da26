"""Claims: overdue invoices, their loss, indemnities and recoveries, beneficiaries, exchange rates, behind the wall."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql" / "0008_claims.sql"
_BACKWARDS = """
DROP TRIGGER recovery_within_indemnity ON policies_recoveryshare;
DROP TRIGGER indemnity_within_share ON policies_indemnitypayment;
DROP TRIGGER claim_stands ON policies_claim;
DROP TRIGGER claim_invoice_stands ON policies_claiminvoice;
DROP FUNCTION policies_recovery_within_indemnity();
DROP FUNCTION policies_indemnity_within_share();
DROP FUNCTION policies_claim_stands();
DROP FUNCTION policies_claim_invoice_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("policies", "0007_nights_step_by_step"),
    ]

    operations = [
        migrations.AddField(
            model_name="policyterms",
            name="invoicing_delay_days",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="policyterms",
            name="waiting_period_days",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Beneficiary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("bank", "bank"), ("factor", "factor")], max_length=6)),
                ("name", models.CharField(max_length=200)),
                ("account", models.CharField(blank=True, max_length=34)),
                ("first_day", models.DateField()),
                ("end_day", models.DateField(null=True)),
                ("source_reference", models.CharField(max_length=100)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policies.buyer"
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
                (
                    "policy",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="beneficiaries", to="policies.policy"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="beneficiary_named_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["bank", "factor"])), name="beneficiary_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                        ),
                        name="beneficiary_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="beneficiary_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("source_reference", models.CharField(max_length=100)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("overdue_declared", "overdue declared"),
                            ("in_collection", "in collection"),
                            ("loss_fixed", "loss fixed"),
                            ("indemnified", "indemnified"),
                            ("closed", "closed"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="overdue_declared",
                        max_length=16,
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("insolvency", "insolvency"),
                            ("protracted_default", "protracted default"),
                            ("political_event", "political event"),
                        ],
                        max_length=18,
                    ),
                ),
                ("caused_on", models.DateField(null=True)),
                ("declared_on", models.DateField()),
                ("declared_by", models.CharField(max_length=200)),
                ("loss_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("loss_fixed_on", models.DateField(null=True)),
                (
                    "late_lines",
                    models.CharField(
                        blank=True, choices=[("excused", "excused"), ("left_out", "left out")], max_length=8
                    ),
                ),
                ("late_reason", models.CharField(blank=True, max_length=300)),
                ("ended_on", models.DateField(null=True)),
                ("ended_reason", models.CharField(blank=True, max_length=300)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="policies.buyer"
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
                (
                    "policy",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="policies.policy",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["insurer", "status", "-id"], name="claim_list")],
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="claim_declared_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "overdue_declared",
                                    "in_collection",
                                    "loss_fixed",
                                    "indemnified",
                                    "closed",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="claim_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cause__in", ["", "insolvency", "protracted_default", "political_event"])),
                        name="claim_cause_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("late_lines__in", ["", "excused", "left_out"])),
                        name="claim_late_lines_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["overdue_declared", "in_collection", "loss_fixed"])),
                        fields=("insurer", "policy", "buyer"),
                        name="claim_one_under_way_per_buyer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause__in", ["", "protracted_default"]), ("caused_on__isnull", True)),
                            models.Q(("cause__in", ["insolvency", "political_event"]), ("caused_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="claim_event_has_its_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("loss_amount__isnull", True), ("loss_fixed_on__isnull", True)),
                            models.Q(
                                ("loss_amount__gte", 0),
                                ("loss_fixed_on__isnull", False),
                                models.Q(("cause", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="claim_loss_has_cause_and_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["loss_fixed", "indemnified", "closed"]), _negated=True),
                            ("loss_amount__isnull", False),
                            _connector="OR",
                        ),
                        name="claim_settled_on_a_loss",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["overdue_declared", "in_collection", "withdrawn"]), _negated=True),
                            ("loss_amount__isnull", True),
                            _connector="OR",
                        ),
                        name="claim_loss_fixed_is_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_on__isnull", False), ("status__in", ["closed", "withdrawn"])),
                            models.Q(
                                models.Q(("status__in", ["closed", "withdrawn"]), _negated=True),
                                ("ended_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="claim_ended_on_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("late_lines", ""), ("late_reason", "")),
                            models.Q(
                                models.Q(("late_lines", ""), _negated=True),
                                models.Q(("late_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="claim_late_lines_have_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "withdrawn"), _negated=True),
                            models.Q(("ended_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="claim_withdrawn_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60)),
                ("delivered_on", models.DateField()),
                ("invoiced_on", models.DateField()),
                ("due_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("vat_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(default="EUR", max_length=3)),
                ("is_late", models.BooleanField(default=False)),
                ("outside", models.CharField(blank=True, max_length=24)),
                ("primary_limit", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("rate_on", models.DateField(null=True)),
                ("units_per_euro", models.DecimalField(decimal_places=6, max_digits=14, null=True)),
                ("loss_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                (
                    "claim",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="policies.claim",
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
                (
                    "term",
                    capweb.accounts.row_security.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claimed_invoices",
                        to="policies.guaranteeterm",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "claim", "number"), name="claim_invoice_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("vat_amount__gte", 0)),
                        name="claim_invoice_amount_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_on__gte", models.F("delivered_on")), ("due_on__gte", models.F("invoiced_on"))
                        ),
                        name="claim_invoice_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="claim_invoice_currency_named"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("loss_amount__gte", 0), ("loss_amount__isnull", True), _connector="OR"),
                            models.Q(("primary_limit__gte", 0), ("primary_limit__isnull", True), _connector="OR"),
                        ),
                        name="claim_invoice_loss_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outside", ""), ("term__isnull", True), _connector="OR"),
                        name="claim_invoice_outside_has_no_term",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimRecovery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("received_on", models.DateField()),
                ("received_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("costs", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(default="EUR", max_length=3)),
                ("units_per_euro", models.DecimalField(decimal_places=6, max_digits=14, null=True)),
                ("net_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("policyholder_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("source_reference", models.CharField(max_length=100)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "claim",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recoveries", to="policies.claim"
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
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="claim_recovery_once"),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="claim_recovery_currency_named"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("currency", "EUR"), ("units_per_euro__isnull", True)),
                            models.Q(models.Q(("currency", "EUR"), _negated=True), ("units_per_euro__gt", 0)),
                            _connector="OR",
                        ),
                        name="claim_recovery_has_its_rate",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("costs__gte", 0),
                            ("net_amount__gt", 0),
                            ("policyholder_amount__gte", 0),
                            ("policyholder_amount__lte", models.F("net_amount")),
                            ("received_amount__gt", models.F("costs")),
                        ),
                        name="claim_recovery_more_than_its_costs",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "layer",
                    models.CharField(choices=[("primary", "primary guarantee"), ("top_up", "top-up")], max_length=7),
                ),
                ("loss_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("due_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "claim",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="policies.claim",
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
                (
                    "term",
                    capweb.accounts.row_security.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claim_shares",
                        to="policies.guaranteeterm",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("insurer", "claim", "term"), name="claim_share_once_per_cover", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("layer__in", ["primary", "top_up"])), name="claim_share_layer_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("layer", "primary"), ("term__isnull", True)),
                            models.Q(("layer", "top_up"), ("term__isnull", False)),
                            _connector="OR",
                        ),
                        name="claim_share_of_a_cover",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_amount__gte", 0), ("due_amount__lte", models.F("loss_amount")), ("loss_amount__gt", 0)
                        ),
                        name="claim_share_within_loss",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CollectionStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("amicable", "amicable"), ("judicial", "judicial")], max_length=8)),
                ("done_on", models.DateField()),
                ("description", models.CharField(max_length=300)),
                ("costs", models.DecimalField(decimal_places=2, max_digits=18)),
                ("source_reference", models.CharField(max_length=100)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "claim",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="policies.claim"
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
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="collection_step_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["amicable", "judicial"])), name="collection_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("costs__gte", 0), ("costs__isnull", True), _connector="OR"),
                        name="collection_costs_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DueDayExtension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField()),
                ("agreed_on", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("source_reference", models.CharField(max_length=100)),
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
                    "invoice",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extensions",
                        to="policies.claiminvoice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="due_day_extension_once"),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="due_day_extension_has_a_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("day", models.DateField()),
                ("units_per_euro", models.DecimalField(decimal_places=6, max_digits=14)),
                ("source", models.CharField(max_length=200)),
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
                    models.UniqueConstraint(fields=("insurer", "currency", "day"), name="exchange_rate_once"),
                    models.CheckConstraint(
                        condition=models.Q(("units_per_euro__gt", 0)), name="exchange_rate_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency", "EUR"), _negated=True),
                        name="exchange_rate_of_a_foreign_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="exchange_rate_has_its_source"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndemnityPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("ceded_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("movement", models.CharField(blank=True, max_length=40)),
                ("paid_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "beneficiary",
                    capweb.accounts.row_security.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.beneficiary",
                    ),
                ),
                (
                    "claim",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="policies.claim"
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
                (
                    "share",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="policies.claimshare",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "share"), name="indemnity_paid_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), ("ceded_amount__gte", 0), ("ceded_amount__lte", models.F("amount"))
                        ),
                        name="indemnity_ceded_within_amount",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoicePayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("source_reference", models.CharField(max_length=100)),
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
                    "invoice",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="policies.claiminvoice"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="invoice_payment_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="invoice_payment_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("ceded_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("movement", models.CharField(blank=True, max_length=40)),
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
                    "recovery",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="policies.claimrecovery",
                    ),
                ),
                (
                    "share",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recoveries", to="policies.claimshare"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "recovery", "share"), name="recovery_share_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), ("ceded_amount__gte", 0), ("ceded_amount__lte", models.F("amount"))
                        ),
                        name="recovery_ceded_within_amount",
                    ),
                ],
            },
        ),
        TenantTable("Claim"),
        TenantTable("ClaimInvoice"),
        TenantTable("InvoicePayment", append_only=True),
        TenantTable("DueDayExtension", append_only=True),
        TenantTable("CollectionStep", append_only=True),
        TenantTable("ClaimShare", append_only=True),
        TenantTable("Beneficiary"),
        TenantTable("IndemnityPayment", append_only=True),
        TenantTable("ClaimRecovery", append_only=True),
        TenantTable("RecoveryShare", append_only=True),
        TenantTable("ExchangeRate", append_only=True),
        run_sql_file(_SQL, backwards=_BACKWARDS),
        write_moves(),
        hold_moves("policies_claim", "claim"),
    ]
