"""The database refuses: raw SQL, as application and as platform role, that overdraws, mints, alters or deletes."""

from contextlib import contextmanager
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.models import Organisation
from reinsurance.commands.cede import cede
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.hold_capacity import hold_capacity
from reinsurance.domain.cession import Ending
from reinsurance.domain.chart import PAIRS, TREATY_CLASSES, Pair
from reinsurance.models import AllowedPair, LedgerAccount
from reinsurance.queries.treaty_book import treaty_book
from tests.books import hold, open_books, order
from tests.cast import OPENING_DAY, Cast

# ruff: noqa: PLR0917 (a raw row has as many values as it has columns)

ROLES = ("default", "platform")
TABLES = (
    "reinsurance_transfer",
    "reinsurance_journalentry",
    "reinsurance_cession",
    "reinsurance_cessionchange",
    "reinsurance_runoffrelease",
    "reinsurance_treatyterms",
    "reinsurance_envelopemovement",
    "reinsurance_allowedpair",
    "reinsurance_treatyallotment",
    "reinsurance_countryamendment",
    "reinsurance_disbursementyear",
    "reinsurance_bordereau",
    "reinsurance_bordereauline",
    "reinsurance_technicalaccount",
    "reinsurance_claimmovement",
    "reinsurance_lineanswer",
    "reinsurance_accountstatement",
    "reinsurance_settledline",
    "reinsurance_payment",
    "reinsurance_paymentmatch",
    "reinsurance_sealedentry",
    "reinsurance_sealedrecord",
    "reinsurance_checkpoint",
    "reinsurance_ledgeraccount",
)


@pytest.fixture(scope="module")
def cast(committed_once):
    return Cast({row.code: row for row in Organisation.objects.all()})


@pytest.fixture(scope="module")
def actor(cast):
    open_books(cast, domestic=Decimal("200000.00"))
    actor = cast.actor()
    with acting(actor):
        hold_capacity(actor, [hold("ofr_1", increment="50000.00")], on=OPENING_DAY)
        cede(actor, [order("a")], on=OPENING_DAY)
    return actor


@pytest.fixture(scope="module")
def accounts(actor):
    """Account numbers by class, market, kind and insurer."""
    with acting_as_platform() as using:
        rows = LedgerAccount.objects.using(using).values_list(
            "id", "account_class", "market", "treaty__kind", "insurer__code"
        )
        return {(name, market, kind, insurer): number for number, name, market, kind, insurer in rows}


@contextmanager
def _raw(alias, actor):
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SELECT set_config('capweb.insurer', %s, true)", [str(actor.insurer_id)])
        yield cursor


def _entry(cursor, insurer_id, *, kind="cession", key="raw"):
    cursor.execute(
        "INSERT INTO reinsurance_journalentry (insurer_id, kind, source_key, booked_on) "
        "VALUES (%s, %s, %s, '2020-06-15') RETURNING id",
        [insurer_id, kind, key],
    )
    return cursor.fetchone()[0]


def _move(cursor, insurer_id, debit, credit, code, amount, *, state="posted", pending=None, entry=None, kind="cession"):
    entry = entry or _entry(cursor, insurer_id, kind=kind)
    cursor.execute(
        "INSERT INTO reinsurance_transfer (insurer_id, entry_id, debit_account_id, debit_class, credit_account_id, "
        "credit_class, code, state, amount, pending_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [insurer_id, entry, debit[1], debit[0], credit[1], credit[0], code, state, amount, pending],
    )


def _named(accounts, account_class, market="domestic", kind="substitution", insurer="euler-hermes"):
    if account_class in ("envelope", "authority"):
        kind = insurer = None
    return account_class, accounts[account_class, market, kind, insurer]


@contextmanager
def _refused(constraint=None):
    with pytest.raises(DatabaseError) as refused:
        yield
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.Error)
    if constraint is None:
        assert isinstance(cause, psycopg.errors.InsufficientPrivilege | psycopg.errors.RestrictViolation), cause
    else:
        assert cause.diag.constraint_name == constraint, cause


def _totals():
    with acting_as_platform() as using:
        return list(
            LedgerAccount.objects.using(using)
            .order_by("id")
            .values_list("id", "debits_posted", "credits_posted", "debits_pending", "credits_pending")
        )


