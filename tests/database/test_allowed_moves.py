"""A status takes a step of policies.domain.moves or none, whoever writes it."""

import itertools
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connections, transaction

from capweb.accounts.acting import acting
from capweb.accounts.models import Organisation
from capweb.http.problems import exception_handler
from policies.commands.accept_offers import accept_offers, decline_offers
from policies.commands.cancel_requests import cancel_requests
from policies.domain.moves import MACHINES, allowed_moves
from policies.models import (
    AllowedMove,
    ClaimStatus,
    GuaranteeTerm,
    LimitRequest,
    Offer,
    OfferStatus,
    RequestStatus,
    TermStatus,
)
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.handed_in import asked

TABLES = {"limit_request": (LimitRequest, RequestStatus), "offer": (Offer, OfferStatus)}


@pytest.fixture(scope="module")
def actor(committed_once):
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    open_books(cast)
    return cast.actor()


def handed_in(actor) -> LimitRequest:
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom)
    row = asked(actor, make.row_for(who, whom))
    with acting(actor):
        return LimitRequest.objects.get(public_id=row.request)


def test_the_table_says_what_the_code_says(actor):
    assert sorted(AllowedMove.objects.values_list("thing", "was", "becomes")) == sorted(allowed_moves())


def test_the_states_are_those_that_the_tables_know():
    known = {"limit_request": RequestStatus, "offer": OfferStatus, "guarantee_term": TermStatus, "claim": ClaimStatus}
    for machine in MACHINES:
        if machine.thing in known:
            assert set(machine.states) == set(known[machine.thing].values)


@pytest.mark.parametrize("role", ["default", "platform"])
def test_no_role_may_add_a_move(actor, role):
    with (
        pytest.raises(Exception, match="permission denied"),
        transaction.atomic(using=role),
        connections[role].cursor() as cursor,
    ):
        cursor.execute("INSERT INTO policies_allowedmove VALUES ('offer', 'accepted', 'live')")


def test_every_pair_of_an_offer_and_a_request_that_is_not_there_is_refused(actor):
    request = handed_in(actor)
    with acting(actor):
        offer = Offer.objects.get(limit_request=request)
        assert (request.status, offer.status) == ("offered", "live")
        for thing, row in (("limit_request", request), ("offer", offer)):
            allowed = {becomes for named, was, becomes in allowed_moves() if named == thing and was == row.status}
            for wrong in set(TABLES[thing][1].values) - allowed - {row.status}:
                with pytest.raises(IntegrityError, match="does not go from") as caught, transaction.atomic():
                    type(row).objects.filter(pk=row.pk).update(status=wrong)
                assert caught.value.__cause__.diag.constraint_name == f"{thing}_move_allowed"
                assert exception_handler(caught.value, {}).data["code"] == "illegal_move"


def test_a_status_written_again_as_it_is_is_no_move(actor):
    request = handed_in(actor)
    with acting(actor):
        decline_offers(actor, list(request.offers.values_list("public_id", flat=True)), on=OPENING_DAY)
        assert LimitRequest.objects.filter(pk=request.pk).update(status="declined") == 1


def test_what_was_cancelled_does_not_come_back(actor):
    request = handed_in(actor)
    cancel_requests(actor, [request.public_id], on=OPENING_DAY)
    with acting(actor):
        for state in ("offered", "pending", "granted"):
            with pytest.raises(IntegrityError, match="from cancelled"), transaction.atomic():
                LimitRequest.objects.filter(pk=request.pk).update(status=state)


@pytest.fixture
def two_terms(actor):
    for _ in range(2):
        handed_in(actor)
    with acting(actor):
        live = list(Offer.objects.filter(status="live").order_by("pk").values_list("public_id", flat=True))
    accept_offers(actor, live, on=OPENING_DAY, at=datetime(2020, 6, 15, 12, tzinfo=UTC))
    with acting(actor):
        return list(GuaranteeTerm.objects.filter(status="running").order_by("pk").values_list("pk", flat=True)[:2])


ONE_LAPSES_THE_OTHER_ENDS = (
    "UPDATE policies_guaranteeterm SET status = CASE id WHEN %s THEN 'lapsed' ELSE 'ended' END WHERE id = ANY (%s)"
)


def test_one_wrong_move_among_the_terms_of_a_statement_is_refused(two_terms):
    """Asked of the whole statement: the wrong step is found beside a right one, whichever comes first."""
    for lapsing in two_terms:
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("DELETE FROM policies_allowedmove WHERE thing = 'guarantee_term' AND becomes = 'ended'")
            with pytest.raises(IntegrityError, match="from running to ended") as caught, transaction.atomic("owner"):
                cursor.execute(ONE_LAPSES_THE_OTHER_ENDS, [lapsing, two_terms])
            transaction.set_rollback(True, using="owner")
        assert caught.value.__cause__.diag.constraint_name == "guarantee_term_move_allowed"


def test_a_term_keeps_its_number(two_terms):
    with (
        pytest.raises(Exception, match="never changed"),
        transaction.atomic(using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute("UPDATE policies_guaranteeterm SET id = id + 1000000 WHERE id = %s", [two_terms[0]])


@pytest.mark.parametrize("positions", [(3, 5), (2, 3), (4, 3, 6)])
def test_endorsement_numbers_with_a_gap_are_refused(two_terms, positions):
    rows = ", ".join(
        f"((SELECT insurer_id FROM policies_guaranteeterm WHERE id = {two_terms[0]}), 'N-{place}', 'a new series', "
        f"{place}, {two_terms[0]}, 'grant', '2020-06-15', '{{}}', '', '1')"
        for place in positions
    )
    written = (
        "INSERT INTO policies_endorsement (insurer_id, number, series, position, term_id, cause, issued_on, snapshot, "
        f"digest, template_version) VALUES {rows}"
    )
    with connections["owner"].cursor() as cursor:
        with pytest.raises(IntegrityError) as caught, transaction.atomic(using="owner"):
            cursor.execute(written)
        assert caught.value.__cause__.diag.constraint_name == "endorsement_without_gap"


def test_each_guarded_table_has_the_guard(actor):
    guarded = {"limit_request": "policies_limitrequest", "offer": "policies_offer"}
    guarded |= {"guarantee_term": GuaranteeTerm._meta.db_table}
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT encode(tgargs, 'escape'), tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'status_moves'"
        )
        found = {thing.rstrip("\\0"): table for thing, table in cursor.fetchall()}
    assert set(found) == {machine.thing for machine in MACHINES}
    assert all(found[thing] == table for thing, table in guarded.items())


def test_the_moves_that_commands_write_are_those_allowed():
    """Each literal pair of statuses in the commands; those that come from judging go through STATUS_BY_OUTCOME."""
    from policies.domain.limit_request import STATUS_BY_OUTCOME

    judged = set(STATUS_BY_OUTCOME.values())
    pairs = {(was, becomes) for thing, was, becomes in allowed_moves() if thing == "limit_request"}
    judged_again = set(itertools.product(["referred"], judged)) | set(itertools.product(["offered"], judged))
    assert {(was, becomes) for was, becomes in judged_again if was != becomes} <= pairs
