"""Messages, their mails, how far the writing has come: behind the wall, and what was written stands."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql" / "messages.sql"
_BACKWARDS = """
DROP TRIGGER message_stands ON policies_message;
DROP TRIGGER delivery_stands ON policies_messagedelivery;
DROP FUNCTION policies_message_stands();
DROP FUNCTION policies_delivery_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("policies", "0008_claims"),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                ("source_key", models.CharField(max_length=80)),
                ("template", models.CharField(max_length=30)),
                ("language", models.CharField(choices=[("fr", "French"), ("en", "English")], max_length=2)),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("read_at", models.DateTimeField(null=True)),
                ("read_by", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["fr", "en"])), name="message_language_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("read_at__isnull", True), ("read_by", "")),
                            models.Q(("read_at__isnull", False), models.Q(("read_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="message_read_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.EmailField(max_length=254)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "to be sent"),
                            ("sending", "being handed over"),
                            ("sent", "sent"),
                            ("failed", "not delivered"),
                        ],
                        default="queued",
                        max_length=7,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("asked_by", models.CharField(blank=True, max_length=200)),
                ("queued_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("next_try_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("failure", models.TextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["queued", "sending", "sent", "failed"])),
                        name="delivery_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("status", "sent")),
                            models.Q(models.Q(("status", "sent"), _negated=True), ("sent_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="delivery_sent_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "failed"), _negated=True),
                            models.Q(("failure", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="delivery_failure_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageProgress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("after_position", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("after_position__gte", 0)), name="message_progress_not_negative"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["insurer", "sent_on", "id"], name="notice_by_day"),
        ),
        migrations.AddField(
            model_name="message",
            name="buyer_limit",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="policies.buyerlimit",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="endorsement",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="policies.endorsement",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="guarantee",
            field=capweb.accounts.row_security.TenantForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="policies.guarantee"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="insurer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="limit_request",
            field=capweb.accounts.row_security.TenantForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="policies.limitrequest",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="notice",
            field=capweb.accounts.row_security.TenantForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="policies.notice"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="offer",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="policies.offer",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="policies.policy"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="recipient",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
            ),
        ),
        migrations.AddField(
            model_name="messagedelivery",
            name="insurer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="messagedelivery",
            name="message",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="policies.message",
            ),
        ),
        migrations.AddField(
            model_name="messageprogress",
            name="insurer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["insurer", "recipient", "-id"], name="message_inbox"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True)), fields=["insurer", "recipient"], name="message_unread"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("insurer", "source_key"), name="message_written_once"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("limit_request__isnull", False),
                    ("guarantee__isnull", False),
                    ("buyer_limit__isnull", False),
                    _connector="OR",
                ),
                name="message_about_something",
            ),
        ),
        migrations.AddIndex(
            model_name="messagedelivery",
            index=models.Index(
                condition=models.Q(("status", "sent"), _negated=True),
                fields=["insurer", "next_try_at"],
                name="delivery_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagedelivery",
            constraint=models.UniqueConstraint(
                fields=("insurer", "message", "address", "round"), name="delivery_once_a_round"
            ),
        ),
        migrations.AddConstraint(
            model_name="messageprogress",
            constraint=models.UniqueConstraint(fields=("insurer",), name="message_progress_one_per_insurer"),
        ),
        TenantTable("Message"),
        TenantTable("MessageDelivery"),
        TenantTable("MessageProgress"),
        run_sql_file(_SQL, backwards=_BACKWARDS),
    ]
