import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import capweb.accounts.row_security


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_wall_between_insurers"),
        ("eligibility", "0001_initial"),
        ("reinsurance", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Night",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                ("report", models.JSONField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Buyer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("country", models.CharField(max_length=2)),
                (
                    "identifier_type",
                    models.CharField(choices=[("siren", "SIREN"), ("foreign", "foreign register")], max_length=10),
                ),
                ("identifier", models.CharField(max_length=40)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("created_on", models.DateField(null=True)),
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
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("source_reference", models.CharField(max_length=100)),
                ("turnover", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("balance_sheet", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("headcount", models.PositiveIntegerField(null=True)),
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="figures", to="policies.buyer"
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
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="buyer_figures_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("turnover__gte", 0), ("turnover__isnull", True), _connector="OR"),
                            models.Q(("balance_sheet__gte", 0), ("balance_sheet__isnull", True), _connector="OR"),
                        ),
                        name="buyer_figures_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyerLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("source_reference", models.CharField(max_length=100)),
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
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="limits", to="policies.buyer"
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
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="buyer_limit_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                            models.Q(("amount_before__gte", 0), ("amount_before__isnull", True), _connector="OR"),
                            models.Q(("requested_amount__gte", 0), ("requested_amount__isnull", True), _connector="OR"),
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
                                ("decision", "reduction"), ("amount__gt", 0), ("amount__lt", models.F("amount_before"))
                            ),
                            _connector="OR",
                        ),
                        name="buyer_limit_amount_fits_decision",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyerRating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("source_reference", models.CharField(max_length=100)),
                ("grade", models.CharField(blank=True, max_length=10)),
                ("default_probability", models.DecimalField(decimal_places=8, max_digits=9, null=True)),
                ("is_insolvent", models.BooleanField(default=False)),
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ratings", to="policies.buyer"
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
            name="Guarantee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("product", models.CharField(max_length=22)),
                (
                    "kind",
                    models.CharField(
                        choices=[("complement", "complement"), ("substitution", "substitution")], max_length=12
                    ),
                ),
                ("market", models.CharField(choices=[("domestic", "domestic"), ("export", "export")], max_length=8)),
                ("anchor_day", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="guarantees", to="policies.buyer"
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
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["complement", "substitution"])), name="guarantee_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("market__in", ["domestic", "export"])), name="guarantee_market_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GuaranteeTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("insured_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                ("retention_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                ("ceded_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                ("premium", models.DecimalField(decimal_places=2, max_digits=18)),
                ("premium_rate", models.DecimalField(decimal_places=8, max_digits=9)),
                ("is_premium_illustrative", models.BooleanField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policies.buyer"
                    ),
                ),
                (
                    "cession",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reinsurance.cession"
                    ),
                ),
                (
                    "decision",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="eligibility.decisionrecord"
                    ),
                ),
                (
                    "guarantee",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="policies.guarantee"
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
                    models.UniqueConstraint(fields=("insurer", "guarantee", "sequence"), name="guarantee_term_once"),
                    models.UniqueConstraint(fields=("insurer", "cession"), name="guarantee_term_one_cession"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["running", "renewed", "lapsed", "ended", "replaced", "replaced_at_once"])
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Endorsement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40)),
                ("series", models.CharField(max_length=60)),
                ("position", models.PositiveIntegerField()),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("grant", "grant"),
                            ("renewal", "renewal"),
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
                        related_name="endorsements",
                        to="policies.guaranteeterm",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "number"), name="endorsement_number_once"),
                    models.UniqueConstraint(fields=("insurer", "series", "position"), name="endorsement_position_once"),
                    models.CheckConstraint(
                        condition=models.Q(("cause__in", ["grant", "renewal", "primary_reduced", "primary_ended"])),
                        name="endorsement_cause_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1)), name="endorsement_position_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LimitRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("requested_by", models.CharField(max_length=200)),
                ("client_reference", models.CharField(blank=True, max_length=64)),
                ("market", models.CharField(choices=[("domestic", "domestic"), ("export", "export")], max_length=8)),
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
                        blank=True, choices=[("tariff", "a tariff"), ("treaty", "a reinsurance treaty")], max_length=10
                    ),
                ),
                ("settled_by", models.CharField(blank=True, max_length=200)),
                ("settlement_reason", models.TextField(blank=True)),
                ("booked_on", models.DateField()),
                ("decided_on", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="limit_requests", to="policies.buyer"
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
                    "decision",
                    capweb.accounts.row_security.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="eligibility.decisionrecord",
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
                    "requested_by_organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["insurer", "status", "id"], name="request_queue"),
                    models.Index(fields=["insurer", "client_reference"], name="request_by_reference"),
                ],
                "constraints": [
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
        migrations.AddField(
            model_name="guarantee",
            name="limit_request",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="guarantees", to="policies.limitrequest"
            ),
        ),
        migrations.CreateModel(
            name="NightRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("report", models.JSONField()),
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
                "constraints": [models.UniqueConstraint(fields=("insurer", "day"), name="night_run_once")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days_before", models.PositiveSmallIntegerField()),
                ("sent_on", models.DateField()),
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
                    "term",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="policies.guaranteeterm"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("insurer", "term", "days_before"), name="notice_once")],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
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
                ("market", models.CharField(choices=[("domestic", "domestic"), ("export", "export")], max_length=8)),
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
                (
                    "decision",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="eligibility.decisionrecord"
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
                    "limit_request",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="policies.limitrequest"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "live")), fields=["insurer", "open_until"], name="offer_to_expire"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "live")),
                        fields=("insurer", "limit_request"),
                        name="offer_one_live_per_request",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["live", "accepted", "declined", "expired", "withdrawn"])),
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
                        condition=models.Q(("open_until__gt", models.F("issued_on"))), name="offer_open_for_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("term_first__gte", models.F("issued_on"))), name="offer_not_retroactive"
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
        migrations.AddField(
            model_name="guaranteeterm",
            name="offer",
            field=capweb.accounts.row_security.TenantForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="policies.offer"
            ),
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("number", models.CharField(max_length=40)),
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
                    models.UniqueConstraint(fields=("insurer", "number"), name="policy_number_once"),
                    models.CheckConstraint(condition=models.Q(("currency", "EUR")), name="policy_in_euro"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                        ),
                        name="policy_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("form__in", ["endorsement", "cap_policy"])), name="policy_form_known"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="limitrequest",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="limit_requests", to="policies.policy"
            ),
        ),
        migrations.AddField(
            model_name="guaranteeterm",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policies.policy"
            ),
        ),
        migrations.AddField(
            model_name="guarantee",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="guarantees", to="policies.policy"
            ),
        ),
        migrations.AddField(
            model_name="buyerlimit",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="buyer_limits", to="policies.policy"
            ),
        ),
        migrations.CreateModel(
            name="Policyholder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("country", models.CharField(max_length=2)),
                (
                    "identifier_type",
                    models.CharField(choices=[("siren", "SIREN"), ("foreign", "foreign register")], max_length=10),
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
                    "insurer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
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
                        fields=("insurer", "country", "identifier_type", "identifier"), name="policyholder_known_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["in_being", "applicant"])), name="policyholder_status_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("identifier_type__in", ["siren", "foreign"])),
                        name="policyholder_identifier_type_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="policy",
            name="policyholder",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="policies", to="policies.policyholder"
            ),
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField()),
                ("end_day", models.DateField(null=True)),
                (
                    "broker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
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
                    "policyholder",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mandates", to="policies.policyholder"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                        ),
                        name="mandate_days_in_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyholderFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("source_reference", models.CharField(max_length=100)),
                ("turnover", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
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
                    "policyholder",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="figures", to="policies.policyholder"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="policyholder_figures_once"),
                    models.CheckConstraint(
                        condition=models.Q(("turnover__gte", 0), ("turnover__isnull", True), _connector="OR"),
                        name="policyholder_figures_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("source_reference", models.CharField(max_length=100)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="policies.policy"
                    ),
                ),
            ],
            options={
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
            name="RenderedEndorsement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("storage_key", models.CharField(max_length=200)),
                ("pdf_digest", models.CharField(max_length=64)),
                ("byte_count", models.PositiveIntegerField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "endorsement",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rendered", to="policies.endorsement"
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
                    models.UniqueConstraint(fields=("insurer", "endorsement"), name="endorsement_rendered_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RenewalRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("decided_on", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "decision",
                    capweb.accounts.row_security.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="eligibility.decisionrecord",
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
                        related_name="renewal_requests",
                        to="policies.guaranteeterm",
                    ),
                ),
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
            name="Submission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("submitted_by", models.CharField(max_length=200)),
                ("file_name", models.CharField(blank=True, max_length=200)),
                ("file_format", models.CharField(max_length=10)),
                ("content_digest", models.CharField(max_length=64)),
                (
                    "mode",
                    models.CharField(choices=[("each_row", "each row by itself")], default="each_row", max_length=12),
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("status", "waiting")), fields=["id"], name="submission_waiting")
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
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="policies.submission"
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
                    models.UniqueConstraint(fields=("insurer", "submission", "line"), name="submission_row_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                ["offered", "granted", "referred", "refused", "no_need", "failed", "not_attempted"],
                            )
                        ),
                        name="submission_row_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "failed"), _negated=True), ("errors__isnull", False), _connector="OR"
                        ),
                        name="submission_row_failure_has_reason",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="limitrequest",
            name="submission_row",
            field=capweb.accounts.row_security.TenantForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="limit_requests",
                to="policies.submissionrow",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeterm",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("status", "replaced_at_once"), _negated=True),
                expressions=[
                    ("insurer", "="),
                    ("policy", "="),
                    ("buyer", "="),
                    (
                        models.Func(
                            models.F("cover_first"), models.F("cover_end"), models.Value("[)"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="guarantee_terms_do_not_overlap",
            ),
        ),
        migrations.AddIndex(
            model_name="guarantee",
            index=models.Index(fields=["insurer", "policy", "buyer"], name="guarantee_of_pair"),
        ),
        migrations.AddConstraint(
            model_name="guarantee",
            constraint=models.UniqueConstraint(fields=("insurer", "limit_request"), name="guarantee_one_per_request"),
        ),
        migrations.AddIndex(
            model_name="buyerlimit",
            index=models.Index(fields=["insurer", "policy", "buyer", "effective_on"], name="buyer_limit_of_pair"),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("insurer", "="),
                    ("policyholder", "="),
                    (
                        models.Func(
                            models.F("first_day"), models.F("end_day"), models.Value("[)"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="mandates_do_not_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["pending", "referred", "offered"])),
                fields=("insurer", "policy", "buyer"),
                name="request_one_under_way_per_buyer",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("submission_row__isnull", False)),
                fields=("insurer", "submission_row"),
                name="request_one_per_row",
            ),
        ),
    ]