@pytest.fixture(autouse=True)
def _totals_stand(actor):
    before = _totals()
    yield
    assert _totals() == before


@pytest.mark.parametrize("alias", ROLES)
@pytest.mark.parametrize(("code", "state"), [("ceded", "posted"), ("hold", "pending")])
def test_a_draw_beyond_the_envelope_is_refused(actor, accounts, alias, code, state):
    # 200,000 less 95,000 ceded less 50,000 held: 55,000 are left.
    envelope, live = _named(accounts, "envelope"), _named(accounts, "live")
    with _refused("account_not_overdrawn"), _raw(alias, actor) as cursor:
        _move(cursor, actor.insurer_id, envelope, live, code, "55000.01", state=state)


@pytest.mark.parametrize("alias", ROLES)
def test_two_draws_in_one_transaction_are_added_up(actor, accounts, alias):
    envelope, live = _named(accounts, "envelope"), _named(accounts, "live")
    with _refused("account_not_overdrawn"), _raw(alias, actor) as cursor:
        entry = _entry(cursor, actor.insurer_id)
        _move(cursor, actor.insurer_id, envelope, live, "ceded", "30000.00", entry=entry)
        _move(cursor, actor.insurer_id, envelope, live, "ceded", "30000.00", entry=entry)


def test_a_draw_does_not_ride_on_another_entrys_release_that_comes_after_it(actor, accounts):
    """One statement, two entries: the first takes what only the second gives back."""
    envelope, live = _named(accounts, "envelope"), _named(accounts, "live")
    with _refused("account_not_overdrawn"), _raw("default", actor) as cursor:
        first = _entry(cursor, actor.insurer_id, key="takes")
        second = _entry(cursor, actor.insurer_id, kind="correction", key="gives")
        cursor.execute(
            "INSERT INTO reinsurance_transfer (insurer_id, entry_id, debit_account_id, debit_class, credit_account_id,"
            " credit_class, code, state, amount) VALUES (%(i)s, %(a)s, %(e)s, 'envelope', %(l)s, 'live', 'ceded',"
            " 'posted', 90000), (%(i)s, %(b)s, %(l)s, 'live', %(e)s, 'envelope', 'reversed', 'posted', 90000)",
            {"i": actor.insurer_id, "a": first, "b": second, "e": envelope[1], "l": live[1]},
        )


def test_the_application_cannot_authorise_capacity(actor, accounts):
    authority, envelope = _named(accounts, "authority"), _named(accounts, "envelope")
    with _refused("transfer_of_insurer_or_law"), _raw("default", actor) as cursor:
        _move(cursor, actor.insurer_id, authority, envelope, "authorised", "1000000.00")
    with _refused(), _raw("default", actor) as cursor:
        _move(cursor, None, authority, envelope, "authorised", "1000000.00", kind="authorisation")
    with _refused(), _raw("default", actor) as cursor:
        _move(cursor, None, envelope, authority, "law_reduced", "1.00", kind="law_reduction")


def test_the_law_cannot_be_reduced_below_nothing_even_by_the_platform(actor, accounts):
    authority, envelope = _named(accounts, "authority"), _named(accounts, "envelope")
    with _refused("account_not_overdrawn"), _raw("platform", actor) as cursor:
        _move(cursor, None, envelope, authority, "law_reduced", "200000.01", kind="law_reduction")


@pytest.mark.parametrize("alias", ROLES)
@pytest.mark.parametrize(
    ("debit", "credit", "code", "state"),
    [
        ("run_off", "envelope", "authorised", "posted"),
        ("current_account", "envelope", "run_off_released", "posted"),
        ("ceded_premium", "envelope", "reversed", "posted"),
        ("current_account", "live", "ceded", "posted"),
        ("envelope", "live", "hold", "posted"),
        ("envelope", "live", "ceded", "pending"),
        ("run_off", "live", "reduced", "posted"),
        ("envelope", "run_off", "ceded", "posted"),
    ],
)
def test_a_balanced_but_senseless_transfer_is_refused(actor, accounts, alias, debit, credit, code, state):
    constraint = "transfer_of_insurer_or_law" if code == "authorised" else "transfer_pair_allowed"
    with _refused(constraint), _raw(alias, actor) as cursor:
        _move(cursor, actor.insurer_id, _named(accounts, debit), _named(accounts, credit), code, "10.00", state=state)


