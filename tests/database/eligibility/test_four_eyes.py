"""Nothing contractual counts because one person wanted it: not by the commands, not by SQL, not by a program."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction

from capweb.accounts.acting import acting
from capweb.accounts.actor import NotAllowed
from capweb.audit.models import TrailEntry
from capweb.kernel.errors import FieldErrors
from eligibility.commands.propose_changes import NotAPerson, ProposedChange, propose_changes
from eligibility.commands.settle_proposals import approve_proposals, reject_proposals, withdraw_proposals
from eligibility.models import Proposal, Settlement, TariffRow
from eligibility.queries import contract_rows, proposals
from eligibility.queries.law_book import current_law_book
from tests import factories as make

DAY = date(2020, 6, 15)
LATER = date(2020, 6, 17)
SOURCE = {"reference_text": "a circular of the reinsurer", "reference_url": "https://example.org/circular"}
TARIFF = {"product": "cap", "quarterly_rate": "0.006", "first_day": DAY, **SOURCE}
GRID = {"market": "domestic", "grades": "9", "category": 2, "first_day": DAY, **SOURCE}
COUNTRY = {"country": "BR", "status": "referred", "referred_to": "reinsurer", "first_day": DAY, **SOURCE}
ZONE = {"country": "BR", "zone": 4, "first_day": DAY, **SOURCE}
SCALE = {"grades": "1-10, N", "first_day": DAY, **SOURCE}
READING = {
    "question": "complement_multiple",
    "reading": "parity",
    "reason": "the treaty says so",
    "first_day": DAY,
    "reference_text": "Letter of 2 June 2020",
}
VALUE = {
    "path": "envelopes/export/ceiling",
    "value": "6000000000",
    "confidence": "official",
    "first_day": date(2023, 1, 1),
    **SOURCE,
}
EVERY_KIND = {
    "scale": SCALE,
    "grid": GRID,
    "country": COUNTRY,
    "zone": ZONE,
    "tariff": TARIFF,
    "reading": READING,
    "value": VALUE,
}


@pytest.fixture
def ada(cast):
    return make.person(cast.actor(), "administrator")


@pytest.fixture
def serge(cast):
    return make.person(cast.actor(), "senior_underwriter")


def propose(actor, *rows, kind="tariff", reason="the circular", on=DAY):
    with acting(actor):
        return propose_changes(actor, [ProposedChange(kind, rows)], reason=reason, booked_on=on)


def approve(actor, ids, on=DAY):
    with acting(actor):
        approve_proposals(actor, ids, booked_on=on)


def codes(raised):
    return [(error.field, error.code) for error in raised.value.errors]


class TestTheCommands:
    @pytest.mark.parametrize("kind", EVERY_KIND)
    def test_a_row_of_every_kind_counts_once_a_second_person_has_approved_it(self, ada, serge, kind):
        ids = propose(ada, EVERY_KIND[kind], kind=kind)
        with acting(ada):
            assert not contract_rows.rows_of(ada, kind, only_own=True)
            before = current_law_book(ada)
        approve(serge, ids, on=LATER)
        with acting(ada):
            (row,) = contract_rows.rows_of(ada, kind, only_own=True)
            book = current_law_book(ada)
        assert (row.booked_on, row.entered_by, row.approved_by) == (LATER, ada.name, serge.name)
        assert (row.proposal, row.reason, row.row.booked_on) == (ids[0], "the circular", LATER)
        day = max(LATER, EVERY_KIND[kind]["first_day"])
        assert book.on(day).fingerprint != before.on(day).fingerprint

    def test_rows_of_one_proposal_keep_their_order(self, ada, serge):
        rates = ["0.006", "0.007", "0.005"]
        approve(serge, propose(ada, *({**TARIFF, "quarterly_rate": rate} for rate in rates)))
        with acting(ada):
            found = contract_rows.rows_of(ada, "tariff", only_own=True)
        assert [str(one.row.quarterly_rate) for one in found] == ["0.00600000", "0.00700000", "0.00500000"]

    def test_nobody_settles_an_own_proposal(self, ada):
        ids = propose(ada, TARIFF)
        for settle in (approve_proposals, reject_proposals):
            with pytest.raises(FieldErrors) as raised, acting(ada):
                settle(ada, ids, booked_on=DAY, reason="because")
            assert codes(raised) == [("0.proposal", "own_proposal")]

    def test_a_second_person_of_the_same_role_may_approve(self, cast, ada):
        from capweb.accounts.commands.enter_people import NewMembership, enter_memberships
        from capweb.accounts.queries import memberships

        second = NewMembership("albin@eh.example", "Albin Roux", "euler-hermes", "administrator", "euler-hermes")
        enter_memberships([second], password=None, using="default")
        albin = next(one for one in memberships.people_of(ada.insurer_id) if one.name == "albin@eh.example")
        approve(albin, propose(ada, TARIFF))
        assert albin.user_id != ada.user_id

    def test_a_rejected_or_withdrawn_proposal_changes_nothing_and_stays_settled(self, ada, serge):
        rejected, withdrawn = propose(ada, TARIFF), propose(ada, {**TARIFF, "quarterly_rate": "0.007"})
        with acting(serge):
            reject_proposals(serge, rejected, reason="not ours", booked_on=DAY)
        with acting(ada):
            withdraw_proposals(ada, withdrawn, reason="a slip", booked_on=DAY)
            assert not contract_rows.rows_of(ada, "tariff", only_own=True)
            settled = proposals.settled_proposals(ada)
        assert {one.public_id: one.settlement.outcome for one in settled} == {
            rejected[0]: "rejected",
            withdrawn[0]: "withdrawn",
        }
        with pytest.raises(FieldErrors) as raised:
            approve(serge, [*rejected, *withdrawn])
        assert codes(raised) == [("0.proposal", "proposal_settled"), ("1.proposal", "proposal_settled")]

    def test_only_the_proposer_withdraws(self, ada, serge):
        ids = propose(ada, TARIFF)
        with pytest.raises(FieldErrors) as raised, acting(serge):
            withdraw_proposals(serge, ids, reason="mine now", booked_on=DAY)
        assert codes(raised) == [("0.proposal", "not_own_proposal")]

    def test_everything_run_twice_is_done_once(self, ada, serge):
        ids = propose(ada, TARIFF)
        assert propose(ada, TARIFF) == ids
        approve(serge, ids)
        approve(serge, [*ids, *ids])
        with acting(ada):
            assert Proposal.objects.count() == Settlement.objects.count() == 1
            assert TariffRow.objects.filter(insurer_id=ada.insurer_id).count() == 1
            assert TrailEntry.objects.filter(subject=ids[0]).count() == 2
        # Settled, the same may be proposed again: it is a new wish.
        assert propose(ada, TARIFF) != ids

    def test_a_batch_is_settled_all_or_none(self, ada, serge):
        theirs, own = propose(ada, TARIFF), propose(serge, {**TARIFF, "quarterly_rate": "0.008"})
        with pytest.raises(FieldErrors) as raised:
            approve(serge, [*theirs, *own, "pro_unknown"])
        assert codes(raised) == [("1.proposal", "own_proposal"), ("2.proposal", "proposal_unknown")]
        with acting(ada):
            assert len(proposals.open_proposals(ada)) == 2

    def test_every_mistake_is_named_by_change_row_and_field(self, ada):
        changes = [
            ProposedChange("tariff", [TARIFF, {**TARIFF, "product": "cap_relais", "zone": 9}]),
            ProposedChange("reading", [{**READING, "reading": "triple"}]),
        ]
        with pytest.raises(FieldErrors) as raised, acting(ada):
            propose_changes(ada, changes, reason="why", booked_on=DAY)
        assert codes(raised) == [
            ("0.1.product", "unknown_choice"),
            ("0.1.zone", "unknown_choice"),
            ("1.0.reading", "unknown_choice"),
        ]
        for change, field in ((ProposedChange("rate", [TARIFF]), "0.kind"), (ProposedChange("tariff", []), "0.rows")):
            with pytest.raises(FieldErrors) as raised, acting(ada):
                propose_changes(ada, [change], reason="why", booked_on=DAY)
            assert [error.field for error in raised.value.errors] == [field]

    def test_every_refusal_has_a_sentence_with_its_figures(self, ada):
        row = {**VALUE, "first_day": date(2022, 12, 31)}
        with pytest.raises(FieldErrors) as raised:
            propose(ada, row, kind="value")
        told = raised.value.errors[0].message
        assert "2022-12-31" in told
        assert "5000000000" in told
        assert "L.432-2" in told

    def test_a_reason_is_needed(self, ada, serge):
        with pytest.raises(FieldErrors, match="reason"):
            propose(ada, TARIFF, reason=" ")
        ids = propose(ada, TARIFF)
        with pytest.raises(FieldErrors, match="reason"), acting(serge):
            reject_proposals(serge, ids, reason="", booked_on=DAY)

    def test_nothing_is_settled_before_it_was_proposed(self, ada, serge):
        ids = propose(ada, TARIFF, on=LATER)
        with pytest.raises(FieldErrors) as raised:
            approve(serge, ids, on=DAY)
        assert codes(raised) == [("0.proposal", "settled_before_it_was_made")]

    def test_a_grid_may_rest_on_a_scale_of_the_same_batch(self, ada, serge):
        changes = [ProposedChange("scale", [SCALE]), ProposedChange("grid", [{**GRID, "grades": "N"}])]
        with acting(ada):
            ids = propose_changes(ada, changes, reason="a grade more", booked_on=DAY)
        approve(serge, ids)
        with acting(ada):
            assert current_law_book(ada).on(DAY).grids["euler-hermes", "domestic"]["N"].category == 2

    def test_an_approval_is_held_against_the_law_of_its_own_day(self, ada, serge, monkeypatch):
        ids = propose(ada, VALUE, kind="value")
        book = law_with_a_ceiling_of_2023(current_book(ada))
        monkeypatch.setattr("eligibility.commands.propose_changes.current_law_book", lambda actor: book)
        with pytest.raises(FieldErrors) as raised:
            approve(serge, ids)
        assert codes(raised) == [("0.0.first_day", "law_says_otherwise")]

    @pytest.mark.parametrize("role", ["underwriter", "auditor", "reinsurance_accountant", "system"])
    def test_other_roles_neither_propose_nor_approve(self, cast, ada, role):
        ids = propose(ada, TARIFF)
        actor = cast.actor(role=role)
        with pytest.raises(NotAllowed):
            propose(actor, TARIFF)
        with pytest.raises(NotAllowed):
            approve(actor, ids)

    def test_a_program_is_no_second_person(self, cast, ada):
        ids, program = propose(ada, TARIFF), cast.actor(role="administrator")
        assert program.user_id is None
        with pytest.raises(NotAPerson):
            approve(program, ids)
        with pytest.raises(NotAPerson):
            propose(program, TARIFF)

    def test_another_insurer_sees_and_settles_nothing_of_it(self, cast, ada):
        ids = propose(ada, TARIFF)
        solene = make.person(cast.actor("coface"), "senior_underwriter")
        with acting(solene):
            assert proposals.open_proposals(solene) == []
            with pytest.raises(proposals.ProposalUnknown):
                proposals.proposal_by_public_id(solene, ids[0])
        with pytest.raises(FieldErrors) as raised:
            approve(solene, ids)
        assert codes(raised) == [("0.proposal", "proposal_unknown")]

    def test_the_trail_tells_who_proposed_what_and_who_approved_it(self, ada, serge):
        (public_id,) = ids = propose(ada, TARIFF)
        approve(serge, ids, on=LATER)
        with acting(ada):
            made, approved = TrailEntry.objects.filter(subject=public_id).order_by("id")
        assert (made.action, made.actor, made.became["rows"][0]["quarterly_rate"]) == (
            "proposal.made",
            ada.name,
            "0.006",
        )
        assert (approved.action, approved.actor, approved.booked_on) == ("proposal.approved", serge.name, LATER)

    def test_a_proposal_knows_whose_it_is(self, ada, serge):
        (public_id,) = propose(ada, TARIFF)
        with acting(ada):
            assert proposals.proposal_by_public_id(ada, public_id).is_own
        with acting(serge):
            assert not proposals.proposal_by_public_id(serge, public_id).is_own

    def test_a_batch_costs_as_many_statements_as_one(self, ada, serge, django_assert_max_num_queries):
        many = [{**TARIFF, "quarterly_rate": f"0.00{n}"} for n in range(100, 300)]
        with django_assert_max_num_queries(14):
            ids = propose(ada, *many)
        with django_assert_max_num_queries(18):
            approve(serge, ids)


def current_book(actor):
    with acting(actor):
        return current_law_book(actor)


def law_with_a_ceiling_of_2023(book):
    """The book as a later release may have it: the authority's figure has been found."""
    from dataclasses import replace

    from eligibility.domain.law import LawBook

    leaf = book.parameters[VALUE["path"]]
    *before, unset = leaf.history
    found = replace(leaf, history=(*before, replace(unset, state="set", value=before[-1].value)))
    return LawBook({**book.parameters, leaf.path: found}, book.contracts)


