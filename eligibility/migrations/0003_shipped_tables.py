"""The sourced contractual tables, as they ship: shared rows without an insurer, in the order of the files.

Rows that are there already are left alone, so that a later release repeats this with what it adds.
"""

from django.db import migrations

from eligibility.domain import law_files, table_columns


def load_shipped_tables(apps, schema_editor):
    shipped = law_files.shipped_law_book().contracts
    for model, rows, columns in (
        ("GradeScaleRow", shipped.scales, table_columns.of_scale),
        ("RatingGridRow", shipped.grids, table_columns.of_grid),
        ("CountryStatusRow", shipped.countries, table_columns.of_country),
        ("CountryZoneRow", shipped.zones, table_columns.of_zone),
        ("TariffRow", shipped.tariffs, table_columns.of_tariff),
    ):
        table = apps.get_model("eligibility", model).objects.using(schema_editor.connection.alias)
        written = [columns(row) for row in rows]
        names = list(written[0]) if written else []
        there = set(table.filter(insurer=None).values_list(*names)) if written else set()
        # What ships was known from its first day, so that the books can be read as of any day since.
        table.bulk_create(
            table.model(**row, booked_on=row["first_day"], entered_by="capweb")
            for row in written
            if tuple(row.values()) not in there
        )


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0002_wall_between_insurers")]

    operations = [migrations.RunPython(load_shipped_tables, migrations.RunPython.noop)]