@pytest.mark.parametrize("alias", ROLES)
def test_an_account_cannot_pose_as_another_class(actor, accounts, alias):
    disguised = ("run_off", _named(accounts, "current_account")[1])
    with _refused("transfer_debit_account"), _raw(alias, actor) as cursor:
        _move(cursor, actor.insurer_id, disguised, _named(accounts, "envelope"), "run_off_released", "10.00")


@pytest.mark.parametrize("alias", [*ROLES, "owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM reinsurance_ledgeraccount WHERE account_class = 'bank'",
        "UPDATE reinsurance_ledgeraccount SET account_class = 'envelope' WHERE account_class = 'bank'",
        "UPDATE reinsurance_ledgeraccount SET id = id + 1000000",
    ],
)
def test_an_account_stays_what_it_is(actor, accounts, alias, statement):
    with _refused() if alias == "owner" else _refused_somehow(), _raw(alias, actor) as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("alias", ROLES)
def test_a_transfer_names_accounts_that_are_there(actor, accounts, alias):
    nowhere = ("live", 987654321)
    with _refused("transfer_credit_account"), _raw(alias, actor) as cursor:
        _move(cursor, actor.insurer_id, _named(accounts, "envelope"), nowhere, "ceded", "10.00")


@pytest.mark.parametrize("alias", ROLES)
def test_more_is_not_released_than_has_run_off(actor, accounts, alias):
    with _refused("account_not_overdrawn"), _raw(alias, actor) as cursor:
        _move(
            cursor,
            actor.insurer_id,
            _named(accounts, "run_off"),
            _named(accounts, "envelope"),
            "run_off_released",
            "0.01",
            kind="release",
        )


@pytest.mark.parametrize("alias", ROLES)
@pytest.mark.parametrize(
    ("debit", "credit"),
    [
        ({"account_class": "envelope", "market": "export"}, {"account_class": "live"}),
        ({"account_class": "envelope"}, {"account_class": "live", "insurer": "coface"}),
    ],
)
def test_a_draw_stays_within_its_market_and_its_insurer(actor, accounts, alias, debit, credit):
    with _refused("transfer_within_one_treaty"), _raw(alias, actor) as cursor:
        _move(cursor, actor.insurer_id, _named(accounts, **debit), _named(accounts, **credit), "ceded", "10.00")


@pytest.mark.parametrize("alias", ROLES)
def test_run_off_stays_in_the_treaty_that_it_comes_from(actor, accounts, alias):
    with _refused("transfer_within_one_treaty"), _raw(alias, actor) as cursor:
        other = _named(accounts, "run_off", kind="complement")
        _move(cursor, actor.insurer_id, _named(accounts, "live"), other, "end_of_term", "10.00")


def _pending(actor):
    with _raw("platform", actor) as cursor:
        cursor.execute("SELECT id FROM reinsurance_transfer WHERE state = 'pending'")
        return cursor.fetchone()[0]


def _resolve(cursor, actor, accounts, amount, *, state="post", kind="substitution", key="raw"):
    code = {"post": "hold_posted", "void": "hold_voided"}[state]
    envelope, live = _named(accounts, "envelope"), _named(accounts, "live", kind=kind)
    entry = _entry(cursor, actor.insurer_id, key=key)
    pending = _pending_id(cursor)
    _move(cursor, actor.insurer_id, envelope, live, code, amount, state=state, pending=pending, entry=entry)


def _pending_id(cursor):
    cursor.execute("SELECT id FROM reinsurance_transfer WHERE state = 'pending'")
    return cursor.fetchone()[0]


@pytest.mark.parametrize("alias", ROLES)
@pytest.mark.parametrize("second", ["post", "void"])
def test_a_hold_is_resolved_once(actor, accounts, alias, second):
    with _refused("transfer_hold_resolved_once"), _raw(alias, actor) as cursor:
        _resolve(cursor, actor, accounts, "50000.00", key="first")
        _resolve(cursor, actor, accounts, "50000.00", state=second, key="second")


@pytest.mark.parametrize("alias", ROLES)
@pytest.mark.parametrize(
    ("amount", "state", "kind"),
    [("50000.01", "post", "substitution"), ("49999.99", "void", "substitution"), ("50000.00", "post", "complement")],
)
def test_a_hold_is_resolved_between_its_own_accounts_and_for_what_it_held(actor, accounts, alias, amount, state, kind):
    with _refused("transfer_resolves_its_hold"), _raw(alias, actor) as cursor:
        _resolve(cursor, actor, accounts, amount, state=state, kind=kind)


