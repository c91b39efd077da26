"""The moves that a status may take: the table, what refuses every other one, and the tables that it guards."""

from pathlib import Path

from django.db import migrations, models

from capweb.accounts.row_security import SharedTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql" / "0005_allowed_moves.sql"


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_what_if")]

    operations = [
        migrations.CreateModel(
            name="AllowedMove",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "thing", "was", "becomes", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("thing", models.CharField(max_length=20)),
                ("was", models.CharField(max_length=20)),
                ("becomes", models.CharField(max_length=20)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("was", models.F("becomes")), _negated=True), name="allowed_move_moves"
                    )
                ],
            },
        ),
        SharedTable("AllowedMove", platform="SELECT"),
        run_sql_file(_SQL, backwards="DROP FUNCTION policies_move_allowed();"),
        write_moves(),
        hold_moves("policies_limitrequest", "limit_request"),
        hold_moves("policies_offer", "offer"),
        hold_moves("policies_guaranteeterm", "guarantee_term"),
    ]
