"""An exception of an authority from its opening to what it lifts: E20, E21; D-1, D-10; décret 2020-397, article 3."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.models import Organisation
from capweb.audit.models import TrailEntry
from capweb.kernel.errors import FieldErrors
from eligibility.queries.decisions import decisions_by_id
from eligibility.queries.law_book import current_law_book
from policies.commands.accept_offers import accept_offers, decline_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.handle_exceptions import (
    AuthorityDecision,
    ExceptionDoesNotFit,
    ExceptionUnderWay,
    ExceptionUnknown,
    ExceptionWish,
    NeedsTwoPeople,
    decide_exceptions,
    expire_exceptions,
    open_exceptions,
    pass_on_exceptions,
    send_exceptions,
    withdraw_exceptions,
)
from policies.commands.keep_evidence import evidence_content, keep_evidence
from policies.commands.settle_referred import RequestUnknown
from policies.commands.submit_limit_requests import submit_file
from policies.domain.evidence import LARGEST_BYTES, Evidence, EvidenceRefused
from policies.domain.moves import IllegalMove
from policies.models import EvidenceFile, ExceptionDossier, GuaranteeTerm, LimitRequest, Offer
from policies.queries import submissions
from policies.queries.exceptions_in_force import used_amounts
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.handed_in import asked

NOON = datetime(2020, 6, 15, 12, tzinfo=UTC)
LETTER = "DGT/2020/118"


@pytest.fixture(scope="module")
def cast(committed_once):
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    make.enter_illustrative_tariffs(cast.actor())
    return cast


@pytest.fixture
def elise(cast):
    return make.person(cast.actor(), "underwriter")


@pytest.fixture
def serge(cast):
    return make.person(cast.actor(), "senior_underwriter")


def complement(actor, *, total="400000", **more):
    """The worked example: primary 400 → 150, wanted 400; half of the primary is 75."""
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom, decision="reduction", before="400000", amount="150000", notified_on=OPENING_DAY)
    return who, whom, asked(actor, make.row_for(who, whom, total=total, **more))


def large_exporter(actor):
    return make.client(actor, turnover="2000000000")


def abroad(actor, who, *, total="300000", on=OPENING_DAY):
    whom = make.buyer(actor, country="MA", probability=None)
    make.notice(actor, who, whom)
    return whom, asked(actor, make.row_for(who, whom, total=total), on=on)


def opened(actor, row, kind, **more):
    wish = ExceptionWish(request=row.request, kind=kind, reason="commande stratégique", **more)
    return open_exceptions(actor, [wish], on=OPENING_DAY)[0]


def with_minister(actor, row, kind, **more):
    dossier = opened(actor, row, kind, **more)
    send_exceptions(actor, [dossier], on=OPENING_DAY)
    pass_on_exceptions(actor, [dossier], on=OPENING_DAY)
    return dossier


def granted(elise, serge, row, kind, *, amount=None, end_day=None, **more):
    dossier = with_minister(elise, row, kind, **more)
    decision = AuthorityDecision(
        dossier=dossier, favourable=True, reference=LETTER, granted_on=OPENING_DAY, amount=amount, end_day=end_day
    )
    decide_exceptions(serge, [decision], on=OPENING_DAY)
    return dossier


def standing(actor, row):
    with acting(actor):
        request = LimitRequest.objects.get(public_id=row.request)
        book = current_law_book(actor)
        decision = decisions_by_id(actor, [request.decision_id], book=book, language="en")[request.decision_id]
    return request.status, decision


def test_a_very_large_exporter_waits_for_the_ministry_and_its_decision_lets_the_request_through(cast, elise, serge):
    _, row = abroad(elise, large_exporter(elise))
    status, decision = standing(elise, row)
    assert (status, decision.referred_to) == ("referred", "ministry")
    dossier = with_minister(elise, row, "large_policyholder", asked_amount=Decimal(300_000))
    again = decide_exceptions(
        serge,
        [AuthorityDecision(dossier=dossier, favourable=True, reference=LETTER, granted_on=OPENING_DAY)],
        on=OPENING_DAY,
    )
    assert again == [row.request]
    status, decision = standing(elise, row)
    assert status == "offered"
    assert [one.evidence for one in decision.facts.exceptions] == [dossier]
    with acting(elise):
        trail = list(TrailEntry.objects.filter(subject=dossier).order_by("id").values_list("action", flat=True))
    assert trail == ["exception.opened", "exception.sent", "exception.passed_on", "exception.favourable"]


def test_an_unfavourable_decision_lifts_nothing(elise, serge):
    _, row = abroad(elise, large_exporter(elise))
    dossier = with_minister(elise, row, "large_policyholder")
    decide_exceptions(serge, [AuthorityDecision(dossier=dossier, favourable=False, reference=LETTER)], on=OPENING_DAY)
    assert standing(elise, row)[0] == "referred"


def test_above_parity_lifts_the_complement_at_the_next_judgement(elise, serge):
    who, whom, row = complement(elise)
    with acting(elise):
        assert Offer.objects.get(public_id=row.offer).amount == Decimal("75000.00")
    granted(elise, serge, row, "above_parity", amount=Decimal(200_000))
    # The offer says what it said; a new request is judged under the decision.
    decline_offers(elise, [row.offer], on=OPENING_DAY)
    lifted = asked(elise, make.row_for(who, whom, total="400000"))
    with acting(elise):
        assert Offer.objects.get(public_id=lifted.offer).amount == Decimal("200000.00")


def test_a_live_offer_uses_the_exception_and_acceptance_counts_its_own_only_once(elise, serge):
    who, whom, row = complement(elise)
    dossier = granted(elise, serge, row, "above_parity", amount=Decimal(200_000))
    decline_offers(elise, [row.offer], on=OPENING_DAY)
    lifted = asked(elise, make.row_for(who, whom, total="400000"))
    (answer,) = accept_offers(elise, [lifted.offer], on=OPENING_DAY, at=NOON)
    with acting(elise):
        term = GuaranteeTerm.objects.get(guarantee__public_id=answer.guarantee)
        (row_id,) = ExceptionDossier.objects.filter(public_id=dossier).values_list("pk", flat=True)
        assert used_amounts(elise, [row_id]) == {row_id: Decimal("200000.00")}
    assert term.amount == Decimal("200000.00")


def test_a_construction_subcontract_is_never_lifted_above_parity(elise, serge):
    _, _, row = complement(elise, construction_subcontract=True)
    with pytest.raises(ExceptionDoesNotFit) as caught:
        opened(elise, row, "above_parity")
    assert caught.value.facts["reason"] == "construction"


def test_a_subcontract_on_a_buyer_that_has_an_exception_is_held_at_half_all_the_same(elise, serge):
    who, whom, row = complement(elise)
    granted(elise, serge, row, "above_parity", amount=Decimal(200_000))
    decline_offers(elise, [row.offer], on=OPENING_DAY)
    building = asked(elise, make.row_for(who, whom, total="400000", construction_subcontract=True))
    with acting(elise):
        assert Offer.objects.get(public_id=building.offer).amount == Decimal("75000.00")


def test_what_one_buyer_uses_of_a_ministry_s_amount_is_gone_for_the_next(elise, serge):
    exporter = large_exporter(elise)
    _, first = abroad(elise, exporter, total="250000")
    granted(elise, serge, first, "large_policyholder", amount=Decimal(400_000), every_buyer=True)
    assert standing(elise, first)[1].granted == Decimal("250000.00")
    _, second = abroad(elise, exporter, total="250000")
    assert standing(elise, second)[1].granted == Decimal("150000.00")
    assert standing(elise, second)[1].binding == "exception"
    _, third = abroad(elise, exporter, total="250000")
    status, decision = standing(elise, third)
    assert (status, decision.referred_to) == ("referred", "ministry")


def test_two_wishes_of_one_file_share_what_is_left(cast, elise, serge):
    exporter = large_exporter(elise)
    _, first = abroad(elise, exporter, total="100000")
    granted(elise, serge, first, "large_policyholder", amount=Decimal(400_000), every_buyer=True)
    rows = []
    for _ in range(3):
        whom = make.buyer(elise, country="MA", probability=None)
        make.notice(elise, exporter, whom)
        rows.append(make.row_for(exporter, whom, total="200000"))
    receipt = submit_file(elise, make.csv_of(rows), file_name="a.csv", media_type=None, on=OPENING_DAY)
    decide_submission(elise, receipt.public_id, on=OPENING_DAY, holder="tests")
    with acting(elise):
        found = submissions.rows_of(elise, receipt.public_id)
    amounts = [standing(elise, one)[1].granted for one in found]
    assert amounts[:2] == [Decimal("200000.00"), Decimal("100000.00")]
    assert amounts[2] is None


def test_an_ended_decision_is_said_to_have_ended(elise, serge):
    exporter = large_exporter(elise)
    _, first = abroad(elise, exporter)
    last = OPENING_DAY + timedelta(days=10)
    dossier = granted(elise, serge, first, "large_policyholder", end_day=last, every_buyer=True)
    assert expire_exceptions(elise, on=last - timedelta(days=1)) == 0
    assert expire_exceptions(elise, on=last) == 1
    assert expire_exceptions(elise, on=last) == 0
    with acting(elise):
        assert ExceptionDossier.objects.get(public_id=dossier).status == "expired"
    _, late = abroad(elise, exporter, on=last)
    status, decision = standing(elise, late)
    assert (status, decision.referred_to) == ("referred", "ministry")
    assert any(LETTER in str(one["used"]) for one in decision.reasons if one["verdict"] == "refer")


def test_who_opened_the_dossier_does_not_enter_the_decision(elise, serge):
    _, row = abroad(elise, large_exporter(elise))
    dossier = with_minister(serge, row, "large_policyholder")
    decision = AuthorityDecision(dossier=dossier, favourable=True, reference=LETTER, granted_on=OPENING_DAY)
    with pytest.raises(NeedsTwoPeople):
        decide_exceptions(serge, [decision], on=OPENING_DAY)
    with pytest.raises(NotAllowed):
        decide_exceptions(elise, [decision], on=OPENING_DAY)
    assert standing(elise, row)[0] == "referred"


def test_an_authority_decides_after_it_was_asked(elise, serge):
    _, row = abroad(elise, large_exporter(elise))
    dossier = opened(elise, row, "large_policyholder")
    decision = AuthorityDecision(dossier=dossier, favourable=True, reference=LETTER, granted_on=OPENING_DAY)
    with pytest.raises(IllegalMove) as caught:
        decide_exceptions(serge, [decision], on=OPENING_DAY)
    assert caught.value.facts["possible"] == ["send", "withdraw"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reference": " "}, "reference"),
        ({"granted_on": None}, "granted_on"),
        ({"granted_on": OPENING_DAY + timedelta(days=1)}, "granted_on"),
        ({"end_day": OPENING_DAY}, "end_day"),
        ({"amount": None}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
    ],
)
def test_a_decision_names_its_letter_its_days_and_its_amount(elise, serge, wrong, field):
    _, _, row = complement(elise)
    dossier = with_minister(elise, row, "above_parity")
    right = {"reference": LETTER, "granted_on": OPENING_DAY, "end_day": None, "amount": Decimal(200_000)}
    with pytest.raises(FieldErrors) as caught:
        decide_exceptions(serge, [AuthorityDecision(dossier=dossier, favourable=True, **right | wrong)], on=OPENING_DAY)
    assert field in [one.field for one in caught.value.errors]


def test_a_decision_taken_back_ends_that_day(elise, serge):
    exporter = large_exporter(elise)
    _, first = abroad(elise, exporter)
    dossier = granted(elise, serge, first, "large_policyholder", every_buyer=True)
    later = OPENING_DAY + timedelta(days=3)
    withdraw_exceptions(elise, [dossier], on=later)
    with acting(elise):
        assert ExceptionDossier.objects.get(public_id=dossier).end_day == later
    assert standing(elise, abroad(elise, exporter, on=later)[1])[0] == "referred"


def test_the_same_exception_is_asked_for_once_at_a_time(elise):
    _, row = abroad(elise, large_exporter(elise))
    first = opened(elise, row, "large_policyholder")
    with pytest.raises(ExceptionUnderWay):
        opened(elise, row, "large_policyholder")
    withdraw_exceptions(elise, [first], on=OPENING_DAY)
    assert opened(elise, row, "large_policyholder") != first


def test_only_what_an_authority_can_lift_is_asked_for(elise):
    _, _, at_home = complement(elise)
    _, abroad_row = abroad(elise, large_exporter(elise))
    for row, kind, more, reason in (
        (at_home, "large_policyholder", {}, "not_export"),
        (abroad_row, "above_parity", {}, "not_a_complement"),
        (at_home, "above_parity", {"every_buyer": True}, "every_buyer"),
    ):
        with pytest.raises(ExceptionDoesNotFit) as caught:
            opened(elise, row, kind, **more)
        assert caught.value.facts["reason"] == reason


def test_another_insurer_s_case_does_not_exist(cast, elise):
    _, row = abroad(elise, large_exporter(elise))
    dossier = opened(elise, row, "large_policyholder")
    karim = make.person(cast.actor("coface"), "underwriter")
    with pytest.raises(RequestUnknown):
        opened(karim, row, "large_policyholder")
    for act in (send_exceptions, withdraw_exceptions):
        with pytest.raises(ExceptionUnknown):
            act(karim, [dossier], on=OPENING_DAY)


def test_evidence_is_kept_by_what_it_holds_and_once(elise, tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    _, row = abroad(elise, large_exporter(elise))
    dossier = opened(elise, row, "large_policyholder")
    letter = Evidence("C:\\lettres\\bpifrance.pdf", b"%PDF-1.7\nlettre")
    assert keep_evidence(elise, dossier, [letter, letter], on=OPENING_DAY) == 1
    assert keep_evidence(elise, dossier, [letter], on=OPENING_DAY) == 0
    with acting(elise):
        (kept,) = EvidenceFile.objects.filter(dossier__public_id=dossier)
    assert (kept.name, kept.media_type, kept.byte_count) == ("bpifrance.pdf", "application/pdf", len(letter.content))
    assert evidence_content(kept.storage_key) == letter.content


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"MZ\x90 program", "unknown_type"), (b"<svg onload=x>", "unknown_type"),
     (b"%PDF-" + b"0" * LARGEST_BYTES, "too_large")],
)  # fmt: skip
def test_what_is_no_document_is_refused_whatever_it_is_called(elise, content, reason):
    with pytest.raises(EvidenceRefused) as caught:
        keep_evidence(elise, "exc_any", [Evidence("lettre.pdf", content)], on=date(2020, 6, 15))
    assert caught.value.facts["reason"] == reason
