"""Row security on the ground's own tables, and the rights of the two roles on shared ones."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import FrameworkTables, SharedTable, TenantTable, run_sql_file

_SQL = Path(__file__).resolve().parent.parent / "sql" / "0003_ground.sql"
_BACKWARDS = """
DROP TRIGGER business_day_forward ON accounts_installation;
DROP FUNCTION business_day_forward();
DROP FUNCTION refuse_change();
ALTER TABLE accounts_organisation DROP CONSTRAINT organisation_siren_valid;
DROP FUNCTION is_siren(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_api_clients"),
        ("audit", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("sessions", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]

    operations = [
        run_sql_file(_SQL, backwards=_BACKWARDS),
        TenantTable("audit.TrailEntry", append_only=True),
        TenantTable("audit.NumberCounter"),
        SharedTable("audit.Lease", app="SELECT, INSERT, UPDATE, DELETE", platform="SELECT, INSERT, UPDATE, DELETE"),
        SharedTable("Organisation", app="SELECT, INSERT, UPDATE"),
        SharedTable("User", app="SELECT, INSERT, UPDATE"),
        SharedTable("Membership", app="SELECT, INSERT, UPDATE"),
        SharedTable("ApiClient", app="SELECT, INSERT, UPDATE"),
        SharedTable("Installation", app="SELECT", platform="SELECT, INSERT, UPDATE"),
        FrameworkTables(["auth", "contenttypes", "sessions", "account", "mfa", "oauth2_provider"]),
    ]
