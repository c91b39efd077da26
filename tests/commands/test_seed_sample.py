"""The sample portfolio and the file of requests made from it: enough of everything, the same every time."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor
from capweb.accounts.models import Installation, Membership, Organisation, User
from capweb.accounts.queries import memberships
from capweb.kernel.identifiers import is_siren
from eligibility.domain.tables import grades_of
from policies.commands import sample_portfolio
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.sample_files import BAD_KINDS, SampleRow, SampleTooSmall, sample_rows, write_file
from policies.commands.sample_people import DEMO_PASSWORD
from policies.commands.seed_sample import NotASandbox, seed_sample, system_actor, who_may_sign_in
from policies.commands.submit_limit_requests import submit_file
from policies.domain.bulk_rows import read_rows
from policies.models import BuyerLimit, GuaranteeTerm, LimitRequest, Offer, Policy, SubmissionRow
from reinsurance.models import JournalEntry, Treaty

OPENING_DAY = date(2020, 6, 15)
SCALES = {"euler-hermes": "1-10", "coface": "0-10", "atradius": "1-100", "groupama": "0-10", "axa-assurcredit": "0-10"}


@pytest.fixture
def seeded(committed: None) -> None:
    seed_sample(size=600)


def person(email: str, *, insurer: str) -> Actor:
    rows = memberships.of_user(User.objects.get(email=email).pk)
    return next(row.actor for row in rows if isinstance(row.actor, Actor) and row.actor.insurer_code == insurer)


def everything() -> dict[str, list[tuple[object, ...]]]:
    """What the sample wrote, without ids and instants."""
    with acting_as_platform() as alias:
        limits = BuyerLimit.objects.using(alias)
        found = {
            "limits": limits.values_list(
                "insurer__code", "policy__number", "buyer__identifier", "decision", "amount", "notified_on"
            ),
            "ratings": limits.values_list(
                "insurer__code", "buyer__identifier", "buyer__ratings__grade", "buyer__ratings__default_probability"
            ),
            "entries": JournalEntry.objects.using(alias).values_list("kind", "source_key"),
            "treaties": Treaty.objects.using(alias).values_list("insurer__code", "kind", "market"),
            "mandates": Policy.objects.using(alias).values_list(
                "number", "policyholder__name", "policyholder__mandates__broker__code"
            ),
        }
        # No order of columns is total here (a policyholder may have given several mandates), so the rows are sorted.
        return {name: sorted(rows, key=repr) for name, rows in found.items()}


class TestThePortfolio:
    def test_the_same_seed_gives_the_same_portfolio_and_another_seed_another(self) -> None:
        books = sample_portfolio.portfolio("coface", size=300, seed=1)
        assert books == sample_portfolio.portfolio("coface", size=300, seed=1)
        assert books != sample_portfolio.portfolio("coface", size=300, seed=2)

    def test_proportions_are_those_that_were_reported(self) -> None:
        kinds: Counter[str] = Counter()
        markets: Counter[str] = Counter()
        tops = []
        for insurer, size in sample_portfolio.sizes_by_insurer(4000).items():
            books = sample_portfolio.portfolio(insurer, size=size, seed=2020)
            for notice in books.notices:
                if notice.decision == "grant":
                    continue
                kinds["substitution" if notice.amount == 0 else "complement"] += 1
                markets[books.buyers[notice.buyer].market] += 1
                need = (notice.requested_amount or notice.amount_before) - notice.amount
                tops.append(min(need, notice.amount / 2) if notice.amount else min(need, Decimal(200_000)))
        assert 20_000 < sum(tops) / len(tops) < 30_000
        assert 0.70 < markets["domestic"] / 4000 < 0.80
        assert 0.55 < kinds["substitution"] / 4000 < 0.66

    @pytest.mark.parametrize("insurer", SCALES)
    def test_grades_stand_on_the_insurers_own_scale(self, insurer: str) -> None:
        books = sample_portfolio.portfolio(insurer, size=300, seed=2020)
        grades = {opinion.grade for buyer in books.buyers for opinion in buyer.opinions} - {""}
        assert grades <= set(grades_of(SCALES[insurer]))
        assert len(grades) >= 6

    def test_no_company_is_written_twice_into_the_same_books(self) -> None:
        books = sample_portfolio.portfolio("euler-hermes", size=5000, seed=7)
        known = [(one.company.country, one.company.identifier) for one in books.buyers]
        assert len(set(known)) == len(known)
        assert all(is_siren(one.company.identifier) for one in books.buyers if one.market == "domestic")
        pairs = Counter((one.policy, one.buyer) for one in books.notices if one.decision != "grant")
        assert max(pairs.values()) == 1


# Real commits by two roles are put back after each of these tests, which takes seconds: so they are few and broad.
@pytest.mark.usefixtures("seeded")
class TestSeeding:
    def test_everybody_is_there_and_may_sign_in_with_the_password_of_the_sample(self) -> None:
        kinds = Counter(Organisation.objects.values_list("kind", flat=True))
        assert kinds["insurer"] == 5
        assert kinds["broker"] >= 6
        assert kinds["reinsurer"] == 2
        assert {"underwriter", "senior_underwriter", "reinsurance_accountant", "administrator", "auditor"} <= set(
            Membership.objects.filter(insurer__code="coface").values_list("role", flat=True)
        )
        assert Membership.objects.filter(user__email="brune.legal@courtage-atlantique.example").count() == 3
        found = who_may_sign_in()
        assert found.password == DEMO_PASSWORD
        assert "marc.aubin@menuiserie-aubin.example" in [one.email for one in found.people]

    def test_each_insurer_has_its_own_books_and_a_second_run_changes_nothing(self) -> None:
        for insurer, size in sample_portfolio.sizes_by_insurer(600).items():
            with acting(system_actor(Organisation.objects.get(code=insurer))):
                assert BuyerLimit.objects.exclude(decision="grant").count() == size
        before = everything()
        assert {one.notices for one in seed_sample(size=600)} == {0}
        assert everything() == before


@pytest.mark.usefixtures("seeded")
class TestTheFile:
    def rows(self, **changed: int) -> list[SampleRow]:
        elise = person("elise.aubry@euler-hermes.example", insurer="euler-hermes")
        return sample_rows(elise, **{"rows": 180, "bad_rows": 66, "seed": 2020, **changed})

    def test_it_is_bad_in_every_way_and_reads_the_same_in_every_format(self) -> None:
        rows = self.rows()
        assert rows == self.rows()
        assert rows != self.rows(seed=2021)
        assert len(rows) == 180
        assert Counter(row.bad for row in rows if row.bad) == dict.fromkeys(BAD_KINDS, 3)
        reads = [
            read_rows(write_file(rows, file_format=form), file_name="demandes")
            for form in ("csv", "xlsx", "json", "ndjson")
        ]
        assert [read.format for read in reads] == ["csv", "xlsx", "json", "ndjson"]
        first, *others = [[(row.fields, [error.code for error in row.errors]) for row in read.rows] for read in reads]
        assert others == [first, first, first]
        marc = person("marc.aubin@menuiserie-aubin.example", insurer="euler-hermes")
        assert len(sample_rows(marc, rows=4, bad_rows=0)) == 4
        with pytest.raises(SampleTooSmall, match="240 notices"):
            self.rows(rows=900, bad_rows=10)

    def test_exactly_the_bad_rows_fail_and_all_four_products_are_offered(self) -> None:
        elise = person("elise.aubry@euler-hermes.example", insurer="euler-hermes")
        rows = self.rows(rows=240)
        receipt = submit_file(
            elise, write_file(rows, file_format="csv"), file_name="demandes.csv", media_type=None, on=OPENING_DAY
        )
        assert decide_submission(elise, receipt.public_id, on=OPENING_DAY, holder="test")
        with acting(elise):
            found = dict(SubmissionRow.objects.values_list("line", "outcome"))
            assert [found[line] == "failed" for line in range(2, 242)] == [bool(row.bad) for row in rows]
            assert set(Offer.objects.values_list("product", flat=True)) == {
                "cap",
                "cap_plus",
                "cap_francexport",
                "cap_francexport_plus",
            }
            assert Offer.objects.filter(product="cap_plus", is_premium_illustrative=True).count() == 0
            assert Offer.objects.filter(product="cap", is_premium_illustrative=False).count() == 0
            assert LimitRequest.objects.filter(status="referred", waits_for="").exists()


def business_done() -> Counter[str]:
    """How many requests, offers, terms and rows stand at what."""
    found: Counter[str] = Counter()
    with acting_as_platform() as alias:
        for model, what in (
            (LimitRequest, "status"),
            (Offer, "status"),
            (GuaranteeTerm, "status"),
            (SubmissionRow, "outcome"),
        ):
            found.update(model.objects.using(alias).values_list(what, flat=True))
        found["rows at euler-hermes"] = SubmissionRow.objects.using(alias).filter(insurer__code="euler-hermes").count()
    return found


class TestTheCommand:
    @pytest.mark.usefixtures("committed")
    def test_it_says_what_it_wrote_and_who_may_sign_in(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("seed_sample", "--size", "60")
        assert "euler-hermes: 4 policies" in (told := capsys.readouterr().out)
        assert told.count(DEMO_PASSWORD) == 1
        call_command("sign_ins")
        assert "elise.aubry@euler-hermes.example" in (told := capsys.readouterr().out)
        assert DEMO_PASSWORD in told

    @pytest.mark.usefixtures("committed")
    def test_a_first_days_business_leaves_work_for_everybody_and_is_done_once(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("seed_sample", "--size", "400", "--with-business")
        before = business_done()
        assert all(before[what] for what in ("referred", "live", "accepted", "running", "failed"))
        assert f"{before['rows at euler-hermes']} requests" in capsys.readouterr().out
        call_command("seed_sample", "--size", "400", "--with-business")
        assert business_done() == before

    @pytest.mark.usefixtures("committed")
    def test_real_days_refuse_the_sample(self) -> None:
        Installation.objects.using("owner").create(id=1, is_sandbox=False)
        with pytest.raises(NotASandbox, match="real days"):
            seed_sample(size=10)
        assert not Organisation.objects.filter(code="courtage-atlantique").exists()

    def test_a_size_out_of_range_is_told(self) -> None:
        with pytest.raises(CommandError, match="1 to 100000 notices, not 0"):
            call_command("seed_sample", "--size", "0")
