"""Ratings by the day of their entry, and the terms that came with an absorbed buyer: where a night begins to look."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0006_watch_list"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="buyerrating",
            index=models.Index(fields=["insurer", "booked_on"], name="buyer_rating_by_day"),
        ),
        migrations.AddIndex(
            model_name="guaranteeterm",
            index=models.Index(
                condition=models.Q(("former_buyer__isnull", False)),
                fields=["insurer", "former_buyer"],
                name="guarantee_term_of_former_buyer",
            ),
        ),
    ]
