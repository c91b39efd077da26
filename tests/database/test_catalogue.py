"""The wall read from PostgreSQL's own catalogue: every table of an insurer's rows is built the same way."""

import pytest
from django.db import connections

# Tables that know an insurer and are shared all the same, each for a reason.
SHARED = {
    "accounts_membership": "a person's memberships are read before an insurer is chosen",
    "accounts_apiclient": "a token is read before an insurer is known",
}


@pytest.fixture
def catalogue(db):
    with connections["default"].cursor() as cursor:
        yield cursor


def tenant_tables(cursor) -> list[tuple[str, bool]]:
    cursor.execute(
        "SELECT table_name, is_nullable = 'YES' FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'insurer_id' ORDER BY 1"
    )
    return [(name, nullable) for name, nullable in cursor.fetchall() if name not in SHARED]


def test_every_table_with_an_insurer_is_behind_row_security(catalogue):
    names = [name for name, _ in tenant_tables(catalogue)]
    assert len(names) > 25
    catalogue.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND NOT relrowsecurity"
    )
    open_tables = {name for (name,) in catalogue.fetchall()}
    assert not open_tables & set(names)


def test_every_wall_has_a_rule_for_the_application_and_one_for_the_platform(catalogue):
    for name, _ in tenant_tables(catalogue):
        catalogue.execute("SELECT count(DISTINCT roles[1]) FROM pg_policies WHERE tablename = %s", [name])
        assert catalogue.fetchone()[0] >= 2, name


def test_every_tenant_table_can_be_pointed_at_together_with_its_insurer(catalogue):
    for name, nullable in tenant_tables(catalogue):
        # The audit room holds plain ids and nobody points at its rows.
        if nullable or name.startswith("audit_"):
            continue
        catalogue.execute(
            "SELECT 1 FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('u', 'p') "
            "AND (SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute "
            "     WHERE attrelid = conrelid AND attnum = ANY(conkey)) = ARRAY['id', 'insurer_id']",
            [name],
        )
        assert catalogue.fetchone() is not None, name


def test_every_foreign_key_between_tenant_tables_is_composite(catalogue):
    names = [name for name, nullable in tenant_tables(catalogue) if not nullable]
    catalogue.execute(
        "SELECT child.relname, k.conname, k.conkey, (SELECT attnum FROM pg_attribute a WHERE a.attrelid = child.oid "
        "AND a.attname = 'insurer_id') FROM pg_constraint k JOIN pg_class child ON child.oid = k.conrelid "
        "JOIN pg_class parent ON parent.oid = k.confrelid WHERE k.contype = 'f' "
        "AND child.relname = ANY(%s) AND parent.relname = ANY(%s)",
        [names, names],
    )
    rows = catalogue.fetchall()
    assert len(rows) > 20
    composite = {(child, tuple(sorted(set(key) - {insurer}))) for child, _, key, insurer in rows if insurer in key}
    for child, constraint, key, insurer in rows:
        if insurer not in key:
            assert (child, tuple(sorted(key))) in composite, f"{child}: {constraint} crosses the wall"


def test_natural_keys_begin_with_the_insurer(catalogue):
    names = [name for name, nullable in tenant_tables(catalogue) if not nullable]
    catalogue.execute(
        """
        SELECT c.relname, i.relname,
               (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = x.indkey[0]), x.indnkeyatts
        FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indisunique AND NOT x.indisprimary AND c.relname = ANY(%s)
        """,
        [names],
    )
    for table, index, first_column, columns in catalogue.fetchall():
        if columns > 1:
            assert first_column == "insurer_id", f"{table}: {index} begins with {first_column}"


def test_no_role_of_the_application_may_pass_by_the_wall(catalogue):
    names = [connections[alias].settings_dict["USER"] for alias in ("default", "platform", "owner")]
    catalogue.execute("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = ANY(%s)", [names])
    roles = dict(catalogue.fetchall())
    assert len(roles) == 3
    assert not any(roles.values())


def test_every_security_definer_function_fixes_its_search_path(catalogue):
    catalogue.execute(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace "
        "AND NOT EXISTS (SELECT 1 FROM unnest(proconfig) setting WHERE setting LIKE 'search_path=%%')"
    )
    assert catalogue.fetchall() == []


def test_money_is_numeric_eighteen_two_and_ratios_nine_eight(catalogue):
    catalogue.execute(
        "SELECT table_name, column_name, numeric_precision, numeric_scale FROM information_schema.columns "
        "WHERE table_schema = 'public' AND data_type = 'numeric' "
        "AND table_name ~ '^(policies|reinsurance|eligibility)_'"
    )
    for table, column, precision, scale in catalogue.fetchall():
        # Running totals of an account may outgrow any single amount.
        is_total = table == "reinsurance_ledgeraccount"
        is_right = (precision, scale) in ((18, 2), (9, 8)) or (is_total and scale == 2)
        # Exchange rates are published with up to six decimals.
        is_rate = column == "units_per_euro" and (precision, scale) == (14, 6)
        assert is_right or is_rate, f"{table}.{column}"


def test_no_column_is_a_floating_point_number(catalogue):
    catalogue.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND data_type IN ('real', 'double precision')"
    )
    assert catalogue.fetchall() == []
