"""Mediation with its clock, opting out of top-ups, exceptions as a step of the night: behind the wall, moves held."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable
from policies.models.moves import hold_moves, write_moves


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("policies", "0009_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="MediationDossier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["opened", "maintained", "changed", "withdrawn"])),
                        name="mediation_status_known",
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
            name="OptOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
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
                    )
                ],
            },
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
                    ("notices", "notices sent"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="nightstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("step__in", ["offers", "exceptions", "renewals", "lapses", "complements", "notices"])
                ),
                name="night_step_known",
            ),
        ),
        migrations.AddField(
            model_name="mediationdossier",
            name="insurer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="mediationdossier",
            name="limit_request",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="mediations", to="policies.limitrequest"
            ),
        ),
        migrations.AddField(
            model_name="optout",
            name="buyer",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="opt_outs",
                to="policies.buyer",
            ),
        ),
        migrations.AddField(
            model_name="optout",
            name="insurer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="optout",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="opt_outs",
                to="policies.policy",
            ),
        ),
        migrations.AddIndex(
            model_name="mediationdossier",
            index=models.Index(
                condition=models.Q(("status", "opened")), fields=["insurer", "due_on"], name="mediation_to_answer"
            ),
        ),
        migrations.AddConstraint(
            model_name="mediationdossier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "opened")),
                fields=("insurer", "limit_request"),
                name="mediation_one_open_per_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="optout",
            constraint=models.UniqueConstraint(
                condition=models.Q(("end_day__isnull", True)),
                fields=("insurer", "policy", "buyer"),
                name="opt_out_once",
                nulls_distinct=False,
            ),
        ),
        TenantTable("MediationDossier"),
        TenantTable("OptOut"),
        write_moves(),
        hold_moves("policies_mediationdossier", "mediation"),
    ]
