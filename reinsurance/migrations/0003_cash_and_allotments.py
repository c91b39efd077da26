"""The cash book, parts of an envelope reserved to a treaty, policy years, and the memorandum of the reinsurers."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("reinsurance", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="DisbursementYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("policy_number", models.CharField(max_length=60)),
                ("market", models.CharField(max_length=8)),
                ("first_day", models.DateField()),
                ("end_day", models.DateField()),
                ("limit_amount", models.DecimalField(decimal_places=2, max_digits=18)),
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("market__in", ["domestic", "export"])), name="disbursement_market_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end_day__gt", models.F("first_day"))), name="disbursement_days_in_order"
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
                                    models.F("first_day"), models.F("end_day"), models.Value("[)"), function="daterange"
                                ),
                                "&&",
                            ),
                        ],
                        name="disbursement_one_year_at_a_time",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="TreatyAllotment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.SmallIntegerField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
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
                        related_name="allotments",
                        to="reinsurance.treaty",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "treaty", "position"), name="allotment_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__isnull", True), ("amount__gt", 0), _connector="OR"),
                        name="allotment_above_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True), name="allotment_says_why"
                    ),
                ]
            },
        ),
        migrations.RemoveConstraint(
            model_name="journalentry",
            name="entry_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="journalentry",
            name="entry_of_insurer_or_law",
        ),
        migrations.RemoveConstraint(
            model_name="ledgeraccount",
            name="account_of_market_or_treaty",
        ),
        migrations.RemoveConstraint(
            model_name="ledgeraccount",
            name="account_one_per_market",
        ),
        migrations.RemoveConstraint(
            model_name="ledgeraccount",
            name="account_not_overdrawn",
        ),
        migrations.RemoveConstraint(
            model_name="transfer",
            name="transfer_of_insurer_or_law",
        ),
        migrations.AddField(
            model_name="ledgeraccount",
            name="kind",
            field=models.CharField(max_length=12, null=True),
        ),
        migrations.AlterField(
            model_name="allowedpair",
            name="credit_class",
            field=models.CharField(max_length=20),
        ),
        migrations.AlterField(
            model_name="allowedpair",
            name="debit_class",
            field=models.CharField(max_length=20),
        ),
        migrations.AlterField(
            model_name="ledgeraccount",
            name="account_class",
            field=models.CharField(max_length=20),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="credit_class",
            field=models.CharField(max_length=20),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="debit_class",
            field=models.CharField(max_length=20),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("insurer__isnull", True), ("kind__in", ["advice", "authorisation", "law_reduction"])),
                    models.Q(
                        ("insurer__isnull", False),
                        models.Q(("kind__in", ["advice", "authorisation", "law_reduction"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="entry_of_insurer_or_law",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddField(
            model_name="ledgeraccount",
            name="disbursement_year",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="reinsurance.disbursementyear",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("disbursement_year__isnull", True),
                        ("insurer__isnull", True),
                        ("treaty__isnull", True),
                        models.Q(
                            models.Q(("account_class__in", ("authority", "envelope")), ("kind__isnull", True)),
                            ("account_class__in", ("reinsurer_advice", "category_account", "special_reserve")),
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
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("insurer__isnull", True)),
                fields=("market", "kind", "account_class"),
                name="account_one_per_market",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("disbursement_year__isnull", False)),
                fields=("insurer", "disbursement_year", "account_class"),
                name="account_one_per_disbursement_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
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
        ),
        TenantTable("TreatyAllotment", append_only=True),
        TenantTable("DisbursementYear", append_only=True),
        run_sql_file(
            _SQL / "0003_cash_and_allotments.sql",
            backwards=(_SQL / "0003_cash_and_allotments_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
