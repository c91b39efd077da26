"""Waves that cut many limits at once: behind the wall, moves and words held."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql" / "limit_waves.sql"
_BACKWARDS = """
DROP TRIGGER limit_wave_stands ON policies_limitwave;
DROP FUNCTION policies_limit_wave_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("policies", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LimitWave",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "measure",
                    models.CharField(
                        choices=[("share", "by a share of each"), ("to_amount", "to an amount"), ("end", "ended")],
                        max_length=9,
                    ),
                ),
                ("share", models.DecimalField(decimal_places=8, max_digits=9, null=True)),
                ("to_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("not_before", models.DateField(null=True)),
                (
                    "exceptional_case",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("insolvency", "the buyer is insolvent"),
                            ("fraud", "fraud"),
                            ("overdue", "overdue beyond the policy's limit"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("limits", models.PositiveIntegerField()),
                ("cut_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("top_ups", models.PositiveIntegerField()),
                ("top_up_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("changed", models.PositiveIntegerField(null=True)),
                ("proposed_by", models.CharField(max_length=200)),
                ("proposed_on", models.DateField()),
                ("answered_by", models.CharField(blank=True, max_length=200)),
                ("answered_on", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "answered_by_user",
                    models.ForeignKey(
                        null=True,
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
                    "proposed_by_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LimitWaveLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_before", models.DecimalField(decimal_places=2, max_digits=18)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("source_reference", models.CharField(max_length=100)),
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.buyer",
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
                        related_name="+",
                        to="policies.policy",
                    ),
                ),
                (
                    "wave",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="policies.limitwave",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="limitwave",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["proposed", "confirmed", "turned_down", "taken_back"])),
                name="limit_wave_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwave",
            constraint=models.CheckConstraint(
                condition=models.Q(("measure__in", ["share", "to_amount", "end"])), name="limit_wave_measure_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwave",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("share__gte", 0), ("share__lte", 1)), ("share__isnull", True), _connector="OR"
                ),
                name="limit_wave_share_is_a_ratio",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwave",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cut_amount__gte", 0), ("cut_amount__isnull", True), _connector="OR"),
                    models.Q(("top_up_amount__gte", 0), ("top_up_amount__isnull", True), _connector="OR"),
                ),
                name="limit_wave_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwave",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("measure", "share"), ("share__gt", 0), ("share__lt", 1), ("to_amount__isnull", True)),
                    models.Q(("measure", "to_amount"), ("share__isnull", True), ("to_amount__gt", 0)),
                    models.Q(("measure", "end"), ("share__isnull", True), ("to_amount__isnull", True)),
                    _connector="OR",
                ),
                name="limit_wave_measure_has_its_figure",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwave",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("exceptional_case", ""),
                    ("exceptional_case__in", ["insolvency", "fraud", "overdue"]),
                    _connector="OR",
                ),
                name="limit_wave_case_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwave",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="limit_wave_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwave",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_by", ""), ("answered_on__isnull", True), ("status", "proposed")),
                    models.Q(
                        models.Q(("status", "proposed"), _negated=True),
                        models.Q(("answered_by", ""), _negated=True),
                        ("answered_on__gte", models.F("proposed_on")),
                    ),
                    _connector="OR",
                ),
                name="limit_wave_answered_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwave",
            constraint=models.CheckConstraint(
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
                name="limit_wave_by_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwaveline",
            constraint=models.UniqueConstraint(
                fields=("insurer", "wave", "policy", "buyer"), name="limit_wave_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwaveline",
            constraint=models.UniqueConstraint(
                fields=("insurer", "source_reference"), name="limit_wave_line_reference_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="limitwaveline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("amount__lt", models.F("amount_before"))),
                name="limit_wave_line_takes_something",
            ),
        ),
        TenantTable("LimitWave"),
        TenantTable("LimitWaveLine", append_only=True),
        run_sql_file(_SQL, backwards=_BACKWARDS),
        write_moves(),
        hold_moves("policies_limitwave", "limit_wave"),
    ]
