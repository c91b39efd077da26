"""A guarantee may replace another, and a cut is announced before it is made."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("eligibility", "0005_law_editions"),
        ("policies", "0010_mediation_and_opt_out"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reduction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
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
                ("announced_on", models.DateField()),
                ("effective_on", models.DateField()),
                ("settled_on", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
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
                            models.Q(models.Q(("status", "announced"), _negated=True), ("settled_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="reduction_settled_on_a_day",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="guarantee",
            name="replaces",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="policies.guarantee",
            ),
        ),
        migrations.AddField(
            model_name="limitrequest",
            name="changes",
            field=capweb.accounts.row_security.TenantForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="change_requests",
                to="policies.guarantee",
            ),
        ),
        migrations.AddConstraint(
            model_name="guarantee",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces__isnull", False)),
                fields=("insurer", "replaces"),
                name="guarantee_replaced_once",
            ),
        ),
        migrations.AddField(
            model_name="reduction",
            name="decision",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="eligibility.decisionrecord"
            ),
        ),
        migrations.AddField(
            model_name="reduction",
            name="insurer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="reduction",
            name="term",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reductions",
                to="policies.guaranteeterm",
            ),
        ),
        migrations.AddIndex(
            model_name="reduction",
            index=models.Index(
                condition=models.Q(("status", "announced")), fields=["insurer", "effective_on"], name="reduction_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "announced")), fields=("insurer", "term"), name="reduction_announced_once"
            ),
        ),
        migrations.RemoveConstraint(
            model_name="endorsement",
            name="endorsement_cause_known",
        ),
        migrations.AlterField(
            model_name="endorsement",
            name="cause",
            field=models.CharField(
                choices=[
                    ("grant", "grant"),
                    ("renewal", "renewal"),
                    ("increase", "increase"),
                    ("reduction", "reduction"),
                    ("end", "end of what is replaced"),
                    ("insolvency", "end on insolvency"),
                    ("withdrawal", "end on the policyholder's wish"),
                    ("primary_reduced", "reduction that follows the primary"),
                    ("primary_ended", "end that follows the primary"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="endorsement",
            constraint=models.CheckConstraint(
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
                            "withdrawal",
                            "primary_reduced",
                            "primary_ended",
                        ],
                    )
                ),
                name="endorsement_cause_known",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="nightstep",
            name="night_step_known",
        ),
        migrations.AlterField(
            model_name="nightstep",
            name="step",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="nightstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("step__in", ["offers", "exceptions", "renewals", "lapses", "complements", "reviews", "notices"])
                ),
                name="night_step_known",
            ),
        ),
        TenantTable("Reduction"),
        run_sql_file(
            _SQL / "0011_replacements.sql",
            backwards=(_SQL / "0011_replacements_backwards.sql").read_text(encoding="utf-8"),
        ),
        write_moves(),
        hold_moves("policies_reduction", "reduction"),
    ]
