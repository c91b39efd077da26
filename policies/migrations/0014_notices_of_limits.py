"""Letters, cuts at short notice by four eyes, buyers that are told: behind the wall, moves held."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("policies", "0013_corrected_and_overdue"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BuyerPortalAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("source_reference", models.CharField(max_length=100)),
                ("address", models.EmailField(blank=True, max_length=254)),
                (
                    "language",
                    models.CharField(choices=[("fr", "French"), ("en", "English")], default="fr", max_length=2),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["fr", "en"])), name="portal_address_language_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("number", models.CharField(max_length=40)),
                ("series", models.CharField(max_length=40)),
                ("position", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("primary_notice", "notice of a decision on a limit"),
                            ("cover_elsewhere", "cover may be sought elsewhere"),
                        ],
                        max_length=16,
                    ),
                ),
                ("snapshot", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("template_version", models.CharField(max_length=20)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["primary_notice", "cover_elsewhere"])),
                        name="letter_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ShortNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("grant", "granted in full"),
                            ("partial_grant", "granted in part"),
                            ("reduction", "reduced"),
                            ("refusal", "refused"),
                            ("cessation", "ended"),
                        ],
                        max_length=13,
                    ),
                ),
                ("requested_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("amount_before", models.DecimalField(decimal_places=2, max_digits=18)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("notified_on", models.DateField()),
                ("effective_on", models.DateField()),
                ("full_notice_on", models.DateField()),
                ("source_reference", models.CharField(max_length=100)),
                (
                    "exceptional_case",
                    models.CharField(
                        choices=[
                            ("insolvency", "the buyer is insolvent"),
                            ("fraud", "fraud"),
                            ("overdue", "overdue beyond the policy's limit"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "to be confirmed"), ("confirmed", "confirmed"), ("rejected", "rejected")],
                        default="asked",
                        max_length=9,
                    ),
                ),
                ("asked_by", models.CharField(max_length=200)),
                ("decided_by", models.CharField(blank=True, max_length=200)),
                ("decided_on", models.DateField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["asked", "confirmed", "rejected"])),
                        name="short_notice_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("exceptional_case__in", ["insolvency", "fraud", "overdue"])),
                        name="short_notice_case_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decision__in", ["grant", "partial_grant", "reduction", "refusal", "cessation"])
                        ),
                        name="short_notice_decision_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gte", 0), ("amount__isnull", True), _connector="OR"),
                            models.Q(("amount_before__gte", 0), ("amount_before__isnull", True), _connector="OR"),
                            models.Q(("requested_amount__gte", 0), ("requested_amount__isnull", True), _connector="OR"),
                        ),
                        name="short_notice_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="short_notice_has_its_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_on__gte", models.F("notified_on")),
                            ("effective_on__lt", models.F("full_notice_on")),
                        ),
                        name="short_notice_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by", ""), ("decided_on__isnull", True), ("status", "asked")),
                            models.Q(
                                models.Q(("status", "asked"), _negated=True),
                                ("decided_on__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="short_notice_decided_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_about_something",
        ),
        migrations.AddField(
            model_name="message",
            name="claim",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="policies.claim",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="to_buyer",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="policies.buyer",
            ),
        ),
        migrations.AddField(
            model_name="buyerportaladdress",
            name="buyer",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="portal_addresses",
                to="policies.buyer",
            ),
        ),
        migrations.AddField(
            model_name="buyerportaladdress",
            name="insurer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="buyer",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="policies.buyer"
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="buyer_limit",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="letters",
                to="policies.buyerlimit",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="insurer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="policies.policy"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="letter",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="policies.letter",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("limit_request__isnull", False),
                    ("guarantee__isnull", False),
                    ("buyer_limit__isnull", False),
                    ("claim__isnull", False),
                    _connector="OR",
                ),
                name="message_about_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_buyer__isnull", True), ("recipient__isnull", True), _connector="OR"),
                name="message_to_a_buyer_or_to_a_client",
            ),
        ),
        migrations.AddField(
            model_name="shortnotice",
            name="asked_by_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="shortnotice",
            name="buyer",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="short_notices",
                to="policies.buyer",
            ),
        ),
        migrations.AddField(
            model_name="shortnotice",
            name="buyer_limit",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="short_notices",
                to="policies.buyerlimit",
            ),
        ),
        migrations.AddField(
            model_name="shortnotice",
            name="decided_by_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="shortnotice",
            name="insurer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="shortnotice",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="short_notices", to="policies.policy"
            ),
        ),
        migrations.AddIndex(
            model_name="buyerportaladdress",
            index=models.Index(fields=["insurer", "buyer", "-effective_on", "-id"], name="portal_address_of_buyer"),
        ),
        migrations.AddConstraint(
            model_name="buyerportaladdress",
            constraint=models.UniqueConstraint(fields=("insurer", "source_reference"), name="portal_address_once"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(fields=("insurer", "number"), name="letter_number_once"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(fields=("insurer", "series", "position"), name="letter_position_once"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=("insurer", "buyer_limit", "kind"), name="letter_once_a_decision"
            ),
        ),
        migrations.AddIndex(
            model_name="shortnotice",
            index=models.Index(
                condition=models.Q(("status", "asked")), fields=["insurer", "id"], name="short_notice_to_confirm"
            ),
        ),
        migrations.AddConstraint(
            model_name="shortnotice",
            constraint=models.UniqueConstraint(fields=("insurer", "source_reference"), name="short_notice_once"),
        ),
        migrations.AddConstraint(
            model_name="shortnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("buyer_limit__isnull", False), ("status", "confirmed")),
                    models.Q(models.Q(("status", "confirmed"), _negated=True), ("buyer_limit__isnull", True)),
                    _connector="OR",
                ),
                name="short_notice_takes_effect_when_confirmed",
            ),
        ),
        migrations.AddConstraint(
            model_name="shortnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    models.Q(
                        ("decided_by_user__isnull", True),
                        ("asked_by_user__isnull", True),
                        models.Q(("decided_by_user", models.F("asked_by_user")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="short_notice_by_four_eyes",
            ),
        ),
        TenantTable("Letter", append_only=True),
        TenantTable("BuyerPortalAddress", append_only=True),
        TenantTable("ShortNotice"),
        write_moves(),
        hold_moves("policies_shortnotice", "short_notice"),
        run_sql_file(
            _SQL / "0014_messages_of_notices.sql",
            backwards=(_SQL / "0014_messages_of_notices_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
