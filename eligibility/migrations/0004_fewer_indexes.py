"""What a decision costs to write: no second index of its public id, and its facts and reasons beside it.

A decision was a little too long for its row, so that a part of it went into another table, with an index of its own.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("eligibility", "0003_shipped_tables"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="decisionrecord",
            constraint=models.UniqueConstraint(fields=("public_id",), name="decision_public_id_once"),
        ),
        migrations.AlterField(
            model_name="decisionrecord",
            name="public_id",
            field=models.CharField(max_length=40),
        ),
        # Three to a page.
        migrations.RunSQL(
            "ALTER TABLE eligibility_decisionrecord SET (toast_tuple_target = 2700)",
            "ALTER TABLE eligibility_decisionrecord RESET (toast_tuple_target)",
        ),
    ]
