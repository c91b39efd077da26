"""API clients: an OAuth 2.0 client bound to one insurer. Apart, because the client table itself points at our users."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=40, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("underwriter", "Underwriter"),
                            ("senior_underwriter", "Senior underwriter"),
                            ("reinsurance_accountant", "Reinsurance accountant"),
                            ("administrator", "Administrator"),
                            ("auditor", "Auditor"),
                            ("broker", "Broker"),
                            ("policyholder", "Policyholder"),
                            ("reinsurer", "Reinsurer"),
                            ("operator", "Operator"),
                            ("system", "System"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_client",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                (
                    "insurer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_clients_given",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_clients",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "underwriter",
                                    "senior_underwriter",
                                    "reinsurance_accountant",
                                    "administrator",
                                    "auditor",
                                    "broker",
                                    "policyholder",
                                    "reinsurer",
                                    "operator",
                                    "system",
                                ],
                            )
                        ),
                        name="api_client_role_known",
                    )
                ],
            },
        ),
    ]
