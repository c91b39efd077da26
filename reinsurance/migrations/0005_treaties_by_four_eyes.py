"""Treaties by four eyes: proposals, decisions, country amendments, fuller terms; alerts about ceilings."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import SharedTable, TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("reinsurance", "0004_bordereaux"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TreatyProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("kind", models.CharField(max_length=20)),
                ("treaty_public_id", models.CharField(max_length=40)),
                ("document", models.JSONField()),
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
                "indexes": [
                    models.Index(fields=["insurer", "treaty_public_id"], name="treaty_proposal_of_treaty"),
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
            name="CeilingAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ]
            },
        ),
        migrations.CreateModel(
            name="AlertMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.EmailField(max_length=254)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("handed_over_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("alert", "user"), name="alert_mail_once_for_each_person"),
                ]
            },
        ),
        migrations.CreateModel(
            name="TreatyDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("outcome", models.CharField(max_length=9)),
                ("decided_by", models.CharField(max_length=200)),
                ("reason", models.TextField(blank=True)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "decider",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "proposer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                ]
            },
        ),
        migrations.CreateModel(
            name="CountryAmendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField()),
                ("country", models.CharField(blank=True, max_length=2)),
                ("zone", models.CharField(blank=True, max_length=20)),
                ("is_covered", models.BooleanField()),
                ("reference", models.CharField(max_length=200)),
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
                        related_name="country_amendments",
                        to="reinsurance.treaty",
                    ),
                ),
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
                ]
            },
        ),
        migrations.AddField(
            model_name="treaty",
            name="renewal_years",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="treatyterms",
            name="cash_call_amount",
            field=models.DecimalField(decimal_places=2, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="treatyterms",
            name="large_loss_amount",
            field=models.DecimalField(decimal_places=2, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="treatyterms",
            name="loss_order",
            field=models.CharField(db_default="primary_first", max_length=13),
        ),
        migrations.AddField(
            model_name="treatyterms",
            name="reference",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
        migrations.AddField(
            model_name="treatyterms",
            name="reporting_months",
            field=models.SmallIntegerField(db_default=3),
        ),
        migrations.AddField(
            model_name="treatyterms",
            name="settlement_days",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="treaty",
            name="decision",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reinsurance.treatydecision",
            ),
        ),
        migrations.AddField(
            model_name="treatyterms",
            name="decision",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reinsurance.treatydecision",
            ),
        ),
        migrations.AddConstraint(
            model_name="treaty",
            constraint=models.CheckConstraint(
                condition=models.Q(("renewal_years__isnull", True), ("renewal_years__gt", 0), _connector="OR"),
                name="treaty_renewed_by_years",
            ),
        ),
        migrations.AddConstraint(
            model_name="treatyterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("reporting_months__in", (1, 3))), name="treaty_reports_by_month_or_quarter"
            ),
        ),
        migrations.AddConstraint(
            model_name="treatyterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("loss_order__in", ["primary_first", "pro_rata"])), name="treaty_loss_order_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="treatyterms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settlement_days__isnull", True), ("settlement_days__gte", 0), _connector="OR"),
                    models.Q(("large_loss_amount__isnull", True), ("large_loss_amount__gt", 0), _connector="OR"),
                    models.Q(("cash_call_amount__isnull", True), ("cash_call_amount__gt", 0), _connector="OR"),
                ),
                name="treaty_thresholds_above_nothing",
            ),
        ),
        TenantTable("TreatyProposal", append_only=True),
        TenantTable("TreatyDecision", append_only=True),
        TenantTable("CountryAmendment", append_only=True),
        TenantTable("CeilingAlert", append_only=True),
        SharedTable("AlertMail", app="", platform="SELECT, INSERT"),
        run_sql_file(
            _SQL / "0005_treaties_by_four_eyes.sql",
            backwards=(_SQL / "0005_treaties_by_four_eyes_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
