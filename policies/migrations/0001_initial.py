"""Every table of policies, whole."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.tables_at_once import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0005_event_stream"),
        ("eligibility", "0001_initial"),
        ("reinsurance", "0001_initial"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Policyholder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        ("name", models.CharField(max_length=200)),
                        ("country", models.CharField(max_length=2)),
                        (
                            "identifier_type",
                            models.CharField(
                                choices=[("siren", "SIREN"), ("foreign", "foreign register")], max_length=10
                            ),
                        ),
                        ("identifier", models.CharField(max_length=40)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "status",
                            models.CharField(
                                choices=[("in_being", "policyholder"), ("applicant", "applicant")],
                                default="in_being",
                                max_length=10,
                            ),
                        ),
                        ("is_factor", models.BooleanField(default=False)),
                        ("street", models.CharField(blank=True, max_length=200)),
                        ("postal_code", models.CharField(blank=True, max_length=20)),
                        ("town", models.CharField(blank=True, max_length=100)),
                        (
                            "organisation",
                            models.ForeignKey(
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
                                fields=("insurer", "country", "identifier_type", "identifier"),
                                name="policyholder_known_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["in_being", "applicant"])),
                                name="policyholder_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("identifier_type__in", ["siren", "foreign"])),
                                name="policyholder_identifier_type_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PolicyholderFigures",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("effective_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("source_reference", models.CharField(max_length=100)),
                        (
                            "policyholder",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="figures",
                                to="policies.policyholder",
                            ),
                        ),
                        ("turnover", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["insurer", "policyholder", "-effective_on", "-id"],
                                name="policyholder_figures_newest",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "source_reference"), name="policyholder_figures_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("turnover__gte", 0), ("turnover__isnull", True), _connector="OR"),
                                name="policyholder_figures_not_negative",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Buyer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        ("name", models.CharField(max_length=200)),
                        ("country", models.CharField(max_length=2)),
                        (
                            "identifier_type",
                            models.CharField(
                                choices=[("siren", "SIREN"), ("foreign", "foreign register")], max_length=10
                            ),
                        ),
                        ("identifier", models.CharField(max_length=40)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("created_on", models.DateField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "country", "identifier_type", "identifier"), name="buyer_known_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("identifier_type__in", ["siren", "foreign"])),
                                name="buyer_identifier_type_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BuyerFigures",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("effective_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("source_reference", models.CharField(max_length=100)),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="figures",
                                to="policies.buyer",
                            ),
                        ),
                        ("turnover", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("balance_sheet", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("headcount", models.PositiveIntegerField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["insurer", "buyer", "-effective_on", "-id"], name="buyer_figures_newest"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "source_reference"), name="buyer_figures_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("turnover__gte", 0), ("turnover__isnull", True), _connector="OR"),
                                    models.Q(
                                        ("balance_sheet__gte", 0), ("balance_sheet__isnull", True), _connector="OR"
                                    ),
                                ),
                                name="buyer_figures_not_negative",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BuyerRating",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("effective_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("source_reference", models.CharField(max_length=100)),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ratings",
                                to="policies.buyer",
                            ),
                        ),
                        ("grade", models.CharField(blank=True, max_length=10)),
                        ("default_probability", models.DecimalField(decimal_places=8, max_digits=9, null=True)),
                        ("is_insolvent", models.BooleanField(default=False)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["insurer", "buyer", "-effective_on", "-id"], name="buyer_rating_newest"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "source_reference"), name="buyer_rating_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("default_probability__gte", 0), ("default_probability__lte", 1)),
                                    ("default_probability__isnull", True),
                                    _connector="OR",
                                ),
                                name="buyer_default_probability_in_range",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Policy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        ("number", models.CharField(max_length=40)),
                        (
                            "policyholder",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="policies",
                                to="policies.policyholder",
                            ),
                        ),
                        (
                            "form",
                            models.CharField(
                                choices=[("endorsement", "ordinary policy"), ("cap_policy", "CAP policy")],
                                default="endorsement",
                                max_length=12,
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                        ("currency", models.CharField(default="EUR", max_length=3)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "number"), name="policy_number_once"),
                            models.CheckConstraint(condition=models.Q(("currency", "EUR")), name="policy_in_euro"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                                ),
                                name="policy_days_in_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("form__in", ["endorsement", "cap_policy"])),
                                name="policy_form_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PolicyTerms",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("effective_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("source_reference", models.CharField(max_length=100)),
                        (
                            "policy",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terms",
                                to="policies.policy",
                            ),
                        ),
                        ("insured_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                        (
                            "limits_set_by",
                            models.CharField(
                                choices=[("insurer", "insurer"), ("policyholder", "policyholder")],
                                default="insurer",
                                max_length=12,
                            ),
                        ),
                        ("longest_payment_days", models.PositiveSmallIntegerField(default=90)),
                        ("declaration_delay_days", models.PositiveSmallIntegerField(default=60)),
                        ("invoicing_delay_days", models.PositiveSmallIntegerField(null=True)),
                        ("waiting_period_days", models.PositiveSmallIntegerField(null=True)),
                        ("maximum_overdue_days", models.PositiveSmallIntegerField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["insurer", "policy", "-effective_on", "-id"], name="policy_terms_newest"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "source_reference"), name="policy_terms_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("insured_ratio__gte", 0), ("insured_ratio__lte", 1)),
                                    ("insured_ratio__isnull", True),
                                    _connector="OR",
                                ),
                                name="policy_insured_ratio_in_range",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("limits_set_by__in", ["insurer", "policyholder"])),
                                name="policy_limits_set_by_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Mandate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "broker",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        (
                            "policyholder",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mandates",
                                to="policies.policyholder",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                                ),
                                name="mandate_days_in_order",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[
                                    ("insurer", "="),
                                    ("policyholder", "="),
                                    (
                                        models.Func(
                                            models.F("first_day"),
                                            models.F("end_day"),
                                            models.Value("[)"),
                                            function="daterange",
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="mandates_do_not_overlap",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BuyerLimit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("effective_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("source_reference", models.CharField(max_length=100)),
                        (
                            "policy",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="buyer_limits",
                                to="policies.policy",
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="limits", to="policies.buyer"
                            ),
                        ),
                        (
                            "decision",
                            models.CharField(
                                choices=[
                                    ("grant", "granted in full"),
                                    ("partial_grant", "granted in part"),
                                    ("reduction", "reduced"),
                                    ("refusal", "refused"),
                                    ("cessation", "ended"),
                                ],
                                max_length=13,
                            ),
                        ),
                        ("requested_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("amount_before", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("notified_on", models.DateField()),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["insurer", "policy", "buyer", "-effective_on", "-id"],
                                name="buyer_limit_of_pair",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "source_reference"), name="buyer_limit_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                                    models.Q(
                                        ("amount_before__gte", 0), ("amount_before__isnull", True), _connector="OR"
                                    ),
                                    models.Q(
                                        ("requested_amount__gte", 0),
                                        ("requested_amount__isnull", True),
                                        _connector="OR",
                                    ),
                                ),
                                name="buyer_limit_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decision__in", ["grant", "partial_grant", "reduction", "refusal", "cessation"])
                                ),
                                name="buyer_limit_decision_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("effective_on__gte", models.F("notified_on"))),
                                name="buyer_limit_no_effect_before_notice",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decision__in", ["refusal", "cessation"]), ("amount", 0)),
                                    models.Q(("decision__in", ["grant", "partial_grant"]), ("amount__gt", 0)),
                                    models.Q(
                                        ("decision", "reduction"),
                                        ("amount__gt", 0),
                                        ("amount__lt", models.F("amount_before")),
                                    ),
                                    _connector="OR",
                                ),
                                name="buyer_limit_amount_fits_decision",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Submission",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("submitted_by", models.CharField(max_length=200)),
                        ("file_name", models.CharField(blank=True, max_length=200)),
                        ("file_format", models.CharField(max_length=10)),
                        ("content_digest", models.CharField(max_length=64)),
                        (
                            "mode",
                            models.CharField(
                                choices=[("each_row", "each row by itself")], default="each_row", max_length=12
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("waiting", "waiting"), ("done", "done")], default="waiting", max_length=10
                            ),
                        ),
                        ("row_count", models.PositiveIntegerField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("finished_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "waiting")), fields=["id"], name="submission_waiting"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "organisation", "content_digest"), name="submission_content_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["waiting", "done"])), name="submission_status_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("mode__in", ["each_row"])), name="submission_mode_known"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SubmissionRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "submission",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rows",
                                to="policies.submission",
                            ),
                        ),
                        ("line", models.PositiveIntegerField()),
                        ("client_reference", models.CharField(blank=True, max_length=64)),
                        ("given", models.JSONField()),
                        ("fields", models.JSONField(null=True)),
                        ("errors", models.JSONField(null=True)),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("offered", "offered"),
                                    ("granted", "granted"),
                                    ("referred", "referred"),
                                    ("refused", "refused"),
                                    ("no_need", "no need"),
                                    ("failed", "failed"),
                                    ("not_attempted", "not attempted"),
                                ],
                                max_length=14,
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("outcome__isnull", True)),
                                fields=["submission", "line"],
                                name="submission_row_open",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "submission", "line"), name="submission_row_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "outcome__in",
                                        [
                                            "offered",
                                            "granted",
                                            "referred",
                                            "refused",
                                            "no_need",
                                            "failed",
                                            "not_attempted",
                                        ],
                                    )
                                ),
                                name="submission_row_outcome_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("outcome", "failed"), _negated=True),
                                    ("errors__isnull", False),
                                    _connector="OR",
                                ),
                                name="submission_row_failure_has_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Claim",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "policy",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="claims",
                                to="policies.policy",
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="policies.buyer"
                            ),
                        ),
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
                                condition=models.Q(
                                    ("cause__in", ["", "insolvency", "protracted_default", "political_event"])
                                ),
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
                                    models.Q(
                                        ("cause__in", ["insolvency", "political_event"]), ("caused_on__isnull", False)
                                    ),
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
                                    models.Q(
                                        ("status__in", ["overdue_declared", "in_collection", "withdrawn"]),
                                        _negated=True,
                                    ),
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
                    name="CollectionStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "claim",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="policies.claim"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("amicable", "amicable"), ("judicial", "judicial")], max_length=8
                            ),
                        ),
                        ("done_on", models.DateField()),
                        ("description", models.CharField(max_length=300)),
                        ("costs", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("source_reference", models.CharField(max_length=100)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "source_reference"), name="collection_step_once"
                            ),
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
                    name="Beneficiary",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="beneficiaries",
                                to="policies.policy",
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="policies.buyer",
                            ),
                        ),
                        ("kind", models.CharField(choices=[("bank", "bank"), ("factor", "factor")], max_length=6)),
                        ("name", models.CharField(max_length=200)),
                        ("account", models.CharField(blank=True, max_length=34)),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                        ("source_reference", models.CharField(max_length=100)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "source_reference"), name="beneficiary_named_once"
                            ),
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
                    name="ClaimRecovery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "claim",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="recoveries",
                                to="policies.claim",
                            ),
                        ),
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
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "source_reference"), name="claim_recovery_once"),
                            models.CheckConstraint(
                                condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                                name="claim_recovery_currency_named",
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
                    name="ExchangeRate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("currency", models.CharField(max_length=3)),
                        ("day", models.DateField()),
                        ("units_per_euro", models.DecimalField(decimal_places=6, max_digits=14)),
                        ("source", models.CharField(max_length=200)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                    name="Letter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        ("number", models.CharField(max_length=40)),
                        ("series", models.CharField(max_length=40)),
                        ("position", models.PositiveIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("primary_notice", "notice of a decision on a limit"),
                                    ("cover_elsewhere", "cover may be sought elsewhere"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "policy",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="letters",
                                to="policies.policy",
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="letters",
                                to="policies.buyer",
                            ),
                        ),
                        (
                            "buyer_limit",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="letters",
                                to="policies.buyerlimit",
                            ),
                        ),
                        ("snapshot", models.JSONField()),
                        ("digest", models.CharField(max_length=64)),
                        ("template_version", models.CharField(max_length=20)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["primary_notice", "cover_elsewhere"])),
                                name="letter_kind_known",
                            ),
                            models.UniqueConstraint(fields=("insurer", "number"), name="letter_number_once"),
                            models.UniqueConstraint(
                                fields=("insurer", "series", "position"), name="letter_position_once"
                            ),
                            models.UniqueConstraint(
                                fields=("insurer", "buyer_limit", "kind"), name="letter_once_a_decision"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BuyerPortalAddress",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("effective_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("source_reference", models.CharField(max_length=100)),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="portal_addresses",
                                to="policies.buyer",
                            ),
                        ),
                        ("address", models.EmailField(blank=True, max_length=254)),
                        (
                            "language",
                            models.CharField(choices=[("fr", "French"), ("en", "English")], default="fr", max_length=2),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["insurer", "buyer", "-effective_on", "-id"], name="portal_address_of_buyer"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "source_reference"), name="portal_address_once"),
                            models.CheckConstraint(
                                condition=models.Q(("language__in", ["fr", "en"])), name="portal_address_language_known"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MessageProgress",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("after_position", models.BigIntegerField(default=0)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer",), name="message_progress_one_per_insurer"),
                            models.CheckConstraint(
                                condition=models.Q(("after_position__gte", 0)), name="message_progress_not_negative"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AllowedMove",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "thing", "was", "becomes", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("thing", models.CharField(max_length=20)),
                        ("was", models.CharField(max_length=20)),
                        ("becomes", models.CharField(max_length=20)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("was", models.F("becomes")), _negated=True),
                                name="allowed_move_moves",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Night",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(unique=True)),
                        ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("moment", models.DateTimeField(null=True)),
                        ("closing", models.JSONField(default=dict)),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("report", models.JSONField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("finished_at__isnull", True)),
                                fields=["day"],
                                name="night_unfinished",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("finished_at__isnull", True), ("report__isnull", False), _connector="OR"
                                ),
                                name="night_finished_has_a_report",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NightStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("day", models.DateField()),
                        (
                            "step",
                            models.CharField(
                                choices=[
                                    ("offers", "offers expired"),
                                    ("exceptions", "exceptions ended"),
                                    ("renewals", "renewals judged"),
                                    ("lapses", "terms lapsed"),
                                    ("complements", "complements followed their primary"),
                                    ("reviews", "buyers rated anew reviewed"),
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
                            models.UniqueConstraint(fields=("insurer", "day", "step"), name="night_step_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "step__in",
                                        [
                                            "offers",
                                            "exceptions",
                                            "renewals",
                                            "lapses",
                                            "complements",
                                            "reviews",
                                            "notices",
                                        ],
                                    )
                                ),
                                name="night_step_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NightRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("day", models.DateField()),
                        ("report", models.JSONField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("insurer", "day"), name="night_run_once")],
                    },
                ),
                migrations.CreateModel(
                    name="OptOut",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "policy",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="opt_outs",
                                to="policies.policy",
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="opt_outs",
                                to="policies.buyer",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("said_by", models.CharField(max_length=200)),
                        ("revoked_by", models.CharField(blank=True, max_length=200)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("end_day__isnull", True)),
                                fields=("insurer", "policy", "buyer"),
                                name="opt_out_once",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("end_day__isnull", True), ("revoked_by", "")),
                                    models.Q(
                                        ("end_day__gte", models.F("first_day")),
                                        ("end_day__isnull", False),
                                        models.Q(("revoked_by", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="opt_out_revoked_by_somebody",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BuyerActivity",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("effective_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("source_reference", models.CharField(max_length=100)),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="activities",
                                to="policies.buyer",
                            ),
                        ),
                        ("code", models.CharField(max_length=6)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["insurer", "buyer", "-effective_on", "-id"], name="buyer_activity_newest"
                            ),
                            models.Index(fields=["insurer", "code"], name="buyer_activity_by_code"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "source_reference"), name="buyer_activity_once"),
                            models.CheckConstraint(
                                condition=models.Q(("code__regex", "^[0-9]{2}(\\.[0-9]{1,2}[A-Z]?)?$")),
                                name="buyer_activity_code_well_written",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RatingWave",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("proposed", "proposed"),
                                    ("confirmed", "confirmed"),
                                    ("turned_down", "turned down"),
                                    ("taken_back", "taken back"),
                                ],
                                default="proposed",
                                max_length=12,
                            ),
                        ),
                        ("sector", models.CharField(blank=True, max_length=6)),
                        ("to_grade", models.CharField(max_length=10)),
                        ("reason", models.CharField(max_length=500)),
                        ("buyers", models.PositiveIntegerField()),
                        ("cuts", models.PositiveIntegerField()),
                        ("cut_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("freed_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("rated", models.PositiveIntegerField(null=True)),
                        ("proposed_by", models.CharField(max_length=200)),
                        (
                            "proposed_by_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("proposed_on", models.DateField()),
                        ("answered_by", models.CharField(blank=True, max_length=200)),
                        (
                            "answered_by_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("answered_on", models.DateField(null=True)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["proposed", "confirmed", "turned_down", "taken_back"])
                                ),
                                name="rating_wave_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cut_amount__gte", 0), ("cut_amount__isnull", True), _connector="OR"),
                                    models.Q(("freed_amount__gte", 0), ("freed_amount__isnull", True), _connector="OR"),
                                ),
                                name="rating_wave_amounts_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reason", ""), _negated=True), models.Q(("to_grade", ""), _negated=True)
                                ),
                                name="rating_wave_says_what_and_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("answered_by", ""), ("answered_on__isnull", True), ("status", "proposed")
                                    ),
                                    models.Q(
                                        models.Q(("status", "proposed"), _negated=True),
                                        models.Q(("answered_by", ""), _negated=True),
                                        ("answered_on__gte", models.F("proposed_on")),
                                    ),
                                    _connector="OR",
                                ),
                                name="rating_wave_answered_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["confirmed", "turned_down"]), _negated=True),
                                    models.Q(
                                        models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                                        models.Q(
                                            ("answered_by_user__isnull", True),
                                            ("proposed_by_user__isnull", True),
                                            models.Q(("answered_by_user", models.F("proposed_by_user")), _negated=True),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="rating_wave_by_four_eyes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RatingWaveBuyer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "wave",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="policies.ratingwave",
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="policies.buyer",
                            ),
                        ),
                        ("grade_before", models.CharField(max_length=10)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "wave", "buyer"), name="rating_wave_buyer_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ShortNotice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "policy",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="short_notices",
                                to="policies.policy",
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="short_notices",
                                to="policies.buyer",
                            ),
                        ),
                        (
                            "decision",
                            models.CharField(
                                choices=[
                                    ("grant", "granted in full"),
                                    ("partial_grant", "granted in part"),
                                    ("reduction", "reduced"),
                                    ("refusal", "refused"),
                                    ("cessation", "ended"),
                                ],
                                max_length=13,
                            ),
                        ),
                        ("requested_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("amount_before", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("notified_on", models.DateField()),
                        ("effective_on", models.DateField()),
                        ("full_notice_on", models.DateField()),
                        ("source_reference", models.CharField(max_length=100)),
                        (
                            "exceptional_case",
                            models.CharField(
                                choices=[
                                    ("insolvency", "the buyer is insolvent"),
                                    ("fraud", "fraud"),
                                    ("overdue", "overdue beyond the policy's limit"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("reason", models.TextField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("asked", "to be confirmed"),
                                    ("confirmed", "confirmed"),
                                    ("rejected", "rejected"),
                                ],
                                default="asked",
                                max_length=9,
                            ),
                        ),
                        ("asked_by", models.CharField(max_length=200)),
                        (
                            "asked_by_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_by", models.CharField(blank=True, max_length=200)),
                        (
                            "decided_by_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_on", models.DateField(null=True)),
                        ("answer", models.TextField(blank=True)),
                        (
                            "buyer_limit",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="short_notices",
                                to="policies.buyerlimit",
                            ),
                        ),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "asked")),
                                fields=["insurer", "id"],
                                name="short_notice_to_confirm",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["asked", "confirmed", "rejected"])),
                                name="short_notice_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("exceptional_case__in", ["insolvency", "fraud", "overdue"])),
                                name="short_notice_case_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decision__in", ["grant", "partial_grant", "reduction", "refusal", "cessation"])
                                ),
                                name="short_notice_decision_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                                    models.Q(
                                        ("amount_before__gte", 0), ("amount_before__isnull", True), _connector="OR"
                                    ),
                                    models.Q(
                                        ("requested_amount__gte", 0),
                                        ("requested_amount__isnull", True),
                                        _connector="OR",
                                    ),
                                ),
                                name="short_notice_not_negative",
                            ),
                            models.UniqueConstraint(fields=("insurer", "source_reference"), name="short_notice_once"),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="short_notice_has_its_reason"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("effective_on__gte", models.F("notified_on")),
                                    ("effective_on__lt", models.F("full_notice_on")),
                                ),
                                name="short_notice_days_in_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_by", ""), ("decided_on__isnull", True), ("status", "asked")),
                                    models.Q(
                                        models.Q(("status", "asked"), _negated=True),
                                        ("decided_on__isnull", False),
                                        models.Q(("decided_by", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="short_notice_decided_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("buyer_limit__isnull", False), ("status", "confirmed")),
                                    models.Q(
                                        models.Q(("status", "confirmed"), _negated=True), ("buyer_limit__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="short_notice_takes_effect_when_confirmed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                    models.Q(
                                        ("decided_by_user__isnull", True),
                                        ("asked_by_user__isnull", True),
                                        models.Q(("decided_by_user", models.F("asked_by_user")), _negated=True),
                                        _connector="OR",
                                    ),
                                ),
                                name="short_notice_by_four_eyes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WhatIfRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                                condition=models.Q(
                                    ("status__in", ["waiting", "running", "done", "cancelled", "failed"])
                                ),
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
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "run",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="policies.whatifrun",
                            ),
                        ),
                        ("after_term_id", models.BigIntegerField()),
                        ("first_line", models.PositiveIntegerField()),
                        ("line_count", models.PositiveIntegerField()),
                        ("tally", models.JSONField()),
                        ("lines", models.BinaryField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "run", "after_term_id"), name="what_if_part_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LimitRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "policy",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="limit_requests",
                                to="policies.policy",
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="limit_requests",
                                to="policies.buyer",
                            ),
                        ),
                        (
                            "buyer_limit",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="limit_requests",
                                to="policies.buyerlimit",
                            ),
                        ),
                        (
                            "submission_row",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="limit_requests",
                                to="policies.submissionrow",
                            ),
                        ),
                        (
                            "changes",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="change_requests",
                                to="policies.guarantee",
                            ),
                        ),
                        (
                            "requested_by_organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("requested_by", models.CharField(max_length=200)),
                        ("client_reference", models.CharField(blank=True, max_length=64)),
                        (
                            "market",
                            models.CharField(choices=[("domestic", "domestic"), ("export", "export")], max_length=8),
                        ),
                        ("requested_total", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("payment_days", models.PositiveSmallIntegerField(null=True)),
                        ("french_share", models.DecimalField(decimal_places=8, max_digits=9, null=True)),
                        ("sale_currency", models.CharField(default="EUR", max_length=3)),
                        ("is_construction_subcontract", models.BooleanField(default=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("pending", "to be decided"),
                                    ("referred", "referred"),
                                    ("offered", "offered"),
                                    ("granted", "granted"),
                                    ("declined", "declined by the policyholder"),
                                    ("expired", "offer expired"),
                                    ("refused", "refused"),
                                    ("no_need", "no need"),
                                    ("cancelled", "cancelled"),
                                    ("failed", "failed"),
                                ],
                                default="pending",
                                max_length=10,
                            ),
                        ),
                        ("referred_to", models.CharField(blank=True, max_length=15)),
                        (
                            "waits_for",
                            models.CharField(
                                blank=True,
                                choices=[("tariff", "a tariff"), ("treaty", "a reinsurance treaty")],
                                max_length=10,
                            ),
                        ),
                        (
                            "decision",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.decisionrecord",
                            ),
                        ),
                        ("settled_by", models.CharField(blank=True, max_length=200)),
                        ("settlement_reason", models.TextField(blank=True)),
                        ("booked_on", models.DateField()),
                        ("decided_on", models.DateField(null=True)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["insurer", "status", "id"], name="request_queue"),
                            models.Index(fields=["insurer", "client_reference"], name="request_by_reference"),
                            models.Index(
                                condition=models.Q(("status", "offered")),
                                fields=["insurer", "buyer"],
                                name="request_offered_of_buyer",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["pending", "referred", "offered"])),
                                fields=("insurer", "policy", "buyer"),
                                name="request_one_under_way_per_buyer",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("submission_row__isnull", False)),
                                fields=("insurer", "submission_row"),
                                name="request_one_per_row",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        [
                                            "pending",
                                            "referred",
                                            "offered",
                                            "granted",
                                            "declined",
                                            "expired",
                                            "refused",
                                            "no_need",
                                            "cancelled",
                                            "failed",
                                        ],
                                    )
                                ),
                                name="request_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("market__in", ["domestic", "export"])), name="request_market_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("french_share__gte", 0), ("french_share__lte", 1)),
                                    ("french_share__isnull", True),
                                    _connector="OR",
                                ),
                                name="request_french_share_in_range",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("requested_total__gt", 0)), name="request_total_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "referred"), models.Q(("referred_to", ""), _negated=True)),
                                    models.Q(models.Q(("status", "referred"), _negated=True), ("referred_to", "")),
                                    _connector="OR",
                                ),
                                name="request_referred_to_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["pending", "cancelled", "failed"]),
                                    ("decision__isnull", False),
                                    _connector="OR",
                                ),
                                name="request_settled_by_a_decision",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Offer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "limit_request",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="offers",
                                to="policies.limitrequest",
                            ),
                        ),
                        (
                            "decision",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.decisionrecord",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("live", "awaiting an answer"),
                                    ("accepted", "accepted"),
                                    ("declined", "declined"),
                                    ("expired", "expired"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="live",
                                max_length=10,
                            ),
                        ),
                        ("product", models.CharField(max_length=22)),
                        ("kind", models.CharField(max_length=12)),
                        (
                            "market",
                            models.CharField(choices=[("domestic", "domestic"), ("export", "export")], max_length=8),
                        ),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("held_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("currency", models.CharField(default="EUR", max_length=3)),
                        ("insured_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("retention_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("ceded_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("premium", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("premium_rate", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("is_premium_illustrative", models.BooleanField()),
                        ("term_first", models.DateField()),
                        ("term_end", models.DateField()),
                        ("issued_on", models.DateField()),
                        ("open_until", models.DateField()),
                        ("answered_on", models.DateField(null=True)),
                        ("answered_by", models.CharField(blank=True, max_length=200)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "live")),
                                fields=["insurer", "open_until"],
                                name="offer_to_expire",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "live")),
                                fields=("insurer", "limit_request"),
                                name="offer_one_live_per_request",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["live", "accepted", "declined", "expired", "withdrawn"])
                                ),
                                name="offer_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                                    models.Q(("held_amount__gte", 0), ("held_amount__isnull", True), _connector="OR"),
                                    models.Q(("premium__gte", 0), ("premium__isnull", True), _connector="OR"),
                                ),
                                name="offer_amounts_not_negative",
                            ),
                            models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="offer_amount_positive"),
                            models.CheckConstraint(condition=models.Q(("currency", "EUR")), name="offer_in_euro"),
                            models.CheckConstraint(
                                condition=models.Q(("term_end__gt", models.F("term_first"))), name="offer_term_in_order"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("open_until__gt", models.F("issued_on"))),
                                name="offer_open_for_a_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("term_first__gte", models.F("issued_on"))),
                                name="offer_not_retroactive",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("insured_ratio__gte", 0), ("insured_ratio__lte", 1)),
                                    ("insured_ratio__isnull", True),
                                    _connector="OR",
                                ),
                                name="offer_insured_ratio_in_range",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ceded_ratio__gte", 0), ("ceded_ratio__lte", 1)),
                                    ("ceded_ratio__isnull", True),
                                    _connector="OR",
                                ),
                                name="offer_ceded_ratio_in_range",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Guarantee",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "policy",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="guarantees",
                                to="policies.policy",
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="guarantees",
                                to="policies.buyer",
                            ),
                        ),
                        (
                            "limit_request",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="guarantees",
                                to="policies.limitrequest",
                            ),
                        ),
                        (
                            "replaces",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="policies.guarantee",
                            ),
                        ),
                        ("product", models.CharField(max_length=22)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("complement", "complement"), ("substitution", "substitution")], max_length=12
                            ),
                        ),
                        (
                            "market",
                            models.CharField(choices=[("domestic", "domestic"), ("export", "export")], max_length=8),
                        ),
                        ("anchor_day", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["insurer", "policy", "buyer"], name="guarantee_of_pair")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "limit_request"), name="guarantee_one_per_request"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("replaces__isnull", False)),
                                fields=("insurer", "replaces"),
                                name="guarantee_replaced_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["complement", "substitution"])),
                                name="guarantee_kind_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("market__in", ["domestic", "export"])),
                                name="guarantee_market_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GuaranteeTerm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "guarantee",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terms",
                                to="policies.guarantee",
                            ),
                        ),
                        (
                            "policy",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policies.policy"
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policies.buyer"
                            ),
                        ),
                        ("sequence", models.PositiveSmallIntegerField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("running", "running"),
                                    ("renewed", "followed by a new term"),
                                    ("lapsed", "lapsed"),
                                    ("ended", "ended early"),
                                    ("replaced", "replaced by another term"),
                                    ("replaced_at_once", "replaced on its first day"),
                                ],
                                default="running",
                                max_length=16,
                            ),
                        ),
                        ("granted_first", models.DateField()),
                        ("granted_end", models.DateField()),
                        ("cover_first", models.DateField()),
                        ("cover_end", models.DateField()),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("granted_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("right_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("insured_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("retention_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("ceded_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("premium", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("premium_rate", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("is_premium_illustrative", models.BooleanField()),
                        (
                            "decision",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.decisionrecord",
                            ),
                        ),
                        (
                            "offer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terms",
                                to="policies.offer",
                            ),
                        ),
                        (
                            "cession",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reinsurance.cession",
                            ),
                        ),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "running")),
                                fields=["insurer", "cover_end"],
                                name="guarantee_term_due",
                            ),
                            models.Index(
                                condition=models.Q(("status", "running")),
                                fields=["insurer", "buyer"],
                                name="guarantee_term_of_buyer",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "guarantee", "sequence"), name="guarantee_term_once"
                            ),
                            models.UniqueConstraint(fields=("insurer", "cession"), name="guarantee_term_one_cession"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        ["running", "renewed", "lapsed", "ended", "replaced", "replaced_at_once"],
                                    )
                                ),
                                name="guarantee_term_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                                    models.Q(("premium__gte", 0), ("premium__isnull", True), _connector="OR"),
                                ),
                                name="guarantee_term_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("granted_amount__gt", 0)), name="guarantee_term_grants_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount__lte", models.F("granted_amount"))),
                                name="guarantee_term_never_grows",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("right_amount__isnull", True),
                                    models.Q(
                                        ("right_amount__gte", 0), ("right_amount__lt", models.F("granted_amount"))
                                    ),
                                    _connector="OR",
                                ),
                                name="guarantee_term_corrected_downwards",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("granted_end__gt", models.F("granted_first"))),
                                name="guarantee_term_in_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("cover_first", models.F("granted_first")),
                                    ("cover_end__lte", models.F("granted_end")),
                                    ("cover_end__gte", models.F("cover_first")),
                                ),
                                name="guarantee_cover_inside_grant",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("insured_ratio__gte", 0), ("insured_ratio__lte", 1)),
                                    ("insured_ratio__isnull", True),
                                    _connector="OR",
                                ),
                                name="guarantee_term_insured_ratio_in_range",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ceded_ratio__gte", 0), ("ceded_ratio__lte", 1)),
                                    ("ceded_ratio__isnull", True),
                                    _connector="OR",
                                ),
                                name="guarantee_term_ceded_ratio_in_range",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                condition=models.Q(("status", "replaced_at_once"), _negated=True),
                                expressions=[
                                    ("insurer", "="),
                                    ("policy", "="),
                                    ("buyer", "="),
                                    (
                                        models.Func(
                                            models.F("cover_first"),
                                            models.F("cover_end"),
                                            models.Value("[)"),
                                            function="daterange",
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="guarantee_terms_do_not_overlap",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RenewalRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="renewal_requests",
                                to="policies.guaranteeterm",
                            ),
                        ),
                        ("requested_total", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("asked_on", models.DateField()),
                        ("asked_by", models.CharField(max_length=200)),
                        (
                            "outcome",
                            models.CharField(
                                choices=[("renewed", "renewed"), ("refused", "not renewed"), ("referred", "referred")],
                                max_length=10,
                                null=True,
                            ),
                        ),
                        (
                            "decision",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.decisionrecord",
                            ),
                        ),
                        ("decided_on", models.DateField(null=True)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "term"), name="renewal_asked_once"),
                            models.CheckConstraint(
                                condition=models.Q(("outcome__in", ["renewed", "refused", "referred"])),
                                name="renewal_outcome_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("requested_total__gt", 0)), name="renewal_total_positive"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notices",
                                to="policies.guaranteeterm",
                            ),
                        ),
                        ("days_before", models.PositiveSmallIntegerField()),
                        ("sent_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["insurer", "sent_on", "id"], name="notice_by_day")],
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "term", "days_before"), name="notice_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClaimInvoice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "claim",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="invoices",
                                to="policies.claim",
                            ),
                        ),
                        ("number", models.CharField(max_length=60)),
                        ("delivered_on", models.DateField()),
                        ("invoiced_on", models.DateField()),
                        ("due_on", models.DateField()),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("vat_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("currency", models.CharField(default="EUR", max_length=3)),
                        ("is_late", models.BooleanField(default=False)),
                        ("outside", models.CharField(blank=True, max_length=24)),
                        (
                            "term",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="claimed_invoices",
                                to="policies.guaranteeterm",
                            ),
                        ),
                        ("primary_limit", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("rate_on", models.DateField(null=True)),
                        ("units_per_euro", models.DecimalField(decimal_places=6, max_digits=14, null=True)),
                        ("loss_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
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
                                condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                                name="claim_invoice_currency_named",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("loss_amount__gte", 0), ("loss_amount__isnull", True), _connector="OR"),
                                    models.Q(
                                        ("primary_limit__gte", 0), ("primary_limit__isnull", True), _connector="OR"
                                    ),
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
                    name="InvoicePayment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "invoice",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payments",
                                to="policies.claiminvoice",
                            ),
                        ),
                        ("received_on", models.DateField()),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("source_reference", models.CharField(max_length=100)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "source_reference"), name="invoice_payment_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)), name="invoice_payment_positive"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DueDayExtension",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "invoice",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="extensions",
                                to="policies.claiminvoice",
                            ),
                        ),
                        ("due_on", models.DateField()),
                        ("agreed_on", models.DateField()),
                        ("reason", models.CharField(max_length=300)),
                        ("source_reference", models.CharField(max_length=100)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "source_reference"), name="due_day_extension_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="due_day_extension_has_a_reason"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClaimShare",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "claim",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="shares",
                                to="policies.claim",
                            ),
                        ),
                        (
                            "layer",
                            models.CharField(
                                choices=[("primary", "primary guarantee"), ("top_up", "top-up")], max_length=7
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
                        ("loss_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("due_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "claim", "term"),
                                name="claim_share_once_per_cover",
                                nulls_distinct=False,
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
                                    ("due_amount__gte", 0),
                                    ("due_amount__lte", models.F("loss_amount")),
                                    ("loss_amount__gt", 0),
                                ),
                                name="claim_share_within_loss",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IndemnityPayment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "claim",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payments",
                                to="policies.claim",
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
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("ceded_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        (
                            "beneficiary",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="policies.beneficiary",
                            ),
                        ),
                        ("movement", models.CharField(blank=True, max_length=40)),
                        ("paid_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "share"), name="indemnity_paid_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gt", 0),
                                    ("ceded_amount__gte", 0),
                                    ("ceded_amount__lte", models.F("amount")),
                                ),
                                name="indemnity_ceded_within_amount",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RecoveryShare",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="recoveries",
                                to="policies.claimshare",
                            ),
                        ),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("ceded_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("movement", models.CharField(blank=True, max_length=40)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "recovery", "share"), name="recovery_share_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gt", 0),
                                    ("ceded_amount__gte", 0),
                                    ("ceded_amount__lte", models.F("amount")),
                                ),
                                name="recovery_ceded_within_amount",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Endorsement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("number", models.CharField(max_length=40)),
                        ("series", models.CharField(max_length=60)),
                        ("position", models.PositiveIntegerField()),
                        (
                            "term",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="endorsements",
                                to="policies.guaranteeterm",
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(
                                choices=[
                                    ("grant", "grant"),
                                    ("renewal", "renewal"),
                                    ("increase", "increase"),
                                    ("reduction", "reduction"),
                                    ("end", "end of what is replaced"),
                                    ("insolvency", "end on insolvency"),
                                    ("overdue", "end on an overdue too long"),
                                    ("withdrawal", "end on the policyholder's wish"),
                                    ("primary_reduced", "reduction that follows the primary"),
                                    ("primary_ended", "end that follows the primary"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("issued_on", models.DateField()),
                        ("snapshot", models.JSONField()),
                        ("digest", models.CharField(max_length=64)),
                        ("template_version", models.CharField(max_length=20)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "number"), name="endorsement_number_once"),
                            models.UniqueConstraint(
                                fields=("insurer", "series", "position"), name="endorsement_position_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "cause__in",
                                        [
                                            "grant",
                                            "renewal",
                                            "increase",
                                            "reduction",
                                            "end",
                                            "insolvency",
                                            "overdue",
                                            "withdrawal",
                                            "primary_reduced",
                                            "primary_ended",
                                        ],
                                    )
                                ),
                                name="endorsement_cause_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("position__gte", 1)), name="endorsement_position_from_one"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RenderedEndorsement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "endorsement",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rendered",
                                to="policies.endorsement",
                            ),
                        ),
                        ("storage_key", models.CharField(max_length=200)),
                        ("pdf_digest", models.CharField(max_length=64)),
                        ("byte_count", models.PositiveIntegerField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "endorsement"), name="endorsement_rendered_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExceptionDossier",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("large_policyholder", "large exporter"), ("above_parity", "above parity")],
                                max_length=20,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("opened", "opened"),
                                    ("with_reinsurer", "with the reinsurer"),
                                    ("with_minister", "with the minister"),
                                    ("favourable", "favourable"),
                                    ("unfavourable", "unfavourable"),
                                    ("expired", "expired"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="opened",
                                max_length=16,
                            ),
                        ),
                        (
                            "limit_request",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exceptions",
                                to="policies.limitrequest",
                            ),
                        ),
                        (
                            "policyholder",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exceptions",
                                to="policies.policyholder",
                            ),
                        ),
                        (
                            "buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exceptions",
                                to="policies.buyer",
                            ),
                        ),
                        ("asked_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("reason", models.TextField()),
                        ("opened_by", models.CharField(max_length=200)),
                        (
                            "opened_by_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("reference", models.CharField(blank=True, max_length=100)),
                        ("granted_on", models.DateField(null=True)),
                        ("end_day", models.DateField(null=True)),
                        ("decided_by", models.CharField(blank=True, max_length=200)),
                        (
                            "decided_by_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_on", models.DateField(null=True)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("granted_on__isnull", False)),
                                fields=["insurer", "policyholder"],
                                name="exception_of_policyholder",
                            ),
                            models.Index(
                                condition=models.Q(("status", "favourable")),
                                fields=["insurer", "end_day"],
                                name="exception_to_expire",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        [
                                            "opened",
                                            "with_reinsurer",
                                            "with_minister",
                                            "favourable",
                                            "unfavourable",
                                            "expired",
                                            "withdrawn",
                                        ],
                                    )
                                ),
                                name="exception_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["large_policyholder", "above_parity"])),
                                name="exception_kind_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("asked_amount__gte", 0), ("asked_amount__isnull", True), _connector="OR"),
                                    models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                                ),
                                name="exception_amounts_not_negative",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["opened", "with_reinsurer", "with_minister"])),
                                fields=("insurer", "policyholder", "kind", "buyer"),
                                name="exception_one_under_way",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "above_parity"), _negated=True),
                                    ("buyer__isnull", False),
                                    _connector="OR",
                                ),
                                name="exception_above_parity_of_one_buyer",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["favourable", "expired", "unfavourable"]), _negated=True),
                                    models.Q(
                                        models.Q(("reference", ""), _negated=True),
                                        models.Q(("decided_by", ""), _negated=True),
                                        ("decided_on__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="exception_decision_has_its_letter",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["favourable", "expired"]), _negated=True),
                                    models.Q(
                                        ("granted_on__isnull", False),
                                        models.Q(
                                            models.Q(("kind", "above_parity"), _negated=True),
                                            ("amount__gt", 0),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="exception_granted_from_a_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("end_day__isnull", True), ("end_day__gte", models.F("granted_on")), _connector="OR"
                                ),
                                name="exception_days_in_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_by", models.F("opened_by")), _negated=True),
                                    models.Q(
                                        ("decided_by_user__isnull", True),
                                        ("opened_by_user__isnull", True),
                                        models.Q(("decided_by_user", models.F("opened_by_user")), _negated=True),
                                        _connector="OR",
                                    ),
                                ),
                                name="exception_by_four_eyes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EvidenceFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "dossier",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence",
                                to="policies.exceptiondossier",
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("media_type", models.CharField(max_length=40)),
                        ("digest", models.CharField(max_length=64)),
                        ("byte_count", models.PositiveIntegerField()),
                        ("storage_key", models.CharField(max_length=200)),
                        ("added_by", models.CharField(max_length=200)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "dossier", "digest"), name="evidence_once"),
                            models.CheckConstraint(
                                condition=models.Q(("byte_count__gt", 0)), name="evidence_not_empty"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MediationDossier",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "limit_request",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mediations",
                                to="policies.limitrequest",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("opened", "opened"),
                                    ("maintained", "decision maintained"),
                                    ("changed", "decision changed"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="opened",
                                max_length=12,
                            ),
                        ),
                        ("reference", models.CharField(blank=True, max_length=100)),
                        ("reason", models.TextField()),
                        ("referred_on", models.DateField()),
                        ("due_on", models.DateField()),
                        ("opened_by", models.CharField(max_length=200)),
                        ("answer", models.TextField(blank=True)),
                        ("answered_on", models.DateField(null=True)),
                        ("answered_by", models.CharField(blank=True, max_length=200)),
                        ("judged_status", models.CharField(blank=True, max_length=10)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "opened")),
                                fields=["insurer", "due_on"],
                                name="mediation_to_answer",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["opened", "maintained", "changed", "withdrawn"])),
                                name="mediation_status_known",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "opened")),
                                fields=("insurer", "limit_request"),
                                name="mediation_one_open_per_request",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["maintained", "changed"]), _negated=True),
                                    models.Q(
                                        models.Q(("answer", ""), _negated=True),
                                        models.Q(("answered_by", ""), _negated=True),
                                        ("answered_on__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="mediation_answer_has_its_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("due_on__gt", models.F("referred_on")), ("referred_on__lte", models.F("booked_on"))
                                ),
                                name="mediation_days_in_order",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        ("source_key", models.CharField(max_length=80)),
                        (
                            "recipient",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        (
                            "policy",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="policies.policy",
                            ),
                        ),
                        (
                            "limit_request",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="policies.limitrequest",
                            ),
                        ),
                        (
                            "offer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="policies.offer",
                            ),
                        ),
                        (
                            "guarantee",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="policies.guarantee",
                            ),
                        ),
                        (
                            "endorsement",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="policies.endorsement",
                            ),
                        ),
                        (
                            "notice",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="policies.notice",
                            ),
                        ),
                        (
                            "buyer_limit",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="policies.buyerlimit",
                            ),
                        ),
                        (
                            "letter",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="policies.letter",
                            ),
                        ),
                        (
                            "claim",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="policies.claim",
                            ),
                        ),
                        (
                            "to_buyer",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="policies.buyer",
                            ),
                        ),
                        ("template", models.CharField(max_length=30)),
                        ("language", models.CharField(choices=[("fr", "French"), ("en", "English")], max_length=2)),
                        ("subject", models.CharField(max_length=200)),
                        ("body", models.TextField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("read_at", models.DateTimeField(null=True)),
                        ("read_by", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["insurer", "recipient", "-id"], name="message_inbox"),
                            models.Index(
                                condition=models.Q(("read_at__isnull", True)),
                                fields=["insurer", "recipient"],
                                name="message_unread",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "source_key"), name="message_written_once"),
                            models.CheckConstraint(
                                condition=models.Q(("language__in", ["fr", "en"])), name="message_language_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("limit_request__isnull", False),
                                    ("guarantee__isnull", False),
                                    ("buyer_limit__isnull", False),
                                    ("claim__isnull", False),
                                    _connector="OR",
                                ),
                                name="message_about_something",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("to_buyer__isnull", True), ("recipient__isnull", True), _connector="OR"
                                ),
                                name="message_to_a_buyer_or_to_a_client",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("read_at__isnull", True), ("read_by", "")),
                                    models.Q(("read_at__isnull", False), models.Q(("read_by", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="message_read_by_somebody",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MessageDelivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "message",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="policies.message",
                            ),
                        ),
                        ("address", models.EmailField(max_length=254)),
                        ("round", models.PositiveSmallIntegerField(default=1)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("queued", "to be sent"),
                                    ("sending", "being handed over"),
                                    ("sent", "sent"),
                                    ("failed", "not delivered"),
                                ],
                                default="queued",
                                max_length=7,
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("asked_by", models.CharField(blank=True, max_length=200)),
                        ("queued_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "next_try_at",
                            models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), null=True),
                        ),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("failure", models.TextField(blank=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "sent"), _negated=True),
                                fields=["insurer", "next_try_at"],
                                name="delivery_due",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "message", "address", "round"), name="delivery_once_a_round"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["queued", "sending", "sent", "failed"])),
                                name="delivery_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("sent_at__isnull", False), ("status", "sent")),
                                    models.Q(models.Q(("status", "sent"), _negated=True), ("sent_at__isnull", True)),
                                    _connector="OR",
                                ),
                                name="delivery_sent_has_its_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "failed"), _negated=True),
                                    models.Q(("failure", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="delivery_failure_says_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reduction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "term",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reductions",
                                to="policies.guaranteeterm",
                            ),
                        ),
                        ("cause", models.CharField(choices=[("re_rated", "the buyer was rated again")], max_length=10)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("announced", "announced"),
                                    ("applied", "cut when the notice ended"),
                                    ("overtaken", "nothing was left to cut"),
                                ],
                                default="announced",
                                max_length=10,
                            ),
                        ),
                        ("amount_before", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("maximum", models.DecimalField(decimal_places=2, max_digits=18)),
                        (
                            "decision",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.decisionrecord",
                            ),
                        ),
                        ("announced_on", models.DateField()),
                        ("effective_on", models.DateField()),
                        ("settled_on", models.DateField(null=True)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "announced")),
                                fields=["insurer", "effective_on"],
                                name="reduction_due",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "announced")),
                                fields=("insurer", "term"),
                                name="reduction_announced_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("cause__in", ["re_rated"])), name="reduction_cause_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["announced", "applied", "overtaken"])),
                                name="reduction_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("maximum__gte", 0), ("maximum__lt", models.F("amount_before"))),
                                name="reduction_takes_something",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("effective_on__gte", models.F("announced_on"))),
                                name="reduction_after_its_notice",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("settled_on__isnull", True), ("status", "announced")),
                                    models.Q(
                                        models.Q(("status", "announced"), _negated=True), ("settled_on__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="reduction_settled_on_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RenewalSettlement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "renewal",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="settlements",
                                to="policies.renewalrequest",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("proposed", "proposed"),
                                    ("confirmed", "confirmed"),
                                    ("turned_down", "turned down"),
                                    ("taken_back", "taken back"),
                                ],
                                default="proposed",
                                max_length=12,
                            ),
                        ),
                        ("approves", models.BooleanField()),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("maximum", models.DecimalField(decimal_places=2, max_digits=18)),
                        (
                            "decision",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.decisionrecord",
                            ),
                        ),
                        ("reason", models.CharField(max_length=500)),
                        ("proposed_by", models.CharField(max_length=200)),
                        (
                            "proposed_by_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("proposed_on", models.DateField()),
                        ("answered_by", models.CharField(blank=True, max_length=200)),
                        (
                            "answered_by_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("answered_on", models.DateField(null=True)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["proposed", "confirmed", "turned_down", "taken_back"])
                                ),
                                name="renewal_settlement_status_known",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["proposed", "confirmed"])),
                                fields=("insurer", "renewal"),
                                name="renewal_settlement_one_standing",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("amount__gt", 0), ("amount__lte", models.F("maximum")), ("approves", True)
                                    ),
                                    models.Q(("amount__isnull", True), ("approves", False)),
                                    _connector="OR",
                                ),
                                name="renewal_settlement_up_to_the_maximum",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True),
                                name="renewal_settlement_has_its_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("answered_by", ""), ("answered_on__isnull", True), ("status", "proposed")
                                    ),
                                    models.Q(
                                        models.Q(("status", "proposed"), _negated=True),
                                        models.Q(("answered_by", ""), _negated=True),
                                        ("answered_on__gte", models.F("proposed_on")),
                                    ),
                                    _connector="OR",
                                ),
                                name="renewal_settlement_answered_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["confirmed", "turned_down"]), _negated=True),
                                    models.Q(
                                        models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                                        models.Q(
                                            ("answered_by_user__isnull", True),
                                            ("proposed_by_user__isnull", True),
                                            models.Q(("answered_by_user", models.F("proposed_by_user")), _negated=True),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="renewal_settlement_by_four_eyes",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