@pytest.mark.parametrize("alias", [*ROLES, "owner"])
@pytest.mark.parametrize("table", TABLES[:-1])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_rows_of_the_books_are_never_altered(actor, alias, table, verb):
    statement = f"UPDATE {table} SET id = id" if verb == "UPDATE" else f"DELETE FROM {table}"
    with _refused(), _raw(alias, actor) as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("alias", ROLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reinsurance_ledgeraccount SET credits_posted = credits_posted + 1000000",
        "DELETE FROM reinsurance_ledgeraccount",
        "INSERT INTO reinsurance_ledgeraccount (market, account_class) VALUES ('export', 'envelope')",
        "INSERT INTO reinsurance_envelopemovement SELECT 99, 1, 99, 1, 1, 1",
        "INSERT INTO reinsurance_allowedpair SELECT 99, 'current_account', 'envelope', 'mint', 'posted'",
        "UPDATE reinsurance_treaty SET market = 'export'",
        "DELETE FROM reinsurance_treaty",
        "TRUNCATE reinsurance_transfer CASCADE",
        "ALTER TABLE reinsurance_transfer DISABLE TRIGGER ALL",
        "DROP FUNCTION reinsurance_book_transfers() CASCADE",
        "SELECT reinsurance_book_transfers()",
        "SET session_replication_role = replica",
    ],
)
def test_totals_accounts_and_guards_are_out_of_reach(actor, alias, statement):
    with _refused_somehow(), _raw(alias, actor) as cursor:
        cursor.execute(statement)


@contextmanager
def _refused_somehow():
    with pytest.raises(DatabaseError) as refused:
        yield
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege), refused.value


def test_the_application_sees_neither_the_shared_accounts_nor_their_history(actor):
    with acting(actor):
        classes = set(LedgerAccount.objects.values_list("account_class", flat=True))
    assert classes.isdisjoint({"envelope", "authority"})
    with _refused_somehow(), _raw("default", actor) as cursor:
        cursor.execute("SELECT * FROM reinsurance_envelopemovement")


@pytest.mark.parametrize("table", [*TABLES[:6], "reinsurance_treaty", "reinsurance_ledgeraccount"])
def test_another_insurer_sees_and_writes_nothing(cast, actor, accounts, table):
    coface = cast.actor("coface")
    with _raw("default", coface) as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE insurer_id = %s", [actor.insurer_id])
        assert cursor.fetchone() == (0,)
    with _refused_somehow(), _raw("default", coface) as cursor:
        _entry(cursor, actor.insurer_id)


def test_without_acting_no_row_is_seen(actor):
    with transaction.atomic(), connections["default"].cursor() as cursor:
        for table in TABLES[:6]:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("alias", ROLES)
@pytest.mark.parametrize(
    ("debit", "credit", "code", "kind"),
    [
        ("live", "run_off", "end_of_term", "ending"),
        ("live", "run_off", "reduced", "amendment"),
        ("live", "run_off", "reduced", "replacement"),
        ("live", "envelope", "reversed", "correction"),
        ("live", "envelope", "draw_moved", "replacement"),
    ],
)
def test_nothing_engaged_comes_free_without_a_row_that_says_so(actor, accounts, alias, debit, credit, code, kind):
    """Balanced, in the chart, of the own insurer, and no more than is live: but no cession changed."""
    with _refused("exposure_freed_with_cause"), _raw(alias, actor) as cursor:
        _move(cursor, actor.insurer_id, _named(accounts, debit), _named(accounts, credit), code, "10.00", kind=kind)


@pytest.mark.parametrize("alias", ROLES)
def test_a_change_frees_what_it_says_and_only_once(actor, accounts, alias):
    live, run_off = _named(accounts, "live"), _named(accounts, "run_off")
    with _refused("exposure_freed_with_cause"), _raw(alias, actor) as cursor:
        entry = _ended(cursor, actor)
        _resolve(cursor, actor, accounts, "50000.00", key="so that there is more")
        _move(cursor, actor.insurer_id, live, run_off, "end_of_term", "95000.01", entry=entry)
    with _refused("exposure_freed_with_cause"), _raw(alias, actor) as cursor:
        entry = _ended(cursor, actor)
        _move(cursor, actor.insurer_id, live, run_off, "end_of_term", "95000.00", entry=entry)
        _resolve(cursor, actor, accounts, "50000.00", key="so that there is more")
        _move(cursor, actor.insurer_id, _named(accounts, "envelope"), live, "ceded", "45000.00")
        _move(cursor, actor.insurer_id, live, run_off, "end_of_term", "95000.00", entry=entry)


