"""Every table of the books, whole."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.tables_at_once import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0005_event_stream"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="TreatyProposal",
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
                        ("kind", models.CharField(max_length=20)),
                        ("treaty_public_id", models.CharField(max_length=40)),
                        ("document", models.JSONField()),
                        ("reason", models.TextField()),
                        (
                            "proposer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("proposed_by", models.CharField(max_length=200)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["insurer", "treaty_public_id"], name="treaty_proposal_of_treaty")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "id", "proposer"), name="treaty_proposal_with_its_proposer"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["country_amendment", "end", "open", "terms"])),
                                name="treaty_proposal_kind_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="treaty_proposal_says_why"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TreatyDecision",
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
                            "proposal",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="reinsurance.treatyproposal",
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
                        ("outcome", models.CharField(max_length=9)),
                        (
                            "decider",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_by", models.CharField(max_length=200)),
                        ("reason", models.TextField(blank=True)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "proposal"), name="treaty_decision_once"),
                            models.CheckConstraint(
                                condition=models.Q(("outcome__in", ["approved", "rejected", "withdrawn"])),
                                name="treaty_decision_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("outcome", "withdrawn"), ("decider", models.F("proposer"))),
                                    models.Q(
                                        models.Q(("outcome", "withdrawn"), _negated=True),
                                        models.Q(("decider", models.F("proposer")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="treaty_decision_by_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("outcome", "approved"), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="treaty_decision_says_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Treaty",
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
                            "reinsurer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("kind", models.CharField(max_length=12)),
                        ("market", models.CharField(max_length=8)),
                        ("opened_on", models.DateField()),
                        ("ended_on", models.DateField(null=True)),
                        ("renewal_years", models.SmallIntegerField(null=True)),
                        ("reference", models.CharField(blank=True, max_length=200)),
                        (
                            "decision",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reinsurance.treatydecision",
                            ),
                        ),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["complement", "substitution"])),
                                name="treaty_kind_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("market__in", ["domestic", "export"])), name="treaty_market_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_on__isnull", True), ("ended_on__gt", models.F("opened_on")), _connector="OR"
                                ),
                                name="treaty_days_in_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("renewal_years__isnull", True), ("renewal_years__gt", 0), _connector="OR"
                                ),
                                name="treaty_renewed_by_years",
                            ),
                            models.UniqueConstraint(
                                fields=("insurer", "kind", "market", "opened_on"), name="treaty_opened_once"
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[
                                    ("insurer", "="),
                                    ("kind", "="),
                                    ("market", "="),
                                    (
                                        models.Func(
                                            models.F("opened_on"),
                                            models.F("ended_on"),
                                            models.Value("[)"),
                                            function="daterange",
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="treaty_one_at_a_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TreatyTerms",
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
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terms",
                                to="reinsurance.treaty",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("ceded_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("ceding_commission", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("reporting_months", models.SmallIntegerField(db_default=3)),
                        ("settlement_days", models.SmallIntegerField(null=True)),
                        ("large_loss_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("cash_call_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("loss_order", models.CharField(db_default="primary_first", max_length=13)),
                        ("reference", models.CharField(blank=True, db_default="", max_length=200)),
                        (
                            "decision",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reinsurance.treatydecision",
                            ),
                        ),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "treaty", "first_day"), name="treaty_terms_once_a_day"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ceded_ratio__gt", 0), ("ceded_ratio__lte", 1)),
                                name="treaty_ceded_ratio_in_range",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ceding_commission__gte", 0), ("ceding_commission__lte", 1)),
                                name="treaty_commission_in_range",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reporting_months__in", (1, 3))),
                                name="treaty_reports_by_month_or_quarter",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("loss_order__in", ["primary_first", "pro_rata"])),
                                name="treaty_loss_order_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("settlement_days__isnull", True), ("settlement_days__gte", 0), _connector="OR"
                                    ),
                                    models.Q(
                                        ("large_loss_amount__isnull", True),
                                        ("large_loss_amount__gt", 0),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        ("cash_call_amount__isnull", True), ("cash_call_amount__gt", 0), _connector="OR"
                                    ),
                                ),
                                name="treaty_thresholds_above_nothing",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CountryAmendment",
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
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="country_amendments",
                                to="reinsurance.treaty",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("country", models.CharField(blank=True, max_length=2)),
                        ("zone", models.CharField(blank=True, max_length=20)),
                        ("is_covered", models.BooleanField()),
                        ("reference", models.CharField(max_length=200)),
                        (
                            "decision",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reinsurance.treatydecision",
                            ),
                        ),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "treaty", "country", "zone", "first_day"),
                                name="country_amendment_once_a_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("country", ""), models.Q(("zone", ""), _negated=True)),
                                    models.Q(models.Q(("country", ""), _negated=True), ("zone", "")),
                                    _connector="OR",
                                ),
                                name="country_amendment_of_country_or_zone",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CeilingAlert",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        (
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reinsurance.treaty",
                            ),
                        ),
                        ("market", models.CharField(max_length=8)),
                        ("position", models.BigIntegerField(unique=True)),
                        ("subject", models.CharField(max_length=9)),
                        ("share", models.DecimalField(decimal_places=8, max_digits=9, null=True)),
                        ("crossing", models.IntegerField()),
                        ("is_raised", models.BooleanField()),
                        ("limit_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("room_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "treaty", "market", "subject", "share", "crossing"),
                                name="alert_once_for_each_crossing",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("market__in", ["domestic", "export"])), name="alert_market_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("subject__in", ["frozen", "threshold"])), name="alert_subject_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("share__isnull", False), ("subject", "threshold")),
                                    models.Q(("share__isnull", True), ("subject", "frozen")),
                                    _connector="OR",
                                ),
                                name="alert_threshold_has_a_share",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("insurer__isnull", True), ("treaty__isnull", True)),
                                    models.Q(("insurer__isnull", False), ("treaty__isnull", False)),
                                    _connector="OR",
                                ),
                                name="alert_of_envelope_or_treaty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AlertMail",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "alert",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mails",
                                to="reinsurance.ceilingalert",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("address", models.EmailField(max_length=254)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("handed_over_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("alert", "user"), name="alert_mail_once_for_each_person")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Cession",
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
                        ("public_id", models.CharField(max_length=40)),
                        (
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cessions",
                                to="reinsurance.treaty",
                            ),
                        ),
                        ("source_key", models.CharField(max_length=120)),
                        ("treaty_year", models.SmallIntegerField()),
                        (
                            "replaces",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reinsurance.cession",
                            ),
                        ),
                        ("guarantee_id", models.CharField(max_length=64)),
                        ("product", models.CharField(max_length=22)),
                        ("policy_number", models.CharField(max_length=60)),
                        ("policyholder_id", models.CharField(max_length=64)),
                        ("policyholder_name", models.CharField(max_length=200)),
                        ("buyer_id", models.CharField(max_length=64)),
                        ("buyer_name", models.CharField(max_length=200)),
                        ("buyer_country", models.CharField(max_length=2)),
                        ("term_first", models.DateField()),
                        ("term_end", models.DateField()),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("ceded_ratio", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("ceded_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("premium", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("ceded_premium", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("ceding_commission", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("commission", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("premium_rate", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("is_illustrative", models.BooleanField()),
                        ("currency", models.CharField(db_default="EUR", max_length=3)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["insurer", "treaty", "booked_on"], name="cession_of_treaty")],
                        "constraints": [
                            models.UniqueConstraint(fields=("public_id",), name="cession_public_id_once"),
                            models.UniqueConstraint(fields=("insurer", "source_key"), name="cession_source_key_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("replaces__isnull", False)),
                                fields=("insurer", "replaces"),
                                name="cession_replaced_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("term_end__gt", models.F("term_first"))),
                                name="cession_term_in_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gt", 0),
                                    ("ceded_amount__gt", 0),
                                    ("ceded_amount__lte", models.F("amount")),
                                ),
                                name="cession_within_amount",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ceded_premium__gte", 0),
                                    ("ceded_premium__lte", models.F("premium")),
                                    ("premium__gte", 0),
                                    ("commission__gte", 0),
                                    ("commission__lte", models.F("ceded_premium")),
                                ),
                                name="cession_within_premium",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ceded_ratio__gt", 0), ("ceded_ratio__lte", 1)),
                                name="cession_ceded_ratio_in_range",
                            ),
                            models.CheckConstraint(condition=models.Q(("currency", "EUR")), name="cession_in_euro"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CessionChange",
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
                            "cession",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="changes",
                                to="reinsurance.cession",
                            ),
                        ),
                        ("position", models.SmallIntegerField()),
                        ("kind", models.CharField(max_length=10)),
                        ("live_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("live_ceded_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("run_off_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("run_off_until", models.DateField(null=True)),
                        ("premium_credited", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("ceded_premium_credited", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("commission_returned", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("effective_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("run_off_amount__gt", 0)),
                                fields=["insurer", "run_off_until"],
                                name="run_off_by_day",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "cession", "position"), name="cession_change_in_order"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("kind__in", ["ended", "replaced"])),
                                fields=("insurer", "cession"),
                                name="cession_ends_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["amended", "corrected", "ended", "replaced"])),
                                name="cession_change_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("live_amount__gte", 0),
                                    ("live_ceded_amount__gte", 0),
                                    ("run_off_amount__gte", 0),
                                    ("ceded_premium_credited__gte", 0),
                                    ("commission_returned__gte", 0),
                                    ("premium_credited__gte", 0),
                                ),
                                name="cession_change_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind__in", ["ended", "replaced"]), _negated=True),
                                    models.Q(("live_amount", 0), ("live_ceded_amount", 0)),
                                    _connector="OR",
                                ),
                                name="cession_ends_at_nothing",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("run_off_amount", 0), ("run_off_until__isnull", False), _connector="OR"
                                ),
                                name="cession_run_off_has_an_end",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RunOffRelease",
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
                            "change",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="releases",
                                to="reinsurance.cessionchange",
                            ),
                        ),
                        ("is_declared_nil", models.BooleanField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "change"), name="run_off_released_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TreatyAllotment",
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
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="allotments",
                                to="reinsurance.treaty",
                            ),
                        ),
                        ("position", models.SmallIntegerField()),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("reference", models.CharField(max_length=200)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "treaty", "position"), name="allotment_in_order"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount__isnull", True), ("amount__gt", 0), _connector="OR"),
                                name="allotment_above_nothing",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reference", ""), _negated=True), name="allotment_says_why"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DisbursementYear",
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
                        ("policy_number", models.CharField(max_length=60)),
                        ("market", models.CharField(max_length=8)),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField()),
                        ("limit_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("reference", models.CharField(max_length=200)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("market__in", ["domestic", "export"])),
                                name="disbursement_market_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("end_day__gt", models.F("first_day"))),
                                name="disbursement_days_in_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("limit_amount__gt", 0)), name="disbursement_limit_above_nothing"
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[
                                    ("insurer", "="),
                                    ("policy_number", "="),
                                    ("market", "="),
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
                                name="disbursement_one_year_at_a_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LedgerAccount",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        (
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="accounts",
                                to="reinsurance.treaty",
                            ),
                        ),
                        (
                            "disbursement_year",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="accounts",
                                to="reinsurance.disbursementyear",
                            ),
                        ),
                        ("market", models.CharField(max_length=8)),
                        ("kind", models.CharField(max_length=12, null=True)),
                        ("account_class", models.CharField(max_length=20)),
                        ("debits_posted", models.DecimalField(db_default=0, decimal_places=2, max_digits=20)),
                        ("credits_posted", models.DecimalField(db_default=0, decimal_places=2, max_digits=20)),
                        ("debits_pending", models.DecimalField(db_default=0, decimal_places=2, max_digits=20)),
                        ("credits_pending", models.DecimalField(db_default=0, decimal_places=2, max_digits=20)),
                        ("movements", models.BigIntegerField(db_default=0)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("market__in", ["domestic", "export"])), name="account_market_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("disbursement_year__isnull", True),
                                        ("insurer__isnull", True),
                                        ("treaty__isnull", True),
                                        models.Q(
                                            models.Q(
                                                ("account_class__in", ("authority", "envelope")), ("kind__isnull", True)
                                            ),
                                            (
                                                "account_class__in",
                                                ("reinsurer_advice", "category_account", "special_reserve"),
                                            ),
                                            _connector="OR",
                                        ),
                                    ),
                                    models.Q(
                                        ("disbursement_year__isnull", True),
                                        ("insurer__isnull", False),
                                        ("kind__isnull", True),
                                        ("treaty__isnull", False),
                                        (
                                            "account_class__in",
                                            (
                                                "allotment",
                                                "live",
                                                "run_off",
                                                "ceded_premium",
                                                "commission",
                                                "ceded_indemnity",
                                                "recoveries",
                                                "claims_outstanding",
                                                "reserve_movements",
                                                "current_account",
                                                "settlement",
                                                "bank",
                                            ),
                                        ),
                                    ),
                                    models.Q(
                                        ("disbursement_year__isnull", False),
                                        ("insurer__isnull", False),
                                        ("kind__isnull", True),
                                        ("treaty__isnull", True),
                                        ("account_class__in", ("disbursement_limit", "disbursement_room")),
                                    ),
                                    _connector="OR",
                                ),
                                name="account_of_market_or_treaty",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("insurer__isnull", True)),
                                fields=("market", "kind", "account_class"),
                                name="account_one_per_market",
                                nulls_distinct=False,
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("disbursement_year__isnull", False)),
                                fields=("insurer", "disbursement_year", "account_class"),
                                name="account_one_per_disbursement_year",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("treaty__isnull", False)),
                                fields=("insurer", "treaty", "account_class"),
                                name="account_one_per_treaty",
                            ),
                            models.UniqueConstraint(fields=("id", "account_class"), name="account_and_class"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("credits_pending__gte", 0),
                                    ("credits_posted__gte", 0),
                                    ("debits_pending__gte", 0),
                                    ("debits_posted__gte", 0),
                                ),
                                name="account_totals_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        models.Q(
                                            (
                                                "account_class__in",
                                                [
                                                    "ceded_indemnity",
                                                    "commission",
                                                    "disbursement_room",
                                                    "live",
                                                    "run_off",
                                                    "special_reserve",
                                                ],
                                            ),
                                            _negated=True,
                                        ),
                                        ("credits_posted__gte", models.F("debits_posted")),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        models.Q(
                                            (
                                                "account_class__in",
                                                [
                                                    "authority",
                                                    "ceded_premium",
                                                    "claims_outstanding",
                                                    "disbursement_limit",
                                                    "recoveries",
                                                ],
                                            ),
                                            _negated=True,
                                        ),
                                        ("debits_posted__gte", models.F("credits_posted")),
                                        _connector="OR",
                                    ),
                                ),
                                name="account_not_overdrawn",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AllowedPair",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("debit_class", models.CharField(max_length=20)),
                        ("credit_class", models.CharField(max_length=20)),
                        ("code", models.CharField(max_length=24)),
                        ("state", models.CharField(max_length=7)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("debit_class", "credit_class", "code", "state"), name="allowed_pair"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="JournalEntry",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("kind", models.CharField(max_length=16)),
                        ("source_key", models.CharField(max_length=160)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "cession",
                            capweb.accounts.row_security.TenantForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="reinsurance.cession",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["insurer", "booked_on", "id"], name="entry_by_day")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "source_key"), name="entry_source_key_once", nulls_distinct=False
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "advice",
                                            "allotment",
                                            "amendment",
                                            "authorisation",
                                            "cession",
                                            "claim",
                                            "claim_correction",
                                            "correction",
                                            "disbursement",
                                            "ending",
                                            "hold",
                                            "hold_voided",
                                            "law_reduction",
                                            "payment",
                                            "recovery",
                                            "release",
                                            "replacement",
                                            "statement",
                                        ],
                                    )
                                ),
                                name="entry_kind_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("insurer__isnull", True),
                                        ("kind__in", ["advice", "authorisation", "law_reduction"]),
                                    ),
                                    models.Q(
                                        ("insurer__isnull", False),
                                        models.Q(
                                            ("kind__in", ["advice", "authorisation", "law_reduction"]), _negated=True
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="entry_of_insurer_or_law",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Transfer",
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
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        (
                            "entry",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transfers",
                                to="reinsurance.journalentry",
                            ),
                        ),
                        (
                            "debit_account",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reinsurance.ledgeraccount",
                            ),
                        ),
                        ("debit_class", models.CharField(max_length=20)),
                        (
                            "credit_account",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reinsurance.ledgeraccount",
                            ),
                        ),
                        ("credit_class", models.CharField(max_length=20)),
                        ("code", models.CharField(max_length=24)),
                        ("state", models.CharField(max_length=7)),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("currency", models.CharField(db_default="EUR", max_length=3)),
                        (
                            "pending",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reinsurance.transfer",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)), name="transfer_moves_something"
                            ),
                            models.CheckConstraint(condition=models.Q(("currency", "EUR")), name="transfer_in_euro"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("pending__isnull", True), ("state__in", ["posted", "pending"])),
                                    models.Q(("pending__isnull", False), ("state__in", ["post", "void"])),
                                    _connector="OR",
                                ),
                                name="transfer_names_its_hold",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        (
                                            "code__in",
                                            [
                                                "authorised",
                                                "law_reduced",
                                                "loss_advised",
                                                "reserve_allocated",
                                                "reserve_used",
                                                "result_advised",
                                            ],
                                        ),
                                        ("insurer__isnull", True),
                                    ),
                                    models.Q(
                                        ("insurer__isnull", False),
                                        models.Q(
                                            (
                                                "code__in",
                                                [
                                                    "authorised",
                                                    "law_reduced",
                                                    "loss_advised",
                                                    "reserve_allocated",
                                                    "reserve_used",
                                                    "result_advised",
                                                ],
                                            ),
                                            _negated=True,
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="transfer_of_insurer_or_law",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("pending__isnull", False)),
                                fields=("insurer", "pending"),
                                name="transfer_hold_resolved_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EnvelopeMovement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reinsurance.ledgeraccount",
                            ),
                        ),
                        ("position", models.BigIntegerField()),
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
                        ("change", models.DecimalField(db_default=0, decimal_places=2, max_digits=20)),
                        ("free_after", models.DecimalField(db_default=0, decimal_places=2, max_digits=20)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("account", "position"), name="envelope_movement_in_order")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Bordereau",
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
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bordereaux",
                                to="reinsurance.treaty",
                            ),
                        ),
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
                                    ("after_journal_number__gte", 0),
                                    ("journal_number__gte", models.F("after_journal_number")),
                                ),
                                name="bordereau_journal_in_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("line_count__gte", 0)), name="bordereau_lines_counted"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("content_sha256__regex", "^[0-9a-f]{64}$")),
                                name="bordereau_digest_is_sha256",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BordereauLine",
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
                            "bordereau",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="reinsurance.bordereau",
                            ),
                        ),
                        ("number", models.IntegerField()),
                        ("journal_number", models.BigIntegerField()),
                        (
                            "entry",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bordereau_lines",
                                to="reinsurance.journalentry",
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
                            "corrects",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="corrected_by",
                                to="reinsurance.bordereauline",
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
                    name="TechnicalAccount",
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
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="technical_accounts",
                                to="reinsurance.treaty",
                            ),
                        ),
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
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("span__in", ["period", "year"])),
                                name="technical_account_span_known",
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LossAdvice",
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
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="loss_advices",
                                to="reinsurance.treaty",
                            ),
                        ),
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
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["cash_call", "large_loss"])),
                                name="loss_advice_kind_known",
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClosingRun",
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClaimMovement",
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
                        ("public_id", models.CharField(max_length=40)),
                        ("source_key", models.CharField(max_length=120)),
                        (
                            "cession",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="claim_movements",
                                to="reinsurance.cession",
                            ),
                        ),
                        ("claim_reference", models.CharField(max_length=120)),
                        ("kind", models.CharField(max_length=9)),
                        ("is_reversal", models.BooleanField()),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("excess_amount", models.DecimalField(db_default=0, decimal_places=2, max_digits=18)),
                        ("ceded_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("level_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
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
                            "corrects",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="corrected_by",
                                to="reinsurance.claimmovement",
                            ),
                        ),
                        ("effective_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["insurer", "cession", "claim_reference"], name="claim_movement_of_cession"
                            ),
                            models.Index(
                                condition=models.Q(("corrects__isnull", False)),
                                fields=["insurer", "corrects"],
                                name="claim_movement_corrections",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("public_id",), name="claim_movement_public_id_once"),
                            models.UniqueConstraint(
                                fields=("insurer", "source_key"), name="claim_movement_source_key_once"
                            ),
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
                                    models.Q(
                                        models.Q(("kind", "reserve"), _negated=True), ("level_amount__isnull", True)
                                    ),
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
                                condition=models.Q(
                                    ("disbursement_year__isnull", True), ("kind", "indemnity"), _connector="OR"
                                ),
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
                    name="SealedEntry",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("position", models.BigIntegerField()),
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
                        ("manifest", models.TextField()),
                        ("leaf_hash", models.BinaryField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "position"), name="sealed_entry_position_once", nulls_distinct=False
                            ),
                            models.UniqueConstraint(fields=("entry",), name="sealed_entry_once"),
                            models.CheckConstraint(
                                condition=models.Q(("position__gte", 1)), name="sealed_entry_from_one"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SealedRecord",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("position", models.BigIntegerField()),
                        ("table", models.CharField(max_length=63)),
                        ("row", models.BigIntegerField()),
                        ("part", models.CharField(db_default="", max_length=30)),
                        ("leaf_hash", models.BinaryField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "position"), name="sealed_record_position_once", nulls_distinct=False
                            ),
                            models.UniqueConstraint(fields=("table", "part", "row"), name="sealed_record_once"),
                            models.CheckConstraint(
                                condition=models.Q(("position__gte", 1)), name="sealed_record_from_one"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Checkpoint",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("sequence", models.CharField(max_length=7)),
                        ("number", models.BigIntegerField()),
                        ("size", models.BigIntegerField()),
                        ("root", models.BinaryField()),
                        ("sealed_on", models.DateField()),
                        ("peaks", models.BinaryField()),
                        ("note", models.TextField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("sequence__in", ["journal", "records"])),
                                name="checkpoint_sequence_known",
                            ),
                            models.UniqueConstraint(
                                fields=("insurer", "sequence", "number"),
                                name="checkpoint_number_once",
                                nulls_distinct=False,
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
                    name="LedgerVerification",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("verified_on", models.DateField()),
                        ("compared", models.BigIntegerField()),
                        ("difference_count", models.IntegerField()),
                        ("differences", models.JSONField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["-verified_on", "-id"], name="verification_by_day")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("compared__gte", 0), ("difference_count__gte", 0)),
                                name="verification_not_negative",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LineAnswer",
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
                            "line",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answers",
                                to="reinsurance.bordereauline",
                            ),
                        ),
                        ("position", models.SmallIntegerField()),
                        ("answer", models.CharField(max_length=12)),
                        ("reason", models.CharField(blank=True, max_length=20)),
                        ("note", models.CharField(blank=True, max_length=500)),
                        ("answered_by", models.CharField(max_length=200)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "line", "position"), name="line_answer_in_order"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("position__gte", 1)), name="line_answer_from_one"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("answer__in", ["acknowledged", "disputed"])),
                                name="line_answer_known",
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AccountStatement",
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
                        ("public_id", models.CharField(max_length=40)),
                        (
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="account_statements",
                                to="reinsurance.treaty",
                            ),
                        ),
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
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["insurer", "treaty", "booked_on"], name="statement_of_treaty")
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
                    name="SettledLine",
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
                            "statement",
                            capweb.accounts.row_security.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="settled_lines",
                                to="reinsurance.accountstatement",
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
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("insurer", "line"), name="line_settled_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Payment",
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
                        ("public_id", models.CharField(max_length=40)),
                        (
                            "treaty",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payments",
                                to="reinsurance.treaty",
                            ),
                        ),
                        ("reference", models.CharField(max_length=120)),
                        ("direction", models.CharField(max_length=8)),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("paid_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["insurer", "treaty", "paid_on"], name="payment_of_treaty")],
                        "constraints": [
                            models.UniqueConstraint(fields=("public_id",), name="payment_public_id_once"),
                            models.UniqueConstraint(fields=("insurer", "reference"), name="payment_reference_once"),
                            models.CheckConstraint(
                                condition=models.Q(("direction__in", ["paid", "received"])),
                                name="payment_direction_known",
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
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "payment", "statement"), name="payment_matched_once_a_statement"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)), name="payment_match_above_nothing"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AccountAdvice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("public_id", models.CharField(max_length=40)),
                        (
                            "reinsurer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("market", models.CharField(max_length=8)),
                        ("kind", models.CharField(max_length=12, null=True)),
                        ("code", models.CharField(max_length=20)),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("reference", models.CharField(max_length=120)),
                        ("effective_on", models.DateField()),
                        ("entered_by", models.CharField(max_length=200)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                                    (
                                        "code__in",
                                        ["loss_advised", "reserve_allocated", "reserve_used", "result_advised"],
                                    )
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
                                condition=models.Q(("effective_on__lte", models.F("booked_on"))),
                                name="advice_has_happened",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
