"""Every table of eligibility, whole."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import capweb.accounts.row_security
from capweb.accounts.tables_at_once import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0005_event_stream"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Proposal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "insurer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("kind", models.CharField(max_length=8)),
                        ("rows", models.JSONField()),
                        ("reason", models.TextField()),
                        (
                            "proposer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("proposed_by", models.CharField(max_length=200)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "id", "proposer"), name="proposal_with_its_proposer"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["country", "grid", "reading", "scale", "tariff", "value", "zone"])
                                ),
                                name="proposal_kind_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="proposal_says_why"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Settlement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "insurer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        (
                            "proposal",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="settlements",
                                to="eligibility.proposal",
                            ),
                        ),
                        (
                            "proposer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("approved", "approved"),
                                    ("rejected", "rejected"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                max_length=9,
                            ),
                        ),
                        (
                            "settler",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("settled_by", models.CharField(max_length=200)),
                        ("reason", models.TextField(blank=True)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("insurer", "proposal"), name="settlement_once_for_each_proposal"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("outcome__in", ["approved", "rejected", "withdrawn"])),
                                name="settlement_outcome_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("outcome", "withdrawn"), ("settler", models.F("proposer"))),
                                    models.Q(
                                        models.Q(("outcome", "withdrawn"), _negated=True),
                                        models.Q(("settler", models.F("proposer")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="settlement_by_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("outcome", "approved"), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="settlement_says_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GradeScaleRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "settlement",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.settlement",
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField(null=True)),
                        (
                            "insurer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                        ("reference_text", models.CharField(max_length=400)),
                        ("reference_url", models.CharField(max_length=400)),
                        ("published", models.DateField(null=True)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("entered_by", models.CharField(blank=True, max_length=200)),
                        ("insurer_code", models.SlugField(max_length=60)),
                        ("grades", models.CharField(max_length=400)),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                                ),
                                name="gradescalerow_has_days",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reference_text", ""), _negated=True),
                                    ("reference_url__startswith", "https://"),
                                ),
                                name="gradescalerow_has_a_source",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RatingGridRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "settlement",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.settlement",
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField(null=True)),
                        (
                            "insurer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                        ("reference_text", models.CharField(max_length=400)),
                        ("reference_url", models.CharField(max_length=400)),
                        ("published", models.DateField(null=True)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("entered_by", models.CharField(blank=True, max_length=200)),
                        ("insurer_code", models.SlugField(max_length=60)),
                        ("market", models.CharField(max_length=8)),
                        ("grades", models.CharField(max_length=400)),
                        ("category", models.PositiveSmallIntegerField()),
                        ("maximum", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("currency", models.CharField(default="EUR", max_length=3)),
                        ("referred_to", models.CharField(blank=True, max_length=13)),
                        ("question", models.CharField(blank=True, max_length=60)),
                        ("reading", models.CharField(blank=True, max_length=60)),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                                ),
                                name="ratinggridrow_has_days",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reference_text", ""), _negated=True),
                                    ("reference_url__startswith", "https://"),
                                ),
                                name="ratinggridrow_has_a_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("market__in", ["domestic", "export"])),
                                name="ratinggridrow_market_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("category__in", (1, 2)), ("market", "domestic")),
                                    models.Q(("category__in", (1, 2, 3)), ("market", "export")),
                                    _connector="OR",
                                ),
                                name="ratinggridrow_category_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("maximum__isnull", True), ("maximum__gt", 0), _connector="OR"),
                                name="ratinggridrow_maximum",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("currency", "EUR")), name="ratinggridrow_in_euro"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "referred_to__in",
                                        ["", "administrator", "ministry", "reinsurer", "requester", "underwriter"],
                                    )
                                ),
                                name="ratinggridrow_referred_to_somebody",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CountryStatusRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "settlement",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.settlement",
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField(null=True)),
                        (
                            "insurer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                        ("reference_text", models.CharField(max_length=400)),
                        ("reference_url", models.CharField(max_length=400)),
                        ("published", models.DateField(null=True)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("entered_by", models.CharField(blank=True, max_length=200)),
                        ("country", models.CharField(max_length=2)),
                        ("status", models.CharField(max_length=8)),
                        ("referred_to", models.CharField(blank=True, max_length=13)),
                        ("is_assumed", models.BooleanField(default=False)),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                                ),
                                name="countrystatusrow_has_days",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reference_text", ""), _negated=True),
                                    ("reference_url__startswith", "https://"),
                                ),
                                name="countrystatusrow_has_a_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="countrystatusrow_iso_code"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["closed", "domestic", "open", "overseas", "referred"])
                                ),
                                name="countrystatusrow_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "referred_to__in",
                                        ["", "administrator", "ministry", "reinsurer", "requester", "underwriter"],
                                    )
                                ),
                                name="countrystatusrow_referred_to_somebody",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CountryZoneRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "settlement",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.settlement",
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField(null=True)),
                        (
                            "insurer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                        ("reference_text", models.CharField(max_length=400)),
                        ("reference_url", models.CharField(max_length=400)),
                        ("published", models.DateField(null=True)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("entered_by", models.CharField(blank=True, max_length=200)),
                        ("country", models.CharField(max_length=2)),
                        ("zone", models.PositiveSmallIntegerField()),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                                ),
                                name="countryzonerow_has_days",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reference_text", ""), _negated=True),
                                    ("reference_url__startswith", "https://"),
                                ),
                                name="countryzonerow_has_a_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="countryzonerow_iso_code"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("zone__gte", 1), ("zone__lte", 4)),
                                name="countryzonerow_zone_of_four",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TariffRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "settlement",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.settlement",
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField(null=True)),
                        (
                            "insurer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                        ("reference_text", models.CharField(max_length=400)),
                        ("reference_url", models.CharField(max_length=400)),
                        ("published", models.DateField(null=True)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("entered_by", models.CharField(blank=True, max_length=200)),
                        ("product", models.CharField(max_length=20)),
                        ("quarterly_rate", models.DecimalField(decimal_places=8, max_digits=9)),
                        ("category", models.PositiveSmallIntegerField(null=True)),
                        ("zone", models.PositiveSmallIntegerField(null=True)),
                        ("longest_payment_days", models.PositiveSmallIntegerField(null=True)),
                        ("is_illustrative", models.BooleanField(default=False)),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                                ),
                                name="tariffrow_has_days",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reference_text", ""), _negated=True),
                                    ("reference_url__startswith", "https://"),
                                ),
                                name="tariffrow_has_a_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("product__in", ["cap", "cap_francexport", "cap_francexport_plus", "cap_plus"])
                                ),
                                name="tariffrow_product_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("quarterly_rate__gte", 0), ("quarterly_rate__lte", 1)),
                                name="tariffrow_rate_within_one",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReadingRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                        ("reference_text", models.CharField(max_length=400)),
                        ("reference_url", models.CharField(max_length=400)),
                        ("published", models.DateField(null=True)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("entered_by", models.CharField(blank=True, max_length=200)),
                        (
                            "insurer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        (
                            "settlement",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.settlement",
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField()),
                        ("question", models.CharField(max_length=60)),
                        ("reading", models.CharField(max_length=60)),
                        ("reason", models.TextField()),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                                ),
                                name="readingrow_has_days",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reference_text", ""), _negated=True),
                                name="readingrow_has_evidence",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("question", ""), _negated=True),
                                    models.Q(("reading", ""), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                ),
                                name="readingrow_says_what_and_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ValueRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("end_day", models.DateField(null=True)),
                        ("reference_text", models.CharField(max_length=400)),
                        ("reference_url", models.CharField(max_length=400)),
                        ("published", models.DateField(null=True)),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("entered_by", models.CharField(blank=True, max_length=200)),
                        (
                            "insurer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        (
                            "settlement",
                            capweb.accounts.row_security.TenantForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="eligibility.settlement",
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField()),
                        ("path", models.CharField(max_length=200)),
                        ("value", models.CharField(max_length=200)),
                        ("confidence", models.CharField(max_length=20)),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("end_day__isnull", True), ("end_day__gt", models.F("first_day")), _connector="OR"
                                ),
                                name="valuerow_has_days",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reference_text", ""), _negated=True),
                                    ("reference_url__startswith", "https://"),
                                ),
                                name="valuerow_has_a_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("path", ""), _negated=True), models.Q(("value", ""), _negated=True)
                                ),
                                name="valuerow_says_what",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "confidence__in",
                                        ["broker", "general_knowledge", "inference", "official", "primary"],
                                    )
                                ),
                                name="valuerow_confidence_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DecisionRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("public_id", models.CharField(max_length=40, unique=True)),
                        (
                            "insurer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("day", models.DateField()),
                        ("effective_on", models.DateField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("outcome", models.CharField(max_length=13)),
                        ("referred_to", models.CharField(blank=True, max_length=13)),
                        ("product", models.CharField(max_length=20)),
                        ("category", models.PositiveSmallIntegerField(null=True)),
                        ("currency", models.CharField(default="EUR", max_length=3)),
                        ("need", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("maximum", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("granted", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("binding", models.CharField(blank=True, max_length=16)),
                        ("insured_ratio", models.DecimalField(decimal_places=8, max_digits=9, null=True)),
                        ("retention_ratio", models.DecimalField(decimal_places=8, max_digits=9, null=True)),
                        ("ceded_ratio", models.DecimalField(decimal_places=8, max_digits=9, null=True)),
                        ("premium", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("premium_rate", models.DecimalField(decimal_places=8, max_digits=9, null=True)),
                        ("is_premium_illustrative", models.BooleanField(default=False)),
                        ("term_first", models.DateField(null=True)),
                        ("term_end", models.DateField(null=True)),
                        ("reinsurer", models.CharField(blank=True, max_length=20)),
                        ("facts", models.JSONField()),
                        ("reasons", models.JSONField()),
                        ("law", models.CharField(max_length=71)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["insurer", "day", "outcome"], name="decision_by_day")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("outcome__in", ["grant", "grant_reduced", "no_need", "refer", "refuse"])
                                ),
                                name="decision_outcome_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("product__in", ["cap", "cap_francexport", "cap_francexport_plus", "cap_plus"])
                                ),
                                name="decision_product_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "binding__in",
                                        [
                                            "",
                                            "capacity",
                                            "category_maximum",
                                            "exception",
                                            "need",
                                            "parity",
                                            "primary_multiple",
                                        ],
                                    )
                                ),
                                name="decision_binding_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("outcome", "refer"),
                                        (
                                            "referred_to__in",
                                            ["administrator", "ministry", "reinsurer", "requester", "underwriter"],
                                        ),
                                    ),
                                    models.Q(models.Q(("outcome", "refer"), _negated=True), ("referred_to", "")),
                                    _connector="OR",
                                ),
                                name="decision_referred_to_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("granted", 0), ("outcome__in", ("refuse", "no_need"))),
                                    models.Q(
                                        ("granted__gt", 0),
                                        ("granted__isnull", False),
                                        ("outcome__in", ("grant", "grant_reduced")),
                                    ),
                                    models.Q(("granted__isnull", True), ("outcome", "refer")),
                                    _connector="OR",
                                ),
                                name="decision_granted_as_outcome_says",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("granted__isnull", True),
                                        ("need__isnull", True),
                                        ("granted__lte", models.F("need")),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        ("granted__isnull", True),
                                        ("maximum__isnull", True),
                                        ("granted__lte", models.F("maximum")),
                                        _connector="OR",
                                    ),
                                ),
                                name="decision_granted_within_need_and_maximum",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("need__isnull", True), ("need__gte", 0), _connector="OR"),
                                    models.Q(("maximum__isnull", True), ("maximum__gte", 0), _connector="OR"),
                                    models.Q(("premium__isnull", True), ("premium__gte", 0), _connector="OR"),
                                ),
                                name="decision_amounts_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("insured_ratio__isnull", True),
                                        models.Q(("insured_ratio__gte", 0), ("insured_ratio__lte", 1)),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        ("retention_ratio__isnull", True),
                                        models.Q(("retention_ratio__gte", 0), ("retention_ratio__lte", 1)),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        ("ceded_ratio__isnull", True),
                                        models.Q(("ceded_ratio__gte", 0), ("ceded_ratio__lte", 1)),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        ("premium_rate__isnull", True),
                                        models.Q(("premium_rate__gte", 0), ("premium_rate__lte", 1)),
                                        _connector="OR",
                                    ),
                                ),
                                name="decision_ratios_within_one",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("term_end__isnull", True), ("term_first__isnull", True)),
                                    ("term_end__gt", models.F("term_first")),
                                    _connector="OR",
                                ),
                                name="decision_term_has_days",
                            ),
                            models.CheckConstraint(condition=models.Q(("currency", "EUR")), name="decision_in_euro"),
                            models.CheckConstraint(
                                condition=models.Q(("law__regex", "^sha256:[0-9a-f]{64}$")),
                                name="decision_law_is_a_fingerprint",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LawEdition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "insurer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                            ),
                        ),
                        ("fingerprint", models.CharField(max_length=71)),
                        ("content", models.TextField()),
                        ("booked_on", models.DateField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("insurer", "fingerprint"), name="law_edition_once"),
                            models.CheckConstraint(
                                condition=models.Q(("fingerprint__regex", "^sha256:[0-9a-f]{64}$")),
                                name="law_edition_is_a_fingerprint",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("content__startswith", '{"format":')),
                                name="law_edition_has_a_content",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