def test_run_off_is_not_given_back_by_a_release_of_another_lot(actor, accounts):
    live, run_off, envelope = (_named(accounts, name) for name in ("live", "run_off", "envelope"))
    with _refused("exposure_freed_with_cause"), _raw("default", actor) as cursor:
        entry = _ended(cursor, actor)
        _move(cursor, actor.insurer_id, live, run_off, "end_of_term", "95000.00", entry=entry)
        _move(cursor, actor.insurer_id, run_off, envelope, "run_off_released", "95000.00", kind="release")


@pytest.mark.parametrize("taken", [("75000.01",), ("75000.00", "0.01"), ("74999.99",)])
def test_a_correction_takes_back_of_run_off_what_its_lots_say(actor, accounts, taken):
    """Of the lot of 95,000.00 it keeps 20,000.00 in a lot of its own: 75,000.00 pass, and nothing else."""
    live, run_off, envelope = (_named(accounts, name) for name in ("live", "run_off", "envelope"))
    passed = []
    with _refused("exposure_freed_with_cause"), _raw("default", actor) as cursor:
        entry = _ended(cursor, actor)
        _move(cursor, actor.insurer_id, live, run_off, "end_of_term", "95000.00", entry=entry)
        entry = _corrected(cursor, actor)
        for amount in taken:
            _move(cursor, actor.insurer_id, run_off, envelope, "reversed", amount, entry=entry)
            passed.append(amount)
    assert passed == [*taken[:-1]]


def test_what_a_correction_took_back_is_not_released_as_well(actor, accounts):
    """What would be given back is the run-off of another cession."""
    live, run_off, envelope = (_named(accounts, name) for name in ("live", "run_off", "envelope"))
    passed = []
    with _refused("exposure_freed_with_cause"), _raw("default", actor) as cursor:
        entry = _ended(cursor, actor)
        _move(cursor, actor.insurer_id, live, run_off, "end_of_term", "95000.00", entry=entry)
        entry = _corrected(cursor, actor)
        _move(cursor, actor.insurer_id, run_off, envelope, "reversed", "75000.00", entry=entry)
        with acting(actor):
            made = cede(actor, [order("another")], on=OPENING_DAY)[0].cession_id
            ending = Ending(cession_id=made, effective_on=OPENING_DAY, run_off_until=OPENING_DAY)
            end_cessions(actor, [ending], on=OPENING_DAY)
        cursor.execute("SELECT set_config('capweb.insurer', %s, true)", [str(actor.insurer_id)])
        cursor.execute(
            "INSERT INTO reinsurance_journalentry (insurer_id, kind, source_key, booked_on, cession_id) "
            "SELECT insurer_id, 'release', 'release:' || source_key || ':1', '2020-09-16', id FROM reinsurance_cession "
            "WHERE id <> %s RETURNING id",
            [made],
        )
        (entry,) = cursor.fetchone()
        passed.append(entry)
        _move(cursor, actor.insurer_id, run_off, envelope, "run_off_released", "95000.00", entry=entry)
    assert passed


def _corrected(cursor, actor):
    """A correction to 21,052.63 after the end as the command writes it, by hand."""
    cursor.execute("SELECT id, source_key FROM reinsurance_cession WHERE insurer_id = %s", [actor.insurer_id])
    cession, key = cursor.fetchone()
    cursor.execute(
        "INSERT INTO reinsurance_cessionchange (insurer_id, cession_id, position, kind, live_amount, live_ceded_amount,"
        " run_off_amount, run_off_until, right_amount, premium_credited, ceded_premium_credited, commission_returned,"
        " effective_on, booked_on) VALUES (%s, %s, 2, 'corrected', 0, 0, 20000, '2020-09-15', 21052.63, 0, 0, 0,"
        " '2020-06-15', '2020-09-16') RETURNING id",
        [actor.insurer_id, cession],
    )
    (correction,) = cursor.fetchone()
    cursor.execute(
        "INSERT INTO reinsurance_runoffrelease (insurer_id, change_id, is_declared_nil, booked_on, correction_id) "
        "SELECT insurer_id, id, false, '2020-09-16', %s FROM reinsurance_cessionchange WHERE kind = 'ended'",
        [correction],
    )
    cursor.execute(
        "INSERT INTO reinsurance_journalentry (insurer_id, kind, source_key, booked_on, cession_id) "
        "VALUES (%s, 'correction', %s, '2020-09-16', %s) RETURNING id",
        [actor.insurer_id, f"amend:{key}:2", cession],
    )
    return cursor.fetchone()[0]


