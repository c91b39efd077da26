"""The watch list of an insurer: behind the wall, told and never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.row_security import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("policies", "0005_groups_of_buyers"),
    ]

    operations = [
        migrations.CreateModel(
            name="BuyerWatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("source_reference", models.CharField(max_length=100)),
                ("is_watched", models.BooleanField()),
                ("reason", models.CharField(max_length=500)),
                ("review_on", models.DateField(null=True)),
                ("entered_by", models.CharField(max_length=200)),
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["insurer", "buyer", "-effective_on", "-id"], name="buyer_watch_newest")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "source_reference"), name="buyer_watch_once"),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="buyer_watch_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_on__isnull", True),
                            models.Q(("is_watched", True), ("review_on__gt", models.F("effective_on"))),
                            _connector="OR",
                        ),
                        name="buyer_watch_reviewed_later",
                    ),
                ],
            },
        ),
        TenantTable("BuyerWatch", append_only=True),
    ]
