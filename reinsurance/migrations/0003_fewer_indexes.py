"""No index of entries by their cession: nobody asks by it, and each night wrote it."""

import django.db.models.deletion
from django.db import migrations

import capweb.accounts.row_security


class Migration(migrations.Migration):
    dependencies = [
        ("reinsurance", "0002_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="journalentry",
            name="cession",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="reinsurance.cession",
            ),
        ),
    ]
