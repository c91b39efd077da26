"""The wall between insurers on every table of policies, and the triggers that hold what must always hold."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import SharedTable, TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql" / "0002_guards.sql"
_BACKWARDS = """
DROP INDEX policies_buyer_name;
DROP INDEX policies_policyholder_name;
DROP TRIGGER no_gap ON policies_endorsement;
DROP TRIGGER offer_stands ON policies_offer;
DROP TRIGGER grant_stands ON policies_guaranteeterm;
DROP TRIGGER one_outcome ON policies_submissionrow;
DROP FUNCTION policies_no_gap();
DROP FUNCTION policies_offer_stands();
DROP FUNCTION policies_grant_stands();
DROP FUNCTION policies_one_outcome();
ALTER TABLE policies_buyer DROP CONSTRAINT buyer_siren_valid;
ALTER TABLE policies_policyholder DROP CONSTRAINT policyholder_siren_valid;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0001_initial"),
        ("accounts", "0003_wall_between_insurers"),
        ("eligibility", "0002_wall_between_insurers"),
        ("reinsurance", "0002_guards"),
    ]

    operations = [
        TenantTable("Policyholder"),
        TenantTable("PolicyholderFigures", append_only=True),
        TenantTable("Buyer"),
        TenantTable("BuyerFigures", append_only=True),
        TenantTable("BuyerRating", append_only=True),
        TenantTable("Policy"),
        TenantTable("PolicyTerms", append_only=True),
        TenantTable("Mandate"),
        TenantTable("BuyerLimit", append_only=True),
        TenantTable("Submission"),
        TenantTable("SubmissionRow"),
        TenantTable("LimitRequest"),
        TenantTable("Offer"),
        TenantTable("Guarantee", append_only=True),
        TenantTable("GuaranteeTerm"),
        TenantTable("RenewalRequest"),
        TenantTable("Notice", append_only=True),
        TenantTable("Endorsement", append_only=True),
        TenantTable("RenderedEndorsement", append_only=True),
        TenantTable("NightRun", append_only=True),
        SharedTable("Night", app="", platform="SELECT, INSERT, UPDATE"),
        run_sql_file(_SQL, backwards=_BACKWARDS),
    ]
