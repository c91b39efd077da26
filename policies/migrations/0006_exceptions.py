"""Exceptions of an authority and the files that prove them: behind the wall, four eyes and moves held."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql" / "0006_exceptions.sql"
_BACKWARDS = """
DROP TRIGGER exception_stands ON policies_exceptiondossier;
DROP FUNCTION policies_exception_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("policies", "0005_allowed_moves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExceptionDossier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("large_policyholder", "large exporter"), ("above_parity", "above parity")],
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("opened", "opened"),
                            ("with_reinsurer", "with the reinsurer"),
                            ("with_minister", "with the minister"),
                            ("favourable", "favourable"),
                            ("unfavourable", "unfavourable"),
                            ("expired", "expired"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="opened",
                        max_length=16,
                    ),
                ),
                ("asked_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("reason", models.TextField()),
                ("opened_by", models.CharField(max_length=200)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("reference", models.CharField(blank=True, max_length=100)),
                ("granted_on", models.DateField(null=True)),
                ("end_day", models.DateField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=200)),
                ("decided_on", models.DateField(null=True)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exceptions",
                        to="policies.buyer",
                    ),
                ),
                (
                    "decided_by_user",
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
                    "limit_request",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exceptions",
                        to="policies.limitrequest",
                    ),
                ),
                (
                    "opened_by_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "policyholder",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exceptions",
                        to="policies.policyholder",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("granted_on__isnull", False)),
                        fields=["insurer", "policyholder"],
                        name="exception_of_policyholder",
                    ),
                    models.Index(
                        condition=models.Q(("status", "favourable")),
                        fields=["insurer", "end_day"],
                        name="exception_to_expire",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "opened",
                                    "with_reinsurer",
                                    "with_minister",
                                    "favourable",
                                    "unfavourable",
                                    "expired",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="exception_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["large_policyholder", "above_parity"])),
                        name="exception_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked_amount__gte", 0), ("asked_amount__isnull", True), _connector="OR"),
                            models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                        ),
                        name="exception_amounts_not_negative",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["opened", "with_reinsurer", "with_minister"])),
                        fields=("insurer", "policyholder", "kind", "buyer"),
                        name="exception_one_under_way",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "above_parity"), _negated=True), ("buyer__isnull", False), _connector="OR"
                        ),
                        name="exception_above_parity_of_one_buyer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["favourable", "expired", "unfavourable"]), _negated=True),
                            models.Q(
                                models.Q(("reference", ""), _negated=True),
                                models.Q(("decided_by", ""), _negated=True),
                                ("decided_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="exception_decision_has_its_letter",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["favourable", "expired"]), _negated=True),
                            models.Q(
                                ("granted_on__isnull", False),
                                models.Q(
                                    models.Q(("kind", "above_parity"), _negated=True),
                                    ("amount__gt", 0),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="exception_granted_from_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_day__isnull", True), ("end_day__gte", models.F("granted_on")), _connector="OR"
                        ),
                        name="exception_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by", models.F("opened_by")), _negated=True),
                            models.Q(
                                ("decided_by_user__isnull", True),
                                ("opened_by_user__isnull", True),
                                models.Q(("decided_by_user", models.F("opened_by_user")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="exception_by_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("media_type", models.CharField(max_length=40)),
                ("digest", models.CharField(max_length=64)),
                ("byte_count", models.PositiveIntegerField()),
                ("storage_key", models.CharField(max_length=200)),
                ("added_by", models.CharField(max_length=200)),
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
                    "dossier",
                    capweb.accounts.row_security.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="policies.exceptiondossier",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "dossier", "digest"), name="evidence_once"),
                    models.CheckConstraint(condition=models.Q(("byte_count__gt", 0)), name="evidence_not_empty"),
                ],
            },
        ),
        TenantTable("ExceptionDossier"),
        TenantTable("EvidenceFile", append_only=True),
        run_sql_file(_SQL, backwards=_BACKWARDS),
        write_moves(),
        hold_moves("policies_exceptiondossier", "exception"),
    ]
