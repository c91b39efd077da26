"""Groups of buyers, who belongs to them, and the insurer's own limits on them: behind the wall, moves and words held."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql" / "group_limits.sql"
_BACKWARDS = """
DROP TRIGGER group_limit_stands ON policies_grouplimit;
DROP FUNCTION policies_group_limit_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("policies", "0004_buyers_that_become_one"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BuyerGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("reference", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=200)),
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
                    models.UniqueConstraint(fields=("insurer", "reference"), name="buyer_group_known_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reference", ""), _negated=True), models.Q(("name", ""), _negated=True)
                        ),
                        name="buyer_group_has_a_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                    "group",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.buyergroup",
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
                    models.Index(fields=["insurer", "buyer", "-effective_on", "-id"], name="group_membership_newest"),
                    models.Index(fields=["insurer", "group"], name="group_membership_of_group"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="group_membership_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupLimit",
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
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("effective_on", models.DateField()),
                ("reason", models.CharField(max_length=500)),
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
                    "group",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="limits",
                        to="policies.buyergroup",
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
                "indexes": [
                    models.Index(fields=["insurer", "group", "-effective_on", "-id"], name="group_limit_newest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "confirmed", "turned_down", "taken_back"])),
                        name="group_limit_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                        name="group_limit_not_negative",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "proposed")),
                        fields=("insurer", "group"),
                        name="group_limit_proposed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="group_limit_says_why"
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
                        name="group_limit_answered_by_somebody",
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
                        name="group_limit_by_four_eyes",
                    ),
                ],
            },
        ),
        TenantTable("BuyerGroup"),
        TenantTable("GroupMembership", append_only=True),
        TenantTable("GroupLimit"),
        run_sql_file(_SQL, backwards=_BACKWARDS),
        write_moves(),
        hold_moves("policies_grouplimit", "group_limit"),
    ]
