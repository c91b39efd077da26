"""Less to write for each term of a night: keys that nobody looks by have no index; guards asked once a batch."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations

import capweb.accounts.row_security
from capweb.accounts.row_security import run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0005_law_editions"),
        ("policies", "0014_notices_of_limits"),
        ("reinsurance", "0011_statistics_of_the_books"),
    ]

    operations = [
        migrations.AlterField(
            model_name="guaranteeterm",
            name="cession",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reinsurance.cession"
            ),
        ),
        migrations.AlterField(
            model_name="guaranteeterm",
            name="decision",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="eligibility.decisionrecord",
            ),
        ),
        migrations.AlterField(
            model_name="guaranteeterm",
            name="guarantee",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="terms",
                to="policies.guarantee",
            ),
        ),
        migrations.AlterField(
            model_name="guaranteeterm",
            name="offer",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="terms",
                to="policies.offer",
            ),
        ),
        migrations.AlterField(
            model_name="renewalrequest",
            name="decision",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="eligibility.decisionrecord",
            ),
        ),
        migrations.AlterField(
            model_name="renewalrequest",
            name="term",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renewal_requests",
                to="policies.guaranteeterm",
            ),
        ),
        run_sql_file(
            _SQL / "nights_at_scale.sql",
            backwards=(_SQL / "nights_at_scale_backwards.sql").read_text(encoding="utf-8"),
        ),
    ]
