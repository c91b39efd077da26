"""A buyer is absorbed by another, or has another number: what stood on the one is followed under the other."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting
from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.models import Organisation
from capweb.kernel.errors import FieldErrors
from capweb.kernel.identifiers import siren_from_serial
from policies.commands.accept_offers import accept_offers
from policies.commands.change_buyer_limits import LimitNotice, change_buyer_limits
from policies.commands.change_identities import (
    CorrectionWish,
    IdentityWish,
    preview_identity_change,
    propose_identity_changes,
    take_back_identity_change,
)
from policies.commands.declare_overdues import GivenInvoice, OverdueDeclaration, declare_overdues
from policies.commands.follow_identities import (
    ChangeNotYetTrue,
    ChangeOvertaken,
    ShortNoticesWait,
    confirm_identity_changes,
)
from policies.commands.group_buyers import MembershipNotice, record_group_memberships
from policies.commands.renew_guarantees import RenewedByAnother, ask_for_renewals
from policies.commands.request_changes import ChangeWish, request_changes
from policies.commands.review_buyers import review_buyers
from policies.commands.two_people import ConfirmedByAnother
from policies.commands.watch_buyers import WatchNotice, watch_buyers
from policies.commands.write_messages import write_messages
from policies.models import (
    BuyerLimit,
    BuyerWatch,
    Endorsement,
    GroupMembership,
    Guarantee,
    GuaranteeTerm,
    IdentityChange,
    LimitRequest,
    Message,
    Reduction,
    RenewalRequest,
)
from policies.queries import claim_facts, renewals_due, request_facts, row_targets
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.handed_in import asked

NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
MERGED_ON = date(2020, 7, 1)
KNOWN_ON = date(2020, 7, 10)
_numbers = itertools.count(41_000_000)


@pytest.fixture(scope="module")
def cast(committed_once):
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    open_books(cast)
    make.enter_illustrative_tariffs(cast.actor())
    return cast


@pytest.fixture
def underwriter(cast):
    return make.person(cast.actor(), "underwriter")


@pytest.fixture
def senior(cast):
    return make.person(cast.actor(), "senior_underwriter")


def granted(actor, who, whom, *, total="60000", **notice):
    """A top-up that runs, by its public id."""
    make.notice(actor, who, whom, **notice)
    row = asked(actor, make.row_for(who, whom, total=total))
    (answer,) = accept_offers(actor, [row.offer], on=OPENING_DAY, at=NOON)
    return answer.guarantee


def merger(old, new, **more):
    said = {"kind": "merger", "old_country": "FR", "old_identifier": old.identifier, "new_country": "FR"}
    said |= {"new_identifier": new.identifier, "effective_on": MERGED_ON, "reference": "BODACC A n° 20200132, 1234"}
    return IdentityWish(**(said | more))


def merged(underwriter, senior, *wishes, on=KNOWN_ON):
    return confirm_identity_changes(senior, propose_identity_changes(underwriter, wishes, on=on), on=on, at=NOON)


def running(actor, *guarantees):
    with acting(actor):
        rows = GuaranteeTerm.objects.filter(guarantee__public_id__in=guarantees, status="running")
        return {row.guarantee.public_id: row for row in rows.select_related("guarantee", "cession").order_by("pk")}


def standing_limit(actor, who, whom):
    with acting(actor):
        return (
            BuyerLimit.objects.filter(policy_id=who.policy_id, buyer_id=whom.id).order_by("effective_on", "pk").last()
        )


def facts_of(actor, guarantee, *, total="60000", on=KNOWN_ON):
    with acting(actor):
        row = renewals_due.running(actor, [guarantee], on=on)[guarantee]
        (case,) = request_facts.gather(actor, [row.asked(Decimal(total))], on=on)
        return case


def test_a_merger_is_seen_confirmed_by_another_and_cover_follows_the_buyer(underwriter, senior):
    who, old, new = make.client(underwriter), make.buyer(underwriter), make.buyer(underwriter, grade="6")
    guarantee = granted(underwriter, who, old)
    before = running(underwriter, guarantee)[guarantee]
    with acting(underwriter):
        seen = preview_identity_change(underwriter, merger(old, new), on=KNOWN_ON)
        assert not IdentityChange.objects.filter(old_buyer_id=old.id).exists()
    assert [(one.public_id, one.beside) for one in seen.guarantees] == [(guarantee, None)]
    assert (seen.amount, seen.policyholders) == (before.amount, 1)
    (done,) = merged(underwriter, senior, merger(old, new))
    assert (done.guarantees, done.requests, done.cancelled) == ([guarantee], [], [])
    after = running(underwriter, guarantee)[guarantee]
    assert (after.buyer_id, after.former_buyer_id, after.guarantee.buyer_id) == (new.id, old.id, old.id)
    # No amount moves, and nothing is ceded anew.
    assert (after.amount, after.cover_end, after.cession_id) == (before.amount, before.cover_end, before.cession_id)
    assert (standing_limit(underwriter, who, new).decision, standing_limit(underwriter, who, old).amount) == (
        "refusal",
        Decimal(0),
    )
    with acting(underwriter):
        paper = Endorsement.objects.filter(term=after).latest("pk")
        snapshot = paper.snapshot
    assert (paper.cause, snapshot["buyer"]["identifier"]) == ("identity_change", new.identifier)
    assert (snapshot["effective_on"], snapshot["premium"]) == ("2020-07-01", None)
    # Judged from now on by what is known of the new buyer.
    assert facts_of(underwriter, guarantee).buyer.grade == "6"


def test_the_policyholder_is_told_in_its_language_with_the_announcement(underwriter, senior, cast):
    who, old, new = make.client(underwriter), make.buyer(underwriter), make.buyer(underwriter)
    guarantee = granted(underwriter, who, old)
    merged(underwriter, senior, merger(old, new))
    worker = cast.actor(role="system")
    publish_events(worker)
    write_messages(worker, on=KNOWN_ON)
    with acting(underwriter):
        told = Message.objects.get(guarantee__public_id=guarantee, template="buyer_changed")
    assert "BODACC A n° 20200132" in told.body
    assert "a été absorbé par" in told.body
    assert told.endorsement_id is not None


def test_two_covers_of_one_policy_run_to_their_end_and_are_renewed_once(underwriter, senior):
    who, old, new = make.client(underwriter), make.buyer(underwriter), make.buyer(underwriter)
    came, stayed = granted(underwriter, who, old), granted(underwriter, who, new)
    ask_for_renewals(underwriter, [came], on=OPENING_DAY)
    with acting(underwriter):
        drawn = GuaranteeTerm.objects.filter(policy_id=who.policy_id).aggregate(total=Sum("amount"))["total"]
    merged(underwriter, senior, merger(old, new))
    terms = running(underwriter, came, stayed)
    assert {row.buyer_id for row in terms.values()} == {new.id}
    assert sum(row.amount for row in terms.values()) == drawn == Decimal("120000.00")
    with acting(underwriter):
        assert RenewalRequest.objects.get(term=terms[came]).outcome == "refused"
        rows = renewals_due.running(underwriter, [came, stayed], on=KNOWN_ON)
    assert (rows[came].beside, rows[stayed].beside) == (stayed, None)
    with pytest.raises(RenewedByAnother):
        ask_for_renewals(underwriter, [came], on=KNOWN_ON)
    assert ask_for_renewals(underwriter, [came, stayed], on=KNOWN_ON) == [stayed]
    (told,) = request_changes(underwriter, [ChangeWish(came, Decimal("70000"))], on=KNOWN_ON)
    assert told.code == "covered_by_another"
    # The sum of both counts against the need and the caps at the next judgement, and never twice.
    case = facts_of(underwriter, stayed, total="120000")
    assert (case.others_in_force.same_policyholder, case.others_in_force.same_policy) == (60_000, 60_000)
    assert facts_of(underwriter, came).others_in_force.same_policyholder == 0


def test_a_complement_beside_another_rests_on_the_same_primary(underwriter, senior):
    who, old, new = make.client(underwriter), make.buyer(underwriter), make.buyer(underwriter)
    cut = {"decision": "reduction", "before": "100000", "amount": "60000"}
    came = granted(underwriter, who, old, total="100000", **cut)
    stayed = granted(underwriter, who, new, total="100000", **cut)
    merged(underwriter, senior, merger(old, new))
    both = standing_limit(underwriter, who, new)
    assert (both.decision, both.amount_before, both.amount) == ("reduction", Decimal(200_000), Decimal(120_000))
    assert standing_limit(underwriter, who, old).amount == 0
    amounts = {name: row.amount for name, row in running(underwriter, came, stayed).items()}
    assert amounts == {came: Decimal("30000.00"), stayed: Decimal("30000.00")}
    review_buyers(underwriter, on=KNOWN_ON, at=NOON)
    with acting(underwriter):
        assert not Reduction.objects.filter(term__policy_id=who.policy_id).exists()
    (told,) = request_changes(underwriter, [ChangeWish(stayed, Decimal("200000"))], on=KNOWN_ON)
    with acting(underwriter):
        decision = LimitRequest.objects.get(public_id=told.request).decision
    # Half of 120,000, less the 30,000 that run beside.
    assert (told.code, decision.maximum) == ("nothing_gained", Decimal("30000.00"))


def test_a_worse_new_buyer_is_judged_again_and_the_cut_says_why(underwriter, senior):
    who, old, new = make.client(underwriter), make.buyer(underwriter, grade="6"), make.buyer(underwriter, grade="7")
    guarantee = granted(underwriter, who, old, total="150000")
    merged(underwriter, senior, merger(old, new))
    review_buyers(underwriter, on=KNOWN_ON, at=NOON)
    with acting(underwriter):
        cut = Reduction.objects.get(term__guarantee__public_id=guarantee)
    assert (cut.cause, cut.maximum, cut.effective_on) == ("one_buyer", Decimal("100000.00"), date(2020, 8, 9))
    review_buyers(underwriter, on=cut.effective_on, at=NOON)
    with acting(underwriter):
        assert Endorsement.objects.filter(term=cut.term_id).latest("pk").cause == "one_buyer"


def test_a_new_number_takes_everything_along_and_the_old_one_still_finds_it(underwriter, senior):
    who, old = make.client(underwriter), make.buyer(underwriter, grade="6")
    guarantee = granted(underwriter, who, old)
    number = siren_from_serial(next(_numbers))
    wish = merger(old, old, kind="renumbering", new_identifier=number)
    merged(underwriter, senior, wish)
    row = running(underwriter, guarantee)[guarantee]
    case = facts_of(underwriter, guarantee)
    assert (case.buyer.grade, case.buyer.default_probability) == ("6", Decimal("0.04"))
    assert case.buyer.created_on is not None
    # Nothing was wrong and nothing was rated: the night finds nothing to do.
    assert review_buyers(underwriter, on=KNOWN_ON, at=NOON).announced == 0
    told = LimitNotice("by the old number", who.policy_number, "FR", old.identifier, "refusal",
                       Decimal(0), Decimal(0), KNOWN_ON, KNOWN_ON)  # fmt: skip
    change_buyer_limits(underwriter, [told], on=KNOWN_ON)
    with acting(underwriter):
        assert BuyerLimit.objects.get(source_reference="by the old number").buyer_id == row.buyer_id
        (target,) = row_targets.of_rows(underwriter, [make.row_for(who, old)], on=KNOWN_ON)
    assert (target.buyer_id, target.guarantee_running) == (row.buyer_id, guarantee)


def test_requests_follow_and_of_two_the_old_buyers_is_cancelled(underwriter, senior):
    first, second = make.client(underwriter), make.client(underwriter)
    old, new = make.buyer(underwriter), make.buyer(underwriter)
    for who, whom in [(first, old), (second, old), (second, new)]:
        make.notice(underwriter, who, whom)
    alone = asked(underwriter, make.row_for(first, old))
    double, kept = asked(underwriter, make.row_for(second, old)), asked(underwriter, make.row_for(second, new))
    (done,) = merged(underwriter, senior, merger(old, new, effective_on=OPENING_DAY), on=OPENING_DAY)
    assert (done.requests, done.cancelled) == ([alone.request], [double.request])
    (answer,) = accept_offers(underwriter, [alone.offer], on=OPENING_DAY, at=NOON)
    with acting(underwriter):
        assert Guarantee.objects.get(public_id=answer.guarantee).buyer_id == new.id
        states = dict(LimitRequest.objects.filter(buyer_id__in=[old.id, new.id]).values_list("public_id", "status"))
    assert states == {alone.request: "granted", double.request: "cancelled", kept.request: "offered"}


def test_deliveries_before_the_merger_are_covered_as_they_were(underwriter, senior):
    who, old, new = make.client(underwriter), make.buyer(underwriter), make.buyer(underwriter)
    came, _ = granted(underwriter, who, old), granted(underwriter, who, new)
    merged(underwriter, senior, merger(old, new))
    with acting(underwriter):
        covers = claim_facts.covers_of(underwriter, [(who.policy_id, old.id), (who.policy_id, new.id)])
    at_first, at_last = covers[who.policy_id, old.id].top_ups, covers[who.policy_id, new.id].top_ups
    assert [(one.first, one.end) for one in at_first] == [(OPENING_DAY, MERGED_ON)]
    assert sorted((one.first, one.end) for one in at_last) == [
        (OPENING_DAY, date(2020, 9, 15)),
        (MERGED_ON, date(2020, 9, 15)),
    ]
    late = date(2020, 7, 20)

    def declared(reference, day):
        invoice = GivenInvoice(
            number=reference, delivered_on=day, invoiced_on=day, due_on=day, amount=Decimal("100.00")
        )
        with acting(underwriter):
            (receipt,) = declare_overdues(
                underwriter,
                [OverdueDeclaration(source_reference=reference, guarantee=came, invoices=(invoice,))],
                on=late,
            )
            return claim_facts.locked_claims(underwriter, [receipt.claim], on=late)[receipt.claim].buyer_id

    assert declared(f"before {came}", OPENING_DAY) == old.id
    assert declared(f"after {came}", MERGED_ON) == new.id


def test_a_wrong_merger_is_corrected_from_a_day_and_not_deleted(underwriter, senior):
    who, old, new = make.client(underwriter), make.buyer(underwriter), make.buyer(underwriter)
    came, stayed = granted(underwriter, who, old), granted(underwriter, who, new)
    (done,) = merged(underwriter, senior, merger(old, new))
    later = date(2020, 8, 1)
    wish = CorrectionWish(change=done.change, effective_on=later, reference="BODACC B n° 7", reason="homonyme")
    (back,) = merged(underwriter, senior, wish, on=later)
    assert back.guarantees == [came]
    terms = running(underwriter, came, stayed)
    assert (terms[came].buyer_id, terms[came].former_buyer_id, terms[stayed].buyer_id) == (old.id, None, new.id)
    for whom in (old, new):
        limit = standing_limit(underwriter, who, whom)
        assert (limit.decision, limit.effective_on) == ("refusal", later)
    with acting(underwriter):
        rows = renewals_due.running(underwriter, [came, stayed], on=later)
        assert IdentityChange.objects.filter(public_id=done.change, status="confirmed").exists()
    assert (rows[came].beside, rows[stayed].beside) == (None, None)
    with pytest.raises(FieldErrors):
        propose_identity_changes(underwriter, [wish], on=later)


def test_who_was_absorbed_before_is_followed_to_the_last(underwriter, senior):
    who = make.client(underwriter)
    first, second, third = (make.buyer(underwriter) for _ in range(3))
    guarantee = granted(underwriter, who, first)
    merged(underwriter, senior, merger(first, second))
    (last,) = merged(underwriter, senior, merger(second, third))
    row = running(underwriter, guarantee)[guarantee]
    assert (row.buyer_id, row.former_buyer_id) == (third.id, first.id)
    with pytest.raises(FieldErrors) as caught:
        propose_identity_changes(underwriter, [merger(first, third)], on=KNOWN_ON)
    assert [one.code for one in caught.value.errors] == ["followed_already"]
    wish = CorrectionWish(change=last.change, effective_on=KNOWN_ON, reference="BODACC", reason="erreur")
    merged(underwriter, senior, wish)
    assert running(underwriter, guarantee)[guarantee].buyer_id == second.id


def test_a_change_is_confirmed_by_another_once_it_is_true_and_fits(underwriter, senior):
    old, new, third = (make.buyer(underwriter) for _ in range(3))
    (own,) = propose_identity_changes(senior, [merger(old, new)], on=KNOWN_ON)
    with pytest.raises(ConfirmedByAnother):
        confirm_identity_changes(senior, [own], on=KNOWN_ON, at=NOON)
    with acting(senior):
        row = IdentityChange.objects.filter(public_id=own)
        for changed, constraint in [
            (
                {"status": "confirmed", "answered_by": senior.name, "answered_on": KNOWN_ON},
                "identity_change_by_four_eyes",
            ),
            ({"reference": "autre"}, "identity_change_stands"),
        ]:
            with pytest.raises(IntegrityError) as caught, transaction.atomic():
                row.update(**changed)
            assert caught.value.__cause__.diag.constraint_name == constraint
    take_back_identity_change(senior, own, on=KNOWN_ON)
    (ahead,) = propose_identity_changes(underwriter, [merger(old, new, effective_on=date(2020, 8, 1))], on=KNOWN_ON)
    with pytest.raises(ChangeNotYetTrue):
        confirm_identity_changes(senior, [ahead], on=KNOWN_ON, at=NOON)
    merged(underwriter, senior, merger(new, third))
    with pytest.raises(ChangeOvertaken):
        confirm_identity_changes(senior, [ahead], on=date(2020, 8, 1), at=NOON)


def test_a_cut_at_short_notice_on_the_old_buyer_is_answered_before_it_is_followed(underwriter, senior):
    who, old, new = make.client(underwriter), make.buyer(underwriter), make.buyer(underwriter)
    make.notice(underwriter, who, old, decision="grant", amount="80000", notified_on=date(2020, 1, 6))
    cut = LimitNotice(
        f"cut {old.identifier}", who.policy_number, "FR", old.identifier, "cessation", Decimal(80_000), Decimal(0),
        KNOWN_ON, KNOWN_ON, exceptional_case="overdue", exceptional_reason="unpaid since May",
    )  # fmt: skip
    assert change_buyer_limits(underwriter, [cut], on=KNOWN_ON).waiting
    (change,) = propose_identity_changes(underwriter, [merger(old, new)], on=KNOWN_ON)
    with pytest.raises(ShortNoticesWait):
        confirm_identity_changes(senior, [change], on=KNOWN_ON, at=NOON)


def test_a_rating_of_the_absorbed_buyer_that_proves_wrong_corrects_what_was_ceded(underwriter, senior):
    who, old, new = make.client(underwriter), make.buyer(underwriter, grade="6"), make.buyer(underwriter, grade="6")
    guarantee = granted(underwriter, who, old, total="200000")
    merged(underwriter, senior, merger(old, new))
    make.rated(underwriter, old, on=date(2020, 6, 10), booked_on=KNOWN_ON, grade="7")
    assert review_buyers(underwriter, on=date(2020, 7, 11), at=NOON).corrected == 1
    assert running(underwriter, guarantee)[guarantee].right_amount == Decimal("100000.00")


def test_what_is_told_of_an_absorbed_buyer_is_kept_under_the_one_that_remains(underwriter, senior):
    old, new = make.buyer(underwriter), make.buyer(underwriter)
    merged(underwriter, senior, merger(old, new))
    told = {"buyer_country": "FR", "buyer_identifier": old.identifier, "effective_on": KNOWN_ON}
    watch = WatchNotice(source_reference="w", is_watched=True, reason="late accounts", **told)
    watch_buyers(underwriter, [watch], on=KNOWN_ON)
    member = MembershipNotice(source_reference="m", group_reference="G", **told)
    record_group_memberships(underwriter, [member], on=KNOWN_ON)
    with acting(underwriter):
        assert BuyerWatch.objects.get(source_reference="w").buyer_id == new.id
        assert GroupMembership.objects.get(source_reference="m").buyer_id == new.id


def test_a_term_moves_by_a_confirmed_change_alone(underwriter):
    who, old, new = make.client(underwriter), make.buyer(underwriter), make.buyer(underwriter)
    guarantee = granted(underwriter, who, old)
    with acting(underwriter):
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            GuaranteeTerm.objects.filter(guarantee__public_id=guarantee).update(buyer_id=new.id)
        assert caught.value.__cause__.diag.constraint_name == "guarantee_term_stands"


def test_what_cannot_be_proposed_is_told_at_its_field(underwriter):
    old, new = make.buyer(underwriter), make.buyer(underwriter)
    for wish, fields in [
        (merger(old, old), {"new_identifier"}),
        (merger(old, new, reference=" "), {"reference"}),
        (merger(old, new, new_identifier="123456789"), {"new_identifier"}),
        (merger(old, new, new_identifier=siren_from_serial(next(_numbers))), {"new_name"}),
        (merger(old, new, old_identifier="404404404"), {"old_identifier"}),
        (merger(old, new, kind="renumbering"), {"new_identifier"}),
    ]:
        with pytest.raises(FieldErrors) as caught:
            propose_identity_changes(underwriter, [wish], on=KNOWN_ON)
        assert {one.field for one in caught.value.errors} == fields


def test_the_act_costs_a_fixed_number_of_queries(underwriter, senior):
    def cost(size):
        new, wishes = make.buyer(underwriter), []
        old = make.buyer(underwriter)
        for _ in range(size):
            granted(underwriter, make.client(underwriter), old)
        wishes = propose_identity_changes(underwriter, [merger(old, new)], on=KNOWN_ON)
        with CaptureQueriesContext(connections["default"]) as seen:
            confirm_identity_changes(senior, wishes, on=KNOWN_ON, at=NOON)
        return len(seen)

    cost(1)
    assert cost(1) == cost(3)
