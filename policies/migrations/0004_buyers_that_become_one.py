"""Buyers that are absorbed or have another number: the dated fact, its proposal, and what followed; terms may move."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql" / "identity_changes.sql"
_BACKWARDS = (_SQL.parent / "identity_changes_backwards.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("policies", "0003_waves_of_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IdentityChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("merger", "absorbed by another buyer"),
                            ("renumbering", "new registration number"),
                            ("correction", "correction of a change that was wrong"),
                        ],
                        max_length=11,
                    ),
                ),
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
                ("new_country", models.CharField(max_length=2)),
                (
                    "new_identifier_type",
                    models.CharField(choices=[("siren", "SIREN"), ("foreign", "foreign register")], max_length=10),
                ),
                ("new_identifier", models.CharField(max_length=40)),
                ("new_name", models.CharField(max_length=200)),
                ("effective_on", models.DateField()),
                ("reference", models.CharField(max_length=200)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("guarantees", models.PositiveIntegerField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("requests", models.PositiveIntegerField()),
                ("policyholders", models.PositiveIntegerField()),
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
                    "corrects",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.identitychange",
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
                    "new_buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.buyer",
                    ),
                ),
                (
                    "old_buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.buyer",
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
                "indexes": [models.Index(fields=["insurer", "old_buyer"], name="identity_change_of_buyer")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["merger", "renumbering", "correction"])),
                        name="identity_change_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "confirmed", "turned_down", "taken_back"])),
                        name="identity_change_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("new_identifier_type__in", ["siren", "foreign"])),
                        name="identity_change_identifier_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                        name="identity_change_amount_not_negative",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "proposed")),
                        fields=("insurer", "old_buyer"),
                        name="identity_change_proposed_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("corrects__isnull", False), ("status", "confirmed")),
                        fields=("insurer", "corrects"),
                        name="identity_change_corrected_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True), name="identity_change_has_its_evidence"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("corrects__isnull", False),
                                ("kind", "correction"),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(models.Q(("kind", "correction"), _negated=True), ("corrects__isnull", True)),
                            _connector="OR",
                        ),
                        name="identity_change_says_what_it_corrects",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("new_buyer__isnull", True),
                            models.Q(("new_buyer", models.F("old_buyer")), _negated=True),
                            _connector="OR",
                        ),
                        name="identity_change_of_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "confirmed"), _negated=True),
                            models.Q(("answered_on__gte", models.F("effective_on")), ("new_buyer__isnull", False)),
                            _connector="OR",
                        ),
                        name="identity_change_once_it_is_true",
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
                        name="identity_change_answered_by_somebody",
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
                        name="identity_change_by_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyerStanding",
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
                    "insurer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "standing",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.buyer",
                    ),
                ),
                (
                    "change",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.identitychange",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["insurer", "buyer", "-effective_on", "-id"], name="buyer_standing_newest"),
                    models.Index(fields=["insurer", "standing"], name="buyer_standing_for_others"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="buyer_standing_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="IdentityMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                (
                    "change",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="policies.identitychange",
                    ),
                ),
                (
                    "from_buyer",
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
                    "limit_request",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.limitrequest",
                    ),
                ),
                (
                    "term",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.guaranteeterm",
                    ),
                ),
                (
                    "to_buyer",
                    capweb.accounts.row_security.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.buyer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["insurer", "term"], name="identity_move_of_term"),
                    models.Index(fields=["insurer", "from_buyer"], name="identity_move_from_buyer"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "change", "term"), name="identity_move_of_term_once"),
                    models.UniqueConstraint(
                        fields=("insurer", "change", "limit_request"), name="identity_move_of_request_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("limit_request__isnull", False), ("term__isnull", True)),
                            models.Q(("limit_request__isnull", True), ("term__isnull", False)),
                            _connector="OR",
                        ),
                        name="identity_move_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_buyer", models.F("to_buyer")), _negated=True),
                        name="identity_move_between_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                        name="identity_move_amount_not_negative",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="endorsement",
            name="endorsement_cause_known",
        ),
        migrations.RemoveConstraint(
            model_name="guaranteeterm",
            name="guarantee_terms_do_not_overlap",
        ),
        migrations.RemoveConstraint(
            model_name="reduction",
            name="reduction_cause_known",
        ),
        migrations.AddField(
            model_name="guaranteeterm",
            name="former_buyer",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="policies.buyer",
            ),
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
                    ("overdue", "end on an overdue too long"),
                    ("withdrawal", "end on the policyholder's wish"),
                    ("one_buyer", "reduction since two buyers became one"),
                    ("identity_change", "the buyer has another identity"),
                    ("primary_reduced", "reduction that follows the primary"),
                    ("primary_ended", "end that follows the primary"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="reduction",
            name="cause",
            field=models.CharField(
                choices=[("re_rated", "the buyer was rated again"), ("one_buyer", "two buyers became one")],
                max_length=10,
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
                            "overdue",
                            "withdrawal",
                            "one_buyer",
                            "identity_change",
                            "primary_reduced",
                            "primary_ended",
                        ],
                    )
                ),
                name="endorsement_cause_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeterm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("former_buyer__isnull", True),
                    models.Q(("former_buyer", models.F("buyer")), _negated=True),
                    _connector="OR",
                ),
                name="guarantee_term_moved_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeterm",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    models.Q(("status", "replaced_at_once"), _negated=True), ("former_buyer__isnull", True)
                ),
                expressions=[
                    ("insurer", "="),
                    ("policy", "="),
                    ("buyer", "="),
                    (
                        models.Func(
                            models.F("cover_first"), models.F("cover_end"), models.Value("[)"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="guarantee_terms_do_not_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["re_rated", "one_buyer"])), name="reduction_cause_known"
            ),
        ),
        TenantTable("IdentityChange"),
        TenantTable("BuyerStanding", append_only=True),
        TenantTable("IdentityMove", append_only=True),
        run_sql_file(_SQL, backwards=_BACKWARDS),
        write_moves(),
        hold_moves("policies_identitychange", "identity_change"),
    ]
