"""The answers kept for acts that are done once."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotentAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                ("caller", models.CharField(max_length=240)),
                ("operation", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=200)),
                ("payload_digest", models.CharField(max_length=64)),
                ("part_digests", models.JSONField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("location", models.CharField(blank=True, max_length=200)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("insurer_id", "caller", "operation", "key"), name="idempotent_answer_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__isnull", True),
                            models.Q(("status__gte", 200), ("status__lt", 600)),
                            _connector="OR",
                        ),
                        name="idempotent_answer_status",
                    ),
                ],
            },
        ),
    ]
