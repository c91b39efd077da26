"""What buyers do, and waves that rate many of them at once: behind the wall, moves and words held."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql" / "0017_rating_waves.sql"
_BACKWARDS = """
DROP TRIGGER rating_wave_stands ON policies_ratingwave;
DROP FUNCTION policies_rating_wave_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("policies", "0016_moves_by_statement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RatingWave",
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
                ("to_grade", models.CharField(max_length=10)),
                ("reason", models.CharField(max_length=500)),
                ("buyers", models.PositiveIntegerField()),
                ("cuts", models.PositiveIntegerField()),
                ("cut_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("freed_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("rated", models.PositiveIntegerField(null=True)),
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
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "confirmed", "turned_down", "taken_back"])),
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
                            models.Q(("answered_by", ""), ("answered_on__isnull", True), ("status", "proposed")),
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
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grade_before", models.CharField(max_length=10)),
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
                    "wave",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="policies.ratingwave",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "wave", "buyer"), name="rating_wave_buyer_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyerActivity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("source_reference", models.CharField(max_length=100)),
                ("code", models.CharField(max_length=6)),
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["insurer", "buyer", "-effective_on", "-id"], name="buyer_activity_newest"),
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
        TenantTable("BuyerActivity", append_only=True),
        TenantTable("RatingWave"),
        TenantTable("RatingWaveBuyer", append_only=True),
        run_sql_file(_SQL, backwards=_BACKWARDS),
        write_moves(),
        hold_moves("policies_ratingwave", "rating_wave"),
    ]