def _ended(cursor, actor):
    """The cession's end as the command writes it, by hand: the change, and the entry that belongs to it."""
    cursor.execute("SELECT id, source_key FROM reinsurance_cession WHERE insurer_id = %s", [actor.insurer_id])
    cession, key = cursor.fetchone()
    cursor.execute(
        "INSERT INTO reinsurance_cessionchange (insurer_id, cession_id, position, kind, live_amount, live_ceded_amount,"
        " run_off_amount, run_off_until, premium_credited, ceded_premium_credited, commission_returned, effective_on,"
        " booked_on) VALUES (%s, %s, 1, 'ended', 0, 0, 95000, '2020-09-15', 0, 0, 0, '2020-09-15', '2020-09-15')",
        [actor.insurer_id, cession],
    )
    cursor.execute(
        "INSERT INTO reinsurance_journalentry (insurer_id, kind, source_key, booked_on, cession_id) "
        "VALUES (%s, 'ending', %s, '2020-09-15', %s) RETURNING id",
        [actor.insurer_id, f"end:{key}", cession],
    )
    return cursor.fetchone()[0]


def test_the_application_cannot_reserve_the_states_room_to_itself(actor, accounts):
    envelope, own = _named(accounts, "envelope"), _named(accounts, "allotment")
    with _refused_somehow(), _raw("default", actor) as cursor:
        _move(cursor, actor.insurer_id, envelope, own, "allotted", "10.00", kind="allotment")
    with _refused_somehow(), _raw("default", actor) as cursor:
        cursor.execute(
            "INSERT INTO reinsurance_treatyallotment (insurer_id, treaty_id, position, amount, reference, booked_on) "
            "SELECT insurer_id, id, 1, 10, 'mine', '2020-06-15' FROM reinsurance_treaty LIMIT 1"
        )


@pytest.mark.parametrize("alias", ROLES)
def test_an_allotment_is_not_overdrawn(actor, accounts, alias):
    """Nothing is reserved to the treaty, so nothing can be drawn from its part, nor the envelope's rest beyond it."""
    own, live, envelope = (_named(accounts, name) for name in ("allotment", "live", "envelope"))
    with _refused("account_not_overdrawn"), _raw(alias, actor) as cursor:
        _move(cursor, actor.insurer_id, own, live, "ceded", "0.01")
    with _refused("account_not_overdrawn"), _raw("platform", actor) as cursor:
        _move(cursor, actor.insurer_id, envelope, own, "allotted", "55000.01", kind="allotment")


@pytest.mark.parametrize("alias", ROLES)
def test_a_policy_year_pays_no_more_than_its_limit(actor, alias):
    with _refused("account_not_overdrawn"), _raw(alias, actor) as cursor:
        limit, room, entry = _year(cursor, actor)
        _move(cursor, actor.insurer_id, limit, room, "limit_opened", "1000.00", entry=entry)
        _move(cursor, actor.insurer_id, room, limit, "disbursed", "1000.01", kind="claim")
    with _refused("transfer_opens_its_limit"), _raw(alias, actor) as cursor:
        limit, room, entry = _year(cursor, actor)
        _move(cursor, actor.insurer_id, limit, room, "limit_opened", "1000.01", entry=entry)
    with _refused("transfer_opens_limit_once"), _raw(alias, actor) as cursor:
        limit, room, entry = _year(cursor, actor)
        _move(cursor, actor.insurer_id, limit, room, "limit_opened", "1000.00", entry=entry)
        _move(cursor, actor.insurer_id, limit, room, "limit_opened", "1000.00", entry=entry)


