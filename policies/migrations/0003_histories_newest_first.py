import django.db.models.deletion
from django.db import migrations, models

import capweb.accounts.row_security


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_idempotent_answers"),
        ("eligibility", "0003_shipped_tables"),
        ("policies", "0002_guards"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="buyerlimit",
            name="buyer_limit_of_pair",
        ),
        migrations.AlterField(
            model_name="buyerfigures",
            name="buyer",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="figures", to="policies.buyer"
            ),
        ),
        migrations.AlterField(
            model_name="buyerlimit",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="buyer_limits",
                to="policies.policy",
            ),
        ),
        migrations.AlterField(
            model_name="buyerrating",
            name="buyer",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="ratings", to="policies.buyer"
            ),
        ),
        migrations.AlterField(
            model_name="limitrequest",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="limit_requests",
                to="policies.policy",
            ),
        ),
        migrations.AlterField(
            model_name="policyholderfigures",
            name="policyholder",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="figures",
                to="policies.policyholder",
            ),
        ),
        migrations.AlterField(
            model_name="policyterms",
            name="policy",
            field=capweb.accounts.row_security.TenantForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="policies.policy"
            ),
        ),
        migrations.AddIndex(
            model_name="buyerfigures",
            index=models.Index(fields=["insurer", "buyer", "-effective_on", "-id"], name="buyer_figures_newest"),
        ),
        migrations.AddIndex(
            model_name="buyerlimit",
            index=models.Index(
                fields=["insurer", "policy", "buyer", "-effective_on", "-id"], name="buyer_limit_of_pair"
            ),
        ),
        migrations.AddIndex(
            model_name="buyerrating",
            index=models.Index(fields=["insurer", "buyer", "-effective_on", "-id"], name="buyer_rating_newest"),
        ),
        migrations.AddIndex(
            model_name="limitrequest",
            index=models.Index(
                condition=models.Q(("status", "offered")), fields=["insurer", "buyer"], name="request_offered_of_buyer"
            ),
        ),
        migrations.AddIndex(
            model_name="policyholderfigures",
            index=models.Index(
                fields=["insurer", "policyholder", "-effective_on", "-id"], name="policyholder_figures_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="policyterms",
            index=models.Index(fields=["insurer", "policy", "-effective_on", "-id"], name="policy_terms_newest"),
        ),
    ]
