"""Referred renewals are answered by one person and confirmed by another: behind the wall, moves and words held."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql" / "0012_renewal_settlements.sql"
_BACKWARDS = """
DROP TRIGGER renewal_settlement_stands ON policies_renewalsettlement;
DROP FUNCTION policies_renewal_settlement_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("eligibility", "0005_law_editions"),
        ("policies", "0011_replacements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RenewalSettlement",
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
                ("approves", models.BooleanField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("maximum", models.DecimalField(decimal_places=2, max_digits=18)),
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
                    "decision",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
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
                    "proposed_by_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "renewal",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="policies.renewalrequest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "confirmed", "turned_down", "taken_back"])),
                        name="renewal_settlement_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["proposed", "confirmed"])),
                        fields=("insurer", "renewal"),
                        name="renewal_settlement_one_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("amount__lte", models.F("maximum")), ("approves", True)),
                            models.Q(("amount__isnull", True), ("approves", False)),
                            _connector="OR",
                        ),
                        name="renewal_settlement_up_to_the_maximum",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="renewal_settlement_has_its_reason"
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
        TenantTable("RenewalSettlement"),
        run_sql_file(_SQL, backwards=_BACKWARDS),
        write_moves(),
        hold_moves("policies_renewalsettlement", "renewal_settlement"),
    ]
