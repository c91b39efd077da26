"""Treaties are opened, changed, prolonged and ended by two people, within the bounds of the law of the day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.kernel.errors import FieldErrors
from eligibility.domain.law_files import shipped_law_book
from policies.commands.agree_treaties import legal_bounds, propose_treaty_changes
from reinsurance.commands.cede import cede
from reinsurance.commands.decide_treaty_proposals import reject_treaty_proposals, withdraw_treaty_proposals
from reinsurance.commands.propose_treaty_changes import NotAPerson, TreatyChange
from reinsurance.commands.refusals import CountryNotCovered, NoOpenTreaty
from reinsurance.domain.chart import TREATY_CLASSES
from reinsurance.models import CountryAmendment, LedgerAccount, Treaty, TreatyDecision, TreatyProposal, TreatyTerms
from tests.books import RISK, order, set_ceilings
from tests.cast import OPENING_DAY
from tests.treaties import ADA, EXPORT, OPENING, RITA, agree, approve, person, propose

pytestmark = pytest.mark.usefixtures("committed")
TOMORROW = OPENING_DAY + timedelta(days=1)


@pytest.fixture
def rita(committed, cast):
    return person(cast, RITA)


@pytest.fixture
def ada(committed, cast):
    return person(cast, ADA)


def codes(found: pytest.ExceptionInfo[FieldErrors]) -> set[tuple[str, str]]:
    return {(error.field, error.code) for error in found.value.errors}


def treaty_of(actor) -> Treaty:
    with acting(actor):
        return Treaty.objects.select_related("reinsurer", "decision").get()


def test_a_proposal_opens_nothing_and_its_approval_opens_the_treaty_with_its_accounts(rita, ada):
    public_id = propose(rita, "open", OPENING)
    with acting(rita):
        assert not Treaty.objects.exists()
    approve(ada, public_id)
    treaty = treaty_of(rita)
    with acting(rita):
        terms = TreatyTerms.objects.get()
        classes = set(LedgerAccount.objects.filter(treaty=treaty).values_list("account_class", flat=True))
    assert (treaty.kind, treaty.market, treaty.reinsurer.code) == ("substitution", "domestic", "ccr")
    assert treaty.reference == "Traité CAP+ 2020"
    assert (terms.first_day, terms.ceded_ratio, terms.ceding_commission) == (OPENING_DAY, Decimal("0.95"), 0)
    assert (terms.reporting_months, terms.settlement_days, terms.loss_order) == (3, None, "primary_first")
    assert classes == set(TREATY_CLASSES)
    assert treaty.decision.decided_by == ADA


def test_an_open_end_is_the_last_that_the_law_allows(cast):
    agree(cast, "open", OPENING)
    # Décret 2020-397, article 5: at the latest 31 December 2020, the day itself included.
    assert treaty_of(person(cast, RITA)).ended_on == date(2021, 1, 1)


def test_an_export_treaty_is_renewed_yearly_and_ends_after_five_years_even_when_open_ended(cast):
    agree(cast, "open", EXPORT)
    treaty = treaty_of(person(cast, RITA))
    assert (treaty.ended_on, treaty.renewal_years) == (date(2025, 6, 15), 1)


@pytest.mark.parametrize(
    ("fields", "accepted", "refused"),
    [
        (OPENING, "2021-01-01", "2021-01-02"),
        (EXPORT, "2025-06-15", "2025-06-16"),
    ],
)
def test_the_last_day_of_the_legal_window_is_allowed_and_the_next_is_not(rita, fields, accepted, refused):
    with pytest.raises(FieldErrors) as found:
        propose(rita, "open", {**fields, "end_day": refused})
    assert codes(found) == {("0.end_day", "beyond_legal_window")}
    propose(rita, "open", {**fields, "end_day": accepted})


@pytest.mark.parametrize(
    ("kind", "accepted", "refused"), [("substitution", "0.95", "0.95000001"), ("complement", "1", "1.00000001")]
)
def test_the_legal_ratio_may_be_ceded_and_not_a_hair_more(rita, kind, accepted, refused):
    with pytest.raises(FieldErrors) as found:
        propose(rita, "open", {**OPENING, "kind": kind, "ceded_ratio": refused})
    assert found.value.errors[0].field == "0.ceded_ratio"
    propose(rita, "open", {**OPENING, "kind": kind, "ceded_ratio": accepted})


def test_a_day_without_law_is_told_in_words(rita):
    with pytest.raises(FieldErrors) as unset:
        propose(rita, "open", {**OPENING, "first_day": "2021-02-01"})
    assert codes(unset) == {("0.end_day", "law_missing")}
    assert "2021-02-01" in str(unset.value)
    assert "treaties/domestic/last_day" in str(unset.value)
    with pytest.raises(FieldErrors) as ended:
        propose(rita, "open", {**OPENING, "first_day": "2022-02-01"})
    assert codes(ended) == {("0.end_day", "law_missing"), ("0.ceded_ratio", "law_missing")}


def test_the_treaties_of_2009_ran_six_months():
    bounds = legal_bounds(shipped_law_book())("complement", "domestic", date(2009, 3, 15))
    assert bounds.latest_end(date(2009, 3, 15)) == date(2009, 9, 15)
    assert not bounds.missing


def test_nobody_approves_what_they_proposed_and_only_the_proposer_withdraws(rita, ada):
    public_id = propose(rita, "open", OPENING)
    with pytest.raises(FieldErrors) as own:
        approve(rita, public_id)
    with acting(ada), pytest.raises(FieldErrors) as others:
        withdraw_treaty_proposals(ada, [public_id], reason="Non.", booked_on=OPENING_DAY)
    assert codes(own) == {("0.proposal", "own_proposal")}
    assert codes(others) == {("0.proposal", "not_own_proposal")}
    with acting(rita):
        withdraw_treaty_proposals(rita, [public_id], reason="Erreur de date.", booked_on=OPENING_DAY)
    with pytest.raises(FieldErrors) as decided:
        approve(ada, public_id)
    assert codes(decided) == {("0.proposal", "proposal_decided")}
    with acting(rita):
        assert not Treaty.objects.exists()


def test_a_rejection_says_why_and_changes_nothing(rita, ada):
    public_id = propose(rita, "open", OPENING)
    with acting(ada), pytest.raises(FieldErrors) as found:
        reject_treaty_proposals(ada, [public_id], reason=" ", booked_on=OPENING_DAY)
    assert codes(found) == {("reason", "required")}
    with acting(ada):
        reject_treaty_proposals(ada, [public_id], reason="Le taux n'est pas celui du traité.", booked_on=OPENING_DAY)
    with acting(rita):
        assert not Treaty.objects.exists()


def test_approving_twice_carries_out_once_and_proposing_twice_proposes_once(rita, ada):
    public_id = propose(rita, "open", OPENING)
    assert propose(rita, "open", OPENING) == public_id
    approve(ada, public_id)
    approve(ada, public_id)
    with acting(rita):
        assert (Treaty.objects.count(), TreatyDecision.objects.count(), TreatyProposal.objects.count()) == (1, 1, 1)


def test_an_underwriter_and_a_program_propose_nothing(cast, rita):
    underwriter = cast.actor()
    program = cast.actor(role="reinsurance_accountant")
    for actor, error in ((underwriter, NotAllowed), (program, NotAPerson)):
        with acting(actor), pytest.raises(error):
            propose_treaty_changes(actor, [TreatyChange("open", OPENING)], reason="x", booked_on=OPENING_DAY)


def test_what_came_between_is_found_at_the_approval(rita, ada):
    first = propose(rita, "open", OPENING)
    second = propose(rita, "open", {**OPENING, "reference": "Second"})
    with pytest.raises(FieldErrors) as found:
        approve(ada, first, second)
    assert codes(found) == {("1.first_day", "treaty_overlaps")}
    with acting(rita):
        assert not Treaty.objects.exists(), "all or none"


def test_new_terms_hold_from_their_day_and_earlier_cover_keeps_its_own(cast, rita):
    agree(cast, "open", OPENING)
    set_ceilings(cast, {"domestic": Decimal("10000000.00")})
    treaty = treaty_of(rita).public_id
    agree(
        cast,
        "terms",
        {
            "treaty": treaty,
            "first_day": "2020-07-01",
            "ceded_ratio": "0.90",
            "ceding_commission": "0.10",
            "reporting_months": 1,
            "settlement_days": "45",
            "large_loss_amount": "500000",
            "cash_call_amount": "1000000",
            "loss_order": "pro_rata",
            "reference": "Avenant 1",
        },
    )
    late = order("b", term=order("b").term.__class__(date(2020, 7, 1), date(2020, 10, 1)))
    with acting(rita):
        before, after = cede(rita, [order("a"), late], on=OPENING_DAY)
        terms = TreatyTerms.objects.latest("first_day")
    assert (before.shares.ceded_ratio, before.shares.commission) == (Decimal("0.95"), 0)
    assert (after.shares.ceded_ratio, after.shares.commission) == (Decimal("0.90"), Decimal("78.75"))
    assert (terms.reporting_months, terms.settlement_days, terms.loss_order) == (1, 45, "pro_rata")
    assert (terms.large_loss_amount, terms.cash_call_amount) == (Decimal("500000.00"), Decimal("1000000.00"))


def test_what_was_ceded_stands_so_nothing_is_changed_in_the_past(cast, rita, ada):
    agree(cast, "open", OPENING)
    treaty = treaty_of(rita).public_id
    terms = {"treaty": treaty, "first_day": TOMORROW, "ceded_ratio": "0.90", "reference": "Avenant"}
    with pytest.raises(FieldErrors) as found:
        propose(rita, "terms", {**terms, "first_day": OPENING_DAY}, on=TOMORROW)
    assert codes(found) == {("0.first_day", "day_passed"), ("0.first_day", "terms_standing")}
    public_id = propose(rita, "terms", terms)
    with pytest.raises(FieldErrors) as too_late:
        approve(ada, public_id, on=TOMORROW + timedelta(days=1))
    assert codes(too_late) == {("0.first_day", "day_passed")}
    approve(ada, public_id, on=TOMORROW)


def test_a_treaty_ends_earlier_by_four_eyes_and_never_before_cover_ceded_under_it(cast, rita):
    agree(cast, "open", OPENING)
    set_ceilings(cast, {"domestic": Decimal("10000000.00")})
    treaty = treaty_of(rita).public_id
    later = order("a", term=order("a").term.__class__(date(2020, 9, 1), date(2020, 12, 1)))
    with acting(rita):
        cede(rita, [later], on=OPENING_DAY)
    end = {"treaty": treaty, "end_day": "2020-09-01", "reference": "Dénonciation"}
    with pytest.raises(FieldErrors) as found:
        propose(rita, "end", end)
    assert codes(found) == {("0.end_day", "cover_begins_later")}
    agree(cast, "end", {**end, "end_day": "2020-09-02"})
    assert treaty_of(rita).ended_on == date(2020, 9, 2)
    with acting(rita), pytest.raises(NoOpenTreaty):
        cede(rita, [order("b", term=later.term.__class__(date(2020, 9, 2), date(2020, 12, 2)))], on=OPENING_DAY)


def test_a_treaty_is_prolonged_up_to_the_legal_window_and_not_beyond(cast, rita):
    agree(cast, "open", {**EXPORT, "end_day": "2021-06-15"})
    treaty = treaty_of(rita).public_id
    with pytest.raises(FieldErrors) as found:
        propose(rita, "end", {"treaty": treaty, "end_day": "2025-06-16", "reference": "Renouvellement"})
    assert codes(found) == {("0.end_day", "beyond_legal_window")}
    agree(cast, "end", {"treaty": treaty, "end_day": "2025-06-15", "reference": "Renouvellement"})
    assert treaty_of(rita).ended_on == date(2025, 6, 15)


def test_prolonging_beyond_what_the_law_says_is_told_in_words(cast, rita):
    agree(cast, "open", OPENING)
    with pytest.raises(FieldErrors) as found:
        propose(rita, "end", {"treaty": treaty_of(rita).public_id, "end_day": "2021-03-01", "reference": "Suite"})
    assert codes(found) == {("0.end_day", "law_missing")}


def _abroad(key: str, country: str, *, zone: str = "", day: date = OPENING_DAY):
    from dataclasses import replace

    from capweb.kernel.periods import nth_term

    risk = replace(RISK, buyer_country=country, product="cap_francexport_plus")
    return order(key, market="export", risk=risk, buyer_zone=zone, term=nth_term(day, 0, months=3))


def test_an_amended_treaty_covers_the_countries_named_and_no_other(cast, rita):
    agree(cast, "open", EXPORT)
    set_ceilings(cast, {"export": Decimal("10000000.00")})
    treaty = treaty_of(rita).public_id
    with acting(rita):
        cede(rita, [_abroad("before", "CL")], on=OPENING_DAY)
    for country, covered, day in (("BR", True, "2020-06-16"), ("BR", False, "2020-09-01")):
        fields = {
            "treaty": treaty, "first_day": day, "country": country, "is_covered": covered, "reference": "Avenant"
        }  # fmt: skip
        agree(cast, "country_amendment", fields)
    with acting(rita):
        assert cede(rita, [_abroad("named", "BR", day=date(2020, 8, 31))], on=OPENING_DAY)
        for key, country, day in (("other", "CL", TOMORROW), ("ended", "BR", date(2020, 9, 1))):
            with pytest.raises(CountryNotCovered):
                cede(rita, [_abroad(key, country, day=day)], on=OPENING_DAY)
        assert CountryAmendment.objects.count() == 2


def test_a_zone_is_excluded_and_a_country_of_it_taken_in_again(cast, rita):
    agree(cast, "open", EXPORT)
    set_ceilings(cast, {"export": Decimal("10000000.00")})
    treaty = treaty_of(rita).public_id
    for place in ({"zone": "2", "is_covered": False}, {"country": "BR", "is_covered": True}):
        agree(
            cast,
            "country_amendment",
            {"treaty": treaty, "first_day": "2020-06-15", "reference": "Avenant", **place},
        )
    with acting(rita):
        assert cede(rita, [_abroad("a", "BR", zone="2")], on=OPENING_DAY)
        with pytest.raises(CountryNotCovered):
            cede(rita, [_abroad("b", "CL", zone="2")], on=OPENING_DAY)


def test_a_domestic_treaty_has_no_countries_and_an_amendment_names_one_place(cast, rita):
    agree(cast, "open", OPENING)
    fields = {"treaty": treaty_of(rita).public_id, "first_day": "2020-06-15", "is_covered": True, "reference": "x"}
    with pytest.raises(FieldErrors) as found:
        propose(rita, "country_amendment", {**fields, "country": "BR", "zone": "1"})
    assert codes(found) == {("0.treaty", "no_countries_at_home"), ("0.country", "country_or_zone")}