def _year(cursor, actor):
    cursor.execute(
        "INSERT INTO reinsurance_disbursementyear (insurer_id, policy_number, market, first_day, end_day, limit_amount,"
        " reference, booked_on) VALUES (%s, 'P', 'domestic', '2020-01-01', '2021-01-01', 1000, 'x', '2020-06-15') "
        "RETURNING id",
        [actor.insurer_id],
    )
    (year,) = cursor.fetchone()
    cursor.execute(
        "SELECT account_class, id FROM reinsurance_ledgeraccount WHERE disbursement_year_id = %s ORDER BY 1",
        [year],
    )
    limit, room = cursor.fetchall()
    return limit, room, _entry(cursor, actor.insurer_id, kind="disbursement", key="opened")


@pytest.mark.parametrize(
    ("debit", "credit", "code"),
    [
        ("reinsurer_advice", "category_account", "result_advised"),
        ("category_account", "special_reserve", "reserve_allocated"),
    ],
)
def test_the_memorandum_is_not_the_applications(actor, accounts, debit, credit, code):
    sides = [(name, accounts[name, "domestic", None, None]) for name in (debit, credit)]
    with _refused("transfer_of_insurer_or_law"), _raw("default", actor) as cursor:
        _move(cursor, actor.insurer_id, *sides, code, "10.00")
    with _refused_somehow(), _raw("default", actor) as cursor:
        _move(cursor, None, *sides, code, "10.00", kind="advice")


@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT INTO reinsurance_sealedentry (insurer_id, position, entry_id, manifest, leaf_hash) "
            "SELECT insurer_id, 1, id, '', '' FROM reinsurance_journalentry LIMIT 1"
        ),
        (
            'INSERT INTO reinsurance_sealedrecord (insurer_id, position, "table", row, leaf_hash) '
            "SELECT insurer_id, 1, 'reinsurance_treaty', id, '' FROM reinsurance_treaty LIMIT 1"
        ),
        (
            "INSERT INTO reinsurance_checkpoint (insurer_id, sequence, number, size, root, sealed_on, peaks, note) "
            "SELECT insurer_id, 'journal', 1, 1, '', '2020-06-15', '', '' FROM reinsurance_treaty LIMIT 1"
        ),
        (
            "INSERT INTO reinsurance_ledgerverification (verified_on, compared, difference_count, differences) "
            "VALUES ('2020-06-15', 0, 0, '[]')"
        ),
    ],
)
def test_the_application_seals_nothing(actor, statement):
    with _refused_somehow(), _raw("default", actor) as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("alias", [*ROLES, "owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reinsurance_bordereauline SET live_change = live_change + 1",
        "UPDATE reinsurance_bordereau SET content_sha256 = repeat('0', 64)",
        "UPDATE reinsurance_treatyterms SET ceded_ratio = 1",
        "UPDATE reinsurance_claimmovement SET ceded_amount = 0",
        "UPDATE reinsurance_lineanswer SET answer = 'acknowledged'",
        "UPDATE reinsurance_payment SET amount = amount + 1",
        "UPDATE reinsurance_sealedentry SET position = position + 1",
        "DELETE FROM reinsurance_checkpoint",
    ],
)
def test_what_was_stated_cannot_be_stated_otherwise(actor, alias, statement):
    with _refused(), _raw(alias, actor) as cursor:
        cursor.execute(statement)


def test_functions_that_pass_the_wall_have_a_fixed_path_and_are_not_for_everybody():
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT proname, proconfig, has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc "
            "WHERE prosecdef AND proname LIKE 'reinsurance_%'"
        )
        found = cursor.fetchall()
    assert len(found) >= 9
    assert {"reinsurance_book_transfers", "reinsurance_free_with_cause"} <= {name for name, _path, _all in found}
    for name, settings, everybody in found:
        assert settings == ["search_path=pg_catalog, public, pg_temp"], name
        assert not everybody, name


def test_the_database_knows_the_chart_and_nothing_else():
    rows = AllowedPair.objects.values_list("debit_class", "credit_class", "code", "state")
    assert {Pair(*row) for row in rows} == set(PAIRS)


def test_a_treatys_accounts_are_its_own(actor):
    with acting(actor):
        book = treaty_book(actor)
    assert len(book.treaties) == 4
    assert len({account.id for account in book.accounts.values()}) == 4 * len(TREATY_CLASSES)
