"""When a checkpoint was made, and what verifying the ledger found."""

import django.db.models.functions.datetime
from django.db import migrations, models

from capweb.accounts.row_security import SharedTable


class Migration(migrations.Migration):
    dependencies = [
        ("reinsurance", "0007_claims_and_settlement"),
    ]

    operations = [
        migrations.AddField(
            model_name="checkpoint",
            name="recorded_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.CreateModel(
            name="LedgerVerification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verified_on", models.DateField()),
                ("compared", models.BigIntegerField()),
                ("difference_count", models.IntegerField()),
                ("differences", models.JSONField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-verified_on", "-id"], name="verification_by_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("compared__gte", 0), ("difference_count__gte", 0)),
                        name="verification_not_negative",
                    ),
                ],
            },
        ),
        SharedTable("LedgerVerification", platform="SELECT, INSERT", append_only=True),
    ]
