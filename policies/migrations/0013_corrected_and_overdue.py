"""A cession may carry less than its guarantee (D-39); a policy may tell how long a buyer may be overdue (D-25)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_event_stream"),
        ("eligibility", "0005_law_editions"),
        ("policies", "0012_referred_renewals_settled_by_two"),
        ("reinsurance", "0011_statistics_of_the_books"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="endorsement",
            name="endorsement_cause_known",
        ),
        migrations.AddField(
            model_name="guaranteeterm",
            name="right_amount",
            field=models.DecimalField(decimal_places=2, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="policyterms",
            name="maximum_overdue_days",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="endorsement",
            name="cause",
            field=models.CharField(
                choices=[
                    ("grant", "grant"),
                    ("renewal", "renewal"),
                    ("increase", "increase"),
                    ("reduction", "reduction"),
                    ("end", "end of what is replaced"),
                    ("insolvency", "end on insolvency"),
                    ("overdue", "end on an overdue too long"),
                    ("withdrawal", "end on the policyholder's wish"),
                    ("primary_reduced", "reduction that follows the primary"),
                    ("primary_ended", "end that follows the primary"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="endorsement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "cause__in",
                        [
                            "grant",
                            "renewal",
                            "increase",
                            "reduction",
                            "end",
                            "insolvency",
                            "overdue",
                            "withdrawal",
                            "primary_reduced",
                            "primary_ended",
                        ],
                    )
                ),
                name="endorsement_cause_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeterm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("right_amount__isnull", True),
                    models.Q(("right_amount__gte", 0), ("right_amount__lt", models.F("granted_amount"))),
                    _connector="OR",
                ),
                name="guarantee_term_corrected_downwards",
            ),
        ),
    ]