PROPOSAL = (
    "INSERT INTO eligibility_proposal (public_id, insurer_id, kind, rows, reason, proposer_id, proposed_by, booked_on) "
    "VALUES ('pro_raw', %(insurer)s, %(kind)s, %(rows)s::jsonb, %(reason)s, %(proposer)s, 'raw', '2020-06-15')"
)
SETTLEMENT = (
    "INSERT INTO eligibility_settlement (insurer_id, proposal_id, proposer_id, outcome, settler_id, settled_by, reason,"
    " booked_on) VALUES (%(insurer)s, %(proposal)s, %(proposer)s, %(outcome)s, %(settler)s, 'raw', %(reason)s, %(on)s)"
)


class TestTheDatabase:
    """Raw SQL as the application role, with an open door to the insurer: what no bug above it can undo."""

    def settle(self, actor, public_id, **changes):
        with acting(actor), connections["default"].cursor() as cursor:
            one = Proposal.objects.get(public_id=public_id)
            values = {
                "insurer": one.insurer_id,
                "proposal": one.pk,
                "proposer": one.proposer_id,
                "outcome": "approved",
                "settler": actor.user_id,
                "reason": "raw",
                "on": DAY,
                **changes,
            }
            cursor.execute(SETTLEMENT, values)

    def test_nobody_approves_an_own_proposal(self, ada):
        (public_id,) = propose(ada, TARIFF)
        for outcome in ("approved", "rejected"):
            with pytest.raises(IntegrityError, match="settlement_by_four_eyes"):
                self.settle(ada, public_id, outcome=outcome)

    def test_naming_somebody_else_as_the_proposer_does_not_help(self, ada, serge):
        (public_id,) = propose(ada, TARIFF)
        with pytest.raises(IntegrityError, match="settlement_of_the_proposer"):
            self.settle(ada, public_id, proposer=serge.user_id)

    def test_nobody_withdraws_what_somebody_else_proposed(self, ada, serge):
        (public_id,) = propose(ada, TARIFF)
        with pytest.raises(IntegrityError, match="settlement_by_four_eyes"):
            self.settle(serge, public_id, outcome="withdrawn")

    def test_a_proposal_is_settled_once(self, ada, serge):
        (public_id,) = propose(ada, TARIFF)
        self.settle(serge, public_id)
        with pytest.raises(IntegrityError, match="settlement_once_for_each_proposal"):
            self.settle(serge, public_id)

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"outcome": "perhaps"}, "settlement_outcome_known"),
            ({"outcome": "rejected", "reason": ""}, "settlement_says_why"),
            ({"on": date(2020, 6, 14)}, "cannot be settled"),
        ],
    )
    def test_a_settlement_says_what_when_and_why(self, ada, serge, changes, constraint):
        (public_id,) = propose(ada, TARIFF)
        with pytest.raises(DatabaseError, match=constraint):
            self.settle(serge, public_id, **changes)

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"kind": "rate"}, "proposal_kind_known"),
            ({"rows": "[]"}, "proposal_has_rows"),
            ({"rows": "{}"}, "proposal_has_rows"),
            ({"reason": ""}, "proposal_says_why"),
        ],
    )
    def test_a_proposal_says_what_and_why(self, ada, changes, constraint):
        values = {"insurer": ada.insurer_id, "kind": "tariff", "rows": "[{}]", "reason": "x", "proposer": ada.user_id}
        with (
            pytest.raises(IntegrityError, match=constraint),
            acting(ada),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(PROPOSAL, {**values, **changes})

    @pytest.mark.parametrize(
        ("kind", "rows", "refused"),
        [
            ("scale", '[{"insurer_code": "coface", "grades": "1"}]', "its own scale"),
            ("tariff", '[{"product": "cap", "quarterly_rate": "7"}]', "null value|tariffrow"),
            (
                "tariff",
                '[{"product": "cap", "quarterly_rate": 7, "is_illustrative": false, "first_day": "2020-06-15", \
"reference_text": "x", "reference_url": "https://x"}]',
                "numeric field overflow|tariffrow_rate_within_one",
            ),
        ],
    )
    def test_what_was_slipped_into_a_proposal_by_hand_still_meets_the_tables_own_rules(
        self, ada, serge, kind, rows, refused
    ):
        values = {"insurer": ada.insurer_id, "kind": kind, "rows": rows, "reason": "x", "proposer": ada.user_id}
        with acting(ada), connections["default"].cursor() as cursor:
            cursor.execute(PROPOSAL, values)
        with pytest.raises(DatabaseError, match=refused):
            self.settle(serge, "pro_raw")

    def test_a_row_in_a_proposal_cannot_name_another_insurer_day_or_settlement(self, cast, ada, serge):
        row = (
            '[{"product": "cap", "quarterly_rate": 0.01, "is_illustrative": false, "first_day": "2020-06-15", '
            '"reference_text": "x", "reference_url": "https://x", "insurer_id": INSURER, "id": 1, "place": 7, '
            '"settlement_id": 99, "booked_on": "2019-01-01", "entered_by": "nobody"}]'
        ).replace("INSURER", str(cast.actor("coface").insurer_id))
        values = {"insurer": ada.insurer_id, "kind": "tariff", "rows": row, "reason": "x", "proposer": ada.user_id}
        with acting(ada), connections["default"].cursor() as cursor:
            cursor.execute(PROPOSAL, values)
        self.settle(serge, "pro_raw")
        with acting(ada):
            (written,) = TariffRow.objects.filter(insurer_id=ada.insurer_id)
        assert (written.place, written.booked_on, written.entered_by) == (0, DAY, "raw")

    @pytest.mark.parametrize("alias", ["default", "platform", "owner"])
    @pytest.mark.parametrize("table", ["eligibility_proposal", "eligibility_settlement", "eligibility_readingrow"])
    @pytest.mark.parametrize("statement", ["UPDATE {} SET booked_on = '2020-01-01'", "DELETE FROM {}"])
    def test_none_of_it_is_ever_changed(self, committed, alias, table, statement):
        with pytest.raises(DatabaseError), transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute(statement.format(table))

    @pytest.mark.parametrize("table", ["eligibility_proposal", "eligibility_settlement"])
    def test_the_platform_proposes_and_settles_nothing(self, committed, table):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(using="platform"),
            connections["platform"].cursor() as cursor,
        ):
            cursor.execute(f"INSERT INTO {table} (insurer_id) VALUES (1)")
